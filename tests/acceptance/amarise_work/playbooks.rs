//! What to do step by step: every playbook as the document tells it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::pack::Playbook;

use crate::amarise_bodies::NOW;
use crate::packs::AMARISE;
use crate::world::at;

fn playbook(id: &str) -> &'static Playbook {
    &AMARISE.playbooks[id]
}

/// The steps of a run in which these ways are taken, one after the other.
fn run(id: &str, ways: &[&str]) -> Vec<&'static str> {
    let steps = &playbook(id).steps;
    let mut ways = ways.iter();
    let mut taken = Vec::new();
    let mut place = Some(0);
    while let Some(here) = place {
        assert!(taken.len() < 50, "{id} does not end: {taken:?}");
        let step = &steps[here].def;
        taken.push(step.id.as_str());
        let next = match &step.decide {
            Some(decide) => {
                let way = ways
                    .next()
                    .unwrap_or_else(|| panic!("no way for {}", step.id));
                let way = decide.ways.iter().find(|known| known.id == *way);
                Some(
                    way.unwrap_or_else(|| panic!("no such way: {}", step.id))
                        .next
                        .as_str(),
                )
            }
            None => step.next.as_deref(),
        };
        place = match next {
            Some("end") => None,
            Some(next) => Some(steps.iter().position(|step| step.def.id == next).unwrap()),
            None => (here + 1 < steps.len()).then_some(here + 1),
        };
    }
    assert_eq!(ways.next(), None, "{id}");
    taken
}

/// Every step is reached from the first, and the end from every step.
fn is_whole(id: &str) {
    let steps = &playbook(id).steps;
    let reach = |from: usize| {
        let (mut seen, mut open, mut ends) = (BTreeSet::new(), vec![from], false);
        while let Some(place) = open.pop() {
            if seen.insert(place) {
                open.extend(steps[place].follow.iter().copied().flatten());
                ends |= steps[place].follow.contains(&None);
            }
        }
        (seen.len(), ends)
    };
    assert_eq!(reach(0).0, steps.len(), "{id}");
    for (place, step) in steps.iter().enumerate() {
        assert!(reach(place).1, "{id}: {}", step.def.id);
    }
}

fn switches(id: &str, step: &str) -> (&'static str, &'static Value) {
    let switch = playbook(id)
        .step(step)
        .unwrap()
        .def
        .switch
        .as_ref()
        .unwrap();
    (switch.control.as_str(), &switch.to)
}

fn pages(id: &str, step: &str) -> &'static str {
    let page = playbook(id).step(step).unwrap().def.page.as_ref().unwrap();
    page.path.as_str()
}

fn acts(id: &str, step: &str) -> &'static str {
    let act = playbook(id).step(step).unwrap().def.act.as_ref().unwrap();
    act.action.as_str()
}

#[test]
fn data_of_a_14_an_incident_has_seven_stages_in_order() {
    is_whole("incident");
    let steps = playbook("incident").steps.iter();
    let stages: Vec<_> = steps
        .filter_map(|step| step.def.text.split_once(": "))
        .map(|(stage, _)| stage)
        .collect();
    assert_eq!(
        stages,
        [
            "Detect",
            "Assess",
            "Activate",
            "Communicate",
            "Resolve",
            "Deactivate",
            "Document"
        ]
    );
    assert_eq!(
        switches("incident", "activate"),
        ("incident_mode", &json!(true))
    );
    assert_eq!(
        switches("incident", "deactivate"),
        ("incident_mode", &json!(false))
    );
    let banner = playbook("incident").step("banner").unwrap();
    assert_eq!(banner.def.send.as_ref().unwrap().template, "status_banner");
}

#[test]
fn data_of_a_14_each_severity_tells_whom_it_has_to_and_each_way_ends() {
    for severity in ["critical", "high", "medium"] {
        let tell = format!("tell_{severity}");
        assert_eq!(pages("incident", &tell), severity);
        let ways = [severity, "nothing", "silent", "mended", "nothing"];
        let expected = [
            "detect",
            "payments",
            "assess",
            tell.as_str(),
            "activate",
            "freeze",
            "communicate",
            "resolve",
            "look_again",
            "verify",
            "lift",
            "deactivate",
            "document",
        ];
        assert_eq!(run("incident", &ways), expected, "{severity}");
    }
    // Nobody is called for what is low, and it takes its place in the queue.
    let low = ["detect", "payments", "assess", "in_queue", "still_low"];
    assert_eq!(
        run("incident", &["low", "mended"]),
        [&low[..], &["document"]].concat()
    );
    assert_eq!(
        run("incident", &["low", "not_yet", "mended"]),
        [&low[..], &low[3..], &["document"]].concat()
    );
    assert_eq!(pages("incident", "more_help"), "technical");
    let twice = ["high", "nothing", "banner", "not_yet", "mended", "nothing"];
    assert_eq!(
        run("incident", &twice)[4..],
        [
            "activate",
            "freeze",
            "communicate",
            "banner",
            "resolve",
            "look_again",
            "verify",
            "more_help",
            "resolve",
            "look_again",
            "verify",
            "lift",
            "deactivate",
            "document",
        ]
    );
}

/// A run may leave the switches of another incident alone only by never coming near them.
#[test]
fn data_of_a_13_and_a_15_what_is_low_touches_no_switch_unless_it_grows_worse() {
    let touched = |ways: &[&str]| -> Vec<&'static str> {
        let steps = run("incident", ways).into_iter();
        let steps = steps.map(|id| playbook("incident").step(id).unwrap());
        let switches = steps.filter_map(|step| step.def.switch.as_ref());
        switches.map(|switch| switch.control.as_str()).collect()
    };
    assert_eq!(touched(&["low", "mended"]), [""; 0]);
    assert_eq!(touched(&["low", "not_yet", "not_yet", "mended"]), [""; 0]);
    // Who switches it on switches it off, and the other way round.
    let worse = [
        "low", "worse", "high", "nothing", "silent", "mended", "nothing",
    ];
    assert_eq!(touched(&worse), ["incident_mode"; 2]);
    for severity in ["critical", "high", "medium"] {
        let ways = [severity, "nothing", "silent", "mended", "nothing"];
        assert_eq!(touched(&ways), ["incident_mode"; 2], "{severity}");
    }
}

#[test]
fn data_of_a_14_what_is_frozen_on_the_way_can_be_lifted_again() {
    for (way, control) in [
        ("checkout", "freeze_checkout"),
        ("refunds", "freeze_refunds"),
        ("prices", "freeze_prices"),
        ("cms", "freeze_cms"),
    ] {
        let freeze = format!("freeze_{way}");
        let lift = format!("lift_{way}");
        assert_eq!(switches("incident", &freeze), (control, &json!(true)));
        assert_eq!(switches("incident", &lift), (control, &json!(false)));
        let ways = ["high", way, "nothing", "silent", "mended", way, "nothing"];
        let taken = run("incident", &ways);
        assert!(
            taken.contains(&freeze.as_str()) && taken.contains(&lift.as_str()),
            "{way}"
        );
    }
}

#[test]
fn data_of_a_14_and_a_10_failing_payments_suggest_critical_and_only_they_do() {
    let assess = playbook("incident").step("assess").unwrap();
    for (down, suggested) in [(0, false), (1, true)] {
        let mut scope = Scope {
            now: Some(at(NOW)),
            ..Scope::default()
        };
        scope
            .answers
            .insert("gateways_down".to_owned(), json!(down));
        let critical = assess.ways[0].as_ref().unwrap();
        assert_eq!(critical.eval_bool(&scope).unwrap(), suggested, "{down}");
        assert!(assess.ways[1..].iter().all(Option::is_none));
    }
}

#[test]
fn data_of_a_21_a_return_ends_with_the_money_on_receipt_or_without_any() {
    is_whole("returns");
    assert_eq!(
        run("returns", &["approve", "here"]),
        [
            "request", "review", "decide", "approve", "label", "parcel", "receive", "money"
        ]
    );
    assert_eq!(
        run("returns", &["reject"]),
        ["request", "review", "decide", "reject"]
    );
    let lost = [
        "request", "review", "decide", "approve", "label", "parcel", "lost", "given_up",
    ];
    assert_eq!(run("returns", &["approve", "lost", "wait_on"]), lost);
    assert_eq!(
        run("returns", &["approve", "lost", "given_up"]),
        [&lost[..], &["not_come"]].concat()
    );
    for step in ["reject", "approve", "label", "receive", "not_come"] {
        assert_eq!(acts("returns", step), step);
    }
    assert_eq!(pages("returns", "lost"), "customer");
}

#[test]
fn data_of_a_22_a_refund_is_reviewed_checked_and_paid_in_full_or_part() {
    is_whole("refund");
    let checks = ["review", "order", "parcel", "history", "decide"];
    for (way, rest) in [
        ("full", vec!["full", "pay", "logged"]),
        ("part", vec!["part", "pay", "logged"]),
        ("nothing", vec!["refuse", "logged"]),
        ("parcel", vec![]),
        ("fraud", vec!["fraud", "fraud_call"]),
    ] {
        let expected = [checks.to_vec(), rest].concat();
        assert_eq!(run("refund", &[way]), expected, "{way}");
    }
    for (step, action) in [
        ("full", "set_full"),
        ("part", "set_part"),
        ("pay", "pay"),
        ("refuse", "refuse"),
    ] {
        assert_eq!(acts("refund", step), action);
    }
    assert_eq!(
        switches("refund", "fraud"),
        ("freeze_refunds", &json!(true))
    );
    assert_eq!(pages("refund", "fraud_call"), "payment");
}

#[test]
fn data_of_a_38_a_pause_has_its_steps_with_and_without_a_banner() {
    is_whole("regional_pause");
    assert_eq!(
        run("regional_pause", &["banner"]),
        [
            "open",
            "affected",
            "pause",
            "banner_needed",
            "banner",
            "reason",
            "notify"
        ]
    );
    assert_eq!(
        run("regional_pause", &["no_banner"]),
        [
            "open",
            "affected",
            "pause",
            "banner_needed",
            "reason",
            "notify"
        ]
    );
    let open = &playbook("regional_pause").step("open").unwrap().def;
    assert!(
        open.detail
            .as_deref()
            .unwrap()
            .contains("/admin/system/flags")
    );
    assert!(open.notes.contains_key("region") && open.notes.contains_key("reason"));
    assert!(open.notes.values().all(|note| !note.optional));
    assert_eq!(
        switches("regional_pause", "pause"),
        ("sales_paused", &json!(true))
    );
    assert!(AMARISE.controls["sales_paused"].each_region);
    let banner = playbook("regional_pause").step("banner").unwrap();
    assert_eq!(
        banner.def.send.as_ref().unwrap().template,
        "maintenance_banner"
    );
    assert_eq!(
        switches("regional_resume", "resume"),
        ("sales_paused", &json!(false))
    );
    is_whole("regional_resume");
}
