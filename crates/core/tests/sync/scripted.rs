//! A platform in a few lines, over a bare TCP listener so that it can misbehave in every way: half
//! answers, endless ones, wrong types, redirects. Well behaved unless told otherwise.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, OnceLock};

use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;
use uuid::Uuid;
use watchkeeper_core::clock::{Clock, SystemClock};
use watchkeeper_pack::Publisher;
use watchkeeper_wire::audit::{Delivery, SignedHead};
use watchkeeper_wire::feed::{Line, PageEnd, PageHead, Record};
use watchkeeper_wire::operation::{Batch, BatchAnswer, Operation, Reason, Verdict, VerdictWord};
use watchkeeper_wire::problem::{Code, Problem};

/// The token that it knows.
pub const TOKEN: &str = "token-canary";

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: BTreeMap<String, String>,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Clone)]
pub enum Reply {
    /// Whole.
    Full(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Says that it is longer than it is, and breaks off.
    Broken(&'static str, Vec<u8>),
    /// Pieces, one after the other, some many times.
    Pieces(&'static str, Vec<(Vec<u8>, usize)>),
    /// Pieces, compressed in this way as they stand.
    #[allow(dead_code)] // by one of those who share this file
    Encoded(&'static str, &'static str, Vec<(Vec<u8>, usize)>),
    /// Pieces, and then silence on an open connection.
    Open(&'static str, Vec<(Vec<u8>, usize)>),
    /// Nothing, and the connection is closed.
    Nothing,
}

impl Reply {
    pub fn json(value: &impl serde::Serialize) -> Self {
        let body = serde_json::to_vec(value).unwrap();
        Self::typed(200, "application/json", body)
    }

    pub fn typed(status: u16, media: &str, body: Vec<u8>) -> Self {
        Self::Full(status, vec![("content-type", media.to_owned())], body)
    }

    pub fn problem(code: Code) -> Self {
        let problem = Problem::new(code, None);
        let body = serde_json::to_vec(&problem).unwrap();
        Self::typed(problem.status, "application/problem+json", body)
    }

    pub fn lines(lines: &[Line]) -> Self {
        Self::typed(200, "application/x-ndjson", ndjson(lines).into_bytes())
    }
}

/// Lines as they go over the wire.
pub fn ndjson(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        writeln!(text, "{}", serde_json::to_string(line).unwrap()).unwrap();
    }
    text
}

type Behave = Box<dyn FnMut(&Request, &mut State) -> Option<Reply> + Send>;

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

/// A running platform; ends when dropped.
pub struct Platform {
    pub url: Url,
    pub state: Arc<Mutex<State>>,
    behave: Arc<Mutex<Option<Behave>>>,
    serving: JoinHandle<()>,
}

impl Platform {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State {
            epoch: "e1".into(),
            page: 1_000,
            ..State::default()
        }));
        let behave: Arc<Mutex<Option<Behave>>> = Arc::default();
        let serving = tokio::spawn(serve(listener, state.clone(), behave.clone()));
        Self {
            url: url.parse().unwrap(),
            state,
            behave,
            serving,
        }
    }

    /// Looks at or changes what it holds.
    pub fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap())
    }

    /// Answers in another way where this says so.
    pub fn behave(
        &self,
        behave: impl FnMut(&Request, &mut State) -> Option<Reply> + Send + 'static,
    ) {
        *self.behave.lock().unwrap() = Some(Box::new(behave));
    }

    /// Behaves well again.
    pub fn behave_well(&self) {
        *self.behave.lock().unwrap() = None;
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(
    listener: TcpListener,
    state: Arc<Mutex<State>>,
    behave: Arc<Mutex<Option<Behave>>>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (state, behave) = (state.clone(), behave.clone());
        tokio::spawn(async move {
            let _ = talk(stream, &state, &behave).await;
        });
    }
}

async fn talk(
    mut stream: TcpStream,
    state: &Mutex<State>,
    behave: &Mutex<Option<Behave>>,
) -> std::io::Result<()> {
    let Some(request) = read(&mut stream).await? else {
        return Ok(());
    };
    let reply = {
        let mut state = state.lock().unwrap();
        state.requests.push(request.clone());
        let mut behave = behave.lock().unwrap();
        let other = behave
            .as_mut()
            .and_then(|behave| behave(&request, &mut state));
        other.unwrap_or_else(|| state.answer(&request))
    };
    match reply {
        Reply::Full(status, headers, body) => {
            let mut text = format!(
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n",
                body.len()
            );
            for (name, value) in headers {
                write!(text, "{name}: {value}\r\n").unwrap();
            }
            text.push_str("\r\n");
            stream.write_all(text.as_bytes()).await?;
            stream.write_all(&body).await?;
        }
        Reply::Broken(media, body) => {
            let text = format!(
                "HTTP/1.1 200 X\r\nconnection: close\r\ncontent-type: {media}\r\n\
                 content-length: {}\r\n\r\n",
                body.len() + 1_000
            );
            stream.write_all(text.as_bytes()).await?;
            stream.write_all(&body).await?;
        }
        Reply::Pieces(media, pieces) => {
            let media = format!("content-type: {media}");
            pour(&mut stream, &media, pieces, state).await?;
        }
        Reply::Encoded(media, encoding, pieces) => {
            let media = format!("content-type: {media}\r\ncontent-encoding: {encoding}");
            pour(&mut stream, &media, pieces, state).await?;
        }
        Reply::Open(media, pieces) => {
            let media = format!("content-type: {media}");
            pour(&mut stream, &media, pieces, state).await?;
            // Until the other side closes.
            let _closed = stream.read(&mut [0; 1]).await;
        }
        Reply::Nothing => {}
    }
    stream.shutdown().await
}

async fn pour(
    stream: &mut TcpStream,
    media: &str,
    pieces: Vec<(Vec<u8>, usize)>,
    state: &Mutex<State>,
) -> std::io::Result<()> {
    let text = format!("HTTP/1.1 200 X\r\nconnection: close\r\n{media}\r\n\r\n");
    stream.write_all(text.as_bytes()).await?;
    for (piece, times) in pieces {
        for _ in 0..times {
            stream.write_all(&piece).await?;
            state.lock().unwrap().poured += piece.len() as u64;
        }
    }
    Ok(())
}

async fn read(stream: &mut TcpStream) -> std::io::Result<Option<Request>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let text = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = text.split("\r\n");
    let mut first = lines.next().unwrap().split(' ');
    let method = first.next().unwrap().to_owned();
    let target = Url::parse("http://x/").unwrap().join(first.next().unwrap());
    let target = target.unwrap();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await? == 0 {
            return Ok(None);
        }
    }
    let query = target.query_pairs().into_owned().collect();
    Ok(Some(Request {
        method,
        path: target.path().to_owned(),
        query,
        headers,
        body,
    }))
}
