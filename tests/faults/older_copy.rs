//! Fault 72: an older copy of the laptop's folder is put back.

use std::path::Path;

use serde_json::{Value, json};
use watchkeeper_tests::client::Client;
use watchkeeper_tests::wait_for;

use crate::world::{World, approve, refuse};

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let to = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(to).unwrap();
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Waits until the platform has countersigned all of this laptop's chain.
fn countersigned(client: &mut Client) -> Value {
    wait_for("the chain to be countersigned", || {
        // A window would look whenever it is told of a change.
        client.ask(&json!({"do": "app"}))?;
        client.pull()?;
        let chain = client.status()?["chain"].clone();
        let all = chain["entries"] == chain["countersigned"];
        Ok((all && chain["entries"] != 0).then_some(chain))
    })
    .unwrap()
}

#[test]
fn fault_72_an_older_copy_of_the_folder_repeats_nothing_and_the_laptop_goes_on() {
    let mut world = World::new();
    let data = world.folder.path().join("app");
    let backup = world.folder.path().join("backup");
    let mut may = world.approvable();
    let (first, second) = (may.remove(0), may.remove(0));
    countersigned(&mut world.client);
    // When the copy was taken one operation waited.
    world.line.cut(true);
    let request = approve(&first);
    world.client.ask(&request).unwrap();
    world.client.kill().unwrap();
    copy(&data, &backup);
    // Then a week went by.
    let demo = world.line.demo_file(&world.platform.ready_file()).unwrap();
    world.line.cut(false);
    world.client = Client::start(&data, &demo).unwrap();
    world.client.drained().unwrap();
    world.client.ask(&approve(&second)).unwrap();
    world.client.drained().unwrap();
    let week = countersigned(&mut world.client);
    let first_device = world.client.ask(&json!({"do": "chain"})).unwrap()["device"].clone();
    world.client.kill().unwrap();
    assert_eq!(
        (world.refunds_of(&first), world.refunds_of(&second)),
        (1, 1)
    );

    std::fs::remove_dir_all(&data).unwrap();
    copy(&backup, &data);
    world.client = Client::start(&data, &demo).unwrap();
    // What waited in the copy is sent again under its id, and answered by what was decided then.
    let status = world.client.drained().unwrap();
    let settled = &status["settled"][0];
    assert_eq!(settled["id"], request["operation"], "{status}");
    assert_eq!(settled["word"], "confirmed", "{status}");
    assert_eq!(
        (world.refunds_of(&first), world.refunds_of(&second)),
        (1, 1)
    );
    // The platform holds another end of the chain: it is noticed and said, and this laptop goes on as
    // another device, whose chain is countersigned.
    wait_for("the fork to be noticed", || {
        let app = world.client.ask(&json!({"do": "app"}))?;
        world.client.pull()?;
        let told = app["notices"].as_array().is_some_and(|notices| {
            notices
                .iter()
                .any(|notice| notice["type"] == "chain_forked")
        });
        Ok(told.then_some(()))
    })
    .unwrap();
    let chain = countersigned(&mut world.client);
    assert!(
        chain["entries"].as_u64() < week["entries"].as_u64(),
        "{chain}: a new one"
    );
    let checked = world.client.ask(&json!({"do": "chain"})).unwrap();
    assert!(checked["broken"].is_null(), "{checked}");
    assert_ne!(checked["device"], first_device);
    // What was decided in that week is here again, and work goes on.
    let shown = world
        .client
        .record("refund", second["id"].as_str().unwrap())
        .unwrap();
    assert_ne!(shown["state"], second["state"]);
    let rows = world.client.rows("refunds").unwrap();
    let third = rows.iter().find_map(|row| {
        let record = world.client.record("refund", row["id"].as_str()?).ok()?;
        refuse(&record, "too late")
    });
    world
        .client
        .ask(&third.expect("a refund that may be refused"))
        .unwrap();
    let status = world.client.drained().unwrap();
    assert_eq!(status["settled"][0]["word"], "confirmed", "{status}");
    countersigned(&mut world.client);
    // Not a second time.
    world.client.kill_and_restart().unwrap();
    countersigned(&mut world.client);
    assert_eq!(
        world.client.ask(&json!({"do": "chain"})).unwrap()["device"],
        checked["device"]
    );
    assert_eq!(
        world.client.status().unwrap()["chain"]["broken_at"],
        Value::Null
    );
}
