import type {
  ActionView,
  ActManyAnswer,
  ActManyRequest,
  ActRequest,
  AppView,
  ChangeSet,
  ChooseWorldRequest,
  Code,
  ConsiderRequest,
  ControlsView,
  DemoWorldsView,
  DocumentContent,
  ExportView,
  HistoryView,
  JudgeRequest,
  LogPage,
  LogRequest,
  NavigationView,
  NotificationSettings,
  OpenPart,
  OperationView,
  OptionView,
  RecordView,
  ReferenceView,
  SampleView,
  SavedDocument,
  SearchHit,
  SelectionView,
  SelectRequest,
  SettingsView,
  ShowPlace,
  SignedIn,
  SignInRequest,
  SyncView,
  TakenBackView,
  TenantView,
  ViewPage,
  ViewRequest,
  WatchView,
  Error as WireError,
} from "../generated/bindings";

export type * from "../generated/bindings";

/** What the UI asks of the app, and of the profile that it was made for. Every answer comes from local data, so none waits on a network. */
export interface Backend {
  /** The profile that it asks for; empty where it is made for none. */
  readonly profile: string;
  appView(): Promise<AppView>;
  signIn(request: SignInRequest): Promise<SignedIn>;
  signInDemo(tenant: string | null, passphrase: string | null): Promise<SignedIn>;
  openProfile(profile: string): Promise<void>;
  unlock(profile: string, passphrase: string): Promise<void>;
  recover(profile: string, code: string, passphrase: string | null): Promise<void>;
  /** Moves the data of a profile aside, kept, and forgets its key. */
  startOver(profile: string): Promise<void>;
  renewToken(token: string): Promise<void>;
  closeProfile(): Promise<void>;
  dismissNotices(): Promise<void>;
  navigation(): Promise<NavigationView>;
  queuePage(request: ViewRequest): Promise<ViewPage>;
  /** How many rows of a view stand before a record; nothing where it is not among them. */
  placeInView(request: ViewRequest, kind: string, id: string): Promise<number | null>;
  /** Writes all rows that a view shows to a file. */
  exportView(request: ViewRequest): Promise<ExportView>;
  /** Records of a kind to choose from. */
  pickRecords(kind: string, query: string): Promise<OptionView[]>;
  queueRecord(kind: string, id: string): Promise<RecordView>;
  /** What became of what was done to a record, by everybody, as far as it is kept here. */
  recordHistory(kind: string, id: string): Promise<HistoryView>;
  /**
   * Asks the platform for it, which may take a while: for the newest, or for those before the oldest that is
   * kept. What it answers is kept.
   */
  askHistory(kind: string, id: string, older: boolean): Promise<HistoryView>;
  /** Asks for a document to be kept on this laptop: it is fetched in the background. */
  keepDocument(kind: string, id: string): Promise<void>;
  dropDocument(kind: string, id: string): Promise<void>;
  /** A document that is kept here. */
  showDocument(kind: string, id: string): Promise<DocumentContent>;
  /** Writes a document that is kept here to a file. */
  saveDocument(kind: string, id: string): Promise<SavedDocument>;
  /** What an action would do as it is meant now; does nothing. */
  consider(request: ConsiderRequest): Promise<ActionView>;
  act(request: ActRequest): Promise<OperationView>;
  /** What an action on many records would do; does nothing. */
  selectRecords(request: SelectRequest): Promise<SelectionView>;
  actMany(request: ActManyRequest): Promise<ActManyAnswer>;
  /** Goes on with an action on many that was cut off. */
  resumeBatch(batch: string): Promise<ActManyAnswer>;
  /** Leaves what of an action on many is still to be queued, while it is queued or after it was cut off. */
  leaveBatch(batch: string): Promise<void>;
  /** Keeps what the operator says of a record that was drawn, and answers how far they are. */
  judgeSample(request: JudgeRequest): Promise<SampleView>;
  syncStatus(): Promise<SyncView>;
  /** The next operations of one part, behind the first so many of it. */
  moreOperations(part: OpenPart, behind: number): Promise<OperationView[]>;
  pullNow(): Promise<void>;
  retryOperation(operation: string): Promise<void>;
  discardOperation(operation: string): Promise<void>;
  /** Takes back what was queued and never sent. */
  takeBack(operations: string[]): Promise<TakenBackView>;
  search(query: string): Promise<SearchHit[]>;
  watchView(): Promise<WatchView>;
  /** The operator touched the app: a session goes on. */
  touch(): Promise<void>;
  logPage(request: LogRequest): Promise<LogPage>;
  verifyChain(): Promise<void>;
  referenceView(): Promise<ReferenceView>;
  tenantView(): Promise<TenantView>;
  /** The switches of the platform: what is in force, and what was asked for and is not. */
  controlsView(): Promise<ControlsView>;
  settingsView(): Promise<SettingsView>;
  setNotifications(wanted: NotificationSettings): Promise<void>;
  testNotification(): Promise<void>;
  /** Asks the platform, which may take a while: a demo's own question, as signing in is. */
  demoWorlds(): Promise<DemoWorldsView>;
  /** Likewise, and answers once the world is replaced. */
  chooseWorld(request: ChooseWorldRequest): Promise<DemoWorldsView>;
  reportUiError(message: string): Promise<void>;
  /** A fresh id, taken when a dialog opens, so that a second click is the same operation. */
  newOperationId(): Promise<string>;
  /** Calls `heard` for every change until the returned function is called. */
  onChange(heard: (change: ChangeSet) => void): () => void;
  /** Likewise, where something outside the window asks for a place, as a notification does. */
  onPlace(heard: (shown: ShowPlace) => void): () => void;
  /** The same, asking for this profile alone, whichever is shown. */
  of(profile: string): Backend;
}

/** An answer that was an error. */
export class BackendError extends Error {
  readonly code: Code;
  readonly detail: string | null;
  readonly row: string | null;

  constructor({ code, detail, row }: WireError) {
    super(detail ?? code);
    this.name = "BackendError";
    this.code = code;
    this.detail = detail;
    this.row = row;
  }
}

/** Whatever was thrown, as an error with a code. */
export function asBackendError(thrown: unknown): BackendError {
  if (thrown instanceof BackendError) return thrown;
  return new BackendError({ code: "internal", detail: String(thrown), row: null });
}
