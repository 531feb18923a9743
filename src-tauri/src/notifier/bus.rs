//! `org.freedesktop.Notifications` on the session bus.
//!
//! One connection for as long as the app runs: some services take bubbles away when their sender
//! leaves the bus. A bubble's name carries the bus and the service that showed it, so that a number
//! that another service gave to somebody else's bubble is never used.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use tokio::sync::{OnceCell, broadcast};
use watchkeeper_core::notify::{
    About, Bubble, BubbleId, Button, Daemon, Notifier, NotifyError, Signal, Urgency,
};
use zbus::connection::Builder;
use zbus::fdo::DBusProxy;
use zbus::names::BusName;
use zbus::zvariant::Value;
use zbus::{Connection, proxy};

use super::word;

/// A service that has not answered by then has not shown anything.
const PATIENCE: Duration = Duration::from_secs(5);
const NAME: &str = "org.freedesktop.Notifications";
/// The name of our desktop entry, for the service's settings and icon.
const DESKTOP_ENTRY: &str = "Watchkeeper";
/// Key under which a click on the bubble itself comes back.
const CLICK: &str = "default";

#[proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications"
)]
trait Notifications {
    #[allow(clippy::too_many_arguments, reason = "the protocol's own")]
    fn notify(
        &self,
        app_name: &str,
        replaces_id: u32,
        app_icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Value<'_>>,
        expire_timeout: i32,
    ) -> zbus::Result<u32>;
    fn close_notification(&self, id: u32) -> zbus::Result<()>;
    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;
    fn get_server_information(&self) -> zbus::Result<(String, String, String, String)>;
    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action_key: String) -> zbus::Result<()>;
    #[zbus(signal)]
    fn notification_closed(&self, id: u32, reason: u32) -> zbus::Result<()>;
}

/// Why a bubble was closed, as the protocol numbers it: by the user.
const DISMISSED: u32 = 2;

/// Whose bubble, and what it is about.
type Owned = (String, About);

/// Shows bubbles over the session bus.
pub(super) struct Bus {
    signals: broadcast::Sender<Signal>,
    shown: Arc<Mutex<BTreeMap<u32, Owned>>>,
    line: OnceCell<Line>,
    /// Another bus than the session's; for tests.
    address: Option<String>,
}

/// The connection, made when it is first needed.
struct Line {
    connection: Connection,
    proxy: NotificationsProxy<'static>,
}

impl Bus {
    pub(super) fn new(signals: broadcast::Sender<Signal>) -> Self {
        Self {
            signals,
            shown: Arc::default(),
            line: OnceCell::new(),
            address: None,
        }
    }

    async fn line(&self) -> Result<&Line, NotifyError> {
        let made = self.line.get_or_try_init(|| async {
            // Without a session bus there is nobody either.
            let connection = self.connect().await.map_err(|error| {
                tracing::info!(%error, "no session bus");
                NotifyError::Absent
            })?;
            self.listen(connection).await.map_err(|error| told(&error))
        });
        made.await
    }

    async fn connect(&self) -> zbus::Result<Connection> {
        match &self.address {
            None => Connection::session().await,
            Some(address) => Builder::address(address.as_str())?.build().await,
        }
    }

    async fn listen(&self, connection: Connection) -> zbus::Result<Line> {
        let proxy = NotificationsProxy::new(&connection).await?;
        let listened = Listening {
            actions: proxy.receive_action_invoked().await?,
            closed: proxy.receive_notification_closed().await?,
            owners: proxy.inner().receive_owner_changed().await?,
        };
        tokio::spawn(listened.pass_on(self.signals.clone(), Arc::clone(&self.shown)));
        Ok(Line { connection, proxy })
    }

    async fn show_now(&self, profile: &str, bubble: &Bubble) -> Result<BubbleId, NotifyError> {
        let line = self.line().await?;
        let can = line
            .proxy
            .get_capabilities()
            .await
            .map_err(|error| told(&error))?;
        let can = |what: &str| can.iter().any(|capability| capability == what);
        let replaces = match &bubble.replaces {
            Some(id) => number_of(id, &line.service().await?),
            None => None,
        };
        let body = if can("body-markup") {
            escaped(&bubble.body)
        } else {
            bubble.body.clone()
        };
        let actions = if can("actions") {
            actions(&bubble.buttons)
        } else {
            Vec::new()
        };
        let (urgency, expires) = match bubble.urgency {
            Urgency::Critical => (2_u8, 0),
            Urgency::Normal => (1, -1),
        };
        let hints = HashMap::from([
            ("urgency", Value::from(urgency)),
            ("desktop-entry", Value::from(DESKTOP_ENTRY)),
        ]);
        let number = line
            .proxy
            .notify(
                "Watchkeeper",
                replaces.unwrap_or(0),
                "watchkeeper",
                &bubble.title,
                &body,
                &actions,
                hints,
                expires,
            )
            .await
            .map_err(|error| told(&error))?;
        self.remember(number, (profile.to_owned(), bubble.about.clone()));
        Ok(BubbleId(format!("{}/{number}", line.service().await?)))
    }

    /// A press names the number only.
    fn remember(&self, number: u32, owned: Owned) {
        let mut shown = lock(&self.shown);
        shown.retain(|_, other| *other != owned);
        shown.insert(number, owned);
    }

    async fn close_now(&self, id: &BubbleId) -> Result<(), NotifyError> {
        let line = self.line().await?;
        let Some(number) = number_of(id, &line.service().await?) else {
            // Whoever showed it is gone, and the bubble with it.
            return Ok(());
        };
        lock(&self.shown).remove(&number);
        match line.proxy.close_notification(number).await {
            // Services differ in whether closing what is closed is an error.
            Ok(()) | Err(zbus::Error::MethodError(..)) => Ok(()),
            Err(error) => Err(told(&error)),
        }
    }

    async fn service_now(&self) -> Result<Daemon, NotifyError> {
        let line = self.line().await?;
        let (name, _vendor, version, _spec) = line
            .proxy
            .get_server_information()
            .await
            .map_err(|error| told(&error))?;
        let can = line
            .proxy
            .get_capabilities()
            .await
            .map_err(|error| told(&error))?;
        Ok(Daemon {
            name: format!("{name} {version}").trim().to_owned(),
            buttons: can.iter().any(|capability| capability == "actions"),
        })
    }
}

impl Line {
    /// Names the bus and the service on it; none of either comes twice.
    async fn service(&self) -> Result<String, NotifyError> {
        let bus = DBusProxy::new(&self.connection)
            .await
            .map_err(|error| told(&error))?;
        let name = BusName::try_from(NAME).map_err(|error| told(&error.into()))?;
        let owner = match bus.get_name_owner(name).await {
            Ok(owner) => owner.to_string(),
            Err(_) => String::new(),
        };
        Ok(format!("{}/{owner}", self.connection.server_guid()))
    }
}

#[async_trait]
impl Notifier for Bus {
    async fn show(&self, profile: &str, bubble: &Bubble) -> Result<BubbleId, NotifyError> {
        in_time(self.show_now(profile, bubble)).await
    }

    async fn close(&self, id: &BubbleId) -> Result<(), NotifyError> {
        in_time(self.close_now(id)).await
    }

    async fn service(&self) -> Result<Daemon, NotifyError> {
        in_time(self.service_now()).await
    }

    fn signals(&self) -> broadcast::Receiver<Signal> {
        self.signals.subscribe()
    }
}

/// What the service says by itself.
struct Listening {
    actions: ActionInvokedStream,
    closed: NotificationClosedStream,
    owners: zbus::proxy::OwnerChangedStream<'static>,
}

impl Listening {
    /// Passes it on until the bus ends.
    async fn pass_on(
        mut self,
        signals: broadcast::Sender<Signal>,
        shown: Arc<Mutex<BTreeMap<u32, Owned>>>,
    ) {
        loop {
            let heard = tokio::select! {
                Some(action) = self.actions.next() => match action.args() {
                    Ok(args) => pressed(&shown, args.id, &args.action_key),
                    Err(_) => None,
                },
                Some(closed) = self.closed.next() => match closed.args() {
                    Ok(args) => closed_by(&shown, args.id, args.reason),
                    Err(_) => None,
                },
                Some(owner) = self.owners.next() => {
                    lock(&shown).clear();
                    owner.map(|_| Signal::Restarted)
                },
                else => return,
            };
            if let Some(signal) = heard {
                // Nobody listening is fine: no profile is open.
                let _ = signals.send(signal);
            }
        }
    }
}

fn pressed(shown: &Mutex<BTreeMap<u32, Owned>>, number: u32, key: &str) -> Option<Signal> {
    let (profile, about) = lock(shown).get(&number).cloned()?;
    let button = match key {
        CLICK => Button::Open,
        _ => [Button::Open, Button::Acknowledge]
            .into_iter()
            .find(|button| key_of(*button) == key)?,
    };
    Some(Signal::Pressed {
        profile,
        about,
        button,
    })
}

fn closed_by(shown: &Mutex<BTreeMap<u32, Owned>>, number: u32, reason: u32) -> Option<Signal> {
    let (profile, about) = lock(shown).remove(&number)?;
    (reason == DISMISSED).then_some(Signal::Dismissed { profile, about })
}

/// Pairs of key and word, the click on the bubble first.
fn actions(buttons: &[Button]) -> Vec<&'static str> {
    let click = buttons
        .contains(&Button::Open)
        .then_some([CLICK, word(Button::Open)]);
    let each = buttons
        .iter()
        .map(|button| [key_of(*button), word(*button)]);
    click.into_iter().chain(each).flatten().collect()
}

fn key_of(button: Button) -> &'static str {
    match button {
        Button::Open => "open",
        Button::Acknowledge => "acknowledge",
    }
}

/// The number of a bubble, if this service gave it.
fn number_of(id: &BubbleId, service: &str) -> Option<u32> {
    let (shown_by, number) = id.0.rsplit_once('/')?;
    (shown_by == service).then(|| number.parse().ok()).flatten()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

async fn in_time<T>(work: impl Future<Output = Result<T, NotifyError>>) -> Result<T, NotifyError> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(NotifyError::Silent),
    }
}

/// An error of the bus as the core knows it.
fn told(error: &zbus::Error) -> NotifyError {
    const NOBODY: [&str; 3] = [
        "org.freedesktop.DBus.Error.ServiceUnknown",
        "org.freedesktop.DBus.Error.NameHasNoOwner",
        // It is known how to start one, and that failed.
        "org.freedesktop.DBus.Error.Spawn.",
    ];
    match error {
        zbus::Error::MethodError(name, _, _)
            if NOBODY
                .iter()
                .any(|nobody| name.as_str().starts_with(nobody)) =>
        {
            NotifyError::Absent
        }
        zbus::Error::MethodError(name, detail, _) => {
            NotifyError::Refused(detail.clone().unwrap_or_else(|| name.to_string()))
        }
        other => NotifyError::Refused(other.to_string()),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
