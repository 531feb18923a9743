import type { Backend } from "./backend";
import { tauri } from "./tauri";

/**
 * The backend of this build: the shell; in `vite` alone, without a shell, the memory one. The
 * condition is constant in a production build, so the memory backend is not in the bundle.
 */
export async function selectBackend(): Promise<Backend> {
  if (import.meta.env.DEV && !("__TAURI_INTERNALS__" in window)) {
    return (await import("./memory/browser")).fromAddress(window.location);
  }
  return tauri;
}
