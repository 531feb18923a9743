import { MousePointerClick } from "lucide-react";
import { type Ref, useState } from "react";
import { useKeys } from "../../app/keys";
import { useRecord } from "../../app/reads";
import { useSaid } from "../../app/said";
import { onFace, parseWall, tenantNow, useTick } from "../../app/time";
import { Button } from "../../components/Button";
import { EmptyState, ErrorState } from "../../components/states";
import { Tone } from "../../components/tones";
import { ClockBar, Value } from "../../components/values";
import { t } from "../../locales/catalogue";
import { ageWords } from "../../locales/words";
import type { ActionView, MailView, OperationView, RecordView } from "../../platform/backend";
import { OperationCard } from "../operations/OperationCard";
import { isSettled } from "../operations/standing";
import { ActDialog } from "./ActDialog";
import { ActionBlock, refusal } from "./ActionBlock";
import { MailDialog } from "./MailDialog";

type RecordPanelProps = {
  record: { kind: string; id: string } | null;
  panel: Ref<HTMLElement>;
  readOnly: boolean;
  /** The list beside it has nothing to pick. */
  empty: boolean;
};

/** The record that is picked, read as a sentence: what, until when, the facts, what decides. */
export function RecordPanel({ record, panel, readOnly, empty }: RecordPanelProps) {
  const read = useRecord(record);
  const shown = read.data;
  const ours = shown && record && shown.id === record.id;
  return (
    <section
      className="card record"
      aria-label={ours ? shown.title : t("record-label")}
      aria-busy={record !== null && !ours && !read.error}
      ref={panel}
      tabIndex={-1}
    >
      {read.error && record ? (
        <ErrorState
          error={read.error}
          action={<Button onClick={() => read.refetch()}>{t("try-again")}</Button>}
        />
      ) : record === null ? (
        empty && (
          <EmptyState icon={MousePointerClick} title={t("record-none")}>
            {t("record-none-text")}
          </EmptyState>
        )
      ) : shown ? (
        <Record key={`${shown.kind}/${shown.id}`} record={shown} readOnly={readOnly} />
      ) : (
        <div className="record-bones" aria-hidden>
          <span className="bone" />
          <span className="bone" />
          <span className="bone" />
        </div>
      )}
    </section>
  );
}

type Received = RecordView & { received: number };
type Asked = { action: ActionView; amends: string | null };

function Record({ record, readOnly }: { record: Received; readOnly: boolean }) {
  const say = useSaid((store) => store.say);
  const [chosen, setChosen] = useState<string | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [mails, setMails] = useState<MailView[] | null>(null);
  const { actions } = record;
  const shown =
    actions.find((each) => each.action === chosen) ??
    actions.find((each) => each.allowed) ??
    actions[0];
  const refused = (action: ActionView) => (readOnly ? t("record-read-only") : refusal(action));

  const ask = (action: ActionView) => {
    const reason = refused(action);
    setChosen(action.action);
    if (reason) say(t("action-refused", { action: action.label, reason }), "amber");
    else setAsked({ action, amends: null });
  };
  const keys: Record<string, () => void> = {};
  for (const action of actions) if (action.key) keys[action.key] = () => ask(action);
  if (shown && shown.mails.length > 0) keys.m = () => setMails(shown.mails);
  useKeys(keys);

  const amend = (operation: OperationView) => {
    const action = actions.find((each) => each.label === operation.action);
    return action && !readOnly ? () => setAsked({ action, amends: operation.id }) : undefined;
  };
  const open = record.operations.filter((each) => !isSettled(each));
  const settled = record.operations.filter(isSettled);
  return (
    <>
      <div className="record-scroll">
        <Head record={record} />
        {open.length > 0 && (
          <div className="record-part">
            {open.map((each) => (
              <OperationCard key={each.id} operation={each} onAmend={amend(each)} />
            ))}
          </div>
        )}
        <div className="record-part">
          <dl className="facts">
            {record.facts.map((fact) => (
              <div key={fact.field}>
                <dt>{fact.label}</dt>
                <dd>
                  <Value value={fact.value} received={record.received} both />
                </dd>
              </div>
            ))}
          </dl>
        </div>
        {shown && (
          <ActionBlock
            actions={actions}
            shown={shown}
            onShow={(each) => setChosen(each.action)}
            onMails={() => setMails(shown.mails)}
          />
        )}
        {settled.length > 0 && (
          <div className="record-part">
            <h3>{t("record-history")}</h3>
            {settled.map((each) => (
              <OperationCard key={each.id} operation={each} />
            ))}
          </div>
        )}
      </div>
      {shown && (
        <footer className="record-foot">
          {actions.map((action) => (
            <Button
              key={action.action}
              look={action === shown && !refused(action) ? "filled" : "outline"}
              hotkey={action.key}
              refused={refused(action) !== null}
              title={refused(action) ?? undefined}
              onClick={() => ask(action)}
            >
              {needsMore(action) ? t("action-more", { action: action.label }) : action.label}
            </Button>
          ))}
        </footer>
      )}
      {asked && (
        <ActDialog
          record={record}
          action={asked.action}
          amends={asked.amends}
          onClose={() => setAsked(null)}
        />
      )}
      {mails && <MailDialog mails={mails} onClose={() => setMails(null)} />}
    </>
  );
}

/** A button whose dialog asks for something ends in dots. */
const needsMore = (action: ActionView) => action.params.length > 0;

function Head({ record }: { record: Received }) {
  useTick(15);
  const { state } = record;
  return (
    <header className="record-head">
      <div className="record-line">
        {state?.type === "state" && <Tone tone={state.tone}>{state.label}</Tone>}
        <span className="quiet">
          <span className="mono" title={record.kind_label}>
            {record.id}
          </span>{" "}
          · {t("record-revision", { revision: record.revision })}
          {record.as_of && ` · ${ageOf(record.as_of)}`}
        </span>
      </div>
      <h2>
        <bdi>{record.title}</bdi>
      </h2>
      {record.as_seen && <p className="quiet">{t("record-as-seen")}</p>}
      {record.clocks.map((clock) => (
        <ClockBar key={clock.label} clock={clock} received={record.received} />
      ))}
    </header>
  );
}

/** How old an instant is by the tenant's clock. */
function ageOf(text: string): string {
  const wall = parseWall(text);
  const now = tenantNow();
  if (!wall || !now) return "";
  return ageWords(Math.max(0, (now.face - onFace(wall, now.offset).face) / 1000));
}
