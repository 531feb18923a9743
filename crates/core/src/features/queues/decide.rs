//! A record's situation: what policy decides on, gathered from one look at both databases.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use watchkeeper_model::{
    Actor, Bulk, Decision, LookupValue, Outcome, Situation, Snapshot, control, decide, takes_part,
};
use watchkeeper_pack::{Action, Kind, Pack};

use super::lane::in_the_way;
use super::may_lapse::{Line, may_lapse};
use crate::error::Error;
use crate::features::reading::{Over, Reading, Row};

/// Everything that a decision on one record depends on.
pub(super) struct Case<'a> {
    pack: &'a Pack,
    kind: &'a Kind,
    actor: &'a Actor,
    pub(super) snapshot: Snapshot,
    settings: Map<String, Value>,
    controls: Map<String, Value>,
    pub(super) lookups: BTreeMap<String, LookupValue>,
}

impl<'a> Case<'a> {
    /// Gathers it.
    pub(super) fn new(
        reading: &'a Reading<'_>,
        pack: &'a Pack,
        kind: &'a Kind,
        row: &Row,
    ) -> Result<Self, Error> {
        Self::over(reading, Over::All, (pack, kind), row)
    }

    /// Gathers it over these of our operations.
    pub(super) fn over(
        reading: &'a Reading<'_>,
        over: Over,
        (pack, kind): (&'a Pack, &'a Kind),
        row: &Row,
    ) -> Result<Self, Error> {
        let mut case = Self {
            pack,
            kind,
            actor: &reading.rights.actor,
            snapshot: row.snapshot(reading.refs_over(over, row)?),
            settings: pack.settings_in_force(&reading.rights.settings),
            controls: pack.controls_in_force(&reading.rights.controls),
            lookups: BTreeMap::new(),
        };
        case.lookups = reading.lookups(over, &case.situation(reading, &Map::new()))?;
        Ok(case)
    }

    /// The situation with these parameters.
    pub(super) fn situation<'b>(
        &'b self,
        reading: &Reading<'_>,
        params: &'b Map<String, Value>,
    ) -> Situation<'b> {
        Situation {
            pack: self.pack,
            kind: self.kind,
            record: &self.snapshot,
            params,
            actor: self.actor,
            now: reading.now.at,
            settings: &self.settings,
            controls: &self.controls,
            lookups: &self.lookups,
        }
    }
}

/// Why a record takes no part where an action is taken on many at once: row and sentence. What
/// cannot be decided takes no part.
pub(super) fn takes_no_part(
    situation: &Situation<'_>,
    action: &Action,
) -> Option<(Option<String>, String)> {
    match takes_part(action, &situation.scope(None)) {
        Bulk::TakesPart => None,
        Bulk::LeftOut { row, why } => Some((Some(row), why)),
        Bulk::OneByOne => Some((None, "This is not possible on many at once.".to_owned())),
    }
}

/// The operator may take this action on a record now, with what it asks for still to be filled in.
pub(crate) fn may(
    reading: &Reading<'_>,
    kind: &Kind,
    row: &Row,
    action: &str,
) -> Result<bool, Error> {
    let lane = format!("{}/{}", row.kind, row.id);
    if in_the_way(reading.lane(&lane)?.iter(), action, None).is_some() {
        return Ok(false);
    }
    let pack = reading.pack()?;
    let params = Map::new();
    let case = Case::new(reading, pack, kind, row)?;
    let decision = decide(&case.situation(reading, &params), action);
    let allowed = match &decision.outcome {
        Outcome::Allow | Outcome::Ask => true,
        Outcome::Deny { code, .. } => code == "params.invalid",
    };
    Ok(allowed && !lapses_unsent(reading, pack, &row.kind, &decision))
}

/// it may lapse before the next sync. A switch of a control is meant to: it says that it is not in
/// effect, and is not wanted hours later.
pub(super) fn lapses_unsent(
    reading: &Reading<'_>,
    pack: &Pack,
    kind: &str,
    decision: &Decision,
) -> bool {
    if kind == control::KIND {
        return false;
    }
    let now = reading.now.at;
    let line = Line {
        cut_off_since: reading.link.failing_since.map(|since| since.min(now)),
        next_session: reading.rights.next_session(pack, now),
    };
    may_lapse(decision.not_after, now, line)
}
