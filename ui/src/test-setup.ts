import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";
import { usePlace } from "./app/place";
import { useSaid } from "./app/said";
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
Object.defineProperty(HTMLElement.prototype, "offsetHeight", { get: () => HEIGHT });
Object.defineProperty(HTMLElement.prototype, "offsetWidth", { get: () => 900 });
Object.defineProperty(HTMLElement.prototype, "clientHeight", { get: () => HEIGHT });
Object.defineProperty(HTMLElement.prototype, "scrollHeight", { get: () => 10_000_000 });
Element.prototype.scrollIntoView = () => {};
Element.prototype.scrollTo = function scrollTo(this: Element, to?: ScrollToOptions | number) {
  this.scrollTop = (typeof to === "number" ? to : to?.top) ?? 0;
  this.dispatchEvent(new Event("scroll"));
};

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  usePlace.setState(usePlace.getInitialState(), true);
  useSaid.setState({ remarks: [] });
  useSigningIn.setState({ busy: false, recoveryCode: null });
  useTenantClock.setState({ clock: null });
  document.documentElement.removeAttribute("data-theme");
});
