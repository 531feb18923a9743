//! A control of the platform that comes to stop what waits: it is held and says so, before it goes out to
//! be refused. Released by the operator once the control lets it, never by itself: what was wanted before
//! a freeze may not be wanted after it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Transaction};
use serde_json::{Map, Value};
use watchkeeper_model::control::{self, Frozen};
use watchkeeper_model::{Situation, Snapshot};
use watchkeeper_pack::Pack;
use watchkeeper_wire::operation::Reason;

use super::queue::{self, Hold, Queued, Status};
use super::verdict;
use crate::changes::Source;
use crate::engine::{Engine, Rights, Scribe};
use crate::overlay::rows;
use crate::store::StoreError;

/// What stands around a decision on what waits.
pub struct Around<'a> {
    /// The pack in force.
    pub pack: &'a Pack,
    /// Who decides, and the settings.
    pub rights: &'a Rights,
    /// Controls, as the platform said them or as they might be.
    pub controls: &'a Map<String, Value>,
    /// UTC.
    pub now: DateTime<Utc>,
}

/// What these controls stop of an operation, decided on the record as the operator saw it and with what
/// was looked up then. What they do not stop the platform decides, as ever.
pub fn stopped(
    state: &Connection,
    around: &Around<'_>,
    operation: &Queued,
    names: &BTreeSet<String>,
) -> Result<Option<Frozen>, StoreError> {
    let request = &operation.request;
    let pack = around.pack;
    let Some(kind) = pack.kind(&request.kind) else {
        return Ok(None);
    };
    let Some(action) = kind.actions.get(&request.action) else {
        return Ok(None);
    };
    if !names.iter().any(|name| control::goes_by(action, name)) {
        return Ok(None);
    }
    let drawn = rows::of_record(state, &request.kind, &request.record)?;
    let Some(row) = drawn.into_iter().find(|row| row.operation == request.id) else {
        return Ok(None);
    };
    let record = Snapshot {
        id: request.record.clone(),
        revision: row.seen.revision,
        body: row.seen.body,
        computed: row.seen.computed,
        refs: row.seen.refs,
    };
    let situation = Situation {
        pack,
        kind,
        record: &record,
        params: &request.params,
        actor: &around.rights.actor,
        now: around.now,
        settings: &pack.settings_in_force(&around.rights.settings),
        controls: &pack.controls_in_force(around.controls),
        lookups: &request.lookups,
    };
    Ok(control::frozen(&situation, &request.action, names))
}

/// It waits under this name, and certainly did nothing yet.
pub fn waits(operation: &Queued, me: &str) -> bool {
    operation.status == Status::Waiting && operation.request.author == me && !operation.sent_before
}

/// The controls of which the platform says something else than before.
pub fn changed(before: &Rights, now: &Rights) -> BTreeSet<String> {
    let names = before.controls.keys().chain(now.controls.keys());
    names
        .filter(|name| before.controls.get(*name) != now.controls.get(*name))
        .cloned()
        .collect()
}

/// Holds what waits and is stopped by one of these controls as they stand now.
pub async fn hold(engine: &Engine, names: BTreeSet<String>) -> Result<(), StoreError> {
    let Some(pack) = engine.pack().filter(|_| !names.is_empty()) else {
        return Ok(());
    };
    let (scribe, now, rights) = (engine.scribe(), engine.clock.now().at, engine.rights());
    let me = engine.pinned.operator.id.clone();
    let held = engine
        .stores
        .state
        .write(move |state| {
            let mut held = Vec::new();
            for operation in queue::open(state)? {
                if waits(&operation, &me)
                    && hold_by(state, &scribe, &pack, &rights, &operation, &names, now)?
                {
                    held.push(operation.request);
                }
            }
            Ok::<_, StoreError>(held)
        })
        .await?;
    engine.operations_changed(&held, Source::Sync);
    Ok(())
}

/// Holds one that is about to be sent, where any control stops it by now; true where it is held. One that
/// may have been sent to an earlier history of the platform is asked about there.
pub(super) fn hold_one(
    state: &Transaction<'_>,
    scribe: &Scribe,
    pack: &Pack,
    rights: &Rights,
    operation: &Queued,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    if !waits(operation, &operation.request.author) {
        return Ok(false);
    }
    let all = pack.controls.keys().cloned().collect();
    hold_by(state, scribe, pack, rights, operation, &all, now)
}

fn hold_by(
    state: &Transaction<'_>,
    scribe: &Scribe,
    pack: &Pack,
    rights: &Rights,
    operation: &Queued,
    names: &BTreeSet<String>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let around = Around {
        pack,
        rights,
        controls: &rights.controls,
        now,
    };
    let Some(frozen) = stopped(state, &around, operation, names)? else {
        return Ok(false);
    };
    let reason = Reason {
        code: frozen.code,
        row: Some(frozen.row),
        detail: frozen.detail,
    };
    verdict::hold(state, scribe, operation, Hold::Frozen, reason, now)?;
    Ok(true)
}
