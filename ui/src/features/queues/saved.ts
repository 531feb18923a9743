import { type Place, usePlace } from "../../app/place";
import { useNavigation } from "../../app/reads";
import type { SavedEntry, SavedWish } from "../../platform/backend";
import type { Wish } from "./wish";

/** What of a wish is saved: not which groups are closed just now. */
export const savedWishOf = ({ sort, search, chips, group, columns }: Wish): SavedWish => ({
  sort,
  search,
  chips,
  group,
  columns,
});

/** The view that a saved one is of, as it was asked; nowhere where that cannot be asked any more. */
export function placeOfSaved({ id, view, wish }: SavedEntry): Place | null {
  return wish && { screen: "queue", view, record: null, wish, saved: id };
}

/** The saved view that is open. */
export function useOpenSaved(): SavedEntry | null {
  const place = usePlace((store) => store.place);
  const all = useNavigation().data?.saved ?? [];
  const id = place.screen === "queue" ? place.saved : undefined;
  return all.find((each) => each.id === id) ?? null;
}

/** The same is asked. */
export const isSame = (one: SavedWish | null, other: SavedWish): boolean =>
  one !== null && JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));

const ordered = ({ sort, search, chips, group, columns }: SavedWish) => [
  sort,
  search,
  chips.map(({ field, test }) => [field, Object.entries(test).sort()]),
  group,
  columns,
];
