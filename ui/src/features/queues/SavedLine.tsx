import { Bookmark } from "lucide-react";
import { StatusWord } from "../../components/tones";
import { t } from "../../locales/catalogue";
import type { SavedEntry } from "../../platform/backend";
import { Problems } from "./SaveDialog";
import { isSame, savedWishOf } from "./saved";
import type { Wish } from "./wish";

/** Which saved view is open, whose it is, where it stands, and what of it is not possible any more. */
export function SavedLine({ saved, wish }: { saved: SavedEntry; wish: Wish }) {
  const changed = !isSame(saved.wish, savedWishOf(wish));
  return (
    <div className="saved-line">
      <p>
        <Bookmark size={14} aria-hidden />
        <strong>
          <bdi>{saved.name}</bdi>
        </strong>
        <span className="quiet">{whoseWords(saved)}</span>
        {saved.dropped && <span className="quiet">{t("saved-dropped")}</span>}
        {saved.word && <StatusWord word={saved.word} />}
        {changed && <span className="quiet">{t("saved-changed")}</span>}
      </p>
      <Problems saved={saved} />
    </div>
  );
}

/** Whose it is, and who sees it. */
export function whoseWords({ own, shared, owner }: SavedEntry): string {
  if (!own) return t("saved-by", { owner });
  return t(shared ? "saved-shared" : "saved-private");
}
