//! The providers' own books: the file that the stand-ins keep, read without asking the platform,
//! which may be dead.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use rusqlite::{Connection, OpenFlags, params};

/// The providers' books of one platform.
pub struct Ledger {
    file: PathBuf,
}

/// Something that reached a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The operation that asked for it; empty where none did.
    pub operation: String,
    /// The charge that was refunded, or the address that was written to.
    pub target: String,
}

/// Everything that reached the providers, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Effects {
    /// Refunds.
    pub refunds: Vec<Effect>,
    /// Mails.
    pub mails: Vec<Effect>,
}

impl Ledger {
    /// Of the platform with this data folder.
    pub fn of(data: &Path) -> Self {
        Self {
            file: data.join("provider.db"),
        }
    }

    fn open(&self) -> Result<Connection> {
        let ledger = Connection::open_with_flags(&self.file, OpenFlags::SQLITE_OPEN_READ_WRITE)
            .context("the providers' books")?;
        ledger.busy_timeout(Duration::from_secs(30))?;
        Ok(ledger)
    }

    /// Customers paid: id and minor units of each charge.
    pub fn charge(&self, charges: &[(String, i64)]) -> Result<()> {
        let mut ledger = self.open()?;
        let all = ledger.transaction()?;
        for (id, minor) in charges {
            all.execute(
                "INSERT INTO charge (id, amount, currency, created) VALUES (?1, ?2, 'aud', 0)",
                params![id, minor],
            )?;
        }
        Ok(all.commit()?)
    }

    /// What has reached the providers.
    pub fn effects(&self) -> Result<Effects> {
        let ledger = self.open()?;
        let mut refunds = ledger.prepare(
            "SELECT coalesce(json_extract(metadata, '$.watchkeeper_call'), ''), charge
             FROM refund ORDER BY place",
        )?;
        let mut mails =
            ledger.prepare("SELECT key, json_extract(message, '$.to') FROM mail ORDER BY place")?;
        let effect = |row: &rusqlite::Row<'_>| {
            let key: String = row.get(0)?;
            let operation = key.split(':').next().unwrap_or_default().to_owned();
            Ok(Effect {
                operation,
                target: row.get(1)?,
            })
        };
        Ok(Effects {
            refunds: refunds.query_map([], effect)?.collect::<Result<_, _>>()?,
            mails: mails.query_map([], effect)?.collect::<Result<_, _>>()?,
        })
    }
}
