import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useMemo, useState } from "react";
import type { AppView } from "../platform/backend";
import { BackendProvider, useBackend } from "./backend";
import type { Houses } from "./houses";
import { usePlace } from "./place";
import { useSaid } from "./said";
import { Shell } from "./shell/Shell";
import { forgetNow } from "./time";

type HouseProps = { app: AppView; profile: string; houses: Houses };

/** One profile: its reads, its place, and a backend that asks for it alone. */
export function House({ app, profile, houses }: HouseProps) {
  const outer = useBackend();
  const backend = useMemo(() => outer.of(profile), [outer, profile]);
  const client = houses.of(profile);
  const [entered, setEntered] = useState<string | null>(null);
  // Before anything of it is drawn: clock, place and remarks are still those of the last one.
  useLayoutEffect(() => {
    forgetNow();
    useSaid.setState({ remarks: [] });
    usePlace.getState().enter(profile);
    setEntered(profile);
  }, [profile]);
  // What was read before is shown at once, and read again.
  useEffect(() => void client.invalidateQueries(), [client]);
  if (entered !== profile) return null;
  return (
    <QueryClientProvider client={client}>
      <BackendProvider backend={backend}>
        <Shell key={profile} app={app} />
      </BackendProvider>
    </QueryClientProvider>
  );
}
