// The locale must be safe before any other module is evaluated, therefore the dynamic import.
import { makeLocaleSafe } from "./platform/safe-locale";

makeLocaleSafe(globalThis);

void import("./app/start").then(({ start }) => start());
