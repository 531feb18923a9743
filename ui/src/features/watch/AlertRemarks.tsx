import { BellOff, CircleHelp, PhoneMissed } from "lucide-react";
import { StatusWord } from "../../components/tones";
import { Instant } from "../../components/values";
import { t } from "../../locales/catalogue";
import type { AlertView } from "../../platform/backend";

/**
 * By whom they are acknowledged, what is not known of them, and what did not reach the operator.
 * Where it is so of some of them only, how many those are.
 */
export function AlertRemarks({ alerts }: { alerts: AlertView[] }) {
  const taken = alerts.flatMap(({ acknowledged }) => acknowledged ?? []);
  const latest = taken.reduce<string | null>(
    (at, each) => (at === null || each.at > at ? each.at : at),
    null,
  );
  const words = distinct(alerts.flatMap(({ operation }) => operation ?? []));
  const unknown = alerts.flatMap(({ unknown_since }) => unknown_since ?? []).sort();
  const missed = alerts.flatMap(({ undelivered }) => undelivered ?? []);
  const [since] = unknown;
  // One alone says it with whom to call; of several how many.
  const unanswered = alerts.length > 1 ? alerts.flatMap((each) => each.unanswered ?? []).length : 0;
  const nothing = latest === null && words.length === 0 && !since && missed.length === 0;
  if (nothing && unanswered === 0) return null;
  const of = (some: unknown[]) => (some.length < alerts.length ? some.length : 0);
  return (
    <div className="alert-remarks">
      {(latest !== null || words.length > 0) && (
        <span className="quiet">
          {latest !== null && (
            <>
              {t("firing-acknowledged", { who: distinct(taken.map(({ by }) => by)).join(", ") })}{" "}
              <Instant at={latest} />
            </>
          )}{" "}
          {words.map((word) => (
            <StatusWord key={word} word={word} />
          ))}
        </span>
      )}
      {since && (
        <span className="told" data-tone="amber">
          <CircleHelp size={13} aria-hidden />
          <span>
            {t("firing-unknown", { some: of(unknown) })} <Instant at={since} />
          </span>
        </span>
      )}
      {unanswered > 0 && (
        <span className="told" data-tone="amber">
          <PhoneMissed size={13} aria-hidden />
          <span>{t("firing-unanswered", { count: unanswered })}</span>
        </span>
      )}
      {missed.length > 0 && (
        <span className="told" data-tone="amber">
          <BellOff size={13} aria-hidden />
          <span>
            {t("firing-undelivered", { some: of(missed), why: distinct(missed).join(" · ") })}
          </span>
        </span>
      )}
    </div>
  );
}

const distinct = <Each,>(all: Each[]) => [...new Set(all)];
