//! What stands in a pack's files, as serde reads it. The JSON Schema for editors is generated from
//! these types. Checked and compiled forms live in [`crate::pack`].
//!
//! Unknown keys are errors everywhere: a misspelt policy must never be a missing one.

mod action;
mod alert;
mod mail;
mod metric;
mod pack_file;
mod question;
mod record;
mod view;

pub use action::{
    ActionDef, BulkDef, CallDef, Confirm, Connector, CreateDef, EffectDef, Nature, Override,
    ParamDef, PolicyDef, SetOnDef,
};
pub use alert::{AlertFile, EachDef, Severity};
pub use mail::TemplateFile;
pub use metric::{
    Aggregate, BandDef, Better, DuringDef, MeasureDef, MetricFile, StatedDef, Unit, WindowDef,
};
pub use pack_file::{BudgetDef, ControlDef, PackFile, SessionDef, SettingDef};
pub use question::{Answer, ExprOperand, FilterDef, LookupDef, Operand, OpsDef, TestDef};
pub use record::{
    ClockDef, ComputedDef, FieldDef, FieldType, Names, RecordFile, StateDef, Tone, WarnDef,
};
pub use view::{ColumnDef, QueueDef, SectionDef, ViewDef};

/// The format version that this crate reads.
pub const FORMAT: u32 = 1;
