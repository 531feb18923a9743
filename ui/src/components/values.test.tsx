import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Value } from "./values";

test("a value that the operator's roles do not see says so, and is no empty one", () => {
  const { rerender } = render(<Value value={{ type: "hidden" }} received={0} />);
  expect(screen.getByText("not shown to you")).toBeVisible();
  rerender(<Value value={{ type: "empty" }} received={0} />);
  expect(screen.queryByText("not shown to you")).not.toBeInTheDocument();
  expect(screen.getByText("—")).toBeVisible();
});
