//! P-07, P-08, P-09: nobody can log in, and an organisation that sees the data of another.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::{Firing, Pending};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::format::{Severity, Tone};

use crate::packs::POS_SAAS;
use crate::pos_world::{
    NOON, by, clock, machine, mail, map, needs, organisation, proposed, seen, steps, ways, with,
};
use crate::records::Records;
use crate::world::at;

const LEAK: (&str, &str) = ("leak_case", "l");

fn logins(records: &Records, attempts: i64, succeeded: i64) {
    let body = json!({"name": "password", "sampled_at": NOON, "minutes": 10, "attempts": attempts, "succeeded": succeeded});
    records.add("login_window", "w", body);
}

#[test]
fn data_of_p_07_the_steps_and_branches_of_a_mass_failure() {
    let book = &POS_SAAS.playbooks["login_failure"].def;
    assert_eq!(
        (book.row.as_str(), book.severity.as_deref()),
        ("P-07", Some("p0"))
    );
    assert_eq!(
        steps(&POS_SAAS, "login_failure"),
        [
            "page",
            "say",
            "auth",
            "policies",
            "changes",
            "cause",
            "wait",
            "policy",
            "undo",
            "search",
            "identified",
            "test",
            "works",
            "tell",
            "report"
        ]
    );
    assert_eq!(
        ways(&POS_SAAS, "login_failure", "cause"),
        [
            ("provider", "wait"),
            ("policy", "policy"),
            ("change", "undo"),
            ("other", "search")
        ]
    );
    assert_eq!(
        ways(&POS_SAAS, "login_failure", "works"),
        [("works", "tell"), ("fails", "search")]
    );
    let cause = |auth: i64, policies: i64, changes: i64| {
        let answers =
            json!({"auth_disturbed": auth, "policies_changed": policies, "changes": changes});
        let scope = Scope {
            answers: map(answers),
            ..Scope::default()
        };
        proposed(&POS_SAAS, "login_failure", "cause", &scope)
    };
    assert_eq!(cause(1, 0, 0), ["provider"]);
    assert_eq!(cause(0, 1, 0), ["policy"]);
    assert_eq!(cause(0, 0, 1), ["change"]);
    assert_eq!(cause(0, 0, 0), [""; 0]);
    let step = |id: &str| &POS_SAAS.playbooks["login_failure"].step(id).unwrap().def;
    assert_eq!(step("test").test.as_ref().unwrap().len(), 3);
    assert_eq!(
        step("tell").send.as_ref().unwrap().template,
        "login_resolved"
    );
    assert_eq!(
        step("report").send.as_ref().unwrap().template,
        "incident_report"
    );
}

#[test]
fn x_32_below_ninety_of_a_hundred_from_fifty_attempts_on_once_the_tenant_has_said_so() {
    assert_eq!(POS_SAAS.alerts["login_failure"].def.severity, Severity::Red);
    let said = || {
        Records::of(&POS_SAAS)
            .setting("login_success_percent", json!(90))
            .setting("login_window_minutes", json!(10))
            .setting("login_attempts_least", json!(50))
    };
    for (attempts, succeeded, fires) in [
        (50, 44, true),
        (50, 45, false),
        (50, 46, false),
        (1000, 899, true),
        (1000, 900, false),
        (49, 0, false),
        (50, 0, true),
        (0, 0, false),
    ] {
        let records = said();
        logins(&records, attempts, succeeded);
        let states = records.states("login_failure", NOON);
        assert_eq!(
            states == [Firing],
            fires,
            "{succeeded} of {attempts}: {states:?}"
        );
    }
    let unsaid = Records::of(&POS_SAAS);
    logins(&unsaid, 1000, 0);
    assert_eq!(
        unsaid.states("login_failure", NOON),
        [Pending],
        "unknown, and never green"
    );
    let needed = [
        "login_success_percent",
        "login_window_minutes",
        "login_attempts_least",
    ];
    assert!(needed.iter().all(|name| POS_SAAS.settings[*name].needed));
}

#[test]
fn p_08_word_for_word_and_only_afterwards() {
    let template = &POS_SAAS.templates["login_resolved"];
    let scope = Scope {
        params: map(json!({"name": "Ada", "email": "ada@bean.example"})),
        settings: map(json!({"support_mailbox": "help@pos.example"})),
        ..Scope::default()
    };
    assert_eq!(
        template.subject.render(&scope).unwrap(),
        "Logging in works again"
    );
    assert_eq!(
        template.body.render(&scope).unwrap().trim_end(),
        "Hello Ada,\n\nfor a while some users could not log in. The cause is removed, and logging in works as usual.\n\n\
         Should it still fail for you, please write to help@pos.example.\n\nKind regards\nYour POS team"
    );
    needs(&POS_SAAS, "login_resolved", "params", &["name"], &scope);
    needs(
        &POS_SAAS,
        "login_resolved",
        "settings",
        &["support_mailbox"],
        &scope,
    );
    // It follows the test of the login, and is the last but the report.
    let all = steps(&POS_SAAS, "login_failure");
    assert_eq!(all[all.len() - 4..], ["test", "works", "tell", "report"]);
}

/// Known since the 17th, 12:00.
fn leak(state: &str, fields: Value) -> Records {
    let records = Records::of(&POS_SAAS);
    organisation(&records, "o", json!({}));
    let body = json!({
        "number": "L-1", "reporter": "o", "table": "orders", "known_at": "2026-11-17T12:00:00.000Z",
        "seen": "orders of another shop", "state": state,
    });
    records.add("leak_case", "l", with(body, fields));
    records
}

/// Of the leak's table, tested when the leak was known.
fn policy(records: &Records, id: &str, state: &str, fields: Value) {
    let body = json!({"table": "orders", "name": id, "changed_at": "2026-11-16T12:00:00.000Z",
                      "tested_at": "2026-11-17T12:00:00.000Z", "state": state});
    records.add("rls_policy", id, with(body, fields));
}

fn exposure(records: &Records, id: &str, state: &str) {
    let body = json!({"leak": "L-1", "organisation": "o", "listed_at": NOON, "what": "Orders of May.", "state": state});
    records.add("exposure", id, body);
}

fn refused(records: &Records, action: &str, params: Value) -> Option<(String, Option<String>)> {
    records.refused(LEAK, (action, params), &[], NOON)
}

#[test]
fn data_of_p_09_the_steps_and_branches_of_a_leak() {
    let book = &POS_SAAS.playbooks["leak"].def;
    assert_eq!(
        (book.row.as_str(), book.severity.as_deref()),
        ("P-09", Some("p0"))
    );
    assert_eq!(
        steps(&POS_SAAS, "leak"),
        [
            "page",
            "clock",
            "policies",
            "isolation",
            "broken",
            "fix",
            "retest",
            "contain",
            "list",
            "audit",
            "finish_audit",
            "any",
            "authority",
            "notify",
            "told",
            "report",
            "close",
            "dismiss"
        ]
    );
    assert_eq!(
        ways(&POS_SAAS, "leak", "broken"),
        [("broken", "fix"), ("holds", "dismiss")]
    );
    assert_eq!(
        ways(&POS_SAAS, "leak", "any"),
        [("yes_some", "authority"), ("none", "told")]
    );
    assert_eq!(POS_SAAS.alerts["leak_reported"].def.severity, Severity::Red);
    assert_eq!(
        leak("reported", json!({})).states("leak_reported", NOON),
        [Firing]
    );
    assert_eq!(
        leak("contained", json!({})).states("leak_reported", NOON),
        []
    );
}

#[test]
fn data_of_p_09_isolation_holds_only_when_each_policy_was_corrected_and_tested() {
    for (state, expected) in [
        ("in_force", None),
        ("broken", by("leak.policy_open", "P-09")),
        ("correcting", by("leak.policy_open", "P-09")),
        ("corrected", by("leak.policy_open", "P-09")),
    ] {
        let records = leak("reported", json!({}));
        policy(&records, "p", state, json!({}));
        assert_eq!(refused(&records, "contain", json!({})), expected, "{state}");
        let dismissed = refused(&records, "dismiss", json!({"report": "tested"}));
        assert_eq!(dismissed, expected, "{state}");
        let fires = records.states("policy_broken", NOON) == [Firing];
        assert_eq!(fires, expected.is_some(), "{state}");
    }
}

#[test]
fn part_of_p_09_isolation_counts_as_restored_by_a_test_of_that_table_since_the_leak_was_known() {
    let contain = |policies: &[(&str, Value)]| {
        let records = leak("reported", json!({}));
        for (place, (state, fields)) in policies.iter().enumerate() {
            policy(&records, &format!("p{place}"), state, fields.clone());
        }
        refused(&records, "contain", json!({}))
    };
    let tested = || ("in_force", json!({}));
    let open = by("leak.policy_open", "P-09");
    assert_eq!(contain(&[]), open, "nothing was tested");
    let before = json!({"tested_at": "2026-11-17T11:59:59.999Z"});
    assert_eq!(contain(&[("in_force", before.clone())]), open);
    assert_eq!(contain(&[("in_force", json!({"tested_at": null}))]), open);
    assert_eq!(contain(&[tested(), ("in_force", before)]), open, "of two");
    assert_eq!(contain(&[tested(), ("broken", json!({}))]), open);
    let elsewhere = json!({"table": "reports"});
    assert_eq!(contain(&[("in_force", elsewhere.clone())]), open);
    // Another table is another leak.
    assert_eq!(contain(&[tested(), ("broken", elsewhere)]), None);
}

#[test]
fn part_of_p_09_nobody_is_told_that_the_fault_is_removed_while_it_is_open() {
    for (state, contained) in [
        ("reported", false),
        ("contained", true),
        ("audited", true),
        ("told", true),
        ("closed", true),
        ("dismissed", false),
    ] {
        let records = leak(state, json!({}));
        let records = records.setting("support_mailbox", json!("help@pos.example"));
        exposure(&records, "e", "exposed");
        let said = records.refused(("exposure", "e"), ("tell", json!({})), &[], NOON);
        let open = by("exposure.leak_open", "P-09");
        assert_eq!(said, open.filter(|_| !contained), "{state}");
    }
}

#[test]
fn data_of_p_09_every_organisation_is_audited_and_every_affected_one_told() {
    for (state, audit, telling) in [
        ("to_audit", by("leak.unaudited", "P-09"), None),
        ("clean", None, None),
        ("exposed", None, by("leak.untold", "P-09")),
        ("told", None, None),
    ] {
        let contained = leak("contained", json!({}));
        exposure(&contained, "e", state);
        assert_eq!(
            refused(&contained, "finish_audit", json!({})),
            audit,
            "{state}"
        );
        let audited = leak("audited", json!({}));
        exposure(&audited, "e", state);
        assert_eq!(
            refused(&audited, "finish_telling", json!({})),
            telling,
            "{state}"
        );
    }
}

#[test]
fn data_of_p_09_a_leak_is_closed_with_its_report_once_the_authority_knows() {
    let end = json!({"report": "r", "prevention": "p"});
    let open = leak("told", json!({}));
    exposure(&open, "e", "told");
    assert_eq!(
        refused(&open, "close", end.clone()),
        by("leak.authority_open", "X-34")
    );
    let told = leak("told", json!({"authority_told_at": NOON}));
    exposure(&told, "e", "told");
    assert_eq!(
        refused(&told, "close", json!({})),
        Some(("params.invalid".into(), None))
    );
    assert_eq!(refused(&told, "close", end.clone()), None);
    let nobody = leak("told", json!({}));
    exposure(&nobody, "e", "clean");
    assert_eq!(refused(&nobody, "close", end), None);
}

#[test]
fn x_34_no_leak_ends_with_nobody_audited() {
    let contained = leak("contained", json!({}));
    let nobody = refused(&contained, "finish_audit", json!({}));
    assert_eq!(nobody, by("leak.nobody_listed", "X-34"));
    // Brought so far without a list, or found affected after the telling.
    let end = json!({"report": "r", "prevention": "p"});
    let told = json!({"authority_told_at": NOON});
    for (listed, said) in [
        (None, by("leak.not_finished", "P-09")),
        (Some("to_audit"), by("leak.not_finished", "P-09")),
        (Some("exposed"), by("leak.not_finished", "P-09")),
        (Some("clean"), None),
        (Some("told"), None),
    ] {
        let records = leak("told", told.clone());
        if let Some(state) = listed {
            exposure(&records, "e", state);
        }
        assert_eq!(refused(&records, "close", end.clone()), said, "{listed:?}");
    }
}

#[test]
fn part_of_p_09_an_organisation_that_is_found_late_leads_back_to_the_audit() {
    for (state, then) in [
        ("reported", "reported"),
        ("contained", "contained"),
        ("audited", "contained"),
        ("told", "contained"),
    ] {
        let records = leak(state, json!({"audited_at": NOON}));
        exposure(&records, "e", "told");
        let late = ("add_organisation", json!({"organisation": "o"}));
        records.carry_out(LEAK, late, &[], NOON);
        let (body, _) = records.record(LEAK.0, LEAK.1);
        assert_eq!(body["state"], then, "{state}");
        let open = records.in_section("exposures", "to_audit", NOON);
        assert_eq!(open, ["add_organisation-0"], "{state}");
    }
    let late = leak("audited", json!({}));
    late.carry_out(
        LEAK,
        ("add_organisation", json!({"organisation": "o"})),
        &[],
        NOON,
    );
    let unaudited = refused(&late, "finish_audit", json!({}));
    assert_eq!(unaudited, by("leak.unaudited", "P-09"));
}

#[test]
fn part_of_p_09_who_was_taken_for_not_affected_is_told_after_all() {
    let records = leak("told", json!({"authority_told_at": NOON}));
    exposure(&records, "e", "clean");
    let end = json!({"report": "r", "prevention": "p"});
    assert_eq!(refused(&records, "close", end.clone()), None);
    let seen = ("exposed", json!({"what": "Orders of June."}));
    records.carry_out(("exposure", "e"), seen, &[], NOON);
    let untold = refused(&records, "close", end.clone());
    assert_eq!(untold, by("leak.not_finished", "P-09"));
    let how = ("told_otherwise", json!({"how": "By phone."}));
    records.carry_out(("exposure", "e"), how, &[], NOON);
    assert_eq!(refused(&records, "close", end), None);
}

#[test]
fn x_34_seventy_two_hours_to_the_authority() {
    let records = leak("reported", json!({}));
    let standing = |now: &str| clock(&POS_SAAS, &records, LEAK, "authority", now);
    assert_eq!(
        standing(NOON).due,
        at(NOON),
        "three days after the 17th, 12:00"
    );
    let tones = [
        "2026-11-19T11:59:59.999Z",
        "2026-11-19T12:00:00.000Z",
        "2026-11-20T11:59:59.999Z",
        NOON,
    ]
    .map(|now| standing(now).tone);
    assert_eq!(tones, [Tone::Green, Tone::Amber, Tone::Amber, Tone::Red]);
    assert_eq!(
        records.states("authority_due", "2026-11-19T11:59:59.999Z"),
        []
    );
    assert_eq!(
        records.states("authority_due", "2026-11-19T12:00:00.000Z"),
        [Firing]
    );
    let told = leak(
        "audited",
        json!({"authority_told_at": "2026-11-19T12:00:00.000Z"}),
    );
    assert!(!clock(&POS_SAAS, &told, LEAK, "authority", NOON).runs);
    assert_eq!(told.states("authority_due", NOON), []);
}

#[test]
fn data_of_p_09_every_action_starts_from_its_states_and_from_no_other() {
    let leak = json!({"number": "L-1", "reporter": "o", "table": "orders", "known_at": NOON, "seen": "rows"});
    let states = [
        "reported",
        "contained",
        "audited",
        "told",
        "closed",
        "dismissed",
    ];
    machine(
        &POS_SAAS,
        "leak_case",
        &leak,
        &states,
        &[
            ("contain", &["reported"]),
            ("dismiss", &["reported"]),
            (
                "add_organisation",
                &["reported", "contained", "audited", "told"],
            ),
            ("finish_audit", &["contained"]),
            ("finish_telling", &["audited"]),
            (
                "authority_told",
                &["reported", "contained", "audited", "told"],
            ),
            ("close", &["told"]),
        ],
    );
    let policy = json!({"table": "orders", "name": "p", "changed_at": NOON});
    let states = ["in_force", "broken", "correcting", "corrected"];
    machine(
        &POS_SAAS,
        "rls_policy",
        &policy,
        &states,
        &[
            ("isolation_broken", &["in_force", "corrected"]),
            ("correct", &["broken"]),
            ("isolation_holds", &["in_force", "corrected"]),
        ],
    );
    let exposure = json!({"leak": "L-1", "organisation": "o", "listed_at": NOON});
    let states = ["to_audit", "clean", "exposed", "told"];
    machine(
        &POS_SAAS,
        "exposure",
        &exposure,
        &states,
        &[
            ("clean", &["to_audit"]),
            ("exposed", &["to_audit", "clean"]),
            ("tell", &["exposed"]),
            ("told_otherwise", &["exposed"]),
        ],
    );
}

#[test]
fn part_of_p_09_a_leak_ends_though_no_mail_reaches_an_organisation() {
    let one = ("exposure", "e");
    let exposed = |email: &str| {
        let records = leak("audited", json!({}));
        let records = records.setting("support_mailbox", json!("help@pos.example"));
        organisation(&records, "gone", json!({"email": email}));
        let body = json!({"leak": "L-1", "organisation": "gone", "listed_at": NOON, "what": "Orders.", "state": "exposed"});
        records.add("exposure", "e", body);
        records
    };
    let tell = |records: &Records| records.refused(one, ("tell", json!({})), &[], NOON);
    assert_eq!(tell(&exposed("ada@bean.example")), None);
    // What is left of an address once the account's data was deleted.
    let records = exposed("erased");
    assert!(tell(&records).is_some());
    let untold = refused(&records, "finish_telling", json!({}));
    assert_eq!(untold, by("leak.untold", "P-09"));
    let silent = records.refused(one, ("told_otherwise", json!({})), &[], NOON);
    assert_eq!(silent, Some(("params.invalid".into(), None)));
    let how = json!({"how": "A letter to the last known address."});
    records.carry_out(one, ("told_otherwise", how), &[], NOON);
    assert_eq!(refused(&records, "finish_telling", json!({})), None);
}

#[test]
fn data_of_p_09_the_notice_word_for_word() {
    let records = leak("contained", json!({}));
    let records = records.setting("support_mailbox", json!("help@pos.example"));
    exposure(&records, "e", "exposed");
    let notice = mail(&records, ("exposure", "e"), ("tell", json!({})), NOON);
    assert_eq!(
        notice.body.trim_end(),
        "Hello Ada,\n\nthrough a fault of ours, another organisation could see data of Bean & Leaf for a time. \
         The fault is removed, and we have tested that each organisation sees its own data only.\n\n\
         Which data was seen: Orders of May.\n\n\
         We are sorry. For questions write to help@pos.example; case L-1.\n\nKind regards\nYour POS team"
    );
    let mut scope = seen(&POS_SAAS, &records, ("exposure", "e"), NOON);
    scope.settings = map(json!({"support_mailbox": "help@pos.example"}));
    scope.refs = map(json!({"organisation": {"name": "Bean & Leaf", "contact": "Ada"}}));
    needs(
        &POS_SAAS,
        "leak_notice",
        "settings",
        &["support_mailbox"],
        &scope,
    );
    needs(&POS_SAAS, "leak_notice", "refs", &["organisation"], &scope);
}
