//! A record's history: asked of the platform while somebody looks, kept, and gone with the mirror.

use chrono::TimeDelta;
use serde_json::{Map, json};
use uuid::Uuid;
use watchkeeper_core::features::history;
use watchkeeper_core::features::history::view::{HistoryView, HistoryWord};
use watchkeeper_core::features::queues::view::CellValue;
use watchkeeper_core::features::sync;
use watchkeeper_core::{Code, Error};
use watchkeeper_wire::history::{HistoryEntry, RecordHistory};
use watchkeeper_wire::operation::{Reason, VerdictWord};
use watchkeeper_wire::problem;

use crate::scripted::{Reply, now};
use crate::world::{World, pack, parcel};

const KEPT: &str = "SELECT count(*) FROM history_entry";
const WORDS: &str = "SELECT count(*) FROM history_entry WHERE entry LIKE '%canary%'";

/// What Lee did, with this place.
fn by_lee(seq: u64, action: &str, word: VerdictWord) -> HistoryEntry {
    let refused = word == VerdictWord::Refused;
    let params = json!({"reason": "canary", "unheard_of": 7, "left_out": null});
    HistoryEntry {
        seq,
        operation: Uuid::from_u128(u128::from(seq)),
        action: action.into(),
        author: "op-2".into(),
        author_name: "Lee".into(),
        made_at: now(),
        params: match action {
            "return" => params.as_object().unwrap().clone(),
            _ => Map::new(),
        },
        word,
        reason: refused.then(|| Reason {
            code: "policy.denied".into(),
            row: Some("P-1".into()),
            detail: "No.".into(),
        }),
        from_revision: (!refused).then_some(1),
        revision: (!refused).then_some(2),
        decided_at: now() - TimeDelta::hours(1000) + TimeDelta::minutes(seq.try_into().unwrap()),
    }
}

/// The platform has this history of every record, newest first, and tells two entries at once.
fn tells(world: &World, entries: Vec<HistoryEntry>) {
    world.platform.behave(move |request, _| {
        if !request.path.starts_with("/v1/records/") {
            return None;
        }
        let before = request
            .query
            .get("before")
            .map(|text| text.parse().unwrap());
        let before: u64 = before.unwrap_or(u64::MAX);
        let mut behind = entries.iter().filter(|entry| entry.seq < before).cloned();
        let entries: Vec<HistoryEntry> = behind.by_ref().take(2).collect();
        Some(Reply::json(&RecordHistory {
            entries,
            older: behind.next().is_some(),
            server_time: now(),
        }))
    });
}

fn there_is_no_line(world: &World) {
    world.platform.behave(|_, _| Some(Reply::Nothing));
}

async fn ask(world: &World, older: bool) -> Result<HistoryView, Error> {
    history::ask(&world.engine, "parcel", "p1", older).await
}

async fn shown(world: &World) -> HistoryView {
    history::shown(&world.engine, "parcel", "p1").await.unwrap()
}

/// What Lee said is kept of parcel `p1`.
async fn kept() -> World {
    let world = World::synced(2).await;
    tells(&world, vec![by_lee(5, "return", VerdictWord::Confirmed)]);
    ask(&world, false).await.unwrap();
    assert_eq!(world.cached(WORDS).await, 1);
    world.platform.behave_well();
    world
}

#[tokio::test]
async fn what_a_colleague_did_is_shown_once_it_was_asked_for_and_then_without_a_line() {
    let world = World::synced(1).await;
    let before = shown(&world).await;
    assert_eq!((before.lines.len(), &before.as_of), (0, &None));
    tells(
        &world,
        vec![
            by_lee(9, "return", VerdictWord::Confirmed),
            by_lee(5, "gone_since", VerdictWord::Refused),
        ],
    );
    let told = ask(&world, false).await.unwrap();
    let [done, refused] = told.lines.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!((done.by.as_str(), done.ours), ("Lee", false));
    assert_eq!(
        (done.action.as_str(), done.word),
        ("Return", HistoryWord::Done)
    );
    assert_eq!((done.from_revision, done.revision), (Some(1), Some(2)));
    let said: Vec<(&str, &CellValue)> = done
        .said
        .iter()
        .map(|fact| (fact.label.as_str(), &fact.value))
        .collect();
    let text = |text: &str| text.to_owned();
    let canary = CellValue::Text {
        text: text("canary"),
    };
    let unknown = CellValue::Unknown { text: text("7") };
    assert_eq!(said, [("Reason", &canary), ("unheard_of", &unknown)]);
    assert_eq!(
        (refused.action.as_str(), refused.word),
        ("gone_since", HistoryWord::Refused)
    );
    let why = refused.reason.as_ref().unwrap();
    assert_eq!(why.row.as_deref(), Some("P-1"));
    assert!(told.as_of.is_some() && !told.older);

    there_is_no_line(&world);
    assert_eq!(
        ask(&world, false).await.unwrap_err().code,
        Code::Unreachable
    );
    assert_eq!(shown(&world).await, told);
}

#[tokio::test]
async fn older_pages_are_asked_for_one_after_the_other() {
    let world = World::synced(1).await;
    let all = [9, 8, 7, 6, 5].map(|seq| by_lee(seq, "release", VerdictWord::Confirmed));
    tells(&world, all.to_vec());
    for (older, lines, more) in [(false, 2, true), (true, 4, true), (true, 5, false)] {
        let view = ask(&world, older).await.unwrap();
        assert_eq!((view.lines.len(), view.older), (lines, more));
    }
    // Asked again for the newest, the rest stays.
    let view = ask(&world, false).await.unwrap();
    assert_eq!((view.lines.len(), view.older), (5, false));
}

#[tokio::test]
async fn what_was_refused_and_given_up_here_is_one_line_and_none_before() {
    let world = World::synced(1).await;
    world
        .platform
        .with(|state| state.words.push_back(VerdictWord::Refused));
    let ours = world.release("p1").await.unwrap();
    world.engine.sync_once().await.unwrap();
    let told = HistoryEntry {
        operation: ours.id.parse().unwrap(),
        author: "op-1".into(),
        author_name: "Robin R.".into(),
        ..by_lee(5, "release", VerdictWord::Refused)
    };
    tells(&world, vec![told]);
    // Its card stands above while it is held.
    assert!(ask(&world, false).await.unwrap().lines.is_empty());
    sync::discard(&world.engine, &ours.id).await.unwrap();
    let view = shown(&world).await;
    let [line] = view.lines.as_slice() else {
        panic!("{view:?}");
    };
    assert_eq!((line.word, line.ours), (HistoryWord::GivenUp, true));
    assert_eq!(
        (line.by.as_str(), line.action.as_str()),
        ("Robin", "Release")
    );
    assert!(line.reason.is_some());
}

#[tokio::test]
async fn words_about_somebody_who_was_erased_are_gone_with_the_page_that_says_so() {
    let world = kept().await;
    world.platform.with(|state| {
        let mut body = parcel("N-1", 1);
        body["_erased"] = json!(["note"]);
        state.put("parcel", "p1", body);
    });
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.cached(KEPT).await, 0);
    assert_eq!(shown(&world).await.as_of, None);

    // Of what refers to them too, which itself says nothing of them.
    let world = kept().await;
    world.platform.with(|state| {
        let erased = json!({"name": "erased", "_erased": ["name"]});
        state.put("depot", "d1", erased);
    });
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.cached(KEPT).await, 0);
}

#[tokio::test]
async fn what_is_kept_goes_with_its_record_and_with_the_mirror() {
    type Change = fn(&mut crate::scripted::State);
    let changes: [(&str, Change); 4] = [
        ("the record went", |state| state.remove("parcel", "p1")),
        ("another snapshot", |state| state.epoch = "e2".into()),
        ("another pack", |state| {
            state.pack = Some(pack(2, ToOwned::to_owned));
        }),
        ("restored from a backup", |state| {
            state.history = Some("two".into());
        }),
    ];
    for (what, change) in changes {
        let world = World::synced(2).await;
        world
            .platform
            .with(|state| state.history = Some("one".into()));
        world.engine.sync_once().await.unwrap();
        tells(&world, vec![by_lee(5, "return", VerdictWord::Confirmed)]);
        ask(&world, false).await.unwrap();
        world.platform.behave_well();
        // What changes elsewhere lets it be.
        world.platform.with(|state| {
            state.put("parcel", "p2", parcel("N-2", 3));
        });
        world.engine.sync_once().await.unwrap();
        assert_eq!(world.cached(KEPT).await, 1, "{what}");
        world.platform.with(change);
        world.engine.sync_once().await.unwrap();
        assert_eq!(world.cached(KEPT).await, 0, "{what}");
        world.check().await;
    }
}

#[tokio::test]
async fn an_answer_that_is_not_what_was_asked_for_is_not_kept() {
    let world = World::synced(1).await;
    let twice = vec![
        by_lee(5, "release", VerdictWord::Confirmed),
        by_lee(5, "release", VerdictWord::Confirmed),
    ];
    tells(&world, twice);
    assert_eq!(
        ask(&world, false).await.unwrap_err().code,
        Code::ApiMismatch
    );
    world.platform.behave(|request, _| {
        let asked = request.path.starts_with("/v1/records/");
        asked.then(|| Reply::problem(problem::Code::NotFound))
    });
    assert_eq!(ask(&world, false).await.unwrap_err().code, Code::NotFound);
    assert_eq!(world.cached(KEPT).await, 0);
    // Of a record that is not here nobody is asked.
    there_is_no_line(&world);
    let unknown = history::ask(&world.engine, "parcel", "p9", false).await;
    assert_eq!(unknown.unwrap().lines.len(), 0);
}
