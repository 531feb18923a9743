import { Card } from "../../components/Card";
import { t } from "../../locales/catalogue";
import type { BatchView, UnfinishedView } from "../../platform/backend";

type BatchesProps = { batches: BatchView[]; unfinished: UnfinishedView[] };

/** Actions on many records that are not over: how far each is, and what of it waits for whom. */
export function Batches({ batches, unfinished }: BatchesProps) {
  return (
    <Card title={t("sync-batches-title")} aside={t("sync-batches-note")}>
      <ul className="batches">
        {batches.map((batch) => (
          <Batch
            key={`${batch.id} ${batch.action}`}
            batch={batch}
            queueing={unfinished.find(({ id, runs }) => runs && id.startsWith(batch.id))}
          />
        ))}
      </ul>
    </Card>
  );
}

type BatchProps = { batch: BatchView; queueing: UnfinishedView | undefined };

function Batch({ batch, queueing }: BatchProps) {
  const { action, count, confirmed, discarded, held, waiting, under_way } = batch;
  const title = t("batch-title", { action, count });
  const words = [
    queueing && t("batch-queueing", { done: queueing.queued, count: queueing.count }),
    t("batch-done", { done: confirmed, count }),
    under_way > 0 && t("batch-under-way", { count: under_way }),
    waiting > 0 && t("batch-waiting", { count: waiting }),
    discarded > 0 && t("batch-discarded", { count: discarded }),
  ].filter(Boolean);
  return (
    <li className="batch">
      <div className="batch-words">
        <strong>
          <bdi>{title}</bdi>
        </strong>
        <span className="quiet figure">{words.join(" · ")}</span>
        {held > 0 && (
          <span className="told" data-tone="amber">
            {t("batch-held", { count: held })}
          </span>
        )}
      </div>
      <div
        className="bar"
        role="progressbar"
        aria-label={title}
        aria-valuemin={0}
        aria-valuemax={count}
        aria-valuenow={confirmed + discarded}
        aria-valuetext={words.join(", ")}
      >
        <div
          className="bar-full"
          style={{ inlineSize: `${((confirmed + discarded) / Math.max(1, count)) * 100}%` }}
        />
      </div>
    </li>
  );
}
