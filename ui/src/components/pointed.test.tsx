import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { usePointed } from "./pointed";

function Named() {
  return (
    <button type="button" {...usePointed("Flagged customers")}>
      FC
    </button>
  );
}

/** jsdom's pointer events have no place of their own: they are mouse events here. */
function point(type: string, screenX: number): void {
  const event = new MouseEvent(type, { bubbles: true, screenX, screenY: 5 });
  fireEvent(screen.getByRole("button"), event);
}

test("a title comes when the pointer was moved over it, not where it happens to stand", () => {
  render(<Named />);
  const button = screen.getByRole("button");
  expect(button).not.toHaveAttribute("title");
  point("pointerover", 40);
  point("pointermove", 40);
  point("pointermove", 40);
  expect(button).not.toHaveAttribute("title");
  point("pointermove", 41);
  expect(button).toHaveAttribute("title", "Flagged customers");
  point("pointerout", 41);
  expect(button).not.toHaveAttribute("title");
});
