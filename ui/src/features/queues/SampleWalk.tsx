import { useMutation } from "@tanstack/react-query";
import { Check, CircleCheck } from "lucide-react";
import { type RefObject, useEffect, useRef } from "react";
import { useBackend } from "../../app/backend";
import { isWriting } from "../../app/keys";
import { useRecord } from "../../app/reads";
import { useSaid } from "../../app/said";
import { Button } from "../../components/Button";
import { ErrorBanner } from "../../components/states";
import { Value } from "../../components/values";
import { t } from "../../locales/catalogue";
import type { SampledView, SampleView, SelectionView } from "../../platform/backend";
import { useSettled } from "./settled";

type SampleWalkProps = {
  selection: SelectionView;
  sample: SampleView;
  /** One looks right. */
  onRight: (sample: SampleView) => void;
  /** What is meant has to be looked at anew: one is not right, or has changed. */
  onAnew: () => void;
};

/**
 * Walks through what was drawn from many records, one by one: nothing goes at once before each of
 * them looks right.
 */
export function SampleWalk({ selection, sample, onRight, onAnew }: SampleWalkProps) {
  const { records, among, left, row } = sample;
  const next = records.find((each) => !each.right);
  const of = records.length;
  const judge = useRef<Judge>(null);
  useJudgeKeys(judge);
  return (
    <section className="sample" aria-label={t("sample-title", { of, among })}>
      <header className="sample-head">
        <h3>{t("sample-title", { of, among })}</h3>
        <code className="row-id">{row}</code>
      </header>
      {next ? (
        <>
          <p className="quiet">{t("sample-text")}</p>
          <p className="sample-progress" role="status">
            {records.map((each) => (
              <span key={each.id} className="sample-mark" data-right={each.right || undefined}>
                {each.right && <Check size={11} aria-hidden />}
              </span>
            ))}
            {t("sample-progress", { done: of - left, of })}
          </p>
          <Drawn
            selection={selection}
            drawn={next}
            judging={judge}
            onRight={onRight}
            onAnew={onAnew}
          />
        </>
      ) : (
        <AllRight of={of} />
      )}
    </section>
  );
}

/** The walk is over. Its buttons are gone, so the focus comes here where no question takes it. */
function AllRight({ of }: { of: number }) {
  const words = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    const { activeElement, body } = document;
    if (activeElement === null || activeElement === body) words.current?.focus();
  }, []);
  return (
    <p className="told" data-tone="green" role="status" tabIndex={-1} ref={words}>
      <CircleCheck size={15} aria-hidden />
      {t("sample-all", { of })}
    </p>
  );
}

/** What the keys do; nothing while nothing is asked. */
type Judge = ((right: boolean) => void) | null;

type DrawnProps = Omit<SampleWalkProps, "sample"> & {
  drawn: SampledView;
  judging: RefObject<Judge>;
};

function Drawn({ selection, drawn, judging: asked, onRight, onAnew }: DrawnProps) {
  const backend = useBackend();
  const say = useSaid((store) => store.say);
  const read = useRecord({ kind: selection.kind, id: drawn.id });
  const record = read.data?.id === drawn.id ? read.data : undefined;
  const seen = useSettled(record ? drawn.id : null);
  const judging = useMutation({
    mutationFn: (right: boolean) =>
      backend.judgeSample({
        kind: selection.kind,
        action: selection.action,
        records: selection.allowed,
        id: drawn.id,
        right,
      }),
    onSuccess: (sample, right) => {
      if (right) return onRight(sample);
      say(t("sample-left-out", { title: drawn.title }), "amber");
      onAnew();
    },
    // It may have changed meanwhile: what is meant is looked at as it is now.
    onError: onAnew,
  });
  const judge = (right: boolean) => {
    if (seen && !judging.isPending) judging.mutate(right);
  };
  useEffect(() => {
    asked.current = judge;
    return () => {
      asked.current = null;
    };
  });
  return (
    <article className="sample-record" aria-label={t("sample-one")} aria-busy={!seen}>
      {(judging.error ?? read.error) && <ErrorBanner error={judging.error ?? read.error} />}
      <h4>
        <bdi>{drawn.title}</bdi> <code>{drawn.id}</code>
      </h4>
      {record ? (
        <dl className="facts">
          {record.facts
            .filter(({ value }) => value.type !== "empty")
            .map((fact) => (
              <div key={fact.field}>
                <dt>{fact.label}</dt>
                <dd>
                  <Value value={fact.value} received={record.received} both />
                </dd>
              </div>
            ))}
        </dl>
      ) : (
        <p className="quiet">{t("sample-reading")}</p>
      )}
      <div className="sample-foot">
        <Button look="filled" hotkey="y" autoFocus onClick={() => judge(true)}>
          {t("sample-right")}
        </Button>
        <Button hotkey="n" onClick={() => judge(false)}>
          {t("sample-wrong")}
        </Button>
      </div>
    </article>
  );
}

/**
 * Keys of a question: the window's own are silent while one is open. One that is held down decides
 * once, and writes nothing into whatever is asked next.
 */
function useJudgeKeys(judge: RefObject<Judge>): void {
  useEffect(() => {
    let down: string | null = null;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === down) return event.preventDefault();
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      if (event.key !== "y" && event.key !== "n") return;
      event.preventDefault();
      down = event.key;
      if (!event.repeat) judge.current?.(event.key === "y");
    };
    const onKeyUp = (event: KeyboardEvent) => {
      if (event.key === down) down = null;
    };
    window.addEventListener("keydown", onKeyDown);
    window.addEventListener("keyup", onKeyUp);
    return () => {
      window.removeEventListener("keydown", onKeyDown);
      window.removeEventListener("keyup", onKeyUp);
    };
  }, [judge]);
}
