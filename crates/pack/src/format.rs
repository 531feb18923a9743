//! What stands in a pack's files, as serde reads it. The JSON Schema for editors is generated from
//! these types. Checked and compiled forms live in [`crate::pack`].
//!
//! Unknown keys are errors everywhere: a misspelt policy must never be a missing one.

mod action;
mod alert;
mod connector;
mod evidence;
mod fit;
mod handover;
mod incident;
mod ledger;
mod mail;
mod metric;
mod pack_file;
mod people;
mod playbook;
mod question;
mod record;
mod routine;
mod rules;
mod view;

pub use action::{
    ActionDef, ApprovalDef, BulkDef, CallDef, Confirm, CreateDef, EffectDef, EraseAlongDef,
    EraseDef, FallbackDef, Nature, Override, ParamDef, PolicyDef, SaidBy, SampleDef, SampleSize,
    SetOnDef, UndoDef,
};
pub use alert::{AlertFile, EachDef, Severity, UnansweredDef};
pub use connector::{Connector, Offer};
pub use evidence::{EvidenceFile, EvidenceForm, EvidenceItemDef, LimitsDef};
pub(crate) use fit::is_of;
pub use fit::{MAX_SETTING, Unfit};
pub use handover::{DutyDef, HandoverFile, HandoverSectionDef, LiveDef};
pub use incident::{IncidentsFile, PromiseDef, SeverityDef};
pub use ledger::{BookDef, Difference, FindingDef, ReconciliationFile, ReportFile, ReportPartDef};
pub use mail::{ButtonDef, TemplateFile, TextChannel};
pub use metric::{
    Aggregate, BandDef, Better, DuringDef, MeasureDef, MetricFile, StatedDef, Unit, WindowDef,
};
pub use pack_file::{
    BudgetDef, ControlDef, DocumentDef, PackFile, RegionDef, SessionDef, SettingDef,
};
pub use people::{
    CapabilityDef, ContactDef, EscalationCallDef, EscalationDef, May, PeopleFile, RoleDef,
};
pub use playbook::{
    ActDef, DecideDef, LookUpDef, PageDef, PlaybookFile, RecheckDef, SendDef, StepDef, SwitchDef,
    TestCaseDef, WaitDef, WayDef,
};
pub use question::{Among, Answer, ExprOperand, FilterDef, LookupDef, Operand, OpsDef, TestDef};
pub(crate) use record::word_of;
pub use record::{
    BelongsToDef, ClockDef, ComputedDef, FieldDef, FieldType, Names, PauseDef, RecordDocumentDef,
    RecordFile, StateDef, Tone, WarnDef,
};
pub use routine::{CheckDef, ItemDef, OccasionDef, OfRecordDef, RoutineFile, ScheduleDef};
pub use rules::{Hazard, KeepDef, RetentionDef, RetentionFile, RulingDef, RulingsFile, Settled};
pub use view::{ColumnDef, QueueDef, SectionDef, ViewDef};

/// The format version that this crate reads.
pub const FORMAT: u32 = 1;
