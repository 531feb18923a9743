import { useMutation } from "@tanstack/react-query";
import { FileLock2, KeyRound, LockKeyhole, type LucideIcon, PackagePlus } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { useBackend } from "../../app/backend";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { ErrorBanner } from "../../components/states";
import { t } from "../../locales/catalogue";
import type { AppView, Phase } from "../../platform/backend";
import { Door } from "./Door";
import { NewPassphrase, NO_PASSPHRASE, passphraseReady } from "./Passphrase";
import { StartOver } from "./StartOver";

type Shut = Exclude<Phase, "sign_in" | "open">;

/** A profile that is not open yet: one clear screen each, with what to do. */
export function Gate({ app, phase }: { app: AppView; phase: Shut }) {
  const backend = useBackend();
  const [recovering, setRecovering] = useState(false);
  const [starting, setStarting] = useState(false);
  // Elsewhere the key is not lost.
  const lost = phase === "needs_passphrase" || phase === "needs_recovery";
  const profile = app.profiles.find((each) => each.id === app.current) ?? app.profiles[0];
  const opening = useMutation({ mutationFn: () => backend.openProfile(profile?.id ?? "") });
  const leaving = useMutation({ mutationFn: () => backend.closeProfile() });
  const error = opening.error ?? leaving.error;
  const id = profile?.id ?? "";

  const tryAgain = (
    <Button look="filled" disabled={opening.isPending} onClick={() => opening.mutate()}>
      {t("try-again")}
    </Button>
  );
  const body = (): ReactNode => {
    if (recovering || phase === "needs_recovery") {
      return (
        <RecoverForm
          profile={id}
          keyring={app.keyring !== "absent"}
          onBack={phase === "needs_recovery" ? null : () => setRecovering(false)}
        />
      );
    }
    switch (phase) {
      case "needs_passphrase":
        return <UnlockForm profile={id} onRecover={() => setRecovering(true)} />;
      case "keyring_locked":
        return (
          <Said icon={LockKeyhole} title="gate-keyring" text="gate-keyring-text" steps>
            {tryAgain}
            <Button look="plain" onClick={() => setRecovering(true)}>
              {t("gate-use-recovery")}
            </Button>
          </Said>
        );
      case "newer_database":
        return <Said icon={PackagePlus} title="gate-newer" text="gate-newer-text" />;
      case "read_only":
        return (
          <Said icon={FileLock2} title="gate-read-only" text="gate-read-only-text">
            {tryAgain}
          </Said>
        );
    }
  };

  return (
    <Door version={app.version}>
      {error && <ErrorBanner error={error} />}
      {profile && (
        <p className="door-whose">
          <strong>{profile.tenant}</strong> <span className="quiet">{profile.operator}</span>
        </p>
      )}
      {body()}
      <div className="door-other">
        {profile && lost && (
          <Button look="plain" onClick={() => setStarting(true)}>
            {t(phase === "needs_recovery" ? "start-over-open-code" : "start-over-open")}
          </Button>
        )}
        <Button look="plain" disabled={leaving.isPending} onClick={() => leaving.mutate()}>
          {t("gate-other-profile")}
        </Button>
      </div>
      {starting && profile && <StartOver profile={profile} onClose={() => setStarting(false)} />}
    </Door>
  );
}

type SaidProps = {
  icon: LucideIcon;
  title: string;
  text: string;
  steps?: boolean;
  children?: ReactNode;
};

function Said({ icon: Icon, title, text, steps = false, children }: SaidProps) {
  return (
    <section className="door-card" aria-labelledby="gate">
      <h1 id="gate">
        <Icon size={18} aria-hidden /> {t(title)}
      </h1>
      <p>{t(text)}</p>
      {steps && (
        <ol>
          <li>{t("gate-keyring-step-open")}</li>
          <li>{t("gate-keyring-step-return")}</li>
        </ol>
      )}
      {children && <div className="door-actions">{children}</div>}
    </section>
  );
}

type UnlockFormProps = { profile: string; onRecover: () => void };

function UnlockForm({ profile, onRecover }: UnlockFormProps) {
  const backend = useBackend();
  const [passphrase, setPassphrase] = useState("");
  const unlocking = useMutation({ mutationFn: () => backend.unlock(profile, passphrase) });
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (passphrase !== "" && !unlocking.isPending) unlocking.mutate();
  };
  return (
    <form className="door-card" aria-labelledby="gate" noValidate onSubmit={send}>
      <h1 id="gate">
        <LockKeyhole size={18} aria-hidden /> {t("gate-passphrase")}
      </h1>
      <p className="quiet">{t("gate-passphrase-text")}</p>
      {unlocking.error && <ErrorBanner error={unlocking.error} />}
      <Field
        label={t("passphrase")}
        type="password"
        autoFocus
        required
        value={passphrase}
        onValue={setPassphrase}
      />
      <div className="door-actions">
        <Button look="filled" type="submit" disabled={passphrase === "" || unlocking.isPending}>
          {t(unlocking.isPending ? "gate-unlocking" : "gate-unlock")}
        </Button>
        <Button look="plain" onClick={onRecover}>
          {t("gate-use-recovery")}
        </Button>
      </div>
    </form>
  );
}

type RecoverFormProps = { profile: string; keyring: boolean; onBack: (() => void) | null };

function RecoverForm({ profile, keyring, onBack }: RecoverFormProps) {
  const backend = useBackend();
  const [code, setCode] = useState("");
  const [chosen, setChosen] = useState(NO_PASSPHRASE);
  const recovering = useMutation({
    mutationFn: () => backend.recover(profile, code.trim(), keyring ? null : chosen.first),
  });
  const ready = code.trim() !== "" && (keyring || passphraseReady(chosen));
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !recovering.isPending) recovering.mutate();
  };
  return (
    <form className="door-card" aria-labelledby="gate" noValidate onSubmit={send}>
      <h1 id="gate">
        <KeyRound size={18} aria-hidden /> {t("gate-recovery")}
      </h1>
      <p className="quiet">{t("gate-recovery-text")}</p>
      {recovering.error && <ErrorBanner error={recovering.error} />}
      <Field
        label={t("recovery-code")}
        className="mono"
        required
        value={code}
        onValue={setCode}
        placeholder={t("recovery-placeholder")}
      />
      {!keyring && <NewPassphrase value={chosen} onValue={setChosen} />}
      <div className="door-actions">
        <Button look="filled" type="submit" disabled={!ready || recovering.isPending}>
          {t("gate-recover")}
        </Button>
        {onBack && (
          <Button look="plain" onClick={onBack}>
            {t("gate-back")}
          </Button>
        )}
      </div>
    </form>
  );
}
