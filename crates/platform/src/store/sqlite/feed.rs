//! Pages of the feed.
//!
//! The change log says *that* something changed, a page carries the state of now. A change that a
//! later one has overtaken is left out, except where the record left the reader's scope in it:
//! that removal is said, whatever came after.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use watchkeeper_pack::Sight;
use watchkeeper_wire::feed::Line;
use watchkeeper_wire::operation::Verdict;

use super::tenants;
use super::values::{from_json, instant, signed, to_json, unsigned};
use crate::store::{Names, PageAsked, PageRead, Place, Result, StoreError, Touched, sees};

/// An upsert line whose body goes out as it is stored.
#[derive(Serialize)]
struct RawUpsert<'a> {
    #[serde(rename = "type")]
    type_: &'static str,
    seq: u64,
    record: RawRecord<'a>,
}

#[derive(Serialize)]
struct RawRecord<'a> {
    kind: &'a str,
    id: &'a str,
    revision: u64,
    updated_at: chrono::DateTime<chrono::Utc>,
    body: &'a RawValue,
}

struct Page<'a> {
    asked: &'a PageAsked,
    lines: Vec<String>,
    bytes: usize,
}

impl Page<'_> {
    /// False when the line does not fit; the first one always does.
    fn push(&mut self, line: String) -> bool {
        if !self.lines.is_empty()
            && (self.lines.len() >= self.asked.limit || self.bytes + line.len() > self.asked.bytes)
        {
            return false;
        }
        self.bytes += line.len() + 1;
        self.lines.push(line);
        true
    }

    fn full(&self) -> bool {
        self.lines.len() >= self.asked.limit || self.bytes >= self.asked.bytes
    }
}

pub fn page(tx: &Transaction<'_>, asked: &PageAsked) -> Result<PageRead> {
    let state = tenants::state(tx, &asked.tenant)?.ok_or(StoreError::NoTenant)?;
    let mut place = match asked.from {
        Place::Start => Place::Snapshot {
            head: state.head,
            at: 0,
        },
        other => other,
    };
    let base = match place {
        Place::Snapshot { head, .. } => head,
        Place::CatchUp { at } | Place::Delta { at } => at,
        Place::Start => 0,
    };
    if base > state.head || base < state.floor {
        return Ok(PageRead::Gone);
    }
    let snapshot = !matches!(place, Place::Delta { .. });
    let mut page = Page {
        asked,
        lines: Vec::new(),
        bytes: 0,
    };
    if let Place::Snapshot { head, at } = place {
        place = match records_between(tx, &mut page, at, head)? {
            Some(at) => Place::Snapshot { head, at },
            None => Place::CatchUp { at: head },
        };
    }
    let mut drained = false;
    if let Place::CatchUp { at } | Place::Delta { at } = place {
        let stopped = changes_after(tx, &mut page, at)?;
        drained = stopped.is_none();
        let at = stopped.unwrap_or(state.head);
        place = if snapshot && !drained {
            Place::CatchUp { at }
        } else {
            Place::Delta { at }
        };
    }
    Ok(PageRead::Lines {
        lines: page.lines,
        next: place,
        more: !drained,
        snapshot,
        snapshot_complete: snapshot && drained,
    })
}

/// Records whose last change lies after `at` and up to `head`. Answers where the page became
/// full, none when all are in.
fn records_between(
    tx: &Transaction<'_>,
    page: &mut Page<'_>,
    at: u64,
    head: u64,
) -> Result<Option<u64>> {
    let mut statement = tx.prepare_cached(
        "SELECT kind, id, revision, seq, updated_at, region, body FROM record
         WHERE tenant = ? AND seq > ? AND seq <= ? ORDER BY seq",
    )?;
    let mut rows = statement.query(params![page.asked.tenant, signed(at), signed(head)])?;
    let mut last = at;
    while let Some(row) = rows.next()? {
        let region: Option<String> = row.get(5)?;
        let seq = unsigned(row.get(3)?);
        let (kind, id): (String, String) = (row.get(0)?, row.get(1)?);
        if sees(&page.asked.regions, region.as_deref())
            && let Some(body) = shown(&page.asked.sight, &kind, || row.get(6))?
        {
            let line = upsert(seq, &kind, &id, row.get(2)?, row.get(4)?, &body)?;
            if page.full() || !page.push(line) {
                return Ok(Some(last));
            }
        }
        last = seq;
    }
    Ok(None)
}

/// Lines for the changes after `at`, likewise.
fn changes_after(tx: &Transaction<'_>, page: &mut Page<'_>, at: u64) -> Result<Option<u64>> {
    let mut statement = tx.prepare_cached(
        "SELECT c.seq, c.what, c.kind, c.id, c.operation, c.existed, c.region_before,
                c.region_after, r.seq, r.revision, r.updated_at, r.body, c.only_before, c.only_after,
                c.known_before
         FROM change c
         LEFT JOIN record r
           ON c.what = 'record' AND r.tenant = c.tenant AND r.kind = c.kind AND r.id = c.id
         WHERE c.tenant = ? AND c.seq > ? ORDER BY c.seq",
    )?;
    let mut rows = statement.query(params![page.asked.tenant, signed(at)])?;
    let mut last = at;
    while let Some(row) = rows.next()? {
        let seq = unsigned(row.get(0)?);
        let what: String = row.get(1)?;
        let (kind, id): (String, String) = (row.get(2)?, row.get(3)?);
        let line = if what == "verdict" {
            let operation: String = row.get(4)?;
            verdict_line(tx, page.asked, seq, &operation)?
        } else {
            let existed: bool = row.get(5)?;
            let (before, after): (Option<String>, Option<String>) = (row.get(6)?, row.get(7)?);
            let (only_before, only_after): (Option<String>, Option<String>) =
                (row.get(12)?, row.get(13)?);
            let in_sight = page.asked.sight.sees_kind(&kind);
            let sees = |region: Option<&str>, only: Option<&str>| {
                in_sight && sees(&page.asked.regions, region) && is_for(only, &page.asked.operator)
            };
            let saw = existed
                && sees(before.as_deref(), only_before.as_deref())
                && was_known(&page.asked.sight, &kind, row.get(14)?)?;
            let may_see = what == "record" && sees(after.as_deref(), only_after.as_deref());
            let newest = row.get::<_, Option<i64>>(8)?.map(unsigned) == Some(seq);
            if may_see && newest {
                match shown(&page.asked.sight, &kind, || row.get(11))? {
                    Some(body) => Some(upsert(seq, &kind, &id, row.get(9)?, row.get(10)?, &body)?),
                    None if saw && page.asked.sight.is_lost_by_change(&kind) => {
                        Some(to_json(&Line::Remove { seq, kind, id })?)
                    }
                    None => None,
                }
            } else if saw && !may_see {
                Some(to_json(&Line::Remove { seq, kind, id })?)
            } else {
                None
            }
        };
        if let Some(line) = line
            && (page.full() || !page.push(line))
        {
            return Ok(Some(last));
        }
        last = seq;
    }
    Ok(None)
}

/// Was the record one that this reader sees, by what decided on it before the change?
fn was_known(sight: &Sight, kind: &str, known: Option<String>) -> Result<bool> {
    Ok(match known {
        Some(known) => sight.sees_record(kind, &from_json(&known)?),
        None => true,
    })
}

/// May this operator see what is one operator's alone, or everybody's?
pub(super) fn is_for(only: Option<&str>, operator: &str) -> bool {
    only.is_none_or(|only| only == operator)
}

/// The newest verdict of an operation of the reader's own.
fn verdict_line(
    tx: &Transaction<'_>,
    asked: &PageAsked,
    seq: u64,
    operation: &str,
) -> Result<Option<String>> {
    let verdict: Option<String> = tx
        .prepare_cached(
            "SELECT verdict FROM operation
             WHERE tenant = ? AND id = ? AND seq = ? AND author = ?",
        )?
        .query_row(
            params![asked.tenant, operation, signed(seq), asked.operator],
            |r| r.get(0),
        )
        .optional()?;
    let Some(verdict) = verdict else {
        return Ok(None);
    };
    let verdict: Verdict = from_json(&verdict)?;
    Ok(Some(to_json(&Line::Verdict { seq, verdict })?))
}

/// The body of a record as this reader sees it; none where they do not see the record. Most bodies go
/// out as they are stored.
fn shown(
    sight: &Sight,
    kind: &str,
    body: impl FnOnce() -> rusqlite::Result<String>,
) -> Result<Option<String>> {
    if !sight.sees_kind(kind) {
        return Ok(None);
    }
    let body = body()?;
    if !sight.looks_into(kind) {
        return Ok(Some(body));
    }
    let mut fields: Map<String, Value> = from_json(&body)?;
    if !sight.sees_record(kind, &fields) {
        return Ok(None);
    }
    Ok(Some(match sight.strip(kind, &mut fields) {
        true => to_json(&fields)?,
        false => body,
    }))
}

fn upsert(
    seq: u64,
    kind: &str,
    id: &str,
    revision: i64,
    updated_at: i64,
    body: &str,
) -> Result<String> {
    let body: &RawValue = serde_json::from_str(body)?;
    to_json(&RawUpsert {
        type_: "upsert",
        seq,
        record: RawRecord {
            kind,
            id,
            revision: unsigned(revision),
            updated_at: instant(updated_at)?,
            body,
        },
    })
}

pub fn changed_since(
    tx: &Transaction<'_>,
    tenant: &str,
    seq: u64,
    (operator, regions): (&str, &[String]),
) -> Result<Touched> {
    let mut statement = tx.prepare_cached(
        "SELECT DISTINCT c.what, c.kind, c.existed, c.region_before, c.region_after, o.author,
                c.only_before, c.only_after
         FROM change c
         LEFT JOIN operation o
           ON c.what = 'verdict' AND o.tenant = c.tenant AND o.id = c.operation
         WHERE c.tenant = ? AND c.seq > ?",
    )?;
    let mut rows = statement.query(params![tenant, signed(seq)])?;
    let mut kinds = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let (what, existed): (String, bool) = (row.get(0)?, row.get(2)?);
        let (before, after): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
        let visible = match what.as_str() {
            "verdict" => row.get::<_, Option<String>>(5)?.as_deref() == Some(operator),
            what => {
                let (only_before, only_after): (Option<String>, Option<String>) =
                    (row.get(6)?, row.get(7)?);
                let sees = |region: Option<&str>, only: Option<&str>| {
                    sees(regions, region) && is_for(only, operator)
                };
                (existed && sees(before.as_deref(), only_before.as_deref()))
                    || (what == "record" && sees(after.as_deref(), only_after.as_deref()))
            }
        };
        if visible {
            kinds.insert(row.get(1)?);
        }
    }
    tenants::touched(tx, tenant, kinds)
}

pub fn changed_records(tx: &Transaction<'_>, tenant: &str, seq: u64) -> Result<Option<Names>> {
    let floor = tenants::state(tx, tenant)?.map_or(0, |state| state.floor);
    if seq < floor {
        return Ok(None);
    }
    let mut names = Names::new();
    let mut statement = tx.prepare_cached(
        "SELECT kind, id FROM change WHERE tenant = ? AND seq > ? AND what <> 'verdict'",
    )?;
    let mut rows = statement.query(params![tenant, signed(seq)])?;
    while let Some(row) = rows.next()? {
        names.entry(row.get(0)?).or_default().insert(row.get(1)?);
    }
    Ok(Some(names))
}

pub fn compact_all(tx: &Transaction<'_>, keep: u64) -> Result<()> {
    tx.execute(
        "UPDATE tenant SET floor = MAX(floor, head - ?)",
        params![signed(keep)],
    )?;
    tx.execute(
        "DELETE FROM change
         WHERE seq <= (SELECT floor FROM tenant WHERE tenant.id = change.tenant)",
        [],
    )?;
    Ok(())
}
