import { useBackend } from "../../app/backend";
import { t } from "../../locales/catalogue";
import type { RecordDocument } from "../../platform/backend";
import { WriteDialog } from "./WriteDialog";

type SaveDocumentDialogProps = { document: RecordDocument; onClose: () => void };

/** Writes a document to a file, once it was said that it leaves the encrypted folder. */
export function SaveDocumentDialog({ document, onClose }: SaveDocumentDialogProps) {
  const backend = useBackend();
  const { kind, id, name } = document;
  return (
    <WriteDialog
      title={t("document-save-title", { name })}
      go={t("document-save")}
      write={() => backend.saveDocument(kind, id)}
      outcome={() => ({ title: t("document-saved") })}
      onClose={onClose}
    >
      <p>{t("document-save-text")}</p>
    </WriteDialog>
  );
}
