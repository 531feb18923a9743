//! What a provider tells the demo's shop of refunds, as a webhook and a daily report would: the records that
//! stand for its payments follow its book, by whichever road the money went back.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use serde_json::{Map, Value, json};
use watchkeeper_pack::value::instant_text;

use super::nightly::changed;
use super::rows::ChargesOf;
use crate::Platform;
use crate::connectors::stand_in::GoneBack;
use crate::problem::ApiError;
use crate::store::{Committed, Question, RecordRow, StoreError};

/// How often it tells.
const EVERY: Duration = Duration::from_secs(2);
/// What went back longer ago has been told.
const SINCE: TimeDelta = TimeDelta::hours(25);

/// Tells for ever.
pub(super) async fn run(platform: Arc<Platform>, books: Vec<(String, Vec<ChargesOf>)>) {
    loop {
        for (tenant, kinds) in &books {
            if let Err(error) = tell(&platform, tenant, kinds).await {
                tracing::error!(?error, "telling of refunds");
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn tell(platform: &Platform, tenant: &str, kinds: &[ChargesOf]) -> Result<(), ApiError> {
    let Some(stand_ins) = &platform.stand_ins else {
        return Ok(());
    };
    let now = platform.clock.now();
    let gone = stand_ins
        .ledger
        .gone_back((now - SINCE).timestamp(), now.timestamp())
        .map_err(StoreError::from)?;
    for back in &gone {
        for of in kinds {
            let question = Question {
                text: "json_extract(body, ?) = ?".to_owned(),
                params: vec![
                    format!("$.{}", of.charge).into(),
                    back.charge.clone().into(),
                ],
            };
            let rows = platform.store.records(tenant, &of.kind, &question).await?;
            for row in rows {
                let Some(sets) = news(of, &row, back) else {
                    continue;
                };
                // Who wrote it meanwhile goes first; it is told with the next round.
                let write = [changed(platform, tenant, &row, sets).await?];
                let written = platform.store.write_unless_moved(tenant, now, &write);
                if let Committed::Done(touched) = written.await? {
                    platform.hints.changed(tenant, &touched);
                }
            }
        }
    }
    Ok(())
}

/// What the record does not say yet. It never says less than before.
fn news(of: &ChargesOf, row: &RecordRow, back: &GoneBack) -> Option<Value> {
    let field = of.refunded.as_ref()?;
    let said = row.body.get(field)?;
    let (minor, currency) = (said.get("minor")?.as_i64()?, said.get("currency")?);
    if minor >= back.amount {
        return None;
    }
    let mut sets = Map::new();
    let amount = json!({"minor": back.amount, "currency": currency});
    sets.insert(field.clone(), amount);
    if let Some(field) = &of.refunded_at {
        let at = DateTime::from_timestamp(back.last, 0)?;
        sets.insert(field.clone(), instant_text(at).into());
    }
    Some(Value::Object(sets))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_record_follows_the_book_and_never_says_less_than_before() {
        let of: ChargesOf = serde_json::from_value(json!({
            "kind": "payment", "charge": "capture_id", "amount": "amount", "at": "at",
            "refunded": "refunded", "refunded_at": "refunded_at", "told_only": true,
        }))
        .unwrap();
        let says = |minor: i64| RecordRow {
            kind: "payment".into(),
            id: "p".into(),
            revision: 1,
            seq: 1,
            updated_at: DateTime::UNIX_EPOCH,
            region: None,
            body: Map::from_iter([(
                "refunded".to_owned(),
                json!({"minor": minor, "currency": "USD"}),
            )]),
            computed: Map::new(),
        };
        let back = GoneBack {
            charge: "c".into(),
            amount: 500,
            last: 60,
        };
        let told = json!({
            "refunded": {"minor": 500, "currency": "USD"},
            "refunded_at": "1970-01-01T00:01:00.000Z",
        });
        assert_eq!(news(&of, &says(0), &back), Some(told.clone()));
        assert_eq!(news(&of, &says(499), &back), Some(told));
        assert_eq!(news(&of, &says(500), &back), None);
        assert_eq!(news(&of, &says(900), &back), None);
    }
}
