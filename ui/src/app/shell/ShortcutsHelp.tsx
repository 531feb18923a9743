import { useQueryClient } from "@tanstack/react-query";
import { Dialog } from "../../components/Dialog";
import { t } from "../../locales/catalogue";
import type { ViewPage } from "../../platform/backend";
import { usePlace } from "../place";
import { READS } from "../reads";

const EVERYWHERE = [
  { keys: ["Ctrl", "K"], words: "help-palette" },
  { keys: ["?"], words: "help-help" },
  { keys: ["g", "w"], words: "help-watch" },
  { keys: ["g", "q"], words: "help-queues" },
  { keys: ["g", "a"], words: "help-approvals" },
  { keys: ["g", "l"], words: "help-log" },
  { keys: ["g", "r"], words: "help-reference" },
  { keys: ["g", "t"], words: "help-tenant" },
  { keys: ["g", "c"], words: "help-controls" },
  { keys: ["g", "s"], words: "help-sync" },
  { keys: ["g", ","], words: "help-settings" },
  { keys: ["Ctrl", "Z"], words: "help-undo" },
  { keys: ["Ctrl", "G"], words: "help-go-on" },
  { keys: ["Ctrl", "1…9"], words: "help-profile" },
  { keys: ["Alt", "←"], words: "help-back" },
  { keys: ["Esc"], words: "help-escape" },
];

const LIST = [
  { keys: ["j"], words: "help-down" },
  { keys: ["k"], words: "help-up" },
  { keys: ["Home"], words: "help-home" },
  { keys: ["End"], words: "help-end" },
  { keys: ["Space"], words: "help-space" },
  { keys: ["Enter"], words: "help-enter" },
  { keys: ["Esc"], words: "help-leave" },
  { keys: ["/"], words: "help-filter" },
  { keys: ["Alt", "F"], words: "help-chip" },
  { keys: ["Alt", "V"], words: "help-show" },
  { keys: ["Alt", "E"], words: "help-export" },
  { keys: ["Alt", "S"], words: "help-save" },
];

const WATCH = [
  { keys: ["j"], words: "help-watch-down" },
  { keys: ["k"], words: "help-watch-up" },
  { keys: ["Enter"], words: "help-watch-enter" },
  { keys: ["e"], words: "help-acknowledge" },
];

const REFERENCE = [
  { keys: ["j"], words: "help-reference-down" },
  { keys: ["k"], words: "help-reference-up" },
  { keys: ["Enter"], words: "help-reference-enter" },
  { keys: ["Esc"], words: "help-reference-leave" },
];

const CONTROLS = [
  { keys: ["j"], words: "help-controls-down" },
  { keys: ["k"], words: "help-tenant-up" },
  { keys: ["Enter"], words: "help-tenant-enter" },
  { keys: ["Esc"], words: "help-tenant-leave" },
  { keys: ["/"], words: "help-filter" },
];

const TENANT = [
  { keys: ["j"], words: "help-tenant-down" },
  { keys: ["k"], words: "help-tenant-up" },
  { keys: ["Enter"], words: "help-tenant-enter" },
  { keys: ["Esc"], words: "help-tenant-leave" },
  { keys: ["/"], words: "help-filter" },
];

const MANY = [
  { keys: ["x"], words: "help-pick" },
  { keys: ["Space"], words: "help-pick-too" },
  { keys: ["⇧", "j"], words: "help-pick-down" },
  { keys: ["⇧", "k"], words: "help-pick-up" },
  { keys: ["Ctrl", "A"], words: "help-pick-all" },
  { keys: ["Esc"], words: "help-pick-none" },
];

const QUESTION = [
  { keys: ["1…9"], words: "help-choose" },
  { keys: ["Enter"], words: "help-send" },
  { keys: ["Esc"], words: "help-give-up" },
];

/** The keys that work, and those of the actions of the queue that is open. */
export function ShortcutsHelp({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const place = usePlace((store) => store.place);
  const pages =
    place.screen === "queue"
      ? client.getQueriesData<ViewPage>({ queryKey: [READS.page, place.view] })
      : [];
  const page = pages.find(([, found]) => found)?.[1];
  const actions = page?.keys ?? [];
  const once = new Set((page?.sections ?? []).map(({ at_once }) => at_once));
  const atOnce = actions.filter(({ action }) => once.has(action));
  const many = (page?.bulk.length ?? 0) > 0;
  return (
    <Dialog title={t("help-title")} lenient width="wide" onClose={onClose}>
      <div className="help">
        <Group
          title={t("help-everywhere")}
          rows={EVERYWHERE.map(({ keys, words }) => ({ keys, words: t(words) }))}
        />
        <Group
          title={t("help-list")}
          rows={LIST.filter(({ words }) => !many || words !== "help-space").map(
            ({ keys, words }) => ({ keys, words: t(words) }),
          )}
        />
        {place.screen === "watch" && (
          <Group
            title={t("help-on-watch")}
            rows={WATCH.map(({ keys, words }) => ({ keys, words: t(words) }))}
          />
        )}
        {place.screen === "reference" && (
          <Group
            title={t("help-on-reference")}
            rows={REFERENCE.map(({ keys, words }) => ({ keys, words: t(words) }))}
          />
        )}
        {place.screen === "tenant" && (
          <Group
            title={t("help-on-tenant")}
            rows={TENANT.map(({ keys, words }) => ({ keys, words: t(words) }))}
          />
        )}
        {place.screen === "controls" && (
          <Group
            title={t("help-on-controls")}
            rows={CONTROLS.map(({ keys, words }) => ({ keys, words: t(words) }))}
          />
        )}
        {many && (
          <Group
            title={t("help-many")}
            rows={[
              ...MANY.map(({ keys, words }) => ({ keys, words: t(words) })),
              ...atOnce.map(({ key, label }) => ({
                keys: ["⇧", key],
                words: t("help-at-once", { action: label }),
              })),
            ]}
          />
        )}
        {page && (
          <Group
            title={t("help-question")}
            rows={QUESTION.map(({ keys, words }) => ({ keys, words: t(words) }))}
          />
        )}
        {actions.length > 0 && (
          <Group
            title={t("help-record")}
            rows={[
              ...actions.map(({ key, label }) => ({ keys: [key], words: label })),
              ...(actions.some(({ key }) => key === "m")
                ? []
                : [{ keys: ["m"], words: t("help-mail") }]),
              ...(actions.some(({ key }) => key === "f")
                ? []
                : [{ keys: ["f"], words: t("help-documents") }]),
            ]}
          />
        )}
      </div>
    </Dialog>
  );
}

type GroupProps = { title: string; rows: { keys: string[]; words: string }[] };

function Group({ title, rows }: GroupProps) {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {rows.map(({ keys, words }) => (
          <div key={words}>
            <dt>
              {keys.map((key) => (
                <kbd key={key} className="key">
                  {key}
                </kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
