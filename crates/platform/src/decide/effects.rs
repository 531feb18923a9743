//! What an allowed operation does: records that change, calls to providers and what these rest on.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Map;
use watchkeeper_wire::operation::{Operation, Verdict};

use super::judge::Allowed;
use super::{Draft, snapshot};
use crate::Platform;
use crate::problem::ApiError;
use crate::store::{self, Access, Basis, Facts, NewCall, RecordRow, Write};

/// Does the operation make the record that it is on?
pub(super) async fn creates(
    platform: &Platform,
    operation: &Operation,
    facts: &Facts,
) -> Result<bool, ApiError> {
    let pack = platform.packs.active(&facts.tenant).await?;
    let kind = pack.as_ref().and_then(|pack| pack.kind(&operation.kind));
    let action = kind.and_then(|kind| kind.actions.get(&operation.action));
    Ok(action.is_some_and(|action| action.def.creates))
}

/// A record before it is made.
pub(super) fn unmade(kind: &str, id: &str, now: DateTime<Utc>) -> RecordRow {
    RecordRow {
        kind: kind.to_owned(),
        id: id.to_owned(),
        revision: 0,
        seq: 0,
        updated_at: now,
        region: None,
        body: Map::new(),
        computed: Map::new(),
    }
}

/// Record writes and calls of an allowed action.
pub(super) async fn effects(
    platform: &Platform,
    access: &Access,
    operation: &Operation,
    facts: &Facts,
    allowed: &Allowed,
    now: DateTime<Utc>,
) -> Result<(Vec<Write>, Vec<NewCall>), ApiError> {
    let Some(pack) = platform.packs.active(&facts.tenant).await? else {
        return Ok((Vec::new(), Vec::new()));
    };
    let plan = &allowed.plan;
    let mut draft = Draft::new(&access.tenant, &pack);
    let new = unmade(&operation.kind, &operation.record, now);
    let record = match &facts.record {
        Some(record) => record,
        None if creates(platform, operation, facts).await? => {
            draft.begin(&new.kind, &new.id);
            &new
        }
        None => return Ok((Vec::new(), Vec::new())),
    };
    draft
        .set(platform, &record.kind, &record.id, &plan.sets)
        .await?;
    for on in &plan.sets_on {
        draft.set(platform, &on.kind, &on.id, &on.set).await?;
    }
    let own = (record.kind.as_str(), record.id.as_str());
    for erase in &plan.erases {
        draft.erase(platform, own, erase).await?;
    }
    for (place, create) in plan.creates.iter().enumerate() {
        draft.create(operation.id, place, create);
    }
    let writes = draft.finish(platform).await?;
    tracing::debug!(operation = %operation.id, %now, calls = plan.calls.len(), "allowed");
    let basis = Basis {
        agreed: allowed.agreed.clone(),
        besides: allowed.besides.clone(),
        ..basis(access, facts, record, &pack.hash)
    };
    let calls = plan
        .calls
        .iter()
        .map(|call| NewCall {
            call: call.clone(),
            basis: basis.clone(),
            not_after: allowed.not_after,
            // What was sent in a history that is lost may not show yet.
            sent_before: !allowed.besides.is_empty(),
        })
        .collect();
    Ok((writes, calls))
}

/// What a call is decided on.
pub(super) fn basis(access: &Access, facts: &Facts, record: &RecordRow, pack: &str) -> Basis {
    let snapshot = snapshot(record, &facts.refs);
    Basis {
        revision: snapshot.revision,
        body: snapshot.body,
        computed: snapshot.computed,
        refs: snapshot.refs,
        roles: access.roles.clone(),
        regions: access.regions.clone(),
        lookups: facts.lookups.clone(),
        pack: pack.to_owned(),
        otherwise: None,
        agreed: BTreeSet::new(),
        besides: Vec::new(),
    }
}

/// Revisions of an operation's own record, as a verdict says them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Revisions {
    /// What it went on from ([`Verdict::from_revision`]).
    pub from: Option<u64>,
    /// The last that it gave ([`Verdict::revision`]).
    pub given: Option<u64>,
}

impl Revisions {
    /// After these writes of it, which are the first.
    pub fn first(record: Option<&RecordRow>, of: (&str, &str), writes: &[Write]) -> Self {
        let before = record.map_or(0, |record| record.revision);
        let given = store::revision_after(record, of, writes);
        Self {
            from: (given > before).then_some(before),
            given: Some(given),
        }
    }

    /// After these writes of it, which go with what was said last. What changes nothing of the record gives it
    /// no revision: what stands there may be somebody else's.
    pub fn next(said: &Verdict, record: Option<&RecordRow>, writes: &[Write]) -> Self {
        let of = (said.kind.as_str(), said.record_id.as_str());
        let first = record.map(|record| Self::first(Some(record), of, writes));
        match first {
            Some(Self {
                from: Some(before),
                given,
            }) => Self {
                from: match said.revision == Some(before) {
                    true => said.from_revision.or(Some(before)),
                    false => Some(before),
                },
                given,
            },
            other => Self {
                from: said.from_revision,
                given: said.revision.or(other.and_then(|first| first.given)),
            },
        }
    }
}
