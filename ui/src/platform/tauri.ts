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

/** The shell, through its generated bindings. */
export const tauri: Backend = {
  appView: () => data(commands.appView()),
  signIn: (request) => data(commands.signIn(request)),
  signInDemo: (tenant, passphrase) => data(commands.signInDemo(tenant, passphrase)),
  openProfile: (profile) => done(commands.openProfile(profile)),
  unlock: (profile, passphrase) => done(commands.unlock(profile, passphrase)),
  recover: (profile, code, passphrase) => done(commands.recover(profile, code, passphrase)),
  startOver: (profile) => done(commands.startOver(profile)),
  renewToken: (token) => done(commands.renewToken(token)),
  closeProfile: () => done(commands.closeProfile()),
  dismissNotices: () => done(commands.dismissNotices()),
  navigation: () => data(commands.navigation()),
  queuePage: (request) => data(commands.queuePage(request)),
  queueRecord: (kind, id) => data(commands.queueRecord(kind, id)),
  act: (request) => data(commands.act(request)),
  selectRecords: (request) => data(commands.selectRecords(request)),
  actMany: (request) => data(commands.actMany(request)),
  syncStatus: () => data(commands.syncStatus()),
  pullNow: () => done(commands.pullNow()),
  retryOperation: (operation) => done(commands.retryOperation(operation)),
  discardOperation: (operation) => done(commands.discardOperation(operation)),
  search: (query) => data(commands.search(query)),
  watchView: () => data(commands.watchView()),
  touch: () => done(commands.touch()),
  logPage: (request) => data(commands.logPage(request)),
  verifyChain: () => done(commands.verifyChain()),
  referenceView: () => data(commands.referenceView()),
  settingsView: () => data(commands.settingsView()),
  setNotifications: (wanted) => done(commands.setNotifications(wanted)),
  testNotification: () => done(commands.testNotification()),
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
};
