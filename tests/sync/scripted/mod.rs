//! A platform in a few lines, over a bare TCP listener so that it can misbehave in every way: half
//! answers, endless ones, wrong types, redirects. Well behaved unless told otherwise.

mod reply;
mod serve;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::OnceLock;

use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Map, Value, json};
use uuid::Uuid;
use watchkeeper_core::clock::{Clock, SystemClock};
use watchkeeper_pack::Publisher;
use watchkeeper_wire::audit::{Delivery, SignedHead};
use watchkeeper_wire::feed::{Line, PageEnd, PageHead, Record};
use watchkeeper_wire::operation::{Batch, BatchAnswer, Operation, Reason, Verdict, VerdictWord};
use watchkeeper_wire::problem::Code;

pub use reply::{Reply, Request, ndjson};
pub use serve::Platform;

/// The token that it knows.
pub const TOKEN: &str = "token-canary";

/// What it holds.
#[derive(Default)]
pub struct State {
    /// Places and records, as they are now.
    pub records: BTreeMap<(String, String), (u64, Record)>,
    /// Removals by place.
    pub removed: BTreeMap<u64, (String, String)>,
    /// Verdict lines by place.
    pub verdicts: BTreeMap<u64, Verdict>,
    pub seq: u64,
    pub epoch: String,
    /// Operations with their verdict.
    pub operations: BTreeMap<Uuid, Verdict>,
    /// How often each had an effect.
    pub effects: BTreeMap<Uuid, u32>,
    /// Words for the next operations; confirmed where there are none.
    pub words: VecDeque<VerdictWord>,
    pub pack: Option<(String, u32, Vec<u8>)>,
    /// When its sessions come round, as it reckons.
    pub sessions: Value,
    /// Said instead of the right signature of the pack.
    pub signature: Option<String>,
    pub settings: Map<String, Value>,
    pub controls: Map<String, Value>,
    /// Roles of the operator.
    pub roles: Vec<String>,
    /// Whom else it tells of, as id and name.
    pub operators: Vec<Value>,
    /// Kinds, and fields as `kind.field`, that it keeps from the operator.
    pub hidden: BTreeSet<String>,
    /// Minutes that its clock is ahead of the machine's.
    pub ahead: i64,
    pub revoked: bool,
    /// Which history it says that it has; none where it cannot tell.
    pub history: Option<String>,
    /// It says that it is a demo.
    pub demo: bool,
    pub requests: Vec<Request>,
    /// Bytes of pieces that were taken from it.
    pub poured: u64,
    /// Largest page.
    pub page: u64,
}

impl State {
    /// Puts a record, as a new revision.
    pub fn put(&mut self, kind: &str, id: &str, body: Value) -> u64 {
        self.seq += 1;
        let key = (kind.to_owned(), id.to_owned());
        let revision = self.records.get(&key).map_or(0, |(_, old)| old.revision) + 1;
        let record = Record {
            kind: kind.into(),
            id: id.into(),
            revision,
            updated_at: now(),
            body: body.as_object().unwrap().clone(),
        };
        self.records.insert(key, (self.seq, record));
        revision
    }

    pub fn remove(&mut self, kind: &str, id: &str) {
        self.seq += 1;
        let key = (kind.to_owned(), id.to_owned());
        self.records.remove(&key);
        self.removed.insert(self.seq, key);
    }

    /// Requests to this path.
    pub fn asked(&self, path: &str) -> Vec<Request> {
        let asked = self.requests.iter().filter(|r| r.path.starts_with(path));
        asked.cloned().collect()
    }

    fn shown(&self, record: &Record) -> Record {
        let mut record = record.clone();
        let kind = record.kind.clone();
        let hides = |name: &String| self.hidden.contains(&format!("{kind}.{name}"));
        record.body.retain(|name, _| !hides(name));
        record
    }

    fn page(&self, request: &Request) -> Reply {
        let cursor = request.query.get("cursor").map(String::as_str);
        let (snapshot, after) = match cursor.map(|c| c.split_at(1)) {
            None => (true, 0),
            Some(("s", n)) => (true, n.parse().unwrap()),
            Some(("d", n)) => (false, n.parse().unwrap()),
            Some(_) => return Reply::problem(Code::CursorInvalid),
        };
        if after > self.seq {
            return Reply::problem(Code::CursorGone);
        }
        let asked: u64 = request.query["limit"].parse().unwrap();
        let limit = usize::try_from(asked.min(self.page)).unwrap();
        let mut lines: BTreeMap<u64, Line> = self
            .records
            .values()
            .filter(|(_, record)| !self.hidden.contains(&record.kind))
            .map(|(seq, record)| {
                let (seq, record) = (*seq, self.shown(record));
                (seq, Line::Upsert { seq, record })
            })
            .collect();
        if !snapshot {
            lines.extend(self.removed.iter().map(|(seq, (kind, id))| {
                let (seq, kind, id) = (*seq, kind.clone(), id.clone());
                (seq, Line::Remove { seq, kind, id })
            }));
            lines.extend(self.verdicts.iter().map(|(seq, verdict)| {
                let (seq, verdict) = (*seq, verdict.clone());
                (seq, Line::Verdict { seq, verdict })
            }));
        }
        let mut left = lines.into_iter().filter(|(seq, _)| *seq > after);
        let page: Vec<(u64, Line)> = left.by_ref().take(limit).collect();
        let more = left.next().is_some();
        let last = page.last().map_or(after, |(seq, _)| *seq);
        let cursor = match (snapshot, more) {
            (true, true) => format!("s{last}"),
            (true, false) => format!("d{}", self.seq),
            (false, _) => format!("d{last}"),
        };
        let mut all = vec![Line::Page(PageHead {
            epoch: self.epoch.clone(),
            snapshot,
            server_time: self.now(),
        })];
        all.extend(page.into_iter().map(|(_, line)| line));
        all.push(Line::End(PageEnd {
            cursor,
            more,
            snapshot_complete: snapshot && !more,
        }));
        Reply::lines(&all)
    }

    /// The bytes of a well-behaved page.
    pub fn whole_page(&self, request: &Request) -> Vec<u8> {
        match self.page(request) {
            Reply::Full(_, _, body) => body,
            _ => Vec::new(),
        }
    }

    /// Decides an operation, once.
    pub fn decide(&mut self, operation: &Operation) -> Verdict {
        if let Some(known) = self.operations.get(&operation.id) {
            return known.clone();
        }
        let key = (operation.kind.clone(), operation.record.clone());
        let found = self.records.get(&key).map(|(_, record)| record.clone());
        let found = found.filter(|record| !self.hidden.contains(&record.kind));
        // What is made is not there yet; whether it may be is asked of the words alone.
        let makes = operation.action == "keep" && found.is_none();
        let found = match makes {
            true => Some(Record {
                kind: operation.kind.clone(),
                id: operation.record.clone(),
                revision: 0,
                updated_at: now(),
                body: Map::from_iter([
                    ("owner".to_owned(), json!(operation.author)),
                    ("kept_at".to_owned(), json!(now())),
                    ("changed_at".to_owned(), json!(now())),
                ]),
            }),
            false => found,
        };
        let word = match (&found, operation.base_revision) {
            (None, _) => VerdictWord::Conflict,
            (Some(record), Some(base)) if record.revision != base => VerdictWord::Conflict,
            _ => self.words.pop_front().unwrap_or(VerdictWord::Confirmed),
        };
        let mut verdict = Verdict {
            operation: operation.id,
            word,
            reason: None,
            record: found.clone().filter(|record| record.revision > 0),
            kind: operation.kind.clone(),
            record_id: operation.record.clone(),
            revision: None,
            from_revision: None,
            decided_at: now(),
        };
        match (word, found) {
            (VerdictWord::Confirmed | VerdictWord::Accepted, Some(mut record)) => {
                *self.effects.entry(operation.id).or_default() += 1;
                let state = match operation.action.as_str() {
                    "acknowledge" => "acknowledged",
                    "return" => "returned",
                    "switch" => "switching",
                    "keep" | "change" => "kept",
                    "drop" => "gone",
                    _ => "released",
                };
                record.body.insert("state".into(), json!(state));
                if operation.kind == "saved_view" {
                    record.body.extend(operation.params.clone());
                }
                let body = Value::Object(record.body);
                verdict.revision = Some(self.put(&operation.kind, &operation.record, body));
                verdict.record = None;
            }
            (word, found) => {
                let code = match (word, found) {
                    (VerdictWord::Conflict, None) => "record.gone",
                    (VerdictWord::Conflict, _) => "record.changed",
                    _ => "policy.denied",
                };
                verdict.reason = Some(Reason {
                    code: code.into(),
                    row: Some("P-1".into()),
                    detail: "No.".into(),
                });
            }
        }
        self.operations.insert(operation.id, verdict.clone());
        verdict
    }

    /// Its clock.
    fn now(&self) -> DateTime<Utc> {
        now() + TimeDelta::minutes(self.ahead)
    }

    fn answer(&mut self, request: &Request) -> Reply {
        let path = request.path.clone();
        if request.headers.get("authorization") != Some(&format!("Bearer {TOKEN}")) || self.revoked
        {
            return Reply::problem(Code::TokenRevoked);
        }
        match (request.method.as_str(), path.as_str()) {
            ("GET", "/v1/me") => Reply::json(&self.me()),
            ("GET", "/v1/changes") => self.page(request),
            ("POST", "/v1/operations") => {
                let batch: Batch = serde_json::from_slice(&request.body).unwrap();
                if batch.history.is_some() && batch.history != self.history {
                    return Reply::problem(Code::HistoryChanged);
                }
                let verdicts = batch.operations.iter().map(|o| self.decide(o)).collect();
                Reply::json(&BatchAnswer {
                    verdicts,
                    server_time: self.now(),
                })
            }
            ("POST", "/v1/devices") => Reply::Full(204, Vec::new(), Vec::new()),
            ("POST", "/v1/audit") => Reply::json(&sign(&request.body)),
            ("GET", "/v1/events") => Reply::Nothing,
            ("GET", other) => self.found(other),
            _ => Reply::problem(Code::NotFound),
        }
    }

    fn found(&self, path: &str) -> Reply {
        if let Some(id) = path.strip_prefix("/v1/operations/") {
            return match self.operations.get(&id.parse::<Uuid>().unwrap()) {
                Some(verdict) => Reply::json(verdict),
                None => Reply::problem(Code::NotFound),
            };
        }
        match &self.pack {
            Some((hash, _, bytes)) if path == format!("/v1/packs/{hash}") => {
                Reply::typed(200, "application/json", bytes.clone())
            }
            _ => Reply::problem(Code::NotFound),
        }
    }

    fn me(&self) -> Value {
        let pack = self.pack.as_ref();
        json!({
            "api": 1,
            "operator": {"id": "op-1", "name": "Robin"},
            "operators": self.operators,
            "tenant": {"id": "t-1", "name": "Depot", "zone": "Australia/Melbourne"},
            "roles": self.roles, "regions": [],
            "server_time": self.now(),
            "pack": pack.map(|(hash, version, bytes)| {
                let ours = || publisher().signature(bytes).unwrap();
                let signature = self.signature.clone().unwrap_or_else(ours);
                json!({"hash": hash, "version": version, "signature": signature})
            }),
            "publisher": publisher().public(),
            "settings_version": 1, "settings": self.settings, "controls": self.controls,
            "sessions": if self.sessions.is_null() { json!({}) } else { self.sessions.clone() },
            "audit_key": audit_key(), "history": self.history, "demo": self.demo,
        })
    }
}

/// First line of a page.
pub fn head(epoch: &str, snapshot: bool) -> Line {
    Line::Page(PageHead {
        epoch: epoch.into(),
        snapshot,
        server_time: now(),
    })
}

/// The platform's clock.
pub fn now() -> DateTime<Utc> {
    SystemClock::default().wall()
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// Whoever signs its packs.
pub fn publisher() -> &'static Publisher {
    static PUBLISHER: OnceLock<Publisher> = OnceLock::new();
    PUBLISHER.get_or_init(|| Publisher::generate().unwrap())
}

/// Key with which it countersigns, hex.
pub fn audit_key() -> String {
    hex::encode(key().verifying_key().to_bytes())
}

fn sign(body: &[u8]) -> SignedHead {
    let delivery: Delivery = serde_json::from_slice(body).unwrap();
    let last = delivery.entries.last().unwrap();
    let mut head = SignedHead {
        device: delivery.device,
        seq: last.seq,
        hash: last.hash.clone(),
        signed_at: now(),
        signature: String::new(),
    };
    head.signature = hex::encode(key().sign(&head.message().unwrap()).to_bytes());
    head
}
