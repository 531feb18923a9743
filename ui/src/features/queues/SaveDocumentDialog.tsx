import { useMutation } from "@tanstack/react-query";
import { useBackend } from "../../app/backend";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Banner, ErrorBanner } from "../../components/states";
import { t } from "../../locales/catalogue";
import type { RecordDocument } from "../../platform/backend";

type SaveDocumentDialogProps = { document: RecordDocument; onClose: () => void };

/** Writes a document to a file, once it was said that it leaves the encrypted folder. */
export function SaveDocumentDialog({ document, onClose }: SaveDocumentDialogProps) {
  const backend = useBackend();
  const { kind, id, name } = document;
  const saving = useMutation({ mutationFn: () => backend.saveDocument(kind, id) });
  const saved = saving.data;
  return (
    <Dialog
      title={t("document-save-title", { name })}
      onClose={onClose}
      footer={
        saved ? (
          <Button key="done" look="filled" autoFocus onClick={onClose}>
            {t("export-done")}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button
              look="filled"
              disabled={saving.isPending}
              autoFocus
              onClick={() => saving.mutate()}
            >
              {t("document-save")}
            </Button>
          </>
        )
      }
    >
      {saving.error && <ErrorBanner error={saving.error} />}
      {saved ? (
        <Banner loud tone="blue" title={t("document-saved")}>
          <code className="export-file">{saved.file}</code>
        </Banner>
      ) : (
        <p>{t("document-save-text")}</p>
      )}
    </Dialog>
  );
}
