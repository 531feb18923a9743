import { TriangleAlert } from "lucide-react";
import { t } from "../../locales/catalogue";
import type { SettingReader, SettingView } from "../../platform/backend";

/** What a part of a pack is called. One that is a single file has words for what is in it. */
const PARTS: Record<string, { title: string; whole?: string }> = {
  alerts: { title: "tenant-part-alerts" },
  records: { title: "tenant-part-records" },
  templates: { title: "tenant-part-templates" },
  playbooks: { title: "tenant-part-playbooks" },
  routines: { title: "tenant-part-routines" },
  metrics: { title: "tenant-part-metrics" },
  reconciliations: { title: "tenant-part-reconciliations" },
  reports: { title: "tenant-part-reports" },
  people: { title: "tenant-part-people", whole: "tenant-part-people-is" },
  incidents: { title: "tenant-part-incidents", whole: "tenant-part-incidents-is" },
  retention: { title: "tenant-part-retention", whole: "tenant-part-retention-is" },
  rulings: { title: "tenant-part-rulings", whole: "tenant-part-rulings-is" },
  handover: { title: "tenant-part-handover", whole: "tenant-part-handover-is" },
};
const OTHER = { title: "tenant-part-other", whole: undefined };

type Group = { title: string; labels: string[] };

/** What reads a setting, by the sort of part, in the order of the words above. */
function groupsOf(readers: SettingReader[]): Group[] {
  const groups = new Map<string, string[]>();
  const places = Object.keys(PARTS);
  const place = ({ part }: SettingReader) => (places.indexOf(part) + 1 || places.length + 1) - 1;
  for (const reader of [...readers].sort((one, other) => place(one) - place(other))) {
    const { title, whole } = PARTS[reader.part] ?? OTHER;
    const label = whole ? t(whole) : reader.label;
    groups.set(title, [...(groups.get(title) ?? []), label]);
  }
  return [...groups].map(([title, labels]) => ({ title, labels }));
}

/** What waits for a setting, or counts with it. */
export function Readers({ setting }: { setting: SettingView }) {
  const groups = groupsOf(setting.readers);
  return (
    <section className="read-part setting-readers">
      <h3>{t("tenant-readers")}</h3>
      {setting.missing && (
        <p className="told" data-tone="amber">
          <TriangleAlert size={13} aria-hidden />
          {t("tenant-undecidable")}
        </p>
      )}
      {groups.length === 0 ? (
        <p className="quiet">{t("tenant-readers-none")}</p>
      ) : (
        <dl className="facts">
          {groups.map(({ title, labels }) => (
            <div key={title}>
              <dt>{t(title)}</dt>
              <dd>
                {labels.map((label) => (
                  <span key={label} className="setting-reader">
                    {label}
                  </span>
                ))}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
