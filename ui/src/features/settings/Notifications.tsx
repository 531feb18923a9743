import { useMutation } from "@tanstack/react-query";
import { BellOff, CircleCheck, TriangleAlert } from "lucide-react";
import { useEffect, useState } from "react";
import { useBackend } from "../../app/backend";
import { useSaid } from "../../app/said";
import { Button } from "../../components/Button";
import { Card } from "../../components/Card";
import { Choice } from "../../components/Field";
import { Banner, ErrorBanner } from "../../components/states";
import { Instant } from "../../components/values";
import { t } from "../../locales/catalogue";
import type { NotificationSettings, NotificationsView } from "../../platform/backend";
import { HoursFields } from "./HoursFields";
import { problemOf, USUAL } from "./hours";

type NotificationsProps = { view: NotificationsView; zone: string };

/** What is notified and when, whether it comes through, and a button that tries it. */
export function Notifications({ view, zone }: NotificationsProps) {
  const backend = useBackend();
  const say = useSaid((store) => store.say);
  // What is being changed, until it is kept; hours that do not hold are never sent.
  const [draft, setDraft] = useState(view.wanted);
  useEffect(() => setDraft(view.wanted), [view.wanted]);
  const saving = useMutation({
    mutationFn: (wanted: NotificationSettings) => backend.setNotifications(wanted),
    onSuccess: () => say(t("notify-saved"), "green"),
    onError: () => setDraft(view.wanted),
  });
  const trying = useMutation({
    mutationFn: () => backend.testNotification(),
    onSuccess: () => say(t("notify-tried"), "green"),
  });
  const change = (wanted: NotificationSettings) => {
    setDraft(wanted);
    if (wanted.hours === null || problemOf(wanted.hours) === null) saving.mutate(wanted);
  };
  return (
    <Card title={t("settings-notifications")}>
      <div className="card-body notify">
        {saving.error && <ErrorBanner error={saving.error} />}
        <Wants wanted={draft} onChange={change} />
        <Choice
          label={t("notify-hours")}
          value={draft.hours ? "within" : "always"}
          options={[
            { value: "always", label: t("notify-always") },
            { value: "within", label: t("notify-within") },
          ]}
          onValue={(value) => change({ ...draft, hours: value === "within" ? USUAL : null })}
        />
        {draft.hours && (
          <HoursFields
            hours={draft.hours}
            zone={zone}
            onHours={(hours) => change({ ...draft, hours })}
          />
        )}
        {view.quiet_now && (
          <p className="told quiet-now" data-tone="neutral">
            <BellOff size={14} aria-hidden />
            {t("notify-quiet-now")}
          </p>
        )}
      </div>
      <Delivery view={view} />
      <div className="card-body notify-try">
        {trying.error && <ErrorBanner error={trying.error} />}
        <Button disabled={trying.isPending} onClick={() => trying.mutate()}>
          {t("notify-try")}
        </Button>
      </div>
    </Card>
  );
}

const KINDS = [
  { of: "red", words: "notify-red" },
  { of: "yellow", words: "notify-yellow" },
  { of: "refused", words: "notify-refused" },
  { of: "approvals", words: "notify-approvals" },
] as const;

type WantsProps = {
  wanted: NotificationSettings;
  onChange: (wanted: NotificationSettings) => void;
};

function Wants({ wanted, onChange }: WantsProps) {
  return (
    <fieldset className="choice">
      <legend>{t("notify-of")}</legend>
      <div className="checks">
        {KINDS.map(({ of, words }) => (
          <label key={of}>
            <input
              type="checkbox"
              checked={wanted[of]}
              onChange={(event) => onChange({ ...wanted, [of]: event.target.checked })}
            />
            <span>{t(words)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Who shows them, and how the last attempts went. */
function Delivery({ view }: { view: NotificationsView }) {
  const { service, buttons, last, failures } = view;
  return (
    <div className="card-body notify-delivery">
      {service === null && (
        <Banner tone="amber" title={t("notify-no-service")}>
          {t("notify-no-service-text")}
        </Banner>
      )}
      <dl className="facts">
        {service !== null && (
          <>
            <dt>{t("notify-service")}</dt>
            <dd>{t(buttons ? "notify-buttons" : "notify-no-buttons", { service })}</dd>
          </>
        )}
        <dt>{t("notify-last")}</dt>
        <dd>
          {last === null ? (
            t("notify-last-never")
          ) : (
            <>
              <Instant at={last.at} />{" "}
              <span className="told" data-tone={last.problem ? "amber" : "green"}>
                {last.problem ? (
                  <TriangleAlert size={13} aria-hidden />
                ) : (
                  <CircleCheck size={13} aria-hidden />
                )}
                {last.problem ? t("notify-last-bad", { why: last.problem }) : t("notify-last-good")}
              </span>
              {failures > 0 && (
                <span className="field-hint">{t("notify-failures", { count: failures })}</span>
              )}
            </>
          )}
        </dd>
      </dl>
    </div>
  );
}
