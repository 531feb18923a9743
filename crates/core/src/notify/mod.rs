//! Native notifications. What is shown when is decided here, purely, from what fires, what was
//! shown before and what the operator wants; how it is shown is the shell's, behind [`Notifier`].
//!
//! A bubble is a hint. The record is the list of alerts in the app, and each attempt to show one is
//! kept in `state.db`, failures included.

mod approvals;
pub(crate) mod deliveries;
pub(crate) mod firing;
mod plan;
pub(crate) mod round;
mod wanted;
mod words;

use async_trait::async_trait;
use tokio::sync::broadcast;

pub use self::wanted::{Hours, NotificationSettings};

/// Shows notifications the way the system does.
#[async_trait]
pub trait Notifier: Send + Sync + 'static {
    /// Shows a bubble of a profile, in the place of the one that it replaces where that is still
    /// there. It is shown once this answers `Ok`, as far as the system says.
    async fn show(&self, profile: &str, bubble: &Bubble) -> Result<BubbleId, NotifyError>;
    /// Takes a bubble away; one that is gone already is no error.
    async fn close(&self, id: &BubbleId) -> Result<(), NotifyError>;
    /// Who shows them.
    async fn service(&self) -> Result<Daemon, NotifyError>;
    /// What happens to bubbles from now on.
    fn signals(&self) -> broadcast::Receiver<Signal>;
}

/// Names a bubble, and who shows it: after a restart of either side the name is still no other's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BubbleId(pub String);

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
    /// Approvals that wait for the operator.
    Approvals,
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

/// What happens to bubbles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// The operator pressed a button, or clicked the bubble itself.
    Pressed {
        /// Whose bubble.
        profile: String,
        /// What it was about.
        about: About,
        /// Which.
        button: Button,
    },
    /// The operator closed the bubble.
    Dismissed {
        /// Whose bubble.
        profile: String,
        /// What it was about.
        about: About,
    },
    /// Another service shows them from now on: what stood is gone.
    Restarted,
}

impl Signal {
    /// Whether it is about bubbles of this profile.
    pub fn concerns(&self, of: &str) -> bool {
        match self {
            Self::Pressed { profile, .. } | Self::Dismissed { profile, .. } => profile == of,
            Self::Restarted => true,
        }
    }
}

/// Who shows notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Daemon {
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

/// A machine on which nobody shows notifications.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nowhere;

#[async_trait]
impl Notifier for Nowhere {
    async fn show(&self, _profile: &str, _bubble: &Bubble) -> Result<BubbleId, NotifyError> {
        Err(NotifyError::Absent)
    }

    async fn close(&self, _id: &BubbleId) -> Result<(), NotifyError> {
        Ok(())
    }

    async fn service(&self) -> Result<Daemon, NotifyError> {
        Err(NotifyError::Absent)
    }

    fn signals(&self) -> broadcast::Receiver<Signal> {
        // Nobody ever sends.
        broadcast::channel(1).1
    }
}
