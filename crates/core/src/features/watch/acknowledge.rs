//! Says that the operator has seen an alert, from wherever they saw it.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::{NoContext, Timestamp, Uuid};

use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::queues;
use crate::features::queues::view::ActRequest;
use crate::features::reading::read;
use crate::outbox::queue::Status;

/// The engine's own kind and action.
const KIND: &str = "alert";
const ACTION: &str = "acknowledge";

/// Acknowledges an alert, by the one way that every change takes. One that nobody needs to
/// acknowledge any more, or whose acknowledgement is on its way, is no error.
pub async fn acknowledge(engine: &Engine, id: &str) -> Result<(), Error> {
    let wanted = id.to_owned();
    let (revision, needed) = read(engine, move |reading| {
        let row = reading
            .record(KIND, &wanted)?
            .ok_or(Error::new(Code::NotFound))?;
        let state = row.body.get("state").and_then(Value::as_str);
        let lane = format!("{KIND}/{wanted}");
        let under_way = reading
            .lane(&lane)
            .any(|operation| operation.status != Status::Held);
        Ok((row.revision, state == Some("firing") && !under_way))
    })
    .await?;
    if !needed {
        return Ok(());
    }
    let at = engine.clock().now().at;
    let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
    let at = Timestamp::from_unix(NoContext, seconds, at.timestamp_subsec_nanos());
    let request = ActRequest {
        operation: Uuid::new_v7(at).to_string(),
        kind: KIND.to_owned(),
        id: id.to_owned(),
        action: ACTION.to_owned(),
        params: BTreeMap::new(),
        typed: None,
        seen_revision: revision,
        amends: None,
    };
    queues::act(engine, request).await.map(drop)
}
