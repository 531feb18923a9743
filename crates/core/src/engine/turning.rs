//! Tells when time alone changed what screens show: a deadline passed, a clock turned amber, a
//! session began, somebody else is to be called for an alert. Nothing is scanned: the next such instant
//! is read from the indexes.
//!
//! What counts minutes (how long an alert has fired, a number over the last days, a deadline that
//! pauses move and that so stands in no index) is told of at a coarse beat.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Connection;
use serde_json::{Map, Value};
use watchkeeper_model::alert;
use watchkeeper_pack::format::{FieldType, WarnDef};
use watchkeeper_pack::pack::Clock;
use watchkeeper_pack::{Kind, Pack, filter, value};

use super::{Engine, Rights};
use crate::changes::{Source, Tag};
use crate::features::watch::ALERT;
use crate::store::{StoreError, has_index};
use crate::sync::text::{identifier, literal};

/// Looked at anew this often; also when something changed.
const LONGEST: Duration = Duration::from_secs(20);
/// While an alert is open, what is said of alerts is a minute old at most.
const BEAT: TimeDelta = TimeDelta::seconds(60);
/// Windows of numbers move on by themselves.
const SLOW_BEAT: TimeDelta = TimeDelta::seconds(600);

pub(super) async fn turning(engine: Arc<Engine>) {
    let mut changes = engine.changes.subscribe();
    let mut seen = engine.clock.now().at;
    let (mut beat, mut moved) = (seen, seen);
    loop {
        let wait = match turn(&engine, &mut seen).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(%error, "the next deadline is not known");
                LONGEST
            }
        };
        if let Err(error) = tick(&engine, &mut beat).await {
            tracing::warn!(%error, "alerts could not be looked at");
        }
        if let Err(error) = pauses(&engine, &mut moved).await {
            tracing::warn!(%error, "deadlines that pauses move could not be looked at");
        }
        let sleep = tokio::time::sleep(wait);
        tokio::pin!(sleep);
        loop {
            tokio::select! {
                () = &mut sleep => break,
                change = changes.recv() => match change {
                    Ok(change) if change.profile.as_deref() != Some(engine.profile()) => {}
                    // Also one that was missed is a reason to look.
                    _ => break,
                },
            }
        }
    }
}

/// Tells that minutes passed, where something that is open counts them.
async fn tick(engine: &Engine, beat: &mut DateTime<Utc>) -> Result<(), StoreError> {
    let now = engine.clock.now().at;
    let passed = now - *beat;
    // Nothing is asked where either answer would be no.
    if !beats(passed, true) {
        return Ok(());
    }
    let open = engine.stores.cache.read(|cache| alerts_open(cache)).await?;
    if beats(passed, open) {
        *beat = now;
        engine.changed([Tag::Kind(ALERT.to_owned())], Source::Clock);
    }
    Ok(())
}

/// Tells that minutes passed for deadlines that pauses move, where there is one of such.
async fn pauses(engine: &Engine, moved: &mut DateTime<Utc>) -> Result<(), StoreError> {
    let now = engine.clock.now().at;
    if !beats(now - *moved, true) {
        return Ok(());
    }
    *moved = now;
    let kinds = engine.pack().map(|pack| movable(&pack)).unwrap_or_default();
    if kinds.is_empty() {
        return Ok(());
    }
    let there = engine.stores.cache.read(move |cache| there(cache, kinds));
    let tags: Vec<Tag> = there.await?.into_iter().map(Tag::Kind).collect();
    if !tags.is_empty() {
        engine.changed(tags, Source::Clock);
    }
    Ok(())
}

/// Kinds of which a pause moves a deadline.
fn movable(pack: &Pack) -> Vec<String> {
    let kinds = pack.kinds.values();
    let kinds = kinds.filter(|kind| kind.clocks.values().any(Clock::stands_still));
    kinds.map(|kind| kind.name.clone()).collect()
}

/// Of these kinds those with a record.
fn there(cache: &Connection, kinds: Vec<String>) -> Result<Vec<String>, StoreError> {
    let mut found = cache.prepare_cached("SELECT EXISTS (SELECT 1 FROM record WHERE kind = ?1)")?;
    let mut there = Vec::new();
    for kind in kinds {
        if found.query_row([&kind], |row| row.get(0))? {
            there.push(kind);
        }
    }
    Ok(there)
}

/// So long after it was last told of it is time again. A clock that was set back begins anew.
fn beats(passed: TimeDelta, open: bool) -> bool {
    passed < TimeDelta::zero() || passed >= if open { BEAT } else { SLOW_BEAT }
}

fn alerts_open(cache: &Connection) -> Result<bool, StoreError> {
    Ok(cache
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM record WHERE kind = 'alert'
                 AND json_extract(body, '$.state') IN ('pending', 'firing', 'acknowledged'))",
        )?
        .query_row([], |row| row.get(0))?)
}

/// Tells what turned since `seen`; answers how long nothing will.
async fn turn(engine: &Engine, seen: &mut DateTime<Utc>) -> Result<Duration, StoreError> {
    let now = engine.clock.now().at;
    let Some(pack) = engine.pack() else {
        *seen = now;
        return Ok(LONGEST);
    };
    let since = *seen;
    let rights = engine.rights();
    let turns = engine
        .stores
        .cache
        .read(move |cache| next_turns(cache, (&pack, &rights), since))
        .await?;
    let turned: BTreeSet<Tag> = turns
        .iter()
        .filter(|(_, at)| *at <= now)
        .map(|(kind, _)| Tag::Kind(kind.clone()))
        .collect();
    let next = turns.iter().map(|(_, at)| *at).filter(|at| *at > now).min();
    *seen = now;
    if !turned.is_empty() {
        engine.changed(turned.into_iter().chain([Tag::Navigation]), Source::Clock);
        // What comes after it is read at once.
        return Ok(Duration::from_millis(100));
    }
    let wait = next.and_then(|at| (at - now).to_std().ok());
    Ok(wait.map_or(LONGEST, |wait| {
        wait.clamp(Duration::from_millis(100), LONGEST)
    }))
}

/// For each kind, the first instant after this one at which something about it turns.
fn next_turns(
    cache: &Connection,
    (pack, rights): (&Pack, &Rights),
    after: DateTime<Utc>,
) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
    let session = rights.next_session(pack, after);
    let mut turns = Vec::new();
    for kind in pack.kinds.values() {
        let mut first = None;
        if kind
            .clocks
            .values()
            .any(|clock| matches!(clock.def.warn, WarnDef::BeforeNextSession))
        {
            first = session;
        }
        for (index, column) in instants(kind) {
            // What comes with the first fill tells its turns then.
            if !has_index(cache, &index)? {
                continue;
            }
            for before in warnings(kind) {
                let passed = value::instant_text(after + before);
                let sql = format!(
                    "SELECT min({column}) FROM record INDEXED BY {}
                     WHERE kind = {} AND {column} > ?1",
                    identifier(&index),
                    literal(&kind.name)
                );
                let found: Option<String> = cache
                    .prepare_cached(&sql)?
                    .query_row([passed], |row| row.get(0))?;
                let at = found
                    .as_deref()
                    .and_then(value::instant)
                    .map(|at| at - before);
                first = [first, at].into_iter().flatten().min();
            }
        }
        turns.extend(first.map(|at| (kind.name.clone(), at)));
    }
    let call = next_call(cache, (pack, rights), after)?;
    turns.extend(call.map(|at| (ALERT.to_owned(), at)));
    Ok(turns)
}

/// The first instant after this one at which somebody else is to be called for an alert that nobody
/// acknowledged.
fn next_call(
    cache: &Connection,
    (pack, rights): (&Pack, &Rights),
    after: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let calling = pack.alerts.iter();
    let calling = calling.filter(|(_, rule)| rule.def.escalation.is_some());
    let rules: Vec<String> = calling.map(|(id, _)| literal(id)).collect();
    if rules.is_empty() {
        return Ok(None);
    }
    let sql = format!(
        "SELECT body FROM record WHERE kind = 'alert' AND json_extract(body, '$.state') = 'firing'
             AND json_extract(body, '$.rule') IN ({})",
        rules.join(", ")
    );
    let settings = pack.settings_in_force(&rights.settings);
    let mut firing = cache.prepare_cached(&sql)?;
    let mut rows = firing.query([])?;
    let mut first = None;
    while let Some(row) = rows.next()? {
        let body: String = row.get(0)?;
        // What cannot be read is no alert that is shown.
        let Ok(body) = serde_json::from_str::<Map<String, Value>>(&body) else {
            continue;
        };
        let rule = body.get("rule").and_then(Value::as_str);
        let changes = rule.zip(alert::episode(&body)).and_then(|(rule, episode)| {
            alert::escalation(pack, &settings, rule, &episode, after)?.changes_at
        });
        first = [first, changes].into_iter().flatten().min();
    }
    Ok(first)
}

/// Indexed instants of a kind: index and SQL expression.
fn instants(kind: &Kind) -> Vec<(String, String)> {
    let fields = kind.fields.iter().map(|(name, def)| (name, def.type_));
    let computed = kind.computed.iter().map(|(name, c)| (name, c.def.type_));
    let columns: BTreeSet<String> = fields
        .chain(computed)
        .filter(|(_, type_)| *type_ == FieldType::Timestamp)
        .filter_map(|(name, _)| filter::column(kind, name))
        .collect();
    let mut indexed = kind.indexed_expressions();
    indexed.retain(|(_, expression)| columns.contains(expression));
    indexed
}

/// How long before an instant something turns: nothing, and each clock's warning.
fn warnings(kind: &Kind) -> BTreeSet<TimeDelta> {
    let warned = kind
        .clocks
        .values()
        .filter_map(|clock| match clock.def.warn {
            WarnDef::MinutesBefore(minutes) => Some(TimeDelta::minutes(i64::from(minutes))),
            WarnDef::BeforeNextSession => None,
        });
    warned.chain([TimeDelta::zero()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_alert_beats_every_minute_and_otherwise_windows_move_every_ten() {
        let seconds = TimeDelta::seconds;
        assert!(!beats(seconds(59), true) && beats(seconds(60), true));
        assert!(!beats(seconds(599), false) && beats(seconds(600), false));
        assert!(beats(seconds(-1), false));
    }
}
