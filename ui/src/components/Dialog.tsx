import { X } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { Heading, Modal, ModalOverlay, Dialog as RacDialog } from "react-aria-components";
import { regainFocus } from "../app/focus";
import { t } from "../locales/catalogue";

type DialogProps = {
  title: string;
  onClose: () => void;
  /** A click beside it closes it; not where something was typed. */
  lenient?: boolean;
  width?: "narrow" | "wide";
  children: ReactNode;
  footer?: ReactNode;
};

/** A question or a closer look. The focus stays inside, Escape closes, then goes back. */
export function Dialog({ title, onClose, lenient, width, children, footer }: DialogProps) {
  // What opened it may be gone when it closes.
  useEffect(() => regainFocus, []);
  return (
    <ModalOverlay
      isOpen
      isDismissable={lenient ?? false}
      onOpenChange={(open) => !open && onClose()}
      className="dialog-veil"
    >
      <Modal className="dialog" data-width={width ?? "narrow"}>
        <RacDialog className="dialog-inside">
          <header className="dialog-head">
            <Heading slot="title">{title}</Heading>
            <button
              type="button"
              className="icon-button"
              aria-label={t("dialog-close")}
              onClick={onClose}
            >
              <X size={16} aria-hidden />
            </button>
          </header>
          <div
            className="dialog-body"
            // A closer look has nothing to fill in, and scrolls in a low window all the same.
            tabIndex={lenient ? 0 : undefined}
          >
            {children}
          </div>
          {footer && <footer className="dialog-foot">{footer}</footer>}
        </RacDialog>
      </Modal>
    </ModalOverlay>
  );
}
