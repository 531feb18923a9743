//! Laptops and a platform in one process, and what drives them: one thing happens at a time, and
//! everything else waits on the [`Wire`].

use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use chrono::TimeDelta;
use http::Request;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use uuid::Uuid;

use crate::laptop::{Common, Profile};
use crate::office::{Office, tenant};
use crate::pack;
use crate::time::{Machine, Time};
use crate::wire::Wire;

/// Operators and the laptops on which they sign in: one laptop has two of them.
const PROFILES: [(usize, &str); 4] = [(0, "kim"), (0, "ash"), (1, "robin"), (2, "sam")];
/// Parcels at the beginning.
const PARCELS: i64 = 6;

/// What an operator meant to happen, once.
#[derive(Debug, Clone)]
pub struct Intent {
    pub profile: usize,
    pub record: String,
    pub action: String,
    /// The text that it writes, where it writes one.
    pub text: String,
}

/// What went wrong: the invariant, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub rule: &'static str,
    pub what: String,
}

impl Violation {
    pub fn new(rule: &'static str, what: impl Into<String>) -> Self {
        Self {
            rule,
            what: what.into(),
        }
    }
}

/// How the harness breaks the rules on purpose, so that the checks are seen to notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// A laptop forgets an operation when it sends it.
    ForgetAtClaim,
    /// The platform takes every request for a new one.
    IgnoreIds,
    /// The worker does not look at the provider before it sends.
    Blind,
    /// The cursor of a page arrives without its lines.
    CursorAlone,
}

/// Who works on something that needs the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A profile in a turn with the platform.
    Sync(usize),
    /// The platform's worker.
    Worker,
}

impl Who {
    fn on_the_wire(self) -> Option<usize> {
        match self {
            Self::Sync(profile) => Some(profile),
            Self::Worker => None,
        }
    }
}

struct Task {
    who: Who,
    future: Pin<Box<dyn Future<Output = String>>>,
}

/// Numbers for the summary.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counts {
    pub steps: u64,
    pub requests: u64,
    pub operations: u64,
    pub effects: u64,
    pub client_crashes: u64,
    pub platform_crashes: u64,
    pub restores: u64,
    pub simulated_ms: i64,
}

impl Counts {
    pub fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.requests += other.requests;
        self.operations += other.operations;
        self.effects += other.effects;
        self.client_crashes += other.client_crashes;
        self.platform_crashes += other.platform_crashes;
        self.restores += other.restores;
        self.simulated_ms += other.simulated_ms;
    }
}

/// Everything.
pub struct World {
    pub rng: ChaCha8Rng,
    pub time: Time,
    pub wire: Wire,
    pub office: Office,
    pub profiles: Vec<Profile>,
    /// Which profile is open on each laptop.
    pub active: Vec<usize>,
    pub machines: Vec<Arc<Machine>>,
    /// Laptops without a line.
    pub cut_off: Vec<bool>,
    pub intents: BTreeMap<Uuid, Intent>,
    /// Operations that an operator was told are taken back.
    pub taken_back: BTreeSet<Uuid>,
    /// Requests that are still somewhere in the network, to arrive much later.
    pub strays: Vec<Request<Bytes>>,
    pub sabotage: Option<Sabotage>,
    /// The ids under which a platform that ignores ids took operations.
    pub relabelled: BTreeMap<Uuid, Uuid>,
    pub violations: Vec<Violation>,
    pub counts: Counts,
    /// Whose a token is or was.
    pub tokens: BTreeMap<String, String>,
    pub pack_version: u32,
    pub parcels: u32,
    /// The platform came back with older files at least once.
    pub restored: bool,
    tasks: Vec<Task>,
    trace: Vec<String>,
    hash: Sha256,
    began: chrono::DateTime<chrono::Utc>,
    /// Goes with the world.
    _root: TempDir,
}

impl World {
    /// A platform with the invented pack and a few parcels; every app is open and has nothing.
    pub async fn new(seed: u64, sabotage: Option<Sabotage>) -> Self {
        Self::of(&PROFILES, seed, sabotage).await
    }

    /// The same with these operators and laptops: each is opened, filled and looked at.
    pub async fn of(
        people: &[(usize, &'static str)],
        seed: u64,
        sabotage: Option<Sabotage>,
    ) -> Self {
        let root = folder();
        let time = Time::new();
        let wire = Wire::default();
        let mut office = Office::new(root.path().join("office"), seed, &time, &wire);
        office.blind = sabotage == Some(Sabotage::Blind);
        office.open().await;
        let platform = office.up();
        platform
            .found(&tenant(), Some(&pack::signed(1)))
            .await
            .unwrap();
        let audit_key = platform.audit_key_hex();
        let laptops = people.iter().map(|(laptop, _)| laptop + 1).max().unwrap();
        let machines: Vec<_> = (0..laptops)
            .map(|_| Arc::new(Machine::new(&time)))
            .collect();
        let common = Common {
            root: root.path(),
            seed,
            wire: &wire,
            audit_key: &audit_key,
        };
        let mut profiles = Vec::new();
        let mut tokens = BTreeMap::new();
        for (index, (laptop, operator)) in people.iter().copied().enumerate() {
            let token = office.issue(operator, &["operator"]).await.unwrap();
            tokens.insert(token.clone(), operator.to_owned());
            let machine = machines[laptop].clone();
            let place = (index, laptop);
            profiles.push(Profile::new(&common, place, machine, (operator, token)));
        }
        let mut records = vec![("depot", "d1".into(), serde_json::json!({"name": "North"}))];
        for n in 1..=PARCELS {
            let body = pack::parcel(&format!("N-{n}"), time.now(), 8 * n);
            records.push(("parcel", format!("p{n}"), body));
        }
        office.bring(records, &[]).await;
        let began = time.now();
        let mut world = Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            time,
            wire,
            office,
            active: (0..laptops)
                .map(|laptop| people.iter().position(|(on, _)| *on == laptop).unwrap())
                .collect(),
            cut_off: vec![false; laptops],
            profiles,
            machines,
            intents: BTreeMap::new(),
            taken_back: BTreeSet::new(),
            strays: Vec::new(),
            sabotage,
            relabelled: BTreeMap::new(),
            violations: Vec::new(),
            counts: Counts::default(),
            tokens,
            pack_version: 1,
            parcels: u32::try_from(PARCELS).unwrap(),
            restored: false,
            tasks: Vec::new(),
            trace: Vec::new(),
            hash: Sha256::new(),
            began,
            _root: root,
        };
        for laptop in 0..laptops {
            let profile = world.active[laptop];
            world.profiles[profile].open().await;
        }
        world
    }

    /// Notes what happens, for whoever reads a failure and for the proof that a seed repeats.
    pub fn note(&mut self, line: impl Into<String>) {
        let at = self.time.now() - self.began;
        let line = format!("{:>9} s  {}", at.num_seconds(), line.into());
        self.hash.update(&line);
        self.hash.update("\n");
        if std::env::var_os("WATCHKEEPER_TRACE").is_some() {
            eprintln!("{line}");
        }
        self.trace.push(line);
    }

    pub fn trace(&self) -> &[String] {
        &self.trace
    }

    /// The same for the same seed, and for no other.
    pub fn trace_hash(&self) -> String {
        hex::encode(self.hash.clone().finalize())
    }

    pub fn elapsed(&self) -> TimeDelta {
        self.time.now() - self.began
    }

    pub fn violate(&mut self, rule: &'static str, what: impl Into<String>) {
        let violation = Violation::new(rule, what);
        self.note(format!("VIOLATION {}: {}", violation.rule, violation.what));
        self.violations.push(violation);
    }

    pub fn is_busy(&self, who: Who) -> bool {
        self.tasks.iter().any(|task| task.who == who)
    }

    /// A profile begins a turn with the platform. Fine where one is under way.
    pub async fn begin_sync(&mut self, profile: usize) {
        if self.is_busy(Who::Sync(profile)) || self.profiles[profile].engine.is_none() {
            return;
        }
        let engine = self.profiles[profile].engine().clone();
        self.tasks.push(Task {
            who: Who::Sync(profile),
            future: Box::pin(async move {
                match engine.sync_once().await {
                    Ok(()) => "in step".to_owned(),
                    Err(error) => error.to_string(),
                }
            }),
        });
        self.note(format!("sync {profile} begins"));
        self.settle().await;
    }

    /// The platform's worker looks at its outbox. Fine where it does.
    pub async fn begin_work(&mut self) {
        if self.is_busy(Who::Worker) {
            return;
        }
        let Some(work) = self.office.work() else {
            return;
        };
        self.tasks.push(Task {
            who: Who::Worker,
            future: Box::pin(async move {
                work.await;
                "worked".to_owned()
            }),
        });
        self.settle().await;
    }

    /// Lets everybody go on until each waits on the wire, has ended or has died.
    pub async fn settle(&mut self) {
        let (tasks, wire) = (&mut self.tasks, &self.wire);
        let (profiles, office) = (&self.profiles, &self.office);
        let ended = poll_fn(|context| {
            let mut ended = Vec::new();
            let mut waits = true;
            tasks.retain_mut(|task| match task.future.as_mut().poll(context) {
                Poll::Ready(how) => {
                    ended.push((task.who, how));
                    false
                }
                Poll::Pending => {
                    let dead = match task.who {
                        Who::Sync(profile) => profiles[profile].disk.dead(),
                        Who::Worker => office.disk.dead(),
                    };
                    waits &= dead || wire.holds(task.who.on_the_wire());
                    true
                }
            });
            match ended.is_empty() && !waits {
                true => Poll::Pending,
                false => Poll::Ready(ended),
            }
        });
        let ended = ended.await;
        let again = !ended.is_empty();
        for (who, how) in ended {
            self.note(format!("{who:?} ends: {how}"));
        }
        if again {
            Box::pin(self.settle()).await;
        }
        self.bury().await;
    }

    /// Whoever died in a write starts again.
    async fn bury(&mut self) {
        for profile in 0..self.profiles.len() {
            if self.profiles[profile].disk.dead() {
                self.note(format!("profile {profile} died in a write"));
                self.crash_profile(profile).await;
            }
        }
        if self.office.disk.dead() && self.office.is_open() {
            self.note("the platform died in a write");
            self.crash_office();
        }
    }

    /// The app of a profile is killed and opened again. What it had sent is still under way.
    pub async fn crash_profile(&mut self, profile: usize) {
        self.counts.client_crashes += 1;
        self.abandon(Who::Sync(profile));
        self.profiles[profile].crash();
        self.profiles[profile].open().await;
    }

    /// The platform is killed. It stays down until somebody starts it.
    pub fn crash_office(&mut self) {
        self.counts.platform_crashes += 1;
        self.abandon(Who::Worker);
        self.office.crash();
    }

    /// A process is gone: nobody waits for what it had sent, which may arrive all the same.
    pub fn abandon(&mut self, who: Who) {
        self.tasks.retain(|task| task.who != who);
        for item in self.wire.take_all(who.on_the_wire()) {
            match item {
                crate::wire::Item::Letter(letter) => self.strays.push(letter.request),
                crate::wire::Item::Call { key, ask } => self.orphan(&key, ask),
            }
        }
    }

    /// A call was on its way when the platform died: the provider has it all the same, or not.
    fn orphan(&mut self, key: &str, ask: crate::wire::Ask) {
        use rand::Rng;
        if let crate::wire::Ask::Send {
            of,
            idempotency_key,
            ..
        } = ask
            && self.rng.random_bool(0.5)
        {
            let now = self.time.now();
            let mood = crate::provider::Mood::Well;
            let provider = &self.office.provider;
            provider.send((key, of), &idempotency_key, mood, now);
            self.note(format!("the provider has {key} from a dead platform"));
        }
    }

    /// Profile that is open on a laptop.
    pub fn open_on(&self, laptop: usize) -> usize {
        self.active[laptop]
    }

    /// Tokens that mean an operator, whoever asks.
    pub fn author_of(&self, request: &Request<Bytes>) -> Option<String> {
        let bearer = request.headers().get(http::header::AUTHORIZATION)?;
        let bearer = bearer.to_str().ok()?.strip_prefix("Bearer ")?;
        self.tokens.get(bearer).cloned()
    }
}

/// A folder in memory where the system has one: what is synced there costs nothing.
pub fn folder() -> TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let made = tempfile::Builder::new()
        .prefix("watchkeeper-")
        .tempdir_in(memory);
    made.or_else(|_| TempDir::new()).unwrap()
}
