//! D. The outbox.

use watchkeeper_core::Code;
use watchkeeper_core::features::queues::view::{OperationWord, Standing};
use watchkeeper_core::features::{queues, sync};
use watchkeeper_core::outbox::queue::{self, Status};
use watchkeeper_core::outbox::steps;
use watchkeeper_wire::operation::{Verdict, VerdictWord};
use watchkeeper_wire::problem::{self, Problem};

use crate::scripted::{Reply, Request, now};
use crate::world::World;

fn is_post(request: &Request) -> bool {
    request.method == "POST" && request.path == "/v1/operations"
}

fn problem(status: u16, code: &str) -> Reply {
    let body = Problem {
        status,
        code: code.into(),
        ..Problem::new(problem::Code::BodyInvalid, Some("No.".into()))
    };
    let body = serde_json::to_vec(&body).unwrap();
    Reply::typed(status, "application/problem+json", body)
}

#[tokio::test]
async fn fault_41_a_double_click_is_one_operation() {
    let world = World::synced(1).await;
    let request = world.release_request("p1").await;
    let (first, second) = tokio::join!(
        queues::act(&world.engine, request.clone()),
        queues::act(&world.engine, request.clone()),
    );
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(world.stated("SELECT count(*) FROM operation").await, 1);
    assert_eq!(world.stated("SELECT count(*) FROM audit").await, 1);
    world.engine.sync_once().await.unwrap();
    let again = queues::act(&world.engine, request).await.unwrap();
    assert_eq!(again.word, OperationWord::Confirmed);
    world
        .platform
        .with(|state| assert_eq!(state.effects.values().sum::<u32>(), 1));
}

#[tokio::test]
async fn fault_43_a_poisoned_operation_stops_its_lane_and_no_other() {
    let world = World::synced(3).await;
    let poisoned = world.release("p1").await.unwrap().id;
    world.release("p2").await.unwrap();
    world.release("p3").await.unwrap();
    let poison = poisoned.clone();
    world.platform.behave(move |request, _| {
        let text = String::from_utf8_lossy(&request.body);
        (is_post(request) && text.contains(&poison)).then(|| problem(422, "body.invalid"))
    });
    world.engine.sync_once().await.unwrap();
    let status = world.status().await;
    assert_eq!(status.settled.len(), 2);
    assert_eq!(status.held[0].id, poisoned);
    assert_eq!(status.held[0].standing, Standing::HeldRejected);
    let sent = world
        .platform
        .with(|state| state.asked("/v1/operations").len());
    world.engine.sync_once().await.unwrap();
    let later = world
        .platform
        .with(|state| state.asked("/v1/operations").len());
    assert_eq!(sent, later, "it is not tried again by itself");
    // The operator puts it back, and now it is taken.
    world.platform.behave_well();
    sync::retry(&world.engine, &poisoned).await.unwrap();
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.status().await.settled.len(), 3);
    world.check().await;
}

#[tokio::test]
async fn fault_43_one_that_cannot_be_read_back_stops_its_lane_and_no_other() {
    let world = World::synced(2).await;
    let lost = world.release("p1").await.unwrap();
    world
        .platform
        .behave(|request, _| is_post(request).then_some(Reply::Nothing));
    world.engine.sync_once().await.unwrap();
    let other = world.release("p2").await.unwrap();
    no_verdict_reads(&world);
    sync::pull_now(&world.engine).await.unwrap();
    world.engine.sync_once().await.unwrap();
    let status = world.status().await;
    assert_eq!(status.waiting[0].id, lost.id);
    assert_eq!(status.settled[0].id, other.id);
}

#[tokio::test]
async fn one_whose_verdict_does_not_read_keeps_nothing_else_from_going_on() {
    let world = World::synced(1).await;
    world
        .platform
        .with(|state| state.words.push_back(VerdictWord::Accepted));
    world.release("p1").await.unwrap();
    no_verdict_reads(&world);
    world.engine.sync_once().await.unwrap();
    let status = world.status().await;
    assert_eq!(status.under_way.len(), 1);
    assert_eq!(status.chain.entries, status.chain.countersigned);
}

/// Whatever is read back does not read.
fn no_verdict_reads(world: &World) {
    world.platform.behave(|request, _| {
        request
            .path
            .starts_with("/v1/operations/")
            .then(|| Reply::typed(200, "application/json", b"{}".to_vec()))
    });
}

#[tokio::test]
async fn what_became_of_an_operation_meanwhile_is_not_undone_by_a_failure() {
    let world = World::synced(1).await;
    world.release("p1").await.unwrap();
    let state = &world.engine.stores().state;
    for standing in [Status::Accepted, Status::Unknown, Status::Confirmed] {
        let found = state
            .write(move |state| {
                let seq = queue::open(state)?[0].seq;
                steps::claim(state, seq)?;
                steps::set(state, seq, standing, None, None, None, None)?;
                steps::wait(state, seq, now())?;
                let found = queue::by_seq(state, seq)?.unwrap().status;
                steps::set(state, seq, Status::Waiting, None, None, None, None)?;
                Ok::<_, watchkeeper_core::store::StoreError>(found)
            })
            .await
            .unwrap();
        assert_eq!(found, standing);
    }
}

#[tokio::test]
async fn what_waits_behind_a_held_one_is_blocked_and_neither_is_drawn() {
    let world = World::synced(1).await;
    let first = world.release("p1").await.unwrap();
    let mut request = world.release_request("p1").await;
    request.action = "return".into();
    request
        .params
        .insert("reason".into(), "\"wrong depot\"".into());
    queues::act(&world.engine, request).await.unwrap();
    world
        .platform
        .with(|state| state.words.push_back(VerdictWord::Refused));
    world.engine.sync_once().await.unwrap();
    let status = world.status().await;
    assert_eq!(
        (status.held[0].id.as_str(), status.held[0].behind),
        (first.id.as_str(), 1)
    );
    assert_eq!(status.waiting[0].standing, Standing::Blocked);
    assert_eq!(world.page().await.rows[0].section, "open");
    let sent = world
        .platform
        .with(|state| state.asked("/v1/operations").len());
    assert_eq!(sent, 1);
    // Given up, the next one of the lane goes on from what was seen: nobody changed it.
    sync::discard(&world.engine, &first.id).await.unwrap();
    world.engine.sync_once().await.unwrap();
    let standings: Vec<Standing> = world
        .status()
        .await
        .settled
        .iter()
        .map(|o| o.standing)
        .collect();
    assert!(standings.contains(&Standing::Confirmed));
    world.check().await;
}

#[tokio::test]
async fn a_full_outbox_takes_nothing_more() {
    let world = World::synced(1).await;
    let state = &world.engine.stores().state;
    state
        .write(|state| {
            state.execute_batch(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 51)
                 INSERT INTO operation (id, lane, author, request, fingerprint, title, action,
                                        status, made_at)
                 SELECT 'x' || i, 'other/' || i, 'somebody',
                        '{\"id\":\"00000000-0000-7000-8000-000000000000\",\"version\":1,\"kind\":\"other\",
                          \"record\":\"r\",\"action\":\"a\",\"params\":{\"t\":\"' || printf('%.*c', 1048576, 'x') || '\"},
                          \"author\":\"somebody\",\"device\":\"00000000-0000-7000-8000-000000000000\",
                          \"made_at\":\"2026-11-20T03:00:00Z\",\"base_revision\":null,\"not_after\":null,
                          \"pack\":\"p\",\"lookups\":{}}',
                        'f', 't', 'a', 'waiting', 0 FROM n",
            )?;
            Ok::<_, watchkeeper_core::store::StoreError>(())
        })
        .await
        .unwrap();
    assert_eq!(
        world.release("p1").await.unwrap_err().code,
        Code::OutboxFull
    );
    assert_eq!(world.stated("SELECT count(*) FROM overlay").await, 0);
}

#[tokio::test]
async fn fault_44_an_id_used_for_something_else_is_held() {
    let world = World::synced(1).await;
    world.release("p1").await.unwrap();
    world
        .platform
        .behave(|request, _| is_post(request).then(|| Reply::problem(problem::Code::KeyReused)));
    world.engine.sync_once().await.unwrap();
    let held = &world.status().await.held[0];
    assert_eq!(held.standing, Standing::HeldRejected);
    assert_eq!(held.reason.as_ref().unwrap().code, "operation.key_reused");
    world
        .platform
        .with(|state| assert!(state.effects.is_empty()));
}

#[tokio::test]
async fn fault_48_rights_that_went_meanwhile_hold_it() {
    let world = World::synced(1).await;
    world.release("p1").await.unwrap();
    world
        .platform
        .behave(|request, _| is_post(request).then(|| Reply::problem(problem::Code::Forbidden)));
    world.engine.sync_once().await.unwrap();
    let held = world.status().await.held.remove(0);
    assert_eq!(
        (held.word, held.standing),
        (OperationWord::Refused, Standing::HeldRefused)
    );
    let page = world.page().await;
    assert_eq!(
        page.rows[0].section, "open",
        "nothing shows as done that stopped"
    );
    assert_eq!(page.rows[0].operation, Some(OperationWord::Refused));
    // The rights are back.
    assert!(held.may_retry);
    world.platform.behave_well();
    sync::retry(&world.engine, &held.id).await.unwrap();
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.status().await.settled.len(), 1);
}

#[tokio::test]
async fn fault_49_a_record_that_is_gone_conflicts_and_both_sides_are_kept() {
    let world = World::synced(1).await;
    world.release("p1").await.unwrap();
    world.platform.with(|state| state.remove("parcel", "p1"));
    world.engine.sync_once().await.unwrap();
    let held = world.status().await.held.remove(0);
    assert_eq!(held.standing, Standing::HeldConflict);
    assert_eq!(held.reason.unwrap().code, "record.gone");
    let ours = world.record("p1").await;
    assert!(ours.as_seen, "ours is shown as seen");
    assert_eq!(ours.operations[0].id, held.id);
    sync::discard(&world.engine, &held.id).await.unwrap();
    let gone = queues::record(&world.engine, "parcel", "p1").await;
    assert_eq!(gone.unwrap_err().code, Code::NotFound);
    world.check().await;
}

#[tokio::test]
async fn a_conflict_shows_the_other_side_and_is_amended_in_its_place() {
    let world = World::synced(1).await;
    let old = world.release("p1").await.unwrap();
    world.platform.with(|state| {
        let mut body = crate::world::parcel("N-1", 1);
        body["note"] = "changed meanwhile".into();
        state.put("parcel", "p1", body);
    });
    world.engine.sync_once().await.unwrap();
    let held = world.status().await.held.remove(0);
    assert_eq!(held.standing, Standing::HeldConflict);
    let theirs = serde_json::to_string(&held.theirs).unwrap();
    assert!(theirs.contains("changed meanwhile"));
    assert_eq!(held.became, None, "it is in the state that was seen");
    assert!(!held.may_retry);
    let error = sync::retry(&world.engine, &old.id).await.unwrap_err();
    assert_eq!(error.code, Code::NotNow, "its verdict stands for ever");
    assert_eq!(world.release("p1").await.unwrap_err().code, Code::NotNow);
    let mut request = world.release_request("p1").await;
    request.amends = Some(old.id.clone());
    queues::act(&world.engine, request).await.unwrap();
    world.engine.sync_once().await.unwrap();
    let status = world.status().await;
    assert!(status.held.is_empty());
    let standings: Vec<Standing> = status.settled.iter().map(|o| o.standing).collect();
    assert!(standings.contains(&Standing::Confirmed));
    assert!(standings.contains(&Standing::Discarded));
    world.check().await;
}

#[tokio::test]
async fn accepted_stays_sent_until_the_feed_or_a_read_back_says_more() {
    let world = World::synced(2).await;
    world.platform.with(|state| {
        state
            .words
            .extend([VerdictWord::Accepted, VerdictWord::Accepted])
    });
    let by_feed = world.release("p1").await.unwrap();
    let by_read_back = world.release("p2").await.unwrap();
    world.engine.sync_once().await.unwrap();
    let words: Vec<OperationWord> = world
        .status()
        .await
        .under_way
        .iter()
        .map(|o| o.word)
        .collect();
    assert_eq!(words, [OperationWord::Sent, OperationWord::Sent]);
    assert!(
        world
            .page()
            .await
            .rows
            .iter()
            .all(|row| row.section == "on_the_way")
    );
    let last = |state: &mut crate::scripted::State, id: &str, word| {
        let verdict = state.operations.get_mut(&id.parse().unwrap()).unwrap();
        verdict.word = word;
        verdict.decided_at = now();
        verdict.clone()
    };
    world.platform.with(|state| {
        let verdict: Verdict = last(state, &by_feed.id, VerdictWord::Confirmed);
        state.seq += 1;
        let seq = state.seq;
        state.verdicts.insert(seq, verdict);
        last(state, &by_read_back.id, VerdictWord::Unknown);
    });
    world.engine.sync_once().await.unwrap();
    let status = world.status().await;
    assert_eq!(status.settled[0].id, by_feed.id);
    assert_eq!(status.under_way[0].word, OperationWord::Unknown);
    world
        .platform
        .with(|state| last(state, &by_read_back.id, VerdictWord::Refused));
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.status().await.held[0].id, by_read_back.id);
    world.check().await;
}

#[tokio::test]
async fn what_lapsed_while_it_waited_is_held_and_never_sent() {
    let world = World::synced(1).await;
    world.release("p1").await.unwrap();
    let state = &world.engine.stores().state;
    state
        .write(|state| {
            state.execute("UPDATE operation SET not_after = made_at - 1", [])?;
            Ok::<_, watchkeeper_core::store::StoreError>(())
        })
        .await
        .unwrap();
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.status().await.held[0].standing, Standing::HeldLapsed);
    world
        .platform
        .with(|state| assert!(state.asked("/v1/operations").is_empty()));
}

#[tokio::test]
async fn lanes_drain_in_parallel_and_the_earliest_limit_goes_first() {
    let world = World::synced(9).await;
    for n in 1..=9 {
        world.release(&format!("p{n}")).await.unwrap();
    }
    world.engine.sync_once().await.unwrap();
    let order: Vec<String> = world.platform.with(|state| {
        let sent = state.asked("/v1/operations");
        sent.iter()
            .map(|request| {
                let batch: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
                batch["operations"][0]["record"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect()
    });
    let mut first: Vec<&str> = order[..4].iter().map(String::as_str).collect();
    first.sort_unstable();
    assert_eq!(
        first,
        ["p6", "p7", "p8", "p9"],
        "the oldest arrivals lapse first"
    );
    assert_eq!(world.status().await.settled.len(), 9);
}
