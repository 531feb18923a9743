import { Undo2 } from "lucide-react";
import { useRef } from "react";
import { useFocusOutlives } from "../../app/focus";
import { useKeys } from "../../app/keys";
import { useOffers } from "../../app/offers";
import { useSync } from "../../app/reads";
import { Button } from "../../components/Button";
import { t } from "../../locales/catalogue";
import type { UndoOfferView } from "../../platform/backend";
import { useGoesIn, useTakeBack } from "./undo";

/** What was done last and can still be taken back, for as long as the engine says. */
export function UndoBar() {
  const sync = useSync().data;
  const left = useGoesIn(sync?.undo?.goes_in_seconds ?? null, sync?.received ?? 0);
  if (!sync?.undo || left === null) return null;
  return <Offer offer={sync.undo} seconds={left} />;
}

function Offer({ offer, seconds }: { offer: UndoOfferView; seconds: number }) {
  const { action, operations, title } = offer;
  const taking = useTakeBack(action);
  const words =
    title === null
      ? t("undo-many", { action, count: operations.length })
      : t("undo-one", { action, title });
  const take = () => {
    if (!taking.isPending) taking.mutate(operations);
  };
  useKeys({ "$mod+z": take }, false);
  useOffers([{ id: "undo", label: t("command-undo", { what: words }), hint: "Ctrl Z", run: take }]);
  // Its time may be over while the focus is on its button.
  const bar = useRef<HTMLElement>(null);
  useFocusOutlives(bar);
  return (
    <section className="undo-bar" aria-label={t("undo-label")} ref={bar}>
      <Undo2 size={14} aria-hidden />
      <bdi className="undo-what">{words}</bdi>
      <span className="quiet">{t("operation-goes-in", { seconds })}</span>
      <Button
        hotkey={t("undo-key")}
        aria-keyshortcuts="Control+Z"
        disabled={taking.isPending}
        onClick={take}
      >
        {t("undo-do")}
      </Button>
    </section>
  );
}
