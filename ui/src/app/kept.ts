import { replaceEqualDeep } from "@tanstack/react-query";
import { useRef } from "react";

/** The value, and the one of before where both say the same: what goes by it is not drawn again. */
export function useKept<Value>(value: Value): Value {
  const kept = useRef(value);
  kept.current = replaceEqualDeep(kept.current, value);
  return kept.current;
}
