import { type PointerEvent, useRef, useState } from "react";

/**
 * The title of a thing that is pointed at: it comes once the pointer was moved over it. Where a pointer only
 * happens to stand, because the window opened or the screen changed under it, nothing is asked for.
 */
export function usePointed(title: string) {
  const [pointed, setPointed] = useState(false);
  const stood = useRef<{ x: number; y: number } | null>(null);
  const stands = ({ screenX: x, screenY: y }: PointerEvent) => {
    stood.current = { x, y };
  };
  return {
    title: pointed ? title : undefined,
    onPointerEnter: stands,
    // What lies under a pointer that stands is told of moves as well, all of them to the same place.
    onPointerMove: (event: PointerEvent) => {
      const before = stood.current;
      stands(event);
      if (before && (before.x !== event.screenX || before.y !== event.screenY)) setPointed(true);
    },
    onPointerLeave: () => {
      stood.current = null;
      setPointed(false);
    },
  };
}
