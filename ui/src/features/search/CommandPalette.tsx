import {
  Bookmark,
  BookOpenText,
  CircleHelp,
  FileText,
  Inbox,
  type LucideIcon,
  MoonStar,
  Play,
  Radar,
  RefreshCw,
  Rows3,
  ScrollText,
  Search,
  Settings2,
  ShieldCheck,
  SlidersHorizontal,
  ToggleRight,
  UserRound,
} from "lucide-react";
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useRef, useState } from "react";
import { Modal, ModalOverlay, Dialog as RacDialog } from "react-aria-components";
import { useBackend } from "../../app/backend";
import { offersNow } from "../../app/offers";
import { placeOf, usePlace } from "../../app/place";
import { useReference, useSearch } from "../../app/reads";
import { useSaid } from "../../app/said";
import type { Overlay } from "../../app/shell/Shell";
import { useTheme } from "../../app/theme";
import { t } from "../../locales/catalogue";
import type { QueueEntry, SavedEntry, SearchHit, ViewEntry } from "../../platform/backend";
import { whoseWords } from "../queues/SavedLine";
import { placeOfSaved } from "../queues/saved";
import { referenceItems } from "../reference/palette";
import { Excerpt } from "./Excerpt";

export type Item = {
  id: string;
  icon: LucideIcon;
  label: string;
  hit?: SearchHit;
  hint?: string;
  run: () => void;
};

type CommandPaletteProps = {
  queues: QueueEntry[];
  /** Views that are no queue. */
  views: ViewEntry[];
  saved: SavedEntry[];
  onOverlay: (overlay: Overlay) => void;
  onClose: () => void;
};

/** Finds any record, view or command. Typing filters, arrows move, Enter goes. */
export function CommandPalette({ queues, views, saved, onOverlay, onClose }: CommandPaletteProps) {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const go = usePlace((store) => store.go);
  const commands = useCommands({ queues, views, saved, onOverlay });
  const asked = useDeferredValue(query.trim());
  const search = useSearch(asked);
  const hits = asked === "" ? [] : (search.data ?? []);

  const words = query.trim().toLowerCase();
  const matching = commands.filter((each) => each.label.toLowerCase().includes(words));
  const records = hits.map(
    (hit): Item => ({
      id: `${hit.kind}/${hit.id}`,
      icon: FileText,
      label: hit.title,
      hit,
      hint: hit.kind_label,
      run: () => {
        const view = hit.view ?? queues[0]?.view;
        if (view) go(placeOf({ kind: hit.kind, id: hit.id }, view));
      },
    }),
  );
  const reference = useReference().data;
  const lookedUp = reference ? referenceItems(reference, words, go) : [];
  const items = [...records, ...matching, ...lookedUp];
  const chosen = Math.min(at, Math.max(0, items.length - 1));

  useEffect(() => {
    list.current?.querySelector(`[data-at="${chosen}"]`)?.scrollIntoView?.({ block: "nearest" });
  }, [chosen]);

  const run = (item: Item | undefined) => {
    if (!item) return;
    onClose();
    item.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const last = Math.max(0, items.length - 1);
    if (event.key === "ArrowDown") setAt(chosen >= last ? 0 : chosen + 1);
    else if (event.key === "ArrowUp") setAt(chosen <= 0 ? last : chosen - 1);
    else if (event.key === "Enter") run(items[chosen]);
    else return;
    event.preventDefault();
  };

  return (
    <ModalOverlay
      isOpen
      isDismissable
      onOpenChange={(open) => !open && onClose()}
      className="dialog-veil palette-veil"
    >
      <Modal className="dialog palette">
        <RacDialog aria-label={t("palette-label")} className="dialog-inside">
          <div className="palette-input">
            <Search size={16} aria-hidden />
            <input
              // biome-ignore lint/a11y/noAutofocus: a palette is opened to be typed into
              autoFocus
              role="combobox"
              aria-expanded
              aria-autocomplete="list"
              aria-controls={`${id}-list`}
              aria-activedescendant={items.length > 0 ? `${id}-${chosen}` : undefined}
              aria-label={t("palette-prompt")}
              placeholder={t("palette-prompt")}
              spellCheck={false}
              value={query}
              onChange={(event) => {
                setQuery(event.target.value);
                setAt(0);
              }}
              onKeyDown={onKeyDown}
            />
          </div>
          <div className="palette-list" ref={list}>
            <div role="listbox" id={`${id}-list`} aria-label={t("palette-results")}>
              {items.map((item, index) => (
                <Option
                  key={item.id}
                  item={item}
                  id={`${id}-${index}`}
                  at={index}
                  chosen={index === chosen}
                  heading={headingAt(index, records.length, matching.length)}
                  onRun={() => run(item)}
                  onPoint={() => setAt(index)}
                />
              ))}
            </div>
            {items.length === 0 && (
              <p className="palette-none">{t("palette-none", { words: query.trim() })}</p>
            )}
          </div>
          <div className="visually-hidden" role="status">
            {t("palette-count", { count: items.length })}
          </div>
        </RacDialog>
      </Modal>
    </ModalOverlay>
  );
}

function headingAt(index: number, records: number, commands: number): string | null {
  if (index === 0 && records > 0) return t("palette-records");
  if (index === records && commands > 0) return t("palette-commands");
  if (index === records + commands) return t("palette-reference");
  return null;
}

type OptionProps = {
  item: Item;
  id: string;
  at: number;
  chosen: boolean;
  heading: string | null;
  onRun: () => void;
  onPoint: () => void;
};

function Option({ item, id, at, chosen, heading, onRun, onPoint }: OptionProps) {
  const Icon = item.icon;
  return (
    <>
      {heading && (
        <div className="palette-heading" role="presentation">
          {heading}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: keys are heard by the combobox */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the combobox keeps the focus */}
      <div
        role="option"
        id={id}
        data-at={at}
        aria-selected={chosen}
        className="palette-option"
        onClick={onRun}
        onPointerMove={onPoint}
      >
        <Icon size={15} aria-hidden />
        <span className="palette-words">
          <bdi>{item.label}</bdi>
          {item.hit && <Excerpt text={item.hit.excerpt} />}
        </span>
        {item.hint && <span className="quiet">{item.hint}</span>}
      </div>
    </>
  );
}

/** What can be done from anywhere. */
function useCommands(props: Omit<CommandPaletteProps, "onClose">): Item[] {
  const { queues, views, saved, onOverlay } = props;
  const backend = useBackend();
  const go = usePlace((store) => store.go);
  const say = useSaid((store) => store.say);
  const { theme, choose } = useTheme();
  const dark =
    theme === "dark" ||
    (theme === "system" && (window.matchMedia?.("(prefers-color-scheme: dark)").matches ?? false));
  const pull = () =>
    backend.pullNow().then(
      () => say(t("sync-asked")),
      () => say(t("error-internal"), "amber"),
    );
  const verify = () =>
    backend.verifyChain().then(
      () => go({ screen: "log" }),
      () => say(t("error-internal"), "amber"),
    );
  return [
    ...queues.map(
      (queue): Item => ({
        id: `queue ${queue.view}`,
        icon: Inbox,
        label: t("command-queue", { queue: queue.label }),
        hint: t("queue-open", { count: queue.open }),
        run: () => go({ screen: "queue", view: queue.view, record: null }),
      }),
    ),
    ...views.map(
      ({ view, label }): Item => ({
        id: `view ${view}`,
        icon: Rows3,
        label: t("command-queue", { queue: label }),
        run: () => go({ screen: "queue", view, record: null }),
      }),
    ),
    ...saved.flatMap((each): Item[] => {
      const place = placeOfSaved(each);
      if (!place) return [];
      const label = t("command-queue", { queue: each.name });
      const run = () => go(place);
      return [{ id: `saved ${each.id}`, icon: Bookmark, label, hint: whoseWords(each), run }];
    }),
    {
      id: "watch",
      icon: Radar,
      label: t("command-watch"),
      run: () => go({ screen: "watch" }),
    },
    { id: "log", icon: ScrollText, label: t("command-log"), run: () => go({ screen: "log" }) },
    {
      id: "reference",
      icon: BookOpenText,
      label: t("command-reference"),
      run: () => go({ screen: "reference" }),
    },
    {
      id: "tenant",
      icon: SlidersHorizontal,
      label: t("command-tenant"),
      run: () => go({ screen: "tenant" }),
    },
    {
      id: "controls",
      icon: ToggleRight,
      label: t("command-controls"),
      run: () => go({ screen: "controls" }),
    },
    {
      id: "settings",
      icon: Settings2,
      label: t("command-settings"),
      run: () => go({ screen: "settings" }),
    },
    {
      id: "sync",
      icon: RefreshCw,
      label: t("command-sync"),
      run: () => go({ screen: "sync" }),
    },
    { id: "verify", icon: ShieldCheck, label: t("log-verify"), run: () => void verify() },
    { id: "pull", icon: RefreshCw, label: t("sync-now"), run: () => void pull() },
    ...offersNow().map((offer): Item => ({ ...offer, icon: Play })),
    {
      id: "theme",
      icon: MoonStar,
      label: t(dark ? "command-light" : "command-dark"),
      run: () => choose(dark ? "light" : "dark"),
    },
    {
      id: "profile",
      icon: UserRound,
      label: t("command-profile"),
      run: () => onOverlay("profile"),
    },
    { id: "help", icon: CircleHelp, label: t("help-title"), run: () => onOverlay("help") },
  ];
}
