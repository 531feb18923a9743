/** A section with a header takes one place before its rows; one without takes none. */
type Headed = { id: string; first: number; count: number; header: unknown };

export type Places<Section> = {
  /** Places in all. */
  count: number;
  /** What stands at a place: a section's header, or a row. */
  at: (place: number) => { section?: Section; row: number };
  /** The place of a row. */
  ofRow: (row: number) => number;
  /** The row at a place, or the next one after a header. */
  rowAtOrAfter: (place: number) => number;
};

/** Turns row indices into places and back. Sections are few, rows many: no table of rows. */
export function rowPlaces<Section extends Headed>(
  sections: readonly Section[],
  total: number,
): Places<Section> {
  const headed = sections.filter((section) => section.header !== null && section.count > 0);
  const at = (place: number) => {
    let headers = 0;
    for (const section of headed) {
      const headerPlace = section.first + headers;
      if (place === headerPlace) return { section, row: section.first };
      if (place < headerPlace) break;
      headers += 1;
    }
    return { row: place - headers };
  };
  return {
    count: total + headed.length,
    at,
    ofRow: (row) => row + headed.filter((section) => section.first <= row).length,
    rowAtOrAfter: (place) => at(place).row,
  };
}
