//! Operations one by one. A thousand may wait at once, and Sync is read again at each change: so only the
//! first of each part are read and shown, with how many there are, and the rest as it is asked for.

use super::view::OpenPart;
use crate::engine::Engine;
use crate::error::Error;
use crate::features::queues::operation::view;
use crate::features::queues::view::OperationView;
use crate::features::reading::{Reading, read};
use crate::outbox::queue::{self, Part, Queued};

/// Operations of one part that are read at a time.
const AT_A_TIME: u32 = 100;

/// The next operations of one part that are not settled, behind the first so many of it: at most 100.
///
/// # Errors
/// Those of the local databases.
pub async fn more(
    engine: &Engine,
    part: OpenPart,
    behind: u32,
) -> Result<Vec<OperationView>, Error> {
    read(engine, move |reading| cards(reading, part, behind)).await
}

/// The same in a look that goes on.
pub(super) fn cards(
    reading: &Reading<'_>,
    part: OpenPart,
    behind: u32,
) -> Result<Vec<OperationView>, Error> {
    let part = match part {
        OpenPart::Waiting => Part::Waiting,
        OpenPart::UnderWay => Part::UnderWay,
        OpenPart::Held => Part::Held,
    };
    views(
        reading,
        &queue::part(reading.state, part, AT_A_TIME, behind)?,
    )
}

pub(super) fn views(
    reading: &Reading<'_>,
    operations: &[Queued],
) -> Result<Vec<OperationView>, Error> {
    operations
        .iter()
        .map(|operation| view(reading, operation))
        .collect()
}
