import type { LucideIcon } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { ERRORS } from "../app/errors";
import { useFocusOutlives } from "../app/focus";
import { t } from "../locales/catalogue";
import { asBackendError } from "../platform/backend";
import { SEVERITY_SHAPES } from "./tones";

type EmptyStateProps = {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
};

/** Nothing here: a statement, and what proves it. */
export function EmptyState({ icon: Icon, title, children, action }: EmptyStateProps) {
  const state = useRef<HTMLDivElement>(null);
  useFocusOutlives(state);
  return (
    <div className="state" ref={state}>
      <Icon size={22} aria-hidden className="state-icon" />
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

/** A screen's read that failed: what it is, what to do, and the detail for whoever helps. */
export function ErrorState({ error, action }: { error: unknown; action?: ReactNode }) {
  const { code, detail } = asBackendError(error);
  const { severity, title, text } = ERRORS[code];
  const Shape = SEVERITY_SHAPES[severity];
  const state = useRef<HTMLDivElement>(null);
  useFocusOutlives(state);
  return (
    <div
      className="state"
      role="alert"
      data-tone={severity === "error" ? "red" : "amber"}
      ref={state}
    >
      <Shape size={22} aria-hidden className="state-icon" />
      <h2>{t(title)}</h2>
      <p>{t(text)}</p>
      {detail && <p className="detail">{detail}</p>}
      {action}
    </div>
  );
}

type BannerProps = {
  tone: "red" | "amber" | "blue" | "violet" | "neutral";
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** It appeared by itself and must be read out. */
  loud?: boolean;
};

/** A remark over what it concerns. */
export function Banner({ tone, title, children, action, loud = false }: BannerProps) {
  const severity = tone === "red" ? "error" : tone === "amber" ? "warning" : "note";
  const Shape = SEVERITY_SHAPES[severity];
  return (
    <div className="banner" data-tone={tone} role={loud ? "alert" : undefined}>
      <Shape size={16} aria-hidden />
      <div className="banner-words">
        <strong>{title}</strong>
        {children && <span>{children}</span>}
      </div>
      {action && <div className="banner-action">{action}</div>}
    </div>
  );
}

/** What is asked for without a line is queued and waits for it. */
export function WaitsForLine() {
  return (
    <Banner tone="violet" title={t("act-offline")}>
      {t("act-offline-text")}
    </Banner>
  );
}

/** An error of something that was asked for, where it was asked. */
export function ErrorBanner({ error, action }: { error: unknown; action?: ReactNode }) {
  const { code, detail, row } = asBackendError(error);
  const { severity, title, text } = ERRORS[code];
  return (
    <Banner loud tone={severity === "error" ? "red" : "amber"} title={t(title)} action={action}>
      {detail && code === "policy_denied" ? detail : t(text)}
      {row && <code className="row-id">{row}</code>}
      {detail && code !== "policy_denied" && <span className="detail">{detail}</span>}
    </Banner>
  );
}
