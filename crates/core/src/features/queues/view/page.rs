//! Views and their rows.

use serde::{Deserialize, Serialize};
use specta::Type;

use watchkeeper_pack::chip::Chip;

use super::filter::{ChipView, FieldName, FilterView};
use super::many::BulkView;
use super::operation::OperationWord;

use super::value::{Cell, CellValue, MoneyView};

/// A question to a view.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct ViewRequest {
    /// Id of the view.
    pub view: String,
    /// Sort field, `-` before it turns it round; the view's own where absent.
    pub sort: Option<String>,
    /// Words that must occur; none where empty.
    pub search: String,
    /// What fields must be, all of them.
    pub chips: Vec<Chip>,
    /// Field by whose values the rows are grouped; the view's own sections where absent.
    pub group: Option<String>,
    /// Sections of which only the head is wanted, by id.
    pub closed: Vec<String>,
    /// Columns, in order; the view's own where empty.
    pub columns: Vec<String>,
    /// First row wanted, counted over all sections that are not closed.
    pub offset: u32,
    /// Rows wanted, at most 500.
    pub limit: u32,
}

/// A page of a view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ViewPage {
    /// Id of the view.
    pub view: String,
    /// Name as shown.
    pub label: String,
    /// Row of the document that it comes from.
    pub row: String,
    /// The sort in words.
    pub sort_label: String,
    /// Sort in force, `-` before it turns it round.
    pub sort: String,
    /// Given for a queue.
    pub target: Option<u32>,
    /// Columns, in order.
    pub columns: Vec<ColumnView>,
    /// Sections with their counts, in order; empty ones are left out.
    pub sections: Vec<SectionView>,
    /// Rows from `offset`, in section order.
    pub rows: Vec<RowView>,
    /// Rows in all.
    pub total: u32,
    /// Rows of the sections that are not closed.
    pub listed: u32,
    /// Rows that wait for the operator.
    pub open: u32,
    /// Sums of the view's money field, one for each currency: over what waits in a queue, over all
    /// that another view shows. On the first page alone.
    pub sums: Vec<MoneyView>,
    /// Instant of the data, RFC 3339 with offset; none before the first sync.
    pub as_of: Option<String>,
    /// Actions that any row of this view may have, with their keys.
    pub keys: Vec<ActionKey>,
    /// Actions that may be taken on many rows at once.
    pub bulk: Vec<BulkView>,
    /// Fields that may be filtered by.
    pub filters: Vec<FilterView>,
    /// The chips in force, in words.
    pub chips: Vec<ChipView>,
    /// Fields that it may be grouped by.
    pub groups: Vec<FieldName>,
    /// Field that it is grouped by.
    pub group: Option<String>,
    /// All columns that it may have.
    pub offered: Vec<FieldName>,
}

/// Key of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ActionKey {
    /// Action.
    pub action: String,
    /// Button.
    pub label: String,
    /// Key.
    pub key: String,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ColumnView {
    /// Field, computed field, `clock.<name>` or `state`.
    pub field: String,
    /// Name as shown.
    pub label: String,
    /// How its cells are shown.
    pub kind: ColumnKind,
    /// May be sorted on.
    pub sortable: bool,
}

/// How cells of a column are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Words.
    Text,
    /// Words of any length: a line of their own under the row.
    Prose,
    /// Monospace.
    Id,
    /// Aligned right.
    Number,
    /// Aligned right, with currency.
    Money,
    /// Weekday and time, date when far.
    Instant,
    /// Time left.
    Clock,
    /// Pill.
    State,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SectionView {
    /// Stable id; `on_the_way` is the engine's own: rows with an operation of ours in progress.
    pub id: String,
    /// Name as shown; empty for the engine's own, for a view without sections, and for groups.
    pub label: String,
    /// Value that its rows have in common, where the view is grouped; none for the smaller groups that
    /// stand together.
    pub group: Option<CellValue>,
    /// Its rows are left out.
    pub closed: bool,
    /// Remark.
    pub note: Option<String>,
    /// Rows in it.
    pub count: u32,
    /// Index of its first row, counted over all sections that are not closed.
    pub first: u32,
    /// Sums of the view's money field, one for each currency; on the first page alone.
    pub sums: Vec<MoneyView>,
    /// Action that is offered for all of it at once.
    pub at_once: Option<String>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct RowView {
    /// Kind.
    pub kind: String,
    /// Id.
    pub id: String,
    /// One line that names it.
    pub title: String,
    /// Revision that is shown.
    #[specta(type = u32)]
    pub revision: u64,
    /// Section it stands in.
    pub section: String,
    /// Cells, in column order.
    pub cells: Vec<Cell>,
    /// Our operation on it, if one is not yet settled in the mirror.
    pub operation: Option<OperationWord>,
}
