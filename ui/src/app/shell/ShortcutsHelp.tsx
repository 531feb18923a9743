import { useQueryClient } from "@tanstack/react-query";
import { Dialog } from "../../components/Dialog";
import { t } from "../../locales/catalogue";
import type { ViewPage } from "../../platform/backend";
import { usePlace } from "../place";
import { READS } from "../reads";

const EVERYWHERE = [
  { keys: ["Ctrl", "K"], words: "help-palette" },
  { keys: ["?"], words: "help-help" },
  { keys: ["g", "q"], words: "help-queues" },
  { keys: ["g", "s"], words: "help-sync" },
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
  { keys: ["m"], words: "help-mail" },
];

/** The keys that work, and those of the actions of the queue that is open. */
export function ShortcutsHelp({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const place = usePlace((store) => store.place);
  const pages =
    place?.screen === "queue"
      ? client.getQueriesData<ViewPage>({ queryKey: [READS.page, place.view] })
      : [];
  const actions = pages.find(([, page]) => page)?.[1]?.keys ?? [];
  return (
    <Dialog title={t("help-title")} lenient width="wide" onClose={onClose}>
      <div className="help">
        <Group
          title={t("help-everywhere")}
          rows={EVERYWHERE.map(({ keys, words }) => ({ keys, words: t(words) }))}
        />
        <Group
          title={t("help-list")}
          rows={LIST.map(({ keys, words }) => ({ keys, words: t(words) }))}
        />
        {actions.length > 0 && (
          <Group
            title={t("help-record")}
            rows={actions.map(({ key, label }) => ({ keys: [key], words: label }))}
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
