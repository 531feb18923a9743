//! A desktop that keeps which notifications stand on it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use tokio::sync::broadcast;
use watchkeeper_core::notify::{About, Bubble, BubbleId, Daemon, Notifier, NotifyError, Signal};

#[derive(Default)]
struct Kept {
    shown: u32,
    standing: BTreeMap<String, Bubble>,
}

/// What stands, by the name that it was given.
#[derive(Default)]
pub(crate) struct Screen(Mutex<Kept>);

impl Screen {
    /// Title and text of what stands about this.
    pub(crate) fn standing(&self, about: &About) -> Vec<(String, String)> {
        let kept = self.0.lock().unwrap();
        let bubbles = kept.standing.values();
        bubbles
            .filter(|bubble| bubble.about == *about)
            .map(|bubble| (bubble.title.clone(), bubble.body.clone()))
            .collect()
    }
}

#[async_trait]
impl Notifier for Screen {
    async fn show(&self, _profile: &str, bubble: &Bubble) -> Result<BubbleId, NotifyError> {
        let mut kept = self.0.lock().unwrap();
        if let Some(BubbleId(id)) = &bubble.replaces {
            kept.standing.remove(id);
        }
        kept.shown += 1;
        let id = kept.shown.to_string();
        kept.standing.insert(id.clone(), bubble.clone());
        Ok(BubbleId(id))
    }

    async fn close(&self, id: &BubbleId) -> Result<(), NotifyError> {
        self.0.lock().unwrap().standing.remove(&id.0);
        Ok(())
    }

    async fn service(&self) -> Result<Daemon, NotifyError> {
        Ok(Daemon {
            name: "screen 1".into(),
            buttons: true,
        })
    }

    fn signals(&self) -> broadcast::Receiver<Signal> {
        broadcast::channel(1).1
    }
}
