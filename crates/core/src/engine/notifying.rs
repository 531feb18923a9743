//! Keeps the bubbles on the screen in step with what fires and with what waits for the operator.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use watchkeeper_model::approval;

use super::Engine;
use crate::changes::Tag;
use crate::features::watch::{self, ALERT};
use crate::notify::{About, Button, Signal};

/// After a round that failed for a reason of our own.
const AFTER_ERROR: Duration = Duration::from_secs(5);
/// Hours and clocks are looked at anew this often.
const LONGEST: Duration = Duration::from_secs(60);

pub(super) async fn notifying(engine: Arc<Engine>) {
    let mut changes = engine.changes.subscribe();
    let mut signals = engine.notifier.signals();
    let mut listens = true;
    loop {
        let wait = match engine.notify_once().await {
            Ok(again) => again.unwrap_or(LONGEST).min(LONGEST),
            Err(error) => {
                tracing::warn!(%error, "what is to be notified of is not known");
                AFTER_ERROR
            }
        };
        let sleep = tokio::time::sleep(wait);
        tokio::pin!(sleep);
        // Until there is a reason to look.
        loop {
            tokio::select! {
                () = &mut sleep => break,
                () = engine.alerts.notified() => break,
                change = changes.recv() => match change {
                    Ok(change) if change.profile.as_deref() != Some(engine.profile()) => {}
                    Ok(change) if !change.tags.iter().any(concerns) => {}
                    Ok(_) | Err(RecvError::Lagged(_)) => break,
                    Err(RecvError::Closed) => return,
                },
                signal = signals.recv(), if listens => match signal {
                    Ok(signal) if !signal.concerns(engine.profile()) => {}
                    Ok(signal) => {
                        heard(&engine, &signal).await;
                        break;
                    }
                    // Missed presses are lost, as on a screen that nobody looks at.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => listens = false,
                },
            }
        }
    }
}

/// Its change may change what is shown. Our own word that something was shown does not.
fn concerns(tag: &Tag) -> bool {
    match tag {
        Tag::Kind(kind) => kind == ALERT || kind == approval::KIND,
        Tag::Pack | Tag::Sync => true,
        _ => false,
    }
}

async fn heard(engine: &Engine, signal: &Signal) {
    engine.notified.lock().await.heard(signal);
    if let Signal::Pressed {
        about: About::Alert(id),
        button: Button::Acknowledge,
        ..
    } = signal
        && let Err(error) = watch::acknowledge(engine, id).await
    {
        // The alert goes on firing in the app, which says why.
        tracing::warn!(code = ?error.code, "an alert was not acknowledged from its notification");
    }
}
