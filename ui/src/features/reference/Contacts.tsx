import type { ReceivedReference } from "../../app/reads";
import { Card } from "../../components/Card";
import { Reached } from "../../components/Reached";
import { t } from "../../locales/catalogue";
import type { ContactView, EscalationCall, EscalationView } from "../../platform/backend";
import { CopyableLine } from "./Copyable";
import { Scrolled } from "./Scrolled";
import { unsaid } from "./sections";
import { spanWords } from "./spans";

/** Who there is and how they are reached; at the right, who is called when. */
export function Contacts({ view }: { view: ReceivedReference }) {
  const { contacts, escalations, roles } = view;
  const missing = unsaid(view).length;
  const inside = contacts.filter((each) => !each.outside);
  const outside = contacts.filter((each) => each.outside);
  return (
    <Scrolled className="contacts">
      <div>
        {inside.length > 0 && (
          <Card
            title={t("reference-inside")}
            aside={missing > 0 ? t("reference-missing", { count: missing }) : null}
          >
            <People contacts={inside} />
          </Card>
        )}
        {outside.length > 0 && (
          <Card title={t("reference-outside")}>
            <People contacts={outside} />
          </Card>
        )}
        <Card title={t("reference-roles")}>
          <ul className="card-body roles">
            {roles.map((role) => (
              <li key={role.id} className="pill" data-tone={role.mine ? "green" : "neutral"}>
                <span>{role.label}</span>
                {role.mine && <span>{t("reference-role-mine")}</span>}
                {role.outside && (
                  <span className="role-outside">{t("reference-role-outside")}</span>
                )}
              </li>
            ))}
          </ul>
        </Card>
      </div>
      <div className="paths">
        {escalations.map((path) => (
          <Path key={path.id} path={path} contacts={contacts} />
        ))}
      </div>
    </Scrolled>
  );
}

function People({ contacts }: { contacts: ContactView[] }) {
  return (
    <ul className="people">
      {contacts.map((contact) => (
        <li key={contact.id} data-item={contact.id} tabIndex={-1}>
          <div>
            <strong>{contact.label}</strong>
            {contact.role && contact.role !== contact.label && (
              <span className="quiet">{contact.role}</span>
            )}
          </div>
          <At contact={contact} />
          <code className="row-id">{contact.row}</code>
        </li>
      ))}
    </ul>
  );
}

function At({ contact }: { contact: ContactView }) {
  return (
    <Reached {...contact}>
      {contact.at !== null && <CopyableLine what={contact.label} words={contact.at} />}
    </Reached>
  );
}

function Path({ path, contacts }: { path: EscalationView; contacts: ContactView[] }) {
  return (
    <Card title={path.label} aside={<code className="row-id">{path.row}</code>}>
      <div className="card-body path" data-item={path.id} tabIndex={-1}>
        <p>
          {path.purpose}
          {path.urgency && (
            <span className="quiet"> {t("reference-urgency", { words: path.urgency })}</span>
          )}
        </p>
        <ol className="calls">
          {path.calls.map((call) => (
            <Call key={`${call.role} ${call.after_minutes}`} call={call} contacts={contacts} />
          ))}
        </ol>
        {path.freezes.length > 0 && (
          <p className="quiet">{t("reference-freezes", { what: path.freezes.join(", ") })}</p>
        )}
        {path.meanwhile && <p className="meanwhile">{path.meanwhile}</p>}
      </div>
    </Card>
  );
}

function Call({ call, contacts }: { call: EscalationCall; contacts: ContactView[] }) {
  const reached = contacts.filter(({ id }) => call.contacts.includes(id));
  return (
    <li>
      <span className="figure call-after">
        {call.after_minutes === 0
          ? t("reference-at-once")
          : t("reference-after", { time: spanWords(call.after_minutes) })}
      </span>
      <div>
        <strong>{call.role}</strong>
        {call.only && <span className="quiet"> {t("reference-only", { words: call.only })}</span>}
        {call.informed && <span className="quiet"> {t("reference-informed")}</span>}
        {reached.map((contact) => (
          <div key={contact.id} className="call-reached">
            {reached.length > 1 && <span className="quiet">{contact.label}</span>}
            <At contact={contact} />
          </div>
        ))}
        {reached.length === 0 && (
          <span className="quiet call-reached">{t("reference-nobody")}</span>
        )}
      </div>
    </li>
  );
}
