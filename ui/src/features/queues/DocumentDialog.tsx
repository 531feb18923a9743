import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useBackend } from "../../app/backend";
import { Dialog } from "../../components/Dialog";
import { ErrorBanner } from "../../components/states";
import { t } from "../../locales/catalogue";
import type { DocumentContent, RecordDocument } from "../../platform/backend";

type DocumentDialogProps = { document: RecordDocument; onClose: () => void };

/** A document that is kept here. Nothing in it is carried out: a picture, or words as they stand. */
export function DocumentDialog({ document, onClose }: DocumentDialogProps) {
  const backend = useBackend();
  const { kind, id, name, standing } = document;
  const read = useQuery({
    queryKey: ["document", kind, id],
    queryFn: () => backend.showDocument(kind, id),
    // What was confidential enough to be kept encrypted does not stay in memory.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  // Once its record is gone, names another file or is not for this operator any more, neither is this; what
  // may be here after that is another file.
  const [gone, setGone] = useState(false);
  if (read.data && standing !== "here" && !gone) setGone(true);
  return (
    <Dialog title={name} lenient width="wide" onClose={onClose}>
      {read.error && <ErrorBanner error={read.error} />}
      {gone && <p role="status">{t("document-gone")}</p>}
      {read.data && !gone && standing === "here" && <Content name={name} content={read.data} />}
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
