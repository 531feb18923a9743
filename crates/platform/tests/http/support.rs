//! A platform to test: its clock stands still, its chance is fixed, its providers stand in.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;
use watchkeeper_pack::value::instant_text;
use watchkeeper_pack::{Bundle, Publisher, Signed};
use watchkeeper_platform::clock::{Clock, ManualClock};
use watchkeeper_platform::connectors::stand_in::Charge;
use watchkeeper_platform::connectors::stripe::Mode;
use watchkeeper_platform::random::Random;
use watchkeeper_platform::{Grant, Options, Platform, Server};
use watchkeeper_wire::feed::Line;
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};
use watchkeeper_wire::problem::Problem;
use watchkeeper_wire::session::Tenant;

pub const TENANT: &str = "here";

/// Different each time, and never any jitter.
#[derive(Default)]
pub struct Counting(AtomicU64);

impl Random for Counting {
    fn bytes(&self) -> [u8; 32] {
        let mut bytes = *Uuid::now_v7()
            .as_bytes()
            .repeat(2)
            .first_chunk::<32>()
            .unwrap();
        bytes[0] = self.0.fetch_add(1, Ordering::Relaxed) as u8;
        bytes
    }
    fn unit(&self) -> f64 {
        0.0
    }
}

pub struct World {
    pub server: Server,
    pub clock: Arc<ManualClock>,
    pub data: Arc<tempfile::TempDir>,
    pub http: Client,
    change: Change,
    /// Of operator `kim`.
    pub token: String,
    /// Of operator `root`: admin and system.
    pub admin: String,
}

pub fn pack_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packs/dog-trainers")
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn noon() -> DateTime<Utc> {
    at("2026-11-20T12:00:00Z")
}

pub fn tenant(id: &str) -> Tenant {
    Tenant {
        id: id.into(),
        name: id.to_uppercase(),
        zone: "Australia/Melbourne".into(),
    }
}

type Change = fn(&mut Options);

async fn bind(data: &std::path::Path, clock: &Arc<ManualClock>, change: Change) -> Server {
    let mut options = Options {
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        random: Arc::new(Counting::default()),
        stand_ins: true,
        patience: Duration::from_millis(400),
        ..Options::new(data.to_owned())
    };
    change(&mut options);
    Server::bind(options).await.unwrap()
}

/// A pack of the one publisher of these tests.
pub fn signed(bundle: Bundle) -> Signed {
    static PUBLISHER: OnceLock<Publisher> = OnceLock::new();
    let publisher = PUBLISHER.get_or_init(|| Publisher::generate().unwrap());
    publisher.sign(bundle).unwrap()
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// With other options.
    pub async fn with(change: Change) -> Self {
        let bundle = Bundle::from_dir(&pack_folder()).unwrap();
        Self::of(change, Some(bundle)).await
    }

    /// A tenant with this pack.
    pub async fn of_pack(bundle: Bundle) -> Self {
        Self::of(|_| (), Some(bundle)).await
    }

    /// A tenant without a pack: its feed has nothing but what the test brings.
    pub async fn without_a_pack() -> Self {
        Self::of(|_| (), None).await
    }

    async fn of(change: Change, bundle: Option<Bundle>) -> Self {
        let data = Arc::new(tempfile::tempdir().unwrap());
        let clock = Arc::new(ManualClock::new(noon()));
        let server = bind(data.path(), &clock, change).await;
        let platform = &server.platform;
        platform
            .found(&tenant(TENANT), bundle.map(signed).as_ref())
            .await
            .unwrap();
        let token = issue(platform, TENANT, "kim", &["operator"], &[]).await;
        let admin = issue(platform, TENANT, "root", &["admin", "system"], &[]).await;
        Self {
            server,
            change,
            clock,
            data,
            http: Client::new(),
            token,
            admin,
        }
    }

    /// Kills the platform where it stands, and starts it again on the same folder.
    pub async fn crash(self) -> Self {
        self.crash_with(|| ()).await
    }

    /// The same, and in between something is done to its folder.
    pub async fn crash_with(self, between: impl FnOnce()) -> Self {
        let Self {
            server,
            clock,
            data,
            token,
            admin,
            change,
            ..
        } = self;
        drop(server);
        between();
        Self {
            server: bind(data.path(), &clock, change).await,
            change,
            clock,
            data,
            http: Client::new(),
            token,
            admin,
        }
    }

    pub fn platform(&self) -> &Platform {
        &self.server.platform
    }

    pub fn request(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.server.url());
        self.http.request(method, url).bearer_auth(token)
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path, &self.token)
    }

    /// What the platform says of the session.
    pub async fn me(&self) -> Value {
        let answer = self.get("/v1/me").send().await.unwrap();
        answer.json().await.unwrap()
    }

    pub fn post(&self, path: &str, body: &impl Serialize) -> RequestBuilder {
        self.request(Method::POST, path, &self.token).json(body)
    }

    /// Brings records as the platform's own systems do.
    pub async fn ingest(&self, records: Value) -> Value {
        self.brought(json!({"records": records})).await
    }

    async fn brought(&self, body: Value) -> Value {
        let answer = self
            .request(Method::POST, "/v1/ingest", &self.admin)
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    pub async fn remove(&self, kind: &str, id: &str) {
        let removed = json!([{"kind": kind, "id": id}]);
        self.brought(json!({"removed": removed})).await;
    }

    /// An open refund request `rf-<n>` of 22 dollars, bought so many hours ago, requested an hour
    /// after; with listing, charge, placement, and the charge at the provider.
    pub async fn refund(&self, n: u32, hours: i64) -> String {
        let bought = self.clock.now() - TimeDelta::hours(hours);
        let price = json!({"minor": 2200, "currency": "AUD"});
        let (charge, id) = (format!("ch_{n}"), format!("rf-{n}"));
        let (bought_text, asked) = (
            instant_text(bought),
            instant_text(bought + TimeDelta::hours(1)),
        );
        let answer = self
            .ingest(json!([
                {"kind": "council", "id": "c", "body": {"name": "Council", "slots": 5}},
                {"kind": "business", "id": "b", "body": {
                    "name": "Good Paws", "council": "c", "email": "hello@goodpaws.example",
                    "verified": true, "listed_at": "2025-01-01T00:00:00Z", "state": "active"}},
                {"kind": "charge", "id": charge, "body": {
                    "charge_id": charge, "business": "b", "amount": price,
                    "charged_at": bought_text, "status": "succeeded"}},
                {"kind": "placement", "id": format!("p-{n}"), "body": {
                    "business": "b", "council": "c", "charge_id": charge,
                    "purchased_at": bought_text, "refund_status": "none", "state": "active"}},
                {"kind": "refund", "id": id, "body": {
                    "number": format!("RF-{n}"), "business": "b", "council": "c",
                    "email": "hello@goodpaws.example", "amount": price,
                    "purchased_at": bought_text, "requested_at": asked, "charge": charge,
                    "charge_id": charge, "placement": format!("p-{n}"), "state": "requested"}},
            ]))
            .await;
        assert_eq!(answer["rejected"], json!([]));
        let stand_ins = self.platform().stand_ins.as_ref().unwrap();
        let paid = Charge {
            id: charge,
            // Three placements on one charge: it alone would not stop a second refund.
            amount: 6600,
            currency: "aud".into(),
            created: bought.timestamp(),
        };
        stand_ins.ledger.charge(&[paid]).unwrap();
        id
    }

    /// An operation of `kim` on a refund, on the record as it was first brought.
    pub fn operation(&self, record: &str, action: &str) -> Operation {
        Operation {
            id: Uuid::now_v7(),
            version: 1,
            kind: "refund".into(),
            record: record.into(),
            action: action.into(),
            params: Map::new(),
            author: "kim".into(),
            device: Uuid::nil(),
            made_at: self.clock.now(),
            base_revision: Some(1),
            not_after: None,
            pack: String::new(),
            lookups: Default::default(),
        }
    }

    pub async fn submit_as(&self, token: &str, operations: &[Operation]) -> Vec<Verdict> {
        let answer = self
            .request(Method::POST, "/v1/operations", token)
            .json(&json!({"operations": operations}))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        let mut answer: Value = answer.json().await.unwrap();
        serde_json::from_value(answer["verdicts"].take()).unwrap()
    }

    pub async fn submit(&self, operation: &Operation) -> Verdict {
        let mut verdicts = self
            .submit_as(&self.token, std::slice::from_ref(operation))
            .await;
        assert_eq!(verdicts.len(), 1);
        verdicts.remove(0)
    }

    pub async fn verdict(&self, id: Uuid) -> Verdict {
        let answer = self
            .get(&format!("/v1/operations/{id}"))
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    }

    /// Waits until the operation has this verdict.
    pub async fn until(&self, id: Uuid, word: VerdictWord) -> Verdict {
        for _ in 0..1500 {
            let verdict = self.verdict(id).await;
            if verdict.word == word {
                return verdict;
            }
            assert!(!verdict.word.is_final(), "ended as {verdict:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("never {word:?}: {:?}", self.verdict(id).await);
    }

    pub fn misbehave(&self, mode: Mode, times: u32) {
        let stand_ins = self.platform().stand_ins.as_ref().unwrap();
        stand_ins.stripe.misbehave(mode, times);
    }

    /// Refunds at the provider.
    pub fn refunds(&self) -> Vec<Value> {
        let stand_ins = self.platform().stand_ins.as_ref().unwrap();
        stand_ins.stripe.refunds().unwrap()
    }

    /// Mails sent.
    pub fn mails(&self) -> Vec<Value> {
        let stand_ins = self.platform().stand_ins.as_ref().unwrap();
        stand_ins.mail.sent().unwrap()
    }

    pub async fn body(&self, kind: &str, id: &str) -> Map<String, Value> {
        let row = self
            .platform()
            .store
            .record(TENANT, kind, id)
            .await
            .unwrap();
        row.unwrap().body
    }

    pub async fn page(&self, token: &str, query: &str) -> Page {
        let answer = self
            .request(Method::GET, &format!("/v1/changes{query}"), token)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "application/x-ndjson");
        Page::read(&answer.text().await.unwrap())
    }

    /// All pages from this cursor on; the lines and the last cursor.
    pub async fn pages(&self, token: &str, cursor: Option<&str>) -> (Vec<Line>, String) {
        let (mut lines, mut query) = (Vec::new(), String::new());
        if let Some(cursor) = cursor {
            query = format!("?cursor={cursor}");
        }
        loop {
            let page = self.page(token, &query).await;
            lines.extend(page.lines);
            if !page.more {
                return (lines, page.cursor);
            }
            query = format!("?cursor={}", page.cursor);
        }
    }
}

pub struct Page {
    pub epoch: String,
    pub snapshot: bool,
    pub complete: bool,
    pub more: bool,
    pub cursor: String,
    pub lines: Vec<Line>,
}

impl Page {
    pub fn read(text: &str) -> Self {
        let mut lines: Vec<Line> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let Line::Page(head) = lines.remove(0) else {
            panic!("no head")
        };
        let Some(Line::End(end)) = lines.pop() else {
            panic!("no end")
        };
        Self {
            epoch: head.epoch,
            snapshot: head.snapshot,
            complete: end.snapshot_complete,
            more: end.more,
            cursor: end.cursor,
            lines,
        }
    }
}

/// `+kind/id`, `-kind/id` or `verdict word`, for short assertions.
pub fn short(lines: &[Line]) -> Vec<String> {
    lines
        .iter()
        .map(|line| match line {
            Line::Upsert { record, .. } => format!("+{}/{}", record.kind, record.id),
            Line::Remove { kind, id, .. } => format!("-{kind}/{id}"),
            Line::Verdict { verdict, .. } => format!("verdict {:?}", verdict.word),
            Line::Page(_) | Line::End(_) => "?".into(),
        })
        .collect()
}

pub async fn issue(
    platform: &Platform,
    tenant: &str,
    operator: &str,
    roles: &[&str],
    regions: &[&str],
) -> String {
    let grant = Grant {
        operator: operator.into(),
        name: operator.to_uppercase(),
        roles: roles.iter().map(ToString::to_string).collect(),
        regions: regions.iter().map(ToString::to_string).collect(),
    };
    platform.issue(tenant, &grant).await.unwrap()
}

pub async fn problem(request: RequestBuilder) -> (StatusCode, String) {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem: Problem = answer.json().await.unwrap();
    assert_eq!(problem.status, status.as_u16());
    assert_eq!(
        problem.type_uri,
        format!("urn:watchkeeper:problem:{}", problem.code)
    );
    (status, problem.code)
}
