//! H-01, H-02, H-04: how bad it is, who is paged, and what follows.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::{Firing, Pending};
use watchkeeper_pack::format::{OccasionDef, Severity, Tone};

use crate::packs::ADMIN_CONSOLE;
use crate::pos_world::{by, clock, good, items, machine, passes, steps, ways, with};
use crate::records::Records;
use crate::world::at;

const PAGE: (&str, &str) = ("page", "p");
const SENT: &str = "2026-11-20T12:00:00.000Z";
const AT_FIVE: &str = "2026-11-20T12:05:00.000Z";
const AFTER_FIVE: &str = "2026-11-20T12:05:00.001Z";

/// A page that was written two minutes before noon.
pub fn page(severity: &str, state: &str, fields: Value) -> Records {
    let records = Records::of(&ADMIN_CONSOLE)
        .setting("contact_on_call", json!("PSVC-1"))
        .setting("contact_commander", json!("PSVC-2"));
    let body = json!({
        "number": "PG-1", "summary": "Payments fail", "severity": severity,
        "drafted_at": "2026-11-20T11:58:00.000Z", "state": state,
    });
    records.add("page", "p", with(body, fields));
    records
}

fn sent(severity: &str) -> Records {
    page(
        severity,
        "sent",
        json!({"sent_at": SENT, "pagerduty": "PD1"}),
    )
}

fn refused(records: &Records, action: &str, now: &str) -> Option<(String, Option<String>)> {
    records.refused(PAGE, (action, json!({})), &[], now)
}

#[test]
fn data_of_h_01_four_severities_from_a_platform_wide_outage_to_something_to_know() {
    let all = &ADMIN_CONSOLE.incidents.severities;
    let ids: Vec<_> = all
        .iter()
        .map(|s| (s.id.as_str(), s.rank, s.row.as_str()))
        .collect();
    assert_eq!(
        ids,
        [
            ("s0", 0, "H-01"),
            ("s1", 1, "H-01"),
            ("s2", 2, "H-01"),
            ("s3", 3, "H-01")
        ]
    );
    let labels: Vec<_> = all.iter().map(|s| s.label.as_str()).collect();
    for (label, word) in labels.iter().zip([
        "Platform-wide outage",
        "Core monetisation",
        "Degraded",
        "Informational",
    ]) {
        assert!(label.contains(word), "{label}");
    }
    let book = "incident";
    assert_eq!(
        ways(&ADMIN_CONSOLE, book, "severity"),
        [
            ("s0", "page"),
            ("s1", "page"),
            ("s2", "page_feature"),
            ("s3", "note")
        ]
    );
    assert_eq!(
        steps(&ADMIN_CONSOLE, book),
        [
            "trend",
            "severity",
            "page",
            "loop_in",
            "page_feature",
            "community",
            "enterprise",
            "act",
            "recovered",
            "enterprise_news",
            "community_news",
            "community_over",
            "enterprise_over",
            "retrospective",
            "note"
        ]
    );
}

#[test]
fn data_of_h_01_and_x_94_the_trend_line_points_to_a_severity_once_the_tenant_has_said_from_when_on()
{
    for (area, rule, setting, severity) in [
        (
            "platform",
            "trend_platform",
            "trend_platform_percent",
            Severity::Red,
        ),
        (
            "monetisation",
            "trend_monetisation",
            "trend_monetisation_percent",
            Severity::Red,
        ),
        (
            "feature",
            "trend_feature",
            "trend_feature_percent",
            Severity::Yellow,
        ),
    ] {
        assert_eq!(ADMIN_CONSOLE.alerts[rule].def.severity, severity, "{rule}");
        let add = |records: &Records, events: i64| {
            let body = json!({"area": area, "events": events, "usual": 100, "sampled_at": SENT});
            records.add("trend", "t", body);
        };
        for (events, fires) in [(149, false), (150, false), (151, true)] {
            let records = Records::of(&ADMIN_CONSOLE).setting(setting, json!(50));
            add(&records, events);
            assert_eq!(
                records.states(rule, SENT) == [Firing],
                fires,
                "{area} {events}"
            );
        }
        let unsaid = Records::of(&ADMIN_CONSOLE);
        add(&unsaid, 1_000);
        assert_eq!(
            unsaid.states(rule, SENT),
            [Pending],
            "{area}: unknown, nobody is called"
        );
        assert!(ADMIN_CONSOLE.settings[setting].needed, "{setting}");
    }
}

#[test]
fn h_02_the_operator_at_once_the_commander_after_five_minutes_trust_and_safety_for_s0_and_s1() {
    let people = &ADMIN_CONSOLE.people;
    let calls = |path: &str| -> Vec<(&'static str, u32, bool)> {
        let calls = people.escalations[path].calls.iter();
        calls
            .map(|c| (c.role.as_str(), c.after_minutes, c.informed))
            .collect()
    };
    let major = [
        ("operator", 0, false),
        ("trust_safety", 0, true),
        ("commander", 5, false),
    ];
    assert_eq!(calls("platform"), major);
    assert_eq!(
        calls("feature"),
        [("operator", 0, false), ("commander", 5, false)]
    );
    let routes = ADMIN_CONSOLE.incidents.severities.iter().map(|s| {
        let looped = s.tell.iter().any(|role| role == "trust_safety");
        (
            s.id.as_str(),
            s.escalation.as_deref(),
            s.respond_minutes,
            looped,
        )
    });
    let routes: Vec<_> = routes.collect();
    assert_eq!(
        routes,
        [
            ("s0", Some("platform"), Some(5), true),
            ("s1", Some("platform"), Some(5), true),
            ("s2", Some("feature"), Some(5), false),
            ("s3", None, None, false),
        ]
    );
}

#[test]
fn h_02_without_an_acknowledgement_in_five_minutes_the_commander_is_paged() {
    let records = sent("s1");
    assert_eq!(
        refused(&records, "page_commander", AT_FIVE),
        by("page.still_time", "H-02")
    );
    assert_eq!(refused(&records, "page_commander", AFTER_FIVE), passes());
    assert_eq!(records.states("page_unanswered", AT_FIVE), []);
    assert_eq!(records.states("page_unanswered", AFTER_FIVE), [Firing]);
    assert_eq!(
        ADMIN_CONSOLE.alerts["page_unanswered"].def.severity,
        Severity::Red
    );
    let standing = |now: &str| clock(&ADMIN_CONSOLE, &records, PAGE, "acknowledge", now);
    assert_eq!(
        (standing(SENT).start, standing(SENT).due),
        (at(SENT), at(AT_FIVE))
    );
    let tones = [
        "2026-11-20T12:02:59.999Z",
        "2026-11-20T12:03:00.000Z",
        "2026-11-20T12:04:59.999Z",
        AT_FIVE,
    ]
    .map(|now| standing(now).tone);
    assert_eq!(tones, [Tone::Green, Tone::Amber, Tone::Amber, Tone::Red]);
    // X-78: pressed here and not at PagerDuty is no acknowledgement.
    let pressed = page(
        "s1",
        "acknowledging",
        json!({"sent_at": SENT, "pagerduty": "PD1"}),
    );
    assert_eq!(pressed.states("page_unanswered", AFTER_FIVE), [Firing]);
    assert_eq!(refused(&pressed, "page_commander", AFTER_FIVE), passes());
    let fields =
        json!({"sent_at": SENT, "pagerduty": "PD1", "acknowledged_at": "2026-11-20T12:04:00.000Z"});
    let answered = page("s1", "acknowledged", fields);
    assert_eq!(answered.states("page_unanswered", AFTER_FIVE), []);
    assert!(!clock(&ADMIN_CONSOLE, &answered, PAGE, "acknowledge", AFTER_FIVE).runs);
    assert_eq!(
        ways(&ADMIN_CONSOLE, "page_unanswered", "state"),
        [
            ("yes_it_is", "end"),
            ("queued", "commander"),
            ("no_answer", "commander")
        ]
    );
}

#[test]
fn h_02_who_is_paged_and_looped_in_by_severity() {
    for (severity, pages, loops) in [
        ("s0", true, true),
        ("s1", true, true),
        ("s2", true, false),
        ("s3", false, false),
    ] {
        let draft = page(severity, "draft", json!({}));
        let expected = if pages {
            passes()
        } else {
            by("page.informational", "H-01")
        };
        assert_eq!(refused(&draft, "send", SENT), expected, "{severity}");
        let expected = if loops {
            None
        } else {
            by("page.not_theirs", "H-02")
        };
        assert_eq!(
            refused(&sent(severity), "loop_in", SENT),
            expected,
            "{severity}"
        );
    }
    let unknown = page("s0", "sent", json!({"sent_at": SENT}));
    assert_eq!(
        refused(&unknown, "acknowledge", SENT),
        by("page.unknown", "X-78")
    );
    assert_eq!(refused(&sent("s0"), "acknowledge", SENT), passes());
}

#[test]
fn h_02_every_action_on_a_page_starts_from_its_states_and_from_no_other() {
    let body =
        json!({"number": "PG-1", "summary": "Payments fail", "severity": "s1", "drafted_at": SENT});
    let states = [
        "draft",
        "sending",
        "sent",
        "acknowledging",
        "acknowledged",
        "resolved",
        "discarded",
    ];
    machine(
        &ADMIN_CONSOLE,
        "page",
        &body,
        &states,
        &[
            ("send", &["draft"]),
            ("acknowledge", &["sent"]),
            ("page_commander", &["sent", "acknowledging"]),
            ("loop_in", &states[..6]),
            ("begin_retrospective", &["acknowledged", "resolved"]),
            ("discard", &["draft"]),
        ],
    );
}

#[test]
fn part_of_h_01_what_nobody_is_paged_for_does_not_wait_to_be_sent() {
    let records = page("s3", "draft", json!({}));
    let informational = by("page.informational", "H-01");
    assert_eq!(refused(&records, "send", SENT), informational);
    assert_eq!(records.in_section("pages", "draft", SENT), ["p"]);
    let silent = refused(&records, "discard", SENT);
    assert_eq!(silent, Some(("params.invalid".to_owned(), None)));
    let reason = json!({"reason": "Something to know."});
    records.carry_out(PAGE, ("discard", reason), &[], SENT);
    assert_eq!(records.in_section("pages", "draft", SENT), [""; 0]);
    assert_eq!(records.in_section("pages", "discarded", SENT), ["p"]);
}

#[test]
fn data_of_h_04_four_items_after_each_incident() {
    assert_eq!(
        ADMIN_CONSOLE.incidents.afterwards.as_deref(),
        Some("after_incident")
    );
    let routine = &ADMIN_CONSOLE.routines["after_incident"];
    assert_eq!(routine.def.row, "H-04");
    assert!(matches!(routine.def.when, OccasionDef::Asked));
    assert_eq!(
        items(&ADMIN_CONSOLE, "after_incident"),
        ["timeline", "proof", "issue", "playbooks"]
    );
    assert_eq!(routine.items[1].def.view.as_deref(), Some("all_revenue"));
    assert!(good(&ADMIN_CONSOLE, "after_incident", "issue", json!(0)));
    assert!(!good(&ADMIN_CONSOLE, "after_incident", "issue", json!(1)));
}

#[test]
fn data_of_h_04_a_retrospective_is_filed_with_its_timeline_and_its_proof() {
    let incomplete = by("retrospective.incomplete", "H-04");
    for (fields, expected) in [
        (json!({}), incomplete.clone()),
        (json!({"timeline": "12:00 down"}), incomplete.clone()),
        (json!({"proof": "All revenue, 13:30 to 14:30"}), incomplete),
        (
            json!({"timeline": "12:00 down", "proof": "All revenue"}),
            passes(),
        ),
    ] {
        let records = Records::of(&ADMIN_CONSOLE);
        let body = json!({"name": "PG-1", "severity": "s1", "over_at": SENT, "state": "draft"});
        records.add("retrospective", "r", with(body, fields.clone()));
        let refused = records.refused(("retrospective", "r"), ("file", json!({})), &[], SENT);
        assert_eq!(refused, expected, "{fields}");
    }
    let resolved = page("s1", "resolved", json!({"resolved_at": AT_FIVE}));
    let plan = resolved
        .decide(PAGE, ("begin_retrospective", json!({})), &[], AFTER_FIVE)
        .plan
        .unwrap();
    assert_eq!(plan.creates[0].kind, "retrospective");
    assert_eq!(plan.creates[0].body["over_at"], AT_FIVE);
    let again = page("s1", "resolved", json!({"retrospective_at": AT_FIVE}));
    assert_eq!(
        refused(&again, "begin_retrospective", AFTER_FIVE),
        by("page.retrospective_begun", "H-04")
    );
}
