import { TriangleAlert } from "lucide-react";
import type { ReceivedReference } from "../../app/reads";
import { Card } from "../../components/Card";
import { Tone } from "../../components/tones";
import { t } from "../../locales/catalogue";
import { numberWords } from "../../locales/words";
import type { PlanPromise, SeverityClocks, TextView } from "../../platform/backend";
import { Copyable } from "./Copyable";
import { Scrolled } from "./Scrolled";
import { answersOf } from "./sections";
import { spanWords } from "./spans";
import { TemplateWords } from "./TemplateWords";

/** What is said when somebody asks, and which times are promised: those that stand here, and no more. */
export function Promises({ view }: { view: ReceivedReference }) {
  const answers = answersOf(view);
  return (
    <Scrolled className="promises" alone={answers.length === 0}>
      {answers.length > 0 && (
        <Card title={t("reference-answers")} aside={t("reference-answers-aside")}>
          <ul className="answers">
            {answers.map((text) => (
              <Answer key={text.id} text={text} />
            ))}
          </ul>
        </Card>
      )}
      <div>
        {view.severities.length > 0 && <Severities severities={view.severities} />}
        {view.plans.length > 0 && <Plans plans={view.plans} />}
      </div>
    </Scrolled>
  );
}

function Answer({ text }: { text: TextView }) {
  return (
    <li data-item={text.id} tabIndex={-1}>
      <header>
        <h3>{text.label}</h3>
        <code className="row-id">{text.row}</code>
      </header>
      {text.ready ? (
        <Copyable what={text.label} words={text.body.trim()} />
      ) : (
        <>
          <p className="given" dir="auto">
            <TemplateWords source={text.body.trim()} variables={text.variables} />
          </p>
          <Unsaid text={text} />
        </>
      )}
    </li>
  );
}

/** What the tenant has to say before a text can be given. */
export function Unsaid({ text }: { text: TextView }) {
  const missing = text.variables.filter((each) => each.missing);
  if (missing.length === 0) return null;
  const what = missing.map(({ label, name }) => label ?? name).join(", ");
  return (
    <p className="told" data-tone="amber">
      <TriangleAlert size={13} aria-hidden />
      {t("reference-text-unsaid", { what })}
    </p>
  );
}

function Severities({ severities }: { severities: SeverityClocks[] }) {
  const clocks = severities.flatMap((each) => [
    each.respond_minutes,
    each.resolve_minutes,
    each.notify_minutes,
  ]);
  const timeless = clocks.every((minutes) => minutes === null);
  return (
    <Card
      title={t("reference-severities")}
      aside={timeless ? t("reference-severities-timeless") : null}
    >
      {timeless && <p className="card-body timeless">{t("reference-timeless")}</p>}
      <table className="reference-table">
        <thead>
          <tr>
            <th scope="col">{t("reference-severity")}</th>
            {!timeless && (
              <>
                <th scope="col">{t("reference-respond")}</th>
                <th scope="col">{t("reference-resolve")}</th>
                <th scope="col">{t("reference-notify")}</th>
              </>
            )}
            <th scope="col">{t("reference-path")}</th>
            <th scope="col">{t("reference-row")}</th>
          </tr>
        </thead>
        <tbody>
          {severities.map((each) => (
            <tr key={each.id} data-item={each.id} tabIndex={-1}>
              <th scope="row">
                <Tone tone={each.tone}>{each.label}</Tone>
                <span className="quiet examples">{each.examples.join(" · ")}</span>
              </th>
              {!timeless && (
                <>
                  <Clock minutes={each.respond_minutes} />
                  <Clock minutes={each.resolve_minutes} />
                  <Clock minutes={each.notify_minutes} />
                </>
              )}
              <td>{each.escalation ?? <span className="quiet">{t("value-none")}</span>}</td>
              <td>
                <code className="row-id">{each.row}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function Clock({ minutes }: { minutes: number | null }) {
  return (
    <td className="figure">
      {minutes === null ? (
        <span className="quiet">{t("reference-no-promise")}</span>
      ) : (
        spanWords(minutes)
      )}
    </td>
  );
}

function Plans({ plans }: { plans: PlanPromise[] }) {
  return (
    <Card title={t("reference-plans")}>
      <ul className="tenant-settings">
        {plans.map((plan) => (
          <li key={plan.label}>
            <strong>{plan.label}</strong>
            <div className="tenant-value">
              {plan.uptime_percent !== null && (
                <span>{t("reference-uptime", { share: numberWords(plan.uptime_percent) })}</span>
              )}
              {plan.answers.map(({ severity, minutes }) => (
                <span className="quiet" key={severity}>
                  {t("reference-answer-within", { severity, time: spanWords(minutes) })}
                </span>
              ))}
            </div>
            <code className="row-id">{plan.row}</code>
          </li>
        ))}
      </ul>
    </Card>
  );
}
