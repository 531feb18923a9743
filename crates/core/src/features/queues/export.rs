//! What a view shows as a file: all its rows, in its columns, filter and order.
//!
//! The file is CSV and nothing else, so that every program reads it: the view, the instant and the
//! number of rows stand in its name, everything else (window, filter, order, source, hash) in a text
//! file beside it. Both are in clear, so they are written only where somebody asks for them, and the
//! audit chain says so before either has its name.

mod about;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use chrono::Utc;
use sha2::{Digest, Sha256};
use watchkeeper_model::audit::Event;
use watchkeeper_pack::Pack;

use self::about::About;
use super::csv;
use super::page::{Column, columns, row_view, sort, wish};
use super::queries::groups::OTHERS;
use super::queries::sections::{ON_THE_WAY, Section, Sections};
use super::view::{CellValue, ColumnKind, ExportView, OperationWord, RowView, ViewRequest};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::part::{self, Part, disk};
use crate::features::reading::{Reading, read};

/// Says to spreadsheets that it is UTF-8.
const MARK: &str = "\u{feff}";

/// Writes all rows that a view shows to a new file in this folder. Offset, limit and closed sections
/// of the request do not count.
///
/// # Errors
/// Nothing is left in the folder where it fails: the disk, a pack that has no such view, or data that
/// may not be written, so that the audit chain could not say it.
pub async fn export(
    engine: &Engine,
    request: ViewRequest,
    folder: PathBuf,
) -> Result<ExportView, Error> {
    if engine.stores().state.is_reading() {
        return Err(Error::new(Code::ReadOnly));
    }
    let who = Who {
        tenant: engine.pinned().tenant.name.clone(),
        platform: engine.pinned().platform.to_string(),
        operator: engine.pinned().operator.name.clone(),
    };
    let written = read(engine, move |reading| {
        let pack = reading.pack.clone().ok_or(Error::new(Code::NoPack))?;
        write(reading, &pack, &request, &folder, &who)
    })
    .await?;
    let event = Event::Exported {
        kind: written.kind.clone(),
        view: written.view.clone(),
        rows: written.rows,
        sha256: written.sha256.clone(),
    };
    engine.enter(event).await?;
    written.named()
}

/// Whose data it is, and who asks for it.
struct Who {
    tenant: String,
    platform: String,
    operator: String,
}

/// Both files as they were written, under names of their own until the audit chain says so. They go
/// where that does not happen.
struct Written {
    kind: String,
    view: String,
    rows: u32,
    sha256: String,
    table: Part,
    about: Part,
}

impl Written {
    fn named(self) -> Result<ExportView, Error> {
        self.about.name()?;
        if let Err(error) = self.table.name() {
            self.about.take_away();
            return Err(error);
        }
        Ok(ExportView {
            file: self.table.shown(),
            about: self.about.shown(),
            rows: self.rows,
            sha256: self.sha256.clone(),
        })
    }
}

/// A file that is hashed on its way.
struct Hashing {
    file: BufWriter<File>,
    hash: Sha256,
}

impl Hashing {
    fn put(&mut self, text: &str) -> Result<(), Error> {
        self.hash.update(text.as_bytes());
        self.file.write_all(text.as_bytes()).map_err(disk)
    }

    fn end(self) -> Result<String, Error> {
        let file = self
            .file
            .into_inner()
            .map_err(|error| disk(error.into_error()))?;
        file.sync_all().map_err(disk)?;
        Ok(hex::encode(self.hash.finalize()))
    }
}

fn begun(folder: &Path, name: &str) -> Result<(Part, Hashing), Error> {
    let (part, file) = Part::begin(folder, name)?;
    let file = Hashing {
        file: BufWriter::new(file),
        hash: Sha256::new(),
    };
    Ok((part, file))
}

fn write(
    reading: &Reading<'_>,
    pack: &Pack,
    request: &ViewRequest,
    folder: &Path,
    who: &Who,
) -> Result<Written, Error> {
    let asked = Sections::new(reading, pack, &request.view, wish(request))?;
    let (view, kind) = (asked.view, asked.kind);
    let sort = sort(kind, request.sort.as_deref(), &view.def.sort);
    let columns = columns(kind, &view.def.columns, &request.columns);
    let mut counted = Vec::new();
    let mut rows = 0_u32;
    for section in &asked.sections {
        let count = asked.count(reading, section)?.count;
        rows = rows.saturating_add(count);
        counted.push((section, count));
    }

    std::fs::create_dir_all(folder).map_err(disk)?;
    let stem = free_stem(folder, &view.id, reading, rows)?;
    let (table, mut file) = begun(folder, &format!("{stem}.csv"))?;
    file.put(MARK)?;
    file.put(&csv::line(&head(&columns)))?;
    for (section, count) in counted {
        asked.each(reading, (section, count), &sort, |row| {
            let row = row_view(reading, kind, &columns, section, row)?;
            file.put(&csv::line(&cells(&columns, section, &row)))
        })?;
    }
    let sha256 = file.end()?;

    let said = About {
        pack,
        asked: &asked,
        request,
        sort: &sort,
        who,
        rows,
        sha256: &sha256,
    };
    let lines = said.lines(reading)?;
    let (about, mut file) = begun(folder, &format!("{stem}.about.txt"))?;
    for (name, words) in lines {
        // A line is a line, whatever a record is called.
        let words = words.replace(['\r', '\n'], " ");
        file.put(&format!("{name}: {words}\n"))?;
    }
    file.end()?;
    Ok(Written {
        kind: kind.name.clone(),
        view: view.id.clone(),
        rows,
        sha256,
        table,
        about,
    })
}

/// Name without its end, `orders_2026-11-20T03-22-28Z_812-rows`, that nothing in the folder has.
fn free_stem(folder: &Path, view: &str, reading: &Reading<'_>, rows: u32) -> Result<String, Error> {
    let at = reading
        .now
        .at
        .with_timezone(&Utc)
        .format("%Y-%m-%dT%H-%M-%SZ");
    let stem = format!("{view}_{at}_{rows}-rows");
    part::free_stem(folder, &stem, "csv").ok_or(Error::with(
        Code::NotNow,
        "Too many exports of this second.",
    ))
}

fn head(columns: &[Column]) -> Vec<String> {
    let mut cells = vec!["Section".to_owned(), "Id".to_owned()];
    for column in columns {
        cells.extend(csv::heads(&column.view.label, kind_of(column)));
        cells.extend(column.beside_label.as_deref().map(csv::text));
    }
    cells.push("Our operation".to_owned());
    cells
}

fn cells(columns: &[Column], section: &Section, row: &RowView) -> Vec<String> {
    let mut all = vec![csv::text(&section_words(section)), csv::text(&row.id)];
    for (column, cell) in columns.iter().zip(&row.cells) {
        all.extend(csv::cells(&cell.value, kind_of(column)));
        if column.beside.is_some() {
            all.push(csv::text(cell.beside.as_deref().unwrap_or_default()));
        }
    }
    all.push(row.operation.map_or("", operation_words).to_owned());
    all
}

fn kind_of(column: &Column) -> ColumnKind {
    column.view.kind
}

fn section_words(section: &Section) -> String {
    if section.id == ON_THE_WAY {
        return "On the way".to_owned();
    }
    match &section.group {
        None if section.id == OTHERS => "All smaller groups".to_owned(),
        None => section.label.clone(),
        Some(CellValue::Empty) => "Not given".to_owned(),
        Some(CellValue::Text { text } | CellValue::Unknown { text }) => text.clone(),
        Some(CellValue::State { label, .. }) => label.clone(),
        Some(CellValue::Flag { on }) => on.to_string(),
        Some(_) => String::new(),
    }
}

fn operation_words(word: OperationWord) -> &'static str {
    match word {
        OperationWord::Queued => "queued",
        OperationWord::Sent => "sent",
        OperationWord::Confirmed => "confirmed",
        OperationWord::Refused => "refused",
        OperationWord::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_group_has_in_common_is_said_also_where_that_is_nothing() {
        let words = |id: &str, group| {
            section_words(&Section {
                id: id.to_owned(),
                label: String::new(),
                note: None,
                group,
                at_once: None,
                waits: false,
                minutes_each: 0.0,
                from: "",
                filter: String::new(),
                params: Vec::new(),
                number: None,
                counted: None,
                together: None,
            })
        };
        let text = CellValue::Text {
            text: "North".to_owned(),
        };
        assert_eq!(words("is:d1", Some(text)), "North");
        assert_eq!(words("nothing", Some(CellValue::Empty)), "Not given");
        assert_eq!(words(OTHERS, None), "All smaller groups");
        assert_eq!(words("all", None), "");
    }
}
