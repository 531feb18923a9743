import { Search, TriangleAlert } from "lucide-react";
import { Key } from "../../components/Key";
import { t } from "../../locales/catalogue";
import type { NavigationView } from "../../platform/backend";
import { clockWords, onFace, tenantNow, useTenantClock, useTick, zoneName } from "../time";

type TopBarProps = {
  title: string;
  navigation: NavigationView | undefined;
  onPalette: () => void;
};

export function TopBar({ title, navigation, onPalette }: TopBarProps) {
  return (
    <header className="topbar">
      <h1>{title}</h1>
      <button
        type="button"
        className="palette-field"
        aria-keyshortcuts="Control+K"
        onClick={onPalette}
      >
        <Search size={15} aria-hidden />
        <span>{t("palette-prompt")}</span>
        <Key>{t("key-palette")}</Key>
      </button>
      <WallClock unsure={navigation?.clock_unsure ?? false} />
    </header>
  );
}

/** The tenant's wall clock over UTC. */
function WallClock({ unsure }: { unsure: boolean }) {
  useTick(1);
  const zone = useTenantClock((store) => store.clock?.zone);
  const now = tenantNow();
  if (!now || !zone) return <div className="wallclock" />;
  return (
    <div className="wallclock" title={unsure ? t("clock-unsure-text") : undefined}>
      <div>
        {unsure && (
          <TriangleAlert size={12} className="wallclock-unsure" aria-label={t("clock-unsure")} />
        )}
        <strong>{clockWords(now)}</strong> {zoneName(zone)}
      </div>
      <div className="quiet">{t("clock-utc", { time: clockWords(onFace(now, 0)) })}</div>
    </div>
  );
}
