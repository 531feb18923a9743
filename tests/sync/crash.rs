//! A. Crashes: what was committed is there, and nothing happens twice.

use watchkeeper_core::features::queues;
use watchkeeper_core::features::queues::view::{OperationWord, Standing};
use watchkeeper_core::store::StoreError;
use watchkeeper_wire::operation::{Batch, Operation, VerdictWord};
use watchkeeper_wire::problem::Code;

use crate::scripted::Reply;
use crate::world::World;

/// The platform carries it out and the answer is lost.
pub fn lose_answers(world: &World) {
    carry_out_and_answer(world, Reply::Nothing);
}

/// The platform carries it out and answers something else.
fn carry_out_and_answer(world: &World, reply: Reply) {
    world.platform.behave(move |request, state| {
        if request.path != "/v1/operations" {
            return None;
        }
        let batch: Batch = serde_json::from_slice(&request.body).unwrap();
        for operation in &batch.operations {
            state.decide(operation);
        }
        Some(reply.clone())
    });
}

#[tokio::test]
async fn fault_01_a_lost_answer_is_read_back_and_the_effect_happens_once() {
    let mut world = World::synced(1).await;
    let queued = world.release("p1").await.unwrap();
    lose_answers(&world);
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.status().await.waiting[0].standing, Standing::InFlight);
    assert_eq!(world.status().await.waiting[0].word, OperationWord::Unknown);
    world.platform.behave_well();
    world.restart().await;
    assert_eq!(world.status().await.waiting[0].word, OperationWord::Unknown);
    let sent = world
        .platform
        .with(|state| state.asked("/v1/operations").len());
    world.engine.sync_once().await.unwrap();
    let asked = world.platform.with(|state| state.asked("/v1/operations"));
    assert_eq!(
        asked[sent].method, "GET",
        "read back before anything is sent"
    );
    assert!(asked[sent..].iter().all(|request| request.method == "GET"));
    assert_eq!(world.status().await.settled[0].id, queued.id);
    world
        .platform
        .with(|state| assert_eq!(state.effects.values().sum::<u32>(), 1));
    world.check().await;
}

#[tokio::test]
async fn fault_01_what_never_arrived_is_sent_again_under_the_same_id() {
    let mut world = World::synced(1).await;
    let queued = world.release("p1").await.unwrap();
    lose_request(&world).await;
    world.restart().await;
    world.engine.sync_once().await.unwrap();
    let settled = world.status().await.settled;
    assert_eq!(
        (settled[0].id.as_str(), settled[0].attempts),
        (queued.id.as_str(), 2)
    );
    world
        .platform
        .with(|state| assert_eq!(state.effects.values().sum::<u32>(), 1));
}

#[tokio::test]
async fn fault_02_what_was_committed_before_a_kill_is_there_and_not_entered_twice() {
    let mut world = World::synced(1).await;
    let request = world.release_request("p1").await;
    // The answer to the window is lost with the process: nobody looks at it.
    drop(queues::act(&world.engine, request.clone()).await);
    world.restart().await;
    assert_eq!(world.status().await.waiting.len(), 1);
    assert_eq!(
        world.page().await.rows[0].operation,
        Some(OperationWord::Queued)
    );
    let again = queues::act(&world.engine, request).await.unwrap();
    assert_eq!(again.word, OperationWord::Queued);
    assert_eq!(world.stated("SELECT count(*) FROM operation").await, 1);
    world.engine.sync_once().await.unwrap();
    world
        .platform
        .with(|state| assert_eq!(state.effects.len(), 1));
    world.check().await;
}

#[tokio::test]
async fn fault_03_of_a_page_that_broke_off_neither_rows_nor_cursor_stay() {
    let mut world = World::new(5).await;
    world.platform.behave(|request, state| {
        let is_feed = request.path == "/v1/changes";
        let whole = is_feed.then(|| state.whole_page(request))?;
        let half = whole[..whole.len() / 2].to_vec();
        Some(Reply::Broken("application/x-ndjson", half))
    });
    world.engine.sync_once().await.unwrap_err();
    assert_eq!(world.cached("SELECT count(*) FROM record").await, 0);
    assert_eq!(
        world
            .cached("SELECT count(*) FROM feed WHERE cursor IS NULL")
            .await,
        1
    );
    world.platform.behave_well();
    world.restart().await;
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.cached("SELECT count(*) FROM record").await, 6);
    world.check().await;
}

#[tokio::test]
async fn a_snapshot_goes_on_where_it_stopped() {
    let mut world = World::new(9).await;
    world.platform.with(|state| state.page = 4);
    let mut pages = 0;
    world.platform.behave(move |request, _| {
        pages += u32::from(request.path == "/v1/changes");
        (request.path == "/v1/changes" && pages == 2).then_some(Reply::Nothing)
    });
    world.engine.sync_once().await.unwrap_err();
    assert_eq!(world.cached("SELECT count(*) FROM record").await, 4);
    world.restart().await;
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.cached("SELECT count(*) FROM record").await, 10);
    let begun = world.platform.with(|state| {
        let asked = state.asked("/v1/changes");
        asked
            .iter()
            .filter(|r| !r.query.contains_key("cursor"))
            .count()
    });
    assert_eq!(begun, 1);
    world.check().await;
}

#[tokio::test]
async fn a_platform_that_gives_up_may_have_done_it_so_nothing_lapses_before_it_is_read_back() {
    let world = World::synced(1).await;
    let queued = world.release("p1").await.unwrap();
    let Reply::Full(status, mut headers, body) = Reply::problem(Code::Unavailable) else {
        panic!("a problem is whole")
    };
    headers.push(("retry-after", "1".into()));
    carry_out_and_answer(&world, Reply::Full(status, headers, body));
    world.engine.sync_once().await.unwrap_err();
    world.platform.behave_well();
    let_time_pass(&world).await;
    world.engine.sync_once().await.unwrap();
    let status = world.status().await;
    assert!(status.held.is_empty(), "{:?}", status.held);
    assert_eq!(status.settled[0].id, queued.id);
    assert_eq!(status.settled[0].word, OperationWord::Confirmed);
}

/// What waits is sent and never arrives. Answers the request that is still on its way.
async fn lose_request(world: &World) -> Batch {
    world.platform.never_answers("/v1/operations");
    world.engine.sync_once().await.unwrap();
    world.platform.behave_well();
    world.platform.with(|state| {
        let sent = state.asked("/v1/operations");
        let posted = sent.iter().rfind(|request| request.method == "POST");
        serde_json::from_slice(&posted.unwrap().body).unwrap()
    })
}

/// Back-off and not-after of all that waits have passed.
async fn let_time_pass(world: &World) {
    let state = &world.engine.stores().state;
    state
        .write(|state| {
            state.execute(
                "UPDATE operation SET not_after = made_at - 1, not_before = 1",
                [],
            )?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

/// Sends a release of which no trace is found, and lets its time pass. Answers the request, that is
/// still on its way.
async fn lapse_after_a_try(world: &World, record: &str) -> Batch {
    world.release(record).await.unwrap();
    let late = lose_request(world).await;
    let_time_pass(world).await;
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.status().await.held[0].standing, Standing::HeldLapsed);
    late
}

/// The same, given up by the operator.
async fn give_up_after_a_try(world: &World, record: &str) -> Operation {
    let late = lapse_after_a_try(world, record).await;
    let operation = late.operations.into_iter().next().unwrap();
    let id = operation.id.to_string();
    watchkeeper_core::features::sync::discard(&world.engine, &id)
        .await
        .unwrap();
    operation
}

/// The feed has forgotten all lines of before.
fn forget_the_feed(world: &World) {
    let mut gone = false;
    world.platform.behave(move |request, _| {
        let is_feed = request.path == "/v1/changes" && request.query.contains_key("cursor");
        if !is_feed || gone {
            return None;
        }
        gone = true;
        Some(Reply::problem(Code::CursorGone))
    });
}

#[tokio::test]
async fn what_lapsed_here_and_arrived_late_is_read_back_where_the_feed_forgot_its_verdict() {
    let world = World::synced(1).await;
    let late = lapse_after_a_try(&world, "p1").await;
    world.platform.with(|state| {
        state.put("parcel", "p1", crate::world::parcel("N-1", 1));
        state.decide(&late.operations[0]);
    });
    forget_the_feed(&world);
    world.engine.sync_once().await.unwrap();
    let status = world.status().await;
    assert_eq!(status.held[0].standing, Standing::HeldConflict);
    // Once, and not in each turn from now on.
    let read_back = |world: &World| {
        world
            .platform
            .with(|state| state.asked("/v1/operations/").len())
    };
    let asked = read_back(&world);
    world.engine.sync_once().await.unwrap();
    assert_eq!(read_back(&world), asked);
}

#[tokio::test]
async fn what_was_given_up_and_arrived_late_is_shown_as_done() {
    for forgotten in [false, true] {
        let world = World::synced(1).await;
        let late = give_up_after_a_try(&world, "p1").await;
        let id = late.id;
        world.platform.with(|state| {
            let verdict = state.decide(&late);
            state.seq += 1;
            if !forgotten {
                state.verdicts.insert(state.seq, verdict);
            }
        });
        if forgotten {
            forget_the_feed(&world);
        }
        world.engine.sync_once().await.unwrap();
        let status = world.status().await;
        assert_eq!(status.settled[0].id, id.to_string());
        assert_eq!(status.settled[0].word, OperationWord::Confirmed);
        assert_eq!(
            status.settled[0].reason.as_ref().unwrap().code,
            "platform.overruled"
        );
    }
}

#[tokio::test]
async fn what_was_given_up_and_arrived_late_is_shown_as_under_way_until_it_has_ended() {
    for end in [VerdictWord::Confirmed, VerdictWord::Refused] {
        let world = World::synced(1).await;
        let late = give_up_after_a_try(&world, "p1").await;
        let id = late.id;
        world.platform.with(|state| {
            state.words.push_back(VerdictWord::Accepted);
            let verdict = state.decide(&late);
            state.seq += 1;
            state.verdicts.insert(state.seq, verdict);
        });
        world.engine.sync_once().await.unwrap();
        let status = world.status().await;
        assert!(status.settled.is_empty(), "{:?}", status.settled);
        assert_eq!(status.under_way[0].id, id.to_string());
        assert_eq!(status.under_way[0].word, OperationWord::Sent);
        assert_eq!(
            status.under_way[0].reason.as_ref().unwrap().code,
            "platform.overruled"
        );
        world
            .platform
            .with(|state| state.operations.get_mut(&id).unwrap().word = end);
        world.engine.sync_once().await.unwrap();
        let status = world.status().await;
        let ended = match end {
            VerdictWord::Confirmed => &status.settled[0],
            _ => &status.held[0],
        };
        assert_eq!(ended.id, id.to_string());
        assert!(status.under_way.is_empty());
    }
}

#[tokio::test]
async fn what_waits_for_another_try_is_read_back_too_where_the_feed_forgot_its_verdict() {
    let world = World::synced(1).await;
    let queued = world.release("p1").await.unwrap();
    let late = lose_request(&world).await;
    // No trace of it was found, and its next try is put off.
    let state = &world.engine.stores().state;
    state
        .write(|state| {
            state.execute(
                "UPDATE operation SET status = 'waiting', not_before = made_at + 600000",
                [],
            )?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    world
        .platform
        .with(|state| drop(state.decide(&late.operations[0])));
    forget_the_feed(&world);
    world.engine.sync_once().await.unwrap();
    let status = world.status().await;
    assert_eq!(status.waiting.len(), 0, "{:?}", status.waiting);
    assert_eq!(status.settled[0].id, queued.id);
    assert_eq!(status.settled[0].word, OperationWord::Confirmed);
    assert_eq!(status.settled[0].attempts, 1, "nothing was sent again");
}

/// The title of a record after a start without a line, where the mirror says this of what it was made under and
/// the title was another one.
async fn title_without_a_line(world: &mut World, made_under: &'static str) -> String {
    let cache = &world.engine.stores().cache;
    cache
        .write(move |cache| {
            cache.execute(&format!("UPDATE feed SET pack = {made_under}"), [])?;
            cache.execute("UPDATE record SET title = 'of before'", [])?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    world.restart().await;
    world.platform.behave(|_, _| Some(Reply::Nothing));
    world.engine.sync_once().await.unwrap_err();
    world.page().await.rows[0].title.clone()
}

#[tokio::test]
async fn a_pack_that_was_kept_before_a_kill_is_made_without_a_line() {
    let mut world = World::synced(1).await;
    let title = title_without_a_line(&mut world, "NULL").await;
    assert_eq!(title, "Parcel N-1 at North");
}

#[tokio::test]
async fn what_an_earlier_app_made_of_the_same_pack_is_made_anew_once() {
    let mut world = World::synced(1).await;
    // It kept no count of how it made it.
    let earlier = "substr(pack, 1, length(pack) - 2)";
    let title = title_without_a_line(&mut world, earlier).await;
    assert_eq!(title, "Parcel N-1 at North");
    let again = title_without_a_line(&mut world, "pack").await;
    assert_eq!(again, "of before", "it is not made at each start");
}
