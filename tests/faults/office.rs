//! An office in one process: a platform over HTTP with an invented pack and a provider that stands
//! in, and laptops beside it whose engines take one turn at a time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;
use watchkeeper_core::clock::{self, Corrected, SystemClock};
use watchkeeper_core::features::queues::view::{ActRequest, CellValue, OperationView, RecordView};
use watchkeeper_core::features::sync::view::SyncView;
use watchkeeper_core::features::{queues, sync};
use watchkeeper_core::{Engine, Error};
use watchkeeper_pack::Bundle;
use watchkeeper_platform::clock::Clock;
use watchkeeper_platform::connectors::stand_in::Charge;
use watchkeeper_platform::{Options, Server};
use watchkeeper_tests::laptop;
use watchkeeper_wire::session::Tenant;

pub const TENANT: &str = "lost-property";

const PACK: &str = r"
format: 1
id: lost-property
version: 1
name: Lost property
zone: Europe/London
currency: GBP
language: en-GB
queues: [claims]
";

const CLAIM: &str = r#"
kind: claim
label: {one: Claim, many: Claims}
title: 'Claim {{ record.number }}'
fields:
  number: {type: id, label: Number, indexed: true, searched: true}
  amount: {type: money, label: Amount, indexed: true}
  charge_id: {type: id, label: Charge}
  made_at: {type: timestamp, label: Made, indexed: true}
  decided_by: {type: id, label: Decided by, optional: true}
  decided_at: {type: timestamp, label: Decided, optional: true}
  paid_as: {type: id, label: Paid as, optional: true}
  problem: {type: string, label: Problem, optional: true}
states:
  - {id: open, label: open, tone: amber}
  - {id: granted, label: granted, tone: blue}
  - {id: paid, label: paid, tone: green}
  - {id: failed, label: failed, tone: red}
  - {id: rejected, label: rejected}
computed:
  due_at: {type: timestamp, label: Due, expr: 'record.made_at + duration("72h")', indexed: true}
actions:
  grant:
    label: Grant
    row: L-1
    from: [open]
    policy:
      - id: L-1
        title: Within 72 hours
        when: now - record.made_at < duration("72h")
        otherwise: claim.too_late
        found: of 72 h
        refusal: The time for this claim is over.
        override: never
    not_after: record.due_at
    nature: money
    confirm: click
    effects:
      - set: {state: '"granted"', decided_by: actor.id, decided_at: now}
      - call:
          connector: stripe
          operation: refund
          args: {charge: record.charge_id, amount: record.amount}
          then: {state: '"paid"', paid_as: result.id}
          otherwise: {state: '"failed"', problem: result.message}
    will: ['pay {{ record.amount | money }}']
  reject:
    label: Reject
    row: L-2
    from: [open]
    policy: []
    nature: change
    confirm: click
    effects:
      - set: {state: '"rejected"', decided_by: actor.id, decided_at: now}
    will: ['reject the claim']
detail: [number, amount, made_at, decided_by, decided_at]
views:
  claims:
    label: Claims
    row: L-1
    sort: [made_at]
    sort_label: oldest first
    queue: {target: 0, minutes_each: 2}
    sections:
      - {id: open, label: Open, where: {state: open}}
      - {id: done, label: Done, where: {state: [granted, paid, failed, rejected]}}
    columns: [number, amount, state]
"#;

/// A platform and its folder; laptops come and go.
pub struct Office {
    pub server: Server,
    pub data: PathBuf,
    clock: Arc<dyn Clock>,
    folder: TempDir,
}

async fn serve(
    data: &Path,
    clock: &Arc<dyn Clock>,
    listen: Option<std::net::SocketAddr>,
) -> Server {
    let mut options = Options {
        stand_ins: true,
        clock: Arc::clone(clock),
        patience: Duration::from_secs(5),
        ..Options::new(data.to_owned())
    };
    if let Some(listen) = listen {
        options.listen = listen;
    }
    Server::bind(options).await.unwrap()
}

impl Office {
    /// An office with this many open claims `c1`…, each of its own charge.
    pub async fn new(claims: u32) -> Self {
        let clock = watchkeeper_platform::clock::SystemClock::default();
        Self::on(Arc::new(clock), claims).await
    }

    /// The same, by this clock.
    pub async fn on(clock: Arc<dyn Clock>, claims: u32) -> Self {
        let folder = temporary();
        let data = folder.path().join("platform");
        let server = serve(&data, &clock, None).await;
        let files = BTreeMap::from([
            ("pack.yaml".to_owned(), PACK.to_owned()),
            ("records/claim.yaml".to_owned(), CLAIM.to_owned()),
        ]);
        let pack = watchkeeper_tests::signed(Bundle::from_files(files).unwrap()).unwrap();
        server.platform.found(&tenant(), Some(&pack)).await.unwrap();
        let office = Self {
            server,
            data,
            clock,
            folder,
        };
        office.claims(1..=claims).await;
        office
    }

    /// Brings open claims.
    pub async fn claims(&self, numbers: impl Iterator<Item = u32>) {
        let system = self.token("intake", &["system"]).await;
        let made_at = self.clock.now() - TimeDelta::hours(5);
        let (mut records, mut charges) = (Vec::new(), Vec::new());
        for n in numbers {
            records.push(json!({"kind": "claim", "id": format!("c{n}"), "body": {
                "number": format!("C-{n}"), "amount": {"minor": 2200, "currency": "GBP"},
                "charge_id": format!("ch_{n}"), "made_at": made_at, "state": "open",
            }}));
            charges.push(Charge {
                id: format!("ch_{n}"),
                // Room for a second refund: the provider alone would not stop it.
                amount: 6_600,
                currency: "gbp".into(),
                created: made_at.timestamp(),
            });
        }
        self.ledger().charge(&charges).unwrap();
        let answer = reqwest::Client::new()
            .post(format!("{}/v1/ingest", self.server.url()))
            .bearer_auth(system)
            .json(&json!({"records": records}))
            .send()
            .await
            .unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["rejected"], json!([]));
    }

    pub async fn token(&self, operator: &str, roles: &[&str]) -> String {
        let token = laptop::token(&self.server, TENANT, operator, roles).await;
        token.unwrap()
    }

    fn ledger(&self) -> &watchkeeper_platform::connectors::stand_in::Ledger {
        &self.server.platform.stand_ins.as_ref().unwrap().ledger
    }

    /// Refunds at the provider.
    pub fn payments(&self) -> Vec<Value> {
        let stand_ins = self.server.platform.stand_ins.as_ref().unwrap();
        stand_ins.stripe.refunds().unwrap()
    }

    /// A copy of the platform's database, made while it runs.
    pub fn back_up(&self) -> PathBuf {
        let backup = self.folder.path().join(format!("{}.db", Uuid::now_v7()));
        let database = rusqlite::Connection::open(self.data.join("platform.db")).unwrap();
        database
            .execute("VACUUM INTO ?1", [backup.to_str().unwrap()])
            .unwrap();
        backup
    }

    /// Ends the platform as a crash would and starts it again at the same address; with `backup`, on
    /// the database of then.
    pub async fn restart(self, backup: Option<&Path>) -> Self {
        let Self {
            server,
            data,
            clock,
            folder,
        } = self;
        let addr = server.addr;
        server.stop().await;
        if let Some(backup) = backup {
            for beside in ["platform.db", "platform.db-wal", "platform.db-shm"] {
                let _ = std::fs::remove_file(data.join(beside));
            }
            std::fs::copy(backup, data.join("platform.db")).unwrap();
        }
        Self {
            server: serve(&data, &clock, Some(addr)).await,
            data,
            clock,
            folder,
        }
    }

    /// A laptop of an operator, after its first turn.
    pub async fn laptop(&self, operator: &str) -> Laptop {
        let laptop = self.laptop_on(temporary(), operator, Uuid::now_v7()).await;
        laptop.turn().await;
        laptop
    }

    /// A laptop on this folder; no turn is taken yet.
    pub async fn laptop_on(&self, folder: TempDir, operator: &str, device: Uuid) -> Laptop {
        let machine = Arc::new(SystemClock::default());
        self.laptop_with(machine, folder, operator, device).await
    }

    /// The same, with these clocks of the machine.
    pub async fn laptop_with(
        &self,
        machine: Arc<dyn clock::Clock>,
        folder: TempDir,
        operator: &str,
        device: Uuid,
    ) -> Laptop {
        let (who, on) = ((operator, &["operator"][..]), (folder.path(), device));
        let profile = laptop::profile(&self.server, tenant(), who, on).await;
        let mut profile = profile.unwrap();
        let state = &profile.stores.state;
        let anchor = state.read(|state| clock::load_anchor(state)).await;
        profile.clock = Arc::new(Corrected::new(machine, anchor.unwrap()));
        Laptop {
            engine: Engine::assemble(profile).await.unwrap(),
            folder,
            device,
        }
    }
}

/// A folder in memory where the system has one: what is tested here is order, not the disk.
fn temporary() -> TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

fn tenant() -> Tenant {
    Tenant {
        id: TENANT.into(),
        name: "Lost property".into(),
        zone: "Europe/London".into(),
    }
}

/// One laptop.
pub struct Laptop {
    pub engine: Arc<Engine>,
    pub folder: TempDir,
    pub device: Uuid,
}

impl Laptop {
    /// One turn with the platform.
    pub async fn turn(&self) {
        self.engine.sync_once().await.unwrap();
    }

    /// Turns until nothing of ours waits or is under way any more.
    pub async fn drained(&self) {
        for _ in 0..3_000 {
            self.turn().await;
            let status = self.status().await;
            if status.waiting.is_empty() && status.under_way.is_empty() {
                // What was read back may not have been in the page before.
                return self.turn().await;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("never drained: {:?}", self.status().await);
    }

    pub async fn status(&self) -> SyncView {
        sync::status(&self.engine).await.unwrap()
    }

    pub async fn record(&self, id: &str) -> RecordView {
        queues::record(&self.engine, "claim", id).await.unwrap()
    }

    /// Acts on a claim as it is shown here.
    pub async fn act(&self, id: &str, action: &str) -> Result<OperationView, Error> {
        let request = ActRequest {
            operation: Uuid::now_v7().to_string(),
            kind: "claim".into(),
            id: id.into(),
            action: action.into(),
            params: BTreeMap::new(),
            typed: None,
            seen_revision: self.record(id).await.revision,
            amends: None,
        };
        queues::act(&self.engine, request).await
    }

    /// The state of a claim, as shown here.
    pub async fn state_of(&self, id: &str) -> String {
        match self.record(id).await.state {
            Some(CellValue::State { label, .. }) => label,
            other => panic!("no state: {other:?}"),
        }
    }

    /// The chain holds.
    pub async fn check(&self) {
        assert_eq!(self.engine.check_chain().await.unwrap().broken, None);
    }
}
