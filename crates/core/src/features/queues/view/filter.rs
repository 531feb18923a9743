//! What a view may be filtered and grouped by.

use serde::{Deserialize, Serialize};
use specta::Type;
use watchkeeper_pack::chip::Chip;

/// A field by its name and as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FieldName {
    /// Field, computed field, `clock.<name>` or `state`.
    pub field: String,
    /// Name as shown.
    pub label: String,
}

/// A field that may be filtered by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FilterView {
    /// Field, computed field or `state`.
    pub field: String,
    /// Name as shown.
    pub label: String,
    /// How it is asked for.
    pub input: FilterInput,
    /// It may be asked for as having no value.
    pub may_be_empty: bool,
    /// The view may be sorted by it.
    pub sortable: bool,
}

/// How a field is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FilterInput {
    /// Several of these.
    Among {
        /// States or words.
        options: Vec<OptionView>,
    },
    /// Yes or no.
    Flag,
    /// From and to, of one currency.
    Money {
        /// Currencies that the pack names.
        currencies: Vec<CurrencyView>,
    },
    /// From and to.
    Number,
    /// Days of the tenant's zone.
    Days,
    /// Records of a kind.
    Ref {
        /// The kind.
        kind: String,
        /// Name of the kind, one.
        label: String,
    },
    /// Text: is, or begins with.
    Text,
}

/// A value that may be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct OptionView {
    /// The value.
    pub value: String,
    /// As shown.
    pub label: String,
}

/// A currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CurrencyView {
    /// ISO 4217.
    pub currency: String,
    /// Digits behind the point.
    pub digits: u8,
}

/// A chip in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ChipView {
    /// As it was asked.
    pub chip: Chip,
    /// Name of its field as shown.
    pub label: String,
    /// Of several values: what each is called, in order.
    pub values: Vec<String>,
    /// Why it is not possible, as after a change of the pack; nothing is shown then.
    pub problem: Option<String>,
}

/// A view as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ExportView {
    /// The CSV file, with its folder.
    pub file: String,
    /// The text file beside it that says what it is.
    pub about: String,
    /// Rows in it, its head not counted.
    pub rows: u32,
    /// SHA-256 of the CSV file, hex.
    pub sha256: String,
}
