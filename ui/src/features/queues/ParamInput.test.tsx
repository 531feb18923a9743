import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { ParamView } from "../../platform/backend";
import { ParamInput } from "./ParamInput";

/** What a field of this parameter says of itself. */
function hintOf(kind: ParamView["kind"], example: string | null): string {
  const param = { name: "amount", label: "Amount", kind, one_of: [], optional: false, example };
  const { unmount } = render(
    <ParamInput
      param={param}
      numbered={false}
      focused={false}
      value=""
      refused={null}
      onValue={() => {}}
    />,
  );
  const field = screen.getByRole("textbox", { name: "Amount" });
  const said = document.getElementById(field.getAttribute("aria-describedby") ?? "");
  const hint = (said?.textContent ?? "").replace(/[\u2068\u2069]/g, "");
  unmount();
  return hint;
}

test("an amount is asked for by an example in the currency that the engine names", () => {
  expect(hintOf("money", "22.00 EUR")).toBe("Amount and currency, such as 22.00 EUR");
  expect(hintOf("money", "2200 JPY")).toBe("Amount and currency, such as 2200 JPY");
  expect(hintOf("string", null)).toBe("");
});
