//! Money back through PayPal and payouts through Wise, of the live shopping pack.

mod evidence;
mod paypal;
mod rows;
mod wise;

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;
use watchkeeper_pack::Bundle;
use watchkeeper_platform::StandIns;
use watchkeeper_platform::clock::Clock;
use watchkeeper_platform::connectors::stand_in::Charge;
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};

use crate::support::{TENANT, World, issue, pack_folder};

pub fn usd(minor: i64) -> Value {
    json!({"minor": minor, "currency": "USD"})
}

/// The live shopping pack, operated by `kim`.
pub async fn shop() -> World {
    let folder = pack_folder().join("../live-shopping");
    let mut world = World::of_pack(Bundle::from_dir(&folder).unwrap()).await;
    world.token = issue(world.platform(), TENANT, "kim", &["operations_team"], &[]).await;
    world
}

pub async fn bring(world: &World, kind: &str, id: &str, body: Value) {
    let record = json!([{"kind": kind, "id": id, "body": body}]);
    let answer = world.ingest(record).await;
    assert_eq!(answer["rejected"], json!([]), "{kind}/{id}");
}

/// A captured order of 100 dollars with its payment; the provider would give back three times as much.
pub async fn bought(world: &World, number: &str, capture: &str) {
    let payment = json!({
        "capture_id": capture, "order": number, "order_number": number,
        "email": "pat@mail.example", "amount": usd(10_000), "at": "2026-11-18T15:01:00.000Z",
        "refunded": usd(0), "state": "succeeded",
    });
    let order = json!({
        "number": number, "email": "pat@mail.example", "total": usd(10_000), "refunded": usd(0),
        "placed_at": "2026-11-18T15:00:00.000Z", "captured_at": "2026-11-18T15:01:00.000Z",
        "payment": capture, "capture_id": capture, "state": "captured",
    });
    bring(world, "order", number, order).await;
    bring(world, "payment", capture, payment).await;
    charge(world, capture, 30_000, 2);
}

pub fn stand_ins(world: &World) -> &StandIns {
    world.platform().stand_ins.as_ref().unwrap()
}

pub fn charge(world: &World, capture: &str, amount: i64, days_ago: i64) {
    let paid = paid(world, capture, amount, days_ago);
    stand_ins(world).ledger.charge(&[paid]).unwrap();
}

pub fn paid(world: &World, capture: &str, amount: i64, days_ago: i64) -> Charge {
    Charge {
        id: capture.into(),
        amount,
        currency: "usd".into(),
        created: (world.clock.now() - TimeDelta::days(days_ago)).timestamp(),
    }
}

/// A risky order, which is declined and paid back without a second person.
pub async fn risky(world: &World, capture: &str) -> String {
    let (order, id) = (format!("o-{capture}"), format!("f-{capture}"));
    bought(world, &order, capture).await;
    let body = json!({
        "number": id, "order": order, "order_number": order, "email": "pat@mail.example",
        "amount": usd(10_000), "capture_id": capture, "score": 91,
        "flagged_at": "2026-11-20T10:00:00.000Z", "ip_orders": 1, "device_known": true,
        "ip_reputation": "good", "geo_mismatch": false, "payment_history": "good",
        "address_mismatch": false, "high_first": false, "vpn": false, "odd_email": false,
        "failed_payments": 0, "state": "flagged",
    });
    bring(world, "fraud_case", &id, body).await;
    id
}

/// A payout of 120 dollars, of a batch that has gone.
pub async fn payout(world: &World, fields: Value) {
    let creator = json!({
        "handle": "ada", "name": "Ada", "email": "ada@creators.example", "wise_recipient": "7100",
        "bank": "good", "followers": 1, "shows": 1, "mean_viewers": 1, "sales_90_days": usd(0),
    });
    let batch = json!({
        "number": "b-1", "scheduled_for": "2026-11-13T19:00:00.000Z", "state": "processing",
    });
    let mut body = json!({
        "number": "p-1", "sort": "weekly", "batch": "b-1", "batch_number": "b-1",
        "once_key": "b-1/ada", "creator": "ada", "email": "ada@creators.example",
        "order_total": usd(100_000), "product_cost": usd(25_000), "shipping_cost": usd(10_000),
        "platform_fee": usd(5_000), "commission_percent": 20, "clawback": usd(0),
        "carried_in": usd(0), "adjustment": usd(0), "wise_recipient": "7100", "bank_ok": true,
        "created_at": "2026-11-13T19:05:00.000Z", "tries": 0, "state": "ready",
    });
    let fields = fields.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(fields);
    bring(world, "creator", "ada", creator).await;
    bring(world, "payout_batch", "b-1", batch).await;
    bring(world, "payout", "p-1", body).await;
}

/// An operation of `kim` on a record as it is now.
pub async fn operation(world: &World, of: (&str, &str), action: &str, params: Value) -> Operation {
    let (kind, id) = of;
    let row = world.platform().store.record(TENANT, kind, id).await;
    Operation {
        kind: kind.into(),
        params: params.as_object().unwrap().clone(),
        base_revision: Some(row.unwrap().unwrap().revision),
        ..world.operation(id, action)
    }
}

pub async fn done(world: &World, of: (&str, &str), action: &str, params: Value) -> Verdict {
    let operation = operation(world, of, action, params).await;
    world.submit(&operation).await;
    ended(world, operation.id).await
}

/// Moves the clock on until the operation has ended.
pub async fn ended(world: &World, id: Uuid) -> Verdict {
    world.ended(id, TimeDelta::seconds(1)).await
}

/// Asks for it; the lead of Support agrees; how it ended.
pub async fn agreed(world: &World, asked: &Operation) -> Verdict {
    let waits = world.submit(asked).await;
    assert_eq!(waits.reason.unwrap().code, "approval.waits");
    assert_eq!(back(world).len(), 0, "nothing goes before somebody agreed");
    let token = issue(world.platform(), TENANT, "sue", &["support_lead"], &[]).await;
    let comment = json!({"comment": "Seen."});
    let yes = Operation {
        kind: "approval".into(),
        author: "sue".into(),
        params: comment.as_object().unwrap().clone(),
        base_revision: None,
        ..world.operation(&format!("{}-1", asked.id), "approve")
    };
    let said = world.submit_as(&token, std::slice::from_ref(&yes)).await;
    assert_eq!(said[0].word, VerdictWord::Confirmed, "{said:?}");
    ended(world, asked.id).await
}

/// Refunds at PayPal.
pub fn back(world: &World) -> Vec<Value> {
    stand_ins(world).paypal.refunds().unwrap()
}

/// Transfers at Wise as they stand now.
pub fn transfers(world: &World) -> Vec<Value> {
    let now = world.clock.now();
    stand_ins(world).wise.transfers(now).unwrap()
}

/// Transfers that were sent.
pub fn sent(world: &World) -> usize {
    let sent = |transfer: &Value| transfer["status"] == "outgoing_payment_sent";
    transfers(world).into_iter().filter(sent).count()
}

pub fn code(verdict: &Verdict) -> &str {
    verdict.reason.as_ref().map_or("", |why| why.code.as_str())
}
