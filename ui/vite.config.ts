import { availableParallelism } from "node:os";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Fails a production build that carries the development backend or a script as `data:`. */
function onlyWhatShips(): Plugin {
  return {
    name: "watchkeeper-only-what-ships",
    apply: "build",
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        const strays = Object.keys(chunk.modules).filter((id) => id.includes("/platform/memory/"));
        if (strays.length > 0) this.error(`the memory backend is in ${chunk.fileName}: ${strays}`);
        if (/import\(["']data:|src=["']data:text\/javascript/.test(chunk.code)) {
          this.error(`a script as data: in ${chunk.fileName}`);
        }
      }
    },
  };
}

/** Lets the page fetch the app's own script at once, rather than when the first small one has run. */
function fetchedAhead(): Plugin {
  return {
    name: "watchkeeper-fetched-ahead",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        const start = Object.values(bundle ?? {}).find(
          (chunk) => chunk.type === "chunk" && chunk.isDynamicEntry && chunk.name === "start",
        );
        if (!start) this.error("no script of this build is the app's start");
        return [
          {
            tag: "link",
            attrs: { rel: "modulepreload", href: `/${start.fileName}` },
            injectTo: "head",
          },
        ];
      },
    },
  };
}

export default defineConfig({
  plugins: [react(), onlyWhatShips(), fetchedAhead()],
  clearScreen: false,
  server: { host: "127.0.0.1", port: 1420, strictPort: true },
  build: {
    // Safari 16.4 is the level of the oldest webview that we support.
    target: "safari16.4",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test-setup.ts"],
    css: false,
    // A window and the app's modules once for each worker, not for each file. What a test changes of
    // them `test-setup.ts` puts back; a module is spied on, not mocked: whoever came first has it.
    isolate: false,
    restoreMocks: true,
    testTimeout: 60_000,
    // One for each core; by itself it leaves one idle.
    maxWorkers: availableParallelism(),
  },
});
