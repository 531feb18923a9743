import { Choice } from "../../components/Field";
import { t } from "../../locales/catalogue";
import { type Theme, useTheme } from "../theme";

const THEMES: { value: Theme; words: string }[] = [
  { value: "system", words: "theme-system" },
  { value: "light", words: "theme-light" },
  { value: "dark", words: "theme-dark" },
];

/** Light, dark, or as the system says. */
export function Appearance() {
  const { theme, choose } = useTheme();
  return (
    <Choice
      label={t("theme-label")}
      value={theme}
      options={THEMES.map(({ value, words }) => ({ value, label: t(words) }))}
      onValue={(value) => {
        const chosen = THEMES.find((each) => each.value === value);
        if (chosen) choose(chosen.value);
      }}
    />
  );
}
