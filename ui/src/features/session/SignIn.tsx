import { useMutation } from "@tanstack/react-query";
import { ArrowLeft, ArrowRight } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useBackend } from "../../app/backend";
import { zoneName } from "../../app/time";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { Banner, ErrorBanner } from "../../components/states";
import { t } from "../../locales/catalogue";
import type { AppView, DemoView, ProfileView, SignedIn } from "../../platform/backend";
import { Door } from "./Door";
import { NewPassphrase, NO_PASSPHRASE, passphraseReady } from "./Passphrase";
import { useSigningIn } from "./signingIn";

/** Profiles of this laptop, the demo where one is offered, and a platform's address with a token. */
export function SignIn({ app }: { app: AppView }) {
  const backend = useBackend();
  const { run, adding, stay } = useSigningIn();
  const [chosen, setChosen] = useState(NO_PASSPHRASE);
  const signing = useMutation({ mutationFn: (ask: () => Promise<SignedIn>) => run(ask) });
  const opening = useMutation({
    mutationFn: (id: string) => backend.openProfile(id),
    // Open, or at its own door.
    onSettled: stay,
  });

  const needsPassphrase = app.keyring === "absent";
  const ready = !needsPassphrase || passphraseReady(chosen);
  const passphrase = needsPassphrase ? chosen.first : null;
  const error = signing.error ?? opening.error;
  const busy = signing.isPending || opening.isPending;

  return (
    <Door version={app.version}>
      {adding && (
        <div>
          <Button look="plain" disabled={busy} onClick={stay}>
            <ArrowLeft size={14} aria-hidden className="toward" />
            {t("sign-in-stay")}
          </Button>
        </div>
      )}
      {error && <ErrorBanner error={error} />}
      {app.keyring === "locked" && (
        <Banner tone="amber" title={t("error-keyring-locked")}>
          {t("error-keyring-locked-text")}
        </Banner>
      )}
      {app.profiles.length > 0 && (
        <Profiles profiles={app.profiles} busy={busy} onOpen={(id) => opening.mutate(id)} />
      )}
      {needsPassphrase && (
        <section className="door-card" aria-labelledby="choose-passphrase">
          <h2 id="choose-passphrase">{t("passphrase-title")}</h2>
          <p className="quiet">{t("passphrase-why")}</p>
          <NewPassphrase value={chosen} onValue={setChosen} />
        </section>
      )}
      {app.demo && (
        <Demo
          demo={app.demo}
          ready={ready && !busy}
          onOpen={(tenant) => signing.mutate(() => backend.signInDemo(tenant, passphrase))}
        />
      )}
      <PlatformForm
        filled={app.demo === null}
        ready={ready}
        busy={busy}
        onSend={(platform, token) =>
          signing.mutate(() => backend.signIn({ platform, token, passphrase }))
        }
      />
    </Door>
  );
}

type ProfilesProps = { profiles: ProfileView[]; busy: boolean; onOpen: (id: string) => void };

function Profiles({ profiles, busy, onOpen }: ProfilesProps) {
  return (
    <section className="door-card door-list" aria-labelledby="profiles">
      <h2 id="profiles">{t("profiles-title")}</h2>
      <ul>
        {profiles.map((profile) => (
          <li key={profile.id}>
            <button type="button" disabled={busy} onClick={() => onOpen(profile.id)}>
              <span>
                <strong>{profile.tenant}</strong>
                <span className="quiet">
                  {t("profile-line", {
                    operator: profile.operator,
                    zone: zoneName(profile.zone),
                    platform: profile.platform.replace(/^https?:\/\//, ""),
                  })}
                </span>
              </span>
              <ArrowRight size={16} aria-hidden className="toward" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

type DemoProps = { demo: DemoView; ready: boolean; onOpen: (tenant: string | null) => void };

function Demo({ demo, ready, onOpen }: DemoProps) {
  return (
    <section className="door-card" aria-labelledby="demo">
      <div className="door-demo">
        <div>
          <h2 id="demo">{t("demo-title", { tenant: demo.tenant })}</h2>
          <p className="quiet">{t("demo-text")}</p>
        </div>
        <Button look="filled" disabled={!ready} onClick={() => onOpen(null)}>
          {t("demo-open")}
        </Button>
      </div>
      {demo.others.length > 0 && (
        <ul className="door-tenants" aria-label={t("demo-others")}>
          {demo.others.map((tenant) => (
            <li key={tenant}>
              <button type="button" disabled={!ready} onClick={() => onOpen(tenant)}>
                <strong>{tenant}</strong>
                <ArrowRight size={16} aria-hidden className="toward" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

type PlatformFormProps = {
  filled: boolean;
  ready: boolean;
  busy: boolean;
  onSend: (platform: string, token: string) => void;
};

function PlatformForm({ filled, ready, busy, onSend }: PlatformFormProps) {
  const [platform, setPlatform] = useState("");
  const [token, setToken] = useState("");
  const complete = platform.trim() !== "" && token.trim() !== "" && ready;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (complete && !busy) onSend(platform.trim(), token.trim());
  };
  return (
    <form className="door-card" aria-labelledby="platform" noValidate onSubmit={send}>
      <h2 id="platform">{t("platform-title")}</h2>
      <Field
        label={t("platform-address")}
        type="url"
        inputMode="url"
        required
        placeholder={t("platform-placeholder")}
        value={platform}
        onValue={setPlatform}
      />
      <Field
        label={t("platform-token")}
        type="password"
        required
        value={token}
        onValue={setToken}
        hint={t("platform-token-hint")}
      />
      <div className="door-actions">
        <Button look={filled ? "filled" : "outline"} type="submit" disabled={!complete || busy}>
          {t(busy ? "sign-in-busy" : "sign-in")}
        </Button>
      </div>
    </form>
  );
}
