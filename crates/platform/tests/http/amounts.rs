//! Amounts reach a provider as it counts them, in the currency that was paid, or not at all.

use reqwest::Client;
use serde_json::{Value, json};
use watchkeeper_model::Call;
use watchkeeper_pack::format::Connector as Name;
use watchkeeper_platform::StandIns;
use watchkeeper_platform::connectors::stand_in::Charge;
use watchkeeper_platform::connectors::stripe::Stripe;
use watchkeeper_platform::connectors::{Connector, Look, Sent};
use watchkeeper_wire::operation::VerdictWord;

use crate::support::World;

fn stand_ins(world: &World) -> &StandIns {
    world.platform().stand_ins.as_ref().unwrap()
}

fn stripe(world: &World) -> Stripe {
    let base = format!("{}/provider/stripe/v1/", world.server.url());
    let secret = stand_ins(world).ledger.secret().to_owned();
    Stripe::new(Client::new(), base.parse().unwrap(), secret)
}

fn refund(charge: &str, minor: i64, currency: &str) -> Call {
    let amount = json!({"minor": minor, "currency": currency});
    let args = json!({"charge": charge, "amount": amount});
    Call {
        effect: 0,
        connector: Name::Stripe,
        operation: "refund".into(),
        args: args.as_object().unwrap().clone(),
        mail: None,
        after_previous: false,
    }
}

/// As the outbox sends it.
async fn sent(stripe: &Stripe, call: &Call, key: &str, idempotency_key: &str) -> Sent {
    match stripe.hindrance(call).await {
        Some(hindered) => hindered,
        None => stripe.send(call, key, idempotency_key).await,
    }
}

/// A charge of so many minor units.
fn paid(world: &World, charge: &str, amount: i64, currency: &str) {
    let paid = Charge {
        id: charge.into(),
        amount,
        currency: currency.to_lowercase(),
        created: 0,
    };
    stand_ins(world).ledger.charge(&[paid]).unwrap();
}

/// Minor units that went back of a charge.
fn went_back(world: &World, charge: &str) -> i64 {
    let gone = stand_ins(world).ledger.gone_back(0, i64::MAX).unwrap();
    let of_charge = gone.iter().find(|gone| gone.charge == charge);
    of_charge.map_or(0, |gone| gone.amount)
}

#[tokio::test]
async fn the_amount_that_was_meant_goes_back_in_every_sort_of_currency() {
    let world = World::without_a_pack().await;
    let stripe = stripe(&world);
    for (currency, minor, counted) in [
        ("AUD", 2_200, 2_200),
        ("JPY", 1_200, 1_200),
        ("ISK", 5, 500),
        ("UGX", 7_000, 700_000),
        ("HUF", 1_250, 1_250),
        ("MGA", 500, 5),
        ("KWD", 5_120, 5_120),
    ] {
        let charge = format!("ch_{currency}");
        paid(&world, &charge, 10_000, currency);
        let call = refund(&charge, minor, currency);
        let Sent::Done(done) = sent(&stripe, &call, currency, currency).await else {
            panic!("{currency} was not refunded");
        };
        assert_eq!(done["amount"], counted, "{currency}");
        assert_eq!(went_back(&world, &charge), minor, "{currency}");
        let found = stripe.look(&call, currency).await;
        assert_eq!(found, Look::Found(done), "{currency}");
    }
}

#[tokio::test]
async fn what_stripe_does_not_take_is_refused_and_nothing_goes_back() {
    let world = World::without_a_pack().await;
    let stripe = stripe(&world);
    for currency in ["AUD", "KWD", "MGA"] {
        paid(&world, &format!("ch_{currency}"), 10_000, currency);
    }
    for (charge, minor, currency, why) in [
        ("ch_AUD", 500, "USD", "The charge is in AUD"),
        ("ch_AUD", 500, "JPY", "The charge is in AUD"),
        ("ch_KWD", 5_124, "KWD", "no such part of KWD"),
        ("ch_MGA", 550, "MGA", "no such part of MGA"),
        ("ch_nobody", 500, "AUD", "No such charge"),
        ("ch_AUD", 10_001, "AUD", "greater than what is left"),
    ] {
        let call = refund(charge, minor, currency);
        let Sent::Refused(said) = sent(&stripe, &call, "k", why).await else {
            panic!("{minor} {currency} of {charge} was not refused");
        };
        assert!(said.contains(why), "{said}");
        assert_eq!(stripe.look(&call, "k").await, Look::Absent, "{why}");
        assert_eq!(went_back(&world, charge), 0, "{why}");
    }
}

#[tokio::test]
async fn a_refund_in_another_currency_than_was_paid_ends_refused() {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    let ledger = &stand_ins(&world).ledger;
    let changed = ledger.transact(|tx| tx.execute("UPDATE charge SET currency = 'usd'", []));
    assert_eq!(changed.unwrap(), 1);
    let operation = world.operation(&id, "approve");
    world.submit(&operation).await;
    let ended = world.until(operation.id, VerdictWord::Refused).await;
    let why = "The charge is in USD: nothing goes back in AUD.";
    assert_eq!(ended.reason.unwrap().detail, why);
    assert!(world.refunds().is_empty());
    assert_eq!(world.body("refund", &id).await["state"], "failed");
}

#[tokio::test]
async fn the_stand_in_counts_as_stripe_does() {
    let world = World::without_a_pack().await;
    paid(&world, "ch_1", 10_000, "ISK");
    let secret = stand_ins(&world).ledger.secret().to_owned();
    let at = |path: &str| format!("{}/provider/stripe/v1/{path}", world.server.url());
    let refund = async |amount: &str| -> Value {
        let request = world.http.post(at("refunds")).bearer_auth(&secret);
        let request = request
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(format!("charge=ch_1&amount={amount}"));
        request.send().await.unwrap().json().await.unwrap()
    };
    assert_eq!(
        refund("550").await["error"]["code"],
        "parameter_invalid_integer"
    );
    assert_eq!(refund("600").await["amount"], 600);
    assert_eq!(went_back(&world, "ch_1"), 6);
    let charge = world.http.get(at("charges/ch_1")).bearer_auth(&secret);
    let charge: Value = charge.send().await.unwrap().json().await.unwrap();
    assert_eq!(charge["currency"], "isk");
    assert_eq!(charge["amount"], 1_000_000);
    assert_eq!(charge["amount_refunded"], 600);
}
