import { Bookmark, Columns3, Download, ListFilter } from "lucide-react";
import type { ReactNode } from "react";
import { useState } from "react";
import { useKeys } from "../../app/keys";
import { useOffers } from "../../app/offers";
import { t } from "../../locales/catalogue";
import type { ViewPage } from "../../platform/backend";
import { ChipDialog } from "./ChipDialog";
import { ExportDialog } from "./ExportDialog";
import { SaveDialog } from "./SaveDialog";
import { ShowDialog } from "./ShowDialog";
import { savedWishOf, useOpenSaved } from "./saved";
import type { Wish } from "./wish";

type ViewToolsProps = {
  page: ViewPage;
  wish: Wish;
  readOnly: boolean;
  onWish: (more: Partial<Wish>) => void;
};
type Open = "chip" | "show" | "export" | "save" | null;

/** What can be asked of the view as a whole. */
export function ViewTools({ page, wish, readOnly, onWish }: ViewToolsProps) {
  const saved = useOpenSaved();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  // Letters are the actions' own.
  useKeys({
    "Alt+KeyF": () => setOpen("chip"),
    "Alt+KeyV": () => setOpen("show"),
    "Alt+KeyE": () => setOpen("export"),
    "Alt+KeyS": () => setOpen("save"),
  });
  const save = t(saved?.own ? "tool-saved" : "tool-save");
  useOffers([
    { id: "tool chip", label: t("tool-chip"), hint: "Alt F", run: () => setOpen("chip") },
    { id: "tool show", label: t("tool-show"), hint: "Alt V", run: () => setOpen("show") },
    { id: "tool export", label: t("tool-export"), hint: "Alt E", run: () => setOpen("export") },
    { id: "tool save", label: save, hint: "Alt S", run: () => setOpen("save") },
  ]);
  return (
    <div className="view-tools">
      <Tool label={t("tool-chip")} keys="Alt+F" onGo={() => setOpen("chip")}>
        <ListFilter size={15} aria-hidden />
      </Tool>
      <Tool label={t("tool-show")} keys="Alt+V" onGo={() => setOpen("show")}>
        <Columns3 size={15} aria-hidden />
      </Tool>
      <Tool label={t("tool-export")} keys="Alt+E" onGo={() => setOpen("export")}>
        <Download size={15} aria-hidden />
      </Tool>
      <Tool label={save} keys="Alt+S" onGo={() => setOpen("save")}>
        <Bookmark size={15} aria-hidden />
      </Tool>
      {open === "save" && (
        <SaveDialog
          view={page.view}
          wish={savedWishOf(wish)}
          saved={saved}
          readOnly={readOnly}
          onClose={close}
        />
      )}
      {open === "chip" && (
        <ChipDialog
          page={page}
          chips={wish.chips}
          field={null}
          onChips={(chips) => onWish({ chips })}
          onClose={close}
        />
      )}
      {open === "show" && <ShowDialog page={page} wish={wish} onWish={onWish} onClose={close} />}
      {open === "export" && <ExportDialog page={page} wish={wish} onClose={close} />}
    </div>
  );
}

type ToolProps = { label: string; keys: string; onGo: () => void; children: ReactNode };

function Tool({ label, keys, onGo, children }: ToolProps) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      aria-keyshortcuts={keys}
      title={t("tool-title", { label, keys })}
      onClick={onGo}
    >
      {children}
    </button>
  );
}
