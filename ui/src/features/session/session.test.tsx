import { readFileSync } from "node:fs";
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { ERRORS } from "../../app/errors";
import { t } from "../../locales/catalogue";
import { makeWorld, PROFILE, signedOutWorld } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";
import { PASSPHRASE_LENGTH } from "./Passphrase";

const DEMO = {
  platform: "http://127.0.0.1:4180",
  tenant: "Harbour Classes",
  others: ["Night Bus"],
};
const button = (name: string | RegExp) => screen.findByRole("button", { name });
const gate = (phase: ReturnType<typeof makeWorld>["app"]["phase"]) => {
  const world = makeWorld();
  world.app.phase = phase;
  return world;
};

describe("signing in", () => {
  test("to the demo is one press, and one filled button is in sight", async () => {
    const { user, container } = openApp(signedOutWorld({ demo: DEMO }));
    const demo = await button("Open the demo");
    expect(container.querySelectorAll(".button-filled")).toHaveLength(1);
    expect(demo).toHaveClass("button-filled");
    await expectAccessible();
    await user.click(demo);
    expect(await screen.findByRole("heading", { name: "Write this code down" })).toBeVisible();
  });

  test("shows the recovery code once, and goes on only when it is written down", async () => {
    const { user, backend } = openApp(signedOutWorld({ demo: DEMO }));
    await user.click(await button("Open the demo"));
    expect(await screen.findByText("K7QD-3MFX-9RTA-VW2C-H5JP-8NEB-6GYZ-4LSU")).toBeVisible();
    await expectAccessible();
    const goOn = await button("Go on");
    expect(goOn).toBeDisabled();
    expect(backend.calls).not.toContain("queuePage");
    const written = vi.spyOn(navigator.clipboard, "writeText");
    await user.click(await button("Copy"));
    expect(written).toHaveBeenCalledWith("K7QD-3MFX-9RTA-VW2C-H5JP-8NEB-6GYZ-4LSU");
    await user.click(screen.getByRole("checkbox", { name: "I have written it down" }));
    await user.click(goOn);
    expect(await screen.findByRole("heading", { level: 1, name: "Watch" })).toBeVisible();
    expect(screen.queryByText(/K7QD/)).not.toBeInTheDocument();
  });

  test("selects the code where the webview denies its clipboard", async () => {
    const { user } = openApp(signedOutWorld({ demo: DEMO }));
    await user.click(await button("Open the demo"));
    vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("denied"));
    await user.click(await button("Copy"));
    expect(await screen.findByText("Selected: press Ctrl C to copy.")).toBeVisible();
  });

  test("with an address and a token sends both, trimmed, and no passphrase", async () => {
    const { user, backend } = openApp(signedOutWorld());
    const signIn = vi.spyOn(backend, "signIn");
    expect(await button("Sign in")).toBeDisabled();
    expect(screen.getByLabelText("Token")).toHaveAttribute("type", "password");
    await user.type(screen.getByLabelText("Address"), " https://ops.example.org ");
    await user.type(screen.getByLabelText("Token"), "wk_1 {Enter}");
    expect(signIn).toHaveBeenCalledWith({
      platform: "https://ops.example.org",
      token: "wk_1",
      passphrase: null,
    });
  });

  test.each([
    ["ops.example.org", "wk_1", "This is no address", "It starts with https://"],
    ["https://ops.example.org", "wrong", "The token is not known", "Check that all of it"],
  ])("with %s and %s says what is wrong and what to do", async (address, token, title, text) => {
    const { user } = openApp(signedOutWorld());
    await user.type(await screen.findByLabelText("Address"), address);
    await user.type(screen.getByLabelText("Token"), `${token}{Enter}`);
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent(title);
    expect(alert).toHaveTextContent(text);
    expect(screen.getByLabelText("Address")).toHaveValue(address);
    await expectAccessible();
  });

  test("without a keyring asks for a passphrase that is long enough, twice", async () => {
    const { user, backend } = openApp(signedOutWorld({ demo: DEMO, keyring: "absent" }));
    const signInDemo = vi.spyOn(backend, "signInDemo");
    const demo = await button("Open the demo");
    expect(demo).toBeDisabled();
    await user.type(screen.getByLabelText("New passphrase"), "short");
    await user.tab();
    expect(screen.getByText("5 more characters, please.")).toBeVisible();
    await user.type(screen.getByLabelText("New passphrase"), " but longer");
    await user.type(screen.getByLabelText("Once more"), "something");
    expect(screen.getByText("The two are not the same.")).toBeVisible();
    expect(demo).toBeDisabled();
    await expectAccessible();
    await user.clear(screen.getByLabelText("Once more"));
    await user.type(screen.getByLabelText("Once more"), "short but longer");
    await user.click(demo);
    expect(signInDemo).toHaveBeenCalledWith(null, "short but longer");
  });

  test("again opens a profile of this laptop", async () => {
    const { user, backend } = openApp(signedOutWorld({ profiles: [PROFILE] }));
    const openProfile = vi.spyOn(backend, "openProfile");
    await expectAccessible();
    await user.click(await button(/Harbour Classes/));
    expect(openProfile).toHaveBeenCalledWith(PROFILE.id);
    expect(await screen.findByRole("heading", { level: 1, name: "Watch" })).toBeVisible();
  });
});

describe("a profile that is not open", () => {
  test("is unlocked by its passphrase; a wrong one changes nothing", async () => {
    const { user } = openApp(gate("needs_passphrase"));
    const passphrase = await screen.findByLabelText("Passphrase");
    await expectAccessible();
    await user.type(passphrase, "wrong{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("That does not open it");
    await user.clear(passphrase);
    await user.type(passphrase, "correct horse battery{Enter}");
    expect(await screen.findByRole("heading", { level: 1, name: "Watch" })).toBeVisible();
  });

  test("behind a locked keyring is one clear screen", async () => {
    const world = gate("keyring_locked");
    world.fails = { openProfile: { code: "keyring_locked", detail: null, row: null } };
    const { user, backend } = openApp(world);
    expect(await screen.findByRole("heading", { name: "The keyring is locked" })).toBeVisible();
    expect(screen.getAllByRole("listitem")).toHaveLength(2);
    await expectAccessible();
    await user.click(await button("Try again"));
    expect(await screen.findByRole("alert")).toHaveTextContent("The keyring is locked");
    backend.world.fails = {};
    await user.click(await button("Try again"));
    expect(await screen.findByRole("heading", { level: 1, name: "Watch" })).toBeVisible();
  });

  test("whose key is lost opens with the recovery code", async () => {
    const { user, backend } = openApp(gate("needs_recovery"));
    const recover = vi.spyOn(backend, "recover");
    await user.type(await screen.findByLabelText("Recovery code"), " K7QD-3MFX ");
    await expectAccessible();
    await user.click(await button("Open with the code"));
    expect(recover).toHaveBeenCalledWith(PROFILE.id, "K7QD-3MFX", null);
    expect(await screen.findByRole("heading", { level: 1, name: "Watch" })).toBeVisible();
  });

  test("from a newer version was not touched, and says so", async () => {
    openApp(gate("newer_database"));
    expect(await screen.findByText(/Nothing was touched/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Try again" })).not.toBeInTheDocument();
    await expectAccessible();
  });

  test("in a folder that cannot be written, with no profile open, says what to check", async () => {
    const world = gate("read_only");
    world.app.current = null;
    openApp(world);
    expect(await screen.findByText(/Check its permissions/)).toBeVisible();
    await expectAccessible();
  });

  test("leads back to the others", async () => {
    const { user } = openApp(gate("needs_passphrase"));
    await user.click(await button("Another profile"));
    await waitFor(() => expect(screen.getByText("Sign in to a platform")).toBeVisible());
  });
});

describe("passphrase and recovery code both lost", () => {
  const dialog = () => screen.findByRole("dialog", { name: "Start over with Harbour Classes?" });

  test("says what happens, needs the name typed, and leads to Sign-in without the profile", async () => {
    const { user, backend } = openApp(gate("needs_passphrase"));
    const startOver = vi.spyOn(backend, "startOver");
    await user.click(await button("I have neither…"));
    const asked = await dialog();
    expect(asked).toHaveTextContent("moved aside in the profile’s folder and kept");
    expect(asked).toHaveTextContent("Nothing is deleted");
    expect(asked).toHaveTextContent("What waits unsent stays locked in that file");
    expect(asked).toHaveTextContent("sign in again with a token");
    await expectAccessible();
    const go = within(asked).getByRole("button", { name: "Move aside and start over" });
    const typed = within(asked).getByLabelText("Type Harbour Classes to confirm");
    await user.type(typed, "harbour{Enter}");
    expect(go).toBeDisabled();
    expect(startOver).not.toHaveBeenCalled();
    await user.clear(typed);
    await user.type(typed, "Harbour Classes");
    await user.click(go);
    expect(startOver).toHaveBeenCalledExactlyOnceWith(PROFILE.id);
    expect(await screen.findByText("Sign in to a platform")).toBeVisible();
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
    expect(screen.queryByText("On this laptop")).not.toBeInTheDocument();
    expect(screen.getByText(/Moved aside and kept/)).toBeVisible();
  });

  test("is offered where the recovery code is asked for; thought better of, nothing happens", async () => {
    const { user, backend } = openApp(gate("needs_recovery"));
    await user.click(await button("I do not have the code…"));
    await dialog();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    await waitFor(() =>
      expect(screen.getByRole("button", { name: "I do not have the code…" })).toHaveFocus(),
    );
    expect(backend.calls).not.toContain("startOver");
  });

  test("that fails says why, and what was typed stays", async () => {
    const world = gate("needs_passphrase");
    world.fails = { startOver: { code: "read_only", detail: null, row: null } };
    const { user } = openApp(world);
    await user.click(await button("I have neither…"));
    const typed = within(await dialog()).getByRole("textbox");
    await user.type(typed, "Harbour Classes{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("cannot be written");
    expect(typed).toHaveValue("Harbour Classes");
  });

  test.each(["keyring_locked", "newer_database"] as const)("%s offers it not", async (phase) => {
    openApp(gate(phase));
    await button("Another profile");
    expect(screen.queryByRole("button", { name: /neither|do not have/ })).not.toBeInTheDocument();
  });
});

test("the rule of passphrases is the app's own", () => {
  const source = readFileSync("../crates/core/src/keys/passphrase.rs", "utf8");
  expect(source).toContain(`MIN_PASSPHRASE: usize = ${PASSPHRASE_LENGTH};`);
  expect(t(ERRORS.passphrase_weak.text)).toContain(String(PASSPHRASE_LENGTH));
});

test("an app that cannot start says why and can be tried again", async () => {
  const world = makeWorld();
  world.fails = { appView: { code: "in_use", detail: null, row: null } };
  const { user, backend } = openApp(world);
  expect(await screen.findByRole("alert")).toHaveTextContent("open in another window");
  await expectAccessible();
  backend.world.fails = {};
  await user.click(await button("Try again"));
  expect(await screen.findByRole("heading", { level: 1, name: "Watch" })).toBeVisible();
});
