import { Shelf, type Spine } from "../../components/Shelf";
import { t } from "../../locales/catalogue";
import type { TextChannel, TextView } from "../../platform/backend";
import { Copyable } from "./Copyable";
import { Unsaid } from "./Promises";
import { TemplateWords } from "./TemplateWords";

type TextsProps = { texts: TextView[]; sought: string | undefined };

/** All texts of the pack; those that need nobody can be copied. */
export function Texts({ texts, sought }: TextsProps) {
  return (
    <Shelf
      label={t("reference-texts")}
      filterLabel={t("reference-texts-search")}
      countWords={(count) => t("reference-texts-count", { count })}
      items={texts}
      spine={spineOf}
      sought={sought}
    >
      {(text) => <Text key={text.id} text={text} />}
    </Shelf>
  );
}

const CHANNELS: Record<TextChannel, string> = {
  mail: "reference-channel-mail",
  chat: "reference-channel-chat",
  banner: "reference-channel-banner",
  file: "reference-channel-file",
  ticket: "reference-channel-ticket",
  answer: "reference-channel-answer",
};

function spineOf(text: TextView): Spine {
  const channel = t(CHANNELS[text.channel]);
  return {
    id: text.id,
    label: text.label,
    aside: text.kind === null ? channel : t("reference-text-of", { channel, kind: text.kind }),
    row: text.row,
    group: null,
    words: [text.label, text.row, channel, text.kind ?? "", text.subject, text.body].join(" "),
  };
}

function Text({ text }: { text: TextView }) {
  const filled = text.variables.filter(({ name }) => !name.startsWith("settings."));
  return (
    <article className="read">
      <header className="read-head">
        <h2>{text.label}</h2>
        <p className="quiet">
          {spineOf(text).aside} · <code className="row-id">{text.row}</code>
        </p>
      </header>
      <div className="read-body">
        {text.subject !== text.label && (
          <p className="read-subject">
            <TemplateWords source={text.subject} variables={text.variables} />
          </p>
        )}
        {text.ready ? (
          <Copyable what={text.label} words={text.body.trim()} />
        ) : (
          <p className="given" dir="auto">
            <TemplateWords source={text.body.trim()} variables={text.variables} />
          </p>
        )}
        {text.buttons.length > 0 && (
          <p className="read-buttons">
            {text.buttons.map((label) => (
              <span key={label}>{label}</span>
            ))}
          </p>
        )}
        <Unsaid text={text} />
      </div>
      {text.variables.length > 0 && (
        <section className="read-part">
          <h3>
            {filled.length > 0 ? t("reference-variables") : t("reference-variables-settings")}
          </h3>
          <dl className="facts variables">
            {text.variables.map(({ name, label }) => (
              <div key={name}>
                <dt>
                  <code>{name}</code>
                </dt>
                <dd>{label}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </article>
  );
}
