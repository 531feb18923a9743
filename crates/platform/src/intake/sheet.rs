//! Records out of a CSV file: looked at as a whole, then loaded as a whole.
//!
//! The first line names the fields; `id` names the record. A cell that is empty leaves its field
//! absent; a field that has no column stays as it is. Amounts are `12.34 EUR`, or have their currency
//! in a column `<field>_currency` or `currency`. A column `_version` has the record's place in the order of
//! the system that the file is of: a line that is older than what is there is left out and told.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use watchkeeper_pack::format::{FieldDef, FieldType};
use watchkeeper_pack::{Kind, is_engine_kind};
use watchkeeper_wire::ingest::{
    CsvAnswer, CsvChange, CsvError, CsvRecord, Incoming, MAX_CSV_BYTES, MAX_INGEST, MAX_VERSION,
    Outcome,
};
use watchkeeper_wire::problem::Code;

use super::{Beside, bounded, canonical, cell, csv, whole};
use crate::Platform;
use crate::problem::ApiError;
use crate::store::{Access, Committed, Latest, RecordRow, Seen, Write, record_region};

/// Column of the record's id.
const ID: &str = "id";
/// Column of its place in its system's order. No field is called so.
const VERSION: &str = "_version";
/// Fields that a kind has without declaring them.
const STATE: &str = "state";
const REGION: &str = "region";
/// Column of the currency of all amounts.
const CURRENCY: &str = "currency";
/// Records that a preview shows.
const FIRST: usize = 10;
/// Mistakes that an answer lists.
const LISTED: usize = 100;

/// A file, looked at.
pub struct Sheet {
    /// What it would do.
    pub answer: CsvAnswer,
    work: Work,
}

/// What there is to do for a file.
#[derive(Default)]
struct Work {
    /// Its records but those that are older, each with the revision that was seen.
    writes: Vec<Seen>,
    /// Is anything otherwise afterwards? So it is, too, where a system says anew what is there.
    moves: bool,
}

/// What a column is of.
enum Column<'k> {
    Id,
    Field(&'k str, &'k FieldDef),
    State,
    Region,
    /// Told of, or read with its line or its amount.
    Beside,
}

/// A line that reads.
struct Ready {
    line: u64,
    incoming: Incoming,
    before: Option<RecordRow>,
    /// Fields that have a column.
    told: BTreeSet<String>,
}

/// Looks at a file as a whole; nothing is changed.
///
/// # Errors
/// [`Code::TooLarge`], or [`Code::BodyInvalid`] where the kind is none of the pack's that a system may
/// bring.
pub async fn look(
    platform: &Platform,
    access: &Access,
    (kind, bytes): (&str, &[u8]),
) -> Result<Sheet, ApiError> {
    if bytes.len() > MAX_CSV_BYTES {
        let detail = format!("a file has at most {MAX_CSV_BYTES} bytes");
        return Err(ApiError::new(Code::TooLarge, detail));
    }
    let state = platform.store.tenant(&access.tenant).await?;
    let state = state.ok_or(Code::NotFound)?;
    let pack = platform.packs.active(&state).await?;
    let known = pack.as_ref().and_then(|pack| pack.kind(kind));
    let Some(kind) = known.filter(|_| !is_engine_kind(kind)) else {
        let detail = "no kind of this pack that a system may bring";
        return Err(ApiError::new(Code::BodyInvalid, detail));
    };
    let mut answer = CsvAnswer {
        kind: kind.name.clone(),
        ..CsvAnswer::default()
    };
    let mut ready = Vec::new();
    // One line more is the head.
    match csv::read(bytes, MAX_INGEST + 1) {
        Ok(lines) => match lines.split_first() {
            Some((head, lines)) => {
                if let Some(columns) = columns(kind, head, &mut answer) {
                    let names = (head.cells.as_slice(), columns.as_slice());
                    ready = records(platform, access, kind, names, lines, &mut answer).await?;
                }
            }
            None => wrong(&mut answer, 1, None, "the file is empty"),
        },
        Err(fault) => wrong(&mut answer, fault.at, None, fault.problem),
    }
    let mut token = Sha256::new();
    // Under another pack the same file may be something else.
    let under = state.pack.as_ref().map_or("", |pack| pack.hash.as_str());
    for part in [under.as_bytes(), kind.name.as_bytes(), bytes] {
        token.update((part.len() as u64).to_be_bytes());
        token.update(part);
    }
    let names = (access.tenant.as_str(), kind);
    let work = compare(platform, names, &ready, &mut token, &mut answer).await?;
    answer.token = hex::encode(token.finalize());
    Ok(Sheet { answer, work })
}

/// Loads a file that was looked at, all of it or nothing.
///
/// # Errors
/// [`Code::BodyInvalid`] where something is wrong with it; [`Code::IngestMoved`] where `previewed` names
/// another file, or the same over other records than those of now.
pub async fn load(
    platform: &Platform,
    access: &Access,
    sheet: Sheet,
    previewed: Option<&str>,
) -> Result<CsvAnswer, ApiError> {
    let Sheet { mut answer, work } = sheet;
    if let Some(first) = answer.errors.first() {
        let detail = format!(
            "nothing was loaded; {} things are wrong, the first in line {}: {}",
            answer.error_count, first.line, first.problem
        );
        return Err(ApiError::new(Code::BodyInvalid, detail));
    }
    answer.loaded = true;
    if !work.moves {
        return Ok(answer);
    }
    if previewed != Some(answer.token.as_str()) {
        let detail = "nothing was loaded; look at its preview and load it with the token of that";
        return Err(ApiError::new(Code::IngestMoved, detail));
    }
    let now = platform.clock.now();
    let store = &platform.store;
    let written = store.write_unless_moved(&access.tenant, now, &work.writes);
    let Committed::Done(touched) = written.await? else {
        let detail = "nothing was loaded; its records changed meanwhile";
        return Err(ApiError::new(Code::IngestMoved, detail));
    };
    platform.hints.changed(&access.tenant, &touched);
    answer.head = Some(touched.head);
    Ok(answer)
}

fn wrong(answer: &mut CsvAnswer, line: u64, column: Option<&str>, problem: impl Into<String>) {
    answer.error_count += 1;
    if answer.errors.len() < LISTED {
        answer.errors.push(CsvError {
            line,
            column: column.map(ToOwned::to_owned),
            problem: problem.into(),
        });
    }
}

/// What each column is of; none where the head is of no use.
fn columns<'k>(
    kind: &'k Kind,
    head: &csv::Line,
    answer: &mut CsvAnswer,
) -> Option<Vec<Column<'k>>> {
    let before = answer.error_count;
    let mut seen = BTreeSet::new();
    let mut columns = Vec::new();
    for name in &head.cells {
        let name = name.trim();
        if !name.is_empty() && !seen.insert(name) {
            wrong(answer, head.at, Some(name), "two columns have this name");
        }
        columns.push(match kind.fields.get_key_value(name) {
            _ if name == ID => Column::Id,
            _ if name == VERSION => Column::Beside,
            Some((name, def)) => Column::Field(name, def),
            None if name == STATE && !kind.states.is_empty() => Column::State,
            None if name == REGION => Column::Region,
            None => {
                if !is_currency(kind, name) {
                    answer.ignored.push(name.to_owned());
                }
                Column::Beside
            }
        });
    }
    if !seen.contains(ID) {
        let problem = match head.cells.as_slice() {
            [one] if one.contains(';') => "no column `id`; cells are parted by commas",
            _ => "no column `id`",
        };
        wrong(answer, head.at, None, problem);
    }
    (answer.error_count == before).then_some(columns)
}

/// Has this column the currency of an amount?
fn is_currency(kind: &Kind, name: &str) -> bool {
    let is_money = |field: &str| {
        let def = kind.fields.get(field);
        def.is_some_and(|def| def.type_ == FieldType::Money)
    };
    name == CURRENCY && kind.fields.keys().any(|field| is_money(field))
        || name.strip_suffix("_currency").is_some_and(is_money)
}

/// The lines as records over what is there; what is wrong with the others goes into the answer.
async fn records(
    platform: &Platform,
    access: &Access,
    kind: &Kind,
    (head, columns): (&[String], &[Column<'_>]),
    lines: &[csv::Line],
    answer: &mut CsvAnswer,
) -> Result<Vec<Ready>, ApiError> {
    let mut ready = Vec::new();
    let mut met: BTreeMap<String, u64> = BTreeMap::new();
    for line in lines {
        if line.cells.len() != columns.len() {
            let problem = format!("{} cells under {} names", line.cells.len(), columns.len());
            wrong(answer, line.at, None, problem);
            continue;
        }
        let cells = Cells { head, line };
        let (id, said) = one(kind, columns, &cells, answer);
        let version = version(&cells, answer);
        let Some(id) = id else {
            wrong(answer, line.at, Some(ID), "is missing");
            continue;
        };
        if let Some(first) = met.get(&id) {
            let problem = format!("line {first} is of the same record");
            wrong(answer, line.at, Some(ID), problem);
            continue;
        }
        met.insert(id.clone(), line.at);
        let Some(said) = said else { continue };
        let store = &platform.store;
        let before = store.record(&access.tenant, &kind.name, &id).await?;
        let told = said.keys().cloned().collect();
        let mut body = before
            .as_ref()
            .map_or_else(Map::new, |row| row.body.clone());
        for (field, value) in said {
            match value {
                Value::Null => drop(body.remove(&field)),
                value => drop(body.insert(field, value)),
            }
        }
        if !is_complete(kind, &body, line.at, answer) {
            continue;
        }
        let was = before.as_ref().and_then(|row| row.region.clone());
        let becomes = record_region(&body);
        if !access.sees(was.as_deref()) || !access.sees(becomes.as_deref()) {
            wrong(
                answer,
                line.at,
                None,
                "it belongs to a region that is not yours",
            );
            continue;
        }
        ready.push(Ready {
            line: line.at,
            incoming: Incoming {
                kind: kind.name.clone(),
                id,
                body,
                version,
            },
            before,
            told,
        });
    }
    Ok(ready)
}

/// A line, and the names above its cells.
struct Cells<'a> {
    head: &'a [String],
    line: &'a csv::Line,
}

impl Cells<'_> {
    /// The cell under a name, where it is not empty.
    fn under(&self, name: &str) -> Option<&str> {
        let at = self.head.iter().position(|head| head.trim() == name)?;
        let cell = self.line.cells.get(at)?.trim();
        (!cell.is_empty()).then_some(cell)
    }
}

/// The id of a line, and its fields, null where a cell is empty; none where a cell does not read.
fn one(
    kind: &Kind,
    columns: &[Column<'_>],
    cells: &Cells<'_>,
    answer: &mut CsvAnswer,
) -> (Option<String>, Option<Map<String, Value>>) {
    let (mut id, mut said) = (None, Map::new());
    let before = answer.error_count;
    for (column, cell) in columns.iter().zip(&cells.line.cells) {
        let empty = cell.trim().is_empty();
        match column {
            Column::Beside => {}
            Column::Id => id = (!empty).then(|| cell.trim().to_owned()),
            Column::State | Column::Region if empty => {
                said.insert(name_of(column).to_owned(), Value::Null);
            }
            Column::Region => {
                said.insert(REGION.to_owned(), cell.trim().into());
            }
            Column::State => match kind.states.iter().find(|state| state.id == cell.trim()) {
                Some(state) => drop(said.insert(STATE.to_owned(), state.id.as_str().into())),
                None => {
                    let all: Vec<&str> = kind.states.iter().map(|s| s.id.as_str()).collect();
                    let problem = format!("expected one of {}", all.join(", "));
                    wrong(answer, cells.line.at, Some(STATE), problem);
                }
            },
            Column::Field(name, _) if empty => drop(said.insert((*name).to_owned(), Value::Null)),
            Column::Field(name, def) => {
                let own = cells.under(&format!("{name}_{CURRENCY}"));
                let of_all = || match kind.fields.contains_key(CURRENCY) {
                    true => None,
                    false => cells.under(CURRENCY),
                };
                match cell::read(name, def, cell, own.or_else(of_all)) {
                    Ok(value) => drop(said.insert((*name).to_owned(), value)),
                    Err(problem) => wrong(answer, cells.line.at, Some(*name), problem),
                }
            }
        }
    }
    (id, (answer.error_count == before).then_some(said))
}

/// The place of a line in its system's order; what is no such place goes into the answer.
fn version(cells: &Cells<'_>, answer: &mut CsvAnswer) -> Option<u64> {
    let cell = cells.under(VERSION)?;
    let version = cell.parse::<u64>().ok();
    let version = version.filter(|place| *place <= MAX_VERSION);
    if version.is_none() {
        let problem = format!("expected a whole number from 0 to {MAX_VERSION}");
        wrong(answer, cells.line.at, Some(VERSION), problem);
    }
    version
}

fn name_of(column: &Column<'_>) -> &'static str {
    match column {
        Column::Region => REGION,
        _ => STATE,
    }
}

/// Has the record all that its kind asks for? What it has not goes into the answer.
fn is_complete(kind: &Kind, body: &Map<String, Value>, line: u64, answer: &mut CsvAnswer) -> bool {
    let before = answer.error_count;
    let fields = kind.fields.iter().filter(|(_, def)| !def.optional);
    let names = fields.map(|(name, _)| name.as_str());
    let state = (!kind.states.is_empty() && !kind.fields.contains_key(STATE)).then_some(STATE);
    for name in names.chain(state) {
        if body.get(name).is_none_or(Value::is_null) {
            wrong(answer, line, Some(name), "is missing");
        }
    }
    answer.error_count == before
}

/// Each record whole, against the one that is there; what it was held against goes into the token.
async fn compare(
    platform: &Platform,
    (tenant, kind): (&str, &Kind),
    ready: &[Ready],
    token: &mut Sha256,
    answer: &mut CsvAnswer,
) -> Result<Work, ApiError> {
    let beside = Beside::of(ready.iter().map(|one| &one.incoming));
    let mut work = Work::default();
    for one in ready {
        let read = bounded(&one.incoming).and_then(|()| canonical(kind, &one.incoming));
        let body = match read {
            Ok(body) => body,
            Err(problem) => {
                wrong(answer, one.line, None, problem);
                continue;
            }
        };
        let id = &one.incoming.id;
        let put = whole(platform, tenant, kind, id, body, &beside).await?;
        let mut body = put.body.clone();
        let version = one.incoming.version;
        let write = Write {
            kind: kind.name.clone(),
            id: id.clone(),
            put: Some(put),
            version,
        };
        let known = match version {
            Some(_) => {
                platform
                    .store
                    .source_version(tenant, &kind.name, id)
                    .await?
            }
            None => None,
        };
        let before = one.before.as_ref();
        let revision = before.map(|row| row.revision);
        for held_against in [revision, known.map(|place| place + 1)] {
            token.update(held_against.unwrap_or(0).to_be_bytes());
        }
        let contents = before.and_then(RecordRow::contents);
        let becomes = match Latest::new(contents, known).take(&write) {
            Outcome::Older => CsvChange::Older,
            Outcome::Same => CsvChange::Same,
            Outcome::New => CsvChange::New,
            _ => CsvChange::Changed,
        };
        count(answer, one.line, becomes);
        if answer.first.len() < FIRST {
            // What the file brought, and nothing else of a record that its system may not see.
            body.retain(|name, _| one.told.contains(name));
            answer.first.push(CsvRecord {
                line: one.line,
                id: id.clone(),
                becomes,
                body,
            });
        }
        if becomes == CsvChange::Older {
            continue;
        }
        work.moves |= becomes != CsvChange::Same || version > known;
        work.writes.push(Seen { write, revision });
    }
    Ok(work)
}

fn count(answer: &mut CsvAnswer, line: u64, becomes: CsvChange) {
    match becomes {
        CsvChange::New => answer.new += 1,
        CsvChange::Changed => answer.changed += 1,
        CsvChange::Same => answer.same += 1,
        CsvChange::Older => {
            answer.older += 1;
            if answer.older_lines.len() < LISTED {
                answer.older_lines.push(line);
            }
        }
    }
}
