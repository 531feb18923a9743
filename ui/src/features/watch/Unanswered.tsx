import { PhoneMissed } from "lucide-react";
import { instantWords, parseWall, secondsSince, tenantNow, useTick } from "../../app/time";
import { Reached } from "../../components/Reached";
import { t } from "../../locales/catalogue";
import { durationWords } from "../../locales/words";
import type { CallView, UnansweredView } from "../../platform/backend";

type UnansweredProps = { unanswered: UnansweredView; received: number };

/** Nobody acknowledged it: who is to be called, where they are reached, and whose turn comes next. */
export function Unanswered({ unanswered, received }: UnansweredProps) {
  useTick(15);
  const { due, told, next, meanwhile } = unanswered;
  const duration = durationWords(unanswered.seconds + secondsSince(received));
  const [first] = next;
  return (
    <div className="unanswered">
      <span className="told" data-tone="amber" title={t("unanswered-by-hand")}>
        <PhoneMissed size={13} aria-hidden />
        <span>
          {t("unanswered-for", { duration })}
          {due.length > 0 && (
            <> · {t("unanswered-due", { who: rolesOf(due), count: due.length })}</>
          )}
          {first && <> · {t("unanswered-next", { who: rolesOf(next), at: atWords(first.at) })}</>}{" "}
          <code className="row-id">{unanswered.row}</code>
          <span className="visually-hidden">{t("unanswered-by-hand")}</span>
        </span>
      </span>
      {due.length > 0 && (
        <ul className="unanswered-calls" aria-label={unanswered.path}>
          {due.map((call) => (
            <Called key={`${call.role} ${call.at}`} call={call} />
          ))}
        </ul>
      )}
      {told.length > 0 && (
        <span className="quiet">{t("unanswered-told", { who: rolesOf(told) })}</span>
      )}
      {meanwhile && <span className="quiet">{meanwhile}</span>}
    </div>
  );
}

function Called({ call }: { call: CallView }) {
  return (
    <li>
      <strong>{call.role}</strong>
      {call.only && <span className="quiet">{t("unanswered-only", { words: call.only })}</span>}
      {call.contacts.length === 0 && <Reached at={null} reach="other" />}
      {call.contacts.map((contact) => (
        <span key={contact.label} className="unanswered-contact">
          {contact.label !== call.role && <span>{contact.label}</span>}
          <Reached {...contact} />
        </span>
      ))}
    </li>
  );
}

const rolesOf = (calls: CallView[]) => [...new Set(calls.map(({ role }) => role))].join(", ");

function atWords(at: string): string {
  const wall = parseWall(at);
  return wall ? instantWords(wall, tenantNow()) : at;
}
