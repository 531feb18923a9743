//! A pack of claims that somebody has to agree to, and what people say to one.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use watchkeeper_pack::Bundle;
use watchkeeper_platform::clock::Clock as _;
use watchkeeper_platform::connectors::stand_in::Charge;
use watchkeeper_platform::store::{Question, RecordRow};
use watchkeeper_wire::operation::{Operation, Verdict};

use crate::support::{TENANT, World, issue};

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
