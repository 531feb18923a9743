//! Records that refer to a record, by kind and field.

use watchkeeper_pack::{Kind, Pack, filter, indexes};

use super::sections::MIRROR;
use super::view::{OptionView, RelatedView};
use crate::error::Error;
use crate::features::reading::{Reading, Row, view_of};
use crate::store::has_index;
use crate::sync::text::{identifier, literal, references};

/// How many are named.
const NAMED: u32 = 5;

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
    let Some(column) = filter::column(kind, field) else {
        return Ok(None);
    };
    let table = reading.shown_table(&kind.name)?;
    let index = indexes::of_field(kind, field);
    let along = match table == MIRROR && has_index(reading.cache, &index)? {
        true => format!(" INDEXED BY {}", identifier(&index)),
        false => String::new(),
    };
    let from = format!(
        "FROM {table}{along} WHERE kind = {} AND {column} = ?1",
        literal(&kind.name)
    );
    let count: u32 = reading
        .cache
        .prepare_cached(&format!("SELECT count(*) {from}"))?
        .query_row([id], |row| row.get(0))?;
    if count == 0 {
        return Ok(None);
    }
    let mut statement = reading.cache.prepare_cached(&format!(
        "SELECT id, title {from} ORDER BY id LIMIT {NAMED}"
    ))?;
    let first = statement.query_map([id], |row| {
        Ok(OptionView {
            value: row.get(0)?,
            label: row.get(1)?,
        })
    })?;
    let first = first.collect::<Result<_, _>>()?;
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
