import type { AppView, Backend } from "../platform/backend";
import type { Houses } from "./houses";
import { appQuery, navigationQuery, READS, syncQuery, watchQuery } from "./reads";

/** Asks for what the first screen shows while the page is still being made. */
export async function readAhead(houses: Houses, backend: Backend): Promise<void> {
  await houses.app.prefetchQuery(appQuery(backend));
  const app = houses.app.getQueryData<AppView>([READS.app]);
  if (app?.phase !== "open" || app.current === null) return;
  const [client, of] = [houses.of(app.current), backend.of(app.current)];
  // What goes wrong is shown by whoever uses the answer.
  void client.prefetchQuery(navigationQuery(of));
  void client.prefetchQuery(watchQuery(of));
  void client.prefetchQuery(syncQuery(of));
}
