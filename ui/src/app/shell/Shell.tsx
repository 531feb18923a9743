import { useState } from "react";
import { Button } from "../../components/Button";
import { ErrorState } from "../../components/states";
import { ControlBanners } from "../../features/controls/ControlBanners";
import { ControlsScreen } from "../../features/controls/ControlsScreen";
import { LogScreen } from "../../features/log/LogScreen";
import { UndoBar } from "../../features/operations/UndoBar";
import { CutBatches } from "../../features/queues/CutBatches";
import { QueueScreen } from "../../features/queues/QueueScreen";
import { ReferenceScreen } from "../../features/reference/ReferenceScreen";
import { CommandPalette } from "../../features/search/CommandPalette";
import { SettingsScreen } from "../../features/settings/SettingsScreen";
import { SyncScreen } from "../../features/sync/SyncScreen";
import { TenantScreen } from "../../features/tenant/TenantScreen";
import { WatchScreen } from "../../features/watch/WatchScreen";
import { t } from "../../locales/catalogue";
import type { AppView, NavigationView } from "../../platform/backend";
import { useKeys } from "../keys";
import { APPROVALS, type Place, usePlace } from "../place";
import { useNavigation } from "../reads";
import { Notices } from "./Notices";
import { ProfileDialog } from "./ProfileDialog";
import { Rail } from "./Rail";
import { ShortcutsHelp } from "./ShortcutsHelp";
import { useSwitchKeys } from "./switching";
import { TopBar } from "./TopBar";
import { useTouch } from "./touch";

export type Overlay = "palette" | "help" | "profile" | null;

/** The house of all screens: rail, top bar, and the one screen that is open. */
export function Shell({ app }: { app: AppView }) {
  const [overlay, setOverlay] = useState<Overlay>(null);
  const navigation = useNavigation();
  const first = navigation.data?.queues[0];
  const approvals = navigation.data?.queues.find(({ view }) => view === APPROVALS);
  const { go, back } = usePlace.getState();
  // Another record of a queue is not for the house to be drawn again.
  const title = usePlace(({ place }) => titleOf(place, navigation.data));
  useTouch();
  useSwitchKeys(app.profiles, app.current);

  useKeys({
    "$mod+k": () => setOverlay("palette"),
    "Shift+?": () => setOverlay("help"),
    "g w": () => go({ screen: "watch" }),
    "g l": () => go({ screen: "log" }),
    "g r": () => go({ screen: "reference" }),
    "g t": () => go({ screen: "tenant" }),
    "g c": () => go({ screen: "controls" }),
    "g s": () => go({ screen: "sync" }),
    "g ,": () => go({ screen: "settings" }),
    "g q": () => first && go({ screen: "queue", view: first.view, record: null }),
    "g a": () => approvals && go({ screen: "queue", view: approvals.view, record: null }),
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
        others={app.profiles.filter((each) => each.id !== app.current)}
        navigation={navigation.data}
        // Not whether it failed at last: that is forgotten while it is tried again.
        failed={navigation.errorUpdateCount > 0}
        readOnly={app.phase === "read_only"}
        onProfile={() => setOverlay("profile")}
      />
      <div className="stage">
        <TopBar
          title={title}
          navigation={navigation.data}
          onPalette={() => setOverlay("palette")}
        />
        <Notices app={app} />
        <CutBatches readOnly={app.phase === "read_only"} />
        <ControlBanners />
        <main id="screen" className="screen" tabIndex={-1}>
          {navigation.error && !navigation.data ? (
            <ErrorState
              error={navigation.error}
              action={<Button onClick={() => navigation.refetch()}>{t("try-again")}</Button>}
            />
          ) : (
            <Screen readOnly={app.phase === "read_only"} />
          )}
        </main>
        <UndoBar />
      </div>
      {overlay === "palette" && (
        <CommandPalette
          queues={navigation.data?.queues ?? []}
          views={navigation.data?.views ?? []}
          saved={navigation.data?.saved ?? []}
          onOverlay={setOverlay}
          onClose={() => setOverlay(null)}
        />
      )}
      {overlay === "help" && <ShortcutsHelp onClose={() => setOverlay(null)} />}
      {overlay === "profile" && profile && (
        <ProfileDialog app={app} profile={profile} onClose={() => setOverlay(null)} />
      )}
    </div>
  );
}

const TITLES = {
  watch: "nav-watch",
  log: "nav-log",
  reference: "nav-reference",
  tenant: "nav-tenant",
  controls: "nav-controls",
  sync: "nav-sync",
  settings: "nav-settings",
} as const;

/** Name of the screen. */
function titleOf(place: Place, navigation: NavigationView | undefined): string {
  if (place.screen !== "queue") return t(TITLES[place.screen]);
  const named = [...(navigation?.queues ?? []), ...(navigation?.views ?? [])];
  return named.find((each) => each.view === place.view)?.label ?? t("nav-queues");
}

function Screen({ readOnly }: { readOnly: boolean }) {
  const place = usePlace((store) => store.place);
  switch (place.screen) {
    case "watch":
      return <WatchScreen alert={place.alert ?? null} readOnly={readOnly} />;
    case "log":
      return <LogScreen />;
    case "reference":
      return (
        <ReferenceScreen
          key={`${place.section} ${place.item}`}
          section={place.section}
          item={place.item}
        />
      );
    case "tenant":
      return <TenantScreen key={place.setting} sought={place.setting} readOnly={readOnly} />;
    case "controls":
      return <ControlsScreen key={place.control} sought={place.control} readOnly={readOnly} />;
    case "sync":
      return <SyncScreen />;
    case "settings":
      return <SettingsScreen />;
    case "queue":
      return (
        <QueueScreen
          key={`${place.view} ${place.saved} ${JSON.stringify(place.wish ?? null)}`}
          view={place.view}
          record={place.record}
          wish={place.wish}
          readOnly={readOnly}
        />
      );
  }
}
