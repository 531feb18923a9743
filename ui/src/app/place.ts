import { create } from "zustand";

/** Parts of the reference. */
export const SECTION_IDS = [
  "regions",
  "promises",
  "contacts",
  "rules",
  "texts",
  "library",
  "rulings",
] as const;
export type SectionId = (typeof SECTION_IDS)[number];

/** Where the operator is. */
export type Place =
  | {
      screen: "queue";
      view: string;
      record: { kind: string; id: string } | null;
      /** The operation on the record that somebody came to amend. */
      amends?: string;
    }
  | {
      screen: "watch";
      /** The alert that somebody came for. */
      alert?: string;
    }
  | {
      screen: "reference";
      section?: SectionId;
      /** What somebody came to look up. */
      item?: string;
    }
  | { screen: "sync" | "log" | "settings" };

type PlaceStore = {
  place: Place;
  past: Place[];
  go: (place: Place) => void;
  /** Another record of the same queue: no step to go back to. */
  select: (record: { kind: string; id: string } | null) => void;
  /** What somebody came for is on the screen. */
  arrived: () => void;
  back: () => void;
  reset: () => void;
};

const STEPS_KEPT = 50;
/** What an operator sees first: the ten seconds. */
const FIRST: Place = { screen: "watch" };

export const usePlace = create<PlaceStore>((set) => ({
  place: FIRST,
  past: [],
  go: (place) => set((was) => ({ place, past: [...was.past, was.place].slice(-STEPS_KEPT) })),
  select: (record) =>
    set((was) => (was.place.screen === "queue" ? { place: { ...was.place, record } } : {})),
  arrived: () =>
    set(({ place }) => {
      if (place.screen === "watch") return { place: FIRST };
      if (place.screen !== "queue") return {};
      const { amends: _, ...rest } = place;
      return { place: rest };
    }),
  back: () =>
    set((was) => {
      const place = was.past.at(-1);
      return place ? { place, past: was.past.slice(0, -1) } : {};
    }),
  reset: () => set({ place: FIRST, past: [] }),
}));
