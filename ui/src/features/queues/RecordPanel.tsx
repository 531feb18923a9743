import { useMutation } from "@tanstack/react-query";
import { type KeyboardEvent, memo, type Ref, useEffect, useState } from "react";
import { useBackend } from "../../app/backend";
import { useIntents } from "../../app/intents";
import { isAsking, useKeys } from "../../app/keys";
import { useOffers } from "../../app/offers";
import { placeOf, usePlace } from "../../app/place";
import { useRecord } from "../../app/reads";
import { useSaid } from "../../app/said";
import { onFace, parseWall, tenantNow, useTick } from "../../app/time";
import { Button } from "../../components/Button";
import { ClockBar } from "../../components/ClockBar";
import { ErrorBanner, ErrorState } from "../../components/states";
import { Tone } from "../../components/tones";
import { Value } from "../../components/values";
import { t } from "../../locales/catalogue";
import { ageWords } from "../../locales/words";
import type {
  AboutView,
  ActionView,
  FactView,
  MailView,
  OperationView,
  RecordView,
} from "../../platform/backend";
import { OperationCard } from "../operations/OperationCard";
import { isSettled } from "../operations/standing";
import { ActDialog } from "./ActDialog";
import { ActionBlock, refusal } from "./ActionBlock";
import { ActionFoot, foldActions } from "./ActionFoot";
import { AllFields } from "./AllFields";
import { Documents, KEEP_KEY } from "./Documents";
import { History } from "./History";
import { MailDialog } from "./MailDialog";
import { Related } from "./Related";
import { useSettled } from "./settled";

type RecordPanelProps = {
  record: { kind: string; id: string } | null;
  panel: Ref<HTMLElement>;
  readOnly: boolean;
  /** The keys of its actions are for something else, such as for the rows that are picked. */
  keysElsewhere: boolean;
  /** What follows once an operation on it is queued, as things stand when that is asked for. */
  followed: (action: ActionView) => () => void;
  /** Escape. */
  onLeave: () => void;
};

/** The record that is picked, read as a sentence: what, until when, the facts, what decides. */
function Panel(props: RecordPanelProps) {
  const { record, panel, onLeave } = props;
  const read = useRecord(record);
  const shown = read.data;
  const ours = shown && record && shown.id === record.id;
  const settled = useSettled(ours ? `${shown.kind}/${shown.id}` : null);
  return (
    <section
      className="card record"
      aria-label={ours ? shown.title : t("record-label")}
      aria-busy={record !== null && !settled && !read.error}
      ref={panel}
      tabIndex={-1}
      onKeyDown={(event) => {
        // Keys of a dialog over it come here too, though it is elsewhere in the page.
        if (isAsking()) return;
        if (event.key === "Escape") onLeave();
        else if (event.target === event.currentTarget) scrollBy(event);
      }}
    >
      {read.error && record ? (
        <ErrorState
          error={read.error}
          action={<Button onClick={() => read.refetch()}>{t("try-again")}</Button>}
        />
      ) : record && shown ? (
        <Record
          key={`${shown.kind}/${shown.id}`}
          record={shown}
          readOnly={props.readOnly}
          // While the next one is read, no key may be for the one before.
          mute={props.keysElsewhere || !ours}
          seen={settled}
          followed={props.followed}
        />
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

/** It is drawn again where the record is another or reads otherwise, and not because the list does. */
export const RecordPanel = memo(Panel);

const LINE_PX = 40;
/** Share of what is in sight that a page moves by. */
const PAGE_SHARE = 0.85;

/** The keys that scroll, while the focus is on the record as a whole. */
function scrollBy(event: KeyboardEvent<HTMLElement>): void {
  const part = event.currentTarget.querySelector(".record-scroll");
  if (!part || event.ctrlKey || event.altKey || event.metaKey) return;
  const page = part.clientHeight * PAGE_SHARE;
  const steps: Record<string, number> = {
    ArrowDown: LINE_PX,
    ArrowUp: -LINE_PX,
    PageDown: page,
    PageUp: -page,
    Home: -part.scrollHeight,
    End: part.scrollHeight,
  };
  const by = steps[event.key];
  if (by === undefined) return;
  event.preventDefault();
  part.scrollTop += by;
}

type Received = RecordView & { received: number };
/** What follows is settled when it is asked: the list may have moved on when it is answered. */
type Asked = { action: ActionView; amends: OperationView | null; onActed: () => void };

type RecordProps = {
  record: Received;
  readOnly: boolean;
  mute: boolean;
  /** It has been in sight for long enough. */
  seen: boolean;
  followed: (action: ActionView) => () => void;
};

function Record({ record, readOnly, mute, seen, followed }: RecordProps) {
  const say = useSaid((store) => store.say);
  const [chosen, setChosen] = useState<string | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [mails, setMails] = useState<MailView[] | null>(null);
  const { actions } = record;
  const shown =
    actions.find((each) => each.action === chosen) ?? actions.find(isOfInterest) ?? actions[0];
  const refused = (action: ActionView) => (readOnly ? t("record-read-only") : refusal(action));

  const next = shown && !refused(shown) ? shown : actions.find((each) => !refused(each));

  const acting = useActAtOnce(record);
  const ask = (action: ActionView) => {
    const reason = refused(action);
    setChosen(action.action);
    if (reason) return say(t("action-refused", { action: action.label, reason }), "amber");
    if (!asksNothing(action)) {
      return setAsked({ action, amends: null, onActed: followed(action) });
    }
    if (seen && !acting.isPending)
      acting.mutate({ action, amends: null, onActed: followed(action) });
  };
  const keys: Record<string, () => void> = {};
  for (const action of actions) if (action.key) keys[action.key] = () => ask(action);
  // Where the pack has the key for an action, the mails are opened by their button.
  const mailKey = keys.m === undefined;
  if (mailKey && shown && shown.mails.length > 0) keys.m = () => setMails(shown.mails);
  useKeys(mute ? {} : keys, false);
  const { title } = record;
  const possible = mute ? [] : actions.filter((each) => refused(each) === null);
  useOffers(
    possible.map((action) => ({
      id: `act ${action.action}`,
      label: t("command-act", { action: action.label, title }),
      ...(action.key ? { hint: action.key } : {}),
      run: () => ask(action),
    })),
  );

  const amend = (operation: OperationView) => {
    const action = actions.find((each) => each.action === operation.action_id);
    return action && !readOnly
      ? () => setAsked({ action, amends: operation, onActed: stay })
      : undefined;
  };
  useAmendOnArrival(record, setAsked);
  const go = usePlace((store) => store.go);
  // One that makes this record is on another, and names that.
  const ways = (operation: OperationView) => {
    const { kind, record: id, view } = operation;
    if (kind === record.kind && id === record.id) return { onAmend: amend(operation) };
    return view === null ? {} : { onRecord: () => go(placeOf({ kind, id }, view)) };
  };
  const open = record.operations.filter((each) => !isSettled(each));
  return (
    <>
      <div className="record-scroll">
        {acting.error && <ErrorBanner error={acting.error} />}
        <Head record={record} />
        {record.about && <About about={record.about} />}
        {open.length > 0 && (
          <div className="record-part">
            {open.map((each) => (
              <OperationCard
                key={each.id}
                operation={each}
                received={record.received}
                {...ways(each)}
              />
            ))}
          </div>
        )}
        <div className="record-part">
          <dl className="facts">
            {record.facts.filter(isSaid).map((fact) => (
              <div key={fact.field}>
                <dt>{fact.label}</dt>
                <dd>
                  <Value value={fact.value} received={record.received} both />
                </dd>
              </div>
            ))}
          </dl>
          <AllFields fields={record.fields} received={record.received} />
        </div>
        {shown && (
          <ActionBlock
            // What is folded away below shows its policy when it is asked for there.
            actions={actions.filter(
              (each) => each === shown || !foldActions(actions, refused).folded.includes(each),
            )}
            shown={shown}
            onShow={(each) => setChosen(each.action)}
            onMails={() => setMails(shown.mails)}
            mailKey={mailKey}
            asOf={record.as_of}
          />
        )}
        <Documents
          record={record}
          readOnly={readOnly}
          hotkey={actions.every(({ key }) => key !== KEEP_KEY)}
          mute={mute}
        />
        <Related record={record} />
        <History record={record} open={open} settled={seen} />
      </div>
      {shown && (
        <ActionFoot actions={actions} refused={refused} next={next} mute={mute} onAsk={ask} />
      )}
      {asked && (
        <ActDialog
          record={record}
          action={asked.action}
          amends={asked.amends}
          onActed={asked.onActed}
          onClose={() => setAsked(null)}
        />
      )}
      {mails && <MailDialog mails={mails} onClose={() => setMails(null)} />}
    </>
  );
}

/**
 * The policy that an operator looks for: of what is possible, and all the more of what a row refuses. What
 * only starts from another state has nothing to say here.
 */
const isOfInterest = ({ denied }: ActionView) => !denied || denied.row !== null;

/** What is empty says nothing, and a pack lists every fact that a record may ever have. */
const isSaid = (fact: FactView) => fact.value.type !== "empty";

/** Opens the question again where somebody came here to amend an operation. */
function useAmendOnArrival(record: RecordView, ask: (asked: Asked) => void) {
  const amends = usePlace(({ place }) => (place.screen === "queue" ? place.amends : undefined));
  const arrived = usePlace((store) => store.arrived);
  const say = useSaid((store) => store.say);
  useEffect(() => {
    const operation = record.operations.find((each) => each.id === amends);
    if (!amends || !operation) return;
    arrived();
    const action = record.actions.find((each) => each.action === operation.action_id);
    if (action) ask({ action, amends: operation, onActed: stay });
    else say(t("amend-none", { action: operation.action }), "amber");
  }, [amends, record, arrived, ask, say]);
}

/** Nothing is to be filled in and nothing to be confirmed: the key does it. */
const asksNothing = (action: ActionView) => action.confirm === "none" && action.params.length === 0;

/** An action that asks nothing. However often its key is pressed, it is one operation. */
function useActAtOnce(record: RecordView) {
  const backend = useBackend();
  const idOf = useIntents();
  const say = useSaid((store) => store.say);
  return useMutation({
    mutationFn: async ({ action }: Asked) =>
      backend.act({
        operation: await idOf(`${record.kind}/${record.id}/${record.revision}/${action.action}`),
        kind: record.kind,
        id: record.id,
        action: action.action,
        params: {},
        typed: null,
        seen_revision: record.revision,
        amends: null,
      }),
    onSuccess: (_, { action, onActed }) => {
      say(t("act-queued", { action: action.label, title: record.title }), "violet");
      onActed();
    },
  });
}

/** What is amended stays in sight. */
const stay = () => {};

/** What an approval is about: whoever answers looks there. */
function About({ about }: { about: AboutView }) {
  const go = usePlace((store) => store.go);
  const { view, kind, id, title } = about;
  return (
    <div className="record-part">
      <button
        type="button"
        className="link"
        onClick={() => go({ screen: "queue", view, record: { kind, id } })}
      >
        <bdi>{t("record-about", { title })}</bdi>
      </button>
    </div>
  );
}

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
