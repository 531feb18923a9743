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
        clock: Box<ClockView>,
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
    /// When it is due, likewise; while it stands still, as if it went on now.
    pub due: String,
    /// Seconds left at the page's instant; negative when passed. They do not run while it stands still.
    #[specta(type = i32)] // always finite: a number, never null
    pub seconds_left: f64,
    /// Seconds from start to due.
    #[specta(type = i32)] // always finite: a number, never null
    pub seconds_total: f64,
    /// Green, amber or red; neutral when it does not run or stands still.
    pub tone: Tone,
    /// It runs; a settled record's does not.
    pub runs: bool,
    /// Row that it comes from.
    pub row: String,
    /// It turned amber because it is due before this session.
    pub before_session: Option<SessionView>,
    /// It stands still.
    pub paused: Option<PausedView>,
    /// Pauses that there were or are, in the pack's order.
    pub segments: Vec<SegmentView>,
}

/// Why a deadline stands still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PausedView {
    /// What is waited for.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// Since when, tenant's wall clock, RFC 3339 with offset.
    pub since: String,
}

/// The part of a deadline's time that a pause took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SegmentView {
    /// What is or was waited for.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// Minutes at the page's instant; none where nobody can say: then it moves nothing.
    #[specta(type = Option<i32>)] // always finite: a number, never NaN
    pub minutes: Option<f64>,
    /// It runs.
    pub running: bool,
    /// It counts all the same; else what is due is due so much later.
    pub counts: bool,
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

/// A field beyond the facts, or what a computed one goes by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct FieldView {
    /// The field with its value.
    pub fact: FactView,
    /// Of a computed field: by which rule, as the pack has it.
    pub rule: Option<String>,
}
