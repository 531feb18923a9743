//! Rows of the document that end at PayPal or Wise, from the asking to what the record says.

use serde_json::json;
use watchkeeper_platform::connectors::wise::Mode;
use watchkeeper_platform::store::Question;
use watchkeeper_wire::operation::VerdictWord;

use super::{
    agreed, back, bought, bring, code, done, operation, payout, sent, shop, stand_ins, transfers,
    usd,
};
use crate::support::TENANT;

#[tokio::test]
async fn l_11_a_refund_goes_from_the_request_to_paypal_the_order_and_the_customer() {
    let world = shop().await;
    bought(&world, "o-1", "CAP1").await;
    let request = json!({
        "number": "RQ-1", "order": "o-1", "order_number": "o-1", "email": "pat@mail.example",
        "amount": usd(4_000), "capture_id": "CAP1", "requested_at": "2026-11-20T09:00:00.000Z",
        "state": "requested",
    });
    bring(&world, "refund", "RQ-1", request).await;
    let found = json!({"found": "One cup is broken."});
    let reviewed = done(&world, ("refund", "RQ-1"), "review", found).await;
    assert_eq!(reviewed.word, VerdictWord::Confirmed);
    let approve = operation(&world, ("refund", "RQ-1"), "approve", json!({})).await;
    let verdict = agreed(&world, &approve).await;
    assert_eq!(
        (verdict.word, verdict.reason.clone()),
        (VerdictWord::Confirmed, None)
    );
    let refunds = back(&world);
    assert_eq!(refunds.len(), 1);
    assert_eq!(refunds[0]["status"], "COMPLETED");
    assert_eq!(
        refunds[0]["amount"],
        json!({"value": "40.00", "currency_code": "USD"})
    );
    assert_eq!(refunds[0]["custom_id"], format!("{}:1", approve.id));
    assert_eq!(refunds[0]["note_to_payer"], "refund RQ-1");
    let refund = world.body("refund", "RQ-1").await;
    assert_eq!(refund["state"], "refunded");
    assert_eq!(refund["provider_refund"], refunds[0]["id"]);
    let order = world.body("order", "o-1").await;
    assert_eq!(order["refunded"], usd(4_000));
    assert_eq!(order["refund_reference"], refunds[0]["id"]);
    let mails = world.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0]["to"], "pat@mail.example");
    assert!(mails[0]["body"].as_str().unwrap().contains("40.00"));
    // Its id is honoured for ever.
    assert_eq!(world.submit(&approve).await.word, VerdictWord::Confirmed);
    assert_eq!(back(&world).len(), 1);
}

#[tokio::test]
async fn l_12_a_part_goes_back_and_never_more_than_is_left() {
    let world = shop().await;
    bought(&world, "o-1", "CAP1").await;
    let part = |minor: i64| json!({"amount": usd(minor), "reason": "A scratch"});
    let asked = operation(&world, ("order", "o-1"), "refund_part", part(2_500)).await;
    let verdict = agreed(&world, &asked).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    let refunds = back(&world);
    assert_eq!(refunds.len(), 1);
    assert_eq!(refunds[0]["amount"]["value"], "25.00");
    assert_eq!(refunds[0]["note_to_payer"], "A scratch");
    let order = world.body("order", "o-1").await;
    assert_eq!(order["refunded"], usd(2_500));
    assert_eq!(order.get("refund_pending"), None);
    assert_eq!(world.body("payment", "CAP1").await["refunded"], usd(2_500));
    assert_eq!(world.mails().len(), 1);
    let more = operation(&world, ("order", "o-1"), "refund_part", part(7_501)).await;
    assert_eq!(code(&world.submit(&more).await), "order.too_much");
    assert_eq!(back(&world).len(), 1);
}

#[tokio::test]
async fn l_13_all_of_an_order_goes_back_once() {
    let world = shop().await;
    bought(&world, "o-1", "CAP1").await;
    let reason = || json!({"reason": "Sold out"});
    let asked = operation(&world, ("order", "o-1"), "refund_full", reason()).await;
    let verdict = agreed(&world, &asked).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    let refunds = back(&world);
    assert_eq!(refunds.len(), 1);
    assert_eq!(refunds[0]["amount"]["value"], "100.00");
    let order = world.body("order", "o-1").await;
    assert_eq!(order["refunded"], order["total"]);
    assert_eq!(order["refund_reason"], "Sold out");
    assert_eq!(world.body("payment", "CAP1").await["refunded"], usd(10_000));
    assert_eq!(world.mails().len(), 1);
    let again = operation(&world, ("order", "o-1"), "refund_full", reason()).await;
    assert_eq!(code(&world.submit(&again).await), "order.partly_refunded");
}

#[tokio::test]
async fn l_16_what_wise_did_not_take_is_retried_and_paid_once() {
    let world = shop().await;
    payout(&world, json!({})).await;
    stand_ins(&world).wise.misbehave(Mode::Refuse, 1);
    let refused = done(&world, ("payout", "p-1"), "send", json!({})).await;
    assert_eq!(refused.word, VerdictWord::Refused);
    assert_eq!(code(&refused), "provider.refused");
    let failed = world.body("payout", "p-1").await;
    assert_eq!(failed["state"], "failed");
    assert!(
        failed["failure"]
            .as_str()
            .unwrap()
            .contains("insufficient_funds")
    );
    // Nobody can pay later for what was given up.
    assert_eq!(transfers(&world)[0]["status"], "cancelled");
    let verdict = done(&world, ("payout", "p-1"), "retry", json!({})).await;
    assert_eq!(
        (verdict.word, verdict.reason),
        (VerdictWord::Confirmed, None)
    );
    assert_eq!(sent(&world), 1);
    let last = transfers(&world).pop().unwrap();
    assert_eq!(last["reference"], "b-1/ada");
    assert_eq!(last["targetAccount"], 7100);
    assert_eq!(last["targetValue"], 120.0);
    let paid = world.body("payout", "p-1").await;
    assert_eq!(paid["state"], "paid");
    assert_eq!(paid["wise_transfer"], last["id"].to_string());
    assert_eq!(paid["tries"], 2);
}

#[tokio::test]
async fn l_17_a_wrong_amount_is_corrected_before_and_after_it_was_paid() {
    let world = shop().await;
    payout(&world, json!({})).await;
    let more = || json!({"adjustment": usd(500), "reason": "An order was missing."});
    // Its batch has gone by amounts that were reviewed.
    let late = operation(&world, ("payout", "p-1"), "adjust", more()).await;
    assert_eq!(code(&world.submit(&late).await), "payout.reviewed");
    let why = json!({"reason": "An order is missing."});
    for (action, params) in [("hold", why), ("adjust", more()), ("release", json!({}))] {
        let verdict = done(&world, ("payout", "p-1"), action, params).await;
        assert_eq!(
            verdict.word,
            VerdictWord::Confirmed,
            "{action}: {verdict:?}"
        );
    }
    let verdict = done(&world, ("payout", "p-1"), "send", json!({})).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!(transfers(&world)[0]["targetValue"], 125.0);
    let missing = json!({"amount": usd(700), "reason": "Another one was."});
    let made = done(&world, ("payout", "p-1"), "pay_adjustment", missing.clone()).await;
    assert_eq!(made.word, VerdictWord::Confirmed, "{made:?}");
    let question = Question {
        text: "json_extract(body, '$.sort') = 'adjustment'".into(),
        params: Vec::new(),
    };
    let store = &world.platform().store;
    let beside = store.records(TENANT, "payout", &question).await.unwrap();
    assert_eq!(beside.len(), 1);
    let verdict = done(&world, ("payout", &beside[0].id), "send", json!({})).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!(sent(&world), 2);
    let last = transfers(&world).pop().unwrap();
    assert_eq!(last["targetValue"], 7.0);
    assert_eq!(last["reference"], "b-1/ada/adjustment");
    // One for a payout.
    let again = done(&world, ("payout", "p-1"), "pay_adjustment", missing).await;
    assert_eq!(code(&again), "payout.adjusted");
    let body = json!({
        "number": "q-1", "payout": "p-1", "payout_number": "p-1", "creator": "ada",
        "email": "ada@creators.example", "raised_at": "2026-11-20T09:00:00.000Z",
        "text": "Too little", "state": "open",
    });
    bring(&world, "payout_query", "q-1", body).await;
    let answer = json!({"answer": "Two orders were missing; the money is on its way."});
    let told = done(&world, ("payout_query", "q-1"), "corrected", answer).await;
    assert_eq!(told.word, VerdictWord::Confirmed);
    assert_eq!(world.mails().pop().unwrap()["to"], "ada@creators.example");
}
