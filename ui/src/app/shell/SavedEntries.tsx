import { Bookmark, TriangleAlert, UsersRound } from "lucide-react";
import { useState } from "react";
import { usePointed } from "../../components/pointed";
import { StatusWord } from "../../components/tones";
import { SaveDialog } from "../../features/queues/SaveDialog";
import { whoseWords } from "../../features/queues/SavedLine";
import { placeOfSaved } from "../../features/queues/saved";
import { t } from "../../locales/catalogue";
import type { SavedEntry } from "../../platform/backend";
import { usePlace } from "../place";

type SavedEntriesProps = { entries: SavedEntry[]; label: string; readOnly: boolean };

/** Saved views in the rail: under their queue, or together where they are of none. */
export function SavedEntries({ entries, label, readOnly }: SavedEntriesProps) {
  const go = usePlace((store) => store.go);
  const shown = usePlace(({ place }) => (place.screen === "queue" ? place.saved : undefined));
  const [broken, setBroken] = useState<string | null>(null);
  const opened = entries.find(({ id }) => id === broken);
  if (entries.length === 0) return null;
  return (
    <>
      <ul className="rail-saved" aria-label={label}>
        {entries.map((saved) => (
          <li key={saved.id}>
            <Entry
              saved={saved}
              current={shown === saved.id}
              onGo={() => {
                const to = placeOfSaved(saved);
                if (to) go(to);
                else setBroken(saved.id);
              }}
            />
          </li>
        ))}
      </ul>
      {opened && (
        <SaveDialog
          view={opened.view}
          wish={opened.wish}
          saved={opened}
          readOnly={readOnly}
          onClose={() => setBroken(null)}
        />
      )}
    </>
  );
}

type EntryProps = { saved: SavedEntry; current: boolean; onGo: () => void };

function Entry({ saved, current, onGo }: EntryProps) {
  const pointed = usePointed(`${saved.name}: ${whoseWords(saved)}`);
  return (
    <button
      type="button"
      className="rail-entry"
      aria-current={current ? "page" : undefined}
      onClick={onGo}
      {...pointed}
    >
      <Bookmark size={14} aria-hidden />
      <span className="rail-label">
        <bdi>{saved.name}</bdi>
      </span>
      <span className="rail-count">
        {saved.problems.length > 0 && (
          <span className="urgent">
            <TriangleAlert size={12} aria-hidden />
            <span className="visually-hidden">
              {t("saved-problems", { count: saved.problems.length })}
            </span>
          </span>
        )}
        {saved.shared && <UsersRound size={12} aria-hidden />}
        <span className="visually-hidden">{whoseWords(saved)}</span>
      </span>
      {saved.word && <StatusWord word={saved.word} />}
    </button>
  );
}
