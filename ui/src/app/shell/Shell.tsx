import { Inbox } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "../../components/Button";
import { EmptyState, ErrorState } from "../../components/states";
import { QueueScreen } from "../../features/queues/QueueScreen";
import { CommandPalette } from "../../features/search/CommandPalette";
import { SyncScreen } from "../../features/sync/SyncScreen";
import { t } from "../../locales/catalogue";
import type { AppView, NavigationView } from "../../platform/backend";
import { useKeys } from "../keys";
import { type Place, usePlace } from "../place";
import { useNavigation } from "../reads";
import { Notices } from "./Notices";
import { ProfileDialog } from "./ProfileDialog";
import { Rail } from "./Rail";
import { ShortcutsHelp } from "./ShortcutsHelp";
import { TopBar } from "./TopBar";

export type Overlay = "palette" | "help" | "profile" | null;

/** The house of all screens: rail, top bar, and the one screen that is open. */
export function Shell({ app }: { app: AppView }) {
  const [overlay, setOverlay] = useState<Overlay>(null);
  const navigation = useNavigation();
  const { place, go, back } = usePlace();
  const first = navigation.data?.queues[0];
  const title = titleOf(place, navigation.data);

  useEffect(() => {
    if (usePlace.getState().place === null && first)
      go({ screen: "queue", view: first.view, record: null });
  }, [first, go]);

  useKeys({
    "$mod+k": () => setOverlay("palette"),
    "Shift+?": () => setOverlay("help"),
    "g s": () => go({ screen: "sync" }),
    "g q": () => first && go({ screen: "queue", view: first.view, record: null }),
    "Alt+ArrowLeft": back,
  });

  const profile = app.profiles.find((each) => each.id === app.current);
  return (
    <div className="shell">
      <a className="skip" href="#screen">
        {t("skip-to-screen")}
      </a>
      <Rail
        profile={profile}
        navigation={navigation.data}
        onProfile={() => setOverlay("profile")}
      />
      <div className="stage">
        <TopBar
          title={title}
          navigation={navigation.data}
          onPalette={() => setOverlay("palette")}
        />
        <Notices app={app} />
        <main id="screen" className="screen" tabIndex={-1}>
          {navigation.error && !navigation.data ? (
            <ErrorState
              error={navigation.error}
              action={<Button onClick={() => navigation.refetch()}>{t("try-again")}</Button>}
            />
          ) : (
            <Screen
              place={place}
              readOnly={app.phase === "read_only"}
              bare={navigation.data?.queues.length === 0}
            />
          )}
        </main>
      </div>
      {overlay === "palette" && (
        <CommandPalette
          queues={navigation.data?.queues ?? []}
          views={navigation.data?.views ?? []}
          onOverlay={setOverlay}
          onClose={() => setOverlay(null)}
        />
      )}
      {overlay === "help" && <ShortcutsHelp onClose={() => setOverlay(null)} />}
      {overlay === "profile" && profile && (
        <ProfileDialog profile={profile} version={app.version} onClose={() => setOverlay(null)} />
      )}
    </div>
  );
}

/** Name of the screen. */
function titleOf(place: Place | null, navigation: NavigationView | undefined): string {
  if (place?.screen === "sync") return t("nav-sync");
  const named = [...(navigation?.queues ?? []), ...(navigation?.views ?? [])];
  return named.find((each) => each.view === place?.view)?.label ?? t("nav-queues");
}

type ScreenProps = { place: Place | null; readOnly: boolean; bare: boolean };

function Screen({ place, readOnly, bare }: ScreenProps) {
  if (place?.screen === "sync") return <SyncScreen />;
  if (place) {
    return (
      <QueueScreen key={place.view} view={place.view} record={place.record} readOnly={readOnly} />
    );
  }
  if (!bare) return null;
  return (
    <EmptyState icon={Inbox} title={t("no-queues")}>
      {t("no-queues-text")}
    </EmptyState>
  );
}
