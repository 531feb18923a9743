//! Gives up an operation that is waiting or held; one that may have been sent is not given up.

use watchkeeper_model::audit::Event;

use crate::changes::Source;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::queues::act::parse;
use crate::outbox::queue::{self, Status};
use crate::outbox::steps;
use crate::overlay::rows;

/// Gives up an operation that is waiting or held; one that may have been sent is not given up.
pub async fn discard(engine: &Engine, operation: &str) -> Result<(), Error> {
    let id = parse(operation)?;
    let (scribe, now) = (engine.scribe(), engine.clock().now().at);
    let request = engine
        .stores()
        .state
        .write(move |state| {
            let found = queue::by_id(state, id)?.ok_or(Error::new(Code::NotFound))?;
            let never_sent = found.status == Status::Waiting && found.attempts == 0;
            if !never_sent && found.status != Status::Held {
                let detail = "It may have reached the platform; its verdict decides.";
                return Err(Error::with(Code::NotNow, detail));
            }
            steps::give_up(state, id, now)?;
            rows::remove(state, id)?;
            scribe.append(state, now, Event::Discarded { operation: id })?;
            Ok(found.request)
        })
        .await?;
    engine.operation_changed(&request, Source::Operator);
    // Its lane may go on.
    engine.wake_push();
    Ok(())
}
