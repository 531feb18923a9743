import "@fontsource-variable/inter/wght.css";
import "../styles/index.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { I18nProvider } from "react-aria-components";
import { createRoot } from "react-dom/client";
import { direction, language, locale } from "../locales/catalogue";
import { selectBackend } from "../platform/select";
import { App } from "./App";
import { BackendProvider } from "./backend";
import { Fallen } from "./Fallen";
import { Houses } from "./houses";
import { readAhead } from "./readAhead";
import { startTheme } from "./theme";

/** Puts the app on the page. */
export async function start(): Promise<void> {
  document.documentElement.lang = language;
  document.documentElement.dir = direction;
  startTheme();
  const backend = await selectBackend();
  const houses = new Houses();
  void readAhead(houses, backend);
  backend.onChange((change) => houses.heard(change));
  const report = (what: unknown) => void backend.reportUiError(String(what)).catch(() => {});
  window.addEventListener("error", (event) => report(event.message));
  window.addEventListener("unhandledrejection", (event) => report(event.reason));
  const root = document.getElementById("root");
  if (!root) throw new Error("the page has no root");
  createRoot(root).render(
    <StrictMode>
      <I18nProvider locale={locale}>
        <Fallen report={report}>
          <QueryClientProvider client={houses.app}>
            <BackendProvider backend={backend}>
              <App houses={houses} />
            </BackendProvider>
          </QueryClientProvider>
        </Fallen>
      </I18nProvider>
    </StrictMode>,
  );
}
