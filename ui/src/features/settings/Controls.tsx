import { Card } from "../../components/Card";
import { t } from "../../locales/catalogue";
import type { TenantSetting } from "../../platform/backend";

/** The platform's switches, each with its row. They are shown here and change on the platform. */
export function Controls({ controls }: { controls: TenantSetting[] }) {
  return (
    <Card title={t("settings-controls")} aside={controls.length > 0 && t("settings-on-platform")}>
      {controls.length === 0 ? (
        <p className="card-body quiet">{t("settings-no-controls")}</p>
      ) : (
        <ul className="tenant-settings">
          {controls.map((control) => (
            <li key={control.name}>
              <div>
                <strong>{control.label}</strong>
                {control.purpose && <span className="quiet">{control.purpose}</span>}
              </div>
              <div className="tenant-value">
                <bdi>{control.value}</bdi>
                {control.is_default && <span className="quiet">{t("settings-default")}</span>}
              </div>
              <code className="row-id">{control.row}</code>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
