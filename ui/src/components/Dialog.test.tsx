import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Dialog } from "./Dialog";

test("a closer look is reached by the keyboard, so that it can be scrolled", async () => {
  render(
    <Dialog title="Keys" lenient onClose={() => {}}>
      <p>Words</p>
    </Dialog>,
  );
  const user = userEvent.setup();
  const words = screen.getByText("Words").parentElement;
  await user.tab();
  await user.tab();
  expect(words).toHaveFocus();
});
