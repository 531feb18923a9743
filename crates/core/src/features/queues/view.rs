//! Queues and records, as the UI sees them. Values are typed; words and number formats are the
//! UI's. Instants come as wall-clock time of the tenant's zone with offset, computed here, because
//! a webview's zone data may differ from ours.

mod filter;
mod many;
mod navigation;
mod operation;
mod page;
mod record;
mod value;

pub use filter::{
    ChipView, CurrencyView, ExportView, FieldName, FilterInput, FilterView, OptionView,
};
pub use many::{
    ActManyAnswer, ActManyRequest, BulkView, DeniedView, FailedView, JudgeRequest, SampleView,
    SampledView, SelectRequest, SelectedView, SelectionView,
};
pub use navigation::{HeldSaved, NavigationView, QueueEntry, SavedEntry, ViewEntry};
pub use operation::{
    ActRequest, AgreementView, OperationView, OperationWord, Standing, WaitsForView,
};
pub use page::{ActionKey, ColumnKind, ColumnView, RowView, SectionView, ViewPage, ViewRequest};
pub use record::{
    AboutView, ActionView, AskView, ConsiderRequest, DenialView, MailView, OursView, ParamView,
    PolicyRowView, RecordView, RelatedView, RowWord, UndoView,
};
pub use value::{
    Cell, CellValue, ClockView, FactView, FieldView, MoneyView, PausedView, SegmentView,
    SessionView,
};
