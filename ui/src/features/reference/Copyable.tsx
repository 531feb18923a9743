import { Copy } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { Button } from "../../components/Button";
import { t } from "../../locales/catalogue";
import { useCopy } from "./copy";

type CopyableProps = { what: string; words: string; heading?: ReactNode };

/** Words as they are given to somebody, and the button that copies them. */
export function Copyable({ what, words, heading }: CopyableProps) {
  const shown = useRef<HTMLParagraphElement>(null);
  const copy = useCopy();
  return (
    <div className="copyable" data-headed={heading !== undefined || undefined}>
      {heading}
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

/** An address without what every page begins with. */
const bare = (address: string) => address.replace(/^https?:\/\//, "");

/** Where somebody is reached, in a line; what is copied is all of it. */
export function CopyableLine({ what, words }: { what: string; words: string }) {
  const shown = useRef<HTMLElement>(null);
  const copy = useCopy();
  return (
    <span className="copyable-line">
      <bdi ref={shown} title={words}>
        {bare(words)}
      </bdi>
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
