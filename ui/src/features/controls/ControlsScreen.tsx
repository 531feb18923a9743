import { CircleCheck, TriangleAlert } from "lucide-react";
import { useControls } from "../../app/reads";
import { Read } from "../../components/Read";
import { Shelf, type Spine } from "../../components/Shelf";
import { EmptyState } from "../../components/states";
import { StatusWord } from "../../components/tones";
import { Instant } from "../../components/values";
import { t } from "../../locales/catalogue";
import type { ControlView } from "../../platform/backend";
import { ControlPanel } from "./ControlPanel";
import { nameOf, standsOut, valueWords, wantedOf } from "./words";

type ControlsScreenProps = { sought: string | undefined; readOnly: boolean };

/** The platform's switches: at the left what is not as usual and the others, at the right one. */
export function ControlsScreen({ sought, readOnly }: ControlsScreenProps) {
  const read = useControls();
  return (
    <Read read={read}>
      {({ controls }) => <Controls controls={controls} sought={sought} readOnly={readOnly} />}
    </Read>
  );
}

function Controls({
  controls,
  sought,
  readOnly,
}: ControlsScreenProps & { controls: ControlView[] }) {
  if (controls.length === 0) {
    return (
      <EmptyState icon={CircleCheck} title={t("control-none")}>
        {t("control-none-text")}
      </EmptyState>
    );
  }
  return (
    <Shelf
      alone
      label={t("control-list")}
      filterLabel={t("control-filter")}
      countWords={(count) => t("control-count", { count })}
      items={controls}
      spine={spineOf}
      sought={sought}
    >
      {(control, leave) => (
        <ControlPanel key={control.id} control={control} readOnly={readOnly} onLeave={leave} />
      )}
    </Shelf>
  );
}

function spineOf(control: ControlView): Spine {
  const { id, row, purpose, own } = control;
  const label = nameOf(control);
  const urgent = standsOut(control);
  return {
    id,
    label,
    mark: own && <StatusWord word={own.operation.word} />,
    aside: <Aside control={control} />,
    row,
    group: t(urgent ? "control-group-on" : "control-group-usual"),
    urgent,
    words: [label, row, id, purpose ?? "", valueWords(control.value)].join(" "),
  };
}

/** What is in force; what is not, in amber with its shape. */
function Aside({ control }: { control: ControlView }) {
  const wanted = wantedOf(control);
  if (wanted !== null || control.problem !== null) {
    return (
      <span className="told" data-tone="amber">
        <TriangleAlert size={12} aria-hidden />
        {control.on
          ? t("control-is-not-in-effect-short", { value: valueWords(control.value) })
          : t("control-not-in-effect-short")}
      </span>
    );
  }
  return (
    <span className="spine-value">
      <bdi>{valueWords(control.value)}</bdi>
      <span className="spine-by">
        {control.since ? <Instant at={control.since.at} /> : t("tenant-default")}
      </span>
    </span>
  );
}
