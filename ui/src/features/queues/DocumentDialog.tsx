import { useQuery } from "@tanstack/react-query";
import { useBackend } from "../../app/backend";
import { Dialog } from "../../components/Dialog";
import { ErrorBanner } from "../../components/states";
import { t } from "../../locales/catalogue";
import type { DocumentContent, RecordDocument } from "../../platform/backend";

type DocumentDialogProps = { document: RecordDocument; onClose: () => void };

/** A document that is kept here. Nothing in it is carried out: a picture, or words as they stand. */
export function DocumentDialog({ document, onClose }: DocumentDialogProps) {
  const backend = useBackend();
  const { kind, id, name } = document;
  const read = useQuery({
    queryKey: ["document", kind, id],
    queryFn: () => backend.showDocument(kind, id),
    // What was confidential enough to be kept encrypted does not stay in memory.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return (
    <Dialog title={name} lenient width="wide" onClose={onClose}>
      {read.error && <ErrorBanner error={read.error} />}
      {read.data && <Content name={name} content={read.data} />}
    </Dialog>
  );
}

function Content({ name, content }: { name: string; content: DocumentContent }) {
  switch (content.type) {
    case "picture":
      return (
        <img
          className="document-picture"
          src={`data:${content.media};base64,${content.base64}`}
          width={content.width}
          height={content.height}
          alt={name}
        />
      );
    case "text":
      return (
        <>
          <pre className="document-text" dir="auto">
            {content.text}
          </pre>
          {content.cut && <p className="quiet">{t("document-cut")}</p>}
        </>
      );
  }
}
