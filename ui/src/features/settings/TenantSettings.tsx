import { TriangleAlert } from "lucide-react";
import { Card } from "../../components/Card";
import { t } from "../../locales/catalogue";
import type { TenantSetting } from "../../platform/backend";

type TenantSettingsProps = { title: string; none: string; settings: TenantSetting[] };

/** How much is still to be said; else where it changes. */
function asideOf(settings: TenantSetting[]) {
  const missing = settings.filter((setting) => setting.missing).length;
  if (missing > 0) return t("settings-missing-count", { count: missing });
  return settings.length > 0 ? t("settings-on-platform") : null;
}

/** What the tenant has set, each with its row. It is shown here and changed on the platform. */
export function TenantSettings({ title, none, settings }: TenantSettingsProps) {
  return (
    <Card title={title} aside={asideOf(settings)}>
      {settings.length === 0 ? (
        <p className="card-body quiet">{none}</p>
      ) : (
        <ul className="tenant-settings">
          {settings.map((setting) => (
            <li key={setting.name}>
              <div>
                <strong>{setting.label}</strong>
                {setting.purpose && <span className="quiet">{setting.purpose}</span>}
                {setting.one_of.length > 0 && (
                  <span className="quiet">
                    {t("settings-one-of", { values: setting.one_of.join(", ") })}
                  </span>
                )}
              </div>
              <div className="tenant-value">
                {setting.missing ? (
                  <>
                    <span className="told" data-tone="amber">
                      <TriangleAlert size={13} aria-hidden />
                      {t("settings-missing")}
                    </span>
                    {setting.proposed && (
                      <span className="quiet">
                        {t("settings-proposed", { value: setting.proposed })}
                      </span>
                    )}
                  </>
                ) : (
                  <>
                    <bdi>{setting.value}</bdi>
                    {setting.is_default && <span className="quiet">{t("settings-default")}</span>}
                  </>
                )}
              </div>
              <code className="row-id">{setting.row}</code>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
