//! What was shown and what could not be, in `state.db`: a failure is as visible as a bubble.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::{About, BubbleId};
use crate::outbox::queue::instant;
use crate::store::{StoreError, setting};

/// Name in table `setting`.
const LAST: &str = "notifications.last";

/// The last attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Last {
    /// When, UTC.
    pub(crate) at: DateTime<Utc>,
    /// Why it failed; none where it was shown.
    pub(crate) problem: Option<String>,
    /// Failures since the last that was shown.
    pub(crate) failures: u32,
}

/// Bubbles that were shown and not taken away, with their names and when they were shown.
pub(super) fn standing(
    state: &Connection,
) -> Result<BTreeMap<About, (BubbleId, DateTime<Utc>)>, StoreError> {
    let mut statement =
        state.prepare_cached("SELECT about, bubble, at FROM delivery WHERE bubble IS NOT NULL")?;
    let rows = statement.query_map([], |row| {
        Ok((
            row.get::<_, String>(0)?,
            BubbleId(row.get(1)?),
            instant(row.get(2)?),
        ))
    })?;
    let mut standing = BTreeMap::new();
    for row in rows {
        let (about, bubble, at) = row?;
        if let Some(about) = read(&about) {
            standing.insert(about, (bubble, at));
        }
    }
    Ok(standing)
}

/// One was shown.
pub(super) fn shown(
    state: &Connection,
    about: &About,
    bubble: &BubbleId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    write(state, about, Some(bubble), at, None)?;
    let last = Last {
        at,
        problem: None,
        failures: 0,
    };
    setting::put(state, LAST, &last)
}

/// One could not be shown. One that it would have replaced still stands.
pub(super) fn failed(
    state: &Connection,
    about: &About,
    problem: &str,
    at: DateTime<Utc>,
) -> Result<u32, StoreError> {
    let before = last(state)?.map_or(0, |last| last.failures);
    let standing: Option<String> = state
        .prepare_cached("SELECT bubble FROM delivery WHERE about = ?1")?
        .query_row([key(about)], |row| row.get(0))
        .optional()?
        .flatten();
    write(
        state,
        about,
        standing.map(BubbleId).as_ref(),
        at,
        Some(problem),
    )?;
    let failures = before.saturating_add(1);
    let last = Last {
        at,
        problem: Some(problem.to_owned()),
        failures,
    };
    setting::put(state, LAST, &last)?;
    Ok(failures)
}

/// One is over.
pub(super) fn forget(state: &Connection, about: &About) -> Result<(), StoreError> {
    state
        .prepare_cached("DELETE FROM delivery WHERE about = ?1")?
        .execute([key(about)])?;
    Ok(())
}

/// The last attempt; none before the first.
pub(crate) fn last(state: &Connection) -> Result<Option<Last>, StoreError> {
    setting::get(state, LAST)
}

/// Why an alert could not be shown, by itself or among many; none where it was, or need not be.
pub(crate) fn problem(state: &Connection, alert: &str) -> Result<Option<String>, StoreError> {
    let found: Option<Option<String>> = state
        .prepare_cached(
            "SELECT problem FROM delivery WHERE about IN (?1, 'alerts')
             ORDER BY at DESC LIMIT 1",
        )?
        .query_row([key(&About::Alert(alert.to_owned()))], |row| row.get(0))
        .optional()?;
    Ok(found.flatten())
}

fn write(
    state: &Connection,
    about: &About,
    bubble: Option<&BubbleId>,
    at: DateTime<Utc>,
    problem: Option<&str>,
) -> Result<(), StoreError> {
    state
        .prepare_cached(
            "INSERT INTO delivery (about, bubble, at, problem) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (about) DO UPDATE
             SET bubble = excluded.bubble, at = excluded.at, problem = excluded.problem",
        )?
        .execute(params![
            key(about),
            bubble.map(|bubble| &bubble.0),
            at.timestamp_millis(),
            problem
        ])?;
    Ok(())
}

fn key(about: &About) -> String {
    match about {
        About::Alert(id) => format!("alert:{id}"),
        About::Alerts => "alerts".to_owned(),
        About::Approvals => "approvals".to_owned(),
        About::Sync => "sync".to_owned(),
        About::Test => "test".to_owned(),
    }
}

fn read(key: &str) -> Option<About> {
    match key {
        "alerts" => Some(About::Alerts),
        "approvals" => Some(About::Approvals),
        "sync" => Some(About::Sync),
        "test" => Some(About::Test),
        other => other
            .strip_prefix("alert:")
            .map(|id| About::Alert(id.to_owned())),
    }
}
