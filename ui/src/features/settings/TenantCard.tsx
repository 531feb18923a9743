import { TriangleAlert } from "lucide-react";
import { usePlace } from "../../app/place";
import { Button } from "../../components/Button";
import { Card } from "../../components/Card";
import { t } from "../../locales/catalogue";
import type { TenantSetting } from "../../platform/backend";

/** How much the tenant has still to say, and the way to where it says it. */
export function TenantCard({ settings }: { settings: TenantSetting[] }) {
  const go = usePlace((store) => store.go);
  const open = settings.filter((setting) => setting.missing).length;
  const count = settings.length;
  return (
    <Card title={t("nav-tenant")} aside={count > 0 && t("settings-tenant-count", { count })}>
      <div className="card-body tenant-card">
        {open > 0 ? (
          <p className="told" data-tone="amber">
            <TriangleAlert size={13} aria-hidden />
            {t("nav-unsaid", { count: open })}
          </p>
        ) : (
          <p className="quiet">{t(count > 0 ? "settings-tenant-all" : "settings-tenant-none")}</p>
        )}
        <Button onClick={() => go({ screen: "tenant" })}>{t("settings-tenant-open")}</Button>
      </div>
    </Card>
  );
}
