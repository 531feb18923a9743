import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useBackend } from "../../app/backend";
import { useDemoWorlds } from "../../app/reads";
import { useSaid } from "../../app/said";
import { fullWords, parseWall, zoneName } from "../../app/time";
import { Button } from "../../components/Button";
import { Card } from "../../components/Card";
import { Dialog } from "../../components/Dialog";
import { Choice, Field, Select } from "../../components/Field";
import { Banner, ErrorBanner } from "../../components/states";
import { t } from "../../locales/catalogue";
import type { DemoWorldsView } from "../../platform/backend";
import { atOf, EVERY_DAY, labelOf, wallText } from "./demo";

/** Scenario and clock of the demo, which its platform is asked for. */
export function DemoWorld({ tenant }: { tenant: string }) {
  const read = useDemoWorlds();
  return (
    <Card title={t("demo-world")} aside={t("demo-only")}>
      <div className="card-body demo-world">
        {read.error && !read.isFetching && (
          <ErrorBanner
            error={read.error}
            action={<Button onClick={() => void read.refetch()}>{t("try-again")}</Button>}
          />
        )}
        {read.data && (
          <World key={read.data.scenario ?? EVERY_DAY} view={read.data} tenant={tenant} />
        )}
        {!read.data && read.isFetching && (
          <div aria-busy>
            <span className="visually-hidden">{t("loading")}</span>
            <span className="bone" />
          </div>
        )}
      </div>
    </Card>
  );
}

type Asked = { scenario: string | null; at: string | null };

function World({ view, tenant }: { view: DemoWorldsView; tenant: string }) {
  const [scenario, setScenario] = useState(view.scenario ?? EVERY_DAY);
  const [sets, setSets] = useState("goes_on");
  const [at, setAt] = useState(view.now.slice(0, 16));
  const [asked, setAsked] = useState<Asked | null>(null);
  const wrong = sets === "set" && atOf(at) === null;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (wrong) return;
    setAsked({
      scenario: scenario === EVERY_DAY ? null : scenario,
      at: sets === "set" ? atOf(at) : null,
    });
  };
  const wall = parseWall(view.now);
  return (
    <>
      {view.undone && (
        <Banner
          tone="amber"
          title={t("demo-undone", { world: labelOf(view, view.undone.scenario) })}
        >
          {t("demo-undone-text", { world: labelOf(view, view.scenario) })}
        </Banner>
      )}
      <dl className="facts">
        <dt>{t("demo-now")}</dt>
        <dd>
          <bdi>{labelOf(view, view.scenario)}</bdi>
        </dd>
        <dt>{t("demo-clock")}</dt>
        <dd>{t("demo-clock-is", { at: wall ? fullWords(wall) : view.now })}</dd>
      </dl>
      <form className="demo-form" noValidate onSubmit={send}>
        <Select
          label={t("demo-scenario")}
          prompt={t("demo-every-day")}
          value={scenario}
          options={[
            { value: EVERY_DAY, label: t("demo-every-day") },
            ...view.scenarios.map(({ id, label }) => ({ value: id, label })),
          ]}
          onValue={setScenario}
        />
        <Choice
          label={t("demo-clock")}
          value={sets}
          options={[
            { value: "goes_on", label: t("demo-goes-on") },
            { value: "set", label: t("demo-set") },
          ]}
          onValue={setSets}
        />
        {sets === "set" && (
          <Field
            label={t("demo-at")}
            type="datetime-local"
            value={at}
            onValue={setAt}
            error={wrong ? t("demo-at-wrong") : null}
            hint={t("demo-at-hint", { zone: zoneName(view.zone) })}
          />
        )}
        <div>
          <Button type="submit" disabled={wrong}>
            {t("demo-choose")}
          </Button>
        </div>
      </form>
      {asked && (
        <Confirm view={view} tenant={tenant} asked={asked} onClose={() => setAsked(null)} />
      )}
    </>
  );
}

type ConfirmProps = { view: DemoWorldsView; tenant: string; asked: Asked; onClose: () => void };

/** What is replaced, and what becomes of what waits. */
function Confirm({ view, tenant, asked, onClose }: ConfirmProps) {
  const backend = useBackend();
  const say = useSaid((store) => store.say);
  const read = useDemoWorlds();
  const choosing = useMutation({
    mutationFn: () => backend.chooseWorld(asked),
    onSuccess: () => {
      say(t("demo-chosen"), "green");
      onClose();
      void read.refetch();
    },
  });
  const waits = read.data?.waits ?? view.waits;
  return (
    <Dialog
      title={t("demo-confirm")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="filled" disabled={choosing.isPending} onClick={() => choosing.mutate()}>
            {t(choosing.isPending ? "demo-replacing" : "demo-replace")}
          </Button>
        </>
      }
    >
      {choosing.error && <ErrorBanner error={choosing.error} />}
      <p>{t("demo-confirm-text", { tenant, world: labelOf(view, asked.scenario) })}</p>
      <p>
        {asked.at === null
          ? t("demo-confirm-goes-on")
          : t("demo-confirm-set", { at: wallText(asked.at), zone: zoneName(view.zone) })}
      </p>
      <Banner tone={waits > 0 ? "amber" : "neutral"} title={t("demo-waits", { count: waits })}>
        {waits > 0 && t("demo-waits-text")}
      </Banner>
    </Dialog>
  );
}
