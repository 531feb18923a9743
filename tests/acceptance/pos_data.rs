//! P-04, P-05, P-06: data that is lost or corrupted, from the finding to what the customer is told.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::Firing;
use watchkeeper_pack::format::{Severity, Tone};

use crate::packs::POS_SAAS;
use crate::pos_world::{
    NOON, backup, by, clock, machine, mail, map, needs, organisation, passes, seen, steps, ways,
    with,
};
use crate::records::Records;
use crate::world::at;

const CASE: (&str, &str) = ("data_case", "c");

/// Found at 08:00, damaged since 06:00.
fn case(what: &str, state: &str, fields: Value) -> Records {
    let records = Records::of(&POS_SAAS);
    organisation(&records, "o", json!({}));
    let body = json!({
        "number": "D-1", "what": what, "organisation": "o", "found_at": "2026-11-20T08:00:00.000Z",
        "found_by": "customer", "damaged_at": "2026-11-20T06:00:00.000Z", "backup": "b", "state": state,
    });
    records.add("data_case", "c", with(body, fields));
    records
}

fn refused(records: &Records, action: &str, params: Value) -> Option<(String, Option<String>)> {
    records.refused(CASE, (action, params), &[], NOON)
}

#[test]
fn data_of_p_04_the_steps_and_branches_of_a_loss() {
    let book = &POS_SAAS.playbooks["data_loss"].def;
    assert_eq!(
        (book.row.as_str(), book.severity.as_deref()),
        ("P-04", Some("p0"))
    );
    assert_eq!(
        steps(&POS_SAAS, "data_loss"),
        [
            "page",
            "say",
            "backups",
            "check_backup",
            "check",
            "audit_log",
            "assess",
            "needed",
            "restore",
            "verify",
            "tell",
            "close",
            "no_restore"
        ]
    );
    assert_eq!(
        ways(&POS_SAAS, "data_loss", "check_backup"),
        [("checked", "audit_log"), ("unchecked", "check")]
    );
    assert_eq!(
        ways(&POS_SAAS, "data_loss", "needed"),
        [("restore", "restore"), ("found", "no_restore")]
    );
    let close = &POS_SAAS.kinds["data_case"].actions["close"].def.params;
    let asked: Vec<&str> = close.keys().map(String::as_str).collect();
    assert_eq!(asked, ["prevention", "root_cause"]);
}

#[test]
fn data_of_p_04_a_loss_is_red_until_it_is_restored() {
    assert_eq!(POS_SAAS.alerts["data_loss"].def.severity, Severity::Red);
    for (state, fires) in [
        ("open", true),
        ("assessed", true),
        ("restoring", true),
        ("restored", false),
        ("verified", false),
        ("closed", false),
        ("dismissed", false),
    ] {
        let states = case("loss", state, json!({})).states("data_loss", NOON);
        assert_eq!(states == [Firing], fires, "{state}");
    }
    assert_eq!(
        case("corruption", "open", json!({})).states("data_loss", NOON),
        []
    );
}

#[test]
fn data_of_p_04_and_p_06_only_a_checked_backup_from_before_the_damage_is_restored() {
    for (taken, state, expected) in [
        ("2026-11-20T05:59:59.999Z", "verified", passes()),
        (
            "2026-11-20T06:00:00.000Z",
            "verified",
            by("restore.too_young", "P-04"),
        ),
        (
            "2026-11-20T06:00:00.001Z",
            "verified",
            by("restore.too_young", "P-04"),
        ),
        (
            "2026-11-20T03:00:00.000Z",
            "taken",
            by("restore.unchecked", "P-06"),
        ),
        (
            "2026-11-20T03:00:00.000Z",
            "damaged",
            by("restore.unchecked", "P-06"),
        ),
    ] {
        let records = case("loss", "assessed", json!({}));
        backup(&records, "b", taken, state);
        backup(&records, "other", "2026-11-19T03:00:00.000Z", "verified");
        assert_eq!(
            refused(&records, "restore", json!({})),
            expected,
            "{taken} {state}"
        );
    }
}

#[test]
fn p_32_the_restore_is_of_one_organisation_and_says_which() {
    let records = case("loss", "assessed", json!({"organisation": "hurt"}));
    organisation(&records, "hurt", json!({"code": "hurt-1"}));
    backup(&records, "b", "2026-11-20T03:00:00.000Z", "verified");
    let decision = records.decide(CASE, ("restore", json!({})), &[], NOON);
    let plan = decision.plan.unwrap();
    let args = &plan.calls[0].args;
    assert_eq!(args["job"], "restore_organisation");
    assert_eq!(args["argument"], "hurt-1:b");
    // Of whom nothing is known here nothing is put back.
    let unknown = case("loss", "assessed", json!({"organisation": "nobody"}));
    backup(&unknown, "b", "2026-11-20T03:00:00.000Z", "verified");
    assert!(refused(&unknown, "restore", json!({})).is_some());
}

#[test]
fn part_of_p_04_another_backup_is_named_where_the_first_does_not_help() {
    for state in ["assessed", "restored"] {
        let records = case("loss", state, json!({}));
        backup(&records, "b", "2026-11-20T03:00:00.000Z", "damaged");
        backup(&records, "older", "2026-11-19T03:00:00.000Z", "verified");
        let again = json!({
            "damaged_at": "2026-11-20T06:00:00.000Z", "affected": 12, "audit_log": "A nightly job.",
            "backup": "older",
        });
        records.carry_out(CASE, ("assess", again), &[], NOON);
        let (body, _) = records.record(CASE.0, CASE.1);
        assert_eq!(
            (&body["state"], &body["backup"]),
            (&json!("assessed"), &json!("older"))
        );
        assert_eq!(refused(&records, "restore", json!({})), None, "{state}");
    }
}

#[test]
fn part_of_p_04_where_nothing_was_lost_nothing_is_restored_and_the_case_ends() {
    for state in ["open", "assessed"] {
        let records = case("loss", state, json!({}));
        assert_eq!(records.states("data_loss", NOON), [Firing], "{state}");
        assert_eq!(records.in_section("data_cases", "open", NOON), ["c"]);
        let silent = refused(&records, "dismiss", json!({}));
        assert_eq!(silent, Some(("params.invalid".into(), None)));
        let found = json!({"finding": "It was filtered out on their screen; told by phone."});
        records.carry_out(CASE, ("dismiss", found), &[], NOON);
        assert_eq!(records.states("data_loss", NOON), [], "{state}");
        assert_eq!(records.in_section("data_cases", "open", NOON), [""; 0]);
        assert_eq!(records.in_section("data_cases", "closed", NOON), ["c"]);
        assert!(!clock(&POS_SAAS, &records, CASE, "told", NOON).runs);
    }
    let act = POS_SAAS.playbooks["data_loss"].step("no_restore").unwrap();
    assert_eq!(act.def.act.as_ref().unwrap().action, "dismiss");
}

#[test]
fn p_05_a_customer_whom_no_mail_reaches_is_told_another_way_and_the_case_is_closed() {
    let records = case("loss", "verified", json!({"verified_at": NOON}));
    let end = json!({"root_cause": "a job", "prevention": "a test"});
    let how = json!({"how": "Ada, by phone, at noon."});
    let on_its_way = case(
        "loss",
        "verified",
        json!({"verified_at": NOON, "telling_at": NOON}),
    );
    let said = refused(&on_its_way, "told_otherwise", how.clone());
    assert_eq!(said, by("case.telling", "P-32"));
    assert_eq!(
        refused(&records, "close", end.clone()),
        by("case.untold", "P-05")
    );
    let silent = refused(&records, "told_otherwise", json!({}));
    assert_eq!(silent, Some(("params.invalid".into(), None)));
    records.carry_out(CASE, ("told_otherwise", how), &[], NOON);
    assert_eq!(refused(&records, "close", end), None);
}

#[test]
fn data_of_p_04_verified_told_and_closed_in_this_order() {
    let verified = case("loss", "verified", json!({"verified_at": NOON}));
    let end = json!({"root_cause": "a job", "prevention": "a test"});
    assert_eq!(
        refused(&verified, "close", end.clone()),
        by("case.untold", "P-05")
    );
    let told = case(
        "loss",
        "verified",
        json!({"verified_at": NOON, "told_at": NOON}),
    );
    assert_eq!(
        refused(&told, "close", json!({})),
        Some(("params.invalid".into(), None))
    );
    assert_eq!(refused(&told, "close", end), None);
}

#[test]
fn data_of_p_04_and_p_06_every_action_starts_from_its_states_and_from_no_other() {
    let body = json!({
        "number": "D-1", "what": "loss", "organisation": "o", "found_at": "2026-11-20T08:00:00.000Z",
        "found_by": "customer",
    });
    let states = [
        "open",
        "assessed",
        "restoring",
        "restored",
        "verified",
        "closed",
        "dismissed",
    ];
    machine(
        &POS_SAAS,
        "data_case",
        &body,
        &states,
        &[
            ("assess", &["open", "assessed", "restored"]),
            (
                "tell_looking",
                &["open", "assessed", "restoring", "restored"],
            ),
            ("fix_source", &["assessed", "restored"]),
            ("restore", &["assessed"]),
            ("verify", &["restored"]),
            ("tell", &["verified"]),
            ("told_otherwise", &["verified"]),
            ("dismiss", &["open", "assessed"]),
            ("close", &["verified"]),
        ],
    );
}

#[test]
fn p_05_word_for_word_what_happened_what_we_did_and_how_it_stands() {
    let restored = json!({"restored_at": "2026-11-20T09:00:00.000Z", "verified_at": NOON});
    let records = case("loss", "verified", restored);
    let said = json!({"happened": "A nightly job removed rows.", "done": "We restored them."});
    let mail = mail(&records, CASE, ("tell", said.clone()), NOON);
    assert_eq!(mail.to, "ada@bean.example");
    assert_eq!(
        mail.body.trim_end(),
        "Hello Ada,\n\nthere was a problem with data in your account. It is solved.\n\n\
         What happened: A nightly job removed rows.\n\nWhat we did: We restored them.\n\n\
         How it stands: everything was restored on 20 November 2026, 09:00 (UTC) and checked.\n\n\
         We are sorry for the trouble. Should anything still look wrong, write to us right away.\n\n\
         Kind regards\nYour POS team"
    );
    for hole in ["happened", "done"] {
        let mut said = said.clone();
        said.as_object_mut().unwrap().remove(hole);
        assert_eq!(
            refused(&records, "tell", said),
            Some(("params.invalid".into(), None)),
            "{hole}"
        );
    }
    let mut scope = seen(&POS_SAAS, &records, CASE, NOON);
    scope.params = map(said);
    scope.refs = map(json!({"organisation": {"contact": "Ada"}}));
    needs(
        &POS_SAAS,
        "data_restored",
        "params",
        &["happened", "done"],
        &scope,
    );
    needs(
        &POS_SAAS,
        "data_restored",
        "refs",
        &["organisation"],
        &scope,
    );
}

#[test]
fn p_05_is_not_written_before_the_data_was_verified() {
    let said = json!({"happened": "a", "done": "b"});
    let records = case("loss", "verified", json!({}));
    assert_eq!(
        refused(&records, "tell", said.clone()),
        by("case.unverified", "P-04")
    );
    let records = case("loss", "restored", json!({}));
    assert_eq!(
        refused(&records, "tell", said),
        Some(("action.wrong_state".into(), None))
    );
}

#[test]
fn data_of_p_06_the_steps_and_branches_of_a_corruption() {
    let book = &POS_SAAS.playbooks["data_corruption"].def;
    assert_eq!(
        (book.row.as_str(), book.severity.as_deref()),
        ("P-06", Some("p1"))
    );
    assert_eq!(
        steps(&POS_SAAS, "data_corruption"),
        [
            "affected", "backups", "whole", "check", "assess", "source", "restore", "verify",
            "tell", "close"
        ]
    );
    assert_eq!(
        ways(&POS_SAAS, "data_corruption", "whole"),
        [("whole", "assess"), ("unchecked", "check")]
    );
    let open = case("corruption", "open", json!({}));
    assert_eq!(open.states("data_corruption", NOON), [Firing]);
    let restored = case("corruption", "restored", json!({}));
    assert_eq!(restored.states("data_corruption", NOON), []);
}

#[test]
fn data_of_p_06_is_not_verified_before_its_source_is_fixed() {
    let open = by("restore.source_open", "P-06");
    for (what, fields, expected) in [
        ("corruption", json!({}), open.clone()),
        ("corruption", json!({"source_fixed": false}), open),
        ("corruption", json!({"source_fixed": true}), None),
        ("loss", json!({}), None),
    ] {
        let records = case(what, "restored", fields.clone());
        assert_eq!(
            refused(&records, "verify", json!({})),
            expected,
            "{what} {fields}"
        );
    }
}

#[test]
fn data_of_p_06_a_damaged_backup_is_seen_for_thirty_days() {
    let records = Records::of(&POS_SAAS);
    backup(&records, "whole", "2026-11-20T03:00:00.000Z", "verified");
    assert_eq!(records.states("backup_damaged", NOON), []);
    backup(&records, "b", "2026-10-21T12:00:00.001Z", "damaged");
    backup(&records, "old", "2026-10-21T12:00:00.000Z", "damaged");
    let found = records.rule("backup_damaged", NOON);
    assert_eq!((found.len(), found[0].0.as_str()), (1, "b"));
}

#[test]
fn x_33_the_customer_hears_of_a_loss_within_the_hour_and_of_a_corruption_within_the_day() {
    for (what, name, warns, due) in [
        (
            "loss",
            "told",
            "2026-11-20T08:30:00.000Z",
            "2026-11-20T09:00:00.000Z",
        ),
        (
            "corruption",
            "told_high",
            "2026-11-21T04:00:00.000Z",
            "2026-11-21T08:00:00.000Z",
        ),
    ] {
        let records = case(what, "open", json!({}));
        let standing = |now: &str| clock(&POS_SAAS, &records, CASE, name, now);
        assert_eq!(standing(due).due, at(due), "{what}");
        assert_eq!(
            standing("2026-11-20T08:00:00.000Z").tone,
            Tone::Green,
            "{what}"
        );
        assert_eq!(standing(warns).tone, Tone::Amber, "{what}");
        assert_eq!(standing(due).tone, Tone::Red, "{what}");
        // that we are looking into it meets the clock.
        let told = case(
            what,
            "open",
            json!({"first_told_at": "2026-11-20T08:20:00.000Z"}),
        );
        assert!(!clock(&POS_SAAS, &told, CASE, name, due).runs, "{what}");
        assert_eq!(refused(&records, "tell_looking", json!({})), None, "{what}");
    }
}
