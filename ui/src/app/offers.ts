import { useEffect, useRef } from "react";

/** What can be done where the operator is, found by its words in the palette. */
export type Offer = {
  id: string;
  label: string;
  /** What stands beside it, such as its keys. */
  hint?: string;
  run: () => void;
};

const offered = new Set<{ current: readonly Offer[] }>();

/** Offers these for as long as what offers them is on the screen. */
export function useOffers(offers: readonly Offer[]): void {
  const current = useRef(offers);
  current.current = offers;
  useEffect(() => {
    offered.add(current);
    return () => {
      offered.delete(current);
    };
  }, []);
}

/** All that is offered now. */
export const offersNow = (): Offer[] => [...offered].flatMap(({ current }) => current);
