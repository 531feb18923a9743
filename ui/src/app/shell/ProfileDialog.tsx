import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { t } from "../../locales/catalogue";
import type { ProfileView } from "../../platform/backend";
import { useBackend } from "../backend";
import { usePlace } from "../place";
import { Appearance } from "./Appearance";

type ProfileDialogProps = { profile: ProfileView; version: string; onClose: () => void };

/** Who is signed in where; how it looks; closing it. */
export function ProfileDialog({ profile, version, onClose }: ProfileDialogProps) {
  const backend = useBackend();
  const close = async () => {
    await backend.closeProfile();
    usePlace.getState().reset();
    onClose();
  };
  return (
    <Dialog
      title={t("profile-title")}
      lenient
      onClose={onClose}
      footer={<Button onClick={() => void close()}>{t("profile-close")}</Button>}
    >
      <dl className="facts">
        <dt>{t("profile-tenant")}</dt>
        <dd>{profile.tenant}</dd>
        <dt>{t("profile-operator")}</dt>
        <dd>{profile.operator}</dd>
        <dt>{t("profile-platform")}</dt>
        <dd className="mono">{profile.platform}</dd>
        <dt>{t("profile-zone")}</dt>
        <dd>{profile.zone}</dd>
        <dt>{t("profile-secrets")}</dt>
        <dd>{t(profile.passphrase ? "profile-passphrase" : "profile-keyring")}</dd>
        <dt>{t("profile-version")}</dt>
        <dd>{version}</dd>
      </dl>
      <Appearance />
      <p className="field-hint">{t("profile-close-text")}</p>
    </Dialog>
  );
}
