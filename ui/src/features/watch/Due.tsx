import { CircleCheck } from "lucide-react";
import { usePlace } from "../../app/place";
import type { ReceivedWatch } from "../../app/reads";
import { useTick } from "../../app/time";
import { Button } from "../../components/Button";
import { Card } from "../../components/Card";
import { ClockCell } from "../../components/values";
import { t } from "../../locales/catalogue";
import { durationWords } from "../../locales/words";
import type { BudgetView, DueView } from "../../platform/backend";
import { ageOf } from "./AsOf";
import { minutesWords } from "./figures";

/** The work that waits, in the order in which it should be done, and the time there is for it. */
export function Due({ watch }: { watch: ReceivedWatch }) {
  const { due, budget } = watch;
  return (
    <Card title={t("due-title")} aside={due.length > 0 ? t("due-order") : null}>
      {due.length === 0 ? (
        <NothingDue watch={watch} />
      ) : (
        <ul className="due">
          {due.map((each, at) => (
            <DueRow key={each.view} due={each} first={at === 0} received={watch.received} />
          ))}
        </ul>
      )}
      {budget && <Budget budget={budget} />}
    </Card>
  );
}

function NothingDue({ watch }: { watch: ReceivedWatch }) {
  useTick(15);
  const { queues } = watch.digest;
  return (
    <div className="statement" data-tone={queues > 0 && !watch.stale ? "green" : "neutral"}>
      <CircleCheck size={18} aria-hidden />
      <div>
        <strong>{t("due-none")}</strong>
        <span className="quiet">
          {t("due-none-proof", { queues, age: durationWords(ageOf(watch)) })}
        </span>
      </div>
    </div>
  );
}

type DueRowProps = { due: DueView; first: boolean; received: number };

function DueRow({ due, first, received }: DueRowProps) {
  const go = usePlace((store) => store.go);
  const { at_once, target } = due;
  return (
    <li>
      <div className="due-what">
        <h3>{due.label}</h3>
        <span className="quiet">
          <span>{t("queue-open", { count: due.open })}</span>
          {at_once && <span>{t("due-at-once", { count: at_once.count })}</span>}
          {target > 0 && <span>{t("due-target", { count: target })}</span>}
          {due.urgent > 0 && (
            <span data-tone="amber">{t("nav-urgent", { count: due.urgent })}</span>
          )}
        </span>
      </div>
      <div className="due-time">
        <span className="figure">{t("due-minutes", { minutes: minutesWords(due.minutes) })}</span>
        {due.first && <ClockCell clock={due.first} received={received} />}
      </div>
      <Button
        look={first ? "filled" : "outline"}
        data-stop
        aria-label={t("due-start-label", { label: due.label })}
        onClick={() => go({ screen: "queue", view: due.view, record: null })}
      >
        {t("due-start")}
      </Button>
    </li>
  );
}

/** What of the week is used, what is planned, and what is left or lacking. */
function Budget({ budget }: { budget: BudgetView }) {
  const { minutes, used, planned } = budget;
  const left = minutes - used - planned;
  const share = (part: number) =>
    `${Math.min(100, Math.max(0, (part / Math.max(1, minutes)) * 100))}%`;
  const words = [
    t("budget-used", { time: durationWords(used * 60) }),
    planned > 0 && t("budget-planned", { time: durationWords(planned * 60) }),
  ].filter(Boolean);
  return (
    <div className="budget">
      <div className="budget-words">
        <span className="quiet">
          {t("budget-week", { time: durationWords(minutes * 60) })}{" "}
          <code className="row-id">{budget.row}</code>
        </span>
        <span>
          {words.join(" · ")} ·{" "}
          <strong data-tone={left < 0 ? "amber" : undefined} className="budget-left">
            {t(left < 0 ? "budget-over" : "budget-left", {
              time: durationWords(Math.abs(left) * 60),
            })}
          </strong>
        </span>
      </div>
      <div className="budget-bar" data-over={left < 0 || undefined} aria-hidden>
        <span className="budget-used" style={{ inlineSize: share(used) }} />
        <span
          className="budget-planned"
          style={{ inlineSize: share(Math.min(planned, minutes - used)) }}
        />
      </div>
    </div>
  );
}
