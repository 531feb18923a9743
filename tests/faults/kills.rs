//! SIGKILL and lost answers: one effect, nothing lost, nothing twice.

use serde_json::{Value, json};
use watchkeeper_tests::{files, wait_for};

use crate::world::{World, action, approve};

/// Operations that ended as confirmed, by id.
fn confirmed(status: &Value) -> Vec<String> {
    let settled = status["settled"].as_array().unwrap().iter();
    settled
        .filter(|operation| operation["word"] == "confirmed")
        .map(|operation| operation["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn fault_01_answer_lost_after_the_platform_committed() {
    let mut world = World::new();
    let record = world.approvable().remove(0);
    world.line.lose_answers(1);
    let request = approve(&record);
    world.client.ask(&request).unwrap();
    wait_for("the answer to be lost", || {
        Ok((world.line.lost() == 1).then_some(()))
    })
    .unwrap();
    let status = world.client.drained().unwrap();
    assert_eq!(confirmed(&status), [request["operation"].as_str().unwrap()]);
    assert_eq!(world.refunds_of(&record), 1);
}

#[test]
fn fault_01_platform_killed_before_its_answer_arrives() {
    let mut world = World::new();
    let record = world.approvable().remove(0);
    world.line.lose_answers(1);
    let request = approve(&record);
    world.client.ask(&request).unwrap();
    wait_for("the answer to be lost", || {
        Ok((world.line.lost() == 1).then_some(()))
    })
    .unwrap();
    world.platform.restart().unwrap();
    let status = world.client.drained().unwrap();
    assert_eq!(confirmed(&status), [request["operation"].as_str().unwrap()]);
    assert_eq!(world.refunds_of(&record), 1);
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
    world.client.ask(&json!({"do": "pull"})).unwrap();
    let status = world.client.drained().unwrap();
    assert_eq!(confirmed(&status), [request["operation"].as_str().unwrap()]);
    assert_eq!(world.refunds_of(&record), 1);
}

#[test]
fn fault_01_client_killed_while_its_operation_is_on_the_way() {
    let mut world = World::new();
    let record = world.approvable().remove(0);
    world.line.lose_answers(1_000);
    let request = approve(&record);
    world.client.ask(&request).unwrap();
    wait_for("the answer to be lost", || {
        Ok((world.line.lost() >= 1).then_some(()))
    })
    .unwrap();
    world.client.kill_and_restart().unwrap();
    world.line.lose_answers(0);
    let status = world.client.drained().unwrap();
    assert_eq!(confirmed(&status), [request["operation"].as_str().unwrap()]);
    assert_eq!(world.refunds_of(&record), 1);
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
    assert_eq!(shown["operations"][0]["word"], "queued");
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

#[test]
fn nothing_confidential_stands_in_clear_on_disk() {
    let mut world = World::new();
    let record = world.approvable().remove(0);
    world.line.cut(true);
    world.client.ask(&approve(&record)).unwrap();
    let title = record["title"].as_str().unwrap();
    let name = title.split(" — ").next().unwrap();
    let token = world.platform.ready.token.clone();
    world.client.kill().unwrap();
    let found =
        files::in_clear(&world.folder.path().join("app"), &[name, &token, "refund"]).unwrap();
    assert_eq!(found, Vec::<String>::new());
}
