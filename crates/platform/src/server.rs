//! A platform that listens.

use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use reqwest::Url;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use watchkeeper_pack::format::Connector as Name;

use crate::alerts::Evaluator;
use crate::blobs::Blobs;
use crate::clock::{Clock, SystemClock};
use crate::connectors::flag::{self, Flag, FlagStandIn};
use crate::connectors::job::{self, Job, JobStandIn};
use crate::connectors::mail::{self, Mail, MailStandIn};
use crate::connectors::pagerduty::{self, Pagerduty, PagerdutyStandIn};
use crate::connectors::paypal::{self, Paypal, PaypalStandIn};
use crate::connectors::slack::{self, Slack, SlackStandIn};
use crate::connectors::stand_in::Ledger;
use crate::connectors::stripe::{self, Stripe, StripeStandIn};
use crate::connectors::webhook::{self, Webhook, WebhookStandIn};
use crate::connectors::wise::{self, Wise, WiseStandIn};
use crate::connectors::{self, Connectors, Room, Sends, Worker};
use crate::decide::approvals;
use crate::demo::Worlds;
use crate::hints::Hints;
use crate::history::History;
use crate::packs::Packs;
use crate::random::{Random, SystemRandom};
use crate::store::sqlite::SqliteStore;
use crate::store::{Secrets, Store, StoreError};
use crate::{Platform, StandIns, api, housekeeping};

/// Requests under way get so long to end when the platform stops.
const GRACE: Duration = Duration::from_secs(5);
/// The one profile that the stand-in for payouts has.
const PROFILE: &str = "1";

/// How a platform is to run.
pub struct Options {
    /// Address to listen at; port 0 picks one.
    pub listen: SocketAddr,
    /// Folder of everything that it keeps.
    pub data: PathBuf,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where chance comes from.
    pub random: Arc<dyn Random>,
    /// Serve stand-ins for providers, and use them. Never for real money.
    pub stand_ins: bool,
    /// A provider that does not answer within this has not answered.
    pub patience: Duration,
    /// Changes that the feed keeps at least.
    pub feed_keep: u64,
    /// Bytes of documents that each tenant may keep.
    pub blob_quota: u64,
    /// The worlds of a demo, which may be chosen while it runs; an office has none.
    pub demo: Option<Arc<Worlds>>,
    /// Evaluate alert rules. Without it somebody else does, step by step ([`Evaluator::step`]).
    pub evaluates: bool,
}

impl Options {
    /// Listens on the loopback interface and keeps its data in this folder.
    pub fn new(data: PathBuf) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data,
            clock: Arc::new(SystemClock::default()),
            random: Arc::new(SystemRandom),
            stand_ins: false,
            patience: Duration::from_secs(10),
            feed_keep: 200_000,
            blob_quota: 20 * 1024 * 1024 * 1024,
            demo: None,
            evaluates: true,
        }
    }
}

/// Why a platform did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The folder or the address.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The store.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The stand-ins' ledger.
    #[error("provider ledger: {0}")]
    Ledger(#[from] rusqlite::Error),
    /// A client for a provider.
    #[error("{0}")]
    Client(#[from] reqwest::Error),
    /// Another server has the folder.
    #[error("{0} is served by another process")]
    InUse(String),
    /// An address that is none.
    #[error("{0}")]
    Address(String),
}

/// A platform that listens. Dropping it stops everything at once, as a crash would.
pub struct Server {
    /// Where it listens.
    pub addr: SocketAddr,
    /// What its handlers share.
    pub platform: Arc<Platform>,
    tasks: JoinSet<()>,
    /// Held as long as it serves.
    _lock: File,
}

impl Platform {
    /// Opens the store of a folder without listening or working: for what is done to it from
    /// outside, beside a platform that serves it or without one.
    pub async fn open(options: &Options) -> Result<Arc<Self>, StartError> {
        Self::assemble(options, Connectors::new(), None).await
    }

    async fn assemble(
        options: &Options,
        connectors: Connectors,
        stand_ins: Option<StandIns>,
    ) -> Result<Arc<Self>, StartError> {
        tokio::fs::create_dir_all(&options.data).await?;
        private(&options.data)?;
        let store = Arc::new(SqliteStore::open(&options.data.join("platform.db"))?);
        Self::over(store, options, connectors, stand_ins).await
    }

    /// Over a store that is open, without listening or working: for a caller that carries requests
    /// to [`api::router`] itself and works with [`Worker::step`].
    pub async fn over(
        store: Arc<dyn Store>,
        options: &Options,
        connectors: Connectors,
        stand_ins: Option<StandIns>,
    ) -> Result<Arc<Self>, StartError> {
        let secrets = store
            .secrets(Secrets {
                epoch: options.random.bytes(),
                cursor_key: options.random.bytes(),
                audit_seed: options.random.bytes(),
            })
            .await?;
        Ok(Arc::new(Self {
            packs: Packs::new(Arc::clone(&store)),
            history: History::new(secrets.epoch),
            audit_key: SigningKey::from_bytes(&secrets.audit_seed),
            secrets,
            store,
            clock: Arc::clone(&options.clock),
            random: Arc::clone(&options.random),
            hints: Hints::default(),
            blobs: Blobs::new(options.data.join("blobs"), options.blob_quota),
            connectors,
            calls_waiting: Notify::new(),
            sends: Sends::default(),
            room: Room::default(),
            stand_ins,
            demo: options.demo.clone(),
            stop: CancellationToken::new(),
        }))
    }
}

impl Server {
    /// Opens the store, listens and begins to work. One server at a time has a folder.
    pub async fn bind(options: Options) -> Result<Self, StartError> {
        tokio::fs::create_dir_all(&options.data).await?;
        let lock = File::create(options.data.join("lock"))?;
        if lock.try_lock().is_err() {
            return Err(StartError::InUse(options.data.display().to_string()));
        }
        let listener = TcpListener::bind(options.listen).await?;
        let addr = listener.local_addr()?;
        let (connectors, stand_ins) = if options.stand_ins {
            providers(&options, addr)?
        } else {
            (Connectors::new(), None)
        };
        let platform = Platform::assemble(&options, connectors, stand_ins).await?;
        let mut tasks = JoinSet::new();
        let stop = platform.stop.clone();
        let router = api::router(Arc::clone(&platform));
        tasks.spawn(async move {
            let serve = axum::serve(listener, router).with_graceful_shutdown(async move {
                stop.cancelled().await;
            });
            if let Err(error) = serve.await {
                tracing::error!(%error, "listening");
            }
        });
        let mut server = Self {
            addr,
            platform,
            tasks,
            _lock: lock,
        };
        let platform = Arc::clone(&server.platform);
        server.beside(Worker::new(Arc::clone(&platform)).run());
        if options.evaluates {
            server.beside(Evaluator::new(Arc::clone(&platform)).run());
        }
        server.beside(approvals::run(Arc::clone(&platform)));
        server.beside(housekeeping::run(platform, options.feed_keep));
        tracing::info!(%addr, "listening");
        Ok(server)
    }

    /// Its base address.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Runs something beside the platform until it stops.
    pub fn beside(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.platform.stop.clone();
        self.tasks.spawn(async move {
            tokio::select! { () = work => {}, () = stop.cancelled() => {} }
        });
    }

    /// Lets requests under way end, then stops.
    pub async fn stop(mut self) {
        self.platform.stop.cancel();
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, ended).await.is_err() {
            self.tasks.abort_all();
        }
    }
}

fn providers(
    options: &Options,
    addr: SocketAddr,
) -> Result<(Connectors, Option<StandIns>), StartError> {
    let secret = format!("sk_test_{}", hex::encode(options.random.bytes()));
    let ledger = Ledger::open(&options.data.join("provider.db"), &secret)?;
    let address = |path: &str| {
        let text = format!("http://{addr}/provider/{path}");
        Url::parse(&text).map_err(|error| StartError::Address(error.to_string()))
    };
    let secret = ledger.secret().to_owned();
    let client = connectors::client(options.patience)?;
    let client = || client.clone();
    let job = Job::new(client(), address("job/v1/")?, &secret);
    let webhook = Webhook::new(client(), address("webhook/v1/")?, &secret);
    let clock = Arc::clone(&options.clock);
    let slack = Slack::new(client(), address("slack/api/")?, &secret, clock);
    let events = (address("pagerduty/")?, pagerduty::routing_key(&secret));
    let incidents = (address("pagerduty/api/")?, secret.as_str());
    let pagerduty = Pagerduty::new(client(), events, incidents);
    let stripe = Stripe::new(client(), address("stripe/v1/")?, secret.clone());
    let paypal = Paypal::new(
        client(),
        address("paypal/")?,
        secret.clone(),
        options.patience,
    );
    let wise = Wise::new(
        client(),
        address("wise/")?,
        secret.clone(),
        PROFILE.to_owned(),
    );
    let flag = Flag::new(client(), address("flag/v1/")?, &secret);
    let mail = Mail::new(client(), address("mail/messages")?, &secret);
    let mut connectors = Connectors::new();
    connectors.insert(Name::Stripe, Arc::new(stripe));
    connectors.insert(Name::Paypal, Arc::new(paypal));
    connectors.insert(Name::Wise, Arc::new(wise));
    connectors.insert(Name::Flag, Arc::new(flag));
    connectors.insert(Name::Mail, Arc::new(mail));
    connectors.insert(Name::Job, Arc::new(job));
    connectors.insert(Name::Webhook, Arc::new(webhook));
    connectors.insert(Name::Pagerduty, Arc::new(pagerduty));
    connectors.insert(Name::Slack, Arc::new(slack));
    let stand_ins = StandIns {
        stripe: StripeStandIn::new(ledger.clone())?,
        paypal: PaypalStandIn::new(ledger.clone())?,
        wise: WiseStandIn::new(ledger.clone())?,
        flag: FlagStandIn::new(ledger.clone())?,
        mail: MailStandIn::new(ledger.clone())?,
        job: JobStandIn::new(ledger.clone())?,
        webhook: WebhookStandIn::new(ledger.clone())?,
        pagerduty: PagerdutyStandIn::new(ledger.clone())?,
        slack: SlackStandIn::new(ledger.clone())?,
        ledger,
    };
    Ok((connectors, Some(stand_ins)))
}

/// Routes of the stand-ins.
pub fn stand_in_routes() -> axum::Router<Arc<Platform>> {
    stripe::routes()
        .merge(paypal::routes())
        .merge(wise::routes())
        .merge(flag::routes())
        .merge(mail::routes())
        .merge(job::routes())
        .merge(webhook::routes())
        .merge(pagerduty::routes())
        .merge(slack::routes())
}

/// The folder is for its owner alone.
#[cfg(unix)]
fn private(folder: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn private(_folder: &std::path::Path) -> std::io::Result<()> {
    Ok(())
}
