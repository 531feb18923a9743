import { usePlace } from "../../app/place";
import { Button } from "../../components/Button";
import { Card } from "../../components/Card";
import { t } from "../../locales/catalogue";
import type { TenantSetting } from "../../platform/backend";

/** The platform's switches, each with its row, and the way to where they are switched. */
export function Controls({ controls }: { controls: TenantSetting[] }) {
  const go = usePlace((store) => store.go);
  const open = (
    <Button look="plain" onClick={() => go({ screen: "controls" })}>
      {t("settings-controls-open")}
    </Button>
  );
  return (
    <Card title={t("settings-controls")} aside={controls.length > 0 && open}>
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
