import { useMutation } from "@tanstack/react-query";
import { useBackend } from "../../app/backend";
import { ERRORS } from "../../app/errors";
import { useSaid } from "../../app/said";
import { secondsSince, useTick } from "../../app/time";
import { t } from "../../locales/catalogue";
import { asBackendError, type Nature, type UndoView } from "../../platform/backend";

/** Whole seconds until something goes that can be taken back; none once it may have gone. */
export function useGoesIn(seconds: number | null, received: number): number | null {
  useTick(1);
  if (seconds === null) return null;
  const left = Math.ceil(seconds - secondsSince(received));
  return left > 0 ? left : null;
}

/** Takes operations of one action back, and says what came of it. */
export function useTakeBack(action: string) {
  const backend = useBackend();
  const say = useSaid((store) => store.say);
  return useMutation({
    mutationFn: (operations: string[]) => backend.takeBack(operations),
    onSuccess: ({ taken, late }) =>
      late > 0
        ? say(t("undo-late", { action, taken, late }), "amber")
        : say(t("undo-done", { action, count: taken })),
    onError: (error) => say(t(ERRORS[asBackendError(error).code].title), "amber"),
  });
}

/** How an action can be undone, in a sentence; nothing where it changes a record like any other. */
export function undoWords(undo: UndoView | null, nature: Nature): string | null {
  const final = nature !== "change";
  const { hold_seconds: seconds, by } = undo ?? { hold_seconds: null, by: null };
  if (seconds !== null && by !== null) return t("undo-hold-then-by", { seconds, by });
  if (seconds !== null) return t(final ? "undo-hold-then-never" : "undo-hold", { seconds });
  if (by !== null) return t("undo-by", { by });
  return final ? t("undo-never") : null;
}
