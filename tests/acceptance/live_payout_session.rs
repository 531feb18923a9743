//! L-14 from end to end: creators are paid on Friday at two, through the app's engine, a platform and what
//! stands in for Wise, with and without a line.

use serde_json::{Value, json};
use watchkeeper_tests::wait_for;

use crate::desk::{Desk, denied, fact};

const BATCH: (&str, &str) = ("payout_batch", "PB-W0");
/// Who is paid in this week, and what: orders less costs, times the commission, less what refunded orders
/// take back (L-15).
const PAID: [(&str, &str, f64); 3] = [
    ("PO-W0-thea", "Thea Lindqvist", 135_600.0),
    ("PO-W0-mila", "Mila Okafor", 63_700.0),
    ("PO-W0-jonah", "Jonah Reyes", 18_900.0),
];
/// Whose bank details changed, and who earned less than was left over from the week before.
const BEA: (&str, &str) = ("payout", "PO-W0-bea");
const OWEN: (&str, &str) = ("payout", "PO-W0-owen");

/// At the desk from this instant on.
fn desk(start: &str) -> Desk {
    let network = ("Live Shopping Network", "live-shopping");
    Desk::new(Some(network), &["--start", start])
}

fn because(code: &str, row: &str) -> Option<(String, String)> {
    Some((code.to_owned(), row.to_owned()))
}

/// Transfers of this week's batch that were not cancelled: reference and amount.
fn transfers(desk: &Desk) -> Vec<(String, f64)> {
    let all = desk.platform.transfers().unwrap().into_iter();
    let ours = all.filter(|transfer| {
        let reference = transfer["reference"].as_str().unwrap();
        reference.starts_with("PB-W0/") && transfer["status"] != "cancelled"
    });
    let mut ours: Vec<_> = ours
        .map(|transfer| {
            let reference = transfer["reference"].as_str().unwrap().to_owned();
            (reference, transfer["targetValue"].as_f64().unwrap())
        })
        .collect();
    ours.sort_by(|one, other| one.0.cmp(&other.0));
    ours
}

/// The payouts of this week's batch that this laptop has, by id.
fn payouts(desk: &mut Desk) -> Vec<String> {
    let rows = desk.client.rows("payouts").unwrap().into_iter();
    let ids = rows.map(|row| row["id"].as_str().unwrap().to_owned());
    let mut ids: Vec<String> = ids.filter(|id| id.starts_with("PO-W0-")).collect();
    ids.sort();
    ids
}

#[test]
fn l_14_the_batch_is_due_on_friday_at_two_and_not_made_before() {
    // Friday, 13:00 in New York.
    let mut desk = desk("2026-11-20T18:00:00Z");
    let early = because("batch.too_early", "X-17");
    for without_a_line in [false, true] {
        if without_a_line {
            desk.cut();
        }
        let batch = desk.record(BATCH);
        assert_eq!(batch["state"]["id"], "planned");
        let clock = &batch["clocks"][0];
        let due = clock["due"].as_str().unwrap();
        assert!(due.starts_with("2026-11-20T14:00:00"), "{due}");
        assert_eq!(
            (&clock["row"], &clock["runs"]),
            (&json!("L-14"), &json!(true))
        );
        assert_eq!(denied(&batch, "generate"), early);
        let refused = desk.act(BATCH, "generate", json!({})).unwrap_err();
        assert!(refused.contains("X-17"), "{refused}");
    }
    assert_eq!(payouts(&mut desk), [""; 0]);
}

#[test]
fn l_14_and_x_17_made_reviewed_verified_processed_watched_and_put_right() {
    // Friday, 14:30 in New York.
    let mut desk = desk("2026-11-20T19:30:00Z");
    // 1: who the creators are.
    let creators = desk.client.rows("creators").unwrap();
    assert!(creators.iter().any(|row| row["id"] == "thea"));

    // 2: the batch is made, which pays nobody. Without a line it is asked for and not made.
    desk.cut();
    desk.act(BATCH, "generate", json!({})).unwrap();
    assert_eq!(payouts(&mut desk), [""; 0]);
    assert_eq!(desk.mend()["held"], json!([]));
    for (id, ..) in PAID {
        desk.stands(("payout", id), "ready");
    }
    let total = |record: &Value| fact(record, "total")["money"]["minor"].as_f64();
    let batch = desk.seen(BATCH, |record| total(record).is_some());
    assert_eq!(total(&batch), Some(221_100.0));
    assert_eq!(fact(&batch, "payouts")["number"], 5.0);
    assert_eq!(transfers(&desk), []);

    // 3: amounts and recipients.
    for (id, name, minor) in PAID {
        let payout = desk.record(("payout", id));
        assert!(payout["title"].as_str().unwrap().contains(name), "{id}");
        let payable = fact(&payout, "payable")["money"]["minor"].as_f64();
        assert_eq!(payable, Some(minor), "{id}");
    }
    assert!(denied(&desk.record(BATCH), "process").is_some(), "not yet");
    desk.done(BATCH, "review", json!({}));

    // 4: whose bank details are not current is left out, or nobody is paid.
    let unverified = because("batch.bad_bank", "L-14");
    desk.seen(BATCH, |record| denied(record, "process") == unverified);
    desk.cut();
    assert_eq!(denied(&desk.record(BATCH), "process"), unverified);
    let why = json!({"reason": "The bank details are not current."});
    desk.act(BEA, "hold", why).unwrap();
    // Whoever is paid nothing stops nobody, and is carried on.
    desk.act(OWEN, "carry_on", json!({})).unwrap();
    assert_eq!(desk.mend()["held"], json!([]));
    desk.stands(BEA, "held");
    desk.stands(OWEN, "carried");

    // 5: processed once the line is back. One transfer is not taken by Wise.
    desk.platform.misbehave_as_wise("refuse", 1).unwrap();
    desk.seen(BATCH, |record| denied(record, "process").is_none());
    desk.cut();
    desk.act(BATCH, "process", json!({})).unwrap();
    assert_eq!(transfers(&desk), []);
    for (id, ..) in PAID {
        assert_eq!(desk.record(("payout", id))["state"]["id"], "ready", "{id}");
    }
    assert_eq!(desk.mend()["held"], json!([]));

    // 6: watched until all have arrived or failed. Only what failed is told.
    let mut states = Vec::new();
    for (id, ..) in PAID {
        let payout = desk.seen(("payout", id), |record| {
            record["state"]["id"] == "paid" || record["state"]["id"] == "failed"
        });
        let failed = payout["state"]["id"] == "failed";
        let told = if failed { "failure" } else { "wise_transfer" };
        assert_ne!(fact(&payout, told)["type"], "empty", "{id}");
        states.push((id, failed));
    }
    let failed: Vec<&str> = states.iter().filter(|one| one.1).map(|one| one.0).collect();
    assert_eq!(failed.len(), 1, "{states:?}");
    let history = desk.client.rows("payout_transfers").unwrap();
    for (id, ..) in PAID {
        assert!(history.iter().any(|row| row["id"] == id), "{id}");
    }
    wait_for("the alert", || {
        let fires = desk.fires("payout_failed");
        Ok(fires.iter().any(|(_, id)| id == failed[0]).then_some(()))
    })
    .unwrap();

    // 7: the failed one is paid under the same reference; only then the week is closed.
    let unfinished = because("batch.unfinished", "L-14");
    desk.seen(BATCH, |record| denied(record, "close") == unfinished);
    desk.cut();
    desk.act(("payout", failed[0]), "retry", json!({})).unwrap();
    assert_eq!(transfers(&desk).len(), 2, "nothing moves without a line");
    assert_eq!(desk.mend()["held"], json!([]));
    desk.stands(("payout", failed[0]), "paid");
    desk.seen(BATCH, |record| denied(record, "close").is_none());
    desk.done(BATCH, "close", json!({}));
    desk.stands(BATCH, "closed");

    // Everybody once, and whoever was held not at all.
    let amounts = [
        ("PB-W0/jonah", 189.0),
        ("PB-W0/mila", 637.0),
        ("PB-W0/thea", 1_356.0),
    ];
    let amounts = amounts.map(|(reference, amount)| (reference.to_owned(), amount));
    assert_eq!(transfers(&desk), amounts);
    for label in [
        "Generate payout batch",
        "Process payouts",
        "Close the batch",
    ] {
        let log = desk.logged(BATCH, label);
        assert_eq!(log.last().map(String::as_str), Some("confirmed"), "{label}");
    }
}

#[test]
fn l_14_whose_bank_details_change_after_the_review_is_not_paid_by_the_batch() {
    // Friday, 14:30 in New York.
    let mut desk = desk("2026-11-20T19:30:00Z");
    desk.done(BATCH, "generate", json!({}));
    for (id, ..) in PAID {
        desk.stands(("payout", id), "ready");
    }
    let why = json!({"reason": "The bank details are not current."});
    desk.done(BEA, "hold", why);
    desk.done(OWEN, "carry_on", json!({}));
    desk.done(BATCH, "review", json!({}));
    // The payout still says what was true when it was made.
    desk.bring(
        "creator",
        "jonah",
        json!({
            "handle": "jonah", "name": "Jonah Reyes", "email": "jonah@creators.example",
            "tier": "rise", "wise_recipient": "rcp-6666", "bank": "changed", "followers": 12_900,
            "shows": 64, "mean_viewers": 240, "sales_90_days": {"minor": 1_192_000, "currency": "USD"},
        }),
    );
    let jonah = ("payout", "PO-W0-jonah");
    desk.seen(BATCH, |record| denied(record, "process").is_none());
    desk.done(BATCH, "process", json!({}));
    for id in ["PO-W0-thea", "PO-W0-mila"] {
        desk.stands(("payout", id), "paid");
    }
    let paid: Vec<String> = transfers(&desk).into_iter().map(|one| one.0).collect();
    assert_eq!(paid, ["PB-W0/mila", "PB-W0/thea"]);
    let outdated = because("payout.bad_bank", "L-14");
    let left = desk.seen(jonah, |record| denied(record, "send") == outdated);
    assert_eq!(left["state"]["id"], "ready");
    wait_for("the alert", || {
        let fires = desk.fires("payout_bank");
        Ok(fires.iter().any(|(_, id)| id == jonah.1).then_some(()))
    })
    .unwrap();
    // The week ends without it; it is paid from this batch once the details are confirmed.
    let unfinished = because("batch.unfinished", "L-14");
    desk.seen(BATCH, |record| denied(record, "close") == unfinished);
    let why = json!({"reason": "The bank details changed."});
    desk.done(jonah, "hold", why);
    desk.seen(BATCH, |record| denied(record, "close").is_none());
    desk.done(BATCH, "close", json!({}));
    desk.stands(BATCH, "closed");
}

#[test]
fn x_18_what_was_below_zero_is_taken_into_the_next_batch_once() {
    // Friday, 14:30 in New York.
    let mut desk = desk("2026-11-20T19:30:00Z");
    let before = ("payout", "PO-W1-owen");
    let cents = |record: &Value, field: &str| fact(record, field)["money"]["minor"].as_f64();
    let into = |record: &Value| fact(record, "carried_into");
    let last = desk.stands(before, "carried");
    assert_eq!(cents(&last, "carry_forward"), Some(-1_160.0));
    assert_eq!(into(&last)["type"], "empty", "in no batch yet");

    desk.done(BATCH, "generate", json!({}));
    let taken = desk.seen(before, |record| into(record)["type"] != "empty");
    assert!(into(&taken).to_string().contains("PB-W0"), "{taken}");
    let owen = desk.stands(OWEN, "ready");
    assert_eq!(cents(&owen, "carried_in"), Some(-1_160.0));
    // 75 dollars after costs, a tenth of it, less what was left over.
    assert_eq!(cents(&owen, "payable"), Some(0.0));
    assert_eq!(cents(&owen, "carry_forward"), Some(-410.0));

    // The rest goes on from here, and what was taken in does not go on beside it.
    desk.done(OWEN, "carry_on", json!({}));
    let rest = desk.stands(OWEN, "carried");
    assert_eq!(into(&rest)["type"], "empty", "{rest}");
    assert_ne!(into(&desk.record(before))["type"], "empty");
    let rows = desk.client.rows("payouts").unwrap().into_iter();
    let nothing = rows.filter(|row| row["section"] == "nothing").count();
    assert_eq!(nothing, 0);
}
