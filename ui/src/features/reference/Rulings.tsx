import { SearchX, TriangleAlert } from "lucide-react";
import { useRef, useState } from "react";
import { useKeys } from "../../app/keys";
import { Button } from "../../components/Button";
import { Filter } from "../../components/Filter";
import { EmptyState } from "../../components/states";
import { Tone } from "../../components/tones";
import { t } from "../../locales/catalogue";
import type { Hazard, RulingView, Settled, Tone as ToneName } from "../../platform/backend";

const HAZARDS: Record<Hazard, { tone: ToneName; words: string }> = {
  harms: { tone: "red", words: "reference-harms" },
  misleads: { tone: "amber", words: "reference-misleads" },
  minor: { tone: "neutral", words: "reference-minor" },
};

const SETTLED: Record<Settled, string> = {
  replaced: "reference-replaced",
  setting: "reference-by-setting",
  needed: "reference-needed",
  disputed: "reference-disputed",
  shown: "reference-shown",
};

const wordsOf = ({ id, rows, says, holds, setting }: RulingView) =>
  [id, ...rows, says, holds, setting?.label ?? ""].join(" ").toLowerCase();

/** What the document says beside what holds instead, contradiction by contradiction. */
export function Rulings({ rulings }: { rulings: RulingView[] }) {
  const [search, setSearch] = useState("");
  const filter = useRef<HTMLInputElement>(null);
  useKeys({ "/": () => filter.current?.focus() });
  const asked = search.trim().toLowerCase().split(/\s+/);
  const shown = rulings.filter((ruling) => asked.every((word) => wordsOf(ruling).includes(word)));
  return (
    <section className="card ledger" aria-label={t("reference-rulings")}>
      <header className="queue-tools">
        <Filter
          label={t("reference-rulings-search")}
          value={search}
          onValue={setSearch}
          input={filter}
        />
        <span className="quiet shelf-count">
          {t("reference-rulings-count", { count: shown.length })}
        </span>
      </header>
      {shown.length > 0 ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls is reached by the keyboard
        <div className="ledger-scroll" tabIndex={0} data-enter>
          <table className="reference-table">
            <thead>
              <tr>
                <th scope="col">{t("reference-ruling")}</th>
                <th scope="col">{t("reference-says")}</th>
                <th scope="col">{t("reference-holds")}</th>
                <th scope="col">{t("reference-settled")}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((ruling) => (
                <Ruling key={ruling.id} ruling={ruling} />
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <EmptyState
          icon={SearchX}
          title={t("shelf-none")}
          action={<Button onClick={() => setSearch("")}>{t("shelf-clear")}</Button>}
        >
          {t("shelf-none-text", { count: rulings.length })}
        </EmptyState>
      )}
    </section>
  );
}

function Ruling({ ruling }: { ruling: RulingView }) {
  const { tone, words } = HAZARDS[ruling.severity];
  return (
    <tr data-item={ruling.id} tabIndex={-1}>
      <th scope="row">
        <code>{ruling.id}</code>
        <Tone tone={tone}>{t(words)}</Tone>
        <span className="ruling-rows">
          {ruling.rows.map((row) => (
            <code key={row} className="row-id">
              {row}
            </code>
          ))}
        </span>
      </th>
      <td>{ruling.says}</td>
      <td>{ruling.holds}</td>
      <td>
        <span>{t(SETTLED[ruling.settled])}</span>
        {ruling.setting && (
          <>
            <span className="quiet">{ruling.setting.label}</span>
            {ruling.setting.value === "" ? (
              <span className="told" data-tone="amber">
                <TriangleAlert size={13} aria-hidden />
                {t("reference-unsaid")}
              </span>
            ) : (
              <span>
                <bdi>{ruling.setting.value}</bdi>{" "}
                {ruling.setting.is_default && (
                  <span className="quiet">{t("settings-default")}</span>
                )}
              </span>
            )}
          </>
        )}
      </td>
    </tr>
  );
}
