//! What a record says of its own agreement ([`approval::marks()`]): written with the asking, and with the
//! end of the waiting, in their transactions.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use watchkeeper_model::approval::{self, Approval, KIND, Mark, Needed, State};
use watchkeeper_model::{Actor, PlanError, Situation};
use watchkeeper_pack::Pack;
use watchkeeper_wire::operation::Operation;
use watchkeeper_wire::problem::Code;
use watchkeeper_wire::session::Operator;

use super::{put, question};
use crate::Platform;
use crate::decide::{Draft, actor, snapshot};
use crate::problem::ApiError;
use crate::store::{Access, Facts, Write};

/// Who asked, with the sight that they had.
pub(super) fn asker(tenant: &str, by: &Actor) -> Access {
    Access {
        token_hash: String::new(),
        tenant: tenant.to_owned(),
        operator: Operator {
            id: by.id.clone(),
            name: by.id.clone(),
        },
        roles: by.roles.iter().cloned().collect(),
        regions: by.regions.iter().cloned().collect(),
        revoked: false,
    }
}

/// An operation for which somebody has to agree, and what is there now.
pub(super) struct Marking<'a> {
    /// Who asked.
    pub access: &'a Access,
    /// What for.
    pub request: &'a Operation,
    /// What it is worked out on; their head guards what is written.
    pub facts: &'a Facts,
    /// The platform's clock, UTC.
    pub now: DateTime<Utc>,
}

impl Marking<'_> {
    /// What the record says while these are asked: at most one write of it, and none that changes nothing,
    /// so that the record's next revision is known. With it come what else waits on the record.
    pub async fn asked(
        &self,
        platform: &Platform,
        pack: &Pack,
        needed: &[Needed],
    ) -> Result<Vec<Write>, ApiError> {
        let rows: BTreeSet<String> = needed.iter().map(|ask| ask.row.clone()).collect();
        // It was decided on the same that this can be worked out.
        let sets = self
            .sets(pack, &rows, Mark::Asked)
            .map_err(|error| ApiError::new(Code::Unavailable, error.to_string()))?;
        self.writes(platform, pack, &sets).await
    }

    /// What the record says once nobody is waited for: at most one write of it, likewise.
    pub async fn answered(
        &self,
        platform: &Platform,
        rows: &BTreeSet<String>,
    ) -> Result<Vec<Write>, ApiError> {
        let Some(pack) = platform.packs.active(&self.facts.tenant).await? else {
            return Ok(Vec::new());
        };
        let sets = self.answered_in(&pack, rows);
        self.writes(platform, &pack, &sets).await
    }

    /// The fields of that, for a record that is written anyway.
    pub async fn answered_sets(
        &self,
        platform: &Platform,
        rows: &BTreeSet<String>,
    ) -> Result<Map<String, Value>, ApiError> {
        let pack = platform.packs.active(&self.facts.tenant).await?;
        Ok(pack.map_or_else(Map::new, |pack| self.answered_in(&pack, rows)))
    }

    /// An answer counts though a field beside it cannot be worked out.
    fn answered_in(&self, pack: &Pack, rows: &BTreeSet<String>) -> Map<String, Value> {
        let sets = self.sets(pack, rows, Mark::Answered);
        sets.unwrap_or_else(|error| {
            tracing::warn!(%error, operation = %self.request.id, "a record does not say that it was answered");
            Map::new()
        })
    }

    fn sets(
        &self,
        pack: &Pack,
        rows: &BTreeSet<String>,
        mark: Mark,
    ) -> Result<Map<String, Value>, PlanError> {
        let kind = pack.kind(&self.request.kind);
        let action = kind.and_then(|kind| kind.actions.get(&self.request.action));
        let (Some(kind), Some(action), Some(record)) = (kind, action, &self.facts.record) else {
            return Ok(Map::new());
        };
        let seen = snapshot(record, &self.facts.refs);
        let tenant = &self.facts.tenant;
        let situation = Situation {
            pack,
            kind,
            record: &seen,
            params: &self.request.params,
            actor: &actor(
                &self.access.operator.id,
                &self.access.roles,
                &self.access.regions,
            ),
            now: self.now,
            settings: &pack.settings_in_force(&tenant.settings),
            controls: &pack.controls_in_force(&tenant.controls),
            lookups: &self.facts.lookups,
        };
        let mut sets = approval::marks(&situation, action, rows, mark)?;
        // What is so already makes no new revision.
        sets.retain(|name, value| record.body.get(name).unwrap_or(&Value::Null) != value);
        Ok(sets)
    }

    async fn writes(
        &self,
        platform: &Platform,
        pack: &Pack,
        sets: &Map<String, Value>,
    ) -> Result<Vec<Write>, ApiError> {
        let mut draft = Draft::new(&self.access.tenant, pack);
        draft
            .set(platform, &self.request.kind, &self.request.record, sets)
            .await?;
        let mut writes = draft.finish(platform).await?;
        if !writes.is_empty() {
            writes.extend(self.carried(platform).await?);
        }
        Ok(writes)
    }

    /// What a record says of one asking is no change of it for another one: what waits on the record as it
    /// was until now waits on it as it is next.
    async fn carried(&self, platform: &Platform) -> Result<Vec<Write>, ApiError> {
        let Some(record) = &self.facts.record else {
            return Ok(Vec::new());
        };
        let (tenant, own) = (&self.access.tenant, self.request.id.to_string());
        let others = question(&[
            ("state", "=", State::Waiting.as_str()),
            ("subject", "=", record.id.as_str()),
            ("subject_kind", "=", record.kind.as_str()),
            ("operation", "<>", own.as_str()),
        ]);
        let mut writes = Vec::new();
        for row in platform.store.records(tenant, KIND, &others).await? {
            let seen = Approval::read(&row.body).and_then(|approval| approval.revision);
            if seen == Some(record.revision) {
                let mut body = row.body;
                body.insert("subject_revision".into(), (record.revision + 1).into());
                writes.push(put(platform, tenant, row.id, body).await?);
            }
        }
        Ok(writes)
    }
}
