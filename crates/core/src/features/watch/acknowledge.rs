//! Acknowledges an alert without a dialog: for a notification's button.

use std::collections::BTreeMap;

use super::ALERT;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::queues;
use crate::features::queues::view::ActRequest;
use crate::features::reading::read;

/// The engine's own action on an alert.
pub(super) const ACKNOWLEDGE: &str = "acknowledge";

/// Acknowledges an alert, by the one way that every change takes, with or without a line. Where one
/// of ours is under way already, or somebody has seen to it, nothing is left to do.
///
/// # Errors
/// [`Code::NotFound`] where the alert is not known here; whatever keeps an operation from being
/// queued.
pub async fn acknowledge(engine: &Engine, id: &str) -> Result<(), Error> {
    let record = id.to_owned();
    let seen = read(engine, move |reading| {
        let row = reading
            .record(ALERT, &record)?
            .ok_or(Error::new(Code::NotFound))?;
        let lane = format!("{ALERT}/{record}");
        let under_way = reading
            .lane(&lane)
            .any(|other| other.request.action == ACKNOWLEDGE);
        let state = row.body.get("state").and_then(|state| state.as_str());
        let settled = matches!(state, Some("acknowledged" | "resolved"));
        Ok((!under_way && !settled).then_some(row.revision))
    })
    .await?;
    let Some(seen_revision) = seen else {
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
        // Another button was quicker.
        Err(error) if error.code == Code::NotNow => Ok(()),
        Err(error) => Err(error),
    }
}
