//! The first answer to a key: it is given again, whatever it was, for as long as the provider knows it.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Transaction, params};

use super::Said;

/// `at` in seconds since 1970.
pub(super) const TABLE: &str = "
CREATE TABLE IF NOT EXISTS first_answer (
    provider TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (provider, key)
) STRICT, WITHOUT ROWID;
";

/// The keys that a provider was given.
#[derive(Debug, Clone, Copy)]
pub(in crate::connectors) struct Keys(pub(in crate::connectors) &'static str);

/// What a provider knows of a key.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::connectors) struct First {
    /// Of the request that it came with.
    pub(in crate::connectors) fingerprint: String,
    /// What was answered.
    pub(in crate::connectors) answer: Said,
}

impl Keys {
    /// None for a key that is new or forgotten, and for a request without one.
    pub(in crate::connectors) fn first(
        self,
        tx: &Transaction<'_>,
        key: Option<&str>,
    ) -> rusqlite::Result<Option<First>> {
        let Some(key) = key else {
            return Ok(None);
        };
        tx.query_row(
            "SELECT fingerprint, status, body FROM first_answer WHERE provider = ? AND key = ?",
            [self.0, key],
            |row| {
                let (status, body): (u16, String) = (row.get(1)?, row.get(2)?);
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
                Ok(First {
                    fingerprint: row.get(0)?,
                    answer: (status, serde_json::from_str(&body).unwrap_or_default()),
                })
            },
        )
        .optional()
    }

    /// Keeps an answer, where the request had a key.
    pub(in crate::connectors) fn keep(
        self,
        tx: &Transaction<'_>,
        key: Option<&str>,
        first: &First,
        at: DateTime<Utc>,
    ) -> rusqlite::Result<()> {
        let Some(key) = key else {
            return Ok(());
        };
        let (status, body) = &first.answer;
        tx.execute(
            "INSERT INTO first_answer (provider, key, fingerprint, status, body, at)
             VALUES (?, ?, ?, ?, ?, ?)",
            params![
                self.0,
                key,
                first.fingerprint,
                status.as_u16(),
                body.to_string(),
                at.timestamp()
            ],
        )
        .map(drop)
    }

    /// Forgets the keys of before then.
    pub(in crate::connectors) fn forget(
        self,
        tx: &Transaction<'_>,
        before: DateTime<Utc>,
    ) -> rusqlite::Result<()> {
        tx.execute(
            "DELETE FROM first_answer WHERE provider = ? AND at < ?",
            params![self.0, before.timestamp()],
        )
        .map(drop)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::TimeDelta;
    use rusqlite::Connection;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_is_answered_as_first_by_its_own_provider_until_it_is_forgotten() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLE).unwrap();
        let tx = connection.transaction().unwrap();
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(3);
        let (ours, theirs) = (Keys("a"), Keys("b"));
        let first = First {
            fingerprint: "f".into(),
            answer: (StatusCode::INTERNAL_SERVER_ERROR, json!({"broke": true})),
        };
        assert_eq!(ours.first(&tx, Some("k")).unwrap(), None);
        ours.keep(&tx, Some("k"), &first, at).unwrap();
        ours.keep(&tx, None, &first, at).unwrap();
        assert_eq!(ours.first(&tx, Some("k")).unwrap(), Some(first.clone()));
        assert_eq!(ours.first(&tx, None).unwrap(), None);
        assert_eq!(theirs.first(&tx, Some("k")).unwrap(), None);
        theirs.forget(&tx, at + TimeDelta::days(1)).unwrap();
        ours.forget(&tx, at).unwrap();
        assert_eq!(ours.first(&tx, Some("k")).unwrap(), Some(first));
        ours.forget(&tx, at + TimeDelta::seconds(1)).unwrap();
        assert_eq!(ours.first(&tx, Some("k")).unwrap(), None);
    }
}
