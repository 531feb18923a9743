//! Charges and what was given back of them, in the books that stand-ins share. How a provider shows them,
//! and what it takes for given back, is its own.

use rusqlite::{OptionalExtension, Params, Row, Transaction, params};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What was paid with a charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::connectors) struct Paid {
    /// Minor units.
    pub(in crate::connectors) amount: i64,
    /// ISO 4217, as the provider writes it.
    pub(in crate::connectors) currency: String,
    /// Seconds since 1970.
    pub(in crate::connectors) created: i64,
}

impl Paid {
    /// With this charge, where there is one.
    pub(in crate::connectors) fn with(
        tx: &Transaction<'_>,
        charge: &str,
    ) -> rusqlite::Result<Option<Self>> {
        tx.query_row(
            "SELECT amount, currency, created FROM charge WHERE id = ?",
            [charge],
            |row| {
                Ok(Self {
                    amount: row.get(0)?,
                    currency: row.get(1)?,
                    created: row.get(2)?,
                })
            },
        )
        .optional()
    }
}

/// A refund as it stands in the books.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::connectors) struct Refund {
    /// Its id.
    pub(in crate::connectors) id: String,
    /// Id of the charge.
    pub(in crate::connectors) charge: String,
    /// Minor units.
    pub(in crate::connectors) amount: i64,
    /// ISO 4217, as the provider writes it.
    pub(in crate::connectors) currency: String,
    /// What came with the request.
    pub(in crate::connectors) metadata: Value,
    /// One of `succeeded`, `pending`, `canceled` and `failed`.
    pub(in crate::connectors) status: String,
    /// Seconds since 1970.
    pub(in crate::connectors) created: i64,
}

impl Refund {
    /// All of them, oldest first.
    pub(in crate::connectors) fn all(tx: &Transaction<'_>) -> rusqlite::Result<Vec<Self>> {
        Self::listed(tx, "ORDER BY place", [])
    }

    /// Those of a charge that were made by then, in seconds since 1970, oldest first.
    pub(in crate::connectors) fn of(
        tx: &Transaction<'_>,
        charge: &str,
        by: i64,
    ) -> rusqlite::Result<Vec<Self>> {
        let rest = "WHERE charge = ? AND created <= ? ORDER BY place";
        Self::listed(tx, rest, params![charge, by])
    }

    /// The last so many, of one charge where it is named, from behind one of them, newest first.
    pub(in crate::connectors) fn page(
        tx: &Transaction<'_>,
        charge: Option<&str>,
        behind: Option<&str>,
        most: u32,
    ) -> rusqlite::Result<Vec<Self>> {
        let rest = "WHERE (?1 IS NULL OR charge = ?1)
                      AND (?2 IS NULL OR place < (SELECT place FROM refund WHERE id = ?2))
                    ORDER BY place DESC LIMIT ?3";
        Self::listed(tx, rest, params![charge, behind, most])
    }

    fn listed(
        tx: &Transaction<'_>,
        rest: &str,
        params: impl Params,
    ) -> rusqlite::Result<Vec<Self>> {
        let text = format!(
            "SELECT id, charge, amount, currency, metadata, status, created FROM refund {rest}"
        );
        tx.prepare(&text)?.query_map(params, Self::read)?.collect()
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let metadata: String = row.get(4)?;
        Ok(Self {
            id: row.get(0)?,
            charge: row.get(1)?,
            amount: row.get(2)?,
            currency: row.get(3)?,
            metadata: serde_json::from_str(&metadata).unwrap_or_default(),
            status: row.get(5)?,
            created: row.get(6)?,
        })
    }

    /// Of what the id of the next one of this charge is made.
    pub(in crate::connectors) fn next(
        tx: &Transaction<'_>,
        charge: &str,
    ) -> rusqlite::Result<String> {
        let place: i64 = tx.query_row(
            "SELECT coalesce(max(place), 0) + 1 FROM refund",
            [],
            |row| row.get(0),
        )?;
        Ok(hex::encode(Sha256::digest(format!("{charge}/{place}"))))
    }

    /// Enters it as the last one.
    pub(in crate::connectors) fn enter(&self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        tx.execute(
            "INSERT INTO refund (id, charge, amount, currency, metadata, status, created)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            params![
                self.id,
                self.charge,
                self.amount,
                self.currency,
                self.metadata.to_string(),
                self.status,
                self.created
            ],
        )?;
        Ok(())
    }
}
