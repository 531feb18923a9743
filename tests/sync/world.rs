//! A laptop beside a scripted platform: a profile folder, an invented pack, and an engine that takes
//! one turn at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::broadcast;
use uuid::Uuid;
use watchkeeper_core::changes::ChangeSet;
use watchkeeper_core::clock::{Clock, Corrected, SystemClock, load_anchor};
use watchkeeper_core::engine::Outside;
use watchkeeper_core::features::queues::view::{
    ActRequest, OperationView, RecordView, ViewPage, ViewRequest,
};
use watchkeeper_core::features::sync::view::SyncView;
use watchkeeper_core::features::{queues, sync};
use watchkeeper_core::notify::{Notifier, Nowhere};
use watchkeeper_core::profile::open::{OpenProfile, Pinned};
use watchkeeper_core::secrets::Secret;
use watchkeeper_core::store::{DbKey, StoreError, Stores};
use watchkeeper_core::sync::client::Network;
use watchkeeper_core::{Engine, Error};
use watchkeeper_pack::Bundle;
use watchkeeper_wire::session::{Operator, Tenant};

use crate::scripted::{Platform, TOKEN, audit_key, now, publisher};

const PACK: &str = r"
format: 1
id: depot
version: VERSION
name: Depot
zone: Australia/Melbourne
currency: AUD
language: en-AU
queues: [parcels]
sessions:
  morning: {row: P-5, label: Morning, rule: FREQ=WEEKLY;BYDAY=WEEKDAY;BYHOUR=9;BYMINUTE=0, minutes: 5}
";

const DEPOT: &str = r"
kind: depot
label: {one: Depot, many: Depots}
title: '{{ record.name }}'
fields:
  name: {type: string, label: Name, searched: true}
detail: [name]
";

const PARCEL: &str = r#"
kind: parcel
label: {one: Parcel, many: Parcels}
title: 'Parcel {{ record.number }} at {{ refs.depot.name }}'
fields:
  number: {type: id, label: Number, indexed: true, searched: true}
  depot: {type: ref, kind: depot, label: Depot}
  fee: {type: money, label: Fee, indexed: true}
  arrived_at: {type: timestamp, label: Arrived, indexed: true}
  note: {type: text, label: Note, optional: true, searched: true}
states:
  - {id: waiting, label: waiting, tone: amber}
  - {id: released, label: released, tone: green}
  - {id: returned, label: returned}
computed:
  due_at: {type: timestamp, label: Due, expr: 'record.arrived_at + duration("72h")', indexed: true}
lookups:
  waiting_here:
    kind: parcel
    where: {state: waiting}
    answer: count
clocks:
  due:
    row: P-2
    label: due
    basis: 72 h after arrival
    start: record.arrived_at
    due: record.due_at
    runs: record.state == "waiting"
    warn: {minutes_before: 60}
actions:
  release:
    label: Release
    row: P-1
    key: a
    from: [waiting]
    policy:
      - id: P-1
        title: Within 72 hours
        when: now - record.arrived_at < duration("72h")
        otherwise: parcel.too_late
        found: 'of 72 h'
        refusal: The time for this parcel is over.
        override: never
    not_after: record.due_at
    nature: money
    confirm: typed
    effects:
      - set: {state: '"released"'}
    will: ['release the parcel']
  return:
    label: Return
    row: P-3
    key: r
    from: [waiting, released]
    params:
      reason: {type: text, label: Reason}
    policy: []
    nature: change
    effects:
      - set: {state: '"returned"', note: params.reason}
    will: ['send it back']
detail: [number, depot, fee, arrived_at, due_at, note]
views:
  parcels:
    label: Parcels
    row: P-1
    sort: [arrived_at]
    sort_label: oldest first
    total: fee
    queue: {target: 0, minutes_each: 2}
    sections:
      - {id: open, label: Open, where: {state: waiting}}
      - {id: done, label: Done, where: {state: [released, returned]}}
    columns:
      - {field: number, with: depot}
      - fee
      - clock.due
      - state
"#;

/// The invented pack as a bundle: hash and bytes.
pub fn pack(version: u32, change: impl Fn(&str) -> String) -> (String, u32, Vec<u8>) {
    pack_with(version, "", &[], change)
}

/// The same with more in `pack.yaml`, and more files.
pub fn pack_with(
    version: u32,
    more: &str,
    files: &[(&str, &str)],
    change: impl Fn(&str) -> String,
) -> (String, u32, Vec<u8>) {
    let files = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let files: BTreeMap<String, String> = files
        .chain([
            (
                "pack.yaml".to_owned(),
                PACK.replace("VERSION", &version.to_string())
                    .replace("WEEKDAY", &session_day())
                    + more,
            ),
            ("records/depot.yaml".to_owned(), DEPOT.to_owned()),
            ("records/parcel.yaml".to_owned(), change(PARCEL)),
        ])
        .collect();
    let bundle = Bundle::from_files(files).unwrap();
    (bundle.hash().to_owned(), version, bundle.bytes().to_vec())
}

/// The weekday of the next session, as a rule has it: more than 72 hours from now in any zone.
fn session_day() -> String {
    let day = (now() + TimeDelta::days(5)).format("%a").to_string();
    day.chars().take(2).collect::<String>().to_uppercase()
}

/// Fields of a parcel that arrived so many hours ago.
pub fn parcel(number: &str, hours: i64) -> Value {
    let arrived: DateTime<Utc> = now() - TimeDelta::hours(hours);
    json!({
        "number": number, "depot": "d1", "fee": {"minor": 2200, "currency": "AUD"},
        "arrived_at": arrived, "state": "waiting", "unknown_field": {"kept": true},
    })
}

/// Why a parcel is returned, as a form has it.
pub fn reason() -> BTreeMap<String, String> {
    BTreeMap::from([("reason".to_owned(), "\"wrong depot\"".to_owned())])
}

/// A laptop beside a platform.
pub struct World {
    pub platform: Platform,
    pub engine: Arc<Engine>,
    folder: TempDir,
    device: Uuid,
    notifier: Arc<dyn Notifier>,
}

impl World {
    /// A platform with the invented pack, a depot and this many parcels `p1`…; nothing is synced.
    pub async fn new(parcels: u32) -> Self {
        let platform = Platform::start().await;
        platform.with(|state| {
            state.pack = Some(pack(1, ToOwned::to_owned));
            state.put("depot", "d1", json!({"name": "North"}));
            for n in 1..=parcels {
                state.put(
                    "parcel",
                    &format!("p{n}"),
                    parcel(&format!("N-{n}"), i64::from(n)),
                );
            }
        });
        let folder = TempDir::new().unwrap();
        let device = Uuid::now_v7();
        let engine = assemble(&folder, &platform, device).await;
        Self {
            platform,
            engine,
            folder,
            device,
            notifier: Arc::new(Nowhere),
        }
    }

    /// Opened again, where this shows notifications from now on.
    pub async fn tell(&mut self, notifier: Arc<dyn Notifier>) {
        self.notifier = notifier;
        self.restart().await;
    }

    fn profile(&self) -> OpenProfile {
        let mut profile = profile(&self.folder, &self.platform, self.device);
        profile.notifier = Arc::clone(&self.notifier);
        profile
    }

    /// The same, after one turn.
    pub async fn synced(parcels: u32) -> Self {
        let world = Self::new(parcels).await;
        world.engine.sync_once().await.unwrap();
        world
    }

    /// What background tasks would have been is ended and the databases are closed, as a killed
    /// process leaves them; then the app is opened again.
    pub async fn restart(&mut self) {
        self.engine.stores().close().await;
        self.engine = Engine::assemble(self.profile()).await.unwrap();
    }

    /// Opened again on a machine with other clocks, with the platform's time as it was kept.
    pub async fn restart_with(&mut self, clock: Arc<dyn Clock>) {
        self.engine.stop().await;
        self.engine.stores().close().await;
        let mut profile = self.profile();
        let anchor = profile.stores.state.read(|state| load_anchor(state)).await;
        profile.clock = Arc::new(Corrected::new(clock, anchor.unwrap()));
        self.engine = Engine::assemble(profile).await.unwrap();
    }

    /// Opened again, asking for packed answers though the platform is on this machine.
    #[allow(dead_code, reason = "only the test of packed bombs asks so")]
    pub async fn ask_for_packed(&mut self) {
        self.engine.stores().close().await;
        let profile = self.profile();
        let mut outside = Outside::new(&profile.pinned).unwrap();
        outside.transport = Arc::new(Network::packed(&profile.pinned.platform).unwrap());
        self.engine = Engine::assemble_with(profile, outside).await.unwrap();
    }

    /// Opened again without background tasks, and what it tells is heard.
    #[allow(dead_code, reason = "only the test of what is told of many listens so")]
    pub async fn listen(&mut self) -> broadcast::Receiver<ChangeSet> {
        self.engine.stores().close().await;
        let profile = self.profile();
        let changes = profile.changes.subscribe();
        self.engine = Engine::assemble(profile).await.unwrap();
        changes
    }

    /// Opened again, with its background tasks.
    pub async fn start(&mut self) -> broadcast::Receiver<ChangeSet> {
        self.start_by(Arc::new(SystemClock::default())).await
    }

    /// The same, with these clocks of the machine.
    pub async fn start_by(&mut self, machine: Arc<dyn Clock>) -> broadcast::Receiver<ChangeSet> {
        self.engine.stores().close().await;
        let mut profile = self.profile();
        profile.clock = Arc::new(Corrected::new(machine, None));
        let changes = profile.changes.subscribe();
        self.engine = Engine::start(profile).await.unwrap();
        changes
    }

    pub async fn page(&self) -> ViewPage {
        self.find("").await
    }

    pub async fn find(&self, search: &str) -> ViewPage {
        let request = ViewRequest {
            view: "parcels".into(),
            sort: None,
            search: search.into(),
            offset: 0,
            limit: 500,
            ..ViewRequest::default()
        };
        queues::page(&self.engine, request).await.unwrap()
    }

    pub async fn record(&self, id: &str) -> RecordView {
        queues::record(&self.engine, "parcel", id).await.unwrap()
    }

    pub async fn status(&self) -> SyncView {
        sync::status(&self.engine).await.unwrap()
    }

    /// Releases a parcel as it is shown now.
    pub async fn release(&self, id: &str) -> Result<OperationView, Error> {
        let request = self.release_request(id).await;
        queues::act(&self.engine, request).await
    }

    /// Takes an action on a parcel as it is shown now, in the place of another operation where one is
    /// named.
    pub async fn act(
        &self,
        action: &str,
        id: &str,
        amends: Option<&str>,
    ) -> Result<OperationView, Error> {
        let params = match action {
            "return" => reason(),
            _ => BTreeMap::new(),
        };
        let request = ActRequest {
            action: action.into(),
            params,
            amends: amends.map(ToOwned::to_owned),
            ..self.release_request(id).await
        };
        queues::act(&self.engine, request).await
    }

    pub async fn release_request(&self, id: &str) -> ActRequest {
        ActRequest {
            operation: Uuid::now_v7().to_string(),
            kind: "parcel".into(),
            id: id.into(),
            action: "release".into(),
            params: BTreeMap::new(),
            typed: Some("22.00".into()),
            seen_revision: self.record(id).await.revision,
            amends: None,
        }
    }

    /// The operations of each request that carried some.
    pub fn posted(&self) -> Vec<Vec<Value>> {
        let asked = self.platform.with(|state| state.asked("/v1/operations"));
        let posted = asked.iter().filter(|request| request.method == "POST");
        posted
            .map(|request| {
                let batch: Value = serde_json::from_slice(&request.body).unwrap();
                batch["operations"].as_array().unwrap().clone()
            })
            .collect()
    }

    /// How many operations have had their effect.
    pub fn effects(&self) -> usize {
        self.platform.with(|state| state.effects.len())
    }

    /// A number out of `cache.db`.
    pub async fn cached(&self, sql: &'static str) -> i64 {
        let cache = &self.engine.stores().cache;
        cache
            .read(move |cache| Ok::<_, StoreError>(cache.query_row(sql, [], |row| row.get(0))?))
            .await
            .unwrap()
    }

    /// A number out of `state.db`.
    pub async fn stated(&self, sql: &'static str) -> i64 {
        let state = &self.engine.stores().state;
        state
            .read(move |state| Ok::<_, StoreError>(state.query_row(sql, [], |row| row.get(0))?))
            .await
            .unwrap()
    }

    /// I4, I5 and I7: what must hold after whatever happened.
    pub async fn check(&self) {
        let sound = "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'";
        assert_eq!(self.cached(sound).await, 0);
        assert_eq!(self.stated(sound).await, 0);
        for words in [
            "SELECT (SELECT count(*) FROM record_text) - (SELECT count(*) FROM record)",
            "SELECT (SELECT count(*) FROM record_start) - (SELECT count(*) FROM record)",
        ] {
            assert_eq!(self.cached(words).await, 0, "{words}");
        }
        assert_eq!(self.engine.check_chain().await.unwrap().broken, None);
    }
}

fn profile(folder: &TempDir, platform: &Platform, device: Uuid) -> OpenProfile {
    let stores = Stores::open(folder.path(), &DbKey::new([3; 32])).unwrap();
    OpenProfile {
        id: "profile".into(),
        folder: folder.path().to_owned(),
        stores,
        token: Secret::new(TOKEN),
        pinned: Pinned {
            platform: platform.url.clone(),
            operator: Operator {
                id: "op-1".into(),
                name: "Robin".into(),
            },
            tenant: Tenant {
                id: "t-1".into(),
                name: "Depot".into(),
                zone: "Australia/Melbourne".into(),
            },
            device,
            audit_key: audit_key(),
            publisher: publisher().public().to_owned(),
        },
        clock: Arc::new(Corrected::new(Arc::new(SystemClock::default()), None)),
        changes: broadcast::channel(64).0,
        notifier: Arc::new(Nowhere),
        version: "0".into(),
    }
}

async fn assemble(folder: &TempDir, platform: &Platform, device: Uuid) -> Arc<Engine> {
    let profile = profile(folder, platform, device);
    Engine::assemble(profile).await.unwrap()
}

/// Waits until something holds; fails when it does not within half a minute.
pub async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    for _ in 0..3_000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}
