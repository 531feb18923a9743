import type { ReceivedReference } from "../../app/reads";
import { zoneName } from "../../app/time";
import { Shelf, type Spine } from "../../components/Shelf";
import { Instant } from "../../components/values";
import { t } from "../../locales/catalogue";
import type { OccasionView, ProcedureView } from "../../platform/backend";
import { Steps } from "./Steps";
import { ruleWords, spanWords } from "./spans";

type LibraryProps = { view: ReceivedReference; sought: string | undefined };

/** Playbooks and routines, to be read. */
export function Library({ view, sought }: LibraryProps) {
  return (
    <Shelf
      label={t("reference-library")}
      filterLabel={t("reference-library-search")}
      countWords={(count) => t("reference-library-count", { count })}
      items={view.library}
      spine={spineOf}
      sought={sought}
    >
      {(procedure) => <Procedure key={keyOf(procedure)} procedure={procedure} />}
    </Shelf>
  );
}

const isRoutine = ({ occasion }: ProcedureView) => occasion.type !== "alerts";

/** A playbook and a routine may have one name. */
export const keyOf = (each: ProcedureView) =>
  `${isRoutine(each) ? "routine" : "playbook"} ${each.id}`;

function spineOf(procedure: ProcedureView): Spine {
  const steps = t("reference-steps", { count: procedure.steps.length });
  const { minutes } = procedure;
  return {
    id: keyOf(procedure),
    label: procedure.label,
    aside: minutes === null ? steps : t("reference-minutes-steps", { minutes, steps }),
    row: procedure.row,
    group: t(isRoutine(procedure) ? "reference-routines" : "reference-playbooks"),
    words: [
      procedure.label,
      procedure.row,
      procedure.purpose ?? "",
      ...procedure.steps.map((step) => `${step.text} ${step.row ?? ""}`),
    ].join(" "),
  };
}

function Procedure({ procedure }: { procedure: ProcedureView }) {
  const { kind, severity, roles } = procedure;
  return (
    <article className="read">
      <header className="read-head">
        <h2>{procedure.label}</h2>
        <p className="quiet">
          {spineOf(procedure).aside} · <code className="row-id">{procedure.row}</code>
        </p>
        {procedure.purpose && <p>{procedure.purpose}</p>}
        <dl className="facts">
          <Occasion occasion={procedure.occasion} />
          {kind && <Fact name="reference-about" value={kind} />}
          {severity && <Fact name="reference-opens" value={severity} />}
          <Fact
            name="reference-done-by"
            value={roles.length > 0 ? roles.join(", ") : t("reference-every-operator")}
          />
        </dl>
      </header>
      <Steps steps={procedure.steps} />
    </article>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{t(name)}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** When it is done. */
function Occasion({ occasion }: { occasion: OccasionView }) {
  switch (occasion.type) {
    case "alerts":
      return (
        <Fact
          name="reference-trigger"
          value={
            occasion.alerts.length > 0
              ? t("reference-on-alerts", { alerts: occasion.alerts.join(", ") })
              : t("reference-on-demand")
          }
        />
      );
    case "schedule":
      return (
        <div>
          <dt>{t("reference-trigger")}</dt>
          <dd>
            {ruleWords(occasion.rule)}
            {occasion.next.map((run) => (
              <p key={run.region ?? run.zone} className="quiet">
                {run.region ?? zoneName(run.zone)}: {t("reference-next")} <Instant at={run.at} />
              </p>
            ))}
            <p className="quiet">
              {t("reference-late", { time: spanWords(occasion.due_minutes) })}
            </p>
          </dd>
        </div>
      );
    case "record": {
      const { kind, at, minutes, due_minutes } = occasion;
      const time = spanWords(Math.abs(minutes));
      const id = minutes < 0 ? "reference-before" : "reference-behind";
      return (
        <div>
          <dt>{t("reference-trigger")}</dt>
          <dd>
            {minutes === 0 ? t("reference-with", { at, kind }) : t(id, { time, at, kind })}
            <p className="quiet">{t("reference-late", { time: spanWords(due_minutes) })}</p>
          </dd>
        </div>
      );
    }
    case "asked":
      return <Fact name="reference-trigger" value={t("reference-on-demand")} />;
  }
}
