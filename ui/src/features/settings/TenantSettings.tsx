import { Card } from "../../components/Card";
import { t } from "../../locales/catalogue";
import type { TenantSetting } from "../../platform/backend";

type TenantSettingsProps = { title: string; none: string; settings: TenantSetting[] };

/** What the tenant has set, each with its row. It is shown here and changed on the platform. */
export function TenantSettings({ title, none, settings }: TenantSettingsProps) {
  return (
    <Card title={title} aside={settings.length > 0 ? t("settings-on-platform") : null}>
      {settings.length === 0 ? (
        <p className="card-body quiet">{none}</p>
      ) : (
        <ul className="tenant-settings">
          {settings.map((setting) => (
            <li key={setting.name}>
              <div>
                <strong>{setting.label}</strong>
                {setting.one_of.length > 0 && (
                  <span className="quiet">
                    {t("settings-one-of", { values: setting.one_of.join(", ") })}
                  </span>
                )}
              </div>
              <div className="tenant-value">
                <bdi>{setting.value}</bdi>
                {setting.is_default && <span className="quiet">{t("settings-default")}</span>}
              </div>
              <code className="row-id">{setting.row}</code>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
