//! The operator touched the app: a session goes on, or begins.

use super::sessions::{keep, last, touched};
use crate::changes::{Source, Tag};
use crate::engine::Engine;
use crate::error::Error;

/// The operator touched the app: a session goes on, or begins. To be called at most once a minute.
pub async fn touch(engine: &Engine) -> Result<(), Error> {
    let now = engine.clock().now().at;
    let began = engine
        .stores()
        .state
        .write(move |state| {
            let before = last(state)?;
            let session = touched(before, now);
            if before != Some(session) {
                keep(state, session)?;
            }
            Ok::<_, Error>(before.is_none_or(|before| before.began != session.began))
        })
        .await?;
    if began {
        // What counts as new is another from now on.
        engine.changed([Tag::Navigation], Source::Operator);
    }
    Ok(())
}
