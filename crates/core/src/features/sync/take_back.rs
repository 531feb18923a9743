//! Takes back what was queued and never sent.

use watchkeeper_model::audit::Event;

use super::view::TakenBackView;
use crate::changes::Source;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::queues::act::parse;
use crate::outbox::queue;
use crate::outbox::undo::{self, Taken};
use crate::overlay::rows;

/// Most operations at once: those of one action on many records.
const MOST: usize = 500;

/// Takes back what was queued and never sent. Once more changes nothing.
///
/// # Errors
/// [`Code::TooLate`] where none of them can be taken back any more.
pub async fn take_back(engine: &Engine, operations: &[String]) -> Result<TakenBackView, Error> {
    if operations.len() > MOST {
        return Err(Error::with(Code::Internal, "too many operations at once"));
    }
    let ids = operations.iter().map(|id| parse(id));
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    let (scribe, now) = (engine.scribe(), engine.clock().now().at);
    let (view, requests) = engine
        .stores()
        .state
        .write(move |state| {
            let mut view = TakenBackView { taken: 0, late: 0 };
            let mut requests = Vec::new();
            for id in ids {
                let found = queue::by_id(state, id)?.ok_or(Error::new(Code::NotFound))?;
                match undo::take_back(state, id, now)? {
                    Taken::Late => view.late += 1,
                    Taken::Before => view.taken += 1,
                    Taken::Back => {
                        view.taken += 1;
                        rows::remove(state, id)?;
                        scribe.append(state, now, Event::TakenBack { operation: id })?;
                        requests.push(found.request);
                    }
                }
            }
            Ok::<_, Error>((view, requests))
        })
        .await?;
    engine.operations_changed(&requests, Source::Operator);
    // Their lanes may go on.
    engine.wake_push();
    match view.taken {
        0 => Err(Error::new(Code::TooLate)),
        _ => Ok(view),
    }
}
