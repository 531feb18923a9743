//! Approvals: what somebody else has to agree to, who may, and what is asked.
//!
//! An action whose pack rows ask for agreement is queued like any other, and sent. The platform keeps
//! the operation as it came, makes one record of the engine's kind `approval` for each row that asks,
//! and carries the operation out under its own id once all of them were approved, decided anew on what
//! is there by then. A no, a withdrawal or the end of the time ends the operation without an effect.
//!
//! ```text
//!              everybody has agreed          policy says yes still
//!   waiting ─────────────────────▶ approved ──────────────────────▶ carried out, once
//!      │                               └──────────▶ failed: policy says no by now
//!      ├──▶ rejected   somebody said no
//!      ├──▶ withdrawn  who asked does not want it any more
//!      └──▶ lapsed     nobody answered in time
//! ```

mod body;
mod marks;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use watchkeeper_pack::Pack;

use crate::decision::{Actor, Decision, Outcome, Situation, deny};

pub use body::{About, Approval, State, body};
pub(crate) use marks::marks_in;
pub use marks::{Mark, marks};

/// Name of the kind.
pub const KIND: &str = "approval";
/// The action of an approver who agrees.
pub const APPROVE: &str = "approve";
/// The action of an approver who does not.
pub const REJECT: &str = "reject";
/// The action of whoever asked.
pub const WITHDRAW: &str = "withdraw";
/// Code of the reason for which an operation that the platform has waits.
pub const WAITS: &str = "approval.waits";
/// Code of a reason: agreement is needed, and there is none.
pub const NEEDED: &str = "approval.needed";
/// The lookup of the kind that counts what the actor has answered of the same operation.
const GIVEN: &str = "given_by_actor";
/// An operation without a not-after waits for so long: whoever looks in once a week had their turn, and
/// what nobody answers does not stand for ever.
const LONGEST: TimeDelta = TimeDelta::days(7);

/// Agreement that an action needs, by one row of the pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// Row id, such as `A-41`.
    pub row: String,
    /// The rule in a few words.
    pub title: String,
    /// What was found.
    pub found: String,
    /// Role that agrees.
    pub role: String,
    /// Role that may answer instead, and after how many minutes.
    pub fallback: Option<(String, u32)>,
    /// For how many minutes an answer is waited for, where the pack says so.
    pub waits_minutes: Option<u32>,
}

/// Agreement that was given: by which row, and who could give it. A row that asks somebody else by now is
/// agreed to by nobody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Agreed {
    /// Row id, such as `A-41`.
    pub row: String,
    /// Role that was asked.
    pub role: String,
    /// Role that could answer instead.
    pub fallback: Option<String>,
}

impl Needed {
    /// What there is once this has been agreed to.
    pub fn agreed(&self) -> Agreed {
        Agreed {
            row: self.row.clone(),
            role: self.role.clone(),
            fallback: self.fallback.as_ref().map(|(role, _)| role.clone()),
        }
    }
}

/// What this will do, in the words that who agrees reads.
pub fn what(will: &[String]) -> String {
    will.join("; ")
}

/// A role as shown.
pub fn role_label<'a>(pack: &'a Pack, role: &'a str) -> &'a str {
    let known = pack.people.roles.get(role);
    known.map_or(role, |def| def.label.as_str())
}

/// Whether somebody has one of these roles.
///
/// # Errors
/// Says in a sentence which of them is needed, by what they are called.
pub(crate) fn has_one_of(pack: &Pack, roles: &[String], actor: &Actor) -> Result<(), String> {
    if roles.iter().any(|role| actor.roles.contains(role)) {
        return Ok(());
    }
    let roles: Vec<&str> = roles.iter().map(|role| role_label(pack, role)).collect();
    Err(format!("This needs the role {}.", roles.join(" or ")))
}

/// Until when an answer counts, UTC: never beyond the operation's own not-after, and as long as the first of
/// these rows waits. One that says nothing of it waits until the not-after, or for [`LONGEST`].
pub fn lapses_at(
    asks: &[Needed],
    not_after: Option<DateTime<Utc>>,
    asked_at: DateTime<Utc>,
) -> DateTime<Utc> {
    let said = |minutes: u32| asked_at + TimeDelta::minutes(minutes.into());
    let otherwise = not_after.unwrap_or(asked_at + LONGEST);
    let each = asks
        .iter()
        .map(|ask| ask.waits_minutes.map_or(otherwise, said));
    each.chain(not_after).min().unwrap_or(otherwise)
}

impl Decision {
    /// The decision where this has been agreed to. What asks for more, or asks somebody else, still asks.
    #[must_use]
    pub fn agreed(mut self, to: &BTreeSet<Agreed>) -> Self {
        if self.outcome == Outcome::Ask && self.asks.iter().all(|ask| to.contains(&ask.agreed())) {
            self.outcome = Outcome::Allow;
        }
        self
    }

    /// Until when it can take effect, UTC: the last instant at which it is carried out, or at which
    /// agreement to it counts, if it is asked for now.
    pub fn until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.asks.is_empty() {
            true => self.not_after,
            false => Some(lapses_at(&self.asks, self.not_after, now)),
        }
    }
}

/// Why this actor may not answer an approval, or take it back, if so: `approval.own`,
/// `approval.twice`, `approval.not_asked_by_you`, `rights.missing_role`. That it waits still, and has not
/// lapsed, is said by its states and its not-after.
pub(crate) fn refused(situation: &Situation<'_>, action: &str) -> Option<Outcome> {
    if situation.kind.name != KIND {
        return None;
    }
    let body = &situation.record.body;
    let row = body.get("row").and_then(Value::as_str);
    let deny = |code: &str, detail: String| Some(deny(code, row, detail));
    let Some(approval) = Approval::read(body) else {
        let detail = "This approval cannot be read.";
        return deny("policy.undecidable", detail.into());
    };
    let mine = approval.asked_by.id == situation.actor.id;
    if action == WITHDRAW {
        return match mine {
            true => None,
            false => deny(
                "approval.not_asked_by_you",
                "Only who asked for this can take it back.".to_owned(),
            ),
        };
    }
    if mine {
        let detail = "Nobody answers what they asked for themselves.";
        return deny("approval.own", detail.into());
    }
    if let Some(detail) = no_role(situation, &approval) {
        return deny("rights.missing_role", detail);
    }
    // Who has agreed for one reason may still say no for another.
    if action != APPROVE {
        return None;
    }
    let given = situation.lookups.get(GIVEN).map(|lookup| &lookup.value);
    match given.and_then(Value::as_i64) {
        Some(0) => None,
        Some(_) => {
            let detail = "You have agreed to this for another reason already; it needs two people.";
            deny("approval.twice", detail.into())
        }
        None => {
            let detail = "Whether you have agreed already is not known.";
            deny("policy.undecidable", detail.into())
        }
    }
}

/// Why neither the role nor, by now, the other one is the actor's.
fn no_role(situation: &Situation<'_>, approval: &Approval) -> Option<String> {
    let actor = situation.actor;
    if approval.is_for(actor, situation.now) {
        return None;
    }
    let name = |role: &str| role_label(situation.pack, role).to_owned();
    let first = name(&approval.role);
    Some(match &approval.fallback {
        Some((role, from)) if actor.roles.contains(role) => {
            let at = from.with_timezone(&situation.pack.zone);
            let at = at.format("%-d %B %Y, %H:%M");
            format!("{first} answers this; {} may from {at} on.", name(role))
        }
        Some((role, _)) => format!("This needs the role {first}, or later {}.", name(role)),
        None => format!("This needs the role {first}."),
    })
}

/// Said to who asked, while it waits.
pub fn waits(pack: &Pack, asks: &[Needed], until: DateTime<Utc>) -> String {
    let mut roles: Vec<&str> = Vec::new();
    for ask in asks {
        let role = role_label(pack, &ask.role);
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    let until = until.with_timezone(&pack.zone);
    format!(
        "Waits for the agreement of {} until {}.",
        roles.join(" and "),
        until.format("%-d %B %Y, %H:%M")
    )
}
