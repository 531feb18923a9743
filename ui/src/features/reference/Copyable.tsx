import { Copy } from "lucide-react";
import { useRef } from "react";
import { Button } from "../../components/Button";
import { t } from "../../locales/catalogue";
import { useCopy } from "./copy";

/** Words as they are given to somebody, and the button that copies them. */
export function Copyable({ what, words }: { what: string; words: string }) {
  const shown = useRef<HTMLParagraphElement>(null);
  const copy = useCopy();
  return (
    <div className="copyable">
      <p ref={shown} className="given" dir="auto">
        {words}
      </p>
      <Button
        aria-label={t("reference-copy-what", { what })}
        onClick={() => void copy(words, shown.current)}
      >
        <Copy size={13} aria-hidden />
        {t("reference-copy")}
      </Button>
    </div>
  );
}

/** Where somebody is reached, in a line. */
export function CopyableLine({ what, words }: { what: string; words: string }) {
  const shown = useRef<HTMLElement>(null);
  const copy = useCopy();
  return (
    <span className="copyable-line">
      <bdi ref={shown}>{words}</bdi>
      <button
        type="button"
        className="icon-button"
        title={t("reference-copy")}
        aria-label={t("reference-copy-what", { what })}
        onClick={() => void copy(words, shown.current)}
      >
        <Copy size={13} aria-hidden />
      </button>
    </span>
  );
}
