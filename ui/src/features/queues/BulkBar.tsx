import { X } from "lucide-react";
import { Button } from "../../components/Button";
import { Key } from "../../components/Key";
import { t } from "../../locales/catalogue";
import type { ViewPage } from "../../platform/backend";
import type { Picking } from "./picking";

type BulkBarProps = {
  page: ViewPage;
  picking: Picking;
  /** Nothing can be queued. */
  readOnly: boolean;
  onAct: (action: string) => void;
};

/** How many are picked, and what may be done with all of them. */
export function BulkBar({ page, picking, readOnly, onAct }: BulkBarProps) {
  const count = picking.ids.size;
  return (
    <footer className="bulk-bar">
      <strong role="status">{t(picking.everything ? "picked-all" : "picked", { count })}</strong>
      <span className="bulk-actions">
        {page.bulk.map(({ action, label }, at) => (
          <Button
            key={action}
            look={at === 0 ? "filled" : "outline"}
            hotkey={page.keys.find((each) => each.action === action)?.key ?? null}
            disabled={readOnly}
            onClick={() => onAct(action)}
          >
            {t("bulk-more", { action: label, count })}
          </Button>
        ))}
      </span>
      <button
        type="button"
        className="bulk-none"
        aria-keyshortcuts="Escape"
        onClick={picking.clear}
      >
        <X size={14} aria-hidden />
        {t("picked-none")}
        <Key>{t("key-escape")}</Key>
      </button>
    </footer>
  );
}
