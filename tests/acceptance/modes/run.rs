//! Cases of one mode, worked on a platform: what is refused, what waits, and how each ends.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use uuid::{NoContext, Timestamp, Uuid};
use watchkeeper_core::Code;
use watchkeeper_core::features::queues;
use watchkeeper_core::features::queues::view::{
    CellValue, OperationView, OperationWord, Standing, ViewRequest,
};
use watchkeeper_core::store::StoreError;
use watchkeeper_platform::clock::{Clock, ManualClock};
use watchkeeper_platform::{Server, StandIns, decide};
use watchkeeper_tests::inside;
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};

use super::laptop::Laptop;
use super::{Case, Mode, TENANT};

/// Cases of one mode, worked on a platform.
pub(crate) struct Run {
    pub(crate) mode: Mode,
    pub(crate) server: Server,
    pub(super) clock: Arc<ManualClock>,
    pub(super) hash: String,
    pub(crate) laptop: Laptop,
    pub(super) folder: TempDir,
}

impl Run {
    /// Works cases in the order given. What is refused is refused here and, by hand, there; what is
    /// allowed waits, is done once, and is shown as done only then.
    pub(crate) async fn through(&self, cases: &[Case]) {
        let mut waits = Vec::new();
        for (place, case) in cases.iter().enumerate() {
            let before = self.row(&case.on).await;
            match case.denied() {
                Some(denied) => self.is_refused(case, denied).await,
                None => waits.push((self.is_queued(case).await, place)),
            }
            assert_eq!(self.row(&case.on).await, before, "{}", case.what());
            if self.mode == Mode::Connected {
                self.end(&mut waits, cases).await;
            }
        }
        self.end(&mut waits, cases).await;
        assert_eq!(
            self.laptop.engine.check_chain().await.unwrap().broken,
            None,
            "{:?}",
            self.mode
        );
    }

    async fn end(&self, waits: &mut Vec<(Uuid, usize)>, cases: &[Case]) {
        self.settle(waits).await;
        let of: Vec<&(String, String)> = waits.iter().map(|(_, at)| &cases[*at].on).collect();
        for (nth, (id, place)) in waits.iter().enumerate() {
            let case = &cases[*place];
            let last = !of[nth + 1..].contains(&&case.on);
            self.has_ended(*id, case, last).await;
        }
        waits.clear();
    }

    fn operation_id(&self) -> Uuid {
        let now = self.clock.now();
        let seconds = u64::try_from(now.timestamp()).unwrap();
        let time = Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos());
        Uuid::new_v7(time)
    }

    pub(crate) fn stand_ins(&self) -> &StandIns {
        self.server.platform.stand_ins.as_ref().unwrap()
    }

    /// Lays bytes among the platform's documents, under this name.
    pub(crate) fn keep(&self, sha256: &str, bytes: &[u8]) {
        let path = self.server.platform.blobs.path(TENANT, sha256);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// The platform's clock.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Another laptop on the same platform.
    pub(crate) async fn another(&self, operator: &str, roles: &[&str]) -> Laptop {
        Laptop::new(&self.server, operator, roles).await
    }

    async fn row(&self, (kind, id): &(String, String)) -> (u64, Map<String, Value>) {
        let row = self.server.platform.store.record(TENANT, kind, id).await;
        let row = row.unwrap().unwrap();
        (row.revision, row.body)
    }

    /// A field of a record as the platform has it.
    pub(crate) async fn field(&self, (kind, id): (&str, &str), name: &str) -> Value {
        let (_, body) = self.row(&(kind.to_owned(), id.to_owned())).await;
        body.get(name).cloned().unwrap_or_default()
    }

    /// Where the platform's database or the laptop's still says this, table by table. The mail service's own
    /// book is not ours.
    pub(crate) async fn left(&self, said: &str) -> Vec<String> {
        let file = self.folder.path().join("platform.db");
        let platform = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let mut left = inside::tables_with(&platform.unwrap(), said).unwrap();
        let stores = self.laptop.engine.stores();
        for (name, store) in [("state", &stores.state), ("cache", &stores.cache)] {
            let sought = said.to_owned();
            let found =
                store.read(move |db| Ok::<_, StoreError>(inside::tables_with(db, &sought)?));
            let found = found.await.unwrap().into_iter();
            left.extend(found.map(|table| format!("{name}: {table}")));
        }
        left
    }

    /// How many records of a kind the platform has.
    pub(crate) async fn count(&self, kind: &str) -> u64 {
        let count = self.server.platform.store.count(TENANT, kind).await;
        count.unwrap()
    }

    /// What the mail stand-in has sent, once it is that many.
    pub(crate) async fn mails(&self, wanted: usize) -> Vec<Value> {
        for _ in 0..200 {
            let sent = self.stand_ins().mail.sent().unwrap();
            if sent.len() >= wanted {
                return sent;
            }
            self.clock.advance(TimeDelta::seconds(2));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{:?}: {wanted} mails were not sent", self.mode);
    }

    /// Time goes by on the platform.
    pub(crate) fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
    }

    /// Records that the laptop shows in a view, by id.
    pub(crate) async fn listed(&self, view: &str) -> Vec<String> {
        let request = ViewRequest {
            view: view.into(),
            limit: 50,
            ..ViewRequest::default()
        };
        let page = queues::page(&self.laptop.engine, request).await.unwrap();
        page.rows.into_iter().map(|row| row.id).collect()
    }

    /// How many records the laptop shows in each section of a view.
    pub(crate) async fn sections(&self, view: &str) -> BTreeMap<String, u32> {
        let request = ViewRequest {
            view: view.into(),
            limit: 50,
            ..ViewRequest::default()
        };
        let page = queues::page(&self.laptop.engine, request).await.unwrap();
        let sections = page.sections.into_iter();
        let sections = sections.filter(|each| each.count > 0);
        sections.map(|each| (each.id, each.count)).collect()
    }

    /// Policy refuses it from what the laptop has, in a sentence and with its row, and audits it. With a
    /// line the same operation is sent past the laptop, and the platform refuses it for the same reason.
    async fn is_refused(&self, case: &Case, (code, row): (&str, Option<&str>)) {
        let what = format!("{:?}: {}", self.mode, case.what());
        let said = self.laptop.act(self.operation_id(), case).await;
        let error = said.expect_err(&what);
        assert_eq!(
            (error.code, error.row.as_deref()),
            (Code::PolicyDenied, row),
            "{what}: {error}"
        );
        assert!(error.detail.is_some_and(|why| !why.is_empty()), "{what}");
        let audited = inside::denied(&self.laptop.engine).await.unwrap();
        let last = audited.last().unwrap();
        assert_eq!(
            (&last["code"], &last["record"]),
            (&json!(code), &json!(case.on.1)),
            "{what}"
        );
        if self.mode == Mode::CutOff {
            return;
        }
        let verdict = self.by_hand(case).await;
        let reason = verdict.reason.map(|why| (why.code, why.row));
        if self.stands_already(case).await {
            assert_eq!(verdict.word, VerdictWord::Confirmed, "{what}");
            // What was done before may not have its end yet.
            let told = reason.is_none_or(|(code, _)| code == "operation.under_way");
            assert!(told, "{what}");
        } else {
            let wanted = Some((code.to_owned(), row.map(ToOwned::to_owned)));
            assert_eq!(
                (verdict.word, reason),
                (VerdictWord::Refused, wanted),
                "{what}"
            );
        }
    }

    /// The record is where the action would bring it: the platform confirms that, and does nothing.
    async fn stands_already(&self, case: &Case) -> bool {
        let (_, body) = self.row(&case.on).await;
        let bundle = self.laptop.engine.pack().unwrap();
        let action = &bundle.kind(&case.on.0).unwrap().actions[case.action];
        let state = body.get("state").and_then(Value::as_str);
        state.is_some_and(|state| action.def.already.iter().any(|each| each == state))
    }

    /// The operation as somebody would send it whose laptop decides nothing.
    async fn by_hand(&self, case: &Case) -> Verdict {
        let operation = Operation {
            id: self.operation_id(),
            version: 1,
            kind: case.on.0.clone(),
            record: case.on.1.clone(),
            action: case.action.to_owned(),
            params: case.params(),
            author: self.laptop.access.operator.id.clone(),
            device: self.laptop.device,
            made_at: self.clock.now(),
            base_revision: Some(self.row(&case.on).await.0),
            not_after: None,
            pack: self.hash.clone(),
            lookups: BTreeMap::new(),
        };
        self.send(&operation).await
    }

    async fn send(&self, operation: &Operation) -> Verdict {
        let verdict = decide::apply(&self.server.platform, &self.laptop.access, operation, false);
        verdict.await.unwrap()
    }

    /// It is queued, and nothing is shown as done.
    async fn is_queued(&self, case: &Case) -> Uuid {
        let what = format!("{:?}: {}", self.mode, case.what());
        let on = (case.on.0.as_str(), case.on.1.as_str());
        let before = self.laptop.record(on).await;
        if let (Some((_, row)), true) = (&case.said, case.params().is_empty()) {
            let mut offered = before.actions.iter();
            let offered = offered.find(|each| each.action == case.action).unwrap();
            let asks: Vec<&str> = offered.asks.iter().map(|ask| ask.row.as_str()).collect();
            assert_eq!(asks.first().copied(), row.as_deref(), "{what}");
        }
        let id = self.operation_id();
        let queued = self.laptop.act(id, case).await;
        let queued = queued.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(queued.word, OperationWord::Queued, "{what}");
        let after = self.laptop.record(on).await;
        assert_eq!(after.state, before.state, "{what}");
        id
    }

    /// The line is there, and time goes on, until the platform has ended all of these or somebody has
    /// to agree.
    pub(crate) async fn settle(&self, waits: &[(Uuid, usize)]) {
        if waits.is_empty() {
            return;
        }
        for round in 0..900 {
            self.laptop.turn().await;
            let mut open = 0;
            for (id, _) in waits {
                let known = self.server.platform.store.operation(TENANT, *id).await;
                let rests = known.unwrap().is_some_and(|known| {
                    let why = known.verdict.reason.as_ref();
                    known.verdict.word.is_final()
                        || why.is_some_and(|why| why.code == "approval.waits")
                });
                open += usize::from(!rests);
            }
            if open == 0 {
                return self.laptop.turn().await;
            }
            if round > 3 {
                self.clock.advance(TimeDelta::seconds(2));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{:?}: some have not ended", self.mode);
    }

    /// Done, or waiting for agreement, by the platform's word and on the laptop; sent once more it
    /// changes nothing.
    async fn has_ended(&self, id: Uuid, case: &Case, is_last: bool) {
        let what = format!("{:?}: {}", self.mode, case.what());
        let known = self.server.platform.store.operation(TENANT, id).await;
        let known = known.unwrap().unwrap();
        let said = (known.verdict.word, known.verdict.reason.clone());
        let ours = self.laptop.shown(id, case).await;
        match &case.said {
            None => {
                assert_eq!(said.0, VerdictWord::Confirmed, "{what}: {said:?}");
                let word = (ours.word, ours.standing);
                let done = (OperationWord::Confirmed, Standing::Confirmed);
                assert_eq!(word, done, "{what}");
            }
            Some((_, row)) => {
                assert_eq!(said.0, VerdictWord::Accepted, "{what}: {said:?}");
                let why = said.1.unwrap();
                assert_eq!((why.code.as_str(), &why.row), ("approval.waits", row));
                let word = (ours.word, ours.standing);
                let waits = (OperationWord::Sent, Standing::Agreement);
                assert_eq!(word, waits, "{what}");
            }
        }
        let before = self.row(&case.on).await;
        let again = self.send(&known.request).await;
        assert_eq!(again.word, said.0, "{what}");
        assert_eq!(self.row(&case.on).await, before, "{what}: done twice");
        if let (Some(state), true) = (case.then, is_last) {
            assert_eq!(before.1["state"], state, "{what}");
            let shown = self.laptop.record((&case.on.0, &case.on.1)).await;
            match shown.state {
                Some(CellValue::State { id, .. }) => assert_eq!(id, state, "{what}"),
                other => panic!("{what}: {other:?}"),
            }
        }
    }

    /// Acts on another laptop, which is cut off, and answers the operation.
    pub(crate) async fn act_on(&self, laptop: &Laptop, case: &Case) -> OperationView {
        let queued = laptop.act(self.operation_id(), case).await;
        queued.unwrap_or_else(|error| panic!("{}: {error}", case.what()))
    }

    /// Another laptop has a line until its operation has ended or waits for agreement, and what is
    /// shown of it there then.
    pub(crate) async fn ends_on(
        &self,
        laptop: &Laptop,
        id: &str,
        on: (&str, &str),
    ) -> OperationView {
        for round in 0..900 {
            laptop.turn().await;
            let mut ours = laptop.record(on).await.operations.into_iter();
            let ours = ours.find(|each| each.id == id).unwrap();
            let open = [
                Standing::Waiting,
                Standing::InFlight,
                Standing::Accepted,
                Standing::Unknown,
                Standing::Blocked,
            ];
            if !open.contains(&ours.standing) {
                return ours;
            }
            if round > 3 {
                self.clock.advance(TimeDelta::seconds(2));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{id} has not ended");
    }
}
