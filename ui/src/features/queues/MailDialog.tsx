import { Dialog } from "../../components/Dialog";
import { t } from "../../locales/catalogue";
import type { MailView } from "../../platform/backend";

/** Mails as they would be sent, before anything is. */
export function MailDialog({ mails, onClose }: { mails: MailView[]; onClose: () => void }) {
  return (
    <Dialog title={t("mail-title")} lenient width="wide" onClose={onClose}>
      {mails.map((mail) => (
        <Mail key={`${mail.row} ${mail.to}`} mail={mail} />
      ))}
    </Dialog>
  );
}

export function Mail({ mail }: { mail: MailView }) {
  return (
    <article className="mail" aria-label={mail.subject}>
      <header>
        <span className="quiet">{t("mail-to")}</span>
        <bdi>{mail.to}</bdi>
        <span className="quiet">{t("mail-subject")}</span>
        <strong>
          <bdi>{mail.subject}</bdi>
        </strong>
        <code className="row-id">{mail.row}</code>
      </header>
      <p dir="auto">{mail.body}</p>
    </article>
  );
}
