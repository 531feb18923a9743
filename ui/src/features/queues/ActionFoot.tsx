import { Button } from "../../components/Button";
import { t } from "../../locales/catalogue";
import type { ActionView } from "../../platform/backend";

/** Why an action cannot be had now, as a sentence; nothing where it can. */
export type Refusal = (action: ActionView) => string | null;

/** Up to so many stand beside each other, whether they are possible or not. */
const FEW = 4;

/** Actions that stand in the open, and those that are folded away because of many few are possible. */
export function foldActions(
  actions: ActionView[],
  refused: Refusal,
): { open: ActionView[]; folded: ActionView[] } {
  if (actions.length <= FEW) return { open: actions, folded: [] };
  return {
    open: actions.filter((action) => refused(action) === null),
    folded: actions.filter((action) => refused(action) !== null),
  };
}

type ActionFootProps = {
  actions: ActionView[];
  refused: Refusal;
  /** The one thing to do next. */
  next: ActionView | undefined;
  /** The keys are for something else. */
  mute: boolean;
  onAsk: (action: ActionView) => void;
};

/** The buttons of a record's actions; of many, what is not possible now is unfolded with its reasons. */
export function ActionFoot({ actions, refused, next, mute, onAsk }: ActionFootProps) {
  const { open, folded } = foldActions(actions, refused);
  const button = (action: ActionView) => {
    const reason = refused(action);
    return (
      <Button
        key={action.action}
        look={action === next ? "filled" : "outline"}
        hotkey={reason !== null || mute ? null : action.key}
        refused={reason !== null}
        title={reason ?? undefined}
        onClick={() => onAsk(action)}
      >
        {needsMore(action) ? t("action-more", { action: action.label }) : action.label}
      </Button>
    );
  };
  return (
    <footer className="record-foot">
      {open.map(button)}
      {folded.length > 0 && (
        <details className="actions-folded">
          <summary>{t("actions-folded", { count: folded.length })}</summary>
          <ul>
            {folded.map((action) => (
              <li key={action.action}>
                {button(action)}
                <bdi className="quiet">{refused(action)}</bdi>
              </li>
            ))}
          </ul>
        </details>
      )}
    </footer>
  );
}

/** A button whose dialog asks for something ends in dots. */
const needsMore = (action: ActionView) => action.params.length > 0;
