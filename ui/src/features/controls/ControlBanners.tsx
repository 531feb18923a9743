import { usePlace } from "../../app/place";
import { useControls } from "../../app/reads";
import { Button } from "../../components/Button";
import { Banner } from "../../components/states";
import { Instant } from "../../components/values";
import { t } from "../../locales/catalogue";
import type { ControlView } from "../../platform/backend";
import { isHeld, standingWords } from "../operations/standing";
import { nameOf, notInEffectWords, standsOut, valueWords, wantedOf } from "./words";

/** Most banners at once; the others are counted. */
const MOST = 3;

/** Across the top of the window: what is switched, and what was asked for and is not in effect. */
export function ControlBanners() {
  const controls = (useControls().data?.controls ?? []).filter(standsOut);
  const go = usePlace((store) => store.go);
  const more = controls.length - MOST;
  return (
    // Always there, so that what comes is read out.
    <div className="control-banners" aria-live="polite">
      {controls.length > 0 && (
        <section className="notices" aria-label={t("control-banners")}>
          {controls.slice(0, MOST).map((control) => (
            <ControlBanner key={control.id} control={control} />
          ))}
          {more > 0 && (
            <Button look="plain" onClick={() => go({ screen: "controls" })}>
              {t("control-banners-more", { count: more })}
            </Button>
          )}
        </section>
      )}
    </div>
  );
}

function ControlBanner({ control }: { control: ControlView }) {
  const go = usePlace((store) => store.go);
  const name = nameOf(control);
  const wanted = wantedOf(control);
  const open = (
    <Button
      aria-label={t("control-open-label", { name })}
      onClick={() => go({ screen: "controls", control: control.id })}
    >
      {t("control-open")}
    </Button>
  );
  const title = t("control-is", { name, value: valueWords(control.value) });
  const waits = wanted !== null || control.problem !== null;
  return (
    <>
      {control.on && (
        <Banner tone="red" title={title} action={waits ? null : open}>
          <Standing control={control} />
        </Banner>
      )}
      {waits && (
        <Banner tone="amber" title={notInEffectWords(control)} action={open}>
          <NotInEffect control={control} />
        </Banner>
      )}
    </>
  );
}

/** Ends a sentence that ends with somebody's own words. */
function stop(words: string | null): string {
  return words !== null && /[.!?…]$/.test(words.trimEnd()) ? "" : ".";
}

/** What is in force, since when, by whom, why, and what it holds here. */
function Standing({ control }: { control: ControlView }) {
  const { since, banner, held } = control;
  return (
    <>
      {since && (
        <>
          {t("control-since")} <Instant at={since.at} />,{" "}
          {since.by === null ? t("control-by-platform") : <bdi>{since.by}</bdi>}
          {since.reason && (
            <>
              : <bdi>{since.reason}</bdi>
            </>
          )}
          {stop(since.reason)}{" "}
        </>
      )}
      {banner && (
        <>
          {t("control-public")} <bdi>“{banner}”</bdi>{" "}
        </>
      )}
      {held > 0 && t("control-holds", { count: held })}
    </>
  );
}

/** What counts meanwhile, and what became of the switch. */
export function NotInEffect({ control }: { control: ControlView }) {
  const { own, asked, problem, value } = control;
  const wanted = wantedOf(control);
  return (
    <>
      {t("control-still", { value: valueWords(value) })}{" "}
      {wanted && t("control-asked-for", { value: valueWords(wanted) })}{" "}
      {own && t(standingWords(own.operation))}{" "}
      {own && isHeld(own.operation) && <bdi>{own.operation.reason?.detail}</bdi>}
      {own?.operation.not_after && own.operation.word === "queued" && (
        <>
          {t("control-lapses")} <Instant at={own.operation.not_after} />.
        </>
      )}
      {!own && asked && (
        <>
          <bdi>{asked.by}</bdi>, <Instant at={asked.at} />
          {asked.reason && (
            <>
              : <bdi>{asked.reason}</bdi>
            </>
          )}
          {stop(asked.reason)} {t("control-asked-wait")}
        </>
      )}
      {problem && <bdi>{problem}</bdi>}
    </>
  );
}
