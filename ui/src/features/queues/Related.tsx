import { placeOf, usePlace } from "../../app/place";
import { t } from "../../locales/catalogue";
import type { RecordView, RelatedView } from "../../platform/backend";

/** Records that refer to this one: how many of each kind, the first few, and all of them in a view. */
export function Related({ record }: { record: RecordView }) {
  if (record.related.length === 0) return null;
  return (
    <div className="record-part">
      <h3>{t("related-title")}</h3>
      <ul className="related">
        {record.related.map((each) => (
          <li key={`${each.kind}/${each.field}`}>
            <Referring record={record} related={each} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Referring({ record, related }: { record: RecordView; related: RelatedView }) {
  const go = usePlace((store) => store.go);
  const { view, kind, field, label, field_label, count, first } = related;
  const words = t("related-by", { kind: label, field: field_label });
  const all = () => {
    if (view === null) return;
    const chips = [{ field, test: { type: "among" as const, values: [record.id] } }];
    go({ screen: "queue", view, record: null, wish: { chips } });
  };
  return (
    <>
      <div className="related-head">
        <span className="quiet">{words}</span>
        {view === null ? (
          <span>{count}</span>
        ) : (
          <button type="button" className="link" onClick={all}>
            {t("related-all", { count })}
          </button>
        )}
      </div>
      <ul className="related-first">
        {first.map((each) => (
          <li key={each.value}>
            {view === null ? (
              <bdi>{each.label}</bdi>
            ) : (
              <button
                type="button"
                className="link"
                onClick={() => go(placeOf({ kind, id: each.value }, view))}
              >
                <bdi>{each.label}</bdi>
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
