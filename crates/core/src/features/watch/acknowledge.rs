//! Acknowledges an alert without a dialog: for a notification's button.

use std::collections::BTreeMap;

use serde_json::Value;

use super::ALERT;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::queues;
use crate::features::queues::view::ActRequest;
use crate::features::reading::read;
use crate::outbox::queue::Status;

/// The engine's own action on an alert.
pub(super) const ACKNOWLEDGE: &str = "acknowledge";

/// Acknowledges an alert, by the one way that every change takes, with or without a line. Where one
/// of ours is on its way already, or somebody has seen to it, nothing is left to do.
///
/// # Errors
/// [`Code::NotFound`] where the alert is not known here; [`Code::NotNow`] where an operation on it is
/// held; whatever else keeps an operation from being queued.
pub async fn acknowledge(engine: &Engine, id: &str) -> Result<(), Error> {
    let Some(seen_revision) = needed(engine, id).await? else {
        return Ok(());
    };
    let request = ActRequest {
        operation: engine.new_operation_id().to_string(),
        kind: ALERT.to_owned(),
        id: id.to_owned(),
        action: ACKNOWLEDGE.to_owned(),
        params: BTreeMap::new(),
        typed: None,
        seen_revision,
        amends: None,
    };
    match queues::act(engine, request).await {
        Ok(_) => Ok(()),
        Err(error) => match needed(engine, id).await? {
            // Another button was quicker.
            None => Ok(()),
            Some(_) => Err(error),
        },
    }
}

/// The revision of an alert that somebody should still acknowledge.
async fn needed(engine: &Engine, id: &str) -> Result<Option<u64>, Error> {
    let id = id.to_owned();
    read(engine, move |reading| {
        let row = reading
            .record(ALERT, &id)?
            .ok_or(Error::new(Code::NotFound))?;
        let lane = format!("{ALERT}/{id}");
        let on_its_way = reading
            .lane(&lane)?
            .iter()
            .any(|other| other.request.action == ACKNOWLEDGE && other.status != Status::Held);
        let fires = row.body.get("state").and_then(Value::as_str) == Some("firing");
        Ok((fires && !on_its_way).then_some(row.revision))
    })
    .await
}
