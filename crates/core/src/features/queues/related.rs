//! Records that refer to a record, by kind and field.

use watchkeeper_pack::{Kind, Pack};

use super::queries;
use super::view::RelatedView;
use crate::error::Error;
use crate::features::reading::{Reading, Row, view_of};
use crate::sync::text::references;

/// Records that refer to this one: how many by each field that does, and the first few by name.
pub(super) fn related(
    reading: &Reading<'_>,
    pack: &Pack,
    row: &Row,
) -> Result<Vec<RelatedView>, Error> {
    let mut all = Vec::new();
    for kind in pack.kinds.values() {
        for (field, target) in references(kind) {
            if target == row.kind {
                all.extend(by(reading, pack, (kind, field), &row.id)?);
            }
        }
    }
    Ok(all)
}

fn by(
    reading: &Reading<'_>,
    pack: &Pack,
    (kind, field): (&Kind, &str),
    id: &str,
) -> Result<Option<RelatedView>, Error> {
    let (count, first) = queries::related::referring(reading, (kind, field), id)?;
    if count == 0 {
        return Ok(None);
    }
    let def = kind.fields.get(field);
    Ok(Some(RelatedView {
        kind: kind.name.clone(),
        label: kind.label_many.clone(),
        field: field.to_owned(),
        field_label: def.map_or_else(|| field.to_owned(), |def| def.label.clone()),
        count,
        view: view_of_all(pack, kind),
        first,
    }))
}

/// A view that shows every record of a kind, else the one in which they are opened.
fn view_of_all(pack: &Pack, kind: &Kind) -> Option<String> {
    let mut views = kind.views.values();
    let all = views.find(|view| view.def.filter.is_empty() && view.def.sections.is_empty());
    match all {
        Some(view) => Some(view.id.clone()),
        None => view_of(pack, &kind.name).map(ToOwned::to_owned),
    }
}
