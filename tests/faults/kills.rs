//! SIGKILL and lost answers: one effect, nothing lost, nothing twice.

use serde_json::Value;
use watchkeeper_tests::wait_for;

use crate::world::{World, action, approve};

/// Approves a refund while this many answers get lost on the way back, and waits for the first to
/// be lost: the platform has committed by then. Gives the record and the request.
fn approve_unheard(world: &mut World, answers: u32) -> (Value, Value) {
    let record = world.approvable().remove(0);
    world.line.lose_answers(answers);
    let request = approve(&record);
    world.client.ask(&request).unwrap();
    wait_for("the answer to be lost", || {
        Ok((world.line.lost() >= 1).then_some(()))
    })
    .unwrap();
    (record, request)
}

/// Ends with this one operation confirmed, no other, and one refund at the provider.
fn one_effect(world: &mut World, record: &Value, request: &Value) {
    let status = world.client.drained().unwrap();
    let settled = status["settled"].as_array().unwrap().iter();
    let confirmed: Vec<&Value> = settled
        .filter(|operation| operation["word"] == "confirmed")
        .map(|operation| &operation["id"])
        .collect();
    assert_eq!(confirmed, [&request["operation"]], "{status}");
    assert_eq!(world.refunds_of(record), 1);
}

#[test]
fn fault_01_answer_lost_after_the_platform_committed() {
    let mut world = World::new();
    let (record, request) = approve_unheard(&mut world, 1);
    one_effect(&mut world, &record, &request);
    assert_eq!(world.line.lost(), 1);
}

#[test]
fn fault_01_platform_killed_before_its_answer_arrives() {
    let mut world = World::new();
    let (record, request) = approve_unheard(&mut world, 1);
    world.platform.restart().unwrap();
    one_effect(&mut world, &record, &request);
}

#[test]
fn fault_02_client_killed_around_the_enqueue_commit() {
    let mut world = World::new();
    world.line.cut(true);
    let record = world.approvable().remove(0);
    let request = approve(&record);
    // Nobody reads the answer: whether the commit happened is known only after the restart.
    world.client.tell(&request).unwrap();
    world.client.kill_and_restart().unwrap();
    let status = world.client.status().unwrap();
    let waiting = status["waiting"].as_array().unwrap().len();
    assert!(waiting <= 1, "entered twice: {status}");
    // The window would send the same form again: still one entry.
    world.client.ask(&request).unwrap();
    world.client.ask(&request).unwrap();
    let status = world.client.status().unwrap();
    assert_eq!(status["waiting"].as_array().unwrap().len(), 1, "{status}");
    world.line.cut(false);
    world.client.pull().unwrap();
    one_effect(&mut world, &record, &request);
}

#[test]
fn fault_01_client_killed_while_its_operation_is_on_the_way() {
    let mut world = World::new();
    let (record, request) = approve_unheard(&mut world, 1_000);
    world.client.kill_and_restart().unwrap();
    world.line.lose_answers(0);
    one_effect(&mut world, &record, &request);
}

#[test]
fn offline_work_is_sent_once_after_the_line_is_back() {
    let mut world = World::new();
    world.line.cut(true);
    let record = world.approvable().remove(0);
    world.client.ask(&approve(&record)).unwrap();
    let shown = world
        .client
        .record("refund", record["id"].as_str().unwrap())
        .unwrap();
    // A try that was on its way when the line broke may have arrived, as far as anybody knows.
    let word = &shown["operations"][0]["word"];
    assert!(word == "queued" || word == "unknown", "{word}");
    assert_eq!(
        shown["state"], record["state"],
        "nothing is shown as done before the other side said so"
    );
    world.client.kill_and_restart().unwrap();
    assert_eq!(
        world.client.status().unwrap()["waiting"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(world.refunds_of(&record), 0);
    world.line.cut(false);
    world.client.drained().unwrap();
    assert_eq!(world.refunds_of(&record), 1);
    let settled = wait_for("the mirror to have it", || {
        let shown = world
            .client
            .record("refund", record["id"].as_str().unwrap())?;
        Ok((shown["state"] != record["state"]).then_some(shown))
    })
    .unwrap();
    assert!(action(&settled, "approve").is_none_or(|approve| approve["allowed"] == false));
}
