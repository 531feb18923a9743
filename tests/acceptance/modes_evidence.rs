//! L-19, L-21, L-22, L-56: evidence goes to PayPal as a whole and once, on a laptop and by the platform, without
//! a line and with one.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use watchkeeper_platform::connectors::paypal::Dispute;

use crate::live_world::{NOW, OP, by, dispute, live, order};
use crate::modes::{Run, World, case};
use crate::pos_world::with;
use crate::records::Records;

/// The items that are files, and what PayPal calls each.
const FILES: [(&str, &str); 6] = [
    ("order_confirmation", "PROOF_OF_RECEIPT_COPY"),
    ("delivery_confirmation", "PROOF_OF_DELIVERY_SIGNATURE"),
    ("product_description", "ITEM_DESCRIPTION"),
    ("customer_messages", "VALID_SUPPORTING_DOCUMENT"),
    ("refund_policy", "RETURN_POLICY"),
    ("terms_of_service", "COPY_OF_CONTRACT"),
];

fn hash(bytes: &str) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A dispute with its number for an id, of which everything was gathered that is listed here.
fn pack(records: &Records, id: &str, fields: Value, files: &[(&str, &str)]) {
    let own = json!({"number": id, "tracking_number": "1Z", "carrier": "UPS",
                     "state": "evidence_ready"});
    records.add("dispute", id, with(dispute(own), fields));
    for (item, _) in files {
        let body = json!({
            "dispute_number": id, "item": item, "name": format!("{item}.pdf"),
            "media": "application/pdf", "bytes": item.len(), "sha256": hash(item),
            "verified": true, "added_at": "2026-11-20T11:00:00.000Z",
        });
        records.add("evidence_document", &format!("{id}-{item}"), body);
    }
}

fn shopping(records: &Records) -> World<'_> {
    World {
        pack: "live-shopping",
        records,
        roles: &OP,
        now: NOW,
        charges: Vec::new(),
    }
}

/// PayPal waits for evidence of these, and the platform has all files.
fn waiting(run: &Run, disputes: &[&str]) {
    let all = disputes.iter().map(|id| Dispute {
        id: (*id).to_owned(),
        status: "WAITING_FOR_SELLER_RESPONSE".into(),
        due: None,
    });
    let all: Vec<Dispute> = all.collect();
    run.stand_ins().paypal.begin_with(&all).unwrap();
    for (item, _) in FILES {
        run.keep(&hash(item), item.as_bytes());
    }
}

fn submitted(run: &Run, dispute: &str) -> Vec<Value> {
    let later = run.now() + chrono::TimeDelta::days(1);
    run.stand_ins().paypal.evidence(dispute, later).unwrap()
}

#[tokio::test]
async fn l_56_and_l_22_evidence_goes_to_paypal_as_a_whole_and_once() {
    let records = live();
    records.add("order", "o-1", order("o-1", json!({})));
    pack(&records, "PP-D-1", json!({}), &FILES);
    pack(&records, "PP-D-2", json!({}), &FILES[1..]);
    let shut = json!({"provider_status": "UNDER_REVIEW"});
    pack(&records, "PP-D-3", shut, &FILES);
    pack(&records, "PP-D-4", json!({"response_due_at": NOW}), &FILES);
    let building = json!({"state": "evidence_building"});
    pack(&records, "PP-D-5", building, &FILES[..1]);
    let of = |id: &'static str| ("dispute", id);
    let note = || json!({"note": "Delivered on the 19th."});
    let more = json!({"item": "refund_policy", "name": "policy.pdf", "media": "application/pdf",
                      "bytes": 1_000, "sha256": hash("policy")});
    let cases = [
        case(
            of("PP-D-2"),
            "submit",
            note(),
            by("dispute.incomplete", "L-19"),
        ),
        case(
            of("PP-D-3"),
            "submit",
            note(),
            by("dispute.not_now", "L-18"),
        ),
        case(
            of("PP-D-4"),
            "submit",
            note(),
            by("dispute.too_late", "X-15"),
        ),
        case(of("PP-D-5"), "add_evidence", more, None),
        case(of("PP-D-1"), "submit", note(), None).then("submitted"),
    ];
    let all = ["PP-D-1", "PP-D-2", "PP-D-3", "PP-D-4", "PP-D-5"];
    let world = shopping(&records);
    let runs = world.twice_with(|run| waiting(run, &all), &cases).await;
    for run in runs {
        let mode = run.mode;
        let pieces = submitted(&run, "PP-D-1");
        let types: Vec<&str> = pieces
            .iter()
            .map(|piece| piece["evidence_type"].as_str().unwrap())
            .collect();
        assert_eq!(types.len(), 7, "{mode:?}: {types:?}");
        assert!(types.contains(&"PROOF_OF_FULFILLMENT"), "{mode:?}");
        for (item, type_) in FILES {
            assert!(types.contains(&type_), "{mode:?}: {item}");
        }
        let status = run.field(of("PP-D-1"), "provider_status").await;
        assert_eq!(status, "UNDER_REVIEW", "{mode:?}");
        assert_eq!(run.field(of("PP-D-1"), "can_submit").await, false);
        for other in &all[1..] {
            assert!(submitted(&run, other).is_empty(), "{mode:?}: {other}");
        }
        // Those that were there, and the one that was added.
        assert_eq!(run.count("evidence_document").await, 25, "{mode:?}");
    }
}
