import { t } from "../locales/catalogue";

/** A key of the keyboard. Read out through `aria-keyshortcuts` of what it works on. */
export function Key({ children }: { children: string }) {
  return (
    <kbd className="key" aria-hidden>
      {children}
    </kbd>
  );
}

/** The keys by which a list is moved in, at its foot. */
export function MoveKeys() {
  return (
    <p className="move-keys" aria-hidden>
      <span>
        <Key>j</Key>
        <Key>k</Key> {t("keys-move")}
      </span>
      <span>
        <Key>⏎</Key> {t("keys-enter")}
      </span>
      <span>
        <Key>{"Esc"}</Key> {t("keys-leave")}
      </span>
    </p>
  );
}
