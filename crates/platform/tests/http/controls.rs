//! Controls of the platform: they come with the feed, are switched at a host whose variables reach new
//! deployments only, and count once they were read back.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Map, Value, json};
use uuid::Uuid;
use watchkeeper_pack::Bundle;
use watchkeeper_platform::clock::Clock;
use watchkeeper_platform::connectors::flag::{FlagStandIn, Mode};
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};

use crate::support::{TENANT, World, issue, pack_folder, signed, tenant};

/// A switch as an operator asks for it.
fn switch(world: &World, id: &str, value: &Value) -> Operation {
    let params = json!({"value": value.to_string(), "reason": "Legal looks at one."});
    Operation {
        kind: "control".into(),
        base_revision: None,
        params: params.as_object().unwrap().clone(),
        not_after: Some(world.clock.now() + TimeDelta::minutes(10)),
        ..world.operation(id, "switch")
    }
}

async fn in_force(world: &World) -> Map<String, Value> {
    let me = world.me().await;
    me["controls"].as_object().unwrap().clone()
}

fn host(world: &World) -> &FlagStandIn {
    &world.platform().stand_ins.as_ref().unwrap().flag
}

/// Moves the clock on until the operation has ended.
async fn ended(world: &World, id: Uuid, step: TimeDelta) -> Verdict {
    for _ in 0..600 {
        let verdict = world.verdict(id).await;
        if verdict.word.is_final() {
            return verdict;
        }
        world.clock.advance(step);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never ended: {:?}", world.verdict(id).await);
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..1500 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never: {what}");
}

#[tokio::test]
async fn each_control_of_the_pack_is_a_record_as_it_is_by_default() {
    let world = World::new().await;
    let record = world.body("control", "ai_mode").await;
    assert_eq!(record["state"], "steady");
    assert_eq!(record["variable"], "here/ai_mode");
    assert_eq!(record.get("value"), None, "the pack's default counts");
    assert_eq!(in_force(&world).await, Map::new());
    let brought = json!([{"kind": "control", "id": "ai_mode", "body": {"value": "\"standby\""}}]);
    let answer = world.ingest(brought).await;
    assert_eq!(answer["accepted"], 0, "no system brings one");
}

#[tokio::test]
async fn x_52_a_switch_counts_once_a_new_deployment_answers_with_it() {
    let world = World::new().await;
    let operation = switch(&world, "ai_mode", &json!("standby"));
    let accepted = world.submit(&operation).await;
    assert_eq!(accepted.word, VerdictWord::Accepted);
    until("it is deployed", async || {
        host(&world).deployments().unwrap() == 1
    })
    .await;
    // The host has the variable, and what runs does not.
    let set = host(&world).settings().unwrap();
    assert_eq!(set[0]["flag"], "here/ai_mode");
    assert_eq!(set[0]["value"], "\"standby\"");
    world.clock.advance(TimeDelta::seconds(15));
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(
        world.verdict(operation.id).await.word,
        VerdictWord::Accepted
    );
    assert_eq!(in_force(&world).await, Map::new(), "not in effect");
    let record = world.body("control", "ai_mode").await;
    assert_eq!(record["state"], "switching");
    assert_eq!(record["asked"], "\"standby\"");
    assert_eq!(record["asked_by"], "kim");
    assert_eq!(record.get("value"), None);
    // Nobody else switches it meanwhile.
    let other = world
        .submit(&switch(&world, "ai_mode", &json!("primary")))
        .await;
    assert_eq!(other.reason.unwrap().code, "action.wrong_state");

    let ended = ended(&world, operation.id, TimeDelta::seconds(5)).await;
    assert_eq!(ended.word, VerdictWord::Confirmed);
    assert_eq!(in_force(&world).await["ai_mode"], "standby");
    let record = world.body("control", "ai_mode").await;
    assert_eq!(record["state"], "steady");
    assert_eq!(record["value"], "\"standby\"");
    assert_eq!(record["by"], "kim");
    assert_eq!(record["reason"], "Legal looks at one.");
    assert_eq!(record.get("asked"), None);
    assert_eq!(world.submit(&operation).await.word, VerdictWord::Confirmed);
    assert_eq!(host(&world).settings().unwrap().len(), 1, "once");
    assert_eq!(host(&world).deployments().unwrap(), 1, "once");
}

#[tokio::test]
async fn a_host_that_does_not_answer_sets_and_deploys_once() {
    for mode in [
        Mode::TimeoutBefore,
        Mode::TimeoutAfter,
        Mode::DeployLost,
        Mode::DeployTimeout,
    ] {
        let world = World::new().await;
        host(&world).misbehave(mode, 2);
        let operation = switch(&world, "freeze_refunds", &json!(true));
        world.submit(&operation).await;
        let ended = ended(&world, operation.id, TimeDelta::seconds(2)).await;
        assert_eq!(ended.word, VerdictWord::Confirmed, "{mode:?}");
        assert_eq!(in_force(&world).await["freeze_refunds"], true);
        assert_eq!(host(&world).settings().unwrap().len(), 1, "{mode:?}");
        assert_eq!(host(&world).deployments().unwrap(), 1, "{mode:?}");
    }
}

#[tokio::test]
async fn a_deployment_that_never_comes_switches_nothing_and_says_so() {
    for (mode, step) in [
        (Mode::Stuck, TimeDelta::seconds(30)),
        (Mode::DeployFails, TimeDelta::seconds(5)),
    ] {
        let mut world = World::new().await;
        host(&world).misbehave(mode, 1);
        let operation = switch(&world, "freeze_refunds", &json!(true));
        world.submit(&operation).await;
        until("it is deployed", async || {
            host(&world).deployments().unwrap() == 1
        })
        .await;
        // Killed and started again, the platform still only looks.
        world = world.crash().await;
        let refused = ended(&world, operation.id, step).await;
        assert_eq!(refused.word, VerdictWord::Refused, "{mode:?}");
        assert_eq!(refused.reason.unwrap().code, "control.not_in_effect");
        assert_eq!(in_force(&world).await, Map::new());
        let record = world.body("control", "freeze_refunds").await;
        assert_eq!(record["state"], "failed");
        assert!(record["problem"].as_str().unwrap().contains("old value"));
        // It may be switched again.
        let again = switch(&world, "freeze_refunds", &json!(true));
        world.submit(&again).await;
        let ended = ended(&world, again.id, TimeDelta::seconds(5)).await;
        assert_eq!(ended.word, VerdictWord::Confirmed);
        assert_eq!(host(&world).settings().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn what_the_host_could_not_be_told_in_time_lapses() {
    let world = World::new().await;
    host(&world).misbehave(Mode::Down, 100_000);
    let operation = switch(&world, "freeze_refunds", &json!(true));
    assert_eq!(world.submit(&operation).await.word, VerdictWord::Accepted);
    let lapsed = ended(&world, operation.id, TimeDelta::seconds(30)).await;
    assert_eq!(lapsed.word, VerdictWord::Lapsed);
    host(&world).misbehave(Mode::None, 0);
    world.clock.advance(TimeDelta::hours(1));
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(host(&world).settings().unwrap().is_empty(), "never");
    assert_eq!(in_force(&world).await, Map::new());
    assert_eq!(
        world.body("control", "freeze_refunds").await["state"],
        "failed"
    );
}

/// A variable that is set comes into effect with anybody's next deployment: it is not left so.
#[tokio::test]
async fn what_was_set_is_deployed_however_late() {
    let world = World::new().await;
    host(&world).misbehave(Mode::DeployLost, 100_000);
    let operation = switch(&world, "freeze_refunds", &json!(true));
    world.submit(&operation).await;
    world.until(operation.id, VerdictWord::Unknown).await;
    world.clock.advance(TimeDelta::minutes(11));
    tokio::time::sleep(Duration::from_millis(600)).await;
    host(&world).misbehave(Mode::None, 0);
    let ended = ended(&world, operation.id, TimeDelta::seconds(5)).await;
    assert_eq!(ended.word, VerdictWord::Confirmed);
    assert_eq!(in_force(&world).await["freeze_refunds"], true);
    assert_eq!(host(&world).deployments().unwrap(), 1);
}

#[tokio::test]
async fn a_host_that_refuses_is_told_and_who_may_not_switches_nothing() {
    let world = World::new().await;
    host(&world).misbehave(Mode::Refuse, 1);
    let operation = switch(&world, "freeze_refunds", &json!(true));
    world.submit(&operation).await;
    let refused = world.until(operation.id, VerdictWord::Refused).await;
    assert_eq!(refused.reason.unwrap().code, "provider.refused");
    let legal = issue(world.platform(), TENANT, "lea", &["legal"], &[]).await;
    let theirs = Operation {
        author: "lea".into(),
        ..switch(&world, "freeze_refunds", &json!(true))
    };
    let verdicts = world.submit_as(&legal, &[theirs]).await;
    let why = verdicts[0].reason.as_ref().unwrap();
    assert_eq!(why.code, "rights.missing_role");
    assert_eq!(why.row.as_deref(), Some("D-52"));
    assert!(host(&world).settings().unwrap().is_empty());
}

#[tokio::test]
async fn what_the_platform_itself_switches_is_the_same_record() {
    let world = World::new().await;
    let set = async |controls: Value| {
        let controls = controls.as_object().unwrap().clone();
        world
            .platform()
            .set_controls(TENANT, &controls)
            .await
            .unwrap();
    };
    set(json!({"freeze_refunds": true})).await;
    let record = world.body("control", "freeze_refunds").await;
    assert_eq!(
        (&record["value"], &record["state"]),
        (&json!("true"), &json!("steady"))
    );
    assert!(record.contains_key("since") && !record.contains_key("by"));
    assert_eq!(in_force(&world).await["freeze_refunds"], true);
    let id = world.refund(1, 5).await;
    let refused = world.submit(&world.operation(&id, "approve")).await;
    assert_eq!(refused.reason.unwrap().row.as_deref(), Some("D-52"));
    // What is left out stays, and null takes back.
    set(json!({"ai_mode": "standby"})).await;
    set(json!({"freeze_refunds": null})).await;
    let left = json!({"ai_mode": "standby"});
    assert_eq!(in_force(&world).await, *left.as_object().unwrap());
}

#[tokio::test]
async fn a_55_a_control_of_a_region_is_its_own_and_seen_there_alone() {
    let world = World::new().await;
    let amarise = Bundle::from_dir(&pack_folder().join("../amarise")).unwrap();
    let platform = world.platform();
    platform
        .found(&tenant("shop"), Some(&signed(amarise)))
        .await
        .unwrap();
    let operator = issue(platform, "shop", "noor", &["operator"], &["uae"]).await;
    let pause = |region: &str| Operation {
        author: "noor".into(),
        ..switch(&world, &format!("sales_paused/{region}"), &json!(true))
    };
    let (here, elsewhere) = (pause("uae"), pause("eu"));
    let verdicts = world.submit_as(&operator, &[here.clone(), elsewhere]).await;
    assert_eq!(verdicts[0].word, VerdictWord::Accepted);
    assert_eq!(verdicts[1].word, VerdictWord::Conflict, "not in sight");
    until("it is in force", async || {
        world.clock.advance(TimeDelta::seconds(5));
        let state = platform.store.tenant("shop").await.unwrap().unwrap();
        state.controls.get("sales_paused") == Some(&json!({"uae": true}))
    })
    .await;
    let set = host(&world).settings().unwrap();
    assert_eq!(set.len(), 1);
    assert_eq!(set[0]["flag"], "shop/sales_paused/uae");
}
