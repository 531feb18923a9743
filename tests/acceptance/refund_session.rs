//! D-18, D-19, D-20 from end to end: the whole queue is worked, through the app's engine and a
//! platform in processes of their own.

use serde_json::{Value, json};
use uuid::{NoContext, Timestamp, Uuid};
use watchkeeper_tests::client::Client;
use watchkeeper_tests::platform::Platform;
use watchkeeper_tests::wait_for;

/// The one thing that may be done to a refund, as a request. A refusal is allowed once it has its
/// reason, so policy is what tells the two apart.
fn decision(record: &Value) -> Value {
    let actions = record["actions"].as_array().unwrap();
    let passes = |name: &str| {
        let action = actions.iter().find(|action| action["action"] == name)?;
        let rows = action["policy"].as_array().unwrap();
        rows.iter()
            .all(|row| row["outcome"] == "passed")
            .then_some(action)
    };
    let (action, params) = match (passes("approve"), passes("refuse")) {
        (Some(approve), None) => (approve, json!({})),
        (None, Some(refuse)) => (refuse, json!({"reason": "\"asked on the fourth day\""})),
        both => panic!("exactly one of them: {both:?}"),
    };
    json!({
        "do": "act",
        "operation": Uuid::new_v7(Timestamp::now(NoContext)).to_string(),
        "kind": "refund", "id": record["id"], "action": action["action"], "params": params,
        "typed": action["typed"], "seen_revision": record["revision"], "amends": null,
    })
}

#[test]
fn d_20_two_approved_and_one_refused_and_the_log_can_prove_it() {
    let folder = tempfile::tempdir().unwrap();
    let platform = Platform::start(folder.path(), &["--still"]).unwrap();
    let mut client = Client::start(&folder.path().join("app"), &platform.ready_file()).unwrap();
    client.filled().unwrap();

    let open: Vec<Value> = client
        .rows("refunds")
        .unwrap()
        .into_iter()
        .filter(|row| row["section"] == "open" || row["section"] == "lapsed")
        .collect();
    assert_eq!(open.len(), 3, "the demo world has three refunds to decide");
    for row in &open {
        let record = client
            .record("refund", row["id"].as_str().unwrap())
            .unwrap();
        client.ask(&decision(&record)).unwrap();
    }

    let status = client.drained().unwrap();
    let settled = status["settled"].as_array().unwrap();
    let confirmed = |action: &str| {
        settled
            .iter()
            .filter(|one| one["action"] == action && one["word"] == "confirmed")
            .count()
    };
    assert_eq!(
        (confirmed("Approve"), confirmed("Refuse")),
        (2, 1),
        "{status}"
    );
    assert_eq!(status["held"], json!([]));
    let navigation = client.ask(&json!({"do": "navigation"})).unwrap();
    let queues = navigation["queues"].as_array().unwrap();
    let refunds = queues.iter().find(|queue| queue["view"] == "refunds");
    assert_eq!(refunds.unwrap()["open"], 0, "the queue's target is reached");

    // D-18: the whole price, once each; D-19 and D-55: every buyer was written to, once.
    let refunds = platform.refunds().unwrap();
    let ours: Vec<&Value> = refunds
        .iter()
        .filter(|refund| refund["metadata"] != json!({}))
        .collect();
    assert_eq!(ours.len(), 2, "{refunds:?}");
    assert!(ours.iter().all(|refund| refund["amount"] == 2200));
    let mails = wait_for("the mails", || {
        let mails = platform.mails()?;
        Ok((mails.len() >= 3).then_some(mails))
    })
    .unwrap();
    assert_eq!(mails.len(), 3);

    // Every decision is in the chain, the chain holds, and the platform has countersigned it.
    let chain = wait_for("the countersignature", || {
        let chain = client.status()?["chain"].clone();
        Ok((chain["countersigned"] == chain["entries"]).then_some(chain))
    })
    .unwrap();
    assert_eq!(chain["broken_at"], Value::Null);
    assert!(chain["entries"].as_u64().unwrap() >= 1 + 3 + 3, "{chain}");
}
