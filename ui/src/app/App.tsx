import { useEffect } from "react";
import { Button } from "../components/Button";
import { Remarks } from "../components/Remarks";
import { ErrorState } from "../components/states";
import { Gate } from "../features/session/Gate";
import { RecoveryCode } from "../features/session/RecoveryCode";
import { SignIn } from "../features/session/SignIn";
import { useSigningIn } from "../features/session/signingIn";
import { t } from "../locales/catalogue";
import type { AppView } from "../platform/backend";
import { House } from "./House";
import type { Houses } from "./houses";
import { useAppView } from "./reads";
import { useShownPlace } from "./shownPlace";

/** Sign-in, a locked door, or the shell. */
export function App({ houses }: { houses: Houses }) {
  const app = useAppView();
  useShownPlace(app.data?.current ?? null);
  return (
    <>
      {app.data ? (
        <Inside app={app.data} houses={houses} />
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

type InsideProps = { app: AppView; houses: Houses };

function Inside({ app, houses }: InsideProps) {
  const { busy, adding, recoveryCode } = useSigningIn();
  const open = app.profiles.filter((profile) => profile.open).map((profile) => profile.id);
  const listed = open.join();
  useEffect(() => houses.keep(listed.split(",")), [houses, listed]);
  // The code is shown once; nothing may come before it has been read.
  if (recoveryCode !== null) return <RecoveryCode code={recoveryCode} />;
  if (busy || adding) return <SignIn app={app} />;
  const house = app.current !== null && <House app={app} profile={app.current} houses={houses} />;
  switch (app.phase) {
    case "sign_in":
      return <SignIn app={app} />;
    case "open":
      return house;
    case "read_only":
      return house || <Gate app={app} phase="read_only" />;
    default:
      return <Gate app={app} phase={app.phase} />;
  }
}
