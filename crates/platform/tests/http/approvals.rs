//! What somebody has to agree to: asked once, carried out once, and said when it is not.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::{Value, json};
use watchkeeper_pack::Bundle;
use watchkeeper_pack::value::instant_text;
use watchkeeper_platform::clock::Clock as _;
use watchkeeper_platform::connectors::stand_in::Charge;
use watchkeeper_platform::decide::approvals::{end_all, lapse};
use watchkeeper_platform::store::{Question, RecordRow};
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};

use crate::support::{TENANT, World, issue, signed};

pub const PACK: &str = r"
format: 1
id: lost-property
version: 1
name: Lost property
zone: Europe/London
currency: GBP
language: en-GB
queues: [claims]
";

pub const CLAIM: &str = r#"
kind: claim
label: {one: Claim, many: Claims}
title: 'Claim {{ record.number }}'
fields:
  number: {type: id, label: Number, indexed: true}
  amount: {type: money, label: Amount}
  charge_id: {type: id, label: Charge}
  paid_as: {type: id, label: Paid as, optional: true}
  decided_by: {type: id, label: Decided by, optional: true}
  problem: {type: string, label: Problem, optional: true}
states:
  - {id: open, label: open, tone: amber}
  - {id: granted, label: granted, tone: blue}
  - {id: paid, label: paid, tone: green}
  - {id: failed, label: failed, tone: red}
actions:
  grant:
    label: Grant
    row: L-1
    from: [open]
    policy: []
    approvals:
      - {id: L-2, title: Above 50, when: record.amount.minor > 5000, found: '{{ record.amount | money }}', role: finance, fallback: {role: owner, after_minutes: 60}}
      - {id: L-3, title: Above 100, when: record.amount.minor > 10000, found: '{{ record.amount | money }}', role: director}
    not_after: now + duration("24h")
    nature: money
    effects:
      - set: {state: '"granted"', decided_by: actor.id}
      - call:
          connector: stripe
          operation: refund
          args: {charge: record.charge_id, amount: record.amount}
          then: {state: '"paid"', paid_as: result.id}
          otherwise: {state: '"failed"', problem: result.message}
    will: ['pay {{ record.amount | money }}']
views:
  claims: {label: Claims, row: L-1, sort: [number], sort_label: by number, columns: [number, state], queue: {target: 0, minutes_each: 1}}
"#;

pub fn bundle(pack: &str, claim: &str) -> Bundle {
    let files = BTreeMap::from([
        ("pack.yaml".to_owned(), pack.to_owned()),
        ("records/claim.yaml".to_owned(), claim.to_owned()),
    ]);
    Bundle::from_files(files).unwrap()
}

/// One claim `c1` of so many pence.
pub async fn world(minor: i64) -> World {
    world_of(CLAIM, minor).await
}

/// The same of a pack in which the claim says since when agreement is waited for, and until when it was.
pub async fn marked(minor: i64) -> World {
    let marks = ", asked: {asked_at: now, answered_at: 'null'}, answered: {answered_at: now}}";
    let fields = "  asked_at: {type: timestamp, label: Asked, optional: true}\n  \
                  answered_at: {type: timestamp, label: Answered, optional: true}\nstates:\n";
    let claim = CLAIM
        .replacen("states:\n", fields, 1)
        .replacen(
            "after_minutes: 60}}",
            &format!("after_minutes: 60}}{marks}"),
            1,
        )
        .replacen("role: director}", &format!("role: director{marks}"), 1);
    world_of(&claim, minor).await
}

pub async fn world_of(text: &str, minor: i64) -> World {
    let world = World::of_pack(bundle(PACK, text)).await;
    claim(&world, minor).await;
    let paid = Charge {
        id: "ch_1".into(),
        // Room for a second refund: the provider alone would not stop it.
        amount: 900_000,
        currency: "gbp".into(),
        created: world.clock.now().timestamp(),
    };
    let stand_ins = world.platform().stand_ins.as_ref().unwrap();
    stand_ins.ledger.charge(&[paid]).unwrap();
    world
}

pub async fn claim(world: &World, minor: i64) {
    let body = json!({"number": "C-1", "amount": {"minor": minor, "currency": "GBP"},
                      "charge_id": "ch_1", "state": "open"});
    let answer = world
        .ingest(json!([{"kind": "claim", "id": "c1", "body": body}]))
        .await;
    assert_eq!(answer["rejected"], json!([]));
}

pub fn grant(world: &World) -> Operation {
    Operation {
        kind: "claim".into(),
        ..world.operation("c1", "grant")
    }
}

/// What somebody says to the approval by this row of an operation.
pub fn say(
    world: &World,
    who: &str,
    (asked, number): (&Operation, u32),
    action: &str,
) -> Operation {
    let comment = json!({"comment": "Seen."});
    Operation {
        kind: "approval".into(),
        author: who.into(),
        params: comment.as_object().unwrap().clone(),
        base_revision: None,
        ..world.operation(&format!("{}-{number}", asked.id), action)
    }
}

/// Somebody with these roles says something; the verdict.
pub async fn said(world: &World, roles: &[&str], operation: &Operation) -> Verdict {
    let token = issue(world.platform(), TENANT, &operation.author, roles, &[]).await;
    let mut verdicts = world
        .submit_as(&token, std::slice::from_ref(operation))
        .await;
    verdicts.remove(0)
}

pub fn code(verdict: &Verdict) -> &str {
    verdict
        .reason
        .as_ref()
        .map_or("", |reason| reason.code.as_str())
}

pub async fn asked(world: &World) -> Vec<RecordRow> {
    let all = Question {
        text: "1".into(),
        params: Vec::new(),
    };
    let store = &world.platform().store;
    store.records(TENANT, "approval", &all).await.unwrap()
}

pub async fn states(world: &World) -> Vec<Value> {
    let rows = asked(world).await.into_iter();
    rows.map(|row| row.body["state"].clone()).collect()
}

#[tokio::test]
async fn it_waits_is_asked_once_and_is_paid_once_whoever_agrees_how_often() {
    let world = world(6_000).await;
    let operation = grant(&world);
    for _ in 0..3 {
        let verdict = world.submit(&operation).await;
        assert_eq!(verdict.word, VerdictWord::Accepted);
        assert_eq!(code(&verdict), "approval.waits");
    }
    let rows = asked(&world).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].id, format!("{}-1", operation.id));
    assert_eq!(rows[0].body["what"], "pay £60.00");
    assert_eq!(rows[0].body["row"], "L-2");
    assert_eq!(world.body("claim", "c1").await["state"], "open");
    // Somebody else does not ask for the same meanwhile.
    let other = Operation {
        author: "lee".into(),
        ..grant(&world)
    };
    assert_eq!(
        code(&said(&world, &["operator"], &other).await),
        "approval.asked"
    );

    let first = say(&world, "fay", (&operation, 1), "approve");
    for _ in 0..2 {
        let verdict = said(&world, &["finance"], &first).await;
        assert_eq!(verdict.word, VerdictWord::Confirmed);
    }
    let second = say(&world, "ann", (&operation, 1), "approve");
    let verdict = said(&world, &["finance"], &second).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "somebody was faster");
    let done = world.until(operation.id, VerdictWord::Confirmed).await;
    assert_eq!(done.reason, None);
    assert_eq!(world.refunds().len(), 1);
    let claim = world.body("claim", "c1").await;
    assert_eq!(
        (&claim["state"], &claim["decided_by"]),
        (&json!("paid"), &json!("kim"))
    );
    let kept = world.body("approval", &first.record).await;
    assert_eq!(
        (&kept["answered_by"], &kept["comment"]),
        (&json!("fay"), &json!("Seen."))
    );
}

#[tokio::test]
async fn a_platform_that_is_killed_after_the_answer_pays_once() {
    let world = world(6_000).await;
    let operation = grant(&world);
    world.submit(&operation).await;
    let world = world.crash().await;
    let answer = say(&world, "fay", (&operation, 1), "approve");
    assert_eq!(
        said(&world, &["finance"], &answer).await.word,
        VerdictWord::Confirmed
    );
    // The kill may have met the send itself: then nobody sends again before a minute has passed.
    let world = world.crash().await;
    world.until_after_waits(operation.id).await;
    assert_eq!(
        said(&world, &["finance"], &answer).await.word,
        VerdictWord::Confirmed
    );
    assert_eq!(world.refunds().len(), 1);
}

#[tokio::test]
async fn two_rows_are_two_people_and_neither_is_who_asked() {
    let world = world(20_000).await;
    let operation = grant(&world);
    world.submit(&operation).await;
    assert_eq!(asked(&world).await.len(), 2);
    let own = say(&world, "kim", (&operation, 1), "approve");
    let verdict = said(&world, &["operator", "finance"], &own).await;
    assert_eq!(
        (verdict.word, code(&verdict)),
        (VerdictWord::Refused, "approval.own")
    );
    let first = say(&world, "fay", (&operation, 1), "approve");
    let both = ["finance", "director"];
    assert_eq!(
        said(&world, &both, &first).await.word,
        VerdictWord::Confirmed
    );
    assert_eq!(code(&world.verdict(operation.id).await), "approval.waits");
    let twice = say(&world, "fay", (&operation, 2), "approve");
    assert_eq!(code(&said(&world, &both, &twice).await), "approval.twice");
    assert!(world.refunds().is_empty());
    let last = say(&world, "dan", (&operation, 2), "approve");
    assert_eq!(
        said(&world, &["director"], &last).await.word,
        VerdictWord::Confirmed
    );
    world.until(operation.id, VerdictWord::Confirmed).await;
    assert_eq!(world.refunds().len(), 1);
}

#[tokio::test]
async fn what_was_agreed_to_is_what_was_there_when_it_was_asked() {
    let world = world(6_000).await;
    let operation = grant(&world);
    world.submit(&operation).await;
    claim(&world, 7_000).await;
    let answer = say(&world, "fay", (&operation, 1), "approve");
    let told = said(&world, &["finance"], &answer).await;
    assert_eq!(
        (told.word, code(&told)),
        (VerdictWord::Confirmed, "record.changed")
    );
    let verdict = world.verdict(operation.id).await;
    assert_eq!(
        (verdict.word, code(&verdict)),
        (VerdictWord::Conflict, "record.changed")
    );
    assert_eq!(states(&world).await, ["failed"]);
    assert!(world.refunds().is_empty());
    assert_eq!(world.body("claim", "c1").await["state"], "open");
}

#[tokio::test]
async fn a_no_and_a_withdrawal_end_it_for_all_that_were_asked() {
    for (who, roles, action, told, state) in [
        (
            "dan",
            ["director"],
            "reject",
            "approval.rejected",
            "rejected",
        ),
        (
            "kim",
            ["operator"],
            "withdraw",
            "approval.withdrawn",
            "withdrawn",
        ),
    ] {
        let world = world(20_000).await;
        let operation = grant(&world);
        world.submit(&operation).await;
        let end = say(&world, who, (&operation, 2), action);
        assert_eq!(
            said(&world, &roles, &end).await.word,
            VerdictWord::Confirmed
        );
        let verdict = world.verdict(operation.id).await;
        assert_eq!((verdict.word, code(&verdict)), (VerdictWord::Refused, told));
        assert_eq!(states(&world).await, [state, state]);
        // Whoever agrees now is told that there is nothing to agree to.
        let late = say(&world, "fay", (&operation, 1), "approve");
        let late = said(&world, &["finance"], &late).await;
        assert_eq!(
            (late.word, code(&late)),
            (VerdictWord::Refused, "action.wrong_state")
        );
        assert!(world.refunds().is_empty());
        // And it may be asked for anew.
        assert_eq!(code(&world.submit(&grant(&world)).await), "approval.waits");
    }
}

#[tokio::test]
async fn nobody_answers_after_the_end_and_then_it_lapses() {
    let world = world(6_000).await;
    let operation = grant(&world);
    world.submit(&operation).await;
    world.clock.advance(TimeDelta::hours(24));
    lapse(world.platform(), world.clock.now()).await.unwrap();
    assert_eq!(
        states(&world).await,
        ["waiting"],
        "in time at the instant itself"
    );
    world.clock.advance(TimeDelta::milliseconds(1));
    let answer = say(&world, "fay", (&operation, 1), "approve");
    let late = said(&world, &["finance"], &answer).await;
    // Late, or what it was for has lapsed meanwhile.
    assert!(["operation.lapsed", "action.wrong_state"].contains(&code(&late)));
    for _ in 0..2 {
        lapse(world.platform(), world.clock.now()).await.unwrap();
    }
    assert_eq!(states(&world).await, ["lapsed"]);
    let verdict = world.verdict(operation.id).await;
    assert_eq!(
        (verdict.word, code(&verdict)),
        (VerdictWord::Lapsed, "approval.lapsed")
    );
    assert!(world.refunds().is_empty());
}

#[tokio::test]
async fn a_pack_that_wants_somebody_else_by_now_is_not_content_with_who_agreed() {
    // Whoever it is, and whoever may answer instead.
    for (was, is) in [
        ("role: finance", "role: director"),
        (", fallback: {role: owner, after_minutes: 60}", ""),
    ] {
        let world = world(6_000).await;
        let operation = grant(&world);
        world.submit(&operation).await;
        let newer = bundle(
            &PACK.replacen("version: 1", "version: 2", 1),
            &CLAIM.replacen(was, is, 1),
        );
        let published = world.platform().publish(TENANT, &signed(newer)).await;
        published.unwrap();
        let answer = say(&world, "fay", (&operation, 1), "approve");
        let told = said(&world, &["finance"], &answer).await;
        assert_eq!(
            (told.word, code(&told)),
            (VerdictWord::Confirmed, "approval.needed"),
            "{was}"
        );
        let verdict = world.verdict(operation.id).await;
        assert_eq!(
            (verdict.word, code(&verdict)),
            (VerdictWord::Refused, "approval.needed"),
            "{was}"
        );
        assert_eq!(states(&world).await, ["failed"]);
        assert!(world.refunds().is_empty());
        assert_eq!(world.body("claim", "c1").await["state"], "open");
        // And it may be asked for anew.
        assert_eq!(code(&world.submit(&grant(&world)).await), "approval.waits");
    }
}

#[tokio::test]
async fn what_waits_ends_before_the_records_are_replaced() {
    let world = world(20_000).await;
    let operation = grant(&world);
    world.submit(&operation).await;
    let first = say(&world, "fay", (&operation, 1), "approve");
    said(&world, &["finance"], &first).await;
    for _ in 0..2 {
        end_all(world.platform(), TENANT, world.clock.now())
            .await
            .unwrap();
    }
    assert_eq!(states(&world).await, ["failed", "failed"]);
    let verdict = world.verdict(operation.id).await;
    assert_eq!(
        (verdict.word, code(&verdict)),
        (VerdictWord::Refused, "approval.over")
    );
    assert!(world.refunds().is_empty());
}

#[tokio::test]
async fn no_system_brings_an_approval_and_none_is_needed_below_the_line() {
    let world = world(5_000).await;
    let forged = json!([{"kind": "approval", "id": "x-1", "body": {"state": "approved"}}]);
    let answer = world.ingest(forged).await;
    assert_eq!(
        (
            &answer["accepted"],
            answer["rejected"].as_array().unwrap().len()
        ),
        (&json!(0), 1)
    );
    let operation = grant(&world);
    assert_eq!(code(&world.submit(&operation).await), "");
    world.until(operation.id, VerdictWord::Confirmed).await;
    assert!(asked(&world).await.is_empty());
    assert_eq!(world.refunds().len(), 1);
}

/// Revision of the claim, and what it says of its agreement.
async fn says(world: &World) -> (u64, Value, Value) {
    let store = &world.platform().store;
    let row = store.record(TENANT, "claim", "c1").await.unwrap().unwrap();
    let of = |name: &str| row.body.get(name).cloned().unwrap_or_default();
    (row.revision, of("asked_at"), of("answered_at"))
}

fn now(world: &World) -> Value {
    instant_text(world.clock.now()).into()
}

#[tokio::test]
async fn x_04_what_the_record_says_of_its_agreement_is_no_change_of_it_and_is_said_once() {
    let world = marked(20_000).await;
    let operation = grant(&world);
    let asked_at = now(&world);
    for _ in 0..3 {
        let verdict = world.submit(&operation).await;
        assert_eq!(code(&verdict), "approval.waits");
        assert_eq!(verdict.revision, Some(2));
        assert_eq!(says(&world).await, (2, asked_at.clone(), Value::Null));
        world.clock.advance(TimeDelta::minutes(1));
    }
    let rows = asked(&world).await;
    assert!(rows.iter().all(|row| row.body["subject_revision"] == 2));
    assert_eq!(world.body("claim", "c1").await["state"], "open");

    // While somebody else is waited for, it is not answered.
    let first = say(&world, "fay", (&operation, 1), "approve");
    said(&world, &["finance"], &first).await;
    assert_eq!(says(&world).await, (2, asked_at.clone(), Value::Null));
    let world = world.crash().await;
    world.clock.advance(TimeDelta::hours(1));
    let answered_at = now(&world);
    let last = say(&world, "dan", (&operation, 2), "approve");
    for _ in 0..2 {
        let verdict = said(&world, &["director"], &last).await;
        assert_eq!((verdict.word, code(&verdict)), (VerdictWord::Confirmed, ""));
        world.clock.advance(TimeDelta::minutes(1));
    }
    let done = world.until(operation.id, VerdictWord::Confirmed).await;
    assert_eq!(done.reason, None);
    assert_eq!(world.refunds().len(), 1);
    let claim = world.body("claim", "c1").await;
    assert_eq!(
        (&claim["state"], &claim["decided_by"]),
        (&json!("paid"), &json!("kim"))
    );
    // Asked, carried out with the answer, paid.
    assert_eq!(says(&world).await, (4, asked_at, answered_at));
}

#[tokio::test]
async fn x_04_every_end_of_the_waiting_is_an_answer_and_who_asks_again_waits_anew() {
    for end in ["reject", "withdraw", "late", "changed"] {
        let world = marked(20_000).await;
        let operation = grant(&world);
        world.submit(&operation).await;
        let asked_at = now(&world);
        world.clock.advance(TimeDelta::hours(2));
        let both = ["finance", "director"];
        match end {
            "reject" => {
                let no = say(&world, "dan", (&operation, 2), "reject");
                said(&world, &both, &no).await;
            }
            "withdraw" => {
                let back = say(&world, "kim", (&operation, 1), "withdraw");
                said(&world, &["operator"], &back).await;
            }
            "late" => {
                world.clock.advance(TimeDelta::hours(23));
                lapse(world.platform(), world.clock.now()).await.unwrap();
            }
            _ => {
                // What was agreed to is not there any more, so that it is not carried out.
                let body = json!({"number": "C-1", "amount": {"minor": 30_000, "currency": "GBP"},
                                  "charge_id": "ch_1", "state": "open", "asked_at": asked_at});
                let brought = json!([{"kind": "claim", "id": "c1", "body": body}]);
                assert_eq!(world.ingest(brought).await["rejected"], json!([]));
                for (who, number) in [("fay", 1), ("dan", 2)] {
                    let yes = say(&world, who, (&operation, number), "approve");
                    said(&world, &both, &yes).await;
                }
            }
        }
        let verdict = world.verdict(operation.id).await;
        assert!(verdict.word.is_final(), "{end}");
        let (revision, since, until) = says(&world).await;
        assert_eq!((since, until), (asked_at, now(&world)), "{end}");
        assert_eq!(world.body("claim", "c1").await["state"], "open", "{end}");
        assert!(world.refunds().is_empty(), "{end}");

        world.clock.advance(TimeDelta::hours(1));
        let again = Operation {
            base_revision: Some(revision),
            ..grant(&world)
        };
        assert_eq!(code(&world.submit(&again).await), "approval.waits", "{end}");
        let anew = (revision + 1, now(&world), Value::Null);
        assert_eq!(says(&world).await, anew, "{end}");
    }
}
