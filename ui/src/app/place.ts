import { create } from "zustand";
import type { Wish } from "../features/queues/wish";

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
      /** What is asked of the view at first. */
      wish?: Partial<Wish>;
      /** The saved view that this is, by the id of its record. */
      saved?: string;
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
  | {
      screen: "tenant";
      /** The setting that somebody came for. */
      setting?: string;
    }
  | {
      screen: "controls";
      /** The control that somebody came for. */
      control?: string;
    }
  | { screen: "sync" | "log" | "settings" };

/** Kind of the records of what fires; every pack has it. */
export const ALERT = "alert";

/** Kind of the records by which the tenant says its settings; every pack has it. */
export const SETTING = "setting";

/** Kind of the records of the platform's switches; every pack has it. */
export const CONTROL = "control";

/** Kind of the records that keep what was asked of a view; every pack has it. */
export const SAVED_VIEW = "saved_view";

/** View of what waits for somebody's agreement; every pack has it in which an action asks. */
export const APPROVALS = "approvals";

/** Where a record is opened: in this view, a setting on Tenant, a switch on Controls. */
export function placeOf(record: { kind: string; id: string }, view: string): Place {
  if (record.kind === SETTING) return { screen: "tenant", setting: record.id };
  if (record.kind === CONTROL) return { screen: "controls", control: record.id };
  return { screen: "queue", view, record };
}

type Stand = { place: Place; past: Place[] };

type PlaceStore = Stand & {
  /** The profile that this is in. */
  profile: string | null;
  /** Where the operator was in the others. */
  others: Record<string, Stand>;
  /** Goes into a profile, to where the operator was in it. */
  enter: (profile: string) => void;
  /** Where the operator will be once they are in this profile. */
  aim: (profile: string, place: Place) => void;
  /** Forgets where the operator was in a profile that is closed. */
  leave: (profile: string) => void;
  go: (place: Place) => void;
  /** Another record of the same queue: no step to go back to. */
  select: (record: { kind: string; id: string } | null) => void;
  /** What somebody came for is on the screen. */
  arrived: () => void;
  back: () => void;
};

const STEPS_KEPT = 50;
/** What an operator sees first: the ten seconds. */
const FIRST: Place = { screen: "watch" };

const BEGIN: Stand = { place: FIRST, past: [] };

export const usePlace = create<PlaceStore>((set) => ({
  ...BEGIN,
  profile: null,
  others: {},
  enter: (profile) =>
    set(({ profile: left, place, past, others }) => {
      if (left === profile) return {};
      if (left === null) return { profile, ...others[profile] };
      const kept = { ...others, [left]: { place, past } };
      return { profile, others: kept, ...(others[profile] ?? BEGIN) };
    }),
  aim: (profile, place) =>
    set(({ others }) => ({ others: { ...others, [profile]: { place, past: [] } } })),
  leave: (profile) =>
    set((was) => {
      const { [profile]: _, ...others } = was.others;
      return was.profile === profile ? { ...BEGIN, profile: null, others } : { others };
    }),
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
}));
