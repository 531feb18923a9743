//! A page of a view.

use watchkeeper_pack::format::ColumnDef;
use watchkeeper_pack::{Kind, Pack, filter};

use super::cells::{Shown, column_kind, label};
use super::operation::word_of;
use super::sections::{Counted, ON_THE_WAY, Section, Sections};
use super::view::{
    ActionKey, BulkView, Cell, CellValue, ColumnView, MoneyView, RowView, SectionView, ViewPage,
    ViewRequest,
};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::reading::{Reading, Row, read};

/// The most rows of one page.
const MOST: u32 = 500;

/// A page of a view.
pub async fn page(engine: &Engine, request: ViewRequest) -> Result<ViewPage, Error> {
    read(engine, move |reading| {
        let pack = reading.pack.clone().ok_or(Error::new(Code::NoPack))?;
        answer(reading, &pack, &request)
    })
    .await
}

fn answer(reading: &Reading<'_>, pack: &Pack, request: &ViewRequest) -> Result<ViewPage, Error> {
    let asked = Sections::new(reading, pack, &request.view, &request.search)?;
    let (view, kind) = (asked.view, asked.kind);
    let sort = sort(kind, request.sort.as_deref(), &view.def.sort);
    let columns = columns(kind, &view.def.columns);
    let limit = request.limit.min(MOST);
    let mut page = ViewPage {
        view: view.id.clone(),
        label: view.def.label.clone(),
        row: view.def.row.clone(),
        sort_label: sort_label(kind, &sort, &view.def.sort, &view.def.sort_label),
        sort: sort.first().cloned().unwrap_or_default(),
        target: view.def.queue.as_ref().map(|queue| queue.target),
        columns: columns.iter().map(|column| column.view.clone()).collect(),
        sections: Vec::new(),
        rows: Vec::new(),
        total: 0,
        open: 0,
        sum: None,
        as_of: reading.as_of(),
        keys: keys(kind),
        bulk: bulk(kind),
    };
    for section in &asked.sections {
        let counted = asked.count(reading, section)?;
        let (first, count) = (page.total, counted.count);
        if section.waits && count > 0 {
            page.sum = match (page.open, page.sum.take()) {
                (0, _) => counted.sum.clone(),
                (_, sum) => added(sum, counted.sum.as_ref()),
            };
            page.open = page.open.saturating_add(count);
        }
        if count == 0 {
            continue;
        }
        page.total = page.total.saturating_add(count);
        page.sections.push(section_view(section, first, counted));
        let wanted = limit.saturating_sub(u32::try_from(page.rows.len()).unwrap_or(limit));
        let skip = request.offset.saturating_sub(first);
        if wanted == 0 || skip >= count {
            continue;
        }
        for row in asked.rows_along(reading, (section, count), &sort, (skip, wanted))? {
            page.rows
                .push(row_view(reading, kind, &columns, section, &row)?);
        }
    }
    Ok(page)
}

/// Both together, where they are of one currency.
fn added(one: Option<MoneyView>, other: Option<&MoneyView>) -> Option<MoneyView> {
    match (one, other) {
        (Some(one), Some(other)) if one.currency == other.currency => Some(MoneyView {
            minor: one.minor + other.minor,
            ..one
        }),
        _ => None,
    }
}

/// What was asked for where it is indexed, else the view's own.
fn sort(kind: &Kind, asked: Option<&str>, own: &[String]) -> Vec<String> {
    match asked {
        Some(asked) if filter::is_indexed(kind, asked.strip_prefix('-').unwrap_or(asked)) => {
            vec![asked.to_owned()]
        }
        _ => own.to_vec(),
    }
}

fn sort_label(kind: &Kind, sort: &[String], own: &[String], own_label: &str) -> String {
    match sort.first() {
        Some(first) if sort != own => label(kind, first.strip_prefix('-').unwrap_or(first)),
        _ => own_label.to_owned(),
    }
}

/// A column with the field that stands quieter beside it.
struct Column {
    view: ColumnView,
    beside: Option<String>,
}

fn columns(kind: &Kind, defs: &[ColumnDef]) -> Vec<Column> {
    defs.iter()
        .map(|def| {
            let (field, beside) = match def {
                ColumnDef::Plain(field) => (field, None),
                ColumnDef::With { field, with } => (field, Some(with.clone())),
            };
            Column {
                view: ColumnView {
                    field: field.clone(),
                    label: label(kind, field),
                    kind: column_kind(kind, field),
                    sortable: filter::is_indexed(kind, field),
                },
                beside,
            }
        })
        .collect()
}

fn section_view(section: &Section, first: u32, counted: Counted) -> SectionView {
    SectionView {
        id: section.id.clone(),
        label: section.label.clone(),
        note: section.note.clone(),
        count: counted.count,
        first,
        sum: counted.sum,
        at_once: section.at_once.clone(),
    }
}

fn row_view(
    reading: &Reading<'_>,
    kind: &Kind,
    columns: &[Column],
    section: &Section,
    row: &Row,
) -> Result<RowView, Error> {
    let shown = Shown::new(reading, kind, row);
    let cells = columns
        .iter()
        .map(|column| {
            let beside = match &column.beside {
                Some(field) => quiet(shown.value(reading, field)?),
                None => None,
            };
            let value = shown.value(reading, &column.view.field)?;
            Ok(Cell { value, beside })
        })
        .collect::<Result<_, Error>>()?;
    Ok(RowView {
        kind: row.kind.clone(),
        id: row.id.clone(),
        title: row.title.clone(),
        revision: row.revision,
        section: section.id.clone(),
        cells,
        operation: word_of(reading, row, section.id == ON_THE_WAY)?,
    })
}

/// A quieter value is words or nothing.
fn quiet(value: CellValue) -> Option<String> {
    match value {
        CellValue::Text { text } | CellValue::Unknown { text } => Some(text),
        CellValue::State { label, .. } => Some(label),
        CellValue::Number { number } => Some(number.to_string()),
        _ => None,
    }
}

fn keys(kind: &Kind) -> Vec<ActionKey> {
    kind.actions
        .values()
        .filter_map(|action| {
            Some(ActionKey {
                action: action.name.clone(),
                label: action.def.label.clone(),
                key: action.def.key.clone()?,
            })
        })
        .collect()
}

fn bulk(kind: &Kind) -> Vec<BulkView> {
    kind.actions
        .values()
        .filter_map(|action| {
            let bulk = action.def.bulk.as_ref()?;
            Some(BulkView {
                action: action.name.clone(),
                label: action.def.label.clone(),
                row: bulk.row.clone(),
                cap: bulk.cap,
            })
        })
        .collect()
}
