//! Asking the platform for a record's history.

use super::queries::{self, Asking};
use super::shown::shown;
use super::view::HistoryView;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::store::StoreError;

/// How often it is asked where the mirror changed meanwhile so that the answer may be of before.
const TRIES: u32 = 3;

/// Asks the platform for the newest page of a record's history, or for the one behind what is kept of it
/// (`older`), keeps it, and answers what is shown then. Of a record that the mirror does not have nothing is
/// asked: it is this laptop's own part alone.
///
/// # Errors
/// What its line lacks: [`Code::Unreachable`] without one; [`Code::NotFound`] where the platform has no such
/// record for this operator; [`Code::ReadOnly`].
pub async fn ask(engine: &Engine, kind: &str, id: &str, older: bool) -> Result<HistoryView, Error> {
    for _ in 0..TRIES {
        let Some(asking) = asking(engine, (kind, id), older).await? else {
            break;
        };
        let page = engine.client().history((kind, id), asking.before).await?;
        let page = page.ok_or(Error::new(Code::NotFound))?;
        let (name, record) = (kind.to_owned(), id.to_owned());
        let cache = &engine.stores().cache;
        let kept = cache
            .write(move |cache| queries::keep(cache, (&name, &record), asking, &page))
            .await?;
        if kept {
            break;
        }
    }
    shown(engine, kind, id).await
}

async fn asking(
    engine: &Engine,
    (kind, id): (&str, &str),
    older: bool,
) -> Result<Option<Asking>, StoreError> {
    let (kind, id) = (kind.to_owned(), id.to_owned());
    let cache = &engine.stores().cache;
    cache
        .read(move |cache| queries::asking(cache, (&kind, &id), older))
        .await
}
