//! What waits for the operator's agreement, as the desktop tells it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio::sync::broadcast;
use uuid::Uuid;
use watchkeeper_core::changes::{Source, Tag};
use watchkeeper_core::features::queues;
use watchkeeper_core::features::queues::view::{
    ActRequest, CellValue, FilterInput, ViewPage, ViewRequest,
};
use watchkeeper_core::features::watch;
use watchkeeper_core::features::watch::view::EventWhat;
use watchkeeper_core::notify::{
    About, Bubble, BubbleId, Button, Daemon, Notifier, NotifyError, Signal, Urgency,
};
use watchkeeper_pack::chip::{Chip, ChipTest};
use watchkeeper_pack::value::instant_text;

use crate::scripted::{Reply, now};
use crate::world::{World, pack, until};

/// A desktop that keeps what it was asked to show.
#[derive(Default)]
struct Screen {
    shown: Mutex<Vec<Bubble>>,
    standing: Mutex<BTreeMap<String, String>>,
}

impl Screen {
    /// Titles of what stands.
    fn standing(&self) -> Vec<String> {
        let standing = self.standing.lock().unwrap();
        standing.values().cloned().collect()
    }

    fn last(&self) -> Bubble {
        self.shown.lock().unwrap().last().unwrap().clone()
    }
}

#[async_trait]
impl Notifier for Screen {
    async fn show(&self, _profile: &str, bubble: &Bubble) -> Result<BubbleId, NotifyError> {
        let mut shown = self.shown.lock().unwrap();
        shown.push(bubble.clone());
        let mut standing = self.standing.lock().unwrap();
        if let Some(BubbleId(id)) = &bubble.replaces {
            standing.remove(id);
        }
        let id = shown.len().to_string();
        standing.insert(id.clone(), bubble.title.clone());
        Ok(BubbleId(id))
    }

    async fn close(&self, id: &BubbleId) -> Result<(), NotifyError> {
        self.standing.lock().unwrap().remove(&id.0);
        Ok(())
    }

    async fn service(&self) -> Result<Daemon, NotifyError> {
        Ok(Daemon {
            name: "screen 1".into(),
            buttons: true,
        })
    }

    fn signals(&self) -> broadcast::Receiver<Signal> {
        broadcast::channel(1).1
    }
}

/// Something of p1 that a lead agrees to, and an owner so long from now.
fn approval(asked_by: &str, instead: TimeDelta) -> Value {
    json!({
        "state": "waiting", "operation": Uuid::now_v7(), "subject_kind": "parcel",
        "subject": "p1", "subject_label": "Parcel N-1", "action": "release",
        "action_label": "Release", "what": "release the parcel", "row": "P-9",
        "row_title": "All of them", "found": "a fee", "role": "lead", "role_label": "lead",
        "fallback_role": "owner", "fallback_label": "owner", "fallback_at": instant_text(now() + instead),
        "asked_by": asked_by, "asked_roles": "[]", "asked_regions": "[]",
        "asked_at": instant_text(now() - TimeDelta::hours(1)),
        "lapses_at": instant_text(now() + TimeDelta::days(2)),
    })
}

/// A laptop of somebody with this role, and its screen.
async fn world(role: &str) -> (World, Arc<Screen>) {
    let mut world = World::new(1).await;
    world.platform.with(|state| {
        state.roles = vec![role.to_owned()];
        state.pack = Some(pack(1, |text| {
            let end = "    not_after: record.due_at\n";
            let asks = "    approvals:\n      - {id: P-9, title: All of them, when: 'true', \
                        found: a fee, role: lead, fallback: {role: owner, after_minutes: 60}}\n";
            text.replace(end, &format!("{asks}{end}"))
        }));
    });
    let screen = Arc::new(Screen::default());
    world.tell(Arc::clone(&screen) as Arc<dyn Notifier>).await;
    (world, screen)
}

/// The platform has this approval, the laptop too, and its screen has had time to say so.
async fn comes(world: &World, id: &str, body: Value) {
    world.platform.with(|state| state.put("approval", id, body));
    turn(world).await;
}

async fn turn(world: &World) {
    world.engine.sync_once().await.unwrap();
    look(world).await;
}

async fn look(world: &World) {
    while let Some(wait) = world.engine.notify_once().await.unwrap() {
        tokio::time::sleep(wait).await;
    }
}

async fn approve(world: &World, id: &str) {
    let seen = queues::record(&world.engine, "approval", id).await.unwrap();
    let request = ActRequest {
        operation: Uuid::now_v7().to_string(),
        kind: "approval".into(),
        id: id.into(),
        action: "approve".into(),
        params: BTreeMap::from([("comment".into(), json!("Seen.").to_string())]),
        typed: None,
        seen_revision: seen.revision,
        amends: None,
    };
    queues::act(&world.engine, request).await.unwrap();
}

/// Who asked for an approval, as its panel and its row show it.
async fn asked_by(world: &World, id: &str) -> [CellValue; 2] {
    let shown = queues::record(&world.engine, "approval", id).await.unwrap();
    let mut facts = shown.facts.into_iter();
    let fact = facts.find(|fact| fact.field == "asked_by").unwrap();
    let page = listed(world, Vec::new()).await;
    let mut columns = page.columns.iter();
    let column = columns.position(|column| column.field == "asked_by");
    let row = page.rows.iter().find(|row| row.id == id).unwrap();
    [fact.value, row.cells[column.unwrap()].value.clone()]
}

async fn listed(world: &World, chips: Vec<Chip>) -> ViewPage {
    let request = ViewRequest {
        view: "approvals".into(),
        chips,
        limit: 9,
        ..Default::default()
    };
    queues::page(&world.engine, request).await.unwrap()
}

#[tokio::test]
async fn who_asked_is_shown_by_the_name_they_have_now_without_a_line_too() {
    let (mut world, _) = world("lead").await;
    let named = |name: &str| vec![json!({"id": "op-2", "name": name})];
    let text = |text: &str| CellValue::Text { text: text.into() };
    let asked = |by: &str| approval(by, TimeDelta::hours(1));
    world.platform.with(|state| {
        state.operators = named("Lee");
        state.put("approval", "theirs", asked("op-2"));
        state.put("approval", "strangers", asked("op-9"));
    });
    turn(&world).await;
    let lee = || [text("Lee"), text("Lee")];
    assert_eq!(asked_by(&world, "theirs").await, lee());
    let unnamed = [text("op-9"), text("op-9")];
    assert_eq!(asked_by(&world, "strangers").await, unnamed, "of no name");

    world
        .platform
        .with(|state| state.operators = named("Lee Ann"));
    turn(&world).await;
    world.platform.behave(|_, _| Some(Reply::Nothing));
    world.restart().await;
    let renamed = [text("Lee Ann"), text("Lee Ann")];
    assert_eq!(asked_by(&world, "theirs").await, renamed);

    // Nobody types the id: names are chosen from.
    let page = listed(&world, Vec::new()).await;
    let mut filters = page.filters.iter();
    let filter = filters.find(|filter| filter.field == "asked_by").unwrap();
    let FilterInput::Among { options } = &filter.input else {
        panic!("{filter:?}");
    };
    let options: Vec<(&str, &str)> = options
        .iter()
        .map(|option| (option.value.as_str(), option.label.as_str()))
        .collect();
    assert_eq!(options, [("op-1", "Robin"), ("op-2", "Lee Ann")]);
    let chip = Chip {
        field: "asked_by".into(),
        test: ChipTest::Among {
            values: vec!["op-2".into()],
        },
    };
    let page = listed(&world, vec![chip]).await;
    let found: Vec<&str> = page.rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(found, ["theirs"]);
    assert_eq!(page.chips[0].values, ["Lee Ann"]);
}

#[tokio::test]
async fn a_44_what_waits_for_us_is_one_bubble_that_follows_and_goes() {
    let (world, screen) = world("lead").await;
    let later = TimeDelta::hours(1);
    // What we asked for ourselves is for somebody else.
    comes(&world, "a1", approval("op-1", later)).await;
    assert_eq!(screen.standing(), Vec::<String>::new());
    comes(&world, "a2", approval("op-2", later)).await;
    let told = screen.last();
    assert_eq!(
        (told.about, told.urgency, told.buttons),
        (About::Approvals, Urgency::Normal, vec![Button::Open])
    );
    // Nothing of the record.
    assert_eq!(
        (told.title.as_str(), told.body.as_str()),
        ("An approval waits for you", "Depot")
    );
    comes(&world, "a3", approval("op-2", later)).await;
    assert_eq!(screen.standing(), ["2 approvals wait for you"]);
    // Our answer counts before the platform has it.
    approve(&world, "a2").await;
    look(&world).await;
    assert_eq!(screen.standing(), ["An approval waits for you"]);
    world.platform.with(|state| {
        let mut body = approval("op-2", later);
        body["state"] = json!("withdrawn");
        state.put("approval", "a3", body);
    });
    turn(&world).await;
    assert_eq!(screen.standing(), Vec::<String>::new());
    assert_eq!(screen.shown.lock().unwrap().len(), 3);
    world.check().await;
}

#[tokio::test]
async fn a_44_and_x_12_the_other_role_is_told_at_its_instant_though_no_record_changes() {
    let (world, screen) = world("owner").await;
    comes(&world, "a1", approval("op-2", TimeDelta::hours(1))).await;
    assert_eq!(screen.standing(), Vec::<String>::new());
    world.platform.with(|state| state.ahead = 61);
    turn(&world).await;
    assert_eq!(screen.standing(), ["An approval waits for you"]);
}

#[tokio::test]
async fn a_44_the_instant_of_the_other_role_is_a_reason_to_look() {
    let (mut world, screen) = world("owner").await;
    let mut changes = world.start().await;
    until("the first fill", || async { world.engine.link().filled }).await;
    let body = approval("op-2", TimeDelta::seconds(5));
    world
        .platform
        .with(|state| state.put("approval", "a1", body));
    world.engine.wake();
    let told = async {
        loop {
            let change = changes.recv().await.unwrap();
            let approval = Tag::Kind("approval".into());
            if change.source == Source::Clock && change.tags.contains(&approval) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), told)
        .await
        .unwrap();
    until("the bubble", || async { !screen.standing().is_empty() }).await;
    world.engine.stop().await;
    assert_eq!(
        screen.standing(),
        Vec::<String>::new(),
        "it goes with the app"
    );
}

/// What the first screen says of approvals that ended: of which, and whether they were taken back.
async fn said(world: &World) -> Vec<(String, bool)> {
    let events = watch::watch(&world.engine).await.unwrap().events;
    let ended = events.into_iter().filter_map(|event| match event.what {
        EventWhat::NotAgreed { id, withdrawn, .. } => Some((id, withdrawn)),
        _ => None,
    });
    ended.collect()
}

#[tokio::test]
async fn a_44_what_was_taken_back_or_lapsed_is_said_to_whoever_was_asked() {
    let ago = |minutes| Value::from(instant_text(now() - TimeDelta::minutes(minutes)));
    let ended = |by: &str, state: &str, minutes: i64| {
        let mut body = approval(by, TimeDelta::minutes(-30));
        body["state"] = state.into();
        match state {
            "lapsed" => body["lapses_at"] = ago(minutes),
            _ => {
                body["answered_at"] = ago(minutes);
                body["answered_by"] = by.into();
            }
        }
        body
    };
    for (role, of_others) in [("lead", true), ("owner", true), ("operator", false)] {
        let (world, _) = world(role).await;
        world.platform.with(|state| {
            state.put("approval", "a1", ended("op-2", "withdrawn", 10));
            state.put("approval", "a2", ended("op-2", "lapsed", 20));
            // Before the other role had its turn.
            state.put("approval", "a3", ended("op-2", "lapsed", 50));
            state.put("approval", "a4", ended("op-2", "approved", 5));
            // Asked for by us on a laptop that is not this one; what we took back ourselves we know.
            state.put("approval", "a5", ended("op-1", "lapsed", 15));
            state.put("approval", "a6", ended("op-1", "withdrawn", 5));
            // One operation of which two people were asked is said once.
            let mut both = ended("op-2", "withdrawn", 3);
            both["operation"] = "both".into();
            state.put("approval", "b-1", both.clone());
            state.put("approval", "b-2", both);
        });
        turn(&world).await;
        let mut expected = vec![("a5".to_owned(), false)];
        if of_others {
            expected.insert(0, ("a1".to_owned(), true));
            expected.insert(0, ("b-1".to_owned(), true));
            expected.push(("a2".to_owned(), false));
        }
        if role == "lead" {
            expected.push(("a3".to_owned(), false));
        }
        assert_eq!(said(&world).await, expected, "{role}");
    }
}
