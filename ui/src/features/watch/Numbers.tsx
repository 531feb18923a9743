import { ArrowDown, ArrowUp, Minus, Scale } from "lucide-react";
import { usePlace } from "../../app/place";
import type { ReceivedWatch } from "../../app/reads";
import { Card } from "../../components/Card";
import { t } from "../../locales/catalogue";
import type { NumberView, ThresholdView } from "../../platform/backend";
import { AsOf } from "./AsOf";
import { directionOf, figureWords, shareWords, windowWords } from "./figures";
import { type Mark, Sparkline } from "./Sparkline";

/** The numbers that the pack asks for, each with its window, what it is held against and its age. */
export function Numbers({ watch }: { watch: ReceivedWatch }) {
  return (
    <Card title={t("numbers-title")} aside={<AsOf watch={watch} />}>
      <div className="numbers">
        {watch.numbers.map((number) => (
          <NumberTile key={number.id} number={number} />
        ))}
      </div>
    </Card>
  );
}

function NumberTile({ number }: { number: NumberView }) {
  const { value, tone, points } = number;
  return (
    <article className="number" aria-label={number.label} data-tone={tone}>
      <header>
        <h3>{number.label}</h3>
        <span className="quiet">{windowWords(number.window)}</span>
      </header>
      <p className="number-line">
        <Figure number={number} />
        <Change number={number} />
        {shareWords(number) && <span className="number-beside">{shareWords(number)}</span>}
      </p>
      {value === null && number.problem && <p className="quiet">{number.problem}</p>}
      <Sparkline points={points} marks={marksOf(number)} tone={tone} label={sparkWords(number)} />
      <Stated number={number} />
      <Foot number={number} />
    </article>
  );
}

/** The value; where the pack says which records are behind it, it opens them. */
function Figure({ number }: { number: NumberView }) {
  const go = usePlace((store) => store.go);
  const { value, view } = number;
  const words = value === null ? t("value-none") : figureWords(number, value);
  if (!view) return <strong className="number-figure">{words}</strong>;
  return (
    <button
      type="button"
      className="number-figure"
      title={t("number-open", { label: number.label })}
      aria-label={t("number-open-value", { value: words, label: number.label })}
      onClick={() => go({ screen: "queue", view, record: null })}
    >
      {words}
    </button>
  );
}

function Change({ number }: { number: NumberView }) {
  const direction = directionOf(number.change, number.better);
  if (!direction) return null;
  const Arrow = number.change === 0 ? Minus : direction.up ? ArrowUp : ArrowDown;
  return (
    <span className="number-change" data-tone={direction.tone} title={direction.told}>
      <Arrow size={13} aria-hidden />
      <span aria-hidden>{direction.words}</span>
      <span className="visually-hidden">{direction.told}</span>
    </span>
  );
}

/** The same number from elsewhere. Where they differ, both stand; neither is chosen. */
function Stated({ number }: { number: NumberView }) {
  const { stated } = number;
  if (!stated?.differs || stated.value === null) return null;
  return (
    <p className="told number-stated" data-tone="amber">
      <Scale size={13} aria-hidden />
      {t("number-stated", { who: stated.label, value: figureWords(number, stated.value) })}
    </p>
  );
}

/** What it is held against, where it is heading, and its parts: a quiet line. */
function Foot({ number }: { number: NumberView }) {
  const say = (value: number) => figureWords(number, value);
  const { target, limit, projected, stated, parts, other, note } = number;
  const agreed = stated && !stated.differs && stated.value !== null;
  const words = [
    target !== null && t("number-target", { value: say(target) }),
    limit !== null && t("number-limit", { value: say(limit) }),
    ...number.thresholds.map((threshold) => thresholdWords(number, threshold)),
    projected !== null && t("number-projected", { value: say(projected) }),
    agreed && t("number-agrees", { who: stated.label }),
    ...parts.map(({ label, value }) => t("number-part", { label, value: say(value) })),
    other !== null &&
      other > 0 &&
      t("number-part", { label: t("number-other"), value: say(other) }),
    note,
  ].filter((each) => typeof each === "string");
  if (words.length === 0) return null;
  return (
    <p className="number-foot quiet" title={words.join(" · ")}>
      {words.join(" · ")}
    </p>
  );
}

const TONES: Partial<Record<ThresholdView["tone"], string>> = {
  red: "tone-red",
  amber: "tone-amber",
  green: "tone-green",
};

function thresholdWords(number: NumberView, { tone, value, above }: ThresholdView): string | null {
  const word = TONES[tone];
  if (!word) return null;
  const args = { tone: t(word), value: figureWords(number, value) };
  return t(above ? "number-above" : "number-below", args);
}

function marksOf({ target, limit, thresholds }: NumberView): Mark[] {
  const bounds = [target, limit].filter((value) => value !== null);
  return [
    ...bounds.map((value): Mark => ({ value, tone: "accent" })),
    ...thresholds
      .filter(({ value }) => !bounds.includes(value))
      .map(({ value, tone }): Mark => ({ value, tone })),
  ];
}

function sparkWords(number: NumberView): string {
  const known = number.points.filter((each) => each !== null);
  const first = known[0];
  const last = known.at(-1);
  if (first === undefined || last === undefined) return number.label;
  return t("number-spark", {
    label: number.label,
    first: figureWords(number, first),
    last: figureWords(number, last),
    low: figureWords(number, Math.min(...known)),
    high: figureWords(number, Math.max(...known)),
  });
}
