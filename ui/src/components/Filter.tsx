import { Search } from "lucide-react";
import type { Ref } from "react";
import { Key } from "./Key";

type FilterProps = {
  label: string;
  value: string;
  onValue: (words: string) => void;
  input: Ref<HTMLInputElement>;
};

/** Words that must occur in what a list shows. `/` goes there, Escape brings all back. */
export function Filter({ label, value, onValue, input }: FilterProps) {
  return (
    <div className="filter">
      <Search size={14} aria-hidden />
      <input
        ref={input}
        type="search"
        aria-label={label}
        aria-keyshortcuts="/"
        placeholder={label}
        spellCheck={false}
        value={value}
        onChange={(event) => onValue(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          onValue("");
          event.currentTarget.blur();
        }}
      />
      <Key>/</Key>
    </div>
  );
}
