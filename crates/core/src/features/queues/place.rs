//! Where in a view a record stands, so that one that was opened from elsewhere comes into sight.

use watchkeeper_pack::Pack;

use super::page::{sort, wish};
use super::queries::sections::Sections;
use super::view::ViewRequest;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::reading::{Reading, read};

/// How many rows stand before a record in what is asked of a view, counted as [`ViewRequest::offset`] is;
/// which part of it was asked for says nothing here. None where the record is not among them.
///
/// # Errors
/// [`Code::NoPack`] without a pack, [`Code::NotFound`] where there is no such view.
pub async fn place(
    engine: &Engine,
    request: ViewRequest,
    kind: String,
    id: String,
) -> Result<Option<u32>, Error> {
    read(engine, move |reading| {
        let pack = reading.pack.clone().ok_or(Error::new(Code::NoPack))?;
        answer(reading, &pack, &request, (&kind, &id))
    })
    .await
}

fn answer(
    reading: &Reading<'_>,
    pack: &Pack,
    request: &ViewRequest,
    (kind, id): (&str, &str),
) -> Result<Option<u32>, Error> {
    let asked = Sections::new(reading, pack, &request.view, wish(request))?;
    if asked.kind.name != kind {
        return Ok(None);
    }
    let sort = sort(asked.kind, request.sort.as_deref(), &asked.view.def.sort);
    let mut first = 0_u32;
    for section in &asked.sections {
        if request.closed.contains(&section.id) {
            continue;
        }
        let count = asked.count(reading, section)?.count;
        if count == 0 {
            continue;
        }
        if let Some(before) = asked.before(reading, (section, count), &sort, id)? {
            return Ok(Some(first.saturating_add(before)));
        }
        first = first.saturating_add(count);
    }
    Ok(None)
}
