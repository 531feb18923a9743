import { Scale } from "lucide-react";
import { usePlace } from "../../app/place";
import { t } from "../../locales/catalogue";
import type { RulingView } from "../../platform/backend";

/** A ruling beside what it is about, and the way to it. */
export function RulingRemark({ ruling }: { ruling: RulingView }) {
  const go = usePlace((store) => store.go);
  return (
    <div className="banner" data-tone="amber">
      <Scale size={15} aria-hidden />
      <div className="banner-words">
        <span>{ruling.holds}</span>{" "}
        <button
          type="button"
          className="link"
          onClick={() => go({ screen: "reference", section: "rulings", item: ruling.id })}
        >
          {t("reference-see-ruling", { id: ruling.id })}
        </button>
      </div>
    </div>
  );
}
