//! Jobs of a world of rows that somebody runs by hand: what the back end of such a platform would do, as
//! its `demo.yaml` says. They bring records, and take actions, by the pack's own policy, on what waits.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};
use watchkeeper_pack::Pack;
use watchkeeper_wire::ingest::{Incoming, Ingest};
use watchkeeper_wire::operation::{Operation, VerdictWord};
use watchkeeper_wire::problem::Code;
use watchkeeper_wire::session::Operator;

use super::nightly::changed;
use super::rows::{Records, RowsWorld};
use crate::problem::ApiError;
use crate::store::{Access, Committed, Question};
use crate::{Platform, decide, intake};

/// How often a record is looked at again because somebody wrote it meanwhile.
const MAX_TRIES: u32 = 8;

/// What a job does.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobOf {
    /// Its name, as actions ask for it.
    pub job: String,
    /// Only with this argument; with any where absent.
    #[serde(default)]
    pub argument: Option<String>,
    /// Records that it brings, told from the moment of its run. One that is there already gets only the
    /// fields that it does not have yet, so that a run that is made again changes nothing.
    #[serde(default)]
    pub records: Records,
    /// What it does to records that wait.
    #[serde(default)]
    pub acts: Option<ActsOn>,
}

/// An action on records that wait, taken by the platform's own system.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActsOn {
    /// Their kind.
    pub kind: String,
    /// Field in which the job's argument stands.
    pub field: String,
    /// State in which they wait.
    pub state: String,
    /// The action.
    pub action: String,
    /// Roles in which it is taken.
    pub roles: Vec<String>,
}

/// A run of a job, as its runner has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunOf<'a> {
    /// Its id, which it keeps however often it is made again.
    pub(crate) id: &'a str,
    /// When it was asked for, UTC.
    pub(crate) asked_at: DateTime<Utc>,
    /// The job.
    pub(crate) job: &'a str,
    /// What it is to work on.
    pub(crate) argument: Option<&'a str>,
}

impl JobOf {
    fn is(&self, run: &RunOf<'_>) -> bool {
        self.job == run.job && (self.argument.is_none() || self.argument.as_deref() == run.argument)
    }
}

/// Does the work of a job that this world knows, and answers how many records it changed; of any other
/// none.
pub(super) async fn run(
    platform: &Platform,
    world: &RowsWorld,
    run: &RunOf<'_>,
    at: DateTime<Utc>,
) -> Result<usize, ApiError> {
    if !world.jobs.iter().any(|one| one.is(run)) {
        return Ok(0);
    }
    let known = platform.store.tenant(&world.tenant.id).await?;
    let known = known.ok_or(Code::NotFound)?;
    let pack = platform.packs.active(&known).await?.ok_or(Code::NotFound)?;
    let mut changed = 0;
    for one in world.jobs.iter().filter(|one| one.is(run)) {
        changed += bring(platform, world, &pack, &one.records, at).await?;
        if let (Some(acts), Some(argument)) = (&one.acts, run.argument) {
            changed += act(platform, world, &pack, (acts, argument), run).await?;
        }
    }
    Ok(changed)
}

async fn bring(
    platform: &Platform,
    world: &RowsWorld,
    pack: &Pack,
    records: &Records,
    at: DateTime<Utc>,
) -> Result<usize, ApiError> {
    let tenant = world.tenant.id.as_str();
    let told = world.told(pack, records, at);
    let told = told.map_err(|problem| misfit(tenant, &problem))?;
    let (mut new, mut changed) = (Vec::new(), 0);
    for record in told {
        let there = platform.store.record(tenant, &record.kind, &record.id);
        match there.await? {
            Some(_) => changed += complete(platform, tenant, &record, at).await?,
            None => new.push(record),
        }
    }
    if new.is_empty() {
        return Ok(changed);
    }
    changed += new.len();
    let brought = Ingest {
        records: new,
        removed: Vec::new(),
    };
    let answer = intake::take(platform, tenant, &brought).await?;
    match answer.rejected.first() {
        Some(first) => Err(misfit(tenant, &first.problem)),
        None => Ok(changed),
    }
}

fn misfit(tenant: &str, problem: &str) -> ApiError {
    tracing::error!(
        tenant,
        problem,
        "what a job of the demo brings does not fit"
    );
    Code::Internal.into()
}

/// Gives a record the fields that it does not have yet.
async fn complete(
    platform: &Platform,
    tenant: &str,
    told: &Incoming,
    at: DateTime<Utc>,
) -> Result<usize, ApiError> {
    for _ in 0..MAX_TRIES {
        let row = platform.store.record(tenant, &told.kind, &told.id).await?;
        let Some(row) = row else {
            return Ok(0);
        };
        let fields = told.body.iter();
        let lacks: Map<String, Value> = fields
            .filter(|(name, _)| !row.body.contains_key(name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if lacks.is_empty() {
            return Ok(0);
        }
        let write = changed(platform, tenant, &row, Value::Object(lacks)).await?;
        let written = platform
            .store
            .write_unless_moved(tenant, at, &[write])
            .await?;
        if let Committed::Done(touched) = written {
            platform.hints.changed(tenant, &touched);
            return Ok(1);
        }
    }
    Err(Code::Unavailable.into())
}

/// Takes the action on each record of the argument that waits. One that was taken leaves the state, so
/// that a run that is made again goes on with the others. Each has the operation's id from the run: where
/// the platform was put back meanwhile and does not know it any more, a provider is found to have done it.
async fn act(
    platform: &Platform,
    world: &RowsWorld,
    pack: &Pack,
    (acts, argument): (&ActsOn, &str),
    run: &RunOf<'_>,
) -> Result<usize, ApiError> {
    const WAITS: &str = "json_extract(body, '$.state') = ? AND json_extract(body, '$.' || ?) = ?";
    let tenant = world.tenant.id.as_str();
    let question = Question {
        text: WAITS.to_owned(),
        params: vec![
            acts.state.as_str().into(),
            acts.field.as_str().into(),
            argument.into(),
        ],
    };
    let access = Access {
        token_hash: String::new(),
        tenant: tenant.to_owned(),
        operator: Operator {
            id: world.admin.id.clone(),
            name: world.admin.name.clone(),
        },
        roles: acts.roles.clone(),
        regions: Vec::new(),
        revoked: false,
    };
    let mut done = 0;
    let waiting = platform.store.records(tenant, &acts.kind, &question);
    for row in waiting.await? {
        let operation = Operation {
            id: id_of(
                run,
                tenant,
                (row.kind.as_str(), row.id.as_str()),
                &acts.action,
            ),
            version: 1,
            kind: row.kind,
            record: row.id,
            action: acts.action.clone(),
            params: Map::new(),
            author: access.operator.id.clone(),
            device: Uuid::nil(),
            made_at: run.asked_at,
            base_revision: Some(row.revision),
            not_after: None,
            pack: pack.hash.clone(),
            lookups: BTreeMap::new(),
        };
        let verdict = decide::apply(platform, &access, &operation, false).await?;
        match verdict.word {
            VerdictWord::Accepted | VerdictWord::Confirmed => done += 1,
            word => {
                tracing::info!(?word, record = %operation.record, "a job leaves a record alone")
            }
        }
    }
    Ok(done)
}

/// The id of what a run does to a record: the same whenever it is made again.
fn id_of(run: &RunOf<'_>, tenant: &str, (kind, record): (&str, &str), action: &str) -> Uuid {
    let millis = u64::try_from(run.asked_at.timestamp_millis()).unwrap_or(0);
    let named = format!("{}/{tenant}/{kind}/{record}/{action}", run.id);
    let hash: [u8; 32] = Sha256::digest(named).into();
    let random = hash.first_chunk::<10>().copied().unwrap_or_default();
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_run_does_to_a_record_has_one_id_however_often_the_run_is_made() {
        let run = |id| RunOf {
            id,
            asked_at: DateTime::UNIX_EPOCH,
            job: "payouts:process",
            argument: Some("PB-1"),
        };
        let of = |run: &RunOf<'_>, tenant, record| id_of(run, tenant, ("payout", record), "send");
        let first = of(&run("k:1"), "a", "PO-1");
        assert_eq!(of(&run("k:1"), "a", "PO-1"), first);
        assert_eq!(first.get_version_num(), 7);
        for other in [
            of(&run("k:1"), "a", "PO-2"),
            of(&run("k:1"), "b", "PO-1"),
            of(&run("k:2"), "a", "PO-1"),
        ] {
            assert_ne!(other, first);
        }
    }
}
