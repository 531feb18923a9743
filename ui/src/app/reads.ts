import {
  keepPreviousData,
  QueryClient,
  useInfiniteQuery,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import {
  type Backend,
  BackendError,
  type LogSort,
  type OpenPart,
  type ReferenceView,
  type WatchView,
} from "../platform/backend";
import { useBackend } from "./backend";
import { usePlace } from "./place";
import { hearNow } from "./time";

/** Names of the reads, first part of each key. */
export const READS = {
  app: "app",
  navigation: "navigation",
  page: "page",
  record: "record",
  sync: "sync",
  search: "search",
  watch: "watch",
  log: "log",
  settings: "settings",
  reference: "reference",
  tenant: "tenant",
  demo: "demo",
  controls: "controls",
} as const;

/** Counts, ages and the clock are set right this often; nothing leaves the machine for it. */
const REFRESH_MS = 30_000;

/** A client whose data is stale only when told so, and that does not care for the network. */
export function makeClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: "always",
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: false,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

export const appQuery = (backend: Backend) => ({
  queryKey: [READS.app],
  queryFn: () => backend.appView(),
});

export const navigationQuery = (backend: Backend) => ({
  queryKey: [READS.navigation],
  queryFn: async () => {
    const navigation = await backend.navigation();
    // The answer to another profile's question may come after that one has left the window.
    const shown = usePlace.getState().profile;
    if (shown === null || shown === backend.profile) hearNow(navigation.now, navigation.zone);
    return navigation;
  },
});

export const syncQuery = (backend: Backend) => ({
  queryKey: [READS.sync],
  queryFn: async () => ({ ...(await backend.syncStatus()), received: performance.now() }),
});

export function useAppView() {
  return useQuery(appQuery(useBackend()));
}

export function useNavigation() {
  return useQuery({ ...navigationQuery(useBackend()), refetchInterval: REFRESH_MS });
}

export function useSync() {
  return useQuery({ ...syncQuery(useBackend()), refetchInterval: REFRESH_MS });
}

/** The pages of a part of what is not settled that follow its first, each read when it is asked for. */
export function useMoreOperations(part: OpenPart, first: number, pages: number) {
  const backend = useBackend();
  return useQueries({
    queries: Array.from({ length: pages }, (_, page) => ({
      // A change of the outbox is one of these too.
      queryKey: [READS.sync, part, first * (page + 1)],
      queryFn: () => backend.moreOperations(part, first * (page + 1)),
      gcTime: 0,
    })),
  });
}

/** What Watch shows and when it came, so that its clocks run on. */
export type ReceivedWatch = WatchView & { received: number };

export const watchQuery = (backend: Backend) => ({
  queryKey: [READS.watch],
  queryFn: async (): Promise<ReceivedWatch> => ({
    ...(await backend.watchView()),
    received: performance.now(),
  }),
});

export function useWatch() {
  return useQuery({ ...watchQuery(useBackend()), refetchInterval: REFRESH_MS });
}

/** Entries of one read of the log. */
export const LOG_ROWS = 200;

/** The log from its newest entry back, page by page. */
export function useLog(search: string, sorts: LogSort[]) {
  const backend = useBackend();
  return useInfiniteQuery({
    queryKey: [READS.log, search, sorts],
    queryFn: ({ pageParam }) =>
      backend.logPage({ search, sorts, before: pageParam, limit: LOG_ROWS }),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => (last.more ? (last.entries.at(-1)?.seq ?? null) : null),
    placeholderData: keepPreviousData,
  });
}

export function useSettings() {
  const backend = useBackend();
  return useQuery({ queryKey: [READS.settings], queryFn: () => backend.settingsView() });
}

/** What the tenant says, and has still to say. */
export function useTenant() {
  const backend = useBackend();
  return useQuery({ queryKey: [READS.tenant], queryFn: () => backend.tenantView() });
}

/** Which worlds the demo has. Its platform is asked, each time this comes onto the screen. */
export function useDemoWorlds() {
  const backend = useBackend();
  return useQuery({
    queryKey: [READS.demo],
    queryFn: () => backend.demoWorlds(),
    refetchOnMount: "always",
  });
}

/** The switches of the platform. */
export function useControls() {
  const backend = useBackend();
  return useQuery({ queryKey: [READS.controls], queryFn: () => backend.controlsView() });
}

/** What the pack says and when it came, so that its clocks run on. */
export type ReceivedReference = ReferenceView & { received: number };

/** What the pack says; its clocks are set right while it is on the screen. */
export function useReference(shown = false) {
  const backend = useBackend();
  return useQuery({
    queryKey: [READS.reference],
    queryFn: async (): Promise<ReceivedReference> => ({
      ...(await backend.referenceView()),
      received: performance.now(),
    }),
    refetchInterval: shown && REFRESH_MS,
    // What was read long ago has old clocks.
    refetchOnMount: shown ? "always" : true,
  });
}

export function useRecord(record: { kind: string; id: string } | null) {
  const backend = useBackend();
  return useQuery({
    queryKey: [READS.record, record?.kind, record?.id],
    queryFn: async () => {
      if (!record) throw new BackendError({ code: "not_found", detail: null, row: null });
      const view = await backend.queueRecord(record.kind, record.id);
      return { ...view, received: performance.now() };
    },
    enabled: record !== null,
    placeholderData: keepPreviousData,
  });
}

/** What touches a record touches its history. */
const historyKey = (record: { kind: string; id: string }) => [
  READS.record,
  "history",
  record.kind,
  record.id,
];

/** What became of what was done to a record, as far as it is kept here. */
export function useHistory(record: { kind: string; id: string }) {
  const backend = useBackend();
  return useQuery({
    queryKey: historyKey(record),
    queryFn: () => backend.recordHistory(record.kind, record.id),
  });
}

/** Asks the platform for it, for the newest or for older ones; what it answers is kept, and read from there. */
export function useAskHistory(record: { kind: string; id: string }) {
  const backend = useBackend();
  const client = useQueryClient();
  const queryKey = historyKey(record);
  return useMutation({
    mutationFn: (older: boolean) => backend.askHistory(record.kind, record.id, older),
    onSuccess: async () => {
      // A read that was under way may not have it.
      await client.cancelQueries({ queryKey });
      await client.invalidateQueries({ queryKey });
    },
  });
}

/** Records of a kind to choose from. */
export function usePicks(kind: string, query: string) {
  const backend = useBackend();
  return useQuery({
    queryKey: [READS.search, "of", kind, query],
    queryFn: () => backend.pickRecords(kind, query),
    placeholderData: keepPreviousData,
  });
}

export function useSearch(query: string) {
  const backend = useBackend();
  return useQuery({
    queryKey: [READS.search, query],
    queryFn: () => backend.search(query),
    enabled: query.trim() !== "",
    placeholderData: keepPreviousData,
  });
}
