import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { makeWorld, PROFILE, type World } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";
import { usePlace } from "../place";

/** Three tenants on this laptop, the first by name shown, the last one closed. */
function several(): World {
  const world = makeWorld();
  const other = (id: string, tenant: string, open: boolean, red = 0) => ({
    ...PROFILE,
    id,
    tenant,
    open,
    red,
  });
  world.app.profiles = [PROFILE, other("p2", "Night Bus", true, 2), other("p3", "Zebra", false)];
  return world;
}

const tenant = (name: string) => screen.findByRole("button", { name: new RegExp(name) });

describe("several profiles", () => {
  test("one key shows another, which asks for its own data, and each keeps its place", async () => {
    const { user, backend } = openApp(several());
    await tenant("Harbour Classes");
    await user.keyboard("gs");
    await screen.findByRole("heading", { level: 1, name: "Sync" });
    backend.asked.length = 0;
    await user.keyboard("{Control>}2{/Control}");
    await tenant("Night Bus");
    await screen.findByRole("heading", { level: 1, name: "Watch" });
    await waitFor(() => expect(backend.asked.at(-1)).toBe("p2"));
    await user.keyboard("{Control>}1{/Control}");
    await screen.findByRole("heading", { level: 1, name: "Sync" });
  });

  test("the red alerts of the others stand beside the tenant's name", async () => {
    openApp(several());
    const button = await tenant("Harbour Classes");
    expect(within(button).getByText("2 red alerts in Night Bus")).toBeInTheDocument();
  });

  test("the dialog lists them with their keys, and which of them is closed", async () => {
    const { user } = openApp(several());
    await user.click(await tenant("Harbour Classes"));
    const dialog = await screen.findByRole("dialog", { name: "Profile" });
    const list = within(dialog).getByRole("list", { name: "On this laptop" });
    const rows = within(list).getAllByRole("button");
    expect(rows.map((row) => row.querySelector("strong")?.textContent)).toEqual([
      "Harbour Classes",
      "Night Bus",
      "Zebra",
    ]);
    expect(rows[0]).toHaveAttribute("aria-current", "true");
    expect(rows[2]).toHaveTextContent("closed");
    await expectAccessible();
    await user.click(rows[1] as HTMLElement);
    await tenant("Night Bus");
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });

  test("one more is signed in to, and on second thoughts not", async () => {
    const { user } = openApp(several());
    await user.click(await tenant("Harbour Classes"));
    await user.click(await screen.findByRole("button", { name: "Sign in to another" }));
    await screen.findByRole("heading", { name: "On this laptop" });
    await user.click(screen.getByRole("button", { name: "Back to where you were" }));
    await tenant("Harbour Classes");
  });

  test("a notification of another profile shows that one, at its place", async () => {
    const { backend } = openApp(several());
    await tenant("Harbour Classes");
    backend.show({ type: "sync" }, "p2");
    await tenant("Night Bus");
    await screen.findByRole("heading", { level: 1, name: "Sync" });
    expect(usePlace.getState().profile).toBe("p2");
  });

  test("a notification of approvals leads to their queue, and aims at it in another profile", async () => {
    const { backend } = openApp(several());
    await tenant("Harbour Classes");
    const queue = { screen: "queue", view: "approvals", record: null };
    act(() => backend.show({ type: "approvals" }));
    expect(usePlace.getState().place).toEqual(queue);
    act(() => backend.show({ type: "approvals" }, "p2"));
    await waitFor(() => expect(usePlace.getState().profile).toBe("p2"));
    expect(usePlace.getState().place).toEqual(queue);
  });
});
