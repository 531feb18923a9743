import {
  Check,
  CircleHelp,
  ClockAlert,
  GitCompareArrows,
  type LucideIcon,
  Minus,
  Send,
  Undo2,
  UserCheck,
  X,
} from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { ERRORS } from "../../app/errors";
import { useFocusOutlives } from "../../app/focus";
import { useAskHistory, useHistory } from "../../app/reads";
import { Button } from "../../components/Button";
import { ErrorBanner } from "../../components/states";
import { Instant, Value } from "../../components/values";
import { t } from "../../locales/catalogue";
import {
  asBackendError,
  type HistoryLineView,
  type HistoryWord,
  type OperationView,
  type RecordView,
} from "../../platform/backend";

/** Quieter than the same word of an operation that is open: nothing is left to do about it here. */
const WORDS: Record<HistoryWord, { tone: string; shape: LucideIcon; word: string }> = {
  done: { tone: "green", shape: Check, word: "word-confirmed" },
  under_way: { tone: "blue", shape: Send, word: "word-sent" },
  agreement: { tone: "blue", shape: UserCheck, word: "history-agreement" },
  refused: { tone: "red", shape: X, word: "word-refused" },
  conflict: { tone: "red", shape: GitCompareArrows, word: "history-conflict" },
  lapsed: { tone: "red", shape: ClockAlert, word: "history-lapsed" },
  not_tried: { tone: "neutral", shape: Minus, word: "history-not-tried" },
  unknown: { tone: "amber", shape: CircleHelp, word: "word-unknown" },
  given_up: { tone: "neutral", shape: Undo2, word: "history-given-up" },
};

/** So many are shown before more is asked for. */
const AT_FIRST = 6;

type HistoryProps = {
  record: RecordView & { received: number };
  /** Operations that stand above, each as a card of its own. */
  open: OperationView[];
  /** The record has been in sight for long enough to ask the platform about it. */
  settled: boolean;
};

/** What became of what was done to a record, by everybody. What is kept here is shown at once. */
export function History({ record, open, settled }: HistoryProps) {
  const read = useHistory(record);
  const asking = useAskHistory(record);
  const [all, setAll] = useState(false);
  const { isIdle, mutate, reset } = asking;
  useEffect(() => {
    if (settled && isIdle) mutate(false);
  }, [settled, isIdle, mutate]);
  const isKept = typeof read.data?.as_of === "string";
  const wasKept = useRef(false);
  // It may be let go of while it is looked at, with the mirror: then it is as if nobody had asked.
  useEffect(() => {
    if (wasKept.current && !isKept) reset();
    wasKept.current = isKept;
  }, [isKept, reset]);
  const ask = (older: boolean) => !asking.isPending && mutate(older);

  if (!read.data) {
    if (!read.error) return null;
    const again = <Button onClick={() => read.refetch()}>{t("try-again")}</Button>;
    return (
      <div className="record-part">
        <ErrorBanner error={read.error} action={again} />
      </div>
    );
  }
  const { as_of, older } = read.data;
  const lines = read.data.lines.filter((line) => !open.some(({ id }) => id === line.operation));
  const folded = lines.length - AT_FIRST;
  return (
    <div className="record-part">
      <div className="history-head">
        <h3>{t("record-history")}</h3>
        {as_of !== null && (
          <span className="quiet">
            {t("history-as-of")} <Instant at={as_of} />
          </span>
        )}
      </div>
      {lines.length > 0 && (
        <ol className="history" aria-label={t("record-history")}>
          {lines.slice(0, all ? lines.length : AT_FIRST).map((line) => (
            <Line key={line.operation} line={line} received={record.received} />
          ))}
        </ol>
      )}
      <div className="history-foot">
        {folded > 0 && (
          <Button look="plain" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? t("history-fewer") : t("history-more", { count: folded })}
          </Button>
        )}
        {asking.error ? (
          <Failed
            error={asking.error}
            older={asking.variables}
            asOf={as_of}
            onAgain={() => ask(asking.variables)}
          />
        ) : older && (all || folded <= 0) ? (
          <Older
            busy={asking.isPending && asking.variables}
            onAsk={() => {
              setAll(true);
              ask(true);
            }}
          />
        ) : as_of === null && asking.isSuccess ? (
          <p className="quiet">{t("history-own")}</p>
        ) : as_of === null ? (
          <p className="quiet">{t("history-asking")}</p>
        ) : lines.length > 0 ? null : (
          <p className="quiet">{t(open.length > 0 ? "history-none-else" : "history-none")}</p>
        )}
      </div>
    </div>
  );
}

/** One thing that was done: what became of it, what it was, by whom and when; why, and what was said. */
function Line({ line, received }: { line: HistoryLineView; received: number }) {
  const { tone, shape: Shape, word } = WORDS[line.word];
  const { said } = line;
  // Of one that is not told about there is a reason without words.
  const reason = line.reason?.detail || line.reason?.row ? line.reason : null;
  const revisions = revisionWords(line);
  return (
    <li data-tone={tone}>
      <Shape size={13} aria-hidden />
      <div className="history-line">
        <span className="history-word">{t(word)}</span>
        <strong>
          <bdi>{line.action}</bdi>
        </strong>
        <span>{line.ours ? t("history-you") : <bdi>{line.by}</bdi>}</span>
        {revisions && <span className="quiet">{revisions}</span>}
      </div>
      <span className="quiet">
        <Instant at={line.at} />
      </span>
      {(reason || said.length > 0) && (
        <div className="history-more quiet">
          {reason && (
            <p>
              <bdi>{reason.detail}</bdi>{" "}
              {reason.row && <code className="row-id">{reason.row}</code>}
            </p>
          )}
          {said.length > 0 && (
            <dl className="history-said">
              {said.map(({ field, label, value }) => (
                <div key={field}>
                  <dt>{label}</dt>
                  <dd>
                    <Value value={value} received={received} both />
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </div>
      )}
    </li>
  );
}

/** What it went on from, and what it made of that, as far as that is known. */
function revisionWords({ from_revision: from, revision }: HistoryLineView): string | null {
  if (from === null) return revision === null ? null : t("record-revision", { revision });
  return revision === null
    ? t("history-based", { from })
    : t("history-revisions", { from, revision });
}

/** It stays while it is asked, so that the focus stays on it. */
function Older({ busy, onAsk }: { busy: boolean; onAsk: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useFocusOutlives(button);
  return (
    <Button ref={button} onClick={onAsk}>
      {t(busy ? "history-older-asked" : "history-older")}
    </Button>
  );
}

type FailedProps = { error: unknown; older: boolean; asOf: string | null; onAgain: () => void };

/** The platform was asked and gave no answer: what is here stays, and what is not is said. */
function Failed({ error, older, asOf, onAgain }: FailedProps) {
  const part = useRef<HTMLDivElement>(null);
  useFocusOutlives(part);
  const { code } = asBackendError(error);
  if (code === "not_found") return <p className="quiet">{t("history-not-given")}</p>;
  const lacks = older
    ? "history-failed-older"
    : asOf === null
      ? "history-failed-own"
      : "history-failed";
  return (
    <div className="history-foot" ref={part}>
      <p className="quiet" role="status">
        <span data-tone={code === "unreachable" ? undefined : "amber"}>
          {t(lacks, { problem: t(ERRORS[code].title) })}
        </span>
      </p>
      <Button onClick={onAgain}>{t("try-again")}</Button>
    </div>
  );
}
