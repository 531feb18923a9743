//! Lookups with our operations over the mirror, and without.

use std::collections::BTreeMap;

use rusqlite::types::Value as Sql;
use watchkeeper_pack::Kind;
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::filter::column;
use watchkeeper_pack::format::Answer;
use watchkeeper_pack::pack::Lookup;

use crate::error::Error;
use crate::features::reading::{Reading, params};
use crate::outbox::stopped;
use crate::sync::text::literal;

/// The records that count otherwise in a lookup with our operations over them than without.
pub(crate) fn differing(
    reading: &Reading<'_>,
    lookup: &Lookup,
    asked: &Kind,
    scope: &Scope<'_>,
) -> Result<Vec<String>, Error> {
    let Ok(filter) = lookup.filter.sql(asked, scope) else {
        return Ok(Vec::new());
    };
    let field = lookup.def.field.as_deref();
    let counts = match lookup.def.answer {
        Answer::Count => None,
        Answer::Sum | Answer::Min | Answer::Max => field.and_then(|name| column(asked, name)),
        // It goes by what is sorted by, too.
        Answer::First | Answer::List => Some("body || computed".to_owned()),
    };
    let counts = counts.unwrap_or_else(|| "1".to_owned());
    // Draws what is asked for.
    reading.now_table(&asked.name)?;
    let kind = literal(&asked.name);
    let of = |from: &str| -> Result<BTreeMap<String, Sql>, Error> {
        let sql = format!("SELECT id, {counts} FROM {from} AND {}", filter.text);
        let mut statement = reading.cache.prepare_cached(&sql)?;
        let rows =
            statement.query_map(params(&filter.params), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    let with = of(&format!("temp.drawn WHERE kind = {kind}"))?;
    let without = of(&format!(
        "main.record WHERE kind = {kind}
             AND id IN (SELECT d.id FROM temp.drawn d WHERE d.kind = {kind})"
    ))?;
    let mut ids: Vec<String> = with.keys().chain(without.keys()).cloned().collect();
    ids.sort();
    ids.dedup();
    ids.retain(|id| with.get(id) != without.get(id));
    Ok(ids)
}

/// How many records of a kind are drawn otherwise than the platform last said, by operations of ours that
/// are not confirmed and that nothing held stops.
pub(crate) fn unconfirmed(reading: &Reading<'_>, kind: &str) -> Result<u32, Error> {
    let sql = concat!(
        "SELECT count(DISTINCT drawn.id)
         FROM overlay drawn JOIN operation o ON o.id = drawn.operation
         WHERE drawn.kind = ?1
           AND o.status IN ('waiting', 'in_flight', 'accepted', 'unknown')
           AND json_extract(drawn.seen, '$.body') IS NOT json_extract(drawn.applied, '$.body')
           AND NOT (",
        stopped!(),
        ")"
    );
    let mut statement = reading.state.prepare_cached(sql)?;
    let count = statement.query_row([kind], |row| row.get(0))?;
    Ok(count)
}
