import { TriangleAlert } from "lucide-react";
import type { ReceivedReference } from "../../app/reads";
import { Card } from "../../components/Card";
import { Tone } from "../../components/tones";
import { t } from "../../locales/catalogue";
import { numberWords } from "../../locales/words";
import type { BannerView, PlanPromise, SeverityClocks, TextView } from "../../platform/backend";
import { Copyable } from "./Copyable";
import { Scrolled } from "./Scrolled";
import { answersOf } from "./sections";
import { spanWords } from "./spans";
import { TemplateWords } from "./TemplateWords";

/** What is said when somebody asks, and which times are promised: those that stand here, and no more. */
export function Promises({ view }: { view: ReceivedReference }) {
  const answers = answersOf(view);
  const { banners, severities, plans } = view;
  const said = answers.length + banners.length > 0;
  // A table of clocks takes the whole width; severities without any stand beside what is said.
  const wide = !said || plans.length > 0 || !severities.every(isTimeless);
  const times = (
    <div>
      {severities.length > 0 && <Severities severities={severities} />}
      {plans.length > 0 && <Plans plans={plans} />}
    </div>
  );
  return (
    <Scrolled className="promises" alone={wide}>
      {wide && times}
      {said && (
        <div className="said">
          {answers.length > 0 && (
            <Card title={t("reference-answers")} aside={t("reference-answers-aside")}>
              <ul className="answers">
                {answers.map((text) => (
                  <Answer key={text.id} text={text} />
                ))}
              </ul>
            </Card>
          )}
          {banners.length > 0 && <Banners banners={banners} />}
        </div>
      )}
      {!wide && times}
    </Scrolled>
  );
}

const isTimeless = (each: SeverityClocks) =>
  [each.respond_minutes, each.resolve_minutes, each.notify_minutes].every(
    (minutes) => minutes === null,
  );

function Banners({ banners }: { banners: BannerView[] }) {
  return (
    <Card title={t("reference-banners")} aside={t("reference-banners-aside")}>
      <ul className="answers">
        {banners.map((banner) => (
          <li key={banner.id} data-item={banner.id} tabIndex={-1}>
            <Copyable
              what={banner.label}
              words={banner.words}
              heading={<Heading label={banner.label} row={banner.row} />}
            />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Heading({ label, row }: { label: string; row: string }) {
  return (
    <header>
      <h3>{label}</h3>
      <code className="row-id">{row}</code>
    </header>
  );
}

function Answer({ text }: { text: TextView }) {
  const heading = <Heading label={text.label} row={text.row} />;
  return (
    <li data-item={text.id} tabIndex={-1}>
      {text.ready ? (
        <Copyable what={text.label} words={text.body.trim()} heading={heading} />
      ) : (
        <>
          {heading}
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
  const timeless = severities.every(isTimeless);
  return (
    <Card
      title={t("reference-severities")}
      aside={timeless ? t("reference-severities-timeless") : null}
    >
      {timeless && <p className="card-body timeless">{t("reference-timeless")}</p>}
      <table className="reference-table" data-timeless={timeless || undefined}>
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

/** A column for each severity that a plan names. */
function Plans({ plans }: { plans: PlanPromise[] }) {
  const severities = [
    ...new Set(plans.flatMap(({ answers }) => answers.map(({ severity }) => severity))),
  ];
  return (
    <Card title={t("reference-plans")}>
      <table className="reference-table plans">
        <thead>
          <tr>
            <th scope="col">{t("reference-plan")}</th>
            <th scope="col">{t("reference-uptime")}</th>
            {severities.map((severity) => (
              <th scope="col" key={severity}>
                {severity}
              </th>
            ))}
            <th scope="col">{t("reference-row")}</th>
          </tr>
        </thead>
        <tbody>
          {plans.map((plan) => (
            <tr key={plan.label}>
              <th scope="row">{plan.label}</th>
              <td className="figure">
                {plan.uptime_percent === null
                  ? t("value-none")
                  : t("reference-share", { share: numberWords(plan.uptime_percent) })}
              </td>
              {severities.map((severity) => (
                <Clock
                  key={severity}
                  minutes={plan.answers.find((each) => each.severity === severity)?.minutes ?? null}
                />
              ))}
              <td>
                <code className="row-id">{plan.row}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
