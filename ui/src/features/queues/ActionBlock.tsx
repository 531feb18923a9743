import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CircleX,
  History,
  type LucideIcon,
  MessageCircleQuestion,
  Undo2,
} from "lucide-react";
import { useSync } from "../../app/reads";
import { parseWall, secondsSince, timeWords, useTick } from "../../app/time";
import { Banner } from "../../components/states";
import { Instant } from "../../components/values";
import { t } from "../../locales/catalogue";
import { durationWords } from "../../locales/words";
import type { ActionView, ParamView, PolicyRowView, RowWord } from "../../platform/backend";
import { undoWords } from "../operations/undo";
import { spanWords } from "../reference/spans";

const OUTCOMES: Record<RowWord, { icon: LucideIcon; tone: string; words: string }> = {
  passed: { icon: CircleCheck, tone: "green", words: "policy-passed" },
  failed: { icon: CircleX, tone: "red", words: "policy-failed" },
  asks: { icon: MessageCircleQuestion, tone: "blue", words: "policy-asks" },
  open: { icon: CircleDashed, tone: "neutral", words: "policy-open" },
  undecidable: { icon: CircleHelp, tone: "amber", words: "policy-undecidable" },
};

/** Why an action cannot be had now, as a sentence; nothing where it can. */
export function refusal(action: ActionView): string | null {
  if (action.denied) return action.denied.detail;
  if (!action.allowed) return t("action-not-allowed");
  if (action.may_lapse) return t("action-may-lapse");
  return null;
}

type ActionBlockProps = {
  actions: ActionView[];
  shown: ActionView;
  onShow: (action: ActionView) => void;
  onMails: () => void;
  /** `m` opens the mails. */
  mailKey: boolean;
  /** Instant of the data. */
  asOf: string | null;
};

/** The policy of an action, row by row, and what the action will do. */
export function ActionBlock(props: ActionBlockProps) {
  const { actions, shown, onShow, onMails, mailKey, asOf } = props;
  return (
    <>
      <div className="record-part">
        {actions.length > 1 && (
          // biome-ignore lint/a11y/useSemanticElements: a group of buttons, none of a form
          <div className="switch" role="group" aria-label={t("policy-of")}>
            {actions.map((action) => (
              <button
                key={action.action}
                type="button"
                aria-pressed={action === shown}
                onClick={() => onShow(action)}
              >
                {refusal(action) && <Ban size={12} aria-label={t("policy-failed")} />}
                {action.label}
              </button>
            ))}
          </div>
        )}
        <PolicyRows action={shown} />
        {shown.policy.length > 0 && <Basis asOf={asOf} />}
        <Refused action={shown} />
      </div>
      {shown.will.length > 0 && !shown.denied && (
        <div className="record-part">
          <Will
            action={shown}
            onMails={shown.mails.length > 0 ? onMails : undefined}
            mailKey={mailKey}
          />
          <Asks action={shown} />
        </div>
      )}
    </>
  );
}

/** What decides an action, row by row, and what each found. */
export function PolicyRows({ action }: { action: ActionView }) {
  if (action.policy.length === 0) return null;
  return (
    <ul className="policy" aria-label={t("policy-label", { action: action.label })}>
      {action.policy.map((row) => (
        <PolicyRow key={row.id} row={row} params={action.params} />
      ))}
    </ul>
  );
}

/** Whether that was found on what the platform has now, or had when it was last heard. */
function Basis({ asOf }: { asOf: string | null }) {
  useTick(15);
  const sync = useSync().data;
  const wall = asOf === null ? null : parseWall(asOf);
  if (!wall || !sync) return null;
  const time = timeWords(wall);
  if (sync.link === "in_step" || sync.link === "filling" || sync.age_seconds === null) {
    return <p className="quiet policy-basis">{t("policy-live", { time })}</p>;
  }
  const age = durationWords(sync.age_seconds + secondsSince(sync.received));
  return (
    <p className="told policy-basis" data-tone="amber">
      <History size={13} aria-hidden />
      {t("policy-old", { time, age })}
    </p>
  );
}

function PolicyRow({ row, params }: { row: PolicyRowView; params: readonly ParamView[] }) {
  const asked = params.filter(({ name }) => row.reads.includes(name)).map(({ label }) => label);
  const { icon: Icon, tone, words } = OUTCOMES[row.outcome];
  return (
    <li data-tone={tone}>
      <Icon size={16} aria-label={t(words)} />
      <div>
        <strong>{row.title}</strong>
        <span className="quiet">
          {row.outcome === "open" || row.found === ""
            ? asked.length > 0 && t("policy-open-found", { what: asked.join(", ") })
            : row.found}
        </span>
        {row.ours.map(({ label, count }) => (
          <span key={label} className="told" data-tone="violet">
            {t("policy-ours", { kind: label, count })}
          </span>
        ))}
      </div>
      <code className="row-id">{row.id}</code>
    </li>
  );
}

/** That it cannot be had, and why. */
export function Refused({ action }: { action: ActionView }) {
  const reason = refusal(action);
  if (!reason) return null;
  const label = { action: action.label };
  if (action.denied?.row) {
    return (
      <Banner tone="red" title={t("action-refused-title", label)}>
        {reason} <code className="row-id">{action.denied.row}</code>
      </Banner>
    );
  }
  // No row of the policy refuses it: it waits for a line, or for an operation of ours.
  return (
    <Banner tone={action.may_lapse ? "amber" : "neutral"} title={t("action-waits-title", label)}>
      {reason}
    </Banner>
  );
}

/** How it can be undone, said before it is done. */
export function UndoLine({ undo, nature }: Pick<ActionView, "undo" | "nature">) {
  const words = undoWords(undo, nature);
  if (!words) return null;
  return (
    <p className="quiet undo-line">
      <Undo2 size={13} aria-hidden />
      <span>{words}</span>
      {undo && <code className="row-id">{undo.row}</code>}
    </p>
  );
}

/** Who has to agree before the action is done. */
export function Asks({ action }: { action: Pick<ActionView, "asks"> }) {
  return action.asks.map((ask) => (
    <Banner key={ask.row} tone="blue" title={t("asks-title", { role: ask.role })}>
      {t("asks-text")}{" "}
      {ask.fallback !== null &&
        ask.after_minutes !== null &&
        t("asks-instead", {
          role: ask.fallback,
          duration: spanWords(ask.after_minutes),
        })}{" "}
      <code className="row-id">{ask.row}</code>
    </Banner>
  ));
}

/** "Approve will …", line by line, and the latest instant. */
export function Will({
  action,
  onMails,
  mailKey = false,
}: {
  action: ActionView;
  onMails?: (() => void) | undefined;
  mailKey?: boolean;
}) {
  return (
    <div className="will">
      <strong>{t("action-will", { action: action.label })}</strong>
      <ul>
        {action.will
          .filter((line) => line.trim() !== "")
          .map((line) => (
            <li key={line}>{line}</li>
          ))}
      </ul>
      <UndoLine undo={action.undo} nature={action.nature} />
      {(action.not_after || onMails) && (
        <div className="will-foot">
          <span className="quiet">
            {action.not_after && (
              <>
                {t("action-not-after")}{" "}
                <Instant at={action.not_after} both={onMails === undefined} />
              </>
            )}
          </span>
          {onMails && (
            <button
              type="button"
              className="link"
              aria-keyshortcuts={mailKey ? "m" : undefined}
              onClick={onMails}
            >
              {t("mail-open")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
