import { TriangleAlert, X } from "lucide-react";
import { useRef, useState } from "react";
import { useFocusOutlives } from "../../app/focus";
import { t } from "../../locales/catalogue";
import type { ChipView, ViewPage } from "../../platform/backend";
import { ChipDialog } from "./ChipDialog";
import { chipWords } from "./chips";
import { fieldWords } from "./columns";
import type { Wish } from "./wish";

type ChipRowProps = { page: ViewPage; wish: Wish; onWish: (more: Partial<Wish>) => void };

/** What fields must be: each can be changed and taken away. */
export function ChipRow({ page, wish, onWish }: ChipRowProps) {
  const [changed, setChanged] = useState<string | null>(null);
  const row = useRef<HTMLUListElement>(null);
  const remove = (field: string) => {
    // The focus goes on to the chip after it, or the one before.
    const off = [...(row.current?.querySelectorAll<HTMLElement>(".chip-off") ?? [])];
    const at = page.chips.findIndex(({ chip }) => chip.field === field);
    (off[at + 1] ?? off[at - 1])?.focus();
    onWish({ chips: wish.chips.filter((chip) => chip.field !== field) });
  };
  useFocusOutlives(row);
  return (
    <ul className="chips" aria-label={t("chips-label")} ref={row}>
      {page.chips.map((view) => (
        <li key={view.chip.field} className="chip" data-tone={view.problem ? "amber" : undefined}>
          <button
            type="button"
            className="chip-words"
            title={t("chip-change", {
              field: fieldWords({ field: view.chip.field, label: view.label }),
            })}
            onClick={() => setChanged(view.chip.field)}
          >
            {view.problem && <TriangleAlert size={12} aria-hidden />}
            <Words view={view} page={page} />
          </button>
          <button
            type="button"
            className="chip-off"
            aria-label={t("chip-off", {
              field: fieldWords({ field: view.chip.field, label: view.label }),
            })}
            onClick={() => remove(view.chip.field)}
          >
            <X size={12} aria-hidden />
          </button>
          {view.problem && <span className="chip-problem">{view.problem}</span>}
        </li>
      ))}
      <li>
        <button type="button" className="link" onClick={() => onWish({ chips: [] })}>
          {t("chips-none")}
        </button>
      </li>
      {changed !== null && (
        <ChipDialog
          page={page}
          chips={wish.chips}
          field={changed}
          onChips={(chips) => onWish({ chips })}
          onClose={() => setChanged(null)}
        />
      )}
    </ul>
  );
}

function Words({ view, page }: { view: ChipView; page: ViewPage }) {
  const filter = page.filters.find(({ field }) => field === view.chip.field);
  return (
    <>
      <span className="quiet">{fieldWords({ field: view.chip.field, label: view.label })}</span>{" "}
      <bdi>{chipWords(view, filter)}</bdi>
    </>
  );
}
