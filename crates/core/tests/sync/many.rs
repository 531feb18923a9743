//! One action on many records.

use std::collections::BTreeMap;

use uuid::Uuid;
use watchkeeper_core::Code;
use watchkeeper_core::features::queues::view::{
    ActManyAnswer, ActManyRequest, OperationWord, SelectRequest, SelectionView,
};
use watchkeeper_core::features::sync::view::OpenPart;
use watchkeeper_core::features::{queues, sync};
use watchkeeper_core::store::StoreError;
use watchkeeper_wire::operation::Batch;
use watchkeeper_wire::problem;

use crate::scripted::Reply;
use crate::world::{World, pack, parcel};

/// Parcels may be returned many at once, at most four; released too, where they came lately.
pub fn bulk(text: &str) -> String {
    text.replace(
        "    row: P-3\n",
        "    row: P-3\n    bulk: {row: P-8, cap: 4}\n",
    )
    .replace(
        "    key: a\n",
        "    key: a\n    bulk: {row: P-9, cap: 4, when: 'record.arrived_at > timestamp(\"2026-01-01T00:00:00Z\")', otherwise: too long ago}\n",
    )
    .replace("{id: open, label: Open,", "{id: open, label: Open, at_once: return,")
}

async fn world(parcels: u32) -> World {
    let world = World::new(parcels).await;
    world
        .platform
        .with(|state| state.pack = Some(pack(2, bulk)));
    world.engine.sync_once().await.unwrap();
    world
}

fn reason() -> BTreeMap<String, String> {
    BTreeMap::from([("reason".to_owned(), "\"wrong depot\"".to_owned())])
}

pub async fn select(world: &World, action: &str, ids: &[&str]) -> SelectionView {
    let request = SelectRequest {
        view: "parcels".into(),
        section: None,
        search: String::new(),
        chips: Vec::new(),
        ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        action: action.into(),
        params: BTreeMap::new(),
    };
    queues::select(&world.engine, request).await.unwrap()
}

pub fn request(selection: &SelectionView) -> ActManyRequest {
    ActManyRequest {
        batch: Uuid::now_v7().to_string(),
        kind: "parcel".into(),
        action: selection.action.clone(),
        params: reason(),
        typed: selection.typed.clone(),
        records: selection.allowed.clone(),
    }
}

pub async fn act(world: &World, request: &ActManyRequest) -> ActManyAnswer {
    queues::act_many(&world.engine, request.clone())
        .await
        .unwrap()
}

fn ids(selection: &SelectionView) -> Vec<&str> {
    selection
        .allowed
        .iter()
        .map(|one| one.id.as_str())
        .collect()
}

#[tokio::test]
async fn a_selection_has_what_is_allowed_in_the_views_order_up_to_the_cap() {
    let world = world(6).await;
    let selection = select(&world, "return", &[]).await;
    assert_eq!(ids(&selection), ["p6", "p5", "p4", "p3"], "oldest first");
    assert_eq!((selection.beyond, selection.cap), (2, 4));
    assert_eq!(selection.row, "P-8");
    assert_eq!(selection.typed, None);
    assert_eq!(selection.params[0].name, "reason");
    assert_eq!(selection.will, ["send it back"]);
    let page = world.page().await;
    assert_eq!(page.sections[0].at_once.as_deref(), Some("return"));
    assert_eq!(page.bulk.len(), 2);
}

#[tokio::test]
async fn what_takes_no_part_is_told_with_the_reason() {
    let world = world(3).await;
    world.platform.with(|state| {
        state.put("parcel", "late", parcel("N-late", 100));
    });
    world.engine.sync_once().await.unwrap();
    world.release("p2").await.unwrap();
    let selection = select(&world, "release", &["late", "p1", "p2", "gone"]).await;
    assert_eq!(ids(&selection), ["p1"]);
    assert_eq!(selection.typed.as_deref(), Some("1"), "their number");
    let denied: Vec<(&str, Option<&str>)> = selection
        .denied
        .iter()
        .map(|one| (one.id.as_str(), one.row.as_deref()))
        .collect();
    assert_eq!(
        denied,
        [("late", Some("P-1")), ("p2", None), ("gone", None)]
    );
    assert_eq!(selection.denied[1].detail, "This is under way already.");
}

#[tokio::test]
async fn what_the_pack_leaves_out_is_left_out_and_audited_as_a_refusal() {
    let world = world(1).await;
    world.platform.with(|state| {
        let mut old = parcel("N-old", 10);
        old["arrived_at"] = "2025-01-01T00:00:00Z".into();
        state.put("parcel", "old", old);
    });
    world.engine.sync_once().await.unwrap();
    let selection = select(&world, "release", &[]).await;
    assert_eq!(ids(&selection), ["p1"]);
    assert_eq!(
        (
            selection.denied[0].row.as_deref(),
            selection.denied[0].detail.as_str()
        ),
        (Some("P-9"), "too long ago")
    );
    // Whatever a window sends.
    let mut request = request(&selection);
    request.records[0].id = "old".into();
    let answer = act(&world, &request).await;
    assert_eq!(answer.queued, 0);
    assert_eq!(answer.failed[0].error.code, Code::PolicyDenied);
    let refused = "SELECT count(*) FROM audit WHERE event = 'denied'";
    assert_eq!(world.stated(refused).await, 1);
}

#[tokio::test]
async fn each_is_an_operation_with_its_entry_and_a_second_click_is_the_same() {
    let world = world(4).await;
    let request = request(&select(&world, "return", &[]).await);
    let (first, second) = tokio::join!(act(&world, &request), act(&world, &request));
    assert_eq!((first.queued, second.queued), (4, 4));
    assert!(first.failed.is_empty() && second.failed.is_empty());
    for table in ["operation", "overlay", "audit WHERE event = 'queued'"] {
        let sql: &'static str = Box::leak(format!("SELECT count(*) FROM {table}").into_boxed_str());
        assert_eq!(world.stated(sql).await, 4, "{table}");
    }
    let page = world.page().await;
    assert!(
        page.rows
            .iter()
            .all(|row| row.section == "on_the_way" && row.operation == Some(OperationWord::Queued))
    );
    world.engine.sync_once().await.unwrap();
    assert_eq!(
        act(&world, &request).await.queued,
        4,
        "also once they are done"
    );
    world.platform.with(|state| {
        assert_eq!(state.effects.len(), 4);
        assert!(state.effects.values().all(|effects| *effects == 1));
    });
    world.check().await;
}

#[tokio::test]
async fn what_could_not_be_queued_is_said_record_by_record() {
    let world = world(4).await;
    let mut request = request(&select(&world, "return", &[]).await);
    request.records[0].revision += 1;
    request.records[1].id = "nobody".into();
    request.records[1].title = "Parcel of nobody".into();
    let answer = act(&world, &request).await;
    assert_eq!(answer.queued, 2);
    let failed: Vec<(&str, Code)> = answer
        .failed
        .iter()
        .map(|one| (one.title.as_str(), one.error.code))
        .collect();
    assert_eq!(
        failed,
        [
            ("Parcel N-4 at North", Code::Stale),
            ("Parcel of nobody", Code::NotFound)
        ]
    );
    world.check().await;
}

#[tokio::test]
async fn too_many_or_unconfirmed_is_nothing_at_all() {
    let world = world(4).await;
    let selection = select(&world, "release", &[]).await;
    let mut unconfirmed = request(&selection);
    unconfirmed.params.clear();
    unconfirmed.typed = Some("3".into());
    let error = queues::act_many(&world.engine, unconfirmed.clone()).await;
    assert_eq!(error.unwrap_err().code, Code::ConfirmationMissing);
    let mut too_many = unconfirmed.clone();
    too_many.typed = Some("5".into());
    too_many.records.push(selection.allowed[0].clone());
    let error = queues::act_many(&world.engine, too_many).await;
    assert_eq!(error.unwrap_err().code, Code::NotNow);
    assert_eq!(world.stated("SELECT count(*) FROM operation").await, 0);
    let confirmed = ActManyRequest {
        typed: Some("4".into()),
        ..unconfirmed
    };
    assert_eq!(act(&world, &confirmed).await.queued, 4);
}

#[tokio::test]
async fn where_the_outbox_fills_up_the_rest_is_said_to_be_left() {
    let world = world(4).await;
    let state = &world.engine.stores().state;
    state
        .write(|state| {
            state.execute_batch(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9997)
                 INSERT INTO operation (id, lane, author, request, fingerprint, title, action,
                                        status, made_at)
                 SELECT 'x' || i, 'other/' || i, 'somebody',
                        '{\"id\":\"00000000-0000-7000-8000-000000000000\",\"version\":1,\"kind\":\"other\",
                          \"record\":\"r\",\"action\":\"a\",\"params\":{},
                          \"author\":\"somebody\",\"device\":\"00000000-0000-7000-8000-000000000000\",
                          \"made_at\":\"2026-11-20T03:00:00Z\",\"base_revision\":null,\"not_after\":null,
                          \"pack\":\"p\",\"lookups\":{}}',
                        'f', 't', 'a', 'waiting', 0 FROM n",
            )?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    let request = request(&select(&world, "return", &[]).await);
    let answer = act(&world, &request).await;
    assert_eq!(answer.queued, 3);
    assert_eq!(answer.failed[0].error.code, Code::OutboxFull);
    assert_eq!(answer.failed[0].id, "p1");
}

/// Parcels may be returned a thousand at once.
pub async fn large(parcels: u32) -> (World, ActManyRequest) {
    let world = World::new(parcels).await;
    let pack = pack(2, |text| bulk(text).replace("cap: 4", "cap: 1000"));
    world.platform.with(|state| state.pack = Some(pack));
    world.engine.sync_once().await.unwrap();
    let request = request(&select(&world, "return", &[]).await);
    assert_eq!(request.records.len(), parcels as usize);
    (world, request)
}

fn sent(world: &World) -> Vec<usize> {
    world.platform.with(|state| {
        let asked = state.asked("/v1/operations").into_iter();
        asked
            .filter(|request| request.method == "POST")
            .map(|request| {
                let batch: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
                batch["operations"].as_array().unwrap().len()
            })
            .collect()
    })
}

#[tokio::test]
async fn plain_changes_share_a_request_and_what_moves_money_goes_alone() {
    let (world, many) = large(130).await;
    assert_eq!(act(&world, &many).await.queued, 130);
    world.engine.sync_once().await.unwrap();
    assert_eq!(sent(&world), [100, 30]);
    world
        .platform
        .with(|state| assert!(state.effects.values().all(|effects| *effects == 1)));
    assert_eq!(world.status().await.settled.len(), 20);
    let done = "SELECT count(*) FROM operation WHERE status = 'confirmed'";
    assert_eq!(world.stated(done).await, 130);
    world.check().await;

    let (world, _) = large(2).await;
    let mut many = request(&select(&world, "release", &[]).await);
    many.params.clear();
    assert_eq!(act(&world, &many).await.queued, 2);
    world.engine.sync_once().await.unwrap();
    assert_eq!(sent(&world), [1, 1]);
}

#[tokio::test]
async fn fault_43_one_that_is_not_understood_among_many_is_held_alone() {
    let (world, many) = large(20).await;
    act(&world, &many).await;
    world.platform.behave(|request, _| {
        let text = String::from_utf8_lossy(&request.body);
        let poisoned = request.path == "/v1/operations" && text.contains("\"record\":\"p7\"");
        poisoned.then(|| Reply::problem(problem::Code::BodyInvalid))
    });
    world.engine.sync_once().await.unwrap();
    let status = world.status().await;
    let held: Vec<&str> = status.held.iter().map(|one| one.record.as_str()).collect();
    assert_eq!(held, ["p7"]);
    assert!(status.waiting.is_empty() && status.under_way.is_empty());
    world.platform.with(|state| {
        assert_eq!(state.effects.len(), 19);
        assert!(state.effects.values().all(|effects| *effects == 1));
    });
    world.check().await;
}

#[tokio::test]
async fn fault_43_one_over_which_the_platform_fails_spoils_the_others_once_at_most() {
    let (world, many) = large(5).await;
    act(&world, &many).await;
    world.platform.behave(|request, _| {
        let text = String::from_utf8_lossy(&request.body);
        let poisoned = request.path == "/v1/operations" && text.contains("\"record\":\"p3\"");
        poisoned.then_some(Reply::Nothing)
    });
    world.engine.sync_once().await.unwrap();
    // Nobody knows of any of them; what is read back and unknown goes out by itself.
    for _ in 0..2 {
        sync::pull_now(&world.engine).await.unwrap();
        world.engine.sync_once().await.unwrap();
    }
    let status = world.status().await;
    let left: Vec<&str> = status
        .waiting
        .iter()
        .map(|one| one.record.as_str())
        .collect();
    assert_eq!(left, ["p3"]);
    let done = "SELECT count(*) FROM operation WHERE status = 'confirmed'";
    assert_eq!(world.stated(done).await, 4);
}

#[tokio::test]
async fn fault_21_the_lost_answer_of_many_is_read_back_and_each_has_one_effect() {
    let (world, many) = large(12).await;
    act(&world, &many).await;
    world.platform.behave(|request, state| {
        if request.method != "POST" || request.path != "/v1/operations" {
            return None;
        }
        let batch: Batch = serde_json::from_slice(&request.body).unwrap();
        for operation in &batch.operations {
            state.decide(operation);
        }
        Some(Reply::Nothing)
    });
    world.engine.sync_once().await.unwrap();
    let words: Vec<OperationWord> = world
        .status()
        .await
        .waiting
        .iter()
        .map(|one| one.word)
        .collect();
    assert_eq!(words, [OperationWord::Unknown; 12]);
    world.platform.behave_well();
    sync::pull_now(&world.engine).await.unwrap();
    world.engine.sync_once().await.unwrap();
    assert_eq!(sent(&world).len(), 1, "nothing is sent again");
    world.platform.with(|state| {
        assert_eq!(state.effects.len(), 12);
        assert!(state.effects.values().all(|effects| *effects == 1));
    });
    world.check().await;
}

#[tokio::test]
async fn how_far_many_are_is_told_until_all_of_them_are_settled() {
    let world = world(6).await;
    world.release("p1").await.unwrap();
    assert!(world.status().await.batches.is_empty(), "one is not many");
    let asked = request(&select(&world, "return", &[]).await);
    act(&world, &asked).await;
    // Again is the same operations.
    act(&world, &asked).await;
    let batches = world.status().await.batches;
    assert_eq!(batches.len(), 1);
    let batch = &batches[0];
    assert!(asked.batch.starts_with(&batch.id), "{batch:?}");
    assert_eq!(
        (batch.action.as_str(), batch.count, batch.waiting),
        ("Return", 4, 4)
    );
    assert_eq!((batch.under_way, batch.held, batch.confirmed), (0, 0, 0));
    world.engine.sync_once().await.unwrap();
    let status = world.status().await;
    assert!(status.waiting.is_empty() && status.batches.is_empty());
}

#[tokio::test]
async fn who_has_to_agree_and_until_when_is_said_before_many_are_done() {
    let world = World::new(3).await;
    world.platform.with(|state| {
        // The third alone is a large one.
        let mut large = parcel("N-3", 3);
        large["fee"]["minor"] = serde_json::json!(9_000);
        state.put("parcel", "p3", large);
        state.pack = Some(pack(2, |text| {
            let end = "    not_after: record.due_at\n";
            let asks = "    approvals:\n      - {id: P-9, title: Large ones, when: record.fee.minor > 5000, \
                        found: a fee, role: lead}\n";
            bulk(text).replace(end, &format!("{asks}{end}"))
        }));
    });
    world.engine.sync_once().await.unwrap();
    let all = select(&world, "release", &["p1", "p2", "p3"]).await;
    assert_eq!(all.allowed.len(), 3);
    assert_eq!((all.asking, all.asks.len()), (1, 1));
    assert_eq!(all.asks[0].row, "P-9");
    assert!(all.mails.is_empty());
    // The oldest is the first that cannot be done any more.
    let oldest = select(&world, "release", &["p3"]).await;
    assert!(all.not_after.is_some());
    assert_eq!(all.not_after, oldest.not_after);
    let small = select(&world, "release", &["p1", "p2"]).await;
    assert_eq!((small.asking, small.asks.len()), (0, 0));
    assert_ne!(small.not_after, all.not_after);
    let any_time = select(&world, "return", &["p1"]).await;
    assert_eq!(any_time.not_after, None);
}

/// So many operations of somebody that stand so. Of what is not shown nothing is read: it could not be.
async fn planted(world: &World, status: &'static str, readable: u32, unreadable: u32) {
    let state = &world.engine.stores().state;
    state
        .write(move |state| {
            for at in 0..readable + unreadable {
                let request = match at < readable {
                    true => {
                        "{\"id\":\"00000000-0000-7000-8000-000000000000\",\"version\":1,\"kind\":\"parcel\",
                          \"record\":\"r\",\"action\":\"a\",\"params\":{},
                          \"author\":\"somebody\",\"device\":\"00000000-0000-7000-8000-000000000000\",
                          \"made_at\":\"2026-11-20T03:00:00Z\",\"base_revision\":null,\"not_after\":null,
                          \"pack\":\"p\",\"lookups\":{}}"
                    }
                    false => "no operation",
                };
                let id = Uuid::now_v7().to_string();
                state.execute(
                    "INSERT INTO operation (id, lane, author, request, fingerprint, title, action,
                                            status, hold, made_at)
                     VALUES (?1, 'other/' || ?1, 'somebody', ?2, 'f', ?3, 'a', ?4,
                             iif(?4 = 'held', 'refused', NULL), 0)",
                    (id, request, format!("{status} {at}"), status),
                )?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn of_a_thousand_that_wait_the_first_hundred_are_read_and_all_are_counted() {
    let world = world(1).await;
    planted(&world, "waiting", 100, 900).await;
    planted(&world, "held", 100, 20).await;
    planted(&world, "unknown", 2, 0).await;
    planted(&world, "accepted", 98, 30).await;
    let status = world.status().await;
    let open = status.open;
    assert_eq!(
        (open.waiting, open.held, open.unknown, open.sent),
        (1_000, 120, 2, 128)
    );
    let shown = (
        status.waiting.len(),
        status.held.len(),
        status.under_way.len(),
    );
    assert_eq!(shown, (100, 100, 100));
    assert_eq!(status.waiting[99].title, "waiting 99");
    assert_eq!(status.under_way[1].word, OperationWord::Unknown);
    assert_eq!(status.under_way[2].word, OperationWord::Sent);
}

#[tokio::test]
async fn what_follows_the_first_hundred_is_read_page_by_page_and_what_is_in_doubt_comes_first() {
    let world = world(1).await;
    planted(&world, "waiting", 230, 0).await;
    planted(&world, "in_flight", 1, 0).await;
    let state = &world.engine.stores().state;
    let doubt = "UPDATE operation SET not_before = 1 WHERE status = 'in_flight'";
    state
        .write(move |state| Ok::<_, StoreError>(state.execute(doubt, [])?))
        .await
        .unwrap();
    let status = world.status().await;
    assert_eq!(status.open.waiting, 231);
    assert_eq!(status.waiting[0].word, OperationWord::Unknown);
    let mut titles: Vec<String> = status.waiting.into_iter().map(|one| one.title).collect();
    for (behind, count) in [(100, 100), (200, 31), (300, 0)] {
        let page = sync::more(&world.engine, OpenPart::Waiting, behind).await;
        let page = page.unwrap();
        assert_eq!(page.len(), count, "behind {behind}");
        titles.extend(page.into_iter().map(|one| one.title));
    }
    let wanted = (0..230).map(|at| format!("waiting {at}"));
    assert!(titles[1..].iter().cloned().eq(wanted), "{titles:?}");
}

/// From here on the disk takes no more than so many operations.
pub async fn takes_no_more_than(world: &World, operations: u32) {
    let state = &world.engine.stores().state;
    let trigger = format!(
        "CREATE TRIGGER no_more BEFORE INSERT ON operation
         WHEN (SELECT count(*) FROM operation) >= {operations}
         BEGIN SELECT RAISE(ABORT, 'no more'); END"
    );
    state
        .write(move |state| Ok::<_, StoreError>(state.execute_batch(&trigger)?))
        .await
        .unwrap();
}

pub async fn takes_all_again(world: &World) {
    let state = &world.engine.stores().state;
    state
        .write(|state| Ok::<_, StoreError>(state.execute_batch("DROP TRIGGER no_more")?))
        .await
        .unwrap();
}

const OPERATIONS: &str = "SELECT count(*) FROM operation";

/// All are sent, and each has happened once.
pub async fn each_happens_once(world: &World, count: usize) {
    world.engine.sync_once().await.unwrap();
    world.platform.with(|state| {
        assert_eq!(state.effects.len(), count);
        assert!(state.effects.values().all(|effects| *effects == 1));
    });
    world.check().await;
}

#[tokio::test]
async fn a_thousand_are_queued_and_go_out_in_ten_requests() {
    let (world, many) = large(1_000).await;
    let answer = act(&world, &many).await;
    assert_eq!((answer.queued, answer.left), (1_000, 0));
    assert!(answer.failed.is_empty());
    let status = world.status().await;
    assert_eq!((status.open.waiting, status.waiting.len()), (1_000, 100));
    assert_eq!(status.batches[0].count, 1_000);
    assert!(status.unfinished.is_empty(), "nothing is left of it");
    each_happens_once(&world, 1_000).await;
    assert_eq!(sent(&world), [100; 10]);
}

#[tokio::test]
async fn fault_02_what_was_cut_off_is_told_after_the_start_and_gone_on_with_and_nothing_twice() {
    let (mut world, mut many) = large(250).await;
    // One that is not queued is told with the rest, however long that takes.
    many.records[0].revision += 1;
    takes_no_more_than(&world, 199).await;
    let answer = act(&world, &many).await;
    assert_eq!((answer.queued, answer.failed.len()), (199, 51));
    takes_all_again(&world).await;
    world.restart().await;
    let status = world.status().await;
    let [cut] = status.unfinished.as_slice() else {
        panic!("{:?}", status.unfinished);
    };
    assert_eq!(
        (cut.id.as_str(), cut.action.as_str()),
        (many.batch.as_str(), "Return")
    );
    assert_eq!(
        (cut.count, cut.queued, cut.failed, cut.left),
        (250, 199, 1, 50)
    );
    assert!(!cut.runs);
    let answer = queues::resume_batch(&world.engine, &cut.id).await.unwrap();
    assert_eq!((answer.queued, answer.left), (249, 0));
    let failed: Vec<(&str, Code)> = answer
        .failed
        .iter()
        .map(|one| (one.id.as_str(), one.error.code))
        .collect();
    assert_eq!(failed, [(many.records[0].id.as_str(), Code::Stale)]);
    assert!(world.status().await.unfinished.is_empty());
    let again = queues::resume_batch(&world.engine, &cut.id).await;
    assert_eq!(again.unwrap_err().code, Code::NotFound, "it is over");
    assert_eq!(world.stated(OPERATIONS).await, 249);
    each_happens_once(&world, 249).await;
}

#[tokio::test]
async fn fault_02_an_app_that_ends_while_many_are_queued_forgets_none_of_them() {
    let (mut world, many) = large(600).await;
    let engine = std::sync::Arc::clone(&world.engine);
    let some = async { while world.stated(OPERATIONS).await < 100 {} };
    tokio::select! {
        () = some => {}
        answer = queues::act_many(&engine, many.clone()) => panic!("it came to its end: {answer:?}"),
    }
    drop(engine);
    world.restart().await;
    let cut = world.status().await.unfinished.remove(0);
    assert_eq!(cut.queued + cut.left, 600);
    assert_eq!(i64::from(cut.queued), world.stated(OPERATIONS).await);
    assert!(cut.left > 0 && !cut.runs);
    let answer = queues::resume_batch(&world.engine, &many.batch)
        .await
        .unwrap();
    assert_eq!((answer.queued, answer.left), (600, 0));
    each_happens_once(&world, 600).await;
}

#[tokio::test]
async fn what_was_cut_off_can_be_left_and_what_is_queued_stays() {
    let (mut world, many) = large(150).await;
    takes_no_more_than(&world, 100).await;
    act(&world, &many).await;
    takes_all_again(&world).await;
    world.restart().await;
    for _ in 0..2 {
        queues::leave_batch(&world.engine, &many.batch)
            .await
            .unwrap();
        assert!(world.status().await.unfinished.is_empty());
    }
    let gone = queues::resume_batch(&world.engine, &many.batch).await;
    assert_eq!(gone.unwrap_err().code, Code::NotFound);
    each_happens_once(&world, 100).await;
}

#[tokio::test]
async fn many_can_be_stopped_before_the_rest_is_queued_and_the_window_reads_meanwhile() {
    let (world, many) = large(600).await;
    let stop = async {
        while world.stated(OPERATIONS).await < 100 {}
        let status = world.status().await;
        let running = status.unfinished.first().cloned();
        queues::leave_batch(&world.engine, &many.batch)
            .await
            .unwrap();
        running
    };
    let (answer, running) = tokio::join!(act(&world, &many), stop);
    let running = running.expect("it is shown while it is queued");
    assert!(running.runs && running.left > 0, "{running:?}");
    assert_eq!(answer.queued + answer.left, 600);
    assert!(answer.left > 0 && answer.failed.is_empty(), "{answer:?}");
    let status = world.status().await;
    assert!(status.unfinished.is_empty());
    assert_eq!(status.open.waiting, answer.queued);
    each_happens_once(&world, answer.queued as usize).await;
}

#[tokio::test]
async fn what_fits_one_transaction_is_queued_wholly_or_not_at_all() {
    let (mut world, many) = large(60).await;
    takes_no_more_than(&world, 30).await;
    let answer = act(&world, &many).await;
    assert_eq!((answer.queued, answer.failed.len()), (0, 60));
    takes_all_again(&world).await;
    world.restart().await;
    assert_eq!(world.stated(OPERATIONS).await, 0);
    assert!(world.status().await.unfinished.is_empty());
    assert_eq!(act(&world, &many).await.queued, 60);
}
