import type { ViewRequest } from "../../platform/backend";

/** What is asked of a view beside its own question. */
export type Wish = Pick<ViewRequest, "sort" | "search" | "chips" | "group" | "closed" | "columns">;

/** The view as the pack has it. */
export const NO_WISH: Wish = {
  sort: null,
  search: "",
  chips: [],
  group: null,
  closed: [],
  columns: [],
};

/** It shows less than the view has. */
export const narrows = ({ search, chips }: Wish): boolean => search !== "" || chips.length > 0;
