//! Takes back what was queued and never sent, whether it waits or is held.

use watchkeeper_model::audit::Event;

use super::view::TakenBackView;
use crate::changes::Source;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::queues::act::parse;
use crate::outbox::queue::{self, Hold};
use crate::outbox::undo::{self, Taken};
use crate::overlay::rows;

/// Most operations at once: those of one action on many records.
const MOST: usize = 1_000;

/// Takes back what was queued and never sent. Once more changes nothing.
///
/// # Errors
/// [`Code::TooLate`] where none of them can be taken back any more; it says what else is possible where
/// the last of them is held.
pub async fn take_back(engine: &Engine, operations: &[String]) -> Result<TakenBackView, Error> {
    if operations.len() > MOST {
        return Err(Error::with(Code::Internal, "too many operations at once"));
    }
    let ids = operations.iter().map(|id| parse(id));
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    let (scribe, now) = (engine.scribe(), engine.clock().now().at);
    let (view, requests, held) = engine
        .stores()
        .state
        .write(move |state| {
            let mut view = TakenBackView { taken: 0, late: 0 };
            let (mut requests, mut held) = (Vec::new(), None);
            for id in ids {
                let found = queue::by_id(state, id)?.ok_or(Error::new(Code::NotFound))?;
                match undo::take_back(state, id, now)? {
                    Taken::Late => view.late += 1,
                    Taken::Held => {
                        view.late += 1;
                        held = Some(instead(found.hold));
                    }
                    Taken::Before => view.taken += 1,
                    Taken::Back => {
                        view.taken += 1;
                        rows::remove(state, id)?;
                        scribe.append(state, now, Event::TakenBack { operation: id })?;
                        requests.push(found.request);
                    }
                }
            }
            Ok::<_, Error>((view, requests, held))
        })
        .await?;
    engine.operations_changed(&requests, Source::Operator);
    // Their lanes may go on.
    engine.wake_push();
    match (view.taken, held) {
        (0, Some(instead)) => Err(Error::with(Code::TooLate, instead)),
        (0, None) => Err(Error::new(Code::TooLate)),
        _ => Ok(view),
    }
}

/// What there is to do about one that had left and is held.
fn instead(hold: Option<Hold>) -> &'static str {
    match hold {
        Some(Hold::Restored) => {
            "It was sent before the platform was restored, and nobody knows here whether it was done: \
             send it again, or give it up."
        }
        Some(Hold::Refused | Hold::Conflict | Hold::Lapsed | Hold::Rejected | Hold::Frozen)
        | None => "It was sent, and is held now: Sync says why. Give it up there, or act again.",
    }
}
