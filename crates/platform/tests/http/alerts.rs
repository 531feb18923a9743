//! Alerts: they fire, are seen, acknowledged, over, and fire again.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;
use watchkeeper_pack::value::instant_text;
use watchkeeper_platform::alerts::Evaluator;
use watchkeeper_platform::clock::Clock;
use watchkeeper_platform::store::{Question, RecordRow};
use watchkeeper_wire::feed::Line;
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};

use crate::support::{TENANT, World, issue, short};

fn provider(state: &str, since: DateTime<Utc>) -> Value {
    json!([{"kind": "ai_provider", "id": "primary", "body": {
        "slot": "primary", "name": "Primary", "since": instant_text(since),
        "checked_at": instant_text(since), "state": state}}])
}

fn charge(id: &str, at: DateTime<Utc>, status: &str) -> Value {
    json!({"kind": "charge", "id": id, "body": {
        "charge_id": id, "business": "b", "amount": {"minor": 2200, "currency": "AUD"},
        "charged_at": instant_text(at), "status": status}})
}

pub async fn alerts(world: &World, rule: &str) -> Vec<RecordRow> {
    let question = Question {
        text: "json_extract(body, '$.rule') = ?".into(),
        params: vec![rule.into()],
    };
    let store = &world.platform().store;
    store.records(TENANT, "alert", &question).await.unwrap()
}

pub fn field<'a>(row: &'a RecordRow, name: &str) -> &'a str {
    row.body.get(name).and_then(Value::as_str).unwrap_or("")
}

/// Waits until the newest episode of a rule is so; the episode.
pub async fn until(world: &World, rule: &str, state: &str) -> RecordRow {
    for _ in 0..1500 {
        let all = alerts(world, rule).await;
        if let Some(last) = all.into_iter().max_by_key(|row| row.seq)
            && field(&last, "state") == state
        {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{rule} never {state}: {:?}", alerts(world, rule).await);
}

fn acknowledge(alert: &str, author: &str) -> Operation {
    Operation {
        id: Uuid::now_v7(),
        version: 1,
        kind: "alert".into(),
        record: alert.into(),
        action: "acknowledge".into(),
        params: Map::new(),
        author: author.into(),
        device: Uuid::nil(),
        made_at: DateTime::UNIX_EPOCH,
        base_revision: None,
        not_after: None,
        pack: String::new(),
        lookups: std::collections::BTreeMap::new(),
    }
}

async fn said(world: &World, token: &str, operation: &Operation) -> Verdict {
    let all = world
        .submit_as(token, std::slice::from_ref(operation))
        .await;
    all.into_iter().next().unwrap()
}

#[tokio::test]
async fn d_08_an_alert_fires_is_acknowledged_by_two_ends_and_is_another_one_next_time() {
    let world = World::new().await;
    let lee = issue(world.platform(), TENANT, "lee", &["operator"], &[]).await;
    let (_, cursor) = world.pages(&world.token, None).await;
    let now = world.clock.now();
    world
        .ingest(provider("down", now - TimeDelta::minutes(31)))
        .await;
    let fired = until(&world, "ai_down", "firing").await;
    assert_eq!(field(&fired, "severity"), "red");
    assert_eq!(field(&fired, "row"), "D-08");
    assert_eq!(field(&fired, "subject"), "primary");
    assert_eq!(field(&fired, "fired_at"), instant_text(now));
    assert_eq!(
        field(&fired, "since"),
        instant_text(now - TimeDelta::minutes(31))
    );
    let (lines, _) = world.pages(&world.token, Some(&cursor)).await;
    assert!(short(&lines).contains(&format!("+alert/{}", fired.id)));

    let first = said(&world, &world.token, &acknowledge(&fired.id, "kim")).await;
    assert_eq!(first.word, VerdictWord::Confirmed, "{first:?}");
    let second = said(&world, &lee, &acknowledge(&fired.id, "lee")).await;
    assert_eq!(second.word, VerdictWord::Confirmed, "{second:?}");
    let seen = until(&world, "ai_down", "acknowledged").await;
    assert_eq!(field(&seen, "acknowledged_by"), "kim", "who came first");

    // A flutter is no end.
    world.ingest(provider("up", now)).await;
    while !alerts(&world, "ai_down").await[0]
        .body
        .contains_key("quiet_since")
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    world.clock.advance(TimeDelta::minutes(5));
    let over = until(&world, "ai_down", "resolved").await;
    assert_eq!(over.id, fired.id);
    let late = said(&world, &lee, &acknowledge(&fired.id, "lee")).await;
    assert_eq!(late.word, VerdictWord::Confirmed, "nothing is left to do");

    world.ingest(provider("down", world.clock.now())).await;
    until(&world, "ai_down", "pending").await;
    world.clock.advance(TimeDelta::minutes(30));
    // Exactly 30 minutes are not more than 30 minutes.
    assert_eq!(
        until(&world, "ai_faltering", "firing").await.id.len(),
        fired.id.len()
    );
    assert_eq!(
        field(&until(&world, "ai_down", "pending").await, "rule"),
        "ai_down"
    );
    world.clock.advance(TimeDelta::milliseconds(1));
    let again = until(&world, "ai_down", "firing").await;
    assert_ne!(again.id, fired.id);
    assert_eq!(field(&again, "fingerprint"), field(&fired, "fingerprint"));
    until(&world, "ai_faltering", "resolved").await;
    assert_eq!(alerts(&world, "ai_down").await.len(), 2);
}

#[tokio::test]
async fn an_alert_survives_a_crash_and_a_crash_makes_no_second_one() {
    let world = World::new().await;
    let since = world.clock.now() - TimeDelta::minutes(29);
    world.ingest(provider("down", since)).await;
    let pending = until(&world, "ai_down", "pending").await;
    let world = world.crash().await;
    world.clock.advance(TimeDelta::minutes(2));
    let fired = until(&world, "ai_down", "firing").await;
    assert_eq!(fired.id, pending.id);
    let world = world.crash().await;
    world.ingest(provider("up", world.clock.now())).await;
    world.clock.advance(TimeDelta::minutes(6));
    // The platform may first look when both have happened, so let it be quiet from then on.
    until_quiet_then_over(&world, &fired.id).await;
    assert_eq!(alerts(&world, "ai_down").await.len(), 1);
}

async fn until_quiet_then_over(world: &World, id: &str) {
    loop {
        let all = alerts(world, "ai_down").await;
        let row = all.iter().find(|row| row.id == id).unwrap();
        if field(row, "state") == "resolved" {
            return;
        }
        if row.body.contains_key("quiet_since") {
            world.clock.advance(TimeDelta::minutes(6));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn no_system_brings_or_removes_an_alert() {
    let world = World::new().await;
    let now = world.clock.now();
    let forged = json!([{"kind": "alert", "id": "x-1", "body": {"state": "firing"}}]);
    let answer = world.ingest(forged).await;
    assert_eq!(answer["accepted"], 0);
    assert_eq!(answer["rejected"][0]["kind"], "alert");
    world
        .ingest(provider("down", now - TimeDelta::minutes(31)))
        .await;
    let fired = until(&world, "ai_down", "firing").await;
    world.remove("alert", &fired.id).await;
    assert_eq!(alerts(&world, "ai_down").await.len(), 1);
}

#[tokio::test]
async fn a_pending_one_vanishes_from_the_feed() {
    let world = World::new().await;
    let now = world.clock.now();
    world
        .ingest(json!([charge("ch_1", now, "succeeded")]))
        .await;
    let pending = until(&world, "orphan_charge", "pending").await;
    let (_, cursor) = world.pages(&world.token, None).await;
    world
        .ingest(json!([{"kind": "placement", "id": "p", "body": {
            "business": "b", "council": "c", "charge_id": "ch_1",
            "purchased_at": instant_text(now), "refund_status": "none", "state": "queued"}}]))
        .await;
    while !alerts(&world, "orphan_charge").await.is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (lines, _) = world.pages(&world.token, Some(&cursor)).await;
    assert!(short(&lines).contains(&format!("-alert/{}", pending.id)));
}

#[tokio::test]
async fn x_62_an_orphan_charge_is_found_and_a_queued_buyer_is_none() {
    let world = World::new().await;
    let paid = world.clock.now() - TimeDelta::minutes(11);
    let placement = json!({"kind": "placement", "id": "p", "body": {
        "business": "b", "council": "c", "charge_id": "ch_queued",
        "purchased_at": instant_text(paid), "refund_status": "none", "state": "queued"}});
    world
        .ingest(json!([
            charge("ch_orphan", paid, "succeeded"),
            charge("ch_queued", paid, "succeeded"),
            charge("ch_failed", paid, "failed"),
            placement,
        ]))
        .await;
    let fired = until(&world, "orphan_charge", "firing").await;
    assert_eq!(field(&fired, "subject"), "ch_orphan");
    assert!(
        field(&fired, "detail").starts_with("$22.00 AUD"),
        "{}",
        field(&fired, "detail")
    );
    assert_eq!(alerts(&world, "orphan_charge").await.len(), 1);
}

#[tokio::test]
async fn d_35_a_rate_leaves_its_window_by_itself() {
    let world = World::new().await;
    let now = world.clock.now();
    let day = |n: i64| now - TimeDelta::days(n) - TimeDelta::minutes(5);
    let mut bought: Vec<Value> = (0..8)
        .map(|n| charge(&format!("ch_{n}"), now - TimeDelta::minutes(1), "failed"))
        .collect();
    bought.extend(
        (0..8).map(|n| charge(&format!("ok_{n}"), now - TimeDelta::minutes(2), "succeeded")),
    );
    bought.extend((0..2).map(|n| charge(&format!("back_{n}"), day(6), "refunded")));
    world.ingest(Value::Array(bought)).await;
    let high = until(&world, "refund_rate_high", "firing").await;
    assert_eq!(
        field(&high, "detail"),
        "2 of 10 purchases of 7 days were refunded"
    );
    assert_eq!(high.body["value"], 0.2);
    // They are older than seven days then, and eight are no rate.
    world
        .clock
        .advance(TimeDelta::days(1) - TimeDelta::minutes(4));
    until(&world, "refund_rate_high", "resolved").await;
}

#[tokio::test]
async fn ten_thousand_that_begin_to_hold_at_once_all_fire_and_two_evaluators_make_no_more() {
    let world = World::new().await;
    let paid = world.clock.now() - TimeDelta::hours(1);
    let many = (0..10_000).map(|n| charge(&format!("ch_{n}"), paid, "succeeded"));
    world.ingest(Value::Array(many.collect())).await;
    let platform = Arc::clone(&world.server.platform);
    let mut second = Evaluator::new(platform);
    let now = world.clock.now();
    loop {
        second.step(now).await.unwrap();
        let all = alerts(&world, "orphan_charge").await;
        let names: BTreeSet<&str> = all.iter().map(|row| field(row, "fingerprint")).collect();
        assert_eq!(names.len(), all.len(), "one episode each");
        if all.len() == 10_000 {
            assert!(all.iter().all(|row| field(row, "state") == "firing"));
            break;
        }
    }
}

#[tokio::test]
async fn an_alert_belongs_to_the_region_of_what_it_is_about() {
    let world = World::new().await;
    let eu = issue(world.platform(), TENANT, "eva", &["operator"], &["eu"]).await;
    let uk = issue(world.platform(), TENANT, "una", &["operator"], &["uk"]).await;
    let mut down = provider("down", world.clock.now() - TimeDelta::hours(1));
    down[0]["body"]["region"] = "eu".into();
    world.ingest(down).await;
    let fired = until(&world, "ai_down", "firing").await;
    let name = format!("+alert/{}", fired.id);
    let sees = |lines: Vec<Line>| short(&lines).contains(&name);
    assert!(sees(world.pages(&eu, None).await.0));
    assert!(!sees(world.pages(&uk, None).await.0));
    let verdict = said(&world, &uk, &acknowledge(&fired.id, "una")).await;
    assert_eq!(
        verdict.word,
        VerdictWord::Conflict,
        "it is not there for them"
    );
}

#[tokio::test]
async fn a_rule_whose_setting_changes_is_looked_at_again() {
    let world = World::new().await;
    let now = instant_text(world.clock.now());
    world
        .ingest(json!([{"kind": "database", "id": "primary", "body": {
            "name": "Main", "sampled_at": now, "p95_ms": 300, "timeouts": 0}}]))
        .await;
    assert!(alerts(&world, "database_slow").await.is_empty());
    let slower = json!({"database_slow_ms": 299})
        .as_object()
        .unwrap()
        .clone();
    world
        .platform()
        .say_settings(TENANT, &slower)
        .await
        .unwrap();
    until(&world, "database_slow", "pending").await;
    world.clock.advance(TimeDelta::minutes(3));
    until(&world, "database_slow", "firing").await;
}

#[tokio::test]
async fn d_14_two_who_approve_one_review_are_both_confirmed_and_a_third_who_rejects_is_not() {
    let world = World::new().await;
    let lee = issue(world.platform(), TENANT, "lee", &["operator"], &[]).await;
    let now = instant_text(world.clock.now());
    world
        .ingest(json!([{"kind": "review", "id": "rv", "body": {
            "business": "b", "rating": 5, "text": "Good.", "written_at": now,
            "confidence": 0.9, "verdict": "clean", "state": "pending"}}]))
        .await;
    let act = |action: &str, author: &str| Operation {
        kind: "review".into(),
        record: "rv".into(),
        action: action.into(),
        base_revision: Some(1),
        ..acknowledge("rv", author)
    };
    for (token, author) in [(&world.token, "kim"), (&lee, "lee")] {
        let verdict = said(&world, token, &act("approve", author)).await;
        assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    }
    let body = world.body("review", "rv").await;
    assert_eq!(
        (&body["state"], &body["decided_by"]),
        (&json!("published"), &json!("kim"))
    );
    let mut reject = act("reject", "kim");
    reject.params.insert("reason".into(), "Spam".into());
    let verdict = said(&world, &world.token, &reject).await;
    assert_eq!(verdict.word, VerdictWord::Conflict);
}
