import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { I18nProvider } from "react-aria-components";
import { expect } from "vitest";
import { App } from "./app/App";
import { BackendProvider } from "./app/backend";
import { Houses } from "./app/houses";
import { MemoryBackend } from "./platform/memory";
import type { World } from "./platform/memory/world";

/** The whole app over a world in memory. */
export function openApp(world: World) {
  const backend = new MemoryBackend(world);
  const houses = new Houses();
  backend.onChange((change) => houses.heard(change));
  const view = render(
    <I18nProvider locale="en">
      <QueryClientProvider client={houses.app}>
        <BackendProvider backend={backend}>
          <App houses={houses} />
        </BackendProvider>
      </QueryClientProvider>
    </I18nProvider>,
  );
  return { backend, user: userEvent.setup(), ...view };
}

/** Fails with what is wrong where a reader of the screen would be left out. */
export async function expectAccessible(): Promise<void> {
  const { violations } = await axe.run(document.body, {
    // Of what passes it need not write down every element.
    resultTypes: ["violations"],
    // Contrast needs layout; `styles/tokens.test.ts` computes it from the tokens.
    rules: { "color-contrast": { enabled: false } },
  });
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`);
  expect(found).toEqual([]);
}
