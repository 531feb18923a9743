//! What an action makes, on a laptop and by the platform, without a line and with one.

use std::collections::BTreeMap;

use serde_json::json;
use watchkeeper_core::features::queues::view::OperationWord;

use crate::modes::{World, case};
use crate::packs::POS_SAAS;
use crate::pos_world::{NOON, by, organisation};
use crate::records::Records;

const LEAK: (&str, &str) = ("leak_case", "l");

/// A leak that is contained, and nobody on its list yet.
fn contained() -> Records {
    let records = Records::of(&POS_SAAS);
    organisation(&records, "o", json!({}));
    let body = json!({
        "number": "L-1", "reporter": "o", "table": "orders", "known_at": "2026-11-17T12:00:00.000Z",
        "seen": "orders of another shop", "contained_at": NOON, "state": "contained",
    });
    records.add("leak_case", "l", body);
    records
}

fn saas(records: &Records) -> World<'_> {
    World {
        pack: "pos-saas",
        records,
        roles: &[],
        now: NOON,
        charges: Vec::new(),
    }
}

#[tokio::test]
async fn records_of_p_09_an_organisation_that_was_just_listed_keeps_the_audit_open() {
    let records = contained();
    let cases = [
        case(LEAK, "add_organisation", json!({"organisation": "o"}), None),
        case(
            LEAK,
            "finish_audit",
            json!({}),
            by("leak.unaudited", "P-09"),
        ),
    ];
    for run in saas(&records).twice(&cases).await {
        assert_eq!(run.count("exposure").await, 1, "{:?}", run.mode);
        assert_eq!(run.listed("exposures").await.len(), 1, "{:?}", run.mode);
    }
}

#[tokio::test]
async fn records_of_p_09_an_organisation_is_audited_before_the_platform_has_heard_that_it_is_listed()
 {
    let records = contained();
    let [run, _] = saas(&records).twice(&[]).await;
    let add = case(LEAK, "add_organisation", json!({"organisation": "o"}), None);
    let added = run.act_on(&run.laptop, &add).await;
    let ours = BTreeMap::from([("on_the_way".to_owned(), 1)]);
    assert_eq!(run.sections("exposures").await, ours);
    let [id]: [String; 1] = run.listed("exposures").await.try_into().unwrap();
    let exposure = ("exposure", id.as_str());
    let shown = run.laptop.record(exposure).await;
    assert!(shown.title.contains("L-1"), "{}", shown.title);
    assert_eq!(shown.operations[0].word, OperationWord::Queued);
    let clean = case(exposure, "clean", json!({"what": "the logs"}), None);
    let audited = run.act_on(&run.laptop, &clean).await;
    assert_eq!(audited.waits_for.map(|on| on.id), Some(added.id));
    let ended = run.ends_on(&run.laptop, &audited.id, exposure).await;
    assert_eq!(ended.word, OperationWord::Confirmed);
    run.laptop.turn().await;
    // The platform gave it the very id under which it was drawn.
    assert_eq!(run.field(exposure, "state").await, "clean");
    assert_eq!(run.count("exposure").await, 1);
    assert_eq!(run.listed("exposures").await, std::slice::from_ref(&id));
    let done = BTreeMap::from([("done".to_owned(), 1)]);
    assert_eq!(run.sections("exposures").await, done);
}
