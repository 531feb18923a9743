import {
  Eye,
  GitFork,
  Hand,
  Hourglass,
  KeyRound,
  ListChecks,
  type LucideIcon,
  PhoneCall,
  RefreshCcw,
  Send,
  SquareCheckBig,
  ToggleRight,
} from "lucide-react";
import type { ReactNode } from "react";
import { usePlace } from "../../app/place";
import { t } from "../../locales/catalogue";
import type { StepView, StepWork } from "../../platform/backend";
import { spanWords } from "./spans";

/** What is done, in order. Read here; a run of it is something else. */
export function Steps({ steps }: { steps: StepView[] }) {
  return (
    <ol className="steps">
      {steps.map((step, at) => (
        <Step key={step.id} step={step} number={at + 1} />
      ))}
    </ol>
  );
}

const ICONS: Record<StepWork["type"], LucideIcon> = {
  hand: Hand,
  decide: GitFork,
  wait: Hourglass,
  recheck: RefreshCcw,
  look_up: Eye,
  test: ListChecks,
  act: SquareCheckBig,
  switch: ToggleRight,
  send: Send,
  page: PhoneCall,
  credential: KeyRound,
};

function Step({ step, number }: { step: StepView; number: number }) {
  const Icon = ICONS[step.work.type];
  const facts = [
    step.view && t("reference-step-view", { view: step.view }),
    step.metric && t("reference-step-metric", { metric: step.metric }),
    step.link,
    step.playbook && t("reference-step-playbook", { playbook: step.playbook }),
    step.notes.length > 0 && t("reference-step-notes", { notes: step.notes.join(", ") }),
  ].filter((fact) => typeof fact === "string");
  return (
    <li>
      <span className="step-number">{number}</span>
      <Icon size={14} aria-hidden />
      <div>
        <p>
          {step.text}
          {step.optional && <span className="quiet"> {t("reference-step-optional")}</span>}
        </p>
        {step.detail && <p className="quiet">{step.detail}</p>}
        {step.first.map((condition) => (
          <p key={condition} className="quiet">
            {t("reference-step-first", { condition })}
          </p>
        ))}
        <Work work={step.work} />
        {facts.map((fact) => (
          <p key={fact} className="quiet break">
            {fact}
          </p>
        ))}
        {step.next !== null && <p className="quiet">{goesOn(step.next)}</p>}
      </div>
      <span className="step-aside quiet">
        {step.minutes !== null && <span className="figure">{spanWords(step.minutes)}</span>}
        {step.row && <code className="row-id">{step.row}</code>}
      </span>
    </li>
  );
}

const goesOn = (next: number) =>
  next === 0 ? t("reference-step-ends") : t("reference-step-goes-on", { step: next });

/** What is done in a step, where that is more than its words. */
function Work({ work }: { work: StepWork }): ReactNode {
  switch (work.type) {
    case "hand":
      return null;
    case "decide":
      return (
        <ul className="ways">
          {work.ways.map((way) => (
            <li key={way.label}>
              {way.label} <span className="quiet">{goesOn(way.next)}</span>
            </li>
          ))}
        </ul>
      );
    case "wait": {
      const time = spanWords(work.minutes);
      const words = work.most
        ? t("reference-work-wait-most", { time, most: spanWords(work.most) })
        : t("reference-work-wait", { time });
      return <p className="quiet">{words}</p>;
    }
    case "recheck":
      return (
        <p className="quiet">
          {t("reference-work-recheck", { time: spanWords(work.every_minutes), until: work.until })}
          {work.most !== null && ` ${t("reference-work-recheck-most", { count: work.most })}`}
          {work.then !== null && ` ${goesOn(work.then)}`}
        </p>
      );
    case "look_up":
      return <p className="quiet">{t("reference-work-look-up", { among: work.among })}</p>;
    case "test":
      return (
        <ul className="ways">
          {work.cases.map(({ input, expect }) => (
            <li key={input}>
              {input} <span className="quiet">{t("reference-work-expect", { expect })}</span>
            </li>
          ))}
        </ul>
      );
    case "act":
      return <p className="quiet">{t("reference-work-act", { action: work.action })}</p>;
    case "switch":
      return (
        <p className="quiet">
          {t("reference-work-switch", { control: work.control, to: work.to })}
        </p>
      );
    case "send":
      return <Sent text={work.text} label={work.label} />;
    case "page":
      return <p className="quiet">{t("reference-work-page", { path: work.path })}</p>;
    case "credential":
      return (
        <p className="quiet">
          {t("reference-work-credential")} <code>{work.name}</code>
        </p>
      );
  }
}

function Sent({ text, label }: { text: string; label: string }) {
  const go = usePlace((store) => store.go);
  return (
    <p className="quiet">
      {t("reference-work-send")}{" "}
      <button
        type="button"
        className="link"
        onClick={() => go({ screen: "reference", section: "texts", item: text })}
      >
        {label}
      </button>
    </p>
  );
}
