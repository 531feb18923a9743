import { create } from "zustand";

/** A short remark that floats and is read out. */
export type Remark = {
  id: number;
  text: string;
  /** Violet is queued, as in the words of an operation; green is done and answered for. */
  tone: "neutral" | "violet" | "green" | "amber" | "red";
};

type SaidStore = {
  remarks: Remark[];
  say: (text: string, tone?: Remark["tone"]) => void;
  drop: (id: number) => void;
};

let last = 0;
const KEPT = 3;

export const useSaid = create<SaidStore>((set) => ({
  remarks: [],
  say: (text, tone = "neutral") => {
    last += 1;
    const remark = { id: last, text, tone };
    set((was) => ({ remarks: [...was.remarks, remark].slice(-KEPT) }));
  },
  drop: (id) => set((was) => ({ remarks: was.remarks.filter((remark) => remark.id !== id) })),
}));
