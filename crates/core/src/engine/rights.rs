//! What the platform last said of the operator: roles, regions, settings and controls in force.
//! Kept in `state.db`, so that policy decides without a network.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use serde_json::{Map, Value, json};
use watchkeeper_model::Actor;
use watchkeeper_wire::session::Me;

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
    /// Zone in which the tenant's day begins.
    pub zone: Tz,
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
        }
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
