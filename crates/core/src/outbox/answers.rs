//! What the platform says became of operations: verdicts that came, and those that are asked for.

use watchkeeper_wire::operation::Verdict;

use super::queue::{self, Status};
use super::send::{Round, SendError, later, tell, wait_after};
use super::{lane, steps, verdict};
use crate::changes::Source;
use crate::engine::Engine;
use crate::store::StoreError;
use crate::sync::client::Client;
use crate::sync::restored;

/// Takes in verdicts, all in one transaction.
pub(crate) async fn settle(engine: &Engine, verdicts: Vec<Verdict>) -> Result<(), StoreError> {
    let (scribe, now) = (engine.scribe(), engine.clock.now().at);
    let changed = engine
        .stores
        .state
        .write(move |state| {
            let mut changed = Vec::new();
            for verdict in &verdicts {
                changed.extend(verdict::settle(state, &scribe, verdict, now)?);
            }
            Ok::<_, StoreError>(changed)
        })
        .await?;
    tell(engine, &changed);
    Ok(())
}

/// Asks the platform what became of the operations that stand so. One that it never received goes
/// back into its lane with the same id; one about which no answer can be had stands as it did, and
/// keeps no other from going on (fault 43).
pub async fn read_back(
    engine: &Engine,
    client: &Client,
    standing: &'static [Status],
) -> Result<Round, SendError> {
    let now = engine.clock.now().at;
    let asked = engine
        .stores
        .state
        .read(move |state| {
            let mut asked = Vec::new();
            for status in standing {
                asked.extend(queue::standing(state, *status)?);
            }
            Ok::<_, StoreError>(asked)
        })
        .await?;
    let mut done = Round::default();
    let me = engine.pinned.operator.id.as_str();
    for operation in asked.into_iter().filter(|asked| asked.request.author == me) {
        if operation.status == Status::InFlight && lane::backs_off(operation.not_before, now) {
            let next = done.next.get_or_insert(operation.not_before);
            *next = operation.not_before.min(*next);
            continue;
        }
        let found = match client.operation(operation.request.id).await {
            Err(error) if !error.concerns_the_line() => {
                tracing::warn!(%error, operation = %operation.request.id, "not read back");
                let (seq, wait) = (operation.seq, wait_after(engine, &operation, &error));
                let again = later(now, wait);
                let next = done.next.get_or_insert(again);
                *next = again.min(*next);
                let state = &engine.stores.state;
                state
                    .write(move |state| steps::read_back_after(state, seq, again))
                    .await?;
                continue;
            }
            other => other?,
        };
        match found {
            Some(verdict) => settle(engine, vec![verdict]).await?,
            // One that the platform had said it has and now does not know is not sent again without
            // a person: a restored platform is no reason to move money twice (fault 7).
            None if operation.status != Status::InFlight => {
                restored::hold(engine, &operation).await?
            }
            None => {
                let seq = operation.seq;
                engine
                    .stores
                    .state
                    .write(move |state| steps::wait(state, seq, now))
                    .await?;
                engine.operation_changed(&operation.request, Source::Sync);
            }
        }
        done.answered += 1;
    }
    Ok(done)
}
