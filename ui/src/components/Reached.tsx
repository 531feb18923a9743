import { Globe, Hash, type LucideIcon, Mail, Phone, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { t } from "../locales/catalogue";
import type { Reach } from "../platform/backend";

const REACHES: Record<Reach, { icon: LucideIcon; words: string }> = {
  phone: { icon: Phone, words: "reference-reach-phone" },
  mail: { icon: Mail, words: "reference-reach-mail" },
  page: { icon: Globe, words: "reference-reach-page" },
  other: { icon: Hash, words: "reference-reach-other" },
};

type ReachedProps = {
  at: string | null;
  reach: Reach;
  /** The setting in which the tenant says it. */
  setting?: string | null;
  /** The address, where more can be done with it than read it. */
  children?: ReactNode;
};

/** Where somebody is reached, or that nobody has said it: nothing is ever made up. */
export function Reached({ at, reach, setting = null, children }: ReachedProps) {
  if (at === null) {
    return (
      <span className="told" data-tone="amber" title={setting ?? undefined}>
        <TriangleAlert size={13} aria-hidden />
        {t("reference-unsaid")}
      </span>
    );
  }
  const { icon: Icon, words } = REACHES[reach];
  return (
    <span className="reach">
      <Icon size={13} aria-hidden />
      <span className="visually-hidden">{t(words)}</span>
      {children ?? <bdi>{at}</bdi>}
    </span>
  );
}
