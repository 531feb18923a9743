import { ERRORS } from "../../app/errors";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Banner } from "../../components/states";
import { t } from "../../locales/catalogue";
import type { ActManyAnswer } from "../../platform/backend";

type BulkFailedProps = {
  title: string;
  answer: ActManyAnswer;
  /** Picks those that are left, to decide on them again. */
  onPick?: (ids: string[]) => void;
  onClose: () => void;
};

/** What of many was not queued, row by row and why. Nothing is tried again by itself. */
export function BulkFailed({ title, answer, onPick, onClose }: BulkFailedProps) {
  const { failed, queued, left } = answer;
  return (
    <Dialog
      title={title}
      width="wide"
      onClose={onClose}
      footer={
        <>
          {onPick && (
            <Button onClick={() => onPick(failed.map(({ id }) => id))}>
              {t("bulk-pick-failed")}
            </Button>
          )}
          <Button look="filled" autoFocus onClick={onClose}>
            {t("bulk-done")}
          </Button>
        </>
      }
    >
      <Banner loud tone="amber" title={t("bulk-failed-title", { count: failed.length })}>
        {t("bulk-failed-text", { queued })}
        {left > 0 && ` ${t("bulk-failed-left", { count: left })}`}
      </Banner>
      <ul className="failed">
        {failed.map(({ id, title: name, error }) => (
          <li key={id}>
            <bdi>{name}</bdi> <code>{id}</code>
            <span className="quiet">
              {t(ERRORS[error.code].title)}
              {error.detail && <>. {error.detail}</>}{" "}
              {error.row && <code className="row-id">{error.row}</code>}
            </span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
