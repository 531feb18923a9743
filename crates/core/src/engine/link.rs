//! How things stand with the platform. Values only; who changes them tells of it.

use chrono::{DateTime, Utc};

use crate::error::{Code, Error};
use crate::sync::apply::Position;
use crate::sync::client::ClientError;

/// How things stand with the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// Not tried yet since the start.
    Untried,
    /// The last try went well.
    There,
    /// The last try failed.
    CutOff,
    /// The token is not accepted; nothing is tried until there is another.
    SignedOut,
}

/// The state of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkState {
    /// How things stand.
    pub contact: Contact,
    /// Since when they stand so, UTC. Cut off counts from the last time that the platform spoke.
    pub since: DateTime<Utc>,
    /// The first failure of the outage that lasts, as met by this run of the app, UTC. A laptop that
    /// slept for days was not cut off for days.
    pub failing_since: Option<DateTime<Utc>>,
    /// When the platform last spoke, UTC.
    pub spoke_at: Option<DateTime<Utc>>,
    /// Why it is cut off or signed out.
    pub problem: Option<Error>,
    /// The tenant's pack is one for a later version of the app: nothing can be changed until that one
    /// is in force, whatever else goes wrong with packs.
    pub newer: Option<Error>,
    /// The newest pack could not be used.
    pub pack_problem: Option<Error>,
    /// The feed contradicted itself.
    pub feed_problem: Option<Error>,
    /// When it is tried again, UTC.
    pub next_try: Option<DateTime<Utc>>,
    /// Hints arrive.
    pub live: bool,
    /// The mirror was filled once.
    pub filled: bool,
}

impl LinkState {
    /// At the start: nothing was tried, and all that is known is when the last pull was.
    pub fn new(now: DateTime<Utc>, position: &Position) -> Self {
        Self {
            contact: Contact::Untried,
            since: position.pulled_at.unwrap_or(now),
            failing_since: None,
            spoke_at: position.pulled_at,
            problem: None,
            newer: None,
            pack_problem: None,
            feed_problem: None,
            next_try: None,
            live: false,
            filled: position.filled,
        }
    }

    /// The platform spoke.
    pub fn reached(&mut self, now: DateTime<Utc>) {
        if self.contact != Contact::There {
            self.contact = Contact::There;
            self.since = now;
        }
        self.spoke_at = Some(now);
        self.failing_since = None;
        self.problem = None;
        self.next_try = None;
    }

    /// A try failed.
    pub fn failed(&mut self, now: DateTime<Utc>, error: &ClientError) {
        let contact = match error {
            ClientError::SignedOut | ClientError::Revoked => Contact::SignedOut,
            _ => Contact::CutOff,
        };
        self.failing_since.get_or_insert(now);
        if self.contact == Contact::SignedOut && contact == Contact::CutOff {
            return;
        }
        if self.contact != contact {
            self.contact = contact;
            self.since = self.spoke_at.unwrap_or(now);
        }
        self.problem = Some(error.clone().into());
    }

    /// The local database failed.
    pub fn broken(&mut self, error: Error) {
        self.problem = Some(error);
    }

    /// There is a new token.
    pub fn signed_in(&mut self) {
        self.contact = Contact::Untried;
        self.problem = None;
    }

    /// Nothing can be changed, because the tenant's pack is one for a later version of the app.
    pub fn newer_pack(&self) -> Option<&Error> {
        self.newer.as_ref()
    }

    /// What to tell first.
    pub fn worst(&self) -> Option<&Error> {
        self.problem
            .as_ref()
            .or(self.newer.as_ref())
            .or(self.pack_problem.as_ref())
            .or(self.feed_problem.as_ref())
    }

    /// The feed said two things.
    pub fn contradicted(&mut self, detail: &str) {
        self.feed_problem = Some(Error::with(Code::ApiMismatch, detail));
    }
}
