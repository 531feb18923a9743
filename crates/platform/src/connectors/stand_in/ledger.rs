//! The file that the stand-ins share, and the secret that their clients show.
//!
//! It survives a kill of the platform, as a real provider would. Here are the tables that more than one
//! stand-in uses; each makes its own beside them.

use std::path::Path;
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, OptionalExtension, params};

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS account (secret TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS charge (
    id TEXT NOT NULL PRIMARY KEY, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refund (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, charge TEXT NOT NULL,
    amount INTEGER NOT NULL, currency TEXT NOT NULL, metadata TEXT NOT NULL,
    status TEXT NOT NULL, created INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS refund_charge ON refund (charge, place);
";

/// The stand-ins' ledger.
#[derive(Clone)]
pub struct Ledger {
    connection: Arc<Mutex<Connection>>,
    secret: String,
}

impl Ledger {
    /// Opens it, or makes it with this secret.
    pub fn open(path: &Path, fresh_secret: &str) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(TABLES)?;
        connection.execute_batch(super::keys::TABLE)?;
        let known: Option<String> = connection
            .query_row("SELECT secret FROM account", [], |r| r.get(0))
            .optional()?;
        let secret = match known {
            Some(secret) => secret,
            None => {
                connection.execute("INSERT INTO account (secret) VALUES (?)", [fresh_secret])?;
                fresh_secret.to_owned()
            }
        };
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            secret,
        })
    }

    /// The key that the provider's clients show.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// Runs statements in one transaction; small and rare, so on the calling thread.
    pub fn transact<T>(
        &self,
        statements: impl FnOnce(&rusqlite::Transaction<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let mut connection = self.connection.lock().unwrap_or_else(|e| e.into_inner());
        let transaction = connection.transaction()?;
        let answer = statements(&transaction)?;
        transaction.commit()?;
        Ok(answer)
    }

    /// Charges that customers paid; ones already known stay as they are.
    pub fn charge(&self, charges: &[Charge]) -> rusqlite::Result<()> {
        self.transact(|tx| {
            let mut insert = tx.prepare(
                "INSERT INTO charge (id, amount, currency, created) VALUES (?, ?, ?, ?)
                 ON CONFLICT (id) DO NOTHING",
            )?;
            for charge in charges {
                insert.execute(params![
                    charge.id,
                    charge.amount,
                    charge.currency,
                    charge.created
                ])?;
            }
            Ok(())
        })
    }

    /// Charges of which nothing is known any more, nor of what was given back of them.
    pub fn forget(&self, charges: &[Charge]) -> rusqlite::Result<()> {
        self.transact(|tx| {
            let mut refunds = tx.prepare("DELETE FROM refund WHERE charge = ?")?;
            let mut forget = tx.prepare("DELETE FROM charge WHERE id = ?")?;
            for charge in charges {
                refunds.execute([&charge.id])?;
                forget.execute([&charge.id])?;
            }
            Ok(())
        })
    }

    /// Charges that were given back since then, in seconds since 1970.
    pub fn given_back(&self, since: i64) -> rusqlite::Result<Vec<Charge>> {
        self.transact(|tx| {
            let mut select = tx.prepare(
                "SELECT DISTINCT charge.id, charge.amount, charge.currency, charge.created
                 FROM refund JOIN charge ON charge.id = refund.charge
                 WHERE refund.status = 'succeeded' AND refund.created >= ? ORDER BY charge.id",
            )?;
            let charges = select.query_map([since], |row| {
                Ok(Charge {
                    id: row.get(0)?,
                    amount: row.get(1)?,
                    currency: row.get(2)?,
                    created: row.get(3)?,
                })
            })?;
            charges.collect()
        })
    }

    /// All that went back by `now` of each charge of which something did since then, in seconds since
    /// 1970.
    pub fn gone_back(&self, since: i64, now: i64) -> rusqlite::Result<Vec<GoneBack>> {
        self.transact(|tx| {
            let mut select = tx.prepare(
                "SELECT charge, sum(amount), max(created) FROM refund
                 WHERE status = 'succeeded' AND created <= ?2
                 GROUP BY charge HAVING max(created) >= ?1 ORDER BY charge",
            )?;
            let gone = select.query_map([since, now], |row| {
                Ok(GoneBack {
                    charge: row.get(0)?,
                    amount: row.get(1)?,
                    last: row.get(2)?,
                })
            })?;
            gone.collect()
        })
    }

    /// Refunds made outside the platform, such as long ago; known ids stay as they are.
    pub fn refund(&self, refunds: &[PastRefund]) -> rusqlite::Result<()> {
        self.transact(|tx| {
            let mut insert = tx.prepare(
                "INSERT INTO refund (id, charge, amount, currency, metadata, status, created)
                 VALUES (?, ?, ?, ?, ?, 'succeeded', ?) ON CONFLICT (id) DO NOTHING",
            )?;
            for refund in refunds {
                insert.execute(params![
                    refund.id,
                    refund.of.id,
                    refund.of.amount,
                    refund.of.currency,
                    "{}",
                    refund.created
                ])?;
            }
            Ok(())
        })
    }
}

/// A charge at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Its id.
    pub id: String,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217, as the provider writes it.
    pub currency: String,
    /// Seconds since 1970.
    pub created: i64,
}

/// What went back of a charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoneBack {
    /// Id of the charge.
    pub charge: String,
    /// Minor units.
    pub amount: i64,
    /// When the last of it did, in seconds since 1970.
    pub last: i64,
}

/// A refund that was made before, of the whole amount that is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastRefund {
    /// Its id.
    pub id: String,
    /// The charge.
    pub of: Charge,
    /// Seconds since 1970.
    pub created: i64,
}
