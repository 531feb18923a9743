//! agreement from request to log, between laptops that are cut off for a while.
//!
//! The real pack, a platform over HTTP whose clock stands still, and engines that speak to it only when
//! they are told to.

mod history;
mod office;

use chrono::TimeDelta;
use serde_json::json;
use watchkeeper_core::features::queues::view::{OperationWord, Standing};
use watchkeeper_model::standing_of;
use watchkeeper_pack::value;
use watchkeeper_platform::clock::Clock;
use watchkeeper_platform::decide::approvals;
use watchkeeper_platform::intake;

use crate::amarise_bodies::{NOW, customer, eur, order, price_change, refund};
use crate::packs::AMARISE;
use crate::world::at;

pub(crate) use office::{Laptop, Office, TENANT};

fn section(name: &str) -> Vec<(String, u32)> {
    vec![(name.to_owned(), 1)]
}

#[tokio::test]
async fn a_44_and_a_39_from_the_request_to_the_log_though_both_are_cut_off_for_a_while() {
    let office = Office::new().await;
    let kim = office.laptop("kim", &["operator"]).await;
    let fay = office.laptop("fay", &["operator", "finance_lead"]).await;

    // Submitted by itself, without a line; nothing is shown as done.
    let before = kim.record("price_change", "pc-1").await;
    let apply = before.actions.iter().find(|each| each.action == "apply");
    let asks = &apply.unwrap().asks;
    assert_eq!((asks.len(), asks[0].role.as_str()), (1, "Finance Lead"));
    assert_eq!(asks[0].fallback.as_deref(), Some("Founder"));
    let approval = kim.ask("pc-1").await;
    let queued = kim.ours("price_change", "pc-1").await;
    assert_eq!(
        (queued.word, queued.agreement),
        (OperationWord::Queued, None)
    );
    assert_eq!(kim.record("price_change", "pc-1").await.state, before.state);
    kim.turn().await;
    let sent = kim.ours("price_change", "pc-1").await;
    assert_eq!(
        (sent.word, sent.standing),
        (OperationWord::Sent, Standing::Agreement)
    );
    // Whoever asked is led to where it can be taken back.
    let to = sent.agreement.unwrap();
    assert_eq!(
        (to.view.as_str(), to.kind.as_str(), to.id.as_str()),
        ("approvals", "approval", approval.as_str())
    );
    assert_eq!(to.role, "Finance Lead");
    let asked = kim.record(&to.kind, &to.id).await;
    let withdraw = asked.actions.iter().find(|each| each.action == "withdraw");
    assert!(withdraw.unwrap().denied.is_none());
    let why = sent.reason.unwrap();
    assert_eq!(
        (why.code.as_str(), why.row.as_deref()),
        ("approval.waits", Some("A-39"))
    );
    assert!(why.detail.contains("Finance Lead"), "{}", why.detail);
    assert_eq!(kim.record("price_change", "pc-1").await.state, before.state);
    assert_eq!(kim.approvals().await, (section("asked"), 0));

    // The approver is told: it waits in her queue, and says what it is about.
    fay.turn().await;
    assert_eq!(fay.approvals().await, (section("mine"), 1));
    let shown = fay.record("approval", &approval).await;
    let about = shown.about.as_ref().unwrap();
    assert_eq!(
        (about.kind.as_str(), about.id.as_str()),
        ("price_change", "pc-1")
    );

    // Natively too; nobody tells it to who asked.
    assert_eq!(fay.told().await, ["An approval waits for you"]);
    assert!(kim.told().await.is_empty());

    // She approves with a comment, cut off herself. Nobody takes that for done.
    let comment = Some("Costs rose, agreed.");
    let answer = fay.act(("approval", &approval), "approve", comment).await;
    assert_eq!(answer.unwrap().word, OperationWord::Queued);
    assert!(fay.told().await.is_empty(), "it does not wait for her");
    kim.turn().await;
    assert_eq!(
        kim.ours("price_change", "pc-1").await.standing,
        Standing::Agreement
    );
    assert_eq!(office.price().await, (10_000, 1));

    // Executed, once, however often anybody speaks to the platform.
    fay.turn().await;
    assert_eq!(office.price().await, (10_001, 2));
    for laptop in [&kim, &fay, &kim, &fay] {
        laptop.turn().await;
    }
    assert_eq!(office.price().await, (10_001, 2));
    let done = kim.ours("price_change", "pc-1").await;
    assert_eq!((done.word, done.reason), (OperationWord::Confirmed, None));
    assert_eq!(done.agreement, None);
    assert_ne!(kim.record("price_change", "pc-1").await.state, before.state);
    assert_eq!(fay.approvals().await, (section("answered"), 0));

    // Logged: who asked, who answered, with what words.
    let (_, kept) = office.body("approval", &approval).await;
    for (field, value) in [
        ("state", "approved"),
        ("asked_by", "kim"),
        ("answered_by", "fay"),
        ("comment", "Costs rose, agreed."),
        ("row", "A-39"),
    ] {
        assert_eq!(kept[field], value, "{field}");
    }
    kim.check().await;
    fay.check().await;
}

#[tokio::test]
async fn a_44_what_is_rejected_is_cancelled_and_who_asked_reads_why() {
    let office = Office::new().await;
    let kim = office.laptop("kim", &["operator"]).await;
    let fay = office.laptop("fay", &["finance_lead"]).await;
    let approval = kim.ask("pc-1").await;
    kim.turn().await;
    fay.turn().await;
    for answer in ["approve", "reject"] {
        for bare in [None, Some(" ")] {
            let said = fay.act(("approval", &approval), answer, bare).await;
            assert!(said.is_err(), "{answer} has its words");
        }
    }
    assert_eq!(fay.approvals().await, (section("mine"), 1));
    let reason = Some("Our margin allows it.");
    fay.act(("approval", &approval), "reject", reason)
        .await
        .unwrap();
    fay.turn().await;
    kim.turn().await;
    let held = kim.ours("price_change", "pc-1").await;
    assert_eq!(held.standing, Standing::HeldRefused);
    let why = held.reason.unwrap();
    assert_eq!(
        (why.code.as_str(), why.row.as_deref()),
        ("approval.rejected", Some("A-39"))
    );
    assert!(
        why.detail.contains("Our margin allows it."),
        "{}",
        why.detail
    );
    assert_eq!(office.price().await, (10_000, 1));
}

#[tokio::test]
async fn a_44_nobody_agrees_to_what_they_asked_for_and_nobody_without_the_role() {
    let office = Office::new().await;
    let fay = office.laptop("fay", &["operator", "finance_lead"]).await;
    let pia = office.laptop("pia", &["operator", "product_lead"]).await;
    let approval = fay.ask("pc-1").await;
    fay.turn().await;
    pia.turn().await;
    for laptop in [&fay, &pia] {
        let said = laptop
            .act(("approval", &approval), "approve", Some("Seen."))
            .await;
        assert_eq!(said.unwrap_err().row.as_deref(), Some("A-39"));
    }
    assert_eq!(fay.approvals().await, (section("asked"), 0));
    assert_eq!(pia.approvals().await, (section("others"), 0));
    assert_eq!(office.price().await, (10_000, 1));
}

#[tokio::test]
async fn a_44_what_was_taken_back_or_ran_out_is_said_to_everybody() {
    let office = Office::new().await;
    let kim = office.laptop("kim", &["operator"]).await;
    let fay = office.laptop("fay", &["finance_lead"]).await;
    let (first, second) = (kim.ask("pc-1").await, kim.ask("pc-2").await);
    kim.turn().await;
    fay.turn().await;
    // She agrees to both without a line. One is taken back before she has one, and the other runs out.
    for approval in [&first, &second] {
        fay.act(("approval", approval), "approve", Some("Seen."))
            .await
            .unwrap();
    }
    kim.act(("approval", &first), "withdraw", None)
        .await
        .unwrap();
    kim.turn().await;
    office
        .clock
        .advance(TimeDelta::days(7) + TimeDelta::milliseconds(1));
    let now = office.clock.now();
    approvals::lapse(&office.server.platform, now)
        .await
        .unwrap();
    for laptop in [&fay, &kim] {
        laptop.turn().await;
        laptop.turn().await;
    }
    for (change, approval, code, state, standing) in [
        (
            "pc-1",
            &first,
            "approval.withdrawn",
            "withdrawn",
            Standing::HeldRefused,
        ),
        (
            "pc-2",
            &second,
            "approval.lapsed",
            "lapsed",
            Standing::HeldLapsed,
        ),
    ] {
        let ours = kim.ours("price_change", change).await;
        assert_eq!(ours.standing, standing, "{change}");
        assert_eq!(ours.reason.unwrap().code, code, "{change}");
        let hers = fay.ours("approval", approval).await;
        assert_eq!(hers.word, OperationWord::Refused, "{change}");
        assert_eq!(office.body("approval", approval).await.1["state"], state);
    }
    assert_eq!(office.price().await, (10_000, 1));
}

#[tokio::test]
async fn x_12_after_twelve_hours_without_an_answer_the_founder_may() {
    let office = Office::new().await;
    let kim = office.laptop("kim", &["operator"]).await;
    let gus = office.laptop("gus", &["founder"]).await;
    let approval = kim.ask("pc-1").await;
    kim.turn().await;
    office
        .clock
        .advance(TimeDelta::hours(12) - TimeDelta::minutes(1));
    gus.turn().await;
    assert_eq!(gus.approvals().await, (section("later"), 0));
    assert!(gus.told().await.is_empty());
    let early = gus
        .act(("approval", &approval), "approve", Some("Seen."))
        .await;
    assert_eq!(early.unwrap_err().row.as_deref(), Some("A-39"));
    office.clock.advance(TimeDelta::minutes(2));
    gus.turn().await;
    assert_eq!(gus.approvals().await, (section("instead"), 1));
    assert_eq!(gus.told().await, ["An approval waits for you"]);
    gus.act(("approval", &approval), "approve", Some("Seen."))
        .await
        .unwrap();
    gus.turn().await;
    kim.turn().await;
    assert_eq!(
        kim.ours("price_change", "pc-1").await.word,
        OperationWord::Confirmed
    );
    assert_eq!(office.price().await, (10_001, 2));
}

#[tokio::test]
async fn x_02_what_needs_two_is_done_when_two_people_have_agreed() {
    let office = Office::new().await;
    let body = price_change("PC-9", json!({"off_percent": 25.0}));
    let brought = json!({"records": [{"kind": "price_change", "id": "pc-9", "body": body}]});
    let brought = serde_json::from_value(brought).unwrap();
    intake::take(&office.server.platform, TENANT, &brought)
        .await
        .unwrap();
    let kim = office.laptop("kim", &["operator"]).await;
    let fay = office
        .laptop("fay", &["finance_lead", "regional_lead"])
        .await;
    let rex = office.laptop("rex", &["regional_lead"]).await;
    let finance = kim.ask("pc-9").await;
    let operation = finance.strip_suffix("-1").unwrap();
    let regional = format!("{operation}-2");
    kim.turn().await;
    fay.turn().await;
    fay.act(("approval", &finance), "approve", Some("Seen."))
        .await
        .unwrap();
    // Not with two hats, and that is known without a line.
    let second = fay
        .act(("approval", &regional), "approve", Some("Seen."))
        .await;
    assert_eq!(second.unwrap_err().row.as_deref(), Some("A-40"));
    fay.turn().await;
    assert_eq!(office.price().await.0, 10_000);
    // Who asked is led to the one that waits still.
    kim.turn().await;
    let to = kim.ours("price_change", "pc-9").await.agreement.unwrap();
    assert_eq!(
        (to.id, to.role.as_str()),
        (regional.clone(), "Regional Lead")
    );
    rex.turn().await;
    rex.act(("approval", &regional), "approve", Some("Seen."))
        .await
        .unwrap();
    rex.turn().await;
    kim.turn().await;
    assert_eq!(
        kim.ours("price_change", "pc-9").await.word,
        OperationWord::Confirmed
    );
    assert_eq!(office.price().await, (10_001, 2));
}

#[tokio::test]
async fn x_04_the_platform_keeps_since_when_an_approver_is_waited_for_and_until_when() {
    let office = Office::new().await;
    let much = json!({"amount": eur(60_000), "asked": eur(60_000)});
    let brought = json!({"records": [
        {"kind": "customer", "id": "c-1", "body": customer("C-1", json!({}))},
        {"kind": "order", "id": "o-1", "body": order("O-1", json!({}))},
        {"kind": "refund", "id": "rf-1", "body": refund("RF-1", much)},
    ]});
    let brought = serde_json::from_value(brought).unwrap();
    let taken = intake::take(&office.server.platform, TENANT, &brought).await;
    assert!(taken.unwrap().rejected.is_empty());
    let kim = office.laptop("kim", &["operator"]).await;
    let fay = office.laptop("fay", &["finance_lead"]).await;
    let before = kim.record("refund", "rf-1").await.revision;

    // No laptop says it before the platform does.
    let asked = kim.act(("refund", "rf-1"), "pay", None).await.unwrap();
    assert_eq!(kim.record("refund", "rf-1").await.revision, before);
    kim.turn().await;
    let waits = kim.ours("refund", "rf-1").await;
    assert_eq!(waits.standing, Standing::Agreement);
    let (revision, body) = office.body("refund", "rf-1").await;
    assert_eq!(revision, before + 1);
    assert_eq!(body["approval_asked_at"], NOW);
    assert!(!body.contains_key("approval_answered_at"));
    assert_eq!(kim.record("refund", "rf-1").await.revision, revision);
    let approval = format!("{}-1", asked.id);
    let (_, kept) = office.body("approval", &approval).await;
    assert_eq!(kept["subject_revision"], revision);

    office.clock.advance(TimeDelta::hours(3));
    fay.turn().await;
    let reason = Some("It was worn.");
    fay.act(("approval", &approval), "reject", reason)
        .await
        .unwrap();
    fay.turn().await;
    let (_, body) = office.body("refund", "rf-1").await;
    assert_eq!(body["approval_asked_at"], NOW);
    assert_eq!(body["approval_answered_at"], "2026-11-20T04:00:00.000Z");
    assert_eq!(body["state"], "requested");

    // Its clock began with the request, counts the three hours, and shows them apart.
    let kind = AMARISE.kind("refund").unwrap();
    let computed = value::compute(kind, &body);
    let now = at("2026-11-20T05:00:00Z");
    let process = &kind.clocks["process"];
    let stands = standing_of(&AMARISE, kind, process, (&body, &computed), now).unwrap();
    assert_eq!(stands.start, at("2026-11-20T00:00:00Z"));
    assert_eq!(stands.due, at("2026-11-21T00:00:00Z"));
    let parts = stands.segments.iter();
    let parts: Vec<_> = parts
        .map(|part| (part.row.as_str(), part.minutes, part.since, part.counts))
        .collect();
    assert_eq!(parts, [("X-04", Some(180.0), None, true)]);
    kim.turn().await;
    assert_eq!(
        kim.ours("refund", "rf-1").await.standing,
        Standing::HeldRefused
    );
    kim.check().await;
}
