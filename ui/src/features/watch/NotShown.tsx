import { t } from "../../locales/catalogue";
import type { NotShownView } from "../../platform/backend";

/** What the operator's roles do not see: said, so that nobody takes what is here for all there is. */
export function NotShown({ what: { queues, numbers, rules } }: { what: NotShownView }) {
  const parts = [
    numbers > 0 && t("not-shown-numbers", { count: numbers }),
    queues > 0 && t("digest-queues", { count: queues }),
    rules > 0 && t("digest-rules", { count: rules }),
  ].filter((part) => part !== false);
  if (parts.length === 0) return null;
  return <p className="quiet">{t("not-shown", { what: parts.join(" · ") })}</p>;
}
