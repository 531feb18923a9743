import type { Tone } from "../../platform/backend";

const WIDTH = 200;
const HEIGHT = 34;
/** A line that would squeeze the values below this share of the height is left to its words. */
const SQUEEZED = 0.16;

export type Mark = { value: number; tone: Tone | "accent" };

type SparklineProps = {
  points: readonly (number | null)[];
  /** Targets, limits and where colours begin. */
  marks: readonly Mark[];
  tone: Tone;
  /** What it shows, for whoever does not see it. */
  label: string;
};

type Scale = (value: number) => number;

/** Values over time with the lines that they are held against. Gaps stay gaps. */
export function Sparkline({ points, marks, tone, label }: SparklineProps) {
  const known = points.filter((each) => each !== null);
  if (known.length < 2) return null;
  const { scale, shown } = fitted(known, marks);
  const runs = runsOf(points, scale);
  return (
    <svg
      className="spark"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      data-tone={tone}
    >
      {runs.map((run) => (
        <g key={run[0]?.[0]}>
          <path className="spark-area" d={`${line(run)} V${HEIGHT} H${run[0]?.[0] ?? 0} Z`} />
          <path className="spark-line" d={line(run)} />
        </g>
      ))}
      {shown.map((mark) => (
        <line
          key={`${mark.tone} ${mark.value}`}
          className="spark-mark"
          data-tone={mark.tone}
          x1={0}
          x2={WIDTH}
          y1={scale(mark.value)}
          y2={scale(mark.value)}
        />
      ))}
    </svg>
  );
}

/** A scale that holds the values, and the marks that it can hold as well. */
function fitted(known: number[], marks: readonly Mark[]): { scale: Scale; shown: Mark[] } {
  let low = Math.min(...known);
  let high = Math.max(...known);
  const own = high - low || Math.abs(high) || 1;
  const shown = marks.filter(({ value }) => {
    const span = Math.max(high, value) - Math.min(low, value);
    return own / span >= SQUEEZED;
  });
  for (const { value } of shown) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const span = high - low || own;
  // A little air, so that neither line nor mark is cut by the edge.
  const [from, to] = [low - span * 0.08, high + span * 0.08];
  return { shown, scale: (value) => round(HEIGHT - ((value - from) / (to - from)) * HEIGHT) };
}

const round = (value: number) => Math.round(value * 10) / 10;

function runsOf(points: readonly (number | null)[], scale: Scale): [number, number][][] {
  const runs: [number, number][][] = [[]];
  points.forEach((value, at) => {
    if (value === null) runs.push([]);
    else runs.at(-1)?.push([round((at / (points.length - 1)) * WIDTH), scale(value)]);
  });
  return runs.filter((run) => run.length > 0);
}

const line = (run: [number, number][]) =>
  run.map(([x, y], at) => `${at === 0 ? "M" : "L"}${x} ${y}`).join(" ");
