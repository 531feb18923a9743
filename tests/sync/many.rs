//! One action on many records.

pub mod cut_off;
mod sent;
mod shown;

use std::collections::BTreeMap;

use uuid::Uuid;
use watchkeeper_core::Code;
use watchkeeper_core::features::queues;
use watchkeeper_core::features::queues::view::{
    ActManyAnswer, ActManyRequest, OperationWord, SelectRequest, SelectionView,
};
use watchkeeper_core::store::StoreError;

use crate::world::{World, pack, parcel, reason};

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

/// How many went with each request.
fn sent(world: &World) -> Vec<usize> {
    world.posted().iter().map(Vec::len).collect()
}

/// All are sent, and each has happened once.
pub async fn each_happens_once(world: &World, count: usize) {
    world.engine.sync_once().await.unwrap();
    world.platform.with(|state| {
        assert_eq!(state.effects.len(), count);
        assert!(state.effects.values().all(|effects| *effects == 1));
    });
    world.check().await;
}

/// A request of somebody that can be read, as the table has it.
const READABLE: &str = r#"{"id": "00000000-0000-7000-8000-000000000000", "version": 1, "kind": "parcel",
    "record": "r", "action": "a", "params": {}, "author": "somebody",
    "device": "00000000-0000-7000-8000-000000000000", "made_at": "2026-11-20T03:00:00Z",
    "base_revision": null, "not_after": null, "pack": "p", "lookups": {}}"#;

/// How many operations there are.
const OPERATIONS: &str = "SELECT count(*) FROM operation";

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
            state.execute(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9997)
                 INSERT INTO operation (id, lane, author, request, fingerprint, title, action,
                                        status, made_at)
                 SELECT 'x' || i, 'other/' || i, 'somebody',
                        ?1, 'f', 't', 'a', 'waiting', 0 FROM n",
                [READABLE],
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
