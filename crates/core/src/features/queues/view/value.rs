//! Values as cells and facts show them.

use serde::{Deserialize, Serialize};
use specta::Type;
use watchkeeper_pack::format::Tone;

/// A value and perhaps a quieter one beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Cell {
    /// The value.
    pub value: CellValue,
    /// The quieter one.
    pub beside: Option<String>,
}

/// A typed value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CellValue {
    /// Nothing.
    Empty,
    /// Words.
    Text {
        /// The words.
        text: String,
    },
    /// Number.
    Number {
        /// The number.
        #[specta(type = i32)] // always finite: a number, never null
        number: f64,
    },
    /// Yes or no.
    Flag {
        /// Which.
        on: bool,
    },
    /// Amount.
    Money {
        /// The amount.
        money: MoneyView,
    },
    /// Instant.
    Instant {
        /// Tenant's wall clock, RFC 3339 with offset.
        at: String,
    },
    /// Deadline.
    Clock {
        /// The clock.
        clock: ClockView,
    },
    /// State.
    State {
        /// Value.
        id: String,
        /// Word.
        label: String,
        /// Colour.
        tone: Tone,
    },
    /// Something that this operator's roles do not see.
    Hidden,
    /// A value that the pack does not know, as it came.
    Unknown {
        /// As it came.
        text: String,
    },
}

/// An amount.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct MoneyView {
    /// Minor units; exact, within ±2^53.
    #[specta(type = i32)] // always finite: a number, never null
    pub minor: f64,
    /// ISO 4217.
    pub currency: String,
    /// Digits behind the point.
    pub digits: u8,
}

/// A deadline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ClockView {
    /// What happens then, such as `lapses`.
    pub label: String,
    /// What it is measured from.
    pub basis: String,
    /// When it started, tenant's wall clock, RFC 3339 with offset.
    pub start: String,
    /// When it is due, likewise.
    pub due: String,
    /// Seconds left at the page's instant; negative when passed.
    #[specta(type = i32)] // always finite: a number, never null
    pub seconds_left: f64,
    /// Seconds from start to due.
    #[specta(type = i32)] // always finite: a number, never null
    pub seconds_total: f64,
    /// Green, amber or red.
    pub tone: Tone,
    /// It runs; a settled record's does not.
    pub runs: bool,
    /// Row that it comes from.
    pub row: String,
    /// It turned amber because it is due before this session.
    pub before_session: Option<SessionView>,
}

/// A session of the operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SessionView {
    /// Name as shown.
    pub label: String,
    /// When it begins, tenant's wall clock, RFC 3339 with offset.
    pub at: String,
}

/// A fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct FactView {
    /// Field or computed field.
    pub field: String,
    /// Name as shown.
    pub label: String,
    /// Value.
    pub value: CellValue,
}
