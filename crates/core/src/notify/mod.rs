//! Native notifications. What is shown when is decided here, purely, from what fires, what was
//! shown before and what the operator wants; how it is shown is the shell's, behind [`Notifier`].
//!
//! A bubble is a hint. The record is the list of alerts in the app, and each attempt to show one is
//! kept in `state.db`, failures included.

use async_trait::async_trait;
use tokio::sync::broadcast;

/// Shows notifications the way the system does.
#[async_trait]
pub trait Notifier: Send + Sync + 'static {
    /// Shows a bubble, in the place of the one that it replaces where that is still there. It is
    /// shown once this answers `Ok`, as far as the system says.
    async fn show(&self, bubble: &Bubble) -> Result<BubbleId, NotifyError>;
    /// Takes a bubble away; one that is gone already is no error.
    async fn close(&self, id: BubbleId) -> Result<(), NotifyError>;
    /// Who shows them.
    async fn service(&self) -> Result<Service, NotifyError>;
    /// What the operator presses from now on.
    fn presses(&self) -> broadcast::Receiver<Press>;
}

/// Names a bubble to the system, for as long as the system runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BubbleId(pub u32);

/// A notification. Names nothing confidential: it also shows on locked screens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bubble {
    /// What it is about, for the buttons: an alert's id, or a place of the app.
    pub about: About,
    /// The one in whose place it is shown.
    pub replaces: Option<BubbleId>,
    /// How urgent.
    pub urgency: Urgency,
    /// First line.
    pub title: String,
    /// The rest; may be empty.
    pub body: String,
    /// Buttons, in order.
    pub buttons: Vec<Button>,
}

/// What a bubble is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum About {
    /// One alert, by the id of its record.
    Alert(String),
    /// Several alerts at once.
    Alerts,
    /// Operations that need the operator.
    Sync,
    /// A try.
    Test,
}

/// How urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Passes by itself.
    Normal,
    /// Stays until somebody reacts.
    Critical,
}

/// A button, and the key under which it comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Button {
    /// Brings the app forward, at what the bubble is about. Also a click on the bubble itself.
    Open,
    /// Acknowledges the alert.
    Acknowledge,
}

/// The operator pressed a button, or clicked the bubble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// What the bubble was about.
    pub about: About,
    /// Which.
    pub button: Button,
}

/// Who shows notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Name and version, such as `dunst 1.9.0`.
    pub name: String,
    /// It shows buttons.
    pub buttons: bool,
}

/// Why a bubble was not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotifyError {
    /// Nobody shows notifications here.
    #[error("no notification service answers")]
    Absent,
    /// It did not answer in time.
    #[error("the notification service did not answer in time")]
    Silent,
    /// It refused.
    #[error("the notification service refused: {0}")]
    Refused(String),
}
