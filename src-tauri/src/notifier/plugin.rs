//! Systems on which the plugin shows notifications: no urgency, no replacing, no buttons, and no
//! word of what became of them.

use async_trait::async_trait;
use tauri::AppHandle;
use tauri_plugin_notification::NotificationExt;
use tokio::sync::broadcast;
use watchkeeper_core::notify::{Bubble, BubbleId, Daemon, Notifier, NotifyError, Signal};

pub(super) struct Plugin {
    app: AppHandle,
    signals: broadcast::Sender<Signal>,
}

impl Plugin {
    pub(super) fn new(app: AppHandle, signals: broadcast::Sender<Signal>) -> Self {
        Self { app, signals }
    }
}

#[async_trait]
impl Notifier for Plugin {
    async fn show(&self, _profile: &str, bubble: &Bubble) -> Result<BubbleId, NotifyError> {
        let notification = self.app.notification().builder();
        notification
            .title(&bubble.title)
            .body(&bubble.body)
            .show()
            .map_err(|error| NotifyError::Refused(error.to_string()))?;
        Ok(BubbleId(String::new()))
    }

    async fn close(&self, _id: &BubbleId) -> Result<(), NotifyError> {
        Ok(())
    }

    async fn service(&self) -> Result<Daemon, NotifyError> {
        Ok(Daemon {
            name: std::env::consts::OS.to_owned(),
            buttons: false,
        })
    }

    fn signals(&self) -> broadcast::Receiver<Signal> {
        self.signals.subscribe()
    }
}
