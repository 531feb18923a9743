import { t } from "../../locales/catalogue";
import type { TextVariable } from "../../platform/backend";

const TAGS = /(\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\})/;
const NAME = /[a-z_]\w*(?:\.\w+)+|\bnow\b/i;

type TemplateWordsProps = { source: string; variables: TextVariable[] };

/** A text as it is written, with what fills it in by the pack's own words for it. */
export function TemplateWords({ source, variables }: TemplateWordsProps) {
  const parts = source.split(TAGS);
  return parts.map((part, at) => {
    // Every second part is a tag, and a part has no id but its place.
    if (at % 2 === 0) return part;
    const name = NAME.exec(part)?.[0];
    const known = variables.find((each) => each.name === name);
    const inner = part.slice(2, -2).replace(/^-|-$/g, "").trim();
    const choice = part.startsWith("{%");
    return (
      <span
        // biome-ignore lint/suspicious/noArrayIndexKey: a text does not change while it is shown
        key={at}
        className={choice ? "text-choice" : "text-variable"}
        title={inner}
      >
        {choice ? t("reference-choice", { words: inner }) : (known?.label ?? inner)}
      </span>
    );
  });
}
