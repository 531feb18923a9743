//! What a decision sees, read from the store.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use watchkeeper_model::decision::Actor;
use watchkeeper_model::{Situation, Snapshot};
use watchkeeper_pack::format::FieldType;
use watchkeeper_pack::{Kind, Pack};
use watchkeeper_wire::problem::Code;

use crate::Platform;
use crate::problem::ApiError;
use crate::store::{Access, Basis, Facts, FactsAsked, LookupAsked, Question, RecordRow};

/// What is decided on.
pub struct Asked<'a> {
    /// The tenant.
    pub tenant: &'a str,
    /// Kind of the record.
    pub kind: &'a str,
    /// Its id.
    pub record: &'a str,
}

/// Reads all that a decision needs. Lookups are asked on the record, so a kind that has some is
/// read twice, until both readings are of the same moment.
pub async fn gather(
    platform: &Platform,
    asked: &Asked<'_>,
    access: &Access,
    now: DateTime<Utc>,
) -> Result<Facts, ApiError> {
    let mut question = FactsAsked {
        kind: asked.kind.to_owned(),
        id: asked.record.to_owned(),
        refs: BTreeMap::new(),
        lookups: BTreeMap::new(),
        regions: access.regions.clone(),
        now,
    };
    let state = platform.store.tenant(asked.tenant).await?;
    let state = state.ok_or(Code::NotFound)?;
    let pack = platform.packs.active(&state).await?;
    let kind = pack.as_ref().and_then(|pack| pack.kind(asked.kind));
    if let Some(kind) = kind {
        question.refs = refs_of(kind);
    }
    loop {
        let facts = platform.store.facts(asked.tenant, &question).await?;
        let facts = facts.ok_or(Code::NotFound)?;
        if facts.tenant.pack != state.pack {
            // Another pack asks other questions.
            return Box::pin(gather(platform, asked, access, now)).await;
        }
        let (Some(pack), Some(kind)) = (&pack, kind) else {
            return Ok(facts);
        };
        // What is to be made asks as nothing yet.
        let makes = kind.actions.values().any(|action| action.def.creates);
        let new = makes.then(|| super::effects::unmade(asked.kind, asked.record, now));
        let Some(record) = facts.record.as_ref().or(new.as_ref()) else {
            return Ok(facts);
        };
        if kind.lookups.is_empty() {
            return Ok(facts);
        }
        let lookups = compile(pack, kind, record, &facts, access, now);
        if lookups == question.lookups {
            return Ok(facts);
        }
        question.lookups = lookups;
    }
}

/// Fields that refer to other records, with their kinds.
pub fn refs_of(kind: &Kind) -> BTreeMap<String, String> {
    kind.fields
        .iter()
        .filter(|(_, def)| def.type_ == FieldType::Ref)
        .filter_map(|(name, def)| Some((name.clone(), def.kind.clone()?)))
        .collect()
}

/// The kind's lookups as SQL. One that cannot be asked is left out: what reads it is undecidable,
/// and denies.
fn compile(
    pack: &Pack,
    kind: &Kind,
    record: &RecordRow,
    facts: &Facts,
    access: &Access,
    now: DateTime<Utc>,
) -> BTreeMap<String, LookupAsked> {
    let snapshot = snapshot(record, &facts.refs);
    let actor = actor(&access.operator.id, &access.roles, &access.regions);
    let situation = Situation {
        pack,
        kind,
        record: &snapshot,
        params: &Map::new(),
        actor: &actor,
        now,
        settings: &pack.settings_in_force(&facts.tenant.settings),
        controls: &pack.controls_in_force(&facts.tenant.controls),
        lookups: &BTreeMap::new(),
    };
    let scope = situation.scope(None);
    let ask = |(name, lookup): (&String, &watchkeeper_pack::pack::Lookup)| {
        let asked = pack.kind(&lookup.def.kind)?;
        let (filter, answer) = lookup.sql(asked, &scope).ok()?;
        let question = LookupAsked {
            kind: asked.name.clone(),
            filter: Question {
                text: filter.text,
                params: filter.params,
            },
            answer,
            list: lookup.is_list(),
        };
        Some((name.clone(), question))
    };
    kind.lookups.iter().filter_map(ask).collect()
}

/// Who decides, as policy sees them.
pub fn actor(id: &str, roles: &[String], regions: &[String]) -> Actor {
    Actor {
        id: id.to_owned(),
        roles: roles.iter().cloned().collect(),
        regions: regions.iter().cloned().collect(),
    }
}

/// A record as policy sees it.
pub fn snapshot(record: &RecordRow, refs: &BTreeMap<String, RecordRow>) -> Snapshot {
    Snapshot {
        id: record.id.clone(),
        revision: record.revision,
        body: record.body.clone(),
        computed: record.computed.clone(),
        refs: refs
            .iter()
            .map(|(field, row)| (field.clone(), Value::Object(fields(row))))
            .collect(),
    }
}

fn fields(row: &RecordRow) -> Map<String, Value> {
    let mut fields = row.body.clone();
    fields.extend(row.computed.clone());
    fields
}

/// The record that a call was decided on, as it stood then.
pub fn basis_snapshot(id: &str, basis: &Basis) -> Snapshot {
    Snapshot {
        id: id.to_owned(),
        revision: basis.revision,
        body: basis.body.clone(),
        computed: basis.computed.clone(),
        refs: basis.refs.clone(),
    }
}
