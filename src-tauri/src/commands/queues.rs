//! Queues and the records in them.

use std::path::PathBuf;

use tauri::State;
use uuid::{NoContext, Timestamp, Uuid};
use watchkeeper_core::features::queues;
use watchkeeper_core::features::queues::view::{
    ActManyAnswer, ActManyRequest, ActRequest, ActionView, ConsiderRequest, ExportView,
    JudgeRequest, NavigationView, OperationView, OptionView, RecordView, SampleView, SelectRequest,
    SelectionView, ViewPage, ViewRequest,
};
use watchkeeper_core::{Code, Error};

use crate::start::Shell;

/// The rail.
#[tauri::command]
#[specta::specta]
pub(crate) async fn navigation(
    shell: State<'_, Shell>,
    profile: String,
) -> Result<NavigationView, Error> {
    queues::navigation(&*shell.engine(&profile).await?).await
}

/// A page of a view.
#[tauri::command]
#[specta::specta]
pub(crate) async fn queue_page(
    shell: State<'_, Shell>,
    profile: String,
    request: ViewRequest,
) -> Result<ViewPage, Error> {
    queues::page(&*shell.engine(&profile).await?, request).await
}

/// How many rows of a view stand before a record; none where it is not among them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn place_in_view(
    shell: State<'_, Shell>,
    profile: String,
    request: ViewRequest,
    kind: String,
    id: String,
) -> Result<Option<u32>, Error> {
    queues::place(&*shell.engine(&profile).await?, request, kind, id).await
}

/// Writes all rows that a view shows to a file in the folder for downloads.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_view(
    shell: State<'_, Shell>,
    profile: String,
    request: ViewRequest,
) -> Result<ExportView, Error> {
    let engine = shell.engine(&profile).await?;
    queues::export(&engine, request, downloads()?).await
}

/// Where programs put what the operator asked for as a file.
pub(super) fn downloads() -> Result<PathBuf, Error> {
    dirs::download_dir()
        .or_else(|| Some(dirs::home_dir()?.join("Downloads")))
        .ok_or_else(|| Error::with(Code::Storage, "This machine has no folder for downloads."))
}

/// Records of a kind to choose from, where a field refers to them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pick_records(
    shell: State<'_, Shell>,
    profile: String,
    kind: String,
    query: String,
) -> Result<Vec<OptionView>, Error> {
    queues::pick(&*shell.engine(&profile).await?, &kind, &query).await
}

/// One record.
#[tauri::command]
#[specta::specta]
pub(crate) async fn queue_record(
    shell: State<'_, Shell>,
    profile: String,
    kind: String,
    id: String,
) -> Result<RecordView, Error> {
    queues::record(&*shell.engine(&profile).await?, &kind, &id).await
}

/// What an action would do as it is meant now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn consider(
    shell: State<'_, Shell>,
    profile: String,
    request: ConsiderRequest,
) -> Result<ActionView, Error> {
    queues::consider(&*shell.engine(&profile).await?, request).await
}

/// Decides by policy and queues an operation.
#[tauri::command]
#[specta::specta]
pub(crate) async fn act(
    shell: State<'_, Shell>,
    profile: String,
    request: ActRequest,
) -> Result<OperationView, Error> {
    queues::act(&*shell.engine(&profile).await?, request).await
}

/// What an action on many records would do.
#[tauri::command]
#[specta::specta]
pub(crate) async fn select_records(
    shell: State<'_, Shell>,
    profile: String,
    request: SelectRequest,
) -> Result<SelectionView, Error> {
    queues::select(&*shell.engine(&profile).await?, request).await
}

/// Decides each by policy and queues an operation each.
#[tauri::command]
#[specta::specta]
pub(crate) async fn act_many(
    shell: State<'_, Shell>,
    profile: String,
    request: ActManyRequest,
) -> Result<ActManyAnswer, Error> {
    queues::act_many(&*shell.engine(&profile).await?, request).await
}

/// Goes on with an action on many records that was cut off.
#[tauri::command]
#[specta::specta]
pub(crate) async fn resume_batch(
    shell: State<'_, Shell>,
    profile: String,
    batch: String,
) -> Result<ActManyAnswer, Error> {
    queues::resume_batch(&*shell.engine(&profile).await?, &batch).await
}

/// Leaves what of an action on many records is still to be queued.
#[tauri::command]
#[specta::specta]
pub(crate) async fn leave_batch(
    shell: State<'_, Shell>,
    profile: String,
    batch: String,
) -> Result<(), Error> {
    queues::leave_batch(&*shell.engine(&profile).await?, &batch).await
}

/// Keeps what the operator says of a record that was drawn from many.
#[tauri::command]
#[specta::specta]
pub(crate) async fn judge_sample(
    shell: State<'_, Shell>,
    profile: String,
    request: JudgeRequest,
) -> Result<SampleView, Error> {
    queues::judge(&*shell.engine(&profile).await?, request).await
}

/// A new id for an operation, taken when a dialog opens: a second click is the same operation.
#[tauri::command]
#[specta::specta]
pub(crate) fn new_operation_id(shell: State<'_, Shell>) -> Result<String, Error> {
    let now = shell.clock().wall();
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    let at = Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos());
    Ok(Uuid::new_v7(at).to_string())
}
