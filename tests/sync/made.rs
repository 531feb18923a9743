//! What an action makes is there before the platform has said so: shown as ours, counted, and never twice.

use serde_json::{Map, json};
use watchkeeper_core::Code;
use watchkeeper_core::features::queues::view::{OperationView, OperationWord, RowView, Standing};
use watchkeeper_core::features::{queues, search, sync};
use watchkeeper_model::plan::Create;
use watchkeeper_wire::operation::{Batch, VerdictWord};

use crate::order::{held, sent};
use crate::world::{World, pack, parcel};

/// Another parcel can be split off one, unless two that arrived later wait already.
fn split(text: &str) -> String {
    text.replace(
        "  waiting_here:\n",
        "  later_here:\n    kind: parcel\n    \
         where: {arrived_at: {gt: {expr: record.arrived_at}}, state: waiting}\n    answer: count\n  \
         waiting_here:\n",
    )
    .replace(
        "    will: ['send it back']\n",
        "    will: ['send it back']\n  split:\n    label: Split\n    row: P-8\n    from: [waiting]\n    \
         any_revision: true\n    policy:\n      - id: P-9\n        title: Not too many\n        \
         when: lookups.later_here < 2\n        otherwise: parcel.many\n        \
         found: '{{ lookups.later_here }} arrived later'\n        \
         refusal: Two that arrived later wait already.\n        override: never\n    nature: change\n    \
         effects:\n      - create:\n          kind: parcel\n          set: {number: 'record.number + \"-b\"', \
         depot: record.depot, fee: record.fee, arrived_at: now, state: '\"waiting\"'}\n    \
         will: ['split one off']\n",
    )
}

/// Two parcels, the first of which arrived later, and a platform that makes what is split off.
async fn world() -> World {
    let mut world = World::new(2).await;
    world
        .platform
        .with(|state| state.pack = Some(pack(2, split)));
    world.restart().await;
    world.engine.sync_once().await.unwrap();
    world.platform.behave(|request, state| {
        let posts = request.path == "/v1/operations" && request.method == "POST";
        if posts && state.words.front() != Some(&VerdictWord::Refused) {
            let batch: Batch = serde_json::from_slice(&request.body).unwrap();
            for operation in batch.operations {
                if operation.action == "split" && !state.operations.contains_key(&operation.id) {
                    let id = made().id(operation.id, 0);
                    state.put("parcel", &id, parcel("N-1-b", 0));
                }
            }
        }
        None
    });
    world
}

fn made() -> Create {
    Create {
        kind: "parcel".into(),
        body: Map::new(),
    }
}

/// The id of what an operation splits off.
fn id_of(operation: &OperationView) -> String {
    made().id(operation.id.parse().unwrap(), 0)
}

/// The rows that show a record.
async fn rows(world: &World, id: &str) -> Vec<RowView> {
    let rows = world.page().await.rows;
    rows.into_iter().filter(|row| row.id == id).collect()
}

async fn is_nowhere(world: &World, id: &str) {
    assert_eq!(world.page().await.total, 2);
    assert_eq!(rows(world, id).await.len(), 0);
    let gone = queues::record(&world.engine, "parcel", id).await;
    assert_eq!(gone.unwrap_err().code, Code::NotFound);
    let hits = search::search(&world.engine, "parcel north").await.unwrap();
    assert!(hits.iter().all(|hit| hit.id != id), "{hits:?}");
}

#[tokio::test]
async fn it_is_shown_as_ours_and_counted_and_becomes_the_platforms_record() {
    let world = world().await;
    let queued = world.act("split", "p1", None).await.unwrap();
    let id = id_of(&queued);
    let page = world.page().await;
    assert_eq!((page.total, page.rows.len()), (3, 3));
    let [row]: [RowView; 1] = rows(&world, &id).await.try_into().unwrap();
    assert_eq!(row.title, "Parcel N-1-b at North");
    assert_eq!(row.section, "on_the_way");
    assert_eq!(row.operation, Some(OperationWord::Queued));
    let record = world.record(&id).await;
    assert_eq!((record.revision, record.as_seen), (0, false));
    assert_eq!(record.operations[0].id, queued.id);
    let hits = search::search(&world.engine, "parcel north").await.unwrap();
    assert!(hits.iter().any(|hit| hit.id == id), "{hits:?}");
    // What is looked up finds it.
    let many = world.act("split", "p2", None).await.unwrap_err();
    assert_eq!(
        (many.code, many.row.as_deref()),
        (Code::PolicyDenied, Some("P-9"))
    );
    for _ in 0..2 {
        world.engine.sync_once().await.unwrap();
        assert_eq!(world.page().await.total, 3);
        assert_eq!(rows(&world, &id).await.len(), 1);
    }
    let [row]: [RowView; 1] = rows(&world, &id).await.try_into().unwrap();
    assert_eq!((row.section.as_str(), row.operation), ("open", None));
    let record = world.record(&id).await;
    assert_eq!((record.revision, record.operations.len()), (1, 0));
    assert_eq!(world.stated("SELECT count(*) FROM overlay").await, 0);
    world.check().await;
}

#[tokio::test]
async fn what_is_refused_or_given_up_made_nothing() {
    for refused in [false, true] {
        let world = world().await;
        let queued = world.act("split", "p1", None).await.unwrap();
        let id = id_of(&queued);
        assert_eq!(rows(&world, &id).await.len(), 1);
        if refused {
            world
                .platform
                .with(|state| state.words.push_back(VerdictWord::Refused));
            world.engine.sync_once().await.unwrap();
            assert_eq!(held(&world).await, [Standing::HeldRefused]);
            is_nowhere(&world, &id).await;
        }
        // Nor does it count any more.
        sync::discard(&world.engine, &queued.id).await.unwrap();
        is_nowhere(&world, &id).await;
        world.act("split", "p2", None).await.unwrap();
        world.check().await;
    }
}

#[tokio::test]
async fn what_is_to_be_done_to_it_waits_until_it_is_made() {
    let world = world().await;
    let queued = world.act("split", "p1", None).await.unwrap();
    let id = id_of(&queued);
    let then = world.act("return", &id, None).await.unwrap();
    assert_eq!(then.waits_for.unwrap().id, queued.id);
    for _ in 0..2 {
        world.engine.sync_once().await.unwrap();
    }
    let wanted = [("split".to_owned(), None), ("return".to_owned(), Some(1))];
    assert_eq!(sent(&world), wanted);
    assert_eq!((world.effects(), held(&world).await), (2, vec![]));
    assert_eq!(world.record(&id).await.revision, 2);
    world.check().await;
}

#[tokio::test]
async fn what_was_to_be_done_to_it_is_held_where_it_is_never_made() {
    let world = world().await;
    let queued = world.act("split", "p1", None).await.unwrap();
    let id = id_of(&queued);
    world.act("return", &id, None).await.unwrap();
    world
        .platform
        .with(|state| state.words.push_back(VerdictWord::Refused));
    world.engine.sync_once().await.unwrap();
    is_nowhere(&world, &id).await;
    sync::discard(&world.engine, &queued.id).await.unwrap();
    is_nowhere(&world, &id).await;
    for _ in 0..2 {
        world.engine.sync_once().await.unwrap();
    }
    assert_eq!(held(&world).await, [Standing::HeldConflict]);
    assert_eq!(world.effects(), 0);
    is_nowhere(&world, &id).await;
    world.check().await;
}

#[tokio::test]
async fn what_it_refers_to_and_is_erased_is_not_in_its_name_any_more() {
    const NAMED: &str = "SELECT count(*) FROM overlay WHERE seen LIKE '%North%'";
    let world = world().await;
    world.act("split", "p1", None).await.unwrap();
    assert_eq!(world.stated(NAMED).await, 2);
    world
        .platform
        .with(|state| state.words.push_back(VerdictWord::Refused));
    world.engine.sync_once().await.unwrap();
    assert_eq!(held(&world).await, [Standing::HeldRefused]);
    let gone = json!({"name": "erased", "_erased": ["name"]});
    world.platform.with(|state| state.put("depot", "d1", gone));
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.stated(NAMED).await, 0);
    world.check().await;
}

#[tokio::test]
async fn what_is_gone_again_is_not_on_its_way_while_the_operation_is_under_way() {
    let world = world().await;
    let queued = world.act("split", "p1", None).await.unwrap();
    let id = id_of(&queued);
    world
        .platform
        .with(|state| state.words.push_back(VerdictWord::Accepted));
    world.engine.sync_once().await.unwrap();
    assert_eq!(rows(&world, &id).await.len(), 1);
    world.platform.with(|state| state.remove("parcel", &id));
    for _ in 0..2 {
        world.engine.sync_once().await.unwrap();
    }
    is_nowhere(&world, &id).await;
    assert_eq!(world.status().await.under_way.len(), 1);
    world.check().await;
}
