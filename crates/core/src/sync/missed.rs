//! Verdicts that a snapshot does not bring. The feed tells them once, in lines that a platform forgets
//! after a while; whoever was away for longer gets a snapshot, which has records and no verdicts.
//!
//! What is in flight, accepted or unknown is asked about anyway. What is held, given up or waits to be sent
//! again is not, and may have become something else: a request that broke off can arrive after the platform
//! was asked for it. So that is read back once after a snapshot, whatever is killed in between.

use watchkeeper_wire::operation::Verdict;

use super::client::Client;
use crate::engine::Engine;
use crate::outbox::send::SendError;
use crate::outbox::{answers, queue};
use crate::store::{StoreError, setting};

/// Name in table `setting`: place of the last operation that was read back since a snapshot began.
const SETTING: &str = "verdicts_missed";
/// Operations read at once.
const BATCH: u32 = 100;

/// A snapshot begins. Said before any of it is kept.
pub async fn note(engine: &Engine) -> Result<(), StoreError> {
    let state = &engine.stores.state;
    state
        .write(|state| setting::put(state, SETTING, &0_i64))
        .await
}

/// Reads back what a snapshot has left out, going on where it was cut off.
pub async fn read_back(engine: &Engine, client: &Client) -> Result<(), SendError> {
    let state = &engine.stores.state;
    let me = &engine.pinned.operator.id;
    while let Some(behind) = state
        .read(|state| setting::get::<i64>(state, SETTING))
        .await?
    {
        let author = me.clone();
        let tried = state
            .read(move |state| queue::unawaited(state, &author, behind, BATCH))
            .await?;
        let mut verdicts: Vec<Verdict> = Vec::new();
        for operation in &tried {
            let id = operation.request.id;
            match client.operation(id).await {
                Ok(found) => verdicts.extend(found),
                Err(error) if error.concerns_the_line() => return Err(error.into()),
                Err(error) => tracing::warn!(%error, operation = %id, "not read back"),
            }
        }
        answers::settle(engine, verdicts).await?;
        let last = tried.last().map(|operation| operation.seq);
        state
            .write(move |state| match last {
                Some(last) => setting::put(state, SETTING, &last),
                None => setting::remove(state, SETTING),
            })
            .await?;
    }
    Ok(())
}
