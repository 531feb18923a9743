import { ArrowRight } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/Button";
import { Card } from "../../components/Card";
import { Instant } from "../../components/values";
import { t } from "../../locales/catalogue";
import type { DifferenceView, PackChangesView } from "../../platform/backend";

/** Differences that are shown before somebody asks for all. */
const FOLDED = 12;

type PackChangesProps = { version: number; changes: PackChangesView | null };

/** What the version of the pack that is in force changed, file by file. */
export function PackChanges({ version, changes }: PackChangesProps) {
  const [all, setAll] = useState(false);
  const title = t("settings-changes", { to: changes?.to ?? version });
  if (!changes) {
    return (
      <Card title={title}>
        <p className="card-body quiet">{t("settings-changes-first")}</p>
      </Card>
    );
  }
  const { differences, from, at } = changes;
  const count = differences.length;
  const since = (
    <>
      {t("settings-changes-since")} <Instant at={at} />
    </>
  );
  return (
    <Card title={title} aside={since}>
      {count === 0 ? (
        <p className="card-body quiet">{t("settings-changes-none", { from })}</p>
      ) : (
        filesOf(all ? differences : differences.slice(0, FOLDED)).map(([file, of]) => (
          <section key={file} className="changes">
            <h3>
              <code className="break">{file}</code>
            </h3>
            <ul>
              {of.map((each) => (
                <Difference key={each.place} difference={each} />
              ))}
            </ul>
          </section>
        ))
      )}
      {count > FOLDED && (
        <div className="card-body changes-all">
          <Button aria-expanded={all} onClick={() => setAll(!all)}>
            {all
              ? t("settings-changes-fewer", { count: FOLDED })
              : t("settings-changes-all", { count })}
          </Button>
        </div>
      )}
    </Card>
  );
}

/** Differences by the file that they are in, in the order that they came. */
function filesOf(differences: DifferenceView[]): [string, DifferenceView[]][] {
  const files = new Map<string, DifferenceView[]>();
  for (const each of differences) files.set(each.file, [...(files.get(each.file) ?? []), each]);
  return [...files];
}

function Difference({ difference }: { difference: DifferenceView }) {
  const { place, label, row, was, now } = difference;
  return (
    <li>
      <div className="change-place">
        {label && <strong>{label}</strong>}
        <span className="quiet break">{place || t("settings-changes-file")}</span>
      </div>
      {row && <code className="row-id">{row}</code>}
      <p className="change-words">
        {was !== null && (
          <del>
            <span className="visually-hidden">{t("settings-changes-was")} </span>
            {was}
          </del>
        )}
        {was !== null && <ArrowRight size={13} aria-hidden />}
        {now !== null && (
          <ins>
            <span className={was === null ? "quiet" : "visually-hidden"}>
              {t(was === null ? "settings-changes-new" : "settings-changes-now")}{" "}
            </span>
            {now}
          </ins>
        )}
        {now === null && <span className="quiet">{t("settings-changes-gone")}</span>}
      </p>
    </li>
  );
}
