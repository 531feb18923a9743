//! What the platform last said of the operator: roles, regions, settings and controls in force.
//! Kept in `state.db`, so that policy decides without a network.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};
use watchkeeper_model::Actor;
use watchkeeper_pack::Pack;
use watchkeeper_pack::pack::Session;
use watchkeeper_wire::session::{Me, Operator};

use crate::profile::open::Pinned;
use crate::store::{StoreError, Stores, setting};

/// Name in table `setting`.
const SETTING: &str = "me";

/// What the platform last said of the operator.
#[derive(Debug, Clone, PartialEq)]
pub struct Rights {
    /// Who decides.
    pub actor: Actor,
    /// The tenant's settings, as far as it said something.
    pub settings: Map<String, Value>,
    /// The platform's controls, likewise.
    pub controls: Map<String, Value>,
    /// Zone in which the tenant's day begins, where it says no other: see [`Rights::zone_in`].
    pub zone: Tz,
    /// The platform's word on when the operator sits down, by session; instants ascend.
    pub sessions: BTreeMap<String, Vec<DateTime<Utc>>>,
    /// What the tenant's operators are called, by id, as far as the platform told: see [`Rights::operator`].
    pub operators: BTreeMap<String, String>,
    /// Hash of the pack that the platform spoke of.
    pub pack: Option<String>,
    /// The platform is a demo, whose world may be chosen.
    pub demo: bool,
}

impl Rights {
    fn of(me: &Me, pinned: &Pinned) -> Self {
        Self {
            actor: Actor {
                id: pinned.operator.id.clone(),
                roles: me.roles.iter().cloned().collect(),
                regions: me.regions.iter().cloned().collect(),
            },
            settings: me.settings.clone(),
            controls: me.controls.clone(),
            zone: me.tenant.zone.parse().unwrap_or(Tz::UTC),
            sessions: me.sessions.clone(),
            operators: called(me.operators.iter().chain([&me.operator])),
            pack: me.pack.as_ref().map(|pack| pack.hash.clone()),
            demo: me.demo,
        }
    }

    /// Zone of the tenant's day: what it says by a setting of its pack, else what the platform has.
    pub fn zone_in(&self, pack: Option<&Pack>) -> Tz {
        pack.and_then(|pack| pack.zone_said(&self.settings))
            .unwrap_or(self.zone)
    }

    /// When a session comes round next after an instant: as the platform said, whose rules of zones
    /// count (fault 54), and further ahead as this laptop reckons.
    pub fn session_after(
        &self,
        pack: &Pack,
        (name, session): (&str, &Session),
        after: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let said = self.sessions.get(name).map_or(&[][..], Vec::as_slice);
        match said.iter().find(|at| **at > after) {
            Some(at) => Some(*at),
            None => {
                let last = said.last().copied();
                let zone = pack.session_zone_in(session, &self.settings);
                session
                    .schedule
                    .next_after_in(last.unwrap_or(after).max(after), zone)
            }
        }
    }

    /// When the operator sits down next.
    pub fn next_session(&self, pack: &Pack, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let sessions = pack.sessions.iter();
        sessions
            .filter_map(|(name, session)| self.session_after(pack, (name, session), after))
            .min()
    }

    /// A session of the pack that this laptop would expect at another instant than the platform says:
    /// one of the two has older rules of zones. Pure.
    pub fn zones_differ<'a>(&self, pack: &'a Pack) -> Option<&'a str> {
        if self.pack.as_ref() != Some(&pack.hash) {
            return None;
        }
        let differs = |(name, session): &(&'a String, &Session)| {
            let said = self
                .sessions
                .get(name.as_str())
                .map_or(&[][..], Vec::as_slice);
            let zone = pack.session_zone_in(session, &self.settings);
            said.windows(2).any(|pair| match pair {
                [one, next] => session.schedule.next_after_in(*one, zone) != Some(*next),
                _ => false,
            })
        };
        let found = pack.sessions.iter().find(differs);
        found.map(|(_, session)| session.def.label.as_str())
    }

    /// An operator as shown: by their name, or by their id where nobody has told that.
    pub fn operator<'a>(&'a self, id: &'a str) -> &'a str {
        self.operators.get(id).map_or(id, String::as_str)
    }

    /// The actor as expressions see it.
    pub fn actor_value(&self) -> Map<String, Value> {
        let list = |names: &BTreeSet<String>| json!(names);
        Map::from_iter([
            ("id".to_owned(), json!(self.actor.id)),
            ("roles".to_owned(), list(&self.actor.roles)),
            ("regions".to_owned(), list(&self.actor.regions)),
        ])
    }
}

/// What operators are called by their ids; the last word on each counts. Two of one name are told apart by their
/// ids. Pure.
fn called<'a>(operators: impl IntoIterator<Item = &'a Operator>) -> BTreeMap<String, String> {
    let operators = operators.into_iter();
    let named = operators.filter(|one| !one.name.trim().is_empty());
    let names: BTreeMap<&str, &str> = named
        .map(|one| (one.id.as_str(), one.name.as_str()))
        .collect();
    let (mut once, mut again) = (BTreeSet::new(), BTreeSet::new());
    for name in names.values() {
        if !once.insert(*name) {
            again.insert(*name);
        }
    }
    let shown = names.into_iter().map(|(id, name)| {
        let name = match again.contains(name) {
            true => format!("{name} ({id})"),
            false => name.to_owned(),
        };
        (id.to_owned(), name)
    });
    shown.collect()
}

/// Reads what was kept. Before the platform ever spoke: no roles, no settings.
pub(super) async fn load(stores: &Stores, pinned: &Pinned) -> Result<Rights, StoreError> {
    let kept: Option<Me> = stores
        .state
        .read(|state| setting::get(state, SETTING))
        .await?;
    Ok(match kept {
        Some(me) => Rights::of(&me, pinned),
        None => Rights {
            actor: Actor {
                id: pinned.operator.id.clone(),
                ..Actor::default()
            },
            settings: Map::new(),
            controls: Map::new(),
            zone: pinned.tenant.zone.parse().unwrap_or(Tz::UTC),
            sessions: BTreeMap::new(),
            operators: called([&pinned.operator]),
            pack: None,
            demo: false,
        },
    })
}

/// Keeps what the platform says, where it says something new. Answers that.
pub(crate) async fn keep(
    stores: &Stores,
    pinned: &Pinned,
    before: &Rights,
    me: &Me,
) -> Result<Option<Rights>, StoreError> {
    let now = Rights::of(me, pinned);
    if now == *before {
        return Ok(None);
    }
    let me = me.clone();
    stores
        .state
        .write(move |state| setting::put(state, SETTING, &me))
        .await?;
    Ok(Some(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_called_by_their_names_and_two_of_one_name_are_told_apart() {
        let named = |id: &str, name: &str| Operator {
            id: id.into(),
            name: name.into(),
        };
        let (kim, renamed) = (named("kim", "Kim"), named("kim", "Kim Lund"));
        let (lee, other) = (named("lee", "Lee"), named("lee-2", "Lee"));
        let nameless = named("noor", " ");
        let called = called([&kim, &lee, &other, &nameless, &renamed]);
        let shown: Vec<(&str, &str)> = called
            .iter()
            .map(|(id, name)| (id.as_str(), name.as_str()))
            .collect();
        let expected = [
            ("kim", "Kim Lund"),
            ("lee", "Lee (lee)"),
            ("lee-2", "Lee (lee-2)"),
        ];
        assert_eq!(shown, expected);
    }
}
