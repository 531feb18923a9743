//! What is watched of one tenant: which rules a change touches, and when each must be looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value};
use watchkeeper_pack::format::Severity;
use watchkeeper_pack::pack::Watched as Watching;
use watchkeeper_pack::{Alert, Pack};

use super::settle::{self, Settled};
use super::{forget, kept_out, look};
use crate::Platform;
use crate::problem::ApiError;
use crate::store::{Names, TenantState};

/// How often a rule is looked at again because something was written under it.
pub(super) const MAX_TRIES: u32 = 32;

/// A clock that is behind the last look by more than this was set back.
const SET_BACK: TimeDelta = TimeDelta::minutes(1);

/// Which of a rule's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// All that it is watched for.
    All,
    /// These, should they be among them. A metric is the one with the empty id.
    These(BTreeSet<String>),
}

/// What a look sees of its tenant.
pub struct Sight<'a> {
    /// What is shared.
    pub platform: &'a Platform,
    /// The tenant.
    pub tenant: &'a str,
    /// Its pack.
    pub pack: &'a Pack,
    /// Settings in force.
    pub settings: Map<String, Value>,
    /// Controls in force.
    pub controls: Map<String, Value>,
    /// The platform's clock.
    pub now: DateTime<Utc>,
}

impl Sight<'_> {
    /// Zone of the tenant's day.
    pub fn zone(&self) -> Tz {
        self.pack.zone_in(&self.settings)
    }
}

/// One tenant, as far as it was looked at.
#[derive(Default)]
pub struct Watched {
    /// Pack, settings and controls of the last look; others mean another look at everything.
    basis: Option<Basis>,
    /// Changes up to here were looked at or are to do.
    seq: u64,
    /// Not looked at yet, by rule.
    to_do: BTreeMap<String, Which>,
    /// The platform's clock at the last look.
    at: Option<DateTime<Utc>>,
    /// When each record of a rule must be looked at, by rule and id.
    due: BTreeMap<String, BTreeMap<String, DateTime<Utc>>>,
    /// All providers let the platform in, and no alert says otherwise.
    let_in: bool,
}

#[derive(PartialEq)]
struct Basis {
    pack: Option<String>,
    settings: u64,
    controls: Map<String, Value>,
}

impl Watched {
    /// When something may change by itself next.
    pub fn next(&self) -> Option<DateTime<Utc>> {
        self.due.values().flat_map(BTreeMap::values).min().copied()
    }

    /// Looks at all that may have changed.
    pub async fn step(
        &mut self,
        platform: &Platform,
        tenant: &str,
        now: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        let Some(state) = platform.store.tenant(tenant).await? else {
            return Ok(());
        };
        let Some(pack) = platform.packs.active(&state).await? else {
            return Ok(());
        };
        // A clock that was set back makes nothing of when something was to be looked at.
        if self.at.is_some_and(|at| at - now > SET_BACK) {
            (self.basis, self.due) = (None, BTreeMap::new());
        }
        self.at = Some(now);
        self.take_stock(platform, &state, &pack, now).await?;
        self.take_due(now);
        let sight = Sight {
            platform,
            tenant,
            pack: &pack,
            settings: pack.settings_in_force(&state.settings),
            controls: pack.controls_in_force(&state.controls),
            now,
        };
        // Whatever comes of it, the rules are looked at.
        let kept_out = kept_out::look_at(&sight, &mut self.let_in).await;
        // What somebody may be called for comes first, and what touches least.
        let mut rules: Vec<&Alert> = pack.alerts.values().collect();
        rules.sort_by_key(|rule| {
            let all = self.to_do.get(&rule.def.id) == Some(&Which::All);
            (rule.def.severity != Severity::Red, all)
        });
        for rule in rules {
            let id = &rule.def.id;
            let Some(which) = self.to_do.get(id).cloned() else {
                continue;
            };
            let settled = look_at(&sight, rule, &which).await?;
            self.to_do.remove(id);
            let due = self.due.entry(id.clone()).or_default();
            if which == Which::All {
                due.clear();
            }
            due.extend(settled.look_again);
        }
        kept_out
    }

    /// What changed since the last step.
    async fn take_stock(
        &mut self,
        platform: &Platform,
        state: &TenantState,
        pack: &Arc<Pack>,
        now: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        let tenant = state.tenant.id.as_str();
        let basis = Basis {
            pack: state.pack.as_ref().map(|pack| pack.hash.clone()),
            settings: state.settings_version,
            controls: state.controls.clone(),
        };
        let changed = match &self.basis {
            Some(known) if *known == basis => {
                platform.store.changed_records(tenant, self.seq).await?
            }
            known => {
                let same_pack = known.as_ref().is_some_and(|known| known.pack == basis.pack);
                if !same_pack {
                    let expressions: Vec<_> = pack.asked_expressions().into_iter().collect();
                    platform.store.index(&expressions).await?;
                    forget::rules_that_are_gone(platform, tenant, pack, now).await?;
                    self.due.clear();
                }
                None
            }
        };
        for rule in pack.alerts.values() {
            if let Some(which) = touched(pack, rule, changed.as_ref()) {
                self.add(&rule.def.id, which);
            }
        }
        self.to_do.retain(|id, _| pack.alerts.contains_key(id));
        self.basis = Some(basis);
        self.seq = state.head;
        Ok(())
    }

    fn take_due(&mut self, now: DateTime<Utc>) {
        let mut due: Vec<(String, BTreeSet<String>)> = Vec::new();
        for (rule, ids) in &mut self.due {
            let come: BTreeSet<String> = ids
                .iter()
                .filter(|(_, at)| **at <= now)
                .map(|(id, _)| id.clone())
                .collect();
            if !come.is_empty() {
                ids.retain(|id, _| !come.contains(id));
                due.push((rule.clone(), come));
            }
        }
        for (rule, ids) in due {
            self.add(&rule, Which::These(ids));
        }
    }

    fn add(&mut self, rule: &str, more: Which) {
        let both = match (self.to_do.remove(rule), more) {
            (None, which) => which,
            (Some(Which::These(mut known)), Which::These(more)) => {
                known.extend(more);
                Which::These(known)
            }
            _ => Which::All,
        };
        self.to_do.insert(rule.to_owned(), both);
    }
}

/// What of a rule a change touches; `changed` is none where anything may have changed.
fn touched(pack: &Pack, rule: &Alert, changed: Option<&Names>) -> Option<Which> {
    let Some(changed) = changed else {
        return Some(Which::All);
    };
    match &rule.watched {
        Watching::Each { kind, .. } => {
            let asked = |name: &String| rule.lookups(pack).any(|lookup| lookup.def.kind == *name);
            if changed.keys().any(asked) {
                return Some(Which::All);
            }
            changed.get(kind).cloned().map(Which::These)
        }
        Watching::Metric(_) => {
            let reads = rule.reads(pack);
            let read = changed.keys().any(|kind| reads.contains(kind));
            read.then(|| Which::These([String::new()].into()))
        }
    }
}

/// Looks at a rule and writes what becomes of its episodes, again where somebody else wrote one of
/// them in between.
async fn look_at(sight: &Sight<'_>, rule: &Alert, which: &Which) -> Result<Settled, ApiError> {
    for _ in 0..MAX_TRIES {
        let looks = match &rule.watched {
            Watching::Each { kind, filter } => look::each(sight, rule, kind, filter, which).await?,
            Watching::Metric(id) => super::metric::look(sight, rule, id).await?,
        };
        if let Some(settled) = settle::settle(sight, &rule.def, which, looks).await? {
            return Ok(settled);
        }
    }
    Err(ApiError::from(watchkeeper_wire::problem::Code::Unavailable))
}
