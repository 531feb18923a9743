//! What has to be asked before a call is sent: nothing is counted for it, and no send goes out on what was
//! known before it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use chrono::TimeDelta;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use uuid::Uuid;
use watchkeeper_model::Call;
use watchkeeper_pack::format::Connector as Name;
use watchkeeper_platform::clock::{Clock, ManualClock};
use watchkeeper_platform::connectors::{Connector, Connectors, Look, Sent, Worker};
use watchkeeper_platform::store::sqlite::SqliteStore;
use watchkeeper_platform::store::{Access, CallRow};
use watchkeeper_platform::{Options, Platform, decide, intake};
use watchkeeper_wire::ingest::{Incoming, Ingest};
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};
use watchkeeper_wire::session::Operator;

use crate::approvals::{CLAIM, PACK, bundle};
use crate::support::{Counting, TENANT, noon, signed, tenant};

/// A provider that lists nothing.
struct Asks {
    clock: Arc<ManualClock>,
    /// The process stands still for so many seconds while it is asked, once.
    stands_still: AtomicU32,
    /// It never says whether it may be sent to.
    silent: bool,
    /// What it moves, whatever it is asked for.
    moves: AtomicU32,
    sent: AtomicU32,
}

#[async_trait]
impl Connector for Asks {
    async fn look(&self, _call: &Call, _key: &str) -> Look {
        Look::Absent
    }

    async fn hindrance(&self, _call: &Call) -> Option<Sent> {
        let seconds = self.stands_still.swap(0, Ordering::SeqCst);
        self.clock.advance(TimeDelta::seconds(seconds.into()));
        self.silent.then_some(Sent::NotNow(None))
    }

    fn differs(&self, _call: &Call, result: &Value) -> Option<String> {
        let moved = result.get("moved").and_then(Value::as_i64)?;
        (moved != 100).then(|| format!("It moved {moved}."))
    }

    async fn send(&self, _call: &Call, _key: &str, _idempotency_key: &str) -> Sent {
        self.sent.fetch_add(1, Ordering::SeqCst);
        let moved = self.moves.load(Ordering::SeqCst);
        Sent::Done(json!({"id": "re_1", "moved": moved}))
    }
}

struct Office {
    platform: Arc<Platform>,
    worker: Worker,
    provider: Arc<Asks>,
    operation: Operation,
    _data: TempDir,
}

impl Office {
    /// With one call that waits.
    async fn new(stands_still: u32, silent: bool) -> Self {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(noon()));
        let provider = Arc::new(Asks {
            clock: Arc::clone(&clock),
            stands_still: AtomicU32::new(stands_still),
            silent,
            moves: AtomicU32::new(100),
            sent: AtomicU32::new(0),
        });
        let options = Options {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            random: Arc::new(Counting::default()),
            ..Options::new(data.path().to_owned())
        };
        let store = SqliteStore::open(&data.path().join("platform.db")).unwrap();
        let line: Arc<dyn Connector> = provider.clone();
        let connectors: Connectors = [(Name::Stripe, line)].into();
        let opened = Platform::over(Arc::new(store), &options, connectors, None).await;
        let platform = opened.unwrap();
        let pack = signed(bundle(PACK, CLAIM));
        platform.found(&tenant(TENANT), Some(&pack)).await.unwrap();
        let body = json!({"number": "C-1", "amount": {"minor": 100, "currency": "GBP"},
                          "charge_id": "ch_1", "state": "open"});
        let claim = Incoming {
            kind: "claim".into(),
            id: "c1".into(),
            body: body.as_object().unwrap().clone(),
            version: None,
        };
        let brought = Ingest {
            records: vec![claim],
            removed: Vec::new(),
        };
        let taken = intake::take(&platform, TENANT, &brought).await.unwrap();
        assert_eq!(taken.accepted, 1);
        let kim = Access {
            token_hash: String::new(),
            tenant: TENANT.into(),
            operator: Operator {
                id: "kim".into(),
                name: "KIM".into(),
            },
            roles: vec!["operator".into()],
            regions: Vec::new(),
            revoked: false,
        };
        let operation = Operation {
            id: Uuid::now_v7(),
            version: 1,
            kind: "claim".into(),
            record: "c1".into(),
            action: "grant".into(),
            params: Map::new(),
            author: "kim".into(),
            device: Uuid::nil(),
            made_at: clock.now(),
            base_revision: Some(1),
            not_after: None,
            pack: String::new(),
            lookups: Default::default(),
        };
        let verdict = decide::apply(&platform, &kim, &operation, false).await;
        assert_eq!(verdict.unwrap().word, VerdictWord::Accepted);
        Self {
            worker: Worker::new(Arc::clone(&platform)),
            platform,
            provider,
            operation,
            _data: data,
        }
    }

    /// One look at the outbox; how often it has been sent by then.
    async fn step(&self) -> u32 {
        self.worker.step().await.unwrap();
        self.provider.sent.load(Ordering::SeqCst)
    }

    async fn call(&self) -> CallRow {
        let calls = self.platform.store.calls_of(TENANT, self.operation.id);
        calls.await.unwrap().remove(0)
    }

    async fn verdict(&self) -> Verdict {
        let known = self.platform.store.operation(TENANT, self.operation.id);
        known.await.unwrap().unwrap().verdict
    }
}

#[tokio::test]
async fn who_stood_still_while_asking_looks_again_before_anything_is_sent() {
    let office = Office::new(120, false).await;
    // By now the provider may have forgotten a key, and list what it did not list before.
    assert_eq!(office.step().await, 0);
    assert_eq!(office.step().await, 1);
    assert_eq!(office.verdict().await.word, VerdictWord::Confirmed);
}

#[tokio::test]
async fn what_a_provider_did_otherwise_is_done_and_said() {
    for (moves, code) in [(100, None), (90, Some("provider.otherwise"))] {
        let office = Office::new(0, false).await;
        office.provider.moves.store(moves, Ordering::SeqCst);
        assert_eq!(office.step().await, 1);
        let verdict = office.verdict().await;
        assert_eq!(verdict.word, VerdictWord::Confirmed);
        let said = verdict.reason.map(|why| why.code);
        assert_eq!(said.as_deref(), code);
        // Nobody pays what is missing, or more, by themselves.
        assert_eq!(office.step().await, 1);
    }
}

#[tokio::test]
async fn who_is_quick_to_ask_sends_at_once() {
    let office = Office::new(20, false).await;
    assert_eq!(office.step().await, 1);
    let call = office.call().await;
    // It counts from the send on, not from the question before it.
    assert_eq!(call.sent_at, Some(noon() + TimeDelta::seconds(20)));
}

#[tokio::test]
async fn what_could_not_be_asked_about_was_never_sent_and_lapses() {
    let office = Office::new(0, true).await;
    assert_eq!(office.step().await, 0);
    let call = office.call().await;
    assert!(call.was_never_sent(), "{call:?}");
    office.provider.clock.advance(TimeDelta::hours(25));
    assert_eq!(office.step().await, 0);
    let verdict = office.verdict().await;
    assert_eq!(verdict.word, VerdictWord::Lapsed, "{verdict:?}");
}
