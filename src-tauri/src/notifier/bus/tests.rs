//! Against a service that we play ourselves, on a real bus of its own. The real daemon is in
//! `tests/desktop/notifications.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::too_many_arguments
)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use zbus::interface;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::OwnedValue;

use super::*;

/// A bus of our own; it ends with the test.
struct OwnBus {
    daemon: Child,
    address: String,
}

impl OwnBus {
    fn start() -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon");
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        Self {
            daemon,
            address: address.trim().to_owned(),
        }
    }

    fn notifier(&self) -> Bus {
        Bus {
            address: Some(self.address.clone()),
            ..Bus::new(super::super::channel())
        }
    }

    /// A service on it; it leaves when its connection is dropped.
    async fn service(&self, service: Played) -> Connection {
        Builder::address(self.address.as_str())
            .unwrap()
            .serve_at("/org/freedesktop/Notifications", service)
            .unwrap()
            .name(NAME)
            .unwrap()
            .build()
            .await
            .unwrap()
    }
}

impl Drop for OwnBus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// What was asked of the service.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    replaces: u32,
    title: String,
    body: String,
    actions: Vec<String>,
    urgency: u8,
    expires: i32,
}

/// How the service behaves.
#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Good,
    WithoutButtons,
    Refuses,
    Silent,
}

#[derive(Clone)]
struct Played {
    mood: Mood,
    asked: Arc<Mutex<Vec<Asked>>>,
    closed: Arc<Mutex<Vec<u32>>>,
}

impl Played {
    fn new(mood: Mood) -> Self {
        Self {
            mood,
            asked: Arc::default(),
            closed: Arc::default(),
        }
    }

    fn asked(&self) -> Vec<Asked> {
        lock(&self.asked).clone()
    }
}

#[interface(name = "org.freedesktop.Notifications")]
impl Played {
    async fn notify(
        &self,
        _app: String,
        replaces: u32,
        _icon: String,
        title: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        expires: i32,
    ) -> zbus::fdo::Result<u32> {
        match self.mood {
            Mood::Refuses => return Err(zbus::fdo::Error::LimitsExceeded("too many".into())),
            Mood::Silent => std::future::pending().await,
            Mood::Good | Mood::WithoutButtons => {}
        }
        let urgency = u8::try_from(hints["urgency"].try_clone().unwrap()).unwrap();
        let mut asked = lock(&self.asked);
        asked.push(Asked {
            replaces,
            title,
            body,
            actions,
            urgency,
            expires,
        });
        let number = u32::try_from(asked.len()).unwrap();
        Ok(if replaces == 0 { number } else { replaces })
    }

    fn close_notification(&self, id: u32) {
        lock(&self.closed).push(id);
    }

    fn get_capabilities(&self) -> Vec<String> {
        let mut can = vec!["body".to_owned(), "body-markup".to_owned()];
        if self.mood != Mood::WithoutButtons {
            can.push("actions".to_owned());
        }
        can
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("played".into(), "us".into(), "1".into(), "1.2".into())
    }

    #[zbus(signal)]
    async fn action_invoked(
        emitter: &SignalEmitter<'_>,
        id: u32,
        action_key: &str,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn notification_closed(
        emitter: &SignalEmitter<'_>,
        id: u32,
        reason: u32,
    ) -> zbus::Result<()>;
}

fn red(replaces: Option<BubbleId>) -> Bubble {
    Bubble {
        about: About::Alert("a-1".into()),
        replaces,
        urgency: Urgency::Critical,
        title: "The parcel scanner is down".into(),
        body: "Harbour & Sons · since Thu 10:00".into(),
        buttons: vec![Button::Open, Button::Acknowledge],
    }
}

async fn emitter(connection: &Connection) -> SignalEmitter<'static> {
    SignalEmitter::new(connection, "/org/freedesktop/Notifications")
        .unwrap()
        .into_owned()
}

#[tokio::test]
async fn a_critical_bubble_stays_has_buttons_and_is_replaced() {
    let bus = OwnBus::start();
    let played = Played::new(Mood::Good);
    let _service = bus.service(played.clone()).await;
    let notifier = bus.notifier();
    let first = notifier.show("p-1", &red(None)).await.unwrap();
    let second = notifier
        .show("p-1", &red(Some(first.clone())))
        .await
        .unwrap();
    assert_eq!(first, second, "one bubble, not two");
    let asked = played.asked();
    assert_eq!((asked[0].replaces, asked[1].replaces), (0, 1));
    assert_eq!((asked[0].urgency, asked[0].expires), (2, 0));
    assert_eq!(asked[0].body, "Harbour &amp; Sons · since Thu 10:00");
    assert_eq!(
        asked[0].actions,
        [
            "default",
            "Open",
            "open",
            "Open",
            "acknowledge",
            "Acknowledge"
        ]
    );
    notifier.close(&second).await.unwrap();
    assert_eq!(*lock(&played.closed), [1]);
    let service = notifier.service().await.unwrap();
    assert_eq!((service.name.as_str(), service.buttons), ("played 1", true));
}

#[tokio::test]
async fn what_the_operator_does_with_a_bubble_comes_back() {
    let bus = OwnBus::start();
    let service = bus.service(Played::new(Mood::Good)).await;
    let notifier = bus.notifier();
    let mut signals = notifier.signals();
    let about = About::Alert("a-1".into());
    notifier.show("p-1", &red(None)).await.unwrap();
    let emitter = emitter(&service).await;
    for (key, button) in [
        ("acknowledge", Button::Acknowledge),
        ("open", Button::Open),
        ("default", Button::Open),
    ] {
        Played::action_invoked(&emitter, 1, key).await.unwrap();
        let pressed = Signal::Pressed {
            profile: "p-1".into(),
            about: about.clone(),
            button,
        };
        assert_eq!(signals.recv().await.unwrap(), pressed);
    }
    // Somebody else's bubble, and one that ran out, are no business of ours.
    Played::action_invoked(&emitter, 77, "open").await.unwrap();
    Played::notification_closed(&emitter, 1, DISMISSED)
        .await
        .unwrap();
    assert_eq!(
        signals.recv().await.unwrap(),
        Signal::Dismissed {
            profile: "p-1".into(),
            about
        }
    );
}

#[tokio::test]
async fn nobody_there_a_refusal_and_silence_are_told_apart() {
    let bus = OwnBus::start();
    let notifier = bus.notifier();
    assert_eq!(
        notifier.show("p-1", &red(None)).await.unwrap_err(),
        NotifyError::Absent
    );
    let refusing = bus.service(Played::new(Mood::Refuses)).await;
    let error = notifier.show("p-1", &red(None)).await.unwrap_err();
    assert_eq!(error, NotifyError::Refused("too many".into()));
    refusing.close().await.unwrap();
    let _silent = bus.service(Played::new(Mood::Silent)).await;
    assert_eq!(
        notifier.show("p-1", &red(None)).await.unwrap_err(),
        NotifyError::Silent
    );
}

#[tokio::test]
async fn another_service_is_noticed_and_its_numbers_are_not_ours() {
    let bus = OwnBus::start();
    let first = bus.service(Played::new(Mood::Good)).await;
    let notifier = bus.notifier();
    let mut signals = notifier.signals();
    let shown = notifier.show("p-1", &red(None)).await.unwrap();
    first.close().await.unwrap();
    let played = Played::new(Mood::Good);
    let _second = bus.service(played.clone()).await;
    assert_eq!(signals.recv().await.unwrap(), Signal::Restarted);
    notifier.close(&shown).await.unwrap();
    assert_eq!(*lock(&played.closed), [0; 0], "it may be somebody else's");
    notifier.show("p-1", &red(Some(shown))).await.unwrap();
    assert_eq!(played.asked()[0].replaces, 0);
}

#[tokio::test]
async fn a_service_without_buttons_is_sent_none() {
    let bus = OwnBus::start();
    let played = Played::new(Mood::WithoutButtons);
    let _service = bus.service(played.clone()).await;
    let notifier = bus.notifier();
    notifier.show("p-1", &red(None)).await.unwrap();
    assert_eq!(played.asked()[0].actions, Vec::<String>::new());
    assert!(!notifier.service().await.unwrap().buttons);
}

#[tokio::test]
async fn without_a_bus_nobody_is_there() {
    let notifier = Bus {
        address: Some("unix:path=/nowhere/bus".into()),
        ..Bus::new(super::super::channel())
    };
    assert_eq!(
        notifier.show("p-1", &red(None)).await.unwrap_err(),
        NotifyError::Absent
    );
}
