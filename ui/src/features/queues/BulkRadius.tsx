import { Ban, CircleSlash } from "lucide-react";
import { Instant } from "../../components/values";
import { t } from "../../locales/catalogue";
import { numberWords } from "../../locales/words";
import type { DeniedView, SelectionView } from "../../platform/backend";
import { Asks, UndoLine } from "./ActionBlock";
import { Mail } from "./MailDialog";

/** Names that stand with a reason; the rest is counted. */
const NAMED = 3;

/** The blast radius: who takes part, what happens to each, and who does not take part and why. */
export function BulkRadius({ selection }: { selection: SelectionView }) {
  const { allowed, denied, beyond, cap, row, label, will } = selection;
  const lines = will.filter((line) => line.trim() !== "");
  return (
    <>
      <div className="radius" data-none={allowed.length === 0 || undefined}>
        {allowed.length === 0 ? (
          <Ban size={22} aria-hidden />
        ) : (
          <strong className="radius-figure" aria-hidden>
            {numberWords(allowed.length)}
          </strong>
        )}
        <div>
          <strong>
            {allowed.length === 0
              ? t("bulk-none", { action: label })
              : t("bulk-radius", { count: allowed.length })}
          </strong>
          {allowed.length > 0 && <p className="quiet">{t("bulk-radius-text")}</p>}
          {beyond > 0 && (
            <p className="told" data-tone="amber">
              {t("bulk-beyond", { count: beyond, cap })}
            </p>
          )}
        </div>
        <code className="row-id">{row}</code>
      </div>
      {allowed.length > 0 && lines.length > 0 && (
        <div className="will">
          <strong>{t("bulk-each", { action: label })}</strong>
          <ul>
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <UndoLine undo={selection.undo} nature={selection.nature} />
          {selection.not_after && (
            <p className="quiet">
              {t("bulk-not-after")} <Instant at={selection.not_after} both />
            </p>
          )}
        </div>
      )}
      {selection.asking > 0 && (
        <div className="radius-asks">
          <p className="quiet">{t("bulk-asking", { count: selection.asking })}</p>
          <Asks action={selection} />
        </div>
      )}
      {denied.length > 0 && <Denied denied={denied} />}
      {allowed.length > 0 && selection.mails.length > 0 && (
        <details className="radius-names">
          <summary>{t("bulk-mail", { title: allowed[0]?.title ?? "" })}</summary>
          {selection.mails.map((mail) => (
            <Mail key={`${mail.row} ${mail.to}`} mail={mail} />
          ))}
        </details>
      )}
      {allowed.length > 0 && (
        <details className="radius-names">
          <summary>{t("bulk-names")}</summary>
          <ul>
            {allowed.map(({ id, title }) => (
              <li key={id}>
                <code>{id}</code> <bdi>{title}</bdi>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** Those that stay as they are, by the reason. */
function Denied({ denied }: { denied: DeniedView[] }) {
  const reasons = new Map<string, DeniedView[]>();
  for (const each of denied) {
    const reason = `${each.row ?? ""} ${each.detail}`;
    reasons.set(reason, [...(reasons.get(reason) ?? []), each]);
  }
  return (
    <div className="denied">
      <strong className="told">
        <CircleSlash size={14} aria-hidden />
        {t("bulk-denied", { count: denied.length })}
      </strong>
      <ul>
        {[...reasons].map(([reason, those]) => {
          const names = those.slice(0, NAMED).map(({ title }) => title);
          return (
            <li key={reason}>
              <span>
                <strong>{numberWords(those.length)}</strong> <bdi>{those[0]?.detail}</bdi>
                <span className="quiet">
                  {names.join(" · ")}
                  {those.length > NAMED &&
                    ` · ${t("digest-more", { count: those.length - NAMED })}`}
                </span>
              </span>
              {those[0]?.row && <code className="row-id">{those[0].row}</code>}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
