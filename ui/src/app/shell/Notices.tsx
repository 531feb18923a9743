import { useState } from "react";
import { Button } from "../../components/Button";
import { Banner } from "../../components/states";
import { RenewToken } from "../../features/session/RenewToken";
import { t } from "../../locales/catalogue";
import type { AppView, Notice } from "../../platform/backend";
import { useBackend } from "../backend";
import { ERRORS } from "../errors";
import { useSync } from "../reads";

/** What holds for every screen: what happened to the data, and why nothing is sent. */
export function Notices({ app }: { app: AppView }) {
  const backend = useBackend();
  const sync = useSync().data;
  const [renewing, setRenewing] = useState(false);
  const signedOut = sync?.link === "signed_out";
  const readOnly = app.phase === "read_only";
  if (app.notices.length === 0 && !signedOut && !readOnly) return null;
  return (
    <div className="notices">
      {signedOut && (
        <Banner
          loud
          tone="red"
          title={t("signed-out-title")}
          action={
            <Button look="filled" onClick={() => setRenewing(true)}>
              {t("renew-open")}
            </Button>
          }
        >
          {t("signed-out-text")}
        </Banner>
      )}
      {readOnly && (
        <Banner loud tone="amber" title={t(ERRORS.read_only.title)}>
          {t(ERRORS.read_only.text)}
        </Banner>
      )}
      {app.notices.map((notice, at) => (
        <Banner
          key={notice.type}
          loud
          tone={notice.type === "cache_rebuilt" ? "blue" : "amber"}
          title={t(TITLES[notice.type])}
          action={
            at === app.notices.length - 1 && (
              <Button onClick={() => void backend.dismissNotices()}>{t("notice-read")}</Button>
            )
          }
        >
          {textOf(notice)}
        </Banner>
      ))}
      {renewing && <RenewToken onClose={() => setRenewing(false)} />}
    </div>
  );
}

const TITLES: Record<Notice["type"], string> = {
  cache_rebuilt: "notice-cache",
  state_moved_aside: "notice-state",
  chain_forked: "notice-chain",
};

function textOf(notice: Notice): string {
  switch (notice.type) {
    case "cache_rebuilt":
      return t("notice-cache-text");
    case "state_moved_aside":
      return t("notice-state-text", { file: notice.file });
    case "chain_forked":
      return t("notice-chain-text");
  }
}
