/** A key of the keyboard. Read out through `aria-keyshortcuts` of what it works on. */
export function Key({ children }: { children: string }) {
  return (
    <kbd className="key" aria-hidden>
      {children}
    </kbd>
  );
}
