//! Puts a held operation back in its lane.
//!
//! It keeps its id, so this is for what the platform has not decided: a request that it did not
//! take, rights that were missing, a freeze that is over, or something it rested on that is done by now. A verdict stands for ever under its id; then the record is
//! acted upon again, with the held operation named as the one that is amended, which asks policy
//! and the operator's confirmation again.

use watchkeeper_model::audit::Event;

use crate::changes::Source;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::queues::act::parse;
use crate::outbox::frozen::{self, Around};
use crate::outbox::queue::{self, Hold, Status};
use crate::outbox::steps;

/// Puts a held operation back in its lane.
pub async fn retry(engine: &Engine, operation: &str) -> Result<(), Error> {
    let id = parse(operation)?;
    if let Some(newer) = engine.link().newer_pack() {
        return Err(newer.clone());
    }
    let (scribe, now) = (engine.scribe(), engine.clock().now().at);
    let (pack, rights) = (engine.pack(), engine.rights());
    let request = engine
        .stores()
        .state
        .write(move |state| {
            let found = queue::by_id(state, id)?.ok_or(Error::new(Code::NotFound))?;
            if found.status != Status::Held {
                return Err(Error::with(Code::NotNow, "It is not held."));
            }
            if found.is_decided() {
                let detail = "The platform has decided this one. Act on the record again to \
                              put another in its place.";
                return Err(Error::with(Code::NotNow, detail));
            }
            if let (Some(Hold::Frozen), Some(pack)) = (found.hold, &pack) {
                let around = Around {
                    pack,
                    rights: &rights,
                    controls: &rights.controls,
                    now,
                };
                let all = pack.controls.keys().cloned().collect();
                if let Some(frozen) = frozen::stopped(state, &around, &found, &all)? {
                    return Err(Error {
                        code: Code::PolicyDenied,
                        detail: Some(frozen.detail),
                        row: Some(frozen.row),
                    });
                }
            }
            steps::release(state, found.seq, now)?;
            scribe.append(state, now, Event::Retried { operation: id })?;
            Ok(found.request)
        })
        .await?;
    engine.operation_changed(&request, Source::Operator);
    engine.wake_push();
    Ok(())
}
