import { create } from "zustand";

export type Theme = "system" | "light" | "dark";
const KEY = "watchkeeper.theme";

type ThemeStore = { theme: Theme; choose: (theme: Theme) => void };

/** Light, dark, or what the system says. Nothing confidential, so the webview may keep it. */
export const useTheme = create<ThemeStore>((set) => ({
  theme: kept(),
  choose: (theme) => {
    apply(theme);
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Storage may be denied; the choice then lasts as long as the window.
    }
    set({ theme });
  },
}));

function kept(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

export function apply(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export const startTheme = () => apply(useTheme.getState().theme);
