import { useState } from "react";
import { Banner } from "../../components/states";
import { Instant } from "../../components/values";
import { t } from "../../locales/catalogue";
import type { ControlView } from "../../platform/backend";
import { OperationCard } from "../operations/OperationCard";
import { isHeld } from "../operations/standing";
import { NotInEffect } from "./ControlBanners";
import { SwitchForm } from "./SwitchForm";
import { nameOf, notInEffectWords, valueWords, wantedOf } from "./words";

type ControlPanelProps = { control: ControlView; readOnly: boolean; onLeave: () => void };

/** A switch: what is in force and why, what it stops, and the form by which it is switched. */
export function ControlPanel({ control, readOnly, onLeave }: ControlPanelProps) {
  const { own, asked, problem } = control;
  const [amending, setAmending] = useState<string | null>(null);
  const amends = own && amending === own.operation.id ? amending : null;
  const closed = closedBy(control, readOnly);
  const form = !closed && (own === null || amends !== null);
  const held = own !== null && isHeld(own.operation);
  const amend = () => setAmending(own?.operation.id ?? null);
  return (
    <article className="read setting">
      <Head control={control} />
      {(wantedOf(control) !== null || problem !== null) && (
        <section className="read-part">
          <Banner tone="amber" title={notInEffectWords(control)}>
            <NotInEffect control={control} />
          </Banner>
        </section>
      )}
      {own && (
        <section className="read-part setting-operations">
          <p className="quiet">
            {t("control-asked-for", { value: valueWords(own.value) })} <bdi>{own.reason}</bdi>
          </p>
          <OperationCard operation={own.operation} onAmend={!closed && held ? amend : undefined} />
        </section>
      )}
      <div className="setting-parts">
        <Freezes control={control} />
        {closed && (
          <section className="read-part setting-say">
            <Banner tone={closed.tone} title={t(closed.title)}>
              {closed.words}
            </Banner>
          </section>
        )}
        {form && !asked && (
          <section className="read-part setting-say">
            <SwitchForm
              control={control}
              amends={amends}
              onActed={() => {
                setAmending(null);
                onLeave();
              }}
            />
          </section>
        )}
      </div>
    </article>
  );
}

type Closed = { tone: "neutral" | "blue" | "amber"; title: string; words: string };

/** Why there is no form. */
function closedBy(control: ControlView, readOnly: boolean): Closed | null {
  const { denied, revision } = control;
  if (denied !== null) return { tone: "neutral", title: "control-denied", words: denied };
  if (readOnly) return { tone: "amber", title: "control-denied", words: t("tenant-read-only") };
  if (revision === null) {
    return { tone: "blue", title: "tenant-not-here", words: t("control-not-here-text") };
  }
  return null;
}

function Head({ control }: { control: ControlView }) {
  const { row, purpose, value, usual, on, since, banner, held, roles } = control;
  return (
    <header className="read-head">
      <h2>{nameOf(control)}</h2>
      <p className="quiet">
        <code className="row-id">{row}</code>
      </p>
      {purpose && <p>{purpose}</p>}
      <dl className="facts">
        <dt>{t("tenant-in-force")}</dt>
        <dd>
          <strong>
            <bdi>{valueWords(value)}</bdi>
          </strong>{" "}
          <span className="quiet">
            {on ? t("control-usually", { value: valueWords(usual) }) : t("control-as-usual")}
          </span>
        </dd>
        {since && (
          <>
            <dt>{t("control-since")}</dt>
            <dd>
              <Instant at={since.at} both />,{" "}
              {since.by === null ? t("control-by-platform") : <bdi>{since.by}</bdi>}
            </dd>
          </>
        )}
        {since?.reason && (
          <>
            <dt>{t("tenant-reason-was")}</dt>
            <dd>
              <bdi>{since.reason}</bdi>
            </dd>
          </>
        )}
        {banner && (
          <>
            <dt>{t("control-public")}</dt>
            <dd>
              <bdi>{banner}</bdi>
            </dd>
          </>
        )}
        <dt>{t("control-roles")}</dt>
        <dd>{roles.length === 0 ? t("control-roles-none") : roles.join(" · ")}</dd>
        {held > 0 && (
          <>
            <dt>{t("control-held")}</dt>
            <dd data-tone="amber">{t("control-holds", { count: held })}</dd>
          </>
        )}
      </dl>
    </header>
  );
}

/** The actions that go by it. */
function Freezes({ control: { freezes } }: { control: ControlView }) {
  return (
    <section className="read-part setting-readers">
      <h3>{t("control-freezes")}</h3>
      {freezes.length === 0 ? (
        <p className="quiet">{t("control-freezes-none")}</p>
      ) : (
        <ul className="control-freezes">
          {freezes.map(({ kind, action, row }) => (
            <li key={`${kind} ${action}`}>
              <bdi>{action}</bdi> <span className="quiet">{kind}</span>{" "}
              <code className="row-id">{row}</code>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
