//! Jobs, webhooks, posts and pages: each is done once and called done once the other side has said so,
//! whatever is lost, late, repeated, refused or killed.

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Map, Value, json};
use uuid::Uuid;
use watchkeeper_pack::Bundle;
use watchkeeper_platform::StandIns;
use watchkeeper_platform::clock::Clock;
use watchkeeper_platform::connectors::job::Trouble;
use watchkeeper_platform::connectors::mood::Mode;
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};

use crate::support::{World, problem};

const HEAD: &str = "format: 1
id: errands
version: 1
name: Errands
zone: UTC
currency: EUR
language: en
queues: []
";

const PEOPLE: &str = "roles:
  operator: {row: E-1, label: Operator}
";

const ERRAND: &str = r#"kind: errand
label: {one: Errand, many: Errands}
title: '{{ record.number }}'
fields:
  number: {type: id, label: Number, indexed: true}
  came_of_it: {type: string, label: What came of it, optional: true}
  figure: {type: integer, label: Figure, optional: true}
states:
  - {id: open, label: open}
  - {id: asked, label: asked}
  - {id: done, label: done}
  - {id: taken, label: taken}
  - {id: failed, label: failed}
arrives_in: [open, done]
actions:
  run:
    label: Run
    row: E-2
    from: [open]
    policy: []
    nature: change
    effects:
      - set: {state: '"asked"'}
      - call:
          connector: job
          operation: run
          args: {job: '"sweep"', argument: record.number}
          then: {state: '"done"', came_of_it: result.id, figure: result.attempt}
          otherwise: {state: '"failed"', came_of_it: result.message}
    will: [run it]
  retry:
    label: Retry
    row: E-3
    from: [open]
    policy: []
    nature: change
    effects:
      - set: {state: '"asked"'}
      - call:
          connector: webhook
          operation: retry
          args: {delivery: record.number}
          then: {state: '"done"', came_of_it: result.id, figure: result.status}
          otherwise: {state: '"failed"', came_of_it: result.message}
    will: [bring it again]
  try_out:
    label: Try out
    row: E-4
    from: [open]
    policy: []
    nature: change
    effects:
      - set: {state: '"asked"'}
      - call:
          connector: webhook
          operation: test
          args: {endpoint: record.number}
          then: {state: '"done"', came_of_it: result.id, figure: result.ms}
          otherwise: {state: '"failed"', came_of_it: result.message}
    will: [try it out]
  post:
    label: Post
    row: E-5
    from: [open]
    policy: []
    nature: change
    effects:
      - set: {state: '"asked"'}
      - call:
          connector: slack
          operation: post
          args: {channel: '"incidents"', text: '"About " + record.number'}
          then: {state: '"done"', came_of_it: result.id}
          otherwise: {state: '"failed"', came_of_it: result.message}
    will: [post it]
  page:
    label: Page
    row: E-6
    from: [open]
    policy: []
    nature: change
    effects:
      - set: {state: '"asked"'}
      - call:
          connector: pagerduty
          operation: trigger
          args: {summary: '"About " + record.number', severity: '"error"', service: '"on-call"'}
          then: {state: '"done"', came_of_it: result.id}
          otherwise: {state: '"failed"', came_of_it: result.message}
    will: [page somebody]
  take:
    label: Take
    row: E-7
    from: [done]
    policy: []
    nature: change
    effects:
      - set: {state: '"asked"'}
      - call:
          connector: pagerduty
          operation: acknowledge
          args: {incident: record.came_of_it}
          then: {state: '"taken"'}
          otherwise: {state: '"done"', figure: '1'}
    will: [say that you have it]
"#;

/// All that is done once for a key.
const ACTIONS: [&str; 5] = ["run", "retry", "try_out", "post", "page"];

/// A world with one errand `e`.
async fn errand() -> World {
    let files = [
        ("pack.yaml", HEAD),
        ("people.yaml", PEOPLE),
        ("records/errand.yaml", ERRAND),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let world = World::of_pack(Bundle::from_files(files.into()).unwrap()).await;
    let brought =
        json!([{"kind": "errand", "id": "e", "body": {"number": "n-1", "state": "open"}}]);
    let answer = world.ingest(brought).await;
    assert_eq!(answer["rejected"], json!([]));
    world
}

fn stand_ins(world: &World) -> &StandIns {
    world.platform().stand_ins.as_ref().unwrap()
}

fn ask(world: &World, action: &str) -> Operation {
    Operation {
        kind: "errand".into(),
        ..world.operation("e", action)
    }
}

fn misbehave(world: &World, action: &str, mode: Mode, times: u32) {
    let all = stand_ins(world);
    match action {
        "run" => all.job.misbehave(mode, times),
        "post" => all.slack.misbehave(mode, times),
        "page" | "take" => all.pagerduty.misbehave(mode, times),
        _ => all.webhook.misbehave(mode, times),
    }
}

/// What the other side did.
fn effects(world: &World, action: &str) -> Vec<Value> {
    let all = stand_ins(world);
    match action {
        "run" => all.job.runs(),
        "post" => all.slack.messages(),
        "page" | "take" => all.pagerduty.incidents(),
        _ => all.webhook.attempts(),
    }
    .unwrap()
}

async fn body(world: &World) -> Map<String, Value> {
    world.body("errand", "e").await
}

/// Moves the clock on until the operation has ended.
async fn ended(world: &World, id: Uuid) -> Verdict {
    for _ in 0..900 {
        let verdict = world.verdict(id).await;
        if verdict.word.is_final() {
            return verdict;
        }
        world.clock.advance(TimeDelta::seconds(2));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never ended: {:?}", world.verdict(id).await);
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..1500 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never: {what}");
}

/// The clock stands still for longer than a look at the outbox takes.
async fn a_while() {
    tokio::time::sleep(Duration::from_millis(900)).await;
}

/// Each is asked for while the other side is in a mood; it must end done, and be done so often there.
async fn done_despite(mode: Mode, times: u32, arrives: usize) {
    for action in ACTIONS {
        let world = errand().await;
        misbehave(&world, action, mode, times);
        let operation = ask(&world, action);
        let accepted = world.submit(&operation).await;
        assert_eq!(accepted.word, VerdictWord::Accepted, "{action}");
        let ended = ended(&world, operation.id).await;
        assert_eq!(ended.word, VerdictWord::Confirmed, "{action}: {ended:?}");
        assert_eq!(body(&world).await["state"], "done", "{action}");
        let effects = effects(&world, action);
        // Slack alone has no key under which two are one.
        let expected = if action == "post" { arrives } else { 1 };
        assert_eq!(effects.len(), expected, "{action}: {effects:?}");
        let again = world.submit(&operation).await;
        assert_eq!(again.word, VerdictWord::Confirmed, "{action}");
    }
}

#[tokio::test]
async fn what_is_asked_for_reaches_the_other_side_once_under_its_key() {
    for action in ACTIONS {
        let world = errand().await;
        let operation = ask(&world, action);
        world.submit(&operation).await;
        ended(&world, operation.id).await;
        let key = format!("{}:1", operation.id);
        let effects = effects(&world, action);
        assert_eq!(effects.len(), 1, "{action}");
        let of_key = match action {
            "post" => &effects[0]["metadata"]["event_payload"]["key"],
            "page" => &effects[0]["incident_key"],
            _ => &effects[0]["id"],
        };
        assert_eq!(*of_key, key.as_str(), "{action}");
    }
}

#[tokio::test]
async fn an_answer_that_never_comes_is_read_back() {
    done_despite(Mode::TimeoutAfter, 1, 1).await;
}

#[tokio::test]
async fn an_answer_that_is_lost_on_the_way_is_read_back() {
    done_despite(Mode::LostAnswer, 1, 1).await;
}

#[tokio::test]
async fn what_never_arrived_is_sent_again() {
    done_despite(Mode::TimeoutBefore, 2, 1).await;
}

#[tokio::test]
async fn what_takes_effect_late_is_waited_for_and_not_sent_again() {
    done_despite(Mode::Late, 1, 1).await;
}

#[tokio::test]
async fn what_something_on_the_way_brings_twice_is_one_where_there_is_a_key() {
    done_despite(Mode::Twice, 1, 2).await;
}

#[tokio::test]
async fn who_is_busy_or_down_is_asked_later() {
    done_despite(Mode::RateLimit, 2, 1).await;
    done_despite(Mode::Down, 3, 1).await;
}

#[tokio::test]
async fn a_no_is_a_no_and_says_so_on_the_record() {
    for action in ACTIONS {
        let world = errand().await;
        misbehave(&world, action, Mode::Refuse, 1);
        let operation = ask(&world, action);
        world.submit(&operation).await;
        let ended = ended(&world, operation.id).await;
        assert_eq!(ended.word, VerdictWord::Refused, "{action}");
        assert_eq!(ended.reason.unwrap().code, "provider.refused", "{action}");
        assert_eq!(body(&world).await["state"], "failed", "{action}");
        assert!(effects(&world, action).is_empty(), "{action}");
    }
}

#[tokio::test]
async fn fault_01_a_kill_after_the_effect_and_before_our_commit_does_it_once() {
    for action in ACTIONS {
        let world = errand().await;
        misbehave(&world, action, Mode::TimeoutAfter, 1);
        let operation = ask(&world, action);
        world.submit(&operation).await;
        until("the other side has it", async || {
            !effects(&world, action).is_empty()
        })
        .await;
        let world = world.crash().await;
        let ended = ended(&world, operation.id).await;
        assert_eq!(ended.word, VerdictWord::Confirmed, "{action}: {ended:?}");
        assert_eq!(effects(&world, action).len(), 1, "{action}");
    }
}

#[tokio::test]
async fn a_run_is_done_once_it_succeeded_and_not_when_it_was_taken() {
    let world = errand().await;
    let operation = ask(&world, "run");
    world.submit(&operation).await;
    until("it is taken", async || !effects(&world, "run").is_empty()).await;
    a_while().await;
    let verdict = world.verdict(operation.id).await;
    assert_eq!(verdict.word, VerdictWord::Accepted);
    assert_eq!(body(&world).await["state"], "asked");
    let ended = ended(&world, operation.id).await;
    assert_eq!(ended.word, VerdictWord::Confirmed);
    assert_eq!(body(&world).await["figure"], 1);
    let run = &effects(&world, "run")[0];
    assert_eq!(
        (&run["job"], &run["argument"]),
        (&json!("sweep"), &json!("n-1"))
    );
}

#[tokio::test]
async fn a_run_that_fails_is_tried_five_times_and_says_why() {
    let world = errand().await;
    stand_ins(&world).job.fail(2, Trouble::LockTimeout);
    let operation = ask(&world, "run");
    world.submit(&operation).await;
    assert_eq!(
        ended(&world, operation.id).await.word,
        VerdictWord::Confirmed
    );
    assert_eq!(body(&world).await["figure"], 3, "the third attempt");

    let world = errand().await;
    stand_ins(&world).job.fail(5, Trouble::DatabaseTimeout);
    let operation = ask(&world, "run");
    world.submit(&operation).await;
    let ended = ended(&world, operation.id).await;
    assert_eq!(ended.word, VerdictWord::Refused);
    let why = "The database did not answer in time. (attempt 5 of 5)";
    assert_eq!(ended.reason.unwrap().detail, why);
    let body = body(&world).await;
    assert_eq!(
        (&body["state"], &body["came_of_it"]),
        (&json!("failed"), &json!(why))
    );
}

#[tokio::test]
async fn h_10_a_delivery_goes_out_under_its_own_id_and_counts_once_its_receiver_took_it() {
    let world = errand().await;
    let operation = ask(&world, "retry");
    world.submit(&operation).await;
    until("it went out", async || !effects(&world, "retry").is_empty()).await;
    a_while().await;
    assert_eq!(
        world.verdict(operation.id).await.word,
        VerdictWord::Accepted,
        "the receiver has not answered"
    );
    assert_eq!(
        ended(&world, operation.id).await.word,
        VerdictWord::Confirmed
    );
    assert_eq!(effects(&world, "retry")[0]["target"], "n-1");
    assert_eq!(body(&world).await["figure"], 200);

    for (status, ms, why) in [
        (410, 20, "The receiver answered 410."),
        (503, 20, "The receiver answered 503."),
        (
            200,
            60_000,
            "The receiver did not answer within 10 seconds.",
        ),
    ] {
        let world = errand().await;
        stand_ins(&world).webhook.receivers(status, ms, 1);
        let operation = ask(&world, "retry");
        world.submit(&operation).await;
        let ended = ended(&world, operation.id).await;
        assert_eq!(ended.word, VerdictWord::Refused);
        assert_eq!(ended.reason.unwrap().detail, why);
        assert_eq!(body(&world).await["came_of_it"], why);
    }
}

#[tokio::test]
async fn a_test_event_has_to_be_answered_within_three_seconds() {
    for (ms, word) in [
        (2_900, VerdictWord::Confirmed),
        (3_100, VerdictWord::Refused),
    ] {
        let world = errand().await;
        stand_ins(&world).webhook.receivers(200, ms, 1);
        let operation = ask(&world, "try_out");
        world.submit(&operation).await;
        assert_eq!(ended(&world, operation.id).await.word, word, "{ms}");
    }
}

/// A post that stands in the channel, of which no answer came, while nothing can be read.
async fn posted_and_lost() -> (World, Operation) {
    let world = errand().await;
    misbehave(&world, "post", Mode::TimeoutAfter, 1);
    let operation = ask(&world, "post");
    world.submit(&operation).await;
    until("it stands there", async || {
        !effects(&world, "post").is_empty()
    })
    .await;
    misbehave(&world, "post", Mode::Down, 1_000_000);
    world.until(operation.id, VerdictWord::Unknown).await;
    (world, operation)
}

#[tokio::test]
async fn a_post_is_not_repeated_while_the_channel_cannot_be_read() {
    let (world, operation) = posted_and_lost().await;
    for _ in 0..20 {
        world.clock.advance(TimeDelta::seconds(30));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    a_while().await;
    let unknown = world.verdict(operation.id).await;
    assert_eq!(unknown.word, VerdictWord::Unknown);
    assert_eq!(body(&world).await["state"], "asked");
    misbehave(&world, "post", Mode::None, 0);
    assert_eq!(
        ended(&world, operation.id).await.word,
        VerdictWord::Confirmed
    );
    assert_eq!(effects(&world, "post").len(), 1);
}

#[tokio::test]
async fn a_post_is_found_behind_many_others() {
    let (world, operation) = posted_and_lost().await;
    let at = world.clock.now().timestamp_millis();
    let others = stand_ins(&world).ledger.transact(|tx| {
        for n in 0..450 {
            tx.execute(
                "INSERT INTO slack_message (channel, text, metadata, shows_at)
                 VALUES ('incidents', ?, '{}', ?)",
                (format!("message {n}"), at),
            )?;
        }
        Ok(())
    });
    others.unwrap();
    misbehave(&world, "post", Mode::None, 0);
    assert_eq!(
        ended(&world, operation.id).await.word,
        VerdictWord::Confirmed
    );
    assert_eq!(effects(&world, "post").len(), 451);
}

/// A page that is out.
async fn paged() -> (World, String) {
    let world = errand().await;
    let operation = ask(&world, "page");
    world.submit(&operation).await;
    assert_eq!(
        ended(&world, operation.id).await.word,
        VerdictWord::Confirmed
    );
    let key = body(&world).await["came_of_it"]
        .as_str()
        .unwrap()
        .to_owned();
    (world, key)
}

fn take(world: &World, revision: u64) -> Operation {
    Operation {
        base_revision: Some(revision),
        ..ask(world, "take")
    }
}

async fn revision(world: &World) -> u64 {
    let store = &world.platform().store;
    let row = store.record(crate::support::TENANT, "errand", "e").await;
    row.unwrap().unwrap().revision
}

#[tokio::test]
async fn x_78_nothing_is_called_acknowledged_before_pagerduty_shows_it() {
    let (world, _) = paged().await;
    misbehave(&world, "take", Mode::TimeoutBefore, 1_000_000);
    let operation = take(&world, revision(&world).await);
    assert_eq!(world.submit(&operation).await.word, VerdictWord::Accepted);
    world.until(operation.id, VerdictWord::Unknown).await;
    assert_eq!(body(&world).await["state"], "asked");
    assert_eq!(effects(&world, "take")[0]["status"], "triggered");
    misbehave(&world, "take", Mode::Late, 1);
    for _ in 0..600 {
        if effects(&world, "take")[0]["status"] == "acknowledged" {
            break;
        }
        world.clock.advance(TimeDelta::seconds(2));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(effects(&world, "take")[0]["status"], "acknowledged");
    // It is on its way and does not show yet.
    a_while().await;
    assert_eq!(body(&world).await["state"], "asked");
    assert_eq!(
        ended(&world, operation.id).await.word,
        VerdictWord::Confirmed
    );
    assert_eq!(body(&world).await["state"], "taken");
    assert_eq!(effects(&world, "take").len(), 1, "nobody is paged again");
}

#[tokio::test]
async fn what_is_resolved_at_pagerduty_is_not_acknowledged_any_more() {
    let (world, key) = paged().await;
    let at = world.clock.now().timestamp_millis();
    stand_ins(&world)
        .pagerduty
        .put(&key, "resolved", at)
        .unwrap();
    let operation = take(&world, revision(&world).await);
    world.submit(&operation).await;
    let ended = ended(&world, operation.id).await;
    assert_eq!(ended.word, VerdictWord::Refused);
    assert_eq!(
        ended.reason.unwrap().detail,
        "The incident is resolved already."
    );
    assert_eq!(body(&world).await["state"], "done");
}

#[tokio::test]
async fn a_page_that_was_resolved_before_it_was_read_back_is_not_sent_again() {
    let world = errand().await;
    misbehave(&world, "page", Mode::TimeoutAfter, 1);
    let operation = ask(&world, "page");
    world.submit(&operation).await;
    until("it is out", async || !effects(&world, "page").is_empty()).await;
    let at = world.clock.now().timestamp_millis();
    let key = format!("{}:1", operation.id);
    stand_ins(&world)
        .pagerduty
        .put(&key, "resolved", at)
        .unwrap();
    assert_eq!(
        ended(&world, operation.id).await.word,
        VerdictWord::Confirmed
    );
    assert_eq!(effects(&world, "page").len(), 1);
}

#[tokio::test]
async fn stand_ins_are_watched_and_steered_by_an_admin_only() {
    let world = errand().await;
    for (name, seen) in [
        ("job", "runs"),
        ("webhook", "attempts"),
        ("slack", "messages"),
        ("pagerduty", "incidents"),
    ] {
        let path = format!("/provider/{name}/misbehave");
        let mood = json!({"mode": "refuse"});
        assert_eq!(problem(world.post(&path, &mood)).await.0, 403, "{name}");
        let admin = world.request(Method::POST, &path, &world.admin).json(&mood);
        assert_eq!(admin.send().await.unwrap().status(), 204, "{name}");
        let path = format!("/provider/{name}/{seen}");
        assert_eq!(problem(world.get(&path)).await.0, 403, "{name}");
        let admin = world.request(Method::GET, &path, &world.admin);
        assert_eq!(admin.send().await.unwrap().status(), 200, "{name}");
    }
}
