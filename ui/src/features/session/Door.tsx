import type { ReactNode } from "react";
import { t } from "../../locales/catalogue";

/** The page before the shell: the app's mark, and one card. */
export function Door({ children, version }: { children: ReactNode; version?: string }) {
  return (
    <main className="gate">
      <div className="door">
        <header className="door-head">
          <Mark />
          <div>
            <div className="door-name">{t("app-name")}</div>
            <div className="quiet">{t("app-line")}</div>
          </div>
        </header>
        {children}
        {version && <footer className="door-foot">{t("app-version", { version })}</footer>}
      </div>
    </main>
  );
}

/** A watch: a ring, a hand, and the mark it waits for. */
function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="36" height="36" aria-hidden="true" className="mark">
      <rect width="32" height="32" rx="8" />
      <circle cx="16" cy="16" r="8.5" fill="none" strokeWidth="2" />
      <path d="M16 11v5l3.4 2.4" fill="none" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
