import { Button } from "../components/Button";
import { Remarks } from "../components/Remarks";
import { ErrorState } from "../components/states";
import { Gate } from "../features/session/Gate";
import { RecoveryCode } from "../features/session/RecoveryCode";
import { SignIn } from "../features/session/SignIn";
import { useSigningIn } from "../features/session/signingIn";
import { t } from "../locales/catalogue";
import type { AppView } from "../platform/backend";
import { useAppView } from "./reads";
import { Shell } from "./shell/Shell";

/** Sign-in, a locked door, or the shell. */
export function App() {
  const app = useAppView();
  return (
    <>
      {app.data ? (
        <Inside app={app.data} />
      ) : app.error ? (
        <main className="gate">
          <ErrorState
            error={app.error}
            action={<Button onClick={() => app.refetch()}>{t("try-again")}</Button>}
          />
        </main>
      ) : (
        <main className="gate" aria-busy>
          <span className="visually-hidden">{t("loading")}</span>
        </main>
      )}
      <Remarks />
    </>
  );
}

function Inside({ app }: { app: AppView }) {
  const { busy, recoveryCode } = useSigningIn();
  // The code is shown once; nothing may come before it has been read.
  if (recoveryCode !== null) return <RecoveryCode code={recoveryCode} />;
  if (busy) return <SignIn app={app} />;
  switch (app.phase) {
    case "sign_in":
      return <SignIn app={app} />;
    case "open":
      return <Shell app={app} />;
    case "read_only":
      return app.current === null ? <Gate app={app} phase="read_only" /> : <Shell app={app} />;
    default:
      return <Gate app={app} phase={app.phase} />;
  }
}
