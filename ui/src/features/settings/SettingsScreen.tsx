import { TriangleAlert } from "lucide-react";
import { useBackend } from "../../app/backend";
import { usePlace } from "../../app/place";
import { useSettings } from "../../app/reads";
import { Appearance } from "../../app/shell/Appearance";
import { Button } from "../../components/Button";
import { Card } from "../../components/Card";
import { Read } from "../../components/Read";
import { t } from "../../locales/catalogue";
import { bytesWords } from "../../locales/words";
import type { SettingsView } from "../../platform/backend";
import { DemoWorld } from "./DemoWorld";
import { Notifications } from "./Notifications";
import { PackChanges } from "./PackChanges";
import { TenantCard } from "./TenantCard";

/** Who is signed in to what, what this laptop does, and what the tenant has set. */
export function SettingsScreen() {
  const read = useSettings();
  return <Read read={read}>{(view) => <Settings view={view} />}</Read>;
}

function Settings({ view }: { view: SettingsView }) {
  return (
    <div className="settings">
      <div>
        <Notifications view={view.notifications} zone={view.profile.zone} />
        <Card title={t("theme-label")}>
          <div className="card-body appearance">
            <Appearance />
          </div>
        </Card>
        <TenantCard settings={view.settings} />
        {view.demo && <DemoWorld tenant={view.profile.tenant} />}
      </div>
      <div>
        <Profile view={view} />
        <Laptop view={view} />
        <Pack view={view} />
        <PackChanges version={view.pack_version} changes={view.pack_changes} />
        <Card title={t("settings-about")}>
          <dl className="facts card-body">
            <dt>{t("app-name")}</dt>
            <dd>{t("app-version", { version: view.version })}</dd>
          </dl>
        </Card>
      </div>
    </div>
  );
}

function Profile({ view }: { view: SettingsView }) {
  const backend = useBackend();
  const { profile, roles, regions } = view;
  const close = async () => {
    await backend.closeProfile();
    usePlace.getState().leave(profile.id);
  };
  return (
    <Card title={t("profile-title")}>
      <dl className="facts card-body">
        <dt>{t("profile-tenant")}</dt>
        <dd>{profile.tenant}</dd>
        <dt>{t("profile-operator")}</dt>
        <dd>{profile.operator}</dd>
        <dt>{t("settings-roles")}</dt>
        <dd>{roles.length > 0 ? roles.join(", ") : t("value-none")}</dd>
        <dt>{t("settings-regions")}</dt>
        <dd>{regions.length > 0 ? regions.join(", ") : t("settings-regions-all")}</dd>
        <dt>{t("profile-platform")}</dt>
        <dd className="mono break">{profile.platform}</dd>
        <dt>{t("profile-zone")}</dt>
        <dd>{profile.zone}</dd>
      </dl>
      <div className="card-body settings-close">
        <Button onClick={() => void close()}>{t("profile-close")}</Button>
        <p className="field-hint">{t("profile-close-text")}</p>
      </div>
    </Card>
  );
}

function Laptop({ view }: { view: SettingsView }) {
  return (
    <Card title={t("settings-device")}>
      <dl className="facts card-body">
        <dt>{t("settings-device-name")}</dt>
        <dd>{view.device}</dd>
        <dt>{t("settings-device-id")}</dt>
        <dd>
          <code className="break">{view.device_id}</code>
        </dd>
        <dt>{t("profile-secrets")}</dt>
        <dd>{t(view.profile.passphrase ? "profile-passphrase" : "profile-keyring")}</dd>
        <dt>{t("settings-state")}</dt>
        <dd>{t("settings-size-state", { size: bytesWords(view.state_bytes) })}</dd>
        <dt>{t("settings-cache")}</dt>
        <dd>{t("settings-size-cache", { size: bytesWords(view.cache_bytes) })}</dd>
        <dt>{t("settings-folder")}</dt>
        <dd>
          <code className="break">{view.folder}</code>
        </dd>
      </dl>
    </Card>
  );
}

function Pack({ view }: { view: SettingsView }) {
  const { pack_warnings } = view;
  return (
    <Card title={t("settings-pack")}>
      <dl className="facts card-body">
        <dt>{t("settings-pack-name")}</dt>
        <dd>{view.pack}</dd>
        <dt>{t("settings-pack-version")}</dt>
        <dd>{view.pack_version}</dd>
        <dt>{t("settings-pack-hash")}</dt>
        <dd>
          <code className="hash">{view.pack_hash}</code>
        </dd>
      </dl>
      <div className="card-body pack-warnings">
        {pack_warnings.length === 0 ? (
          <p className="quiet">{t("settings-pack-fine")}</p>
        ) : (
          <>
            <p className="told" data-tone="amber">
              <TriangleAlert size={13} aria-hidden />
              {t("settings-pack-warnings", { count: pack_warnings.length })}
            </p>
            <ul>
              {pack_warnings.map((warning) => (
                <li key={warning}>
                  <code className="break">{warning}</code>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Card>
  );
}
