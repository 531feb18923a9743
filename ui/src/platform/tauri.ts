import { commands, events, type Error as WireError } from "../generated/bindings";
import { type Backend, BackendError } from "./backend";

type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: WireError };

async function data<T>(answer: Promise<Answer<T>>): Promise<T> {
  const got = await answer;
  if (got.status === "error") throw new BackendError(got.error);
  return got.data;
}

async function done(answer: Promise<Answer<unknown>>): Promise<void> {
  await data(answer);
}

/** The shell, through its generated bindings, asked for this profile. */
const of = (profile: string): Backend => ({
  profile,
  of,
  appView: () => data(commands.appView()),
  signIn: (request) => data(commands.signIn(request)),
  signInDemo: (tenant, passphrase) => data(commands.signInDemo(tenant, passphrase)),
  openProfile: (id) => done(commands.openProfile(id)),
  unlock: (id, passphrase) => done(commands.unlock(id, passphrase)),
  recover: (id, code, passphrase) => done(commands.recover(id, code, passphrase)),
  startOver: (id) => done(commands.startOver(id)),
  renewToken: (token) => done(commands.renewToken(profile, token)),
  closeProfile: () => done(commands.closeProfile()),
  dismissNotices: () => done(commands.dismissNotices()),
  navigation: () => data(commands.navigation(profile)),
  queuePage: (request) => data(commands.queuePage(profile, request)),
  placeInView: (request, kind, id) => data(commands.placeInView(profile, request, kind, id)),
  exportView: (request) => data(commands.exportView(profile, request)),
  pickRecords: (kind, query) => data(commands.pickRecords(profile, kind, query)),
  queueRecord: (kind, id) => data(commands.queueRecord(profile, kind, id)),
  recordHistory: (kind, id) => data(commands.recordHistory(profile, kind, id)),
  askHistory: (kind, id, older) => data(commands.askHistory(profile, kind, id, older)),
  keepDocument: (kind, id) => done(commands.keepDocument(profile, kind, id)),
  dropDocument: (kind, id) => done(commands.dropDocument(profile, kind, id)),
  showDocument: (kind, id) => data(commands.showDocument(profile, kind, id)),
  saveDocument: (kind, id) => data(commands.saveDocument(profile, kind, id)),
  consider: (request) => data(commands.consider(profile, request)),
  act: (request) => data(commands.act(profile, request)),
  selectRecords: (request) => data(commands.selectRecords(profile, request)),
  actMany: (request) => data(commands.actMany(profile, request)),
  resumeBatch: (batch) => data(commands.resumeBatch(profile, batch)),
  leaveBatch: (batch) => done(commands.leaveBatch(profile, batch)),
  judgeSample: (request) => data(commands.judgeSample(profile, request)),
  syncStatus: () => data(commands.syncStatus(profile)),
  moreOperations: (part, behind) => data(commands.moreOperations(profile, part, behind)),
  pullNow: () => done(commands.pullNow(profile)),
  retryOperation: (operation) => done(commands.retryOperation(profile, operation)),
  discardOperation: (operation) => done(commands.discardOperation(profile, operation)),
  takeBack: (operations) => data(commands.takeBack(profile, operations)),
  search: (query) => data(commands.search(profile, query)),
  watchView: () => data(commands.watchView(profile)),
  touch: () => done(commands.touch(profile)),
  logPage: (request) => data(commands.logPage(profile, request)),
  verifyChain: () => done(commands.verifyChain(profile)),
  settingsView: () => data(commands.settingsView(profile)),
  setNotifications: (wanted) => done(commands.setNotifications(profile, wanted)),
  testNotification: () => done(commands.testNotification(profile)),
  demoWorlds: () => data(commands.demoWorlds(profile)),
  chooseWorld: (request) => data(commands.chooseWorld(profile, request)),
  referenceView: () => data(commands.referenceView(profile)),
  tenantView: () => data(commands.tenantView(profile)),
  controlsView: () => data(commands.controlsView(profile)),
  reportUiError: (message) => done(commands.reportUiError(message)),
  newOperationId: () => data(commands.newOperationId()),
  onChange(heard) {
    const listening = events.changeSet.listen(({ payload }) => heard(payload));
    return () => void listening.then((stop) => stop());
  },
  onPlace(heard) {
    const listening = events.showPlace.listen(({ payload }) => heard(payload));
    return () => void listening.then((stop) => stop());
  },
});

/** The shell. What belongs to a profile is asked through [of]. */
export const tauri: Backend = of("");
