import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useBackend } from "../../app/backend";
import { useOperationId } from "../../app/intents";
import { SAVED_VIEW, usePlace } from "../../app/place";
import { useSync } from "../../app/reads";
import { useSaid } from "../../app/said";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { Banner, ErrorBanner, WaitsForLine } from "../../components/states";
import { t } from "../../locales/catalogue";
import type { SavedEntry, SavedWish } from "../../platform/backend";
import { isSame } from "./saved";

/** Longest name. */
const MOST_NAME = 80;

type SaveDialogProps = {
  /** The view that is saved, and what is asked of it; nothing where it cannot be asked any more. */
  view: string;
  wish: SavedWish | null;
  /** The saved view that is open. */
  saved: SavedEntry | null;
  readOnly: boolean;
  onClose: () => void;
};

type Way = "keep" | "change" | "drop";

const QUEUED: Record<Way, string> = {
  keep: "saved-queued-keep",
  change: "saved-queued-change",
  drop: "saved-queued-drop",
};

/** The same of one that was never made, because that was refused. */
const UNMADE = { change: "saved-queued-keep", drop: "saved-given-up" };

/** Saves what is asked of a view under a name; renames, shares, changes or drops what was saved. */
export function SaveDialog({ view, wish, saved, readOnly, onClose }: SaveDialogProps) {
  const backend = useBackend();
  const go = usePlace((store) => store.go);
  const say = useSaid((store) => store.say);
  const cut = useSync().data?.link === "cut_off";
  const form = useId();
  const mine = saved?.own && !saved.dropped ? saved : null;
  const [name, setName] = useState(mine?.name ?? "");
  const [shared, setShared] = useState(mine?.shared ?? false);
  // What is asked may have been changed for the moment only: a rename alone leaves what was saved.
  const differs = mine?.wish != null && wish !== null && !isSame(mine.wish, wish);
  const [asWell, setAsWell] = useState(true);
  const held = mine?.held ?? null;
  const unmade = held?.makes === true;
  // Made before they are sent: however often a button is pressed, it is one operation, and one record.
  const ids = {
    keep: useOperationId(form, "keep").data,
    change: useOperationId(form, "change").data,
    drop: useOperationId(form, "drop").data,
    record: useOperationId(form, "record").data,
  };
  const said = name.trim();
  const acting = useMutation({
    mutationFn: async (way: Way) => {
      const [operation, record] = [ids[way], way === "keep" ? ids.record : mine?.id];
      const leaves = way === "change" && differs && !asWell;
      const asked = leaves ? mine?.wish : (wish ?? saved?.wish);
      // What was never made has nothing to be dropped, and is asked for once more instead of changed.
      if (way === "drop" && held && unmade) {
        await backend.discardOperation(held.operation);
        return { way, record: held.operation, asked };
      }
      const action = way === "change" && unmade ? "keep" : way;
      if (operation === undefined || record === undefined) return null;
      if (way !== "drop" && !asked) return null;
      // A text that holds JSON is, as a parameter, JSON once more.
      const kept = { name: said, wish: JSON.stringify(asked), shared };
      const params = way === "drop" ? {} : action === "keep" ? { ...kept, view } : kept;
      await backend.act({
        operation,
        kind: SAVED_VIEW,
        id: record,
        action,
        params: Object.fromEntries(
          Object.entries(params).map(([field, value]) => [field, JSON.stringify(value)]),
        ),
        typed: null,
        seen_revision: way === "keep" ? 0 : (mine?.revision ?? 0),
        amends: way === "keep" ? null : (held?.operation ?? null),
      });
      return { way, record, asked };
    },
    onSuccess: (done) => {
      if (!done) return;
      const { way, record, asked } = done;
      const words = unmade && way !== "keep" ? UNMADE[way] : QUEUED[way];
      say(t(words, { name: way === "drop" ? (mine?.name ?? "") : said }), "green");
      const place = usePlace.getState().place;
      const open = place.screen === "queue" && place.view === view;
      if (open && way === "drop" && asked)
        go({ screen: "queue", view, record: place.record, wish: asked });
      if (open && way === "keep" && asked) {
        go({ screen: "queue", view, record: place.record, wish: asked, saved: record });
      }
      onClose();
    },
  });
  const free = !readOnly && !acting.isPending;
  const ready = free && said !== "" && (wish !== null || mine?.wish != null);
  const first: Way = mine ? "change" : "keep";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && ids[first] !== undefined) acting.mutate(first);
  };
  return (
    <Dialog
      title={mine ? t("saved-title", { name: mine.name }) : t("save-title")}
      onClose={onClose}
      footer={
        <>
          {mine && (
            <Button look="plain" disabled={!free} onClick={() => acting.mutate("drop")}>
              {t("saved-drop")}
            </Button>
          )}
          {mine && wish && (
            <Button disabled={!ready} onClick={() => acting.mutate("keep")}>
              {t("saved-as-new")}
            </Button>
          )}
          <Button look="filled" type="submit" form={form} disabled={!ready}>
            {t(mine ? "saved-change" : "save-go")}
          </Button>
        </>
      }
    >
      <form id={form} className="chip-form" noValidate onSubmit={submit}>
        {acting.error && <ErrorBanner error={acting.error} />}
        {saved && <Problems saved={saved} />}
        {held && <p className="quiet">{t("act-amends")}</p>}
        {readOnly && <p className="quiet">{t("saved-read-only")}</p>}
        <Field
          label={t("save-name")}
          required
          autoFocus
          maxLength={MOST_NAME}
          value={name}
          onValue={setName}
        />
        <div className="choice-options">
          <label>
            <input
              type="checkbox"
              checked={shared}
              onChange={(event) => setShared(event.target.checked)}
            />
            <span>{t("save-shared")}</span>
          </label>
        </div>
        {differs && (
          <div className="choice-options">
            <label>
              <input
                type="checkbox"
                checked={asWell}
                onChange={(event) => setAsWell(event.target.checked)}
              />
              <span>{t("saved-as-well")}</span>
            </label>
          </div>
        )}
        {differs && (
          <p className="quiet">{t(asWell ? "saved-as-well-text" : "saved-as-was-text")}</p>
        )}
        <p className="quiet">{t(shared ? "save-shared-text" : "save-private-text")}</p>
        {cut && <WaitsForLine />}
      </form>
    </Dialog>
  );
}

/** What of a saved view the pack does not allow any more. */
export function Problems({ saved }: { saved: SavedEntry }) {
  if (saved.problems.length === 0) return null;
  return (
    <Banner tone="amber" title={t("saved-problems", { count: saved.problems.length })}>
      {saved.problems.join(" ")}
    </Banner>
  );
}
