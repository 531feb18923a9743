import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";
import { usePlace } from "./app/place";
import { useSaid } from "./app/said";
import { useTheme } from "./app/theme";
import { useTenantClock } from "./app/time";
import { useSigningIn } from "./features/session/signingIn";

// A loaded machine is slow, not wrong; and a whole page in a message hides what is.
configure({
  asyncUtilTimeout: 15_000,
  // Without it each query by role computes the style of the whole page; axe looks at what is hidden.
  defaultHidden: true,
  getElementError: (message) => new Error(message?.split("\n")[0] ?? "not found"),
});

// What a page without layout lacks: a height, so that a list has something in sight, and scrolling.
const HEIGHT = 640;
const SIZES = {
  offsetHeight: HEIGHT,
  offsetWidth: 900,
  clientHeight: HEIGHT,
  scrollHeight: 10_000_000,
};
for (const [name, size] of Object.entries(SIZES)) {
  Object.defineProperty(HTMLElement.prototype, name, { get: () => size, configurable: true });
}
// For the style of a <bdi> without a direction jsdom reads all of Unicode, each time: here all goes
// from the left.
Object.defineProperty(HTMLElement.prototype, "dir", {
  get(this: HTMLElement) {
    return this.getAttribute("dir") ?? (this.localName === "bdi" ? "ltr" : "");
  },
  set(this: HTMLElement, dir: string) {
    this.setAttribute("dir", dir);
  },
  configurable: true,
});
Element.prototype.scrollIntoView = () => {};
Element.prototype.scrollTo = function scrollTo(this: Element, to?: ScrollToOptions | number) {
  this.scrollTop = (typeof to === "number" ? to : to?.top) ?? 0;
  this.dispatchEvent(new Event("scroll"));
};

// Test files share their window and its modules: what a test has changed of them ends with it.
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  usePlace.setState(usePlace.getInitialState(), true);
  useSaid.setState({ remarks: [] });
  useSigningIn.setState({ busy: false, recoveryCode: null });
  useTenantClock.setState({ clock: null });
  useTheme.setState({ theme: "system" });
  document.documentElement.removeAttribute("data-theme");
  localStorage.clear();
});
