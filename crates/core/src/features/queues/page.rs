//! A page of a view.

use watchkeeper_pack::format::ColumnDef;
use watchkeeper_pack::{Kind, Pack, filter};

use super::cells::{Shown, column_kind, is_known, label};
use super::offer;
use super::operation::word_of;
use super::queries::narrow::Wish;
use super::queries::sections::{Counted, ON_THE_WAY, Section, Sections};
use super::view::{
    ActionKey, BulkView, Cell, CellValue, ColumnView, RowView, SectionView, ViewPage, ViewRequest,
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

/// What is asked of the view beside its own question. Sums are not.
pub(super) fn wish(request: &ViewRequest) -> Wish<'_> {
    Wish {
        search: &request.search,
        chips: &request.chips,
        group: request.group.as_deref(),
        sums: false,
    }
}

fn answer(reading: &Reading<'_>, pack: &Pack, request: &ViewRequest) -> Result<ViewPage, Error> {
    let wish = Wish {
        sums: request.offset == 0,
        ..wish(request)
    };
    let asked = Sections::new(reading, pack, &request.view, wish)?;
    let (view, kind) = (asked.view, asked.kind);
    let sort = sort(kind, request.sort.as_deref(), &view.def.sort);
    let columns = columns(kind, &view.def.columns, &request.columns);
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
        listed: 0,
        open: 0,
        sums: Vec::new(),
        as_of: reading.as_of(),
        keys: keys(kind),
        bulk: bulk(kind),
        filters: offer::filters(pack, &reading.rights, kind),
        chips: request
            .chips
            .iter()
            .map(|chip| offer::chip_view(reading, kind, chip))
            .collect::<Result<_, _>>()?,
        groups: offer::groups(kind),
        group: asked.group.clone(),
        offered: offer::columns(kind),
    };
    let (mut all, mut waits) = (Counted::default(), Counted::default());
    for section in &asked.waits_apart {
        waits.add(&asked.count(reading, section)?);
    }
    for section in &asked.sections {
        let counted = asked.count(reading, section)?;
        let (first, count) = (page.listed, counted.count);
        if section.waits {
            waits.add(&counted);
        }
        all.add(&counted);
        if count == 0 {
            continue;
        }
        let closed = request.closed.contains(&section.id);
        page.sections
            .push(section_view(section, (first, closed), counted));
        if closed {
            continue;
        }
        page.listed = page.listed.saturating_add(count);
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
    page.total = all.count;
    page.open = waits.count;
    page.sums = match page.target {
        Some(_) => waits.sums,
        None => all.sums,
    };
    Ok(page)
}

/// What was asked for where it is indexed, else the view's own.
pub(super) fn sort(kind: &Kind, asked: Option<&str>, own: &[String]) -> Vec<String> {
    match asked {
        Some(asked) if filter::is_indexed(kind, asked.strip_prefix('-').unwrap_or(asked)) => {
            vec![asked.to_owned()]
        }
        _ => own.to_vec(),
    }
}

pub(super) fn sort_label(kind: &Kind, sort: &[String], own: &[String], own_label: &str) -> String {
    match sort.first() {
        Some(first) if sort != own => label(kind, first.strip_prefix('-').unwrap_or(first)),
        _ => own_label.to_owned(),
    }
}

/// A column with the field that stands quieter beside it.
pub(super) struct Column {
    pub(super) view: ColumnView,
    pub(super) beside: Option<String>,
    /// Name of that one as shown.
    pub(super) beside_label: Option<String>,
}

/// The columns that were asked for as far as the kind has them, else the view's own.
pub(super) fn columns(kind: &Kind, own: &[ColumnDef], asked: &[String]) -> Vec<Column> {
    let column = |field: &str, beside: Option<&String>| Column {
        view: ColumnView {
            field: field.to_owned(),
            label: label(kind, field),
            kind: column_kind(kind, field),
            sortable: filter::is_indexed(kind, field),
        },
        beside: beside.cloned(),
        beside_label: beside.map(|field| label(kind, field)),
    };
    let plain = |def: &'_ ColumnDef| match def {
        ColumnDef::Plain(field) => column(field, None),
        ColumnDef::With { field, with } => column(field, Some(with)),
    };
    let own_of = |name: &str| {
        own.iter().find(|def| match def {
            ColumnDef::Plain(field) | ColumnDef::With { field, .. } => field == name,
        })
    };
    let chosen: Vec<Column> = asked
        .iter()
        .filter(|name| is_known(kind, name))
        .map(|name| own_of(name).map_or_else(|| column(name, None), plain))
        .collect();
    match chosen.is_empty() {
        true => own.iter().map(plain).collect(),
        false => chosen,
    }
}

fn section_view(section: &Section, (first, closed): (u32, bool), counted: Counted) -> SectionView {
    SectionView {
        id: section.id.clone(),
        label: section.label.clone(),
        group: section.group.clone(),
        closed,
        note: section.note.clone(),
        count: counted.count,
        first,
        sums: counted.sums,
        at_once: section.at_once.clone(),
    }
}

pub(super) fn row_view(
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
    kind.actions_in_order()
        .into_iter()
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
    kind.actions_in_order()
        .into_iter()
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
