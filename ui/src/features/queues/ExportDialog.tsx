import { useBackend } from "../../app/backend";
import { t } from "../../locales/catalogue";
import type { ViewPage } from "../../platform/backend";
import { chipWords } from "./chips";
import { WriteDialog } from "./WriteDialog";
import type { Wish } from "./wish";

type ExportDialogProps = { page: ViewPage; wish: Wish; onClose: () => void };

/** Writes what the view shows to a file, once it was said what leaves the encrypted folder. */
export function ExportDialog({ page, wish, onClose }: ExportDialogProps) {
  const backend = useBackend();
  const filters = page.chips.map((view) => {
    const filter = page.filters.find(({ field }) => field === view.chip.field);
    return `${view.label}: ${chipWords(view, filter)}`;
  });
  if (wish.search !== "") filters.unshift(t("export-words", { words: wish.search }));
  return (
    <WriteDialog
      title={t("export-title", { view: page.label })}
      go={t("export-go", { count: page.total })}
      write={() => backend.exportView({ ...wish, view: page.view, offset: 0, limit: 0 })}
      outcome={({ rows }) => ({
        title: t("export-written", { count: rows }),
        note: t("export-about"),
      })}
      onClose={onClose}
    >
      <p>{t("export-text", { count: page.total, columns: page.columns.length })}</p>
      {filters.length > 0 && (
        <ul className="export-filters">
          {filters.map((words) => (
            <li key={words}>
              <bdi>{words}</bdi>
            </li>
          ))}
        </ul>
      )}
      <p className="quiet">{t("export-clear")}</p>
    </WriteDialog>
  );
}
