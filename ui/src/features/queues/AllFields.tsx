import { Value } from "../../components/values";
import { t } from "../../locales/catalogue";
import type { FieldView } from "../../platform/backend";

/** What the pack's own facts leave out, and the rules of what is computed; folded away until it is wanted. */
export function AllFields({ fields, received }: { fields: FieldView[]; received: number }) {
  if (fields.length === 0) return null;
  return (
    <details className="all-fields">
      <summary>{t("record-fields", { count: fields.length })}</summary>
      <dl>
        {fields.map(({ fact, rule }) => (
          <div key={fact.field}>
            <dt>{fact.label}</dt>
            <dd>
              <Value value={fact.value} received={received} both />
              {rule !== null && <code>{rule}</code>}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
