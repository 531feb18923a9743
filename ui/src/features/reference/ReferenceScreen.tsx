import { TriangleAlert } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { isWriting, useKeys } from "../../app/keys";
import type { SectionId } from "../../app/place";
import { type ReceivedReference, useReference } from "../../app/reads";
import { MoveKeys } from "../../components/Key";
import { Read } from "../../components/Read";
import { t } from "../../locales/catalogue";
import { Contacts } from "./Contacts";
import { Library } from "./Library";
import { Promises } from "./Promises";
import { Regions } from "./Regions";
import { Rules } from "./Rules";
import { Rulings } from "./Rulings";
import { type Section, sectionsOf } from "./sections";
import { Texts } from "./Texts";

type ReferenceScreenProps = { section: SectionId | undefined; item: string | undefined };

/** What the pack says and an operator looks up: sections at the left, what is in one at the right. */
export function ReferenceScreen(props: ReferenceScreenProps) {
  const read = useReference(true);
  return <Read read={read}>{(view) => <Reference {...props} view={view} />}</Read>;
}

function Reference({ view, section, item }: ReferenceScreenProps & { view: ReceivedReference }) {
  const sections = sectionsOf(view);
  const [chosen, setChosen] = useState(section);
  const nav = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const at = Math.max(
    0,
    sections.findIndex(({ id }) => id === chosen),
  );
  const current = sections[at];

  useEffect(() => {
    if (!item) return;
    const items = content.current?.querySelectorAll<HTMLElement>("[data-item]") ?? [];
    const sought = [...items].find((each) => each.dataset.item === item);
    sought?.scrollIntoView?.({ block: "center" });
    sought?.focus({ preventScroll: true });
  }, [item]);

  const entry = (id: SectionId | undefined) =>
    nav.current?.querySelector<HTMLElement>(`[data-section="${id}"]`)?.focus();
  const step = (by: number) => {
    const next = sections[Math.max(0, Math.min(sections.length - 1, at + by))];
    if (!next) return;
    setChosen(next.id);
    entry(next.id);
  };
  useKeys({ j: () => step(1), k: () => step(-1) });

  const enter = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    content.current?.querySelector<HTMLElement>("[data-enter]")?.focus();
  };
  const leave = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented || isWriting(event.target)) return;
    entry(current?.id);
  };
  return (
    <div className="reference">
      <nav className="card reference-nav" aria-label={t("reference-sections")} ref={nav}>
        <ul>
          {sections.map((each) => (
            <li key={each.id}>
              <Entry
                section={each}
                current={each === current}
                onGo={() => setChosen(each.id)}
                onKeyDown={enter}
              />
            </li>
          ))}
        </ul>
        <MoveKeys />
      </nav>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: hears the key that leads out of it */}
      <div className="reference-content" key={current?.id} ref={content} onKeyDown={leave}>
        {current && <Content id={current.id} view={view} item={item} />}
      </div>
    </div>
  );
}

type EntryProps = {
  section: Section;
  current: boolean;
  onGo: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
};

function Entry({ section, current, onGo, onKeyDown }: EntryProps) {
  const { id, icon: Icon, label, about, count, missing } = section;
  return (
    <button
      type="button"
      className="reference-entry"
      data-section={id}
      aria-current={current ? "true" : undefined}
      onClick={onGo}
      onKeyDown={onKeyDown}
    >
      <Icon size={15} aria-hidden />
      <span className="reference-entry-label">{label}</span>
      <span className="rail-count">
        {missing > 0 && (
          <span className="urgent" title={t("reference-missing", { count: missing })}>
            <TriangleAlert size={12} aria-hidden />
            {missing}
            <span className="visually-hidden">{t("reference-missing", { count: missing })}</span>
          </span>
        )}
        <span>{count}</span>
      </span>
      <span className="quiet reference-entry-about">{about}</span>
    </button>
  );
}

type ContentProps = { id: SectionId; view: ReceivedReference; item: string | undefined };

function Content({ id, view, item }: ContentProps) {
  switch (id) {
    case "regions":
      return <Regions view={view} />;
    case "promises":
      return <Promises view={view} />;
    case "contacts":
      return <Contacts view={view} />;
    case "rules":
      return <Rules view={view} />;
    case "texts":
      return <Texts texts={view.texts} sought={item} />;
    case "library":
      return <Library view={view} sought={item} />;
    case "rulings":
      return <Rulings rulings={view.rulings} />;
  }
}
