//! The one event: what the window should read again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::AppHandle;
use tauri_specta::Event;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use watchkeeper_core::changes::{ChangeSet, Source, Tag};

/// Data changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type, Event)]
#[tauri_specta(event_name = "change-set")]
pub(crate) struct Changed(pub(crate) ChangeSet);

/// Passes changes of the core on to the window until the core ends.
pub(crate) async fn pass_on(mut changes: Receiver<ChangeSet>, app: AppHandle) {
    while let Some(change) = next(&mut changes).await {
        if let Err(error) = Changed(change).emit(&app) {
            tracing::warn!(%error, "a change did not reach the window");
        }
    }
}

/// The next change; where some were missed, one that stands for all of them. None at the end.
async fn next(changes: &mut Receiver<ChangeSet>) -> Option<ChangeSet> {
    match changes.recv().await {
        Ok(change) => Some(change),
        Err(RecvError::Lagged(_)) => Some(everything()),
        Err(RecvError::Closed) => None,
    }
}

/// Every tag there is. `Pack` stands for all kinds: whatever is read depends on the pack.
fn everything() -> ChangeSet {
    ChangeSet {
        profile: None,
        tags: BTreeSet::from([
            Tag::App,
            Tag::Navigation,
            Tag::Sync,
            Tag::Audit,
            Tag::Pack,
            Tag::Notifications,
        ]),
        source: Source::Sync,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::sync::broadcast;

    use super::*;

    fn of_kind(kind: &str) -> ChangeSet {
        ChangeSet {
            profile: None,
            tags: BTreeSet::from([Tag::Kind(kind.to_owned())]),
            source: Source::Operator,
        }
    }

    #[tokio::test]
    async fn changes_pass_in_order_and_end_with_the_core() {
        let (sender, mut receiver) = broadcast::channel(4);
        sender.send(of_kind("order")).unwrap();
        sender.send(of_kind("parcel")).unwrap();
        drop(sender);
        assert_eq!(next(&mut receiver).await, Some(of_kind("order")));
        assert_eq!(next(&mut receiver).await, Some(of_kind("parcel")));
        assert_eq!(next(&mut receiver).await, None);
    }

    #[tokio::test]
    async fn a_window_that_lags_is_told_to_read_everything() {
        let (sender, mut receiver) = broadcast::channel(2);
        for _ in 0..10 {
            sender.send(of_kind("order")).unwrap();
        }
        assert_eq!(next(&mut receiver).await, Some(everything()));
        assert_eq!(next(&mut receiver).await, Some(of_kind("order")));
    }
}
