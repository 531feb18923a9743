//! One open profile: its databases, its pack, and the tasks that keep it in step.
//!
//! The tasks that run: **pull** (who am I, pack, feed, read-back, audit delivery; every 20 s, on a
//! hint, and when asked), **push** (drains the lanes whenever something was queued or a back-off
//! ended), **listen** (hints), **wake** (the machine has slept), **turn** (tells when time alone
//! changed what screens show), **notify** (keeps the bubbles on the screen in step with what fires and
//! with what waits for the operator), **keep** (fetches documents that are to be here)
//! and a check of audit chain and search words after the start. Where nothing can be written only
//! turning and the check run. Each waits in `select!` for the engine's end. Nothing here is waited for
//! by a command: commands read and write the databases and wake a task.

mod assemble;
mod link;
mod notifying;
pub(crate) mod rights;
mod tasks;
mod telling;
mod turning;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rusqlite::Connection;
use tokio::sync::{Notify, broadcast};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::{NoContext, Timestamp, Uuid};
use watchkeeper_model::audit::{Break, Event};
use watchkeeper_pack::Pack;

pub use self::assemble::Outside;
pub use self::link::{Contact, LinkState};
pub use self::rights::Rights;
use crate::audit::{self, Tail};
use crate::changes::{ChangeSet, Source, Tag};
use crate::clock::Corrected;
use crate::documents;
use crate::error::Error;
use crate::features::queues::batch::Running;
use crate::features::watch::Kept;
use crate::notify::{Notifier, round};
use crate::outbox::send::SendError;
use crate::outbox::together::Alone;
use crate::profile::open::Pinned;
use crate::secrets::Secret;
use crate::store::{StoreError, Stores};
use crate::sync::client::Client;
use crate::sync::pull::Memory;

/// One open profile.
pub struct Engine {
    pub(crate) stores: Stores,
    pub(crate) clock: Arc<Corrected>,
    pub(crate) pinned: Pinned,
    /// Held while a round of sending runs.
    pub(crate) sending: tokio::sync::Mutex<()>,
    /// Operations that share no request.
    pub(crate) alone: Arc<Alone>,
    /// Actions on many records that are being queued now.
    pub(crate) batches: Arc<Running>,
    /// What one pull remembers for the next.
    pub(crate) memory: tokio::sync::Mutex<Memory>,
    /// Numbers that were worked out and are still so.
    pub(crate) numbers: Arc<Kept>,
    /// What stands on the screen as notifications.
    notified: tokio::sync::Mutex<round::Memory>,
    notifier: Arc<dyn Notifier>,
    /// Id of the profile.
    profile: String,
    client: RwLock<Arc<Client>>,
    chance: Chance,
    pack: RwLock<Option<Arc<Pack>>>,
    rights: RwLock<Arc<Rights>>,
    link: Mutex<LinkState>,
    /// The last check of the audit chain.
    chain: Mutex<ChainCheck>,
    /// The platform holds a longer chain of this device than we do.
    chain_forked: AtomicBool,
    pull: Notify,
    push: Notify,
    listen: Notify,
    alerts: Notify,
    documents: Notify,
    /// Told when the machine has slept.
    pub(crate) awoke: Notify,
    changes: broadcast::Sender<ChangeSet>,
    end: CancellationToken,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

/// The last check of the audit chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChainCheck {
    /// When, UTC; none where it was not checked since the start.
    pub at: Option<DateTime<Utc>>,
    /// The first entry that does not hold.
    pub broken: Option<Break>,
}

/// Chance, in `0..1`.
pub type Chance = Arc<dyn Fn() -> f64 + Send + Sync>;

/// Writes this laptop's audit chain in somebody's name; goes into the closures of the writer.
#[derive(Debug, Clone)]
pub struct Scribe {
    actor: String,
    device: Uuid,
}

impl Scribe {
    /// Appends an entry in the caller's transaction.
    pub fn append(
        &self,
        state: &Connection,
        at: DateTime<Utc>,
        event: Event,
    ) -> Result<(), StoreError> {
        crate::audit::append(state, at, &self.actor, self.device, event).map(drop)
    }

    /// Takes up the pen for a transaction in which more than one entry is written, all of them with it.
    pub fn pen(&self, state: &Connection) -> Result<Pen<'_>, StoreError> {
        Ok(Pen {
            scribe: self,
            tail: Tail::of(state)?,
        })
    }
}

/// A scribe at work in one transaction.
#[derive(Debug)]
pub struct Pen<'a> {
    scribe: &'a Scribe,
    tail: Tail,
}

impl Pen<'_> {
    /// Appends an entry in the transaction that the pen was taken up for.
    pub fn append(
        &mut self,
        state: &Connection,
        at: DateTime<Utc>,
        event: Event,
    ) -> Result<(), StoreError> {
        let by = (self.scribe.actor.as_str(), self.scribe.device);
        self.tail.append(state, at, by, event).map(drop)
    }
}

impl Engine {
    /// One turn with the platform: who am I, push, pull, read back, deliver the audit chain. How it
    /// went is also in [`Engine::link`].
    pub async fn sync_once(&self) -> Result<(), SendError> {
        tasks::turn(self).await
    }

    /// One look at what is to be notified of, and what follows from it on the screen, for a caller that
    /// keeps its own time. Answers when to look again though nothing changes.
    ///
    /// # Errors
    /// [`Internal`](crate::error::Code::Internal) and [`ReadOnly`](crate::error::Code::ReadOnly) where
    /// the databases cannot be read or written.
    pub async fn notify_once(&self) -> Result<Option<Duration>, Error> {
        round::round(self, &mut *self.notified.lock().await).await
    }

    /// Fetches the documents that are to be kept here, for a caller that keeps its own time.
    ///
    /// # Errors
    /// There was no line, or an answer broke off: what is not here yet is still wanted.
    pub async fn documents_once(&self) -> Result<(), SendError> {
        documents::round(self).await
    }

    /// Ends background work. What is under way in the databases is finished; the databases stay
    /// open for the caller to close.
    pub async fn stop(&self) {
        self.end.cancel();
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            // A task that panicked has ended too.
            let _ = task.await;
        }
        round::part(self, &mut *self.notified.lock().await).await;
        // Not to be kept is a later start with an unsure clock, nothing worse.
        if let Err(error) = self.keep_time().await {
            tracing::warn!(%error, "the clock was not kept");
        }
    }

    /// Goes on with a new token after the old one was refused.
    pub fn renew(&self, token: &Secret) -> Result<(), Error> {
        let client = self.client().with_token(token.expose());
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(client);
        self.update_link(|link| link.signed_in());
        self.wake();
        Ok(())
    }

    /// Asks for a push and a pull now.
    pub fn wake(&self) {
        self.push.notify_one();
        self.pull.notify_one();
        self.listen.notify_one();
    }

    /// Something changed on the platform.
    pub fn wake_pull(&self) {
        self.pull.notify_one();
    }

    /// What is notified of may have changed.
    pub(crate) fn look_at_alerts(&self) {
        self.alerts.notify_one();
    }

    /// A document is wanted, or there is a line to fetch one by.
    pub(crate) fn look_for_documents(&self) {
        self.documents.notify_one();
    }

    /// Something was queued.
    pub fn wake_push(&self) {
        self.push.notify_one();
    }

    /// Id of the profile.
    pub fn profile(&self) -> &str {
        &self.profile
    }

    /// The databases.
    pub fn stores(&self) -> &Stores {
        &self.stores
    }

    /// The platform's time.
    pub fn clock(&self) -> &Corrected {
        &self.clock
    }

    /// Shows notifications.
    pub(crate) fn notifier(&self) -> &dyn Notifier {
        &*self.notifier
    }

    /// What sign-in settled.
    pub fn pinned(&self) -> &Pinned {
        &self.pinned
    }

    /// The pack in force; none before the first was fetched.
    pub fn pack(&self) -> Option<Arc<Pack>> {
        self.pack
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Who the operator is and what is in force, as the platform last said.
    pub fn rights(&self) -> Arc<Rights> {
        self.rights
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Zone of the tenant's day.
    pub fn zone(&self) -> Tz {
        self.rights().zone_in(self.pack().as_deref())
    }

    /// How things stand with the platform.
    pub fn link(&self) -> LinkState {
        self.link
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// First entry of the audit chain that does not hold.
    pub fn chain_broken_at(&self) -> Option<u64> {
        self.chain_check().broken.map(|broken| broken.seq)
    }

    /// What the last check of the audit chain found.
    pub fn chain_check(&self) -> ChainCheck {
        self.chain
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The audit chain cannot be continued, because the platform holds another end of it: this
    /// profile is to be opened anew, as another device.
    pub fn is_chain_forked(&self) -> bool {
        self.chain_forked.load(Ordering::Relaxed)
    }

    /// Checks the whole audit chain and keeps what was found for the Sync screen.
    pub async fn check_chain(&self) -> Result<audit::Checked, Error> {
        let (key, device) = (self.pinned.audit_key.clone(), self.pinned.device);
        let checked = self
            .stores
            .state
            .read(move |state| audit::check(state, &key, device))
            .await?;
        *self.chain.lock().unwrap_or_else(PoisonError::into_inner) = ChainCheck {
            at: Some(self.clock.now().at),
            broken: checked.broken.clone(),
        };
        self.changed([Tag::Sync, Tag::Audit], Source::Clock);
        Ok(checked)
    }

    pub(crate) fn client(&self) -> Arc<Client> {
        self.client
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn scribe(&self) -> Scribe {
        Scribe {
            actor: self.pinned.operator.id.clone(),
            device: self.pinned.device,
        }
    }

    /// A new id for an operation, by the platform's time.
    pub(crate) fn new_operation_id(&self) -> Uuid {
        let now = self.clock.now().at;
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        let at = Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos());
        Uuid::new_v7(at)
    }

    /// Chance for jitter, in `0..1`.
    pub(crate) fn chance(&self) -> f64 {
        (self.chance)()
    }
}
