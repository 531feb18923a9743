import { CircleCheck, TriangleAlert } from "lucide-react";
import { useTenant } from "../../app/reads";
import { Read } from "../../components/Read";
import { Shelf, type Spine } from "../../components/Shelf";
import { EmptyState } from "../../components/states";
import { StatusWord } from "../../components/tones";
import { Instant } from "../../components/values";
import { t } from "../../locales/catalogue";
import type { SettingView, TenantView } from "../../platform/backend";
import { SettingPanel } from "./SettingPanel";
import { shownOf } from "./value";

type TenantScreenProps = { sought: string | undefined; readOnly: boolean };

/** What the tenant says: at the left what is still to be said and what counts, at the right one. */
export function TenantScreen({ sought, readOnly }: TenantScreenProps) {
  const read = useTenant();
  return (
    <Read read={read}>{(view) => <Tenant view={view} sought={sought} readOnly={readOnly} />}</Read>
  );
}

function Tenant({ view, sought, readOnly }: TenantScreenProps & { view: TenantView }) {
  if (view.settings.length === 0) {
    return (
      <EmptyState icon={CircleCheck} title={t("tenant-none")}>
        {t("tenant-none-text")}
      </EmptyState>
    );
  }
  return (
    <Shelf
      alone
      label={t("tenant-list")}
      filterLabel={t("tenant-filter")}
      countWords={(count) => t("tenant-count", { count })}
      items={view.settings}
      spine={(setting) => spineOf(setting, view.open)}
      sought={sought}
    >
      {(setting, leave) => (
        <SettingPanel key={setting.name} setting={setting} readOnly={readOnly} onLeave={leave} />
      )}
    </Shelf>
  );
}

function spineOf(setting: SettingView, open: number): Spine {
  const { name, label, row, purpose, value, missing, operations } = setting;
  const word = operations[0]?.word;
  return {
    id: name,
    label,
    mark: word && <StatusWord word={word} />,
    aside: <Aside setting={setting} />,
    row,
    group: missing ? t("tenant-open", { count: open }) : t("tenant-rest"),
    urgent: missing,
    words: [label, row, name, purpose ?? "", value ?? ""].join(" "),
  };
}

/** What counts, and whose word it is. */
function Aside({ setting }: { setting: SettingView }) {
  const { input, value, json, missing, misfit, is_default, said } = setting;
  if (missing) return <Unsaid />;
  if (misfit !== null) return <Misfit />;
  return (
    <span className="spine-value">
      <bdi>
        {value !== null && json !== null
          ? shownOf(input, { text: value, json })
          : t("tenant-nothing")}
      </bdi>
      <span className="spine-by">
        {is_default && t("tenant-default")}
        {!is_default && !said && t("tenant-by-platform")}
        {!is_default && said && (
          <>
            <bdi>{said.by}</bdi>, <Instant at={said.at} />
          </>
        )}
      </span>
    </span>
  );
}

/** In amber, with its shape. */
export function Unsaid() {
  return (
    <span className="told" data-tone="amber">
      <TriangleAlert size={12} aria-hidden />
      {t("tenant-unsaid")}
    </span>
  );
}

/** What the tenant said and the pack cannot take: in amber, with its shape. */
export function Misfit() {
  return (
    <span className="told" data-tone="amber">
      <TriangleAlert size={12} aria-hidden />
      {t("tenant-misfit")}
    </span>
  );
}
