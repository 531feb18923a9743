import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Banner, ErrorBanner } from "../../components/states";
import { t } from "../../locales/catalogue";

type WriteDialogProps<T> = {
  title: string;
  /** What the button that writes says. */
  go: string;
  write: () => Promise<T>;
  /** What is said once it is written, and what of the file beside its name. */
  outcome: (written: T) => { title: string; note?: string };
  onClose: () => void;
  /** What is said before: what will be written, and that it leaves the encrypted folder. */
  children: ReactNode;
};

/** Writes a file, once it was said what leaves the encrypted folder, and says where it is. */
export function WriteDialog<T extends { file: string }>(props: WriteDialogProps<T>) {
  const { title, go, write, outcome, onClose, children } = props;
  const writing = useMutation({ mutationFn: write });
  const written = writing.data;
  const said = written && outcome(written);
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        written ? (
          <Button key="done" look="filled" autoFocus onClick={onClose}>
            {t("export-done")}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button
              look="filled"
              disabled={writing.isPending}
              autoFocus
              onClick={() => writing.mutate()}
            >
              {go}
            </Button>
          </>
        )
      }
    >
      {writing.error && <ErrorBanner error={writing.error} />}
      {written && said ? (
        <Banner loud tone="blue" title={said.title}>
          <code className="export-file">{written.file}</code> {said.note}
        </Banner>
      ) : (
        children
      )}
    </Dialog>
  );
}
