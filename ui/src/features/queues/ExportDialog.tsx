import { useMutation } from "@tanstack/react-query";
import { useBackend } from "../../app/backend";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Banner, ErrorBanner } from "../../components/states";
import { t } from "../../locales/catalogue";
import type { ViewPage } from "../../platform/backend";
import { chipWords } from "./chips";
import type { Wish } from "./wish";

type ExportDialogProps = { page: ViewPage; wish: Wish; onClose: () => void };

/** Writes what the view shows to a file, once it was said what leaves the encrypted folder. */
export function ExportDialog({ page, wish, onClose }: ExportDialogProps) {
  const backend = useBackend();
  const writing = useMutation({
    mutationFn: () => backend.exportView({ ...wish, view: page.view, offset: 0, limit: 0 }),
  });
  const written = writing.data;
  const filters = page.chips.map((view) => {
    const filter = page.filters.find(({ field }) => field === view.chip.field);
    return `${view.label}: ${chipWords(view, filter)}`;
  });
  if (wish.search !== "") filters.unshift(t("export-words", { words: wish.search }));
  return (
    <Dialog
      title={t("export-title", { view: page.label })}
      onClose={onClose}
      footer={
        written ? (
          <Button key="done" look="filled" autoFocus onClick={onClose}>
            {t("export-done")}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button
              look="filled"
              disabled={writing.isPending}
              autoFocus
              onClick={() => writing.mutate()}
            >
              {t("export-go", { count: page.total })}
            </Button>
          </>
        )
      }
    >
      {writing.error && <ErrorBanner error={writing.error} />}
      {written ? (
        <Banner loud tone="blue" title={t("export-written", { count: written.rows })}>
          <code className="export-file">{written.file}</code> {t("export-about")}
        </Banner>
      ) : (
        <>
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
        </>
      )}
    </Dialog>
  );
}
