import { useMutation } from "@tanstack/react-query";
import { Lock, Plus } from "lucide-react";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Key } from "../../components/Key";
import { useSigningIn } from "../../features/session/signingIn";
import { t } from "../../locales/catalogue";
import type { AppView, ProfileView } from "../../platform/backend";
import { useBackend } from "../backend";
import { usePlace } from "../place";
import { zoneName } from "../time";
import { Appearance } from "./Appearance";
import { initials } from "./initials";
import { KEYED } from "./switching";

type ProfileDialogProps = { app: AppView; profile: ProfileView; onClose: () => void };

/** Whose operation it is; the others on this laptop, a key away; how it looks. */
export function ProfileDialog({ app, profile, onClose }: ProfileDialogProps) {
  const backend = useBackend();
  const add = useSigningIn((store) => store.add);
  // Whatever keeps one from opening is shown by the door that comes instead.
  const opening = useMutation({ mutationFn: (id: string) => backend.openProfile(id) });
  const close = async () => {
    await backend.closeProfile();
    usePlace.getState().leave(profile.id);
    onClose();
  };
  return (
    <Dialog
      title={t("profile-title")}
      lenient
      onClose={onClose}
      footer={
        <>
          <Button onClick={add}>
            <Plus size={14} aria-hidden />
            {t("profile-add")}
          </Button>
          <Button onClick={() => void close()}>{t("profile-close")}</Button>
        </>
      }
    >
      {app.profiles.length > 1 && (
        <ul className="profiles" aria-label={t("profiles-title")}>
          {app.profiles.map((each, at) => (
            <li key={each.id}>
              <button
                type="button"
                aria-current={each.id === app.current}
                disabled={opening.isPending}
                onClick={() => (each.id === app.current ? onClose() : opening.mutate(each.id))}
              >
                <span className="tenant-mark" aria-hidden>
                  {initials(each.tenant)}
                </span>
                <span className="tenant-words">
                  <strong>{each.tenant}</strong>
                  <span className="quiet">
                    {t("profile-who", { operator: each.operator, zone: zoneName(each.zone) })}
                  </span>
                </span>
                <Standing profile={each} />
                {at < KEYED && <Key>{t("profile-key", { digit: at + 1 })}</Key>}
              </button>
            </li>
          ))}
        </ul>
      )}
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
        <dd>{app.version}</dd>
      </dl>
      <Appearance />
      <p className="field-hint">{t("profile-close-text")}</p>
    </Dialog>
  );
}

/** Red alerts of one that is open, or that it is closed. */
function Standing({ profile }: { profile: ProfileView }) {
  if (!profile.open) {
    return (
      <span className="quiet profile-shut">
        <Lock size={13} aria-hidden /> {t("profile-shut")}
      </span>
    );
  }
  if (profile.red === 0) return null;
  return (
    <span className="badge" title={t("nav-red", { count: profile.red })}>
      <span aria-hidden>{profile.red}</span>
      <span className="visually-hidden">{t("nav-red", { count: profile.red })}</span>
    </span>
  );
}
