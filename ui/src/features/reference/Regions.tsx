import { CircleHelp, Pause, Play } from "lucide-react";
import type { ReceivedReference } from "../../app/reads";
import {
  clockWords,
  onFace,
  operatorOffset,
  parseWall,
  timeWords,
  useTick,
  zoneName,
} from "../../app/time";
import { Card } from "../../components/Card";
import { Instant } from "../../components/values";
import { t } from "../../locales/catalogue";
import type { RegionSwitch, RegionView } from "../../platform/backend";
import { Hours } from "./Hours";
import { RulingRemark } from "./RulingRemark";
import { Scrolled } from "./Scrolled";

/** Each region side by side: its clock, its money, what holds there, and what is switched off. */
export function Regions({ view }: { view: ReceivedReference }) {
  return (
    <Scrolled className="regions">
      {view.regions.map((region) => (
        <Region key={region.id} region={region} view={view} />
      ))}
      <Hours view={view} />
    </Scrolled>
  );
}

function Region({ region, view }: { region: RegionView; view: ReceivedReference }) {
  const ruling = view.rulings.find(({ id }) => id === region.disputed);
  return (
    <Card title={region.label} aside={<code className="row-id">{region.row}</code>}>
      <div className="card-body region" data-item={region.id} tabIndex={-1}>
        <ThereNow region={region} received={view.received} />
        <dl className="facts">
          <dt>{t("reference-currency")}</dt>
          <dd>{region.currency}</dd>
          <dt>{t("reference-tax")}</dt>
          <dd>{region.tax}</dd>
          {region.notes.length > 0 && (
            <>
              <dt>{t("reference-holds-there")}</dt>
              <dd>
                {region.notes.map((note) => (
                  <p key={note}>{note}</p>
                ))}
              </dd>
            </>
          )}
          {region.rounds.map((round) => (
            <div key={round.id}>
              <dt>{round.label}</dt>
              <dd>
                {t("reference-next")} <Instant at={round.at} />
              </dd>
            </div>
          ))}
        </dl>
        {ruling && <RulingRemark ruling={ruling} />}
        {region.switches.map((each) => (
          <Switch key={each.id} of={each} />
        ))}
      </div>
    </Card>
  );
}

/** What time it is there, and here. */
function ThereNow({ region, received }: { region: RegionView; received: number }) {
  useTick(1);
  const read = parseWall(region.now);
  if (!read) return <p>{region.zone}</p>;
  const there = { ...read, face: read.face + performance.now() - received };
  const here = onFace(there, operatorOffset(there));
  return (
    <p className="there">
      <time className="there-now">{clockWords(there)}</time>
      <span className="quiet">
        {t("reference-there", { zone: zoneName(region.zone), here: timeWords(here) })}
      </span>
    </p>
  );
}

const STANDINGS = {
  on: { tone: "amber", icon: Pause, words: "reference-switch-on" },
  off: { tone: "green", icon: Play, words: "reference-switch-off" },
  unknown: { tone: "neutral", icon: CircleHelp, words: "reference-switch-unknown" },
} as const;

function Switch({ of }: { of: RegionSwitch }) {
  const { tone, icon: Icon, words } = STANDINGS[of.on === null ? "unknown" : of.on ? "on" : "off"];
  return (
    <div className="region-switch">
      <div>
        <strong>{of.label}</strong>
        {of.purpose && <span className="quiet">{of.purpose}</span>}
      </div>
      <span className="pill" data-tone={tone}>
        <Icon size={12} aria-hidden />
        {t(words)}
      </span>
      <code className="row-id">{of.row}</code>
    </div>
  );
}
