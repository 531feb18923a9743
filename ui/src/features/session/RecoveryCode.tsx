import { useRef, useState } from "react";
import { useSaid } from "../../app/said";
import { Button } from "../../components/Button";
import { t } from "../../locales/catalogue";
import { Door } from "./Door";
import { useSigningIn } from "./signingIn";

/** The code that opens the databases when all else is lost. Shown once; the way on is a promise. */
export function RecoveryCode({ code }: { code: string }) {
  const [written, setWritten] = useState(false);
  const writtenDown = useSigningIn((store) => store.writtenDown);
  const say = useSaid((store) => store.say);
  const shown = useRef<HTMLOutputElement>(null);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code);
      say(t("recovery-copied"), "green");
    } catch {
      // The webview may deny its clipboard: the code is selected, so that a key copies it.
      if (shown.current) window.getSelection()?.selectAllChildren(shown.current);
      say(t("recovery-selected"));
    }
  };

  return (
    <Door>
      <section className="door-card" aria-labelledby="recovery">
        <h1 id="recovery">{t("recovery-title")}</h1>
        <p>{t("recovery-text")}</p>
        <output className="recovery-code" ref={shown}>
          {code}
        </output>
        <div>
          <Button onClick={() => void copy()}>{t("recovery-copy")}</Button>
        </div>
        <label className="promise">
          <input
            type="checkbox"
            checked={written}
            onChange={(event) => setWritten(event.target.checked)}
          />
          {t("recovery-written")}
        </label>
        <div className="door-actions">
          <Button look="filled" disabled={!written} onClick={writtenDown}>
            {t("recovery-go-on")}
          </Button>
        </div>
      </section>
    </Door>
  );
}
