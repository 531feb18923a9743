import { Ban, Check, type LucideIcon, MessageSquareShare, TriangleAlert } from "lucide-react";
import { usePlace } from "../../app/place";
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
  return (
    <Scrolled className="rules">
      <div>
        <Capabilities may="yes" all={view.capabilities} />
        <Document document={view.document} />
      </div>
      <div>
        <Capabilities may="propose" all={view.capabilities} />
        <Capabilities may="no" all={view.capabilities} />
        {view.retention.length > 0 && <Retention classes={view.retention} rulings={view.rulings} />}
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
  const of = all.filter((each) => each.may === may);
  if (of.length === 0) return null;
  return (
    <Card title={t(title)} aside={of.length}>
      <ul className="capabilities">
        {of.map((each) => (
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
              <Why of={each} rulings={rulings} />
            </div>
            <code className="row-id">{each.row}</code>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** The ruling that the class comes from, in full; others about its row by their ids. */
function Why({ of, rulings }: { of: RetentionView; rulings: RulingView[] }) {
  const go = usePlace((store) => store.go);
  const own = rulings.find(({ id }) => id === of.row);
  const others = of.rulings.filter((id) => id !== of.row);
  return (
    <>
      {own && <p className="why">{own.holds}</p>}
      {others.length > 0 && (
        <span className="quiet whys">
          {t("reference-rulings")}
          {others.map((id) => (
            <button
              key={id}
              type="button"
              className="link"
              onClick={() => go({ screen: "reference", section: "rulings", item: id })}
            >
              {id}
            </button>
          ))}
        </span>
      )}
    </>
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
            <>
              {" "}
              <span className="told" data-tone="amber">
                <TriangleAlert size={13} aria-hidden />
                {t("reference-document-overdue")}
              </span>
            </>
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
