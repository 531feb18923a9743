import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useBackend } from "../../app/backend";
import { useKeys } from "../../app/keys";
import { placeOf, usePlace } from "../../app/place";
import { Button } from "../../components/Button";
import { ErrorBanner } from "../../components/states";
import { Tone } from "../../components/tones";
import { Value } from "../../components/values";
import { t } from "../../locales/catalogue";
import { bytesWords } from "../../locales/words";
import type {
  DocumentStanding,
  RecordDocument,
  RecordView,
  Tone as ToneName,
} from "../../platform/backend";
import { DocumentDialog } from "./DocumentDialog";
import { SaveDocumentDialog } from "./SaveDocumentDialog";

type Standing = { tone: ToneName; word: string; text: string | null };

/** What is said of each standing; nothing is here before its bytes were compared. */
const STANDINGS: Record<DocumentStanding, Standing> = {
  elsewhere: { tone: "neutral", word: "document-elsewhere", text: null },
  wanted: { tone: "blue", word: "document-wanted", text: null },
  unreachable: { tone: "amber", word: "document-wanted", text: "document-unreachable" },
  failed: { tone: "amber", word: "document-wanted", text: "document-failed" },
  here: { tone: "green", word: "document-here", text: null },
  other_bytes: { tone: "red", word: "document-refused", text: "document-other-bytes" },
  too_large: { tone: "red", word: "document-refused", text: "document-too-large" },
  not_given: { tone: "red", word: "document-refused", text: "document-not-given" },
  no_room: { tone: "red", word: "document-refused", text: "document-no-room" },
};

/** Nothing is under way for it, so it may be asked for. */
const mayBeAsked = ({ standing }: RecordDocument) =>
  standing === "elsewhere" || STANDINGS[standing].tone === "red";

type DocumentsProps = {
  record: RecordView & { received: number };
  readOnly: boolean;
  /** Its key keeps them all; not where the pack has it for an action. */
  hotkey: boolean;
  mute: boolean;
};

/** The key that keeps all documents of a record. */
export const KEEP_KEY = "f";

/** The files of a record: which this laptop has, and what may be done with each. */
export function Documents({ record, readOnly, hotkey, mute }: DocumentsProps) {
  const { listed, more } = record.documents;
  const backend = useBackend();
  const asked = listed.filter(mayBeAsked);
  const keeping = useMutation({
    mutationFn: async (documents: RecordDocument[]) => {
      for (const { kind, id } of documents) await backend.keepDocument(kind, id);
    },
  });
  const keepAll = () => {
    if (!keeping.isPending) keeping.mutate(asked);
  };
  const may = hotkey && !readOnly && asked.length > 0;
  useKeys(may && !mute ? { [KEEP_KEY]: keepAll } : {}, false);
  if (listed.length === 0) return null;
  return (
    <div className="record-part">
      <div className="related-head">
        <h3>{t("documents-title")}</h3>
        {!readOnly && asked.length > 1 && (
          <Button look="plain" hotkey={hotkey ? KEEP_KEY : null} onClick={keepAll}>
            {t("documents-keep-all", { count: asked.length })}
          </Button>
        )}
      </div>
      {keeping.error && <ErrorBanner error={keeping.error} />}
      <ul className="documents">
        {listed.map((each) => (
          <li key={`${each.kind}/${each.id}`}>
            <OneDocument
              document={each}
              received={record.received}
              readOnly={readOnly}
              hotkey={hotkey && asked.length === 1 && asked[0] === each ? KEEP_KEY : null}
            />
          </li>
        ))}
      </ul>
      {more && <p className="quiet">{t("documents-more")}</p>}
    </div>
  );
}

type OneProps = {
  document: RecordDocument;
  received: number;
  readOnly: boolean;
  hotkey: string | null;
};

function OneDocument({ document, received, readOnly, hotkey }: OneProps) {
  const { kind, id, name, media, bytes, standing } = document;
  const backend = useBackend();
  const [open, setOpen] = useState<"look" | "save" | null>(null);
  const ask = mayBeAsked(document);
  const turning = useMutation({
    mutationFn: () => (ask ? backend.keepDocument(kind, id) : backend.dropDocument(kind, id)),
  });
  const { tone, word, text } = STANDINGS[standing];
  const here = standing === "here";
  const turn = t(
    here
      ? "document-drop"
      : !ask
        ? "document-stop"
        : tone === "red"
          ? "try-again"
          : "document-keep",
  );
  const of = (words: string) => t("document-button", { words, name });
  return (
    <>
      <div className="document-head">
        <Named document={document} />
        <Tone tone={tone}>{t(word)}</Tone>
      </div>
      <p className="quiet">
        <bdi>{media}</bdi>
        {bytes !== null && ` · ${bytesWords(bytes)}`}
      </p>
      <dl className="document-says">
        {document.state && (
          <div>
            <dt>{t("document-state")}</dt>
            <dd>
              <Value value={document.state} received={received} />
            </dd>
          </div>
        )}
        {document.says
          .filter(({ value }) => value.type !== "empty")
          .map(({ field, label, value }) => (
            <div key={field}>
              <dt>{label}</dt>
              <dd>
                <Value value={value} received={received} />
              </dd>
            </div>
          ))}
      </dl>
      {text && <p role="status">{t(text)}</p>}
      {turning.error && <ErrorBanner error={turning.error} />}
      <div className="document-buttons">
        {here && document.shows && (
          <Button key="look" aria-label={of(t("document-show"))} onClick={() => setOpen("look")}>
            {t("document-show")}
          </Button>
        )}
        {here && (
          <Button key="save" aria-label={of(t("document-save"))} onClick={() => setOpen("save")}>
            {t("document-save")}
          </Button>
        )}
        {!readOnly && (
          // One button whatever it says, so that the focus stays on it.
          <Button
            key="turn"
            look={here ? "plain" : "outline"}
            hotkey={hotkey}
            aria-label={of(turn)}
            onClick={() => !turning.isPending && turning.mutate()}
          >
            {turn}
          </Button>
        )}
      </div>
      {open === "look" && <DocumentDialog document={document} onClose={() => setOpen(null)} />}
      {open === "save" && <SaveDocumentDialog document={document} onClose={() => setOpen(null)} />}
    </>
  );
}

/** Its name, which leads to its record where that is another one. */
function Named({ document }: { document: RecordDocument }) {
  const go = usePlace((store) => store.go);
  const { kind, id, view, name } = document;
  if (view === null) {
    return (
      <strong>
        <bdi>{name}</bdi>
      </strong>
    );
  }
  return (
    <button type="button" className="link" onClick={() => go(placeOf({ kind, id }, view))}>
      <bdi>{name}</bdi>
    </button>
  );
}
