//! Views and their rows.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::many::BulkView;
use super::operation::OperationWord;

use super::value::{Cell, MoneyView};

/// A question to a view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ViewRequest {
    /// Id of the view.
    pub view: String,
    /// Sort field, `-` before it turns it round; the view's own where absent.
    pub sort: Option<String>,
    /// Words that must occur; none where empty.
    pub search: String,
    /// First row wanted, counted over all sections.
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
    /// Rows that wait for the operator.
    pub open: u32,
    /// Sum of the view's money field over what waits, where it has one currency.
    pub sum: Option<MoneyView>,
    /// Instant of the data, RFC 3339 with offset; none before the first sync.
    pub as_of: Option<String>,
    /// Actions that any row of this view may have, with their keys.
    pub keys: Vec<ActionKey>,
    /// Actions that may be taken on many rows at once.
    pub bulk: Vec<BulkView>,
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
    /// Name as shown; empty for the engine's own and for a view without sections.
    pub label: String,
    /// Remark.
    pub note: Option<String>,
    /// Rows in it.
    pub count: u32,
    /// Index of its first row, counted over all sections.
    pub first: u32,
    /// Sum of the view's money field, where it has one currency.
    pub sum: Option<MoneyView>,
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
