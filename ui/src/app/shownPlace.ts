import { useEffect } from "react";
import { useBackend } from "./backend";
import { type Place, usePlace } from "./place";

/** Goes where something outside the window points, as the button of a notification. */
export function useShownPlace(current: string | null): void {
  const backend = useBackend();
  useEffect(
    () =>
      backend.onPlace(({ profile, place: at }) => {
        const alert = at.type === "watch" && at.alert ? { alert: at.alert } : {};
        const place: Place =
          at.type === "sync" ? { screen: "sync" } : { screen: "watch", ...alert };
        if (profile === null || profile === current) return usePlace.getState().go(place);
        // It is gone to when that profile is entered; where it does not open, its door says why.
        usePlace.getState().aim(profile, place);
        void backend.openProfile(profile).catch(() => {});
      }),
    [backend, current],
  );
}
