import { useEffect } from "react";
import { useBackend } from "./backend";
import { usePlace } from "./place";

/** Goes where something outside the window points, as the button of a notification. */
export function useShownPlace(current: string | null): void {
  const backend = useBackend();
  useEffect(
    () =>
      backend.onPlace(({ profile, place }) => {
        const go = () => {
          if (place.type === "sync") usePlace.getState().go({ screen: "sync" });
          else {
            const alert = place.alert ? { alert: place.alert } : {};
            usePlace.getState().go({ screen: "watch", ...alert });
          }
        };
        if (profile === null || profile === current) return go();
        // Where it does not open, its door says why, and there is no place to go to.
        void backend.openProfile(profile).then(
          () => {
            usePlace.getState().enter(profile);
            go();
          },
          () => {},
        );
      }),
    [backend, current],
  );
}
