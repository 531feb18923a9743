import { useState } from "react";
import { Button } from "../../components/Button";
import { Banner } from "../../components/states";
import { Instant } from "../../components/values";
import { t } from "../../locales/catalogue";
import type { OperationView, SettingView } from "../../platform/backend";
import { OperationCard } from "../operations/OperationCard";
import { isHeld } from "../operations/standing";
import { useDraft } from "./draft";
import { Readers } from "./Readers";
import { SettingForm } from "./SettingForm";
import { Misfit, Unsaid } from "./TenantScreen";
import { hasParts, putOf, shownOf } from "./value";

type SettingPanelProps = { setting: SettingView; readOnly: boolean; onLeave: () => void };

/** A setting: what it is for, what counts, what reads it, and the form by which it is said. */
export function SettingPanel({ setting, readOnly, onLeave }: SettingPanelProps) {
  const { operations } = setting;
  const drafting = useDraft(setting);
  const [amends, setAmends] = useState<string | null>(null);
  const replaced = operations.find((each) => each.id === amends);
  const inTheWay = operations.length > 0 && !replaced;
  const closed = closedBy(setting, readOnly);
  const form = !closed && !inTheWay;
  const amend = (operation: OperationView) =>
    closed || !isHeld(operation) ? undefined : () => setAmends(operation.id);
  return (
    <article className="read setting">
      <Head setting={setting} onUse={form ? (put) => drafting.change({ put }) : null} />
      {operations.length > 0 && (
        <section className="read-part setting-operations">
          {operations.map((operation) => (
            <OperationCard key={operation.id} operation={operation} onAmend={amend(operation)} />
          ))}
          {inTheWay && !closed && (
            <p className="quiet">{t(operations.some(isHeld) ? "tenant-held" : "tenant-waits")}</p>
          )}
        </section>
      )}
      <div className="setting-parts">
        <Readers setting={setting} />
        {closed && (
          <section className="read-part setting-say">
            <Banner tone={closed.tone} title={t(closed.title)}>
              {closed.words}
            </Banner>
          </section>
        )}
        {form && (
          <section className="read-part setting-say">
            <SettingForm
              setting={setting}
              drafting={drafting}
              amends={replaced?.id ?? null}
              onActed={() => {
                setAmends(null);
                drafting.clear();
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
function closedBy(setting: SettingView, readOnly: boolean): Closed | null {
  const { denied, revision, input, json } = setting;
  if (denied !== null) return { tone: "neutral", title: "tenant-denied", words: denied };
  if (readOnly) return { tone: "amber", title: "tenant-denied", words: t("tenant-read-only") };
  if (revision === null) {
    return { tone: "blue", title: "tenant-not-here", words: t("tenant-not-here-text") };
  }
  if (!hasParts(input, json)) return null;
  return { tone: "neutral", title: "tenant-parts", words: t("tenant-parts-text") };
}

type HeadProps = { setting: SettingView; onUse: ((put: string) => void) | null };

function Head({ setting, onUse }: HeadProps) {
  const { input, label, row, purpose, value, json, missing, misfit, proposed, said, is_default } =
    setting;
  return (
    <header className="read-head">
      <h2>{label}</h2>
      <p className="quiet">
        <code className="row-id">{row}</code>
      </p>
      {purpose && <p>{purpose}</p>}
      <dl className="facts">
        <dt>{t("tenant-in-force")}</dt>
        <dd>
          {missing ? (
            <Unsaid />
          ) : (
            <>
              <strong>
                <bdi>
                  {value !== null && json !== null
                    ? shownOf(input, { text: value, json })
                    : t("tenant-nothing")}
                </bdi>
              </strong>{" "}
              {is_default && <span className="quiet">{t("settings-default")}</span>}
            </>
          )}
        </dd>
        {misfit !== null && (
          <>
            <dt>
              <Misfit />
            </dt>
            <dd>{t("tenant-misfit-why", { why: misfit })}</dd>
          </>
        )}
        {said && (
          <>
            <dt>{t(is_default ? "tenant-taken-back-by" : "tenant-said-by")}</dt>
            <dd>
              <bdi>{said.by}</bdi>, <Instant at={said.at} both />
            </dd>
          </>
        )}
        {said?.reason && (
          <>
            <dt>{t("tenant-reason-was")}</dt>
            <dd>
              <bdi>{said.reason}</bdi>
            </dd>
          </>
        )}
        {proposed && (
          <>
            <dt>{t("tenant-proposed")}</dt>
            <dd className="setting-proposed">
              <bdi>{shownOf(input, proposed)}</bdi>
              {onUse && (
                <Button onClick={() => onUse(putOf(input, proposed.json))}>
                  {t("tenant-use")}
                </Button>
              )}
            </dd>
          </>
        )}
      </dl>
    </header>
  );
}
