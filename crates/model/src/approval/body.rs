//! An approval as a record holds it.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};
use watchkeeper_pack::value::{instant, instant_text};
use watchkeeper_pack::{Action, Pack};

use super::{Agreed, Needed, role_label, what};
use crate::decision::Actor;

/// Where an approval stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// For an answer.
    Waiting,
    /// Somebody agreed.
    Approved,
    /// Somebody did not.
    Rejected,
    /// Who asked took it back.
    Withdrawn,
    /// Nobody answered in time.
    Lapsed,
    /// It was agreed to, and policy did not let it through any more.
    Failed,
}

impl State {
    /// As it stands in the record.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Lapsed => "lapsed",
            Self::Failed => "failed",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let all = [
            Self::Waiting,
            Self::Approved,
            Self::Rejected,
            Self::Withdrawn,
            Self::Lapsed,
            Self::Failed,
        ];
        all.into_iter().find(|state| state.as_str() == text)
    }
}

/// What is asked for; the same for each row that asks.
#[derive(Debug, Clone)]
pub struct About<'a> {
    /// Id of the operation that waits.
    pub operation: &'a str,
    /// Kind of its record.
    pub kind: &'a str,
    /// The record.
    pub id: &'a str,
    /// The record in a line, as of asking.
    pub title: &'a str,
    /// Region of the record, so that who may see the one may see the other.
    pub region: Option<&'a str>,
    /// Revision of the record, where another one makes what was agreed to void.
    pub revision: Option<u64>,
    /// The action.
    pub action: &'a Action,
    /// Lines of "this will …".
    pub will: &'a [String],
    /// Who asks.
    pub actor: &'a Actor,
    /// When, UTC.
    pub asked_at: DateTime<Utc>,
    /// Until when an answer counts, UTC.
    pub lapses_at: DateTime<Utc>,
}

/// The fields of the record for one row that asks.
pub fn body(pack: &Pack, about: &About<'_>, ask: &Needed) -> Map<String, Value> {
    let list = |set: &BTreeSet<String>| {
        let values = set.iter().map(|each| Value::from(each.as_str()));
        Value::from(Value::Array(values.collect()).to_string())
    };
    let fallback = ask.fallback.as_ref();
    let from = fallback.map(|(_, minutes)| about.asked_at + TimeDelta::minutes((*minutes).into()));
    let fields = [
        ("state", State::Waiting.as_str().into()),
        ("operation", about.operation.into()),
        ("subject_kind", about.kind.into()),
        ("subject", about.id.into()),
        ("subject_label", about.title.into()),
        (
            "subject_revision",
            about.revision.map_or(Value::Null, Value::from),
        ),
        ("region", about.region.map_or(Value::Null, Value::from)),
        ("action", about.action.name.as_str().into()),
        ("action_label", about.action.def.label.as_str().into()),
        ("what", what(about.will).into()),
        ("row", ask.row.as_str().into()),
        ("row_title", ask.title.as_str().into()),
        ("found", ask.found.as_str().into()),
        ("role", ask.role.as_str().into()),
        ("role_label", role_label(pack, &ask.role).into()),
        (
            "fallback_role",
            fallback.map_or(Value::Null, |(role, _)| role.as_str().into()),
        ),
        (
            "fallback_label",
            fallback.map_or(Value::Null, |(role, _)| role_label(pack, role).into()),
        ),
        (
            "fallback_at",
            from.map_or(Value::Null, |at| instant_text(at).into()),
        ),
        ("asked_by", about.actor.id.as_str().into()),
        ("asked_roles", list(&about.actor.roles)),
        ("asked_regions", list(&about.actor.regions)),
        ("asked_at", instant_text(about.asked_at).into()),
        ("lapses_at", instant_text(about.lapses_at).into()),
    ];
    let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
    fields
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// An approval, read from its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Where it stands.
    pub state: State,
    /// Id of the operation that waits.
    pub operation: String,
    /// What it will do, as who agrees reads it.
    pub what: String,
    /// Row that asks.
    pub row: String,
    /// Role that answers.
    pub role: String,
    /// Role that may answer instead, and from when on, UTC.
    pub fallback: Option<(String, DateTime<Utc>)>,
    /// Revision of the record as asked, where it matters.
    pub revision: Option<u64>,
    /// Who asked, with the sight that they had.
    pub asked_by: Actor,
    /// Until when an answer counts, UTC.
    pub lapses_at: DateTime<Utc>,
}

impl Approval {
    /// Reads a record; none where it is not one of an approval.
    pub fn read(body: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| body.get(name)?.as_str();
        let list =
            |name: &str| -> Option<BTreeSet<String>> { serde_json::from_str(text(name)?).ok() };
        let fallback = text("fallback_role").map(ToOwned::to_owned);
        Some(Self {
            state: State::parse(text("state")?)?,
            operation: text("operation")?.to_owned(),
            what: text("what").unwrap_or_default().to_owned(),
            row: text("row")?.to_owned(),
            role: text("role")?.to_owned(),
            fallback: fallback.zip(text("fallback_at").and_then(instant)),
            revision: body.get("subject_revision").and_then(Value::as_u64),
            asked_by: Actor {
                id: text("asked_by")?.to_owned(),
                roles: list("asked_roles")?,
                regions: list("asked_regions")?,
            },
            lapses_at: instant(text("lapses_at")?)?,
        })
    }

    /// What there is once it was agreed to.
    pub fn agreed(&self) -> Agreed {
        Agreed {
            row: self.row.clone(),
            role: self.role.clone(),
            fallback: self.fallback.as_ref().map(|(role, _)| role.clone()),
        }
    }

    /// One of the roles that answer is the actor's: the first, or at its instant and from then on the
    /// other.
    pub fn is_for(&self, actor: &Actor, now: DateTime<Utc>) -> bool {
        let other = |(role, from): &(String, DateTime<Utc>)| {
            *from <= now && actor.roles.contains(role.as_str())
        };
        actor.roles.contains(&self.role) || self.fallback.as_ref().is_some_and(other)
    }

    /// It waits for this actor's answer, as far as time, role and who asked say: nobody answers what
    /// they asked for, and nothing is answered after its time.
    pub fn waits_for(&self, actor: &Actor, now: DateTime<Utc>) -> bool {
        self.state == State::Waiting
            && now <= self.lapses_at
            && self.asked_by.id != actor.id
            && self.is_for(actor, now)
    }
}
