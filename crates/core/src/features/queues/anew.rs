//! Decides anew on what waits and rested on an operation that was given up: what was seen then is not so.
//!
//! It is decided on the mirror, with what the platform has said is done over it. Where it is possible still
//! it goes out as it was made, and the platform decides as ever. Else it is held and names what it rested on;
//! sent again it is decided on anew.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use watchkeeper_model::{Outcome, already, decide};
use watchkeeper_wire::operation::Reason;

use super::decide::Case;
use crate::changes::Source;
use crate::engine::Engine;
use crate::error::Error;
use crate::features::reading::{Over, Reading, read};
use crate::outbox::queue::{Hold, Queued};
use crate::outbox::{rest, verdict};
use crate::overlay::rows;
use crate::store::StoreError;

/// What is said of an operation that is decided on anew.
enum Anew {
    /// It goes out.
    Goes,
    /// The same, and somebody has to agree: nothing of it is drawn any more.
    Asks,
    /// It is not possible any more.
    Denied(Reason),
}

/// Decides on these, and answers how many it could decide on.
pub(crate) fn anew(
    engine: &Engine,
    waiting: Vec<Queued>,
) -> BoxFuture<'_, Result<usize, StoreError>> {
    on_all(engine, waiting).boxed()
}

async fn on_all(engine: &Engine, waiting: Vec<Queued>) -> Result<usize, StoreError> {
    if waiting.is_empty() {
        return Ok(0);
    }
    let decided = read(engine, move |reading| {
        let mut decided = Vec::with_capacity(waiting.len());
        for operation in waiting {
            let anew = on_one(reading, &operation)?;
            decided.push((operation, anew));
        }
        Ok(decided)
    });
    let decided = match decided.await {
        Ok(decided) => decided,
        Err(error) => {
            // They wait until it can be decided, and it is tried with each round.
            tracing::warn!(%error, "what waits was not decided anew");
            return Ok(0);
        }
    };
    let (scribe, now) = (engine.scribe(), engine.clock().now().at);
    let changed = engine
        .stores()
        .state
        .write(move |state| {
            let mut changed = Vec::with_capacity(decided.len());
            for (operation, anew) in decided {
                match anew {
                    Anew::Denied(reason) => {
                        let why = Hold::Refused;
                        verdict::hold(state, &scribe, &operation, why, reason, now)?;
                    }
                    Anew::Asks => {
                        rows::undraw(state, operation.request.id)?;
                        rest::forget(state, operation.request.id)?;
                    }
                    Anew::Goes => rest::forget(state, operation.request.id)?,
                }
                changed.push(operation.request);
            }
            Ok::<_, StoreError>(changed)
        })
        .await?;
    engine.operations_changed(&changed, Source::Sync);
    Ok(changed.len())
}

/// Decides on one. What the pack or the mirror does not have (any more) is for the platform to say.
fn on_one(reading: &Reading<'_>, operation: &Queued) -> Result<Anew, Error> {
    let request = &operation.request;
    let pack = reading.pack()?;
    let kind = pack.kind(&request.kind);
    let known = kind.filter(|kind| kind.actions.contains_key(&request.action));
    let row = reading.shown(&request.kind, &request.record)?;
    let (Some(kind), Some(row)) = (known, row) else {
        return Ok(Anew::Goes);
    };
    let case = Case::over(reading, Over::Told, (pack, kind), &row)?;
    let situation = case.situation(reading, &request.params);
    // Somebody has done the same meanwhile: whoever comes second has what they asked for, and the platform
    // says so.
    if already(&situation, &request.action) {
        return Ok(Anew::Goes);
    }
    let decision = decide(&situation, &request.action);
    Ok(match decision.outcome {
        Outcome::Allow => Anew::Goes,
        Outcome::Ask => Anew::Asks,
        Outcome::Deny { code, row, detail } => Anew::Denied(Reason {
            code,
            row,
            detail: format!("{detail}{}", rested_on(reading, operation)?),
        }),
    })
}

/// Names what it rested on.
fn rested_on(reading: &Reading<'_>, operation: &Queued) -> Result<String, Error> {
    let gone = rest::gone(reading.state, operation.request.id)?;
    Ok(gone.map_or_else(String::new, |gone| {
        format!(
            " It rested on “{}” ({}), which was given up.",
            gone.action, gone.title
        )
    }))
}
