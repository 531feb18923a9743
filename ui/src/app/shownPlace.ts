import { useEffect } from "react";
import type { ShowPlace } from "../platform/backend";
import { useBackend } from "./backend";
import { APPROVALS, type Place, usePlace } from "./place";

/** Goes where something outside the window points, as the button of a notification. */
export function useShownPlace(current: string | null): void {
  const backend = useBackend();
  useEffect(
    () =>
      backend.onPlace(({ profile, place: at }) => {
        const place = placeAt(at);
        if (profile === null || profile === current) return usePlace.getState().go(place);
        // It is gone to when that profile is entered; where it does not open, its door says why.
        usePlace.getState().aim(profile, place);
        void backend.openProfile(profile).catch(() => {});
      }),
    [backend, current],
  );
}

function placeAt(at: ShowPlace["place"]): Place {
  switch (at.type) {
    case "watch":
      return { screen: "watch", ...(at.alert ? { alert: at.alert } : {}) };
    case "approvals":
      return { screen: "queue", view: APPROVALS, record: null };
    case "sync":
      return { screen: "sync" };
  }
}
