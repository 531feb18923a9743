//! An operation as the laptop keeps it, and the words for where it stands.

use chrono::{DateTime, Utc};
use watchkeeper_wire::feed::Record;
use watchkeeper_wire::operation::{Operation, Reason};
use watchkeeper_wire::problem;

use super::undo::Window;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$word_doc])* $variant,)* }

        impl $name {
            /// As it stands in the table.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Reads what stands in the table.
            pub(crate) fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// Where an operation stands; the table of [`crate::outbox`] says what each means.
    Status {
        /// For its turn.
        Waiting = "waiting",
        /// Being sent.
        InFlight = "in_flight",
        /// The platform has it.
        Accepted = "accepted",
        /// The platform has it and does not know the outcome.
        Unknown = "unknown",
        /// Needs the operator.
        Held = "held",
        /// Done.
        Confirmed = "confirmed",
        /// Given up.
        Discarded = "discarded",
    }
}

words! {
    /// Why an operation is held.
    Hold {
        /// Policy, rights or the provider said no.
        Refused = "refused",
        /// The record is not what was seen.
        Conflict = "conflict",
        /// Too late.
        Lapsed = "lapsed",
        /// The platform did not understand it.
        Rejected = "rejected",
        /// The platform was restored from a backup and does not have it (any more).
        Restored = "restored",
        /// A control of the platform stops it, and it was not sent.
        Frozen = "frozen",
    }
}

/// An operation as the laptop keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Queued {
    /// Order of enqueueing.
    pub seq: i64,
    /// What was asked, as it is sent.
    pub request: Operation,
    /// The record in a line, as seen.
    pub title: String,
    /// The action as shown.
    pub action: String,
    /// Where it stands.
    pub status: Status,
    /// Why it is held.
    pub hold: Option<Hold>,
    /// The reason in words.
    pub reason: Option<Reason>,
    /// The other side of a conflict.
    pub theirs: Option<Record>,
    /// Times it was sent.
    pub attempts: u32,
    /// Back-off: not before, UTC.
    pub not_before: DateTime<Utc>,
    /// When it was settled, UTC.
    pub settled_at: Option<DateTime<Utc>>,
    /// It may have been sent to an earlier history of the platform.
    pub sent_before: bool,
    /// In which it can be taken back.
    pub window: Option<Window>,
}

impl Queued {
    /// It is not settled.
    pub fn is_open(&self) -> bool {
        !matches!(self.status, Status::Confirmed | Status::Discarded)
    }

    /// It is held, and the platform keeps a verdict under its id: sent again it would get the same one.
    pub fn is_decided(&self) -> bool {
        let code = self.reason.as_ref().map(|reason| reason.code.as_str());
        match self.hold {
            Some(Hold::Rejected | Hold::Restored | Hold::Frozen) | None => false,
            // One that was never sent was decided on here: what it rested on was given up.
            Some(Hold::Refused) => {
                self.attempts > 0 && code != Some(problem::Code::Forbidden.as_str())
            }
            Some(Hold::Conflict) => true,
            Some(Hold::Lapsed) => self.attempts > 0,
        }
    }

    /// It was sent and the answer did not come: it may have arrived, or not.
    pub fn is_in_doubt(&self) -> bool {
        self.status == Status::InFlight && self.not_before.timestamp_millis() > 0
    }
}
