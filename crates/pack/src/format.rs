//! What stands in a pack's files, as serde reads it. The JSON Schema for editors is generated from
//! these types. Checked and compiled forms live in [`crate::pack`].
//!
//! Unknown keys are errors everywhere: a misspelt policy must never be a missing one.

mod action;
mod mail;
mod pack_file;
mod question;
mod record;
mod view;

pub use action::{
    ActionDef, CallDef, Confirm, Connector, CreateDef, EffectDef, Nature, Override, ParamDef,
    PolicyDef, SetOnDef,
};
pub use mail::TemplateFile;
pub use pack_file::{ControlDef, PackFile, SessionDef, SettingDef};
pub use question::{Answer, ExprOperand, FilterDef, LookupDef, Operand, OpsDef, TestDef};
pub use record::{
    ClockDef, ComputedDef, FieldDef, FieldType, Names, RecordFile, StateDef, Tone, WarnDef,
};
pub use view::{ColumnDef, QueueDef, SectionDef, ViewDef};

/// The format version that this crate reads.
pub const FORMAT: u32 = 1;
