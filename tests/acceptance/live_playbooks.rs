//! L-07, L-09 to L-14, L-16, L-17: every way through a procedure about incidents, payments and payouts.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::pack::Playbook;

use crate::live_world::NOW;
use crate::packs::LIVE_SHOPPING;
use crate::world::{at, map};

pub fn playbook(id: &str) -> &'static Playbook {
    &LIVE_SHOPPING.playbooks[id]
}

/// The steps of a run in which the operator chooses so; a repeated check "fails" or is "well".
pub fn way(id: &str, choices: &[&str]) -> Vec<&'static str> {
    let steps = &playbook(id).steps;
    let place_of = |name: &str| steps.iter().position(|step| step.def.id == name);
    let mut choices = choices.iter();
    let mut walked = Vec::new();
    let mut place = Some(0);
    while let Some(here) = place {
        let def = &steps[here].def;
        walked.push(def.id.as_str());
        assert!(walked.len() < 60, "{id} never ends: {walked:?}");
        let mut next = def.next.clone();
        if let Some(decide) = &def.decide {
            let choice = choices
                .next()
                .unwrap_or_else(|| panic!("{id}: {} asks", def.id));
            let way = decide.ways.iter().find(|way| way.id == *choice);
            next = Some(
                way.unwrap_or_else(|| panic!("{id}: no {choice}"))
                    .next
                    .clone(),
            );
        }
        if let Some(recheck) = &def.recheck {
            let choice = choices
                .next()
                .unwrap_or_else(|| panic!("{id}: {} asks", def.id));
            if *choice == "fails" {
                next.clone_from(&recheck.then);
            }
        }
        place = match next.as_deref() {
            Some("end") => None,
            Some(name) => Some(place_of(name).unwrap()),
            None => Some(here + 1).filter(|next| *next < steps.len()),
        };
        // What the loader made of it leads there too.
        assert!(
            steps[here].follow.contains(&place),
            "{id}: {} to {place:?}",
            def.id
        );
    }
    assert_eq!(choices.next(), None, "{id}: nobody asks");
    walked
}

/// Together these ways come past every step and every choice.
pub fn ways(id: &str, all: &[(&[&str], &[&str])]) {
    let mut seen = BTreeSet::new();
    for (choices, wanted) in all {
        let walked = way(id, choices);
        assert_eq!(walked, *wanted, "{id} {choices:?}");
        seen.extend(walked);
    }
    let known: BTreeSet<&str> = playbook(id)
        .steps
        .iter()
        .map(|s| s.def.id.as_str())
        .collect();
    assert_eq!(seen, known, "{id}");
}

/// Which ways of a decision are proposed.
pub fn proposed(id: &str, step: &str, record: Value, answers: Value) -> Vec<&'static str> {
    let book = playbook(id);
    let kind = book.def.kind.as_deref();
    let scope = Scope {
        kind: kind.and_then(|kind| LIVE_SHOPPING.kind(kind)),
        record: map(record),
        answers: map(answers),
        settings: LIVE_SHOPPING.settings_in_force(&Map::new()),
        controls: LIVE_SHOPPING.controls_in_force(&Map::new()),
        now: Some(at(NOW)),
        ..Scope::default()
    };
    let step = book.step(step).unwrap();
    let ways = step
        .def
        .decide
        .as_ref()
        .unwrap()
        .ways
        .iter()
        .zip(&step.ways);
    ways.filter(|(_, when)| {
        when.as_ref()
            .is_some_and(|when| when.eval_bool(&scope) == Ok(true))
    })
    .map(|(way, _)| way.id.as_str())
    .collect()
}

pub fn credentials(id: &str) -> Vec<&'static str> {
    let steps = playbook(id).steps.iter();
    steps
        .filter_map(|step| step.def.credential.as_deref())
        .collect()
}

/// All words of a procedure.
fn words(id: &str) -> String {
    let steps = playbook(id).steps.iter();
    let all = steps.map(|step| {
        let def = &step.def;
        let more = [def.detail.as_deref(), def.link.as_deref()];
        format!(
            "{} {}",
            def.text,
            more.into_iter().flatten().collect::<String>()
        )
    });
    all.collect::<Vec<_>>().join("\n")
}

/// The actions that it leads to, in order.
pub fn acts(id: &str) -> Vec<&'static str> {
    let steps = playbook(id).steps.iter();
    steps
        .filter_map(|step| step.def.act.as_ref())
        .map(|act| act.action.as_str())
        .collect()
}

pub fn has(id: &str, wanted: &[&str]) {
    let text = words(id);
    for word in wanted {
        assert!(text.contains(word), "{id}: {word} in {text}");
    }
}

#[test]
fn data_of_l_07_an_incident_goes_through_eight_steps() {
    let rest = ["document", "report", "communicate"];
    let p0 = way("incident", &["p0", "yes_it_does"]);
    let begin = [
        "identify",
        "assess",
        "call_all",
        "tell",
        "investigate",
        "resolve",
        "verify",
    ];
    assert_eq!(p0, [&begin[..], &rest].concat());
    for priority in ["p1", "p2"] {
        let begin = [
            "identify",
            "assess",
            "call",
            "tell",
            "investigate",
            "resolve",
            "verify",
        ];
        let walked = way("incident", &[priority, "yes_it_does"]);
        assert_eq!(walked, [&begin[..], &rest].concat(), "{priority}");
    }
    let p3 = way("incident", &["p3", "not_yet", "yes_it_does"]);
    let again = ["investigate", "resolve", "verify"];
    assert_eq!(
        p3,
        [&["identify", "assess"][..], &again, &again, &rest].concat()
    );
    has(
        "incident",
        &[
            "within an hour",
            "within four hours",
            "within a day",
            "within a week",
        ],
    );
    has("incident", &["production", "runbook"]);
}

#[test]
fn data_of_l_09_when_capture_fails() {
    assert_eq!(
        credentials("capture_fails"),
        ["PAYPAL_CLIENT_ID", "PAYPAL_MODE"]
    );
    has(
        "capture_fails",
        &[
            "Operations Center → Payments → PayPal Transactions",
            "PayPal Dashboard → Webhooks → Event History",
        ],
    );
    let head = ["count", "client", "mode", "transactions", "events", "where"];
    let walk = |tail: &[&'static str]| [&head[..], tail].concat();
    ways(
        "capture_fails",
        &[
            (&["ours", "well"], &walk(&["engineer", "again"])),
            (&["theirs", "well"], &walk(&["paypal", "again"])),
            (&["webhook", "fails"], &walk(&["sync", "again", "escalate"])),
            (&["cards"], &head),
        ],
    );
}

#[test]
fn data_of_l_10_when_a_webhook_is_not_received() {
    has(
        "webhook_missing",
        &["/api/webhooks/paypal", "HEAD", "Sync PayPal Status"],
    );
    ways(
        "webhook_missing",
        &[
            (
                &["answers", "right", "well"],
                &[
                    "waiting",
                    "reach",
                    "signature",
                    "refused",
                    "retry",
                    "sync",
                    "check",
                ],
            ),
            (
                &["silent", "well", "wrong", "fails"],
                &[
                    "waiting",
                    "reach",
                    "page",
                    "reach_again",
                    "signature",
                    "refused",
                    "credential",
                    "retry",
                    "sync",
                    "check",
                    "open_incident",
                ],
            ),
            (
                &["silent", "fails", "right", "well"],
                &[
                    "waiting",
                    "reach",
                    "page",
                    "reach_again",
                    "lead",
                    "signature",
                    "refused",
                    "retry",
                    "sync",
                    "check",
                ],
            ),
        ],
    );
    for (refused, wanted) in [(0, "right"), (1, "wrong")] {
        let answers = json!({"refused": refused});
        assert_eq!(
            proposed("webhook_missing", "refused", json!({}), answers),
            [wanted]
        );
    }
}

#[test]
fn data_of_l_11_a_refund_goes_through_review_approval_and_paypal() {
    ways(
        "standard_refund",
        &[
            (
                &["new", "pay", "well"],
                &[
                    "look", "history", "state", "review", "decision", "approve", "webhook",
                ],
            ),
            (
                &["seen", "pay", "fails"],
                &[
                    "look", "history", "state", "decision", "approve", "webhook", "missing",
                ],
            ),
            (
                &["refused", "no_pay"],
                &["look", "history", "state", "decision", "decline"],
            ),
            (&["done"], &["look", "history", "state"]),
        ],
    );
    assert_eq!(
        acts("standard_refund"),
        ["review", "decline", "approve", "sync_payment"]
    );
}

#[test]
fn data_of_l_12_a_partial_refund_in_four_steps() {
    ways(
        "partial_refund",
        &[(&[], &["order", "amount", "issue", "see"])],
    );
    assert_eq!(acts("partial_refund"), ["refund_part"]);
    let notes = &playbook("partial_refund").step("amount").unwrap().def.notes;
    assert!(notes.contains_key("amount") && notes.contains_key("reason"));
}

#[test]
fn data_of_l_13_a_full_refund_in_four_steps() {
    ways(
        "full_refund",
        &[(&[], &["order", "reason", "issue", "see"])],
    );
    assert_eq!(acts("full_refund"), ["refund_full"]);
    // The list from which the reason is chosen is the one that the action takes.
    let asked = &LIVE_SHOPPING.kind("order").unwrap().actions["refund_full"];
    let step = |id: &str| playbook("full_refund").step(id).unwrap();
    let chosen = &step("reason").def.notes["reason"];
    assert_eq!(chosen.one_of, asked.def.params["reason"].one_of);
    assert!(!chosen.optional);
    let given = &step("issue").def.act.as_ref().unwrap().params;
    assert_eq!(given["reason"], "answers.reason");
}

#[test]
fn data_of_l_14_a_batch_is_generated_reviewed_and_processed() {
    let head = ["open", "generate", "amounts", "banks", "banks_good"];
    let sent = ["review", "process", "monitor", "failures", "any"];
    ways(
        "weekly_payout",
        &[
            (
                &["good", "well", "none"],
                &[&head[..], &sent, &["close"]].concat(),
            ),
            (
                &["bad", "fails", "some"],
                &[&head[..], &["hold"], &sent, &["fix", "close"]].concat(),
            ),
        ],
    );
    assert_eq!(
        acts("weekly_payout"),
        ["generate", "review", "process", "close"]
    );
}

#[test]
fn data_of_l_16_when_a_payout_fails() {
    assert_eq!(
        credentials("payout_fails"),
        ["WISE_API_TOKEN", "WISE_PROFILE_ID"]
    );
    let head = ["token", "profile", "history", "bank", "cause"];
    let walk = |tail: &[&'static str]| [&head[..], tail].concat();
    ways(
        "payout_fails",
        &[
            (&["details", "hold"], &walk(&["details", "wait", "hold"])),
            (&["token", "well"], &walk(&["engineer", "retry", "seen"])),
            (
                &["wise", "try", "fails"],
                &walk(&["wise", "wait", "retry", "seen"]),
            ),
            (&["passing", "well"], &walk(&["retry", "seen"])),
        ],
    );
    assert_eq!(acts("payout_fails"), ["hold", "retry"]);
}

#[test]
fn data_of_l_17_when_a_creator_disputes_an_amount() {
    let head = [
        "creator",
        "payout",
        "breakdown",
        "orders",
        "refunded",
        "commission",
        "right",
    ];
    let walk = |tail: &[&'static str]| [&head[..], tail].concat();
    ways(
        "payout_question",
        &[
            (&["right"], &walk(&["explain"])),
            (&["unpaid"], &walk(&["adjust", "tell"])),
            (&["paid"], &walk(&["adjustment", "pay", "tell"])),
        ],
    );
    assert_eq!(
        acts("payout_question"),
        ["explain", "adjust", "pay_adjustment", "corrected"]
    );
}
