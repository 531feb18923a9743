import {
  Check,
  CircleAlert,
  CircleHelp,
  Clock,
  Info,
  type LucideIcon,
  Send,
  TriangleAlert,
  Upload,
  X,
} from "lucide-react";
import type { ReactNode } from "react";
import { t } from "../locales/catalogue";
import type { OperationWord, Tone as ToneName } from "../platform/backend";

const SHAPES: Record<ToneName, LucideIcon | null> = {
  neutral: null,
  green: Check,
  amber: Clock,
  red: CircleAlert,
  blue: Info,
};

/** A state in a word, with its colour and, where the colour says something, a shape. */
export function Tone({ tone, children }: { tone: ToneName; children: ReactNode }) {
  const Shape = SHAPES[tone];
  return (
    <span className="pill" data-tone={tone}>
      {Shape && <Shape size={12} aria-hidden />}
      <span>{children}</span>
    </span>
  );
}

const WORDS: Record<OperationWord, { tone: string; shape: LucideIcon; word: string }> = {
  queued: { tone: "violet", shape: Upload, word: "word-queued" },
  sent: { tone: "blue", shape: Send, word: "word-sent" },
  confirmed: { tone: "green", shape: Check, word: "word-confirmed" },
  refused: { tone: "red", shape: X, word: "word-refused" },
  unknown: { tone: "amber", shape: CircleHelp, word: "word-unknown" },
};

/** What the operator sees of an operation: one of five words, each with its shape and colour. */
export function StatusWord({ word }: { word: OperationWord }) {
  const { tone, shape: Shape, word: id } = WORDS[word];
  return (
    <span className="pill" data-tone={tone}>
      <Shape size={12} aria-hidden />
      {t(id)}
    </span>
  );
}

export const SEVERITY_SHAPES = { error: CircleAlert, warning: TriangleAlert, note: Info } as const;
