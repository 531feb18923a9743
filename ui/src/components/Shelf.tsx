import { SearchX, TriangleAlert } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { isWriting, useKeys } from "../app/keys";
import { t } from "../locales/catalogue";
import { Button } from "./Button";
import { Filter } from "./Filter";
import { MoveKeys } from "./Key";
import { EmptyState } from "./states";

/** What a list shows of one thing. */
export type Spine = {
  id: string;
  label: string;
  /** At the end of its line. */
  mark?: ReactNode;
  aside: ReactNode;
  row: string;
  group: string | null;
  /** Its group waits for somebody. */
  urgent?: boolean;
  /** All words by which it is found. */
  words: string;
};

type ShelfProps<T> = {
  label: string;
  filterLabel: string;
  /** How many there are, as what they are. */
  countWords: (count: number) => string;
  items: T[];
  spine: (item: T) => Spine;
  sought: string | undefined;
  /** It is the whole screen: `j` and `k` move in it from anywhere, Enter goes in, Escape back. */
  alone?: boolean;
  children: (item: T, leave: () => void) => ReactNode;
};

/** Many things to read: a list that can be searched, and the one that is chosen. */
export function Shelf<T>(props: ShelfProps<T>) {
  const { label, filterLabel, countWords, items, spine, sought, alone = false, children } = props;
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState(sought);
  const shelf = useRef<HTMLDivElement>(null);
  const detail = useRef<HTMLElement>(null);
  const filter = useRef<HTMLInputElement>(null);

  const asked = search.trim().toLowerCase().split(/\s+/);
  const shown = items
    .map((item) => ({ item, spine: spine(item) }))
    .filter(({ spine: { words } }) => asked.every((word) => words.toLowerCase().includes(word)));
  const at = Math.max(
    0,
    shown.findIndex((each) => each.spine.id === chosen),
  );
  const current = shown[at];

  useEffect(() => {
    if (!sought) return;
    const found = shelf.current?.querySelector<HTMLElement>("[data-enter]");
    found?.scrollIntoView?.({ block: "center" });
    found?.focus({ preventScroll: true });
  }, [sought]);

  const step = (by: number) => {
    const next = shown[Math.max(0, Math.min(shown.length - 1, at + by))];
    if (!next) return;
    setChosen(next.spine.id);
    const spines = shelf.current?.querySelectorAll<HTMLElement>("[data-spine]") ?? [];
    [...spines].find((each) => each.dataset.spine === next.spine.id)?.focus();
  };
  const enter = () => {
    const found = (fields: string) => detail.current?.querySelector<HTMLElement>(`form ${fields}`);
    const field = found("input:checked") ?? found(":is(input, select, textarea)");
    (field ?? detail.current)?.focus();
  };
  const leave = () => shelf.current?.querySelector<HTMLElement>("[data-enter]")?.focus();
  useKeys({
    "/": () => filter.current?.focus(),
    ...(alone && { j: () => step(1), k: () => step(-1) }),
  });
  // Heard here before the window hears it, where the same keys move through the sections.
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { j: 1, k: -1 }[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    // A question that was asked from here is elsewhere.
    if (!event.currentTarget.contains(event.target as Node)) return;
    event.preventDefault();
    step(by);
  };
  const onEnter = (event: KeyboardEvent) => {
    if (!alone || event.key !== "Enter") return;
    event.preventDefault();
    enter();
  };
  const onLeave = (event: KeyboardEvent) => {
    if (!alone || event.key !== "Escape" || event.defaultPrevented) return;
    if (event.currentTarget.contains(event.target as Node)) leave();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears the keys of the list that is in it
    <div className="shelf" ref={shelf} onKeyDown={onKeyDown}>
      <section className="card shelf-list" aria-label={label}>
        <header className="queue-tools">
          <Filter label={filterLabel} value={search} onValue={setSearch} input={filter} />
          <span className="quiet shelf-count">{countWords(shown.length)}</span>
        </header>
        <ul>
          {shown.map(({ spine: each }, index) => (
            <li key={each.id}>
              {each.group !== null && each.group !== shown[index - 1]?.spine.group && (
                <h2 className="shelf-group" data-tone={each.urgent ? "amber" : undefined}>
                  {each.urgent && <TriangleAlert size={13} aria-hidden />}
                  {each.group}
                </h2>
              )}
              <button
                type="button"
                className="spine"
                data-spine={each.id}
                data-enter={index === at || undefined}
                aria-current={index === at ? "true" : undefined}
                tabIndex={index === at ? 0 : -1}
                onClick={() => setChosen(each.id)}
                onKeyDown={onEnter}
              >
                <span className="spine-label">
                  <span>{each.label}</span>
                  {each.mark}
                </span>
                <span className="quiet">{each.aside}</span>
                <code className="row-id">{each.row}</code>
              </button>
            </li>
          ))}
        </ul>
        {alone && <MoveKeys />}
      </section>
      <section
        className="card shelf-detail"
        aria-label={current?.spine.label ?? label}
        ref={detail}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls is reached by the keyboard
        tabIndex={0}
        onKeyDown={onLeave}
      >
        {current ? (
          children(current.item, leave)
        ) : (
          <EmptyState
            icon={SearchX}
            title={t("shelf-none")}
            action={<Button onClick={() => setSearch("")}>{t("shelf-clear")}</Button>}
          >
            {t("shelf-none-text", { count: items.length })}
          </EmptyState>
        )}
      </section>
    </div>
  );
}
