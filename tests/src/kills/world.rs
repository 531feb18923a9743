//! A world in which hundreds of money actions are possible: the demo platform with payments of which
//! parts may be given back again and again, and with waves of refund requests that arrive.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tempfile::TempDir;
use watchkeeper_core::clock::{Clock, SystemClock};

use super::chance::Chance;
use super::ledger::Ledger;
use crate::client::{Client, Launch};
use crate::line::Line;
use crate::platform::Platform;
use crate::programs::root;

/// Payments of the world.
const PAYMENTS: usize = 60;
/// A word that stands in every confidential field, and in no file of the app.
pub const CANARY: &str = "Tschirptschirp";
/// What the customers paid at the provider is many times what a record says, so that the provider
/// would carry out a second refund of the same.
const PAID: i64 = 1_000_000_000;

/// Something that an operator may be asked to decide on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Kind of its record.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// What is done to it.
    pub action: &'static str,
    /// The charge behind it.
    pub charge: String,
    /// It may be done again once it is done.
    pub again: bool,
}

/// The world of one run; everything ends with it.
pub struct World {
    /// The client.
    pub client: Client,
    /// What the client is started with.
    pub launch: Launch,
    /// Between client and platform.
    pub line: Line,
    /// The platform.
    pub platform: Platform,
    /// The providers' books.
    pub ledger: Ledger,
    /// Targets that nobody decides on at the moment.
    pub free: Vec<Target>,
    refunds: usize,
    /// Its folder.
    pub folder: TempDir,
}

impl World {
    /// Makes one with a client that is filled.
    pub fn new(forgetful: bool) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let packs = packs(folder.path())?;
        let platform = Platform::start_with(folder.path(), &packs, &["--still"])?;
        let line = Line::to(&platform.ready.platform)?;
        let demo_file = line.demo_file(&platform.ready_file())?;
        let launch = Launch {
            keyring: Some(folder.path().join("app.keyring")),
            forgetful,
            ..Launch::new(&folder.path().join("app"), &demo_file)
        };
        let ledger = Ledger::of(&platform.data());
        let free = payments(&platform, &ledger)?;
        let mut client = Client::launch(&launch)?;
        client.filled()?;
        Ok(Self {
            client,
            launch,
            line,
            platform,
            ledger,
            free,
            refunds: 0,
            folder,
        })
    }

    /// Refund requests arrive: some in time, some too late.
    pub fn wave(&mut self, count: usize, chance: &mut Chance) -> Result<()> {
        let from = self.refunds + 1;
        self.refunds += count;
        let arrivals = Arrivals::new(from..=self.refunds, |_| chance.one_in(4));
        self.ledger.charge(&arrivals.charges)?;
        self.platform.ingest(&arrivals.records)?;
        self.free.extend(arrivals.targets);
        Ok(())
    }
}

/// Refund requests with all that belongs to them.
pub struct Arrivals {
    /// Records for the platform.
    pub records: Vec<Value>,
    /// Charges for the provider.
    pub charges: Vec<(String, i64)>,
    /// What may be decided on.
    pub targets: Vec<Target>,
}

impl Arrivals {
    /// Refund requests of these numbers. One that is `late` came when its window had passed and can
    /// only be refused.
    pub fn new(
        numbers: std::ops::RangeInclusive<usize>,
        mut late: impl FnMut(usize) -> bool,
    ) -> Self {
        let now = SystemClock::default().wall();
        let ago = |hours: i64| text(now - TimeDelta::hours(hours));
        let mut all = Self {
            records: Vec::new(),
            charges: Vec::new(),
            targets: Vec::new(),
        };
        for number in numbers {
            let (charge, id) = (format!("ch_kills_{number}"), format!("k-{number}"));
            let late = late(number);
            let purchased = if late { 100 } else { 5 };
            all.records
                .push(json!({"kind": "charge", "id": format!("c-{id}"), "body": {
                    "charge_id": charge, "business": "b-00001", "amount": amount(2200),
                    "charged_at": ago(purchased), "status": "succeeded",
                }}));
            all.records
                .push(json!({"kind": "refund", "id": id, "body": {
                "number": format!("K-{number}"), "business": "b-00001",
                "email": format!("{CANARY}.{number}@example.org"), "amount": amount(2200),
                "purchased_at": ago(purchased), "requested_at": ago(2), "charge": format!("c-{id}"),
                "charge_id": charge, "reason": format!("{CANARY} {number}"), "state": "requested",
            }}));
            all.charges.push((charge.clone(), PAID));
            all.targets.push(Target {
                kind: "refund",
                id,
                action: if late { "refuse" } else { "approve" },
                charge,
                again: false,
            });
        }
        all
    }
}

/// The packs of this repository, with one kind more.
fn packs(folder: &Path) -> Result<PathBuf> {
    let packs = folder.join("packs");
    let pack = packs.join("dog-trainers");
    let from = root().join("packs/dog-trainers");
    for entry in walkdir::WalkDir::new(&from) {
        let entry = entry?;
        let to = pack.join(entry.path().strip_prefix(&from)?);
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(to)?;
        } else {
            std::fs::copy(entry.path(), to)?;
        }
    }
    let more = root().join("tests/fixtures/kills/records/payment.yaml");
    std::fs::copy(more, pack.join("records/payment.yaml")).context("the kind of the kill tests")?;
    // The window in which something can be taken back is there, and short: rounds are many.
    let reviews = pack.join("records/review.yaml");
    let text = std::fs::read_to_string(&reviews)?;
    std::fs::write(
        &reviews,
        text.replace("hold_seconds: 10", "hold_seconds: 1"),
    )?;
    Ok(packs)
}

fn payments(platform: &Platform, ledger: &Ledger) -> Result<Vec<Target>> {
    let (mut records, mut charges, mut targets) = (Vec::new(), Vec::new(), Vec::new());
    for number in 1..=PAYMENTS {
        let (id, charge) = (format!("pay-{number}"), format!("ch_pay_{number}"));
        records.push(json!({"kind": "payment", "id": id, "body": {
            "charge_id": charge, "payer": format!("{CANARY} {number}"), "part": amount(100),
            "state": "open",
        }}));
        charges.push((charge.clone(), PAID));
        targets.push(Target {
            kind: "payment",
            id,
            action: "give_back",
            charge,
            again: true,
        });
    }
    ledger.charge(&charges)?;
    platform.ingest(&records)?;
    Ok(targets)
}

fn amount(minor: i64) -> Value {
    json!({"minor": minor, "currency": "AUD"})
}

fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
