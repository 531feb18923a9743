import { Ban, Check, type LucideIcon, MessageSquareShare, TriangleAlert } from "lucide-react";
import type { ReceivedReference } from "../../app/reads";
import { Card } from "../../components/Card";
import { t } from "../../locales/catalogue";
import type {
  CapabilityView,
  DocumentView,
  May,
  RetentionView,
  RulingView,
} from "../../platform/backend";
import { Scrolled } from "./Scrolled";

/** What an operator may do, how long things are kept, and the document that all of it comes from. */
export function Rules({ view }: { view: ReceivedReference }) {
  const has = (may: May) => view.capabilities.some((each) => each.may === may);
  return (
    <Scrolled className="rules">
      <div className="may" data-columns={(["yes", "propose", "no"] as const).filter(has).length}>
        {(["yes", "propose", "no"] as const).filter(has).map((may) => (
          <Capabilities
            key={may}
            may={may}
            all={view.capabilities.filter((each) => each.may === may)}
          />
        ))}
      </div>
      <div className="rules-foot">
        {view.retention.length > 0 && <Retention classes={view.retention} rulings={view.rulings} />}
        <Document document={view.document} />
      </div>
    </Scrolled>
  );
}

const MAY: Record<May, { icon: LucideIcon; tone: string; title: string }> = {
  yes: { icon: Check, tone: "green", title: "reference-may" },
  propose: { icon: MessageSquareShare, tone: "blue", title: "reference-propose" },
  no: { icon: Ban, tone: "red", title: "reference-never" },
};

function Capabilities({ may, all }: { may: May; all: CapabilityView[] }) {
  const { icon: Icon, tone, title } = MAY[may];
  return (
    <Card title={t(title)} aside={all.length}>
      <ul className="capabilities">
        {all.map((each) => (
          <li key={each.text} data-tone={tone}>
            <Icon size={13} aria-hidden />
            <span>
              {each.text}
              {each.to && <span className="quiet"> {t("reference-to", { who: each.to })}</span>}
            </span>
            <code className="row-id">{each.row}</code>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Retention({ classes, rulings }: { classes: RetentionView[]; rulings: RulingView[] }) {
  return (
    <Card title={t("reference-retention")} aside={t("reference-retention-aside")}>
      <ul className="retention">
        {classes.map((each) => (
          <li key={each.id} data-item={each.id} tabIndex={-1}>
            <strong className="figure">
              {each.years !== null
                ? t("reference-years", { count: each.years })
                : t("reference-days", { count: each.days ?? 0 })}
            </strong>
            <div>
              <strong>{each.label}</strong>
              <span className="quiet">{t("reference-from", { what: each.from })}</span>
              {each.only && (
                <span className="quiet">{t("reference-only", { words: each.only })}</span>
              )}
              {(each.kinds.length > 0 || each.audit) && (
                <span className="quiet">
                  {[...each.kinds, ...(each.audit ? [t("nav-log")] : [])].join(", ")}
                </span>
              )}
              {rulings
                .filter(({ id }) => each.rulings.includes(id))
                .map((ruling) => (
                  <p key={ruling.id} className="why">
                    {ruling.holds} <code className="row-id">{ruling.id}</code>
                  </p>
                ))}
            </div>
            <code className="row-id">{each.row}</code>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Document({ document }: { document: DocumentView }) {
  const facts = [
    ["reference-document-version", document.version],
    ["reference-document-owner", document.owner],
    ["reference-document-updated", document.updated],
  ] as const;
  return (
    <Card
      title={t("reference-document")}
      aside={document.row && <code className="row-id">{document.row}</code>}
    >
      <dl className="facts card-body" data-item="document" tabIndex={-1}>
        <dt>{t("settings-pack")}</dt>
        <dd>{t("reference-pack", { pack: document.pack, version: document.pack_version })}</dd>
        {facts.map(([words, value]) => (
          <div key={words}>
            <dt>{t(words)}</dt>
            <dd>{value ?? <span className="quiet">{t("reference-document-unsaid")}</span>}</dd>
          </div>
        ))}
        <dt>{t("reference-document-review")}</dt>
        <dd>
          {document.next_review ?? <span className="quiet">{t("reference-document-unsaid")}</span>}
          {document.overdue && (
            <span className="told" data-tone="amber">
              <TriangleAlert size={13} aria-hidden />
              {t("reference-document-overdue")}
            </span>
          )}
        </dd>
        {document.names.length > 0 && (
          <>
            <dt>{t("reference-document-names")}</dt>
            <dd>
              {document.names.map((name) => (
                <p key={name}>{name}</p>
              ))}
            </dd>
          </>
        )}
      </dl>
    </Card>
  );
}
