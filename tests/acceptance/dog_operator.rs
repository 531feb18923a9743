//! D-05 to D-07, D-49 to D-53, D-59, X-59, X-86: what the operator does, never does, and passes on.

use serde_json::{Value, json};
use watchkeeper_model::Outcome;
use watchkeeper_pack::format::{May, Nature};

use crate::dog_world::{NOW, OPERATOR, business, charge, complaint, placement, refused, written};
use crate::pos_world::{Refusal, by, passes, with};
use crate::records::Records;
use crate::world::{BOUGHT, PACK, Refund};

const LISTING: (&str, &str) = ("business", "b");
const COMPLAINT: (&str, &str) = ("complaint", "c");

/// What the document says of this, by row.
fn capabilities(row: &str, may: May) -> Vec<(&'static str, Option<&'static str>)> {
    let all = PACK.people.capabilities.iter();
    let of_row = all.filter(|one| one.row == row && one.may == may);
    of_row
        .map(|one| (one.text.as_str(), one.to.as_deref()))
        .collect()
}

fn listing(fields: Value) -> Records {
    let records = Records::new();
    business(&records, "b", fields);
    records
}

fn review(state: &str) -> Records {
    let body = json!({"business": "b", "rating": 4, "text": "Kind to dogs.", "state": state,
                      "written_at": "2026-11-01T00:00:00.000Z"});
    let records = Records::new();
    records.add("review", "rv", body);
    records
}

/// A job whose last try timed out an hour ago, of an office that feeds no probe of its database.
fn job_alone(fields: Value) -> Records {
    let body = json!({"name": "Expiry", "schedule": "daily at 02:00", "attempts": 5,
                      "max_attempts": 5, "last_failure": "2026-11-20T02:00:00.000Z",
                      "error_class": "database_timeout", "state": "failed"});
    let records = Records::new();
    records.add("job", "j", with(body, fields));
    records
}

/// The same beside a database that answers.
fn job(fields: Value) -> Records {
    let records = job_alone(fields);
    let probe = json!({"name": "d", "sampled_at": NOW, "p95_ms": 180, "timeouts": 0});
    records.add("database", "d", probe);
    records
}

fn code(refusal: &Refusal) -> &str {
    refusal
        .as_ref()
        .map_or("allowed", |(code, _)| code.as_str())
}

#[test]
fn d_05_reviews_are_approved_and_rejected_while_they_wait() {
    let rejected = json!({"reason": "Spam"});
    for (action, params) in [("approve", json!({})), ("reject", rejected)] {
        for (state, expected) in [
            ("pending", "allowed"),
            ("published", "action.wrong_state"),
            ("rejected", "action.wrong_state"),
        ] {
            let said = refused(&review(state), ("review", "rv"), action, params.clone());
            assert_eq!(code(&said), expected, "{action} {state}");
        }
    }
}

#[test]
fn d_05_refunds_are_decided_by_the_rule_alone() {
    let (open, over) = ("2026-11-20T06:40:00.000Z", "2026-11-20T06:41:00.000Z");
    Refund::new(BOUGHT, open).allowed("approve");
    let late = Refund::new(BOUGHT, over);
    assert_eq!(late.denied("approve").0, "refund.window_passed");
    let asked_late = late.with("requested_at", json!(over));
    let reason = json!({"reason": "Too late."});
    let mut refuse = asked_late;
    refuse.params = reason.as_object().unwrap().clone();
    refuse.allowed("refuse");
    let mut in_time = Refund::new(BOUGHT, open);
    in_time.params = refuse.params;
    assert_eq!(in_time.denied("refuse").0, "refund.requested_in_time");
}

#[test]
fn d_05_and_x_64_the_job_is_run_under_its_guard() {
    let said = |fields: Value| refused(&job(fields), ("job", "j"), "run", json!({}));
    let too_soon = by("job.too_soon", "X-64");
    for (class, failed, expected) in [
        (Some("database_timeout"), "02:50:00.001", too_soon.clone()),
        (Some("database_timeout"), "02:50:00.000", passes()),
        (Some("database_timeout"), "02:49:59.999", passes()),
        (Some("lock_timeout"), "02:55:00.001", too_soon.clone()),
        (Some("lock_timeout"), "02:55:00.000", passes()),
        (Some("lock_timeout"), "02:54:59.999", passes()),
        (Some("network_refused"), "02:59:59.999", passes()),
        // What nobody has told the cause of may have been the database.
        (None, "02:50:00.001", too_soon),
        (None, "02:50:00.000", passes()),
    ] {
        let at = format!("2026-11-20T{failed}Z");
        let fields = json!({"error_class": class, "last_failure": at});
        assert_eq!(said(fields), expected, "{class:?} {failed}");
        let since = json!({"error_class": class, "last_failure": null, "failed_since": at});
        assert_eq!(said(since), expected, "{class:?} since {failed}");
    }
    let never = json!({"error_class": null, "last_failure": null, "state": "ok"});
    assert_eq!(said(never), passes(), "nothing has failed");
    assert_eq!(said(json!({"lock_held": true})), by("job.locked", "D-42"));
    assert_eq!(said(json!({"lock_held": false})), passes());
    let running = said(json!({"state": "running"}));
    assert_eq!(code(&running), "action.wrong_state");
    let timing_out = job(json!({}));
    let probe = json!({"name": "e", "sampled_at": NOW, "p95_ms": 180, "timeouts": 1});
    timing_out.add("database", "e", probe);
    let down = refused(&timing_out, ("job", "j"), "run", json!({}));
    assert_eq!(down, by("job.database_down", "D-26"));
}

#[test]
fn x_64_a_run_by_hand_that_fails_is_not_pressed_again_and_again() {
    let records = job(json!({}));
    let run = || ("run", json!({}));
    let sets = records.settled(("job", "j"), run(), NOW, false);
    assert_eq!(
        sets["error_class"],
        Value::Null,
        "the one before was of another failure"
    );
    let failed = job(Value::Object(sets));
    let said = |now: &str| failed.refused(("job", "j"), run(), OPERATOR, now);
    let too_soon = by("job.too_soon", "X-64");
    assert_eq!(said("2026-11-20T03:00:05.000Z"), too_soon);
    assert_eq!(said("2026-11-20T03:09:59.999Z"), too_soon);
    assert_eq!(said("2026-11-20T03:10:00.000Z"), passes());
}

#[test]
fn d_26_without_a_probe_of_the_database_the_job_is_not_run_and_that_is_what_is_said() {
    let probed = |timeouts: i64, at: &str| {
        let records = job_alone(json!({}));
        let probe = json!({"name": "d", "sampled_at": at, "p95_ms": 180, "timeouts": timeouts});
        records.add("database", "d", probe);
        records
    };
    let times_out = Some("The database times out just now.");
    for (records, refusal, found) in [
        (
            job_alone(json!({})),
            Some("Nobody has told whether the database answers."),
            "no probe of the database is known",
        ),
        (
            probed(0, NOW),
            None,
            "0 time-outs in five minutes, last sampled 20 November 2026, 14:00",
        ),
        (
            probed(1, NOW),
            times_out,
            "1 time-out in five minutes, last sampled 20 November 2026, 14:00",
        ),
        (
            probed(2, NOW),
            times_out,
            "2 time-outs in five minutes, last sampled 20 November 2026, 14:00",
        ),
        // A probe says something of now for twenty minutes, and an old one nothing at all.
        (
            probed(0, "2026-11-20T02:40:00.000Z"),
            None,
            "0 time-outs in five minutes, last sampled 20 November 2026, 13:40",
        ),
        (
            probed(0, "2026-11-20T02:39:59.999Z"),
            Some("The last probe of the database is more than twenty minutes old"),
            "the last probe is of 20 November 2026, 13:39",
        ),
        (
            probed(3, "2026-11-13T03:00:00.000Z"),
            Some("The last probe of the database is more than twenty minutes old"),
            "the last probe is of 13 November 2026, 14:00",
        ),
    ] {
        let decision = records.decide(("job", "j"), ("run", json!({})), OPERATOR, NOW);
        let row = decision.rows.iter().find(|row| row.id == "D-26").unwrap();
        assert_eq!(row.found, found);
        match (&decision.outcome, refusal) {
            (Outcome::Deny { detail, .. }, Some(words)) => {
                assert!(detail.starts_with(words), "{detail}");
            }
            (said, None) => assert_eq!(*said, Outcome::Allow),
            (said, Some(_)) => panic!("{said:?}"),
        }
    }
}

#[test]
fn d_05_trainers_are_written_to_with_the_texts_of_the_pack() {
    let records = listing(json!({}));
    charge(&records, "ch_p", json!({}));
    let tell = |records: &Records| refused(records, ("charge", "ch_p"), "tell_active", json!({}));
    assert_eq!(tell(&records), by("charge.not_active", "X-96"));
    let until = json!({"featured_until": "2026-12-20T03:00:00.000Z"});
    placement(&records, "p", "active", until);
    assert_eq!(tell(&records), None);
    assert_eq!(PACK.controls["ai_mode"].roles, ["operator"], "D-38");
    assert!(PACK.control_fits("ai_mode", &json!("standby")).is_ok());
    assert!(PACK.control_fits("ai_mode", &json!("guess")).is_err());
    assert_eq!(capabilities("D-05", May::Yes).len(), 7);
}

#[test]
fn d_05_and_x_59_an_account_is_flagged_once_and_stays_as_it_is() {
    let why = json!({"reason": "Three refunds in a week"});
    let flag = |records: &Records| refused(records, LISTING, "flag", why.clone());
    let clean = listing(json!({}));
    assert_eq!(flag(&clean), None);
    let asked = ("flag", why.clone());
    let plan = clean.decide(LISTING, asked, OPERATOR, NOW).plan.unwrap();
    let fields: Vec<_> = plan.sets.keys().map(String::as_str).collect();
    assert_eq!(fields, ["flag_reason", "flagged_at", "flagged_by"]);
    assert!(plan.sets_on.is_empty() && plan.creates.is_empty() && plan.calls.is_empty());
    let flagged = listing(json!({"flagged_at": NOW}));
    assert_eq!(flag(&flagged), by("listing.flagged", "X-59"));
    let gone = listing(json!({"state": "deleted"}));
    assert_eq!(code(&flag(&gone)), "action.wrong_state");
}

#[test]
fn x_59_blocking_restoring_and_granting_are_proposed_to_product_and_done_by_nobody_here() {
    for (what, state, expected) in [
        ("block_purchases", "active", None),
        ("block_purchases", "deleted", None),
        ("grant_slot", "active", None),
        ("restore_listing", "deleted", None),
        (
            "restore_listing",
            "active",
            by("listing.not_deleted", "D-06"),
        ),
        (
            "restore_listing",
            "suspended",
            by("listing.not_deleted", "D-06"),
        ),
    ] {
        let records = listing(json!({ "state": state }));
        let params = json!({"what": what, "why": "Three refunds in a week"});
        let decision = records.decide(LISTING, ("propose", params.clone()), OPERATOR, NOW);
        let said = refused(&records, LISTING, "propose", params);
        assert_eq!(said, expected, "{what} {state}");
        let Some(plan) = decision.plan else { continue };
        assert_eq!(plan.sets.keys().collect::<Vec<_>>(), ["proposed_at"]);
        assert!(plan.sets_on.is_empty() && plan.calls.is_empty(), "{what}");
        let ticket = &plan.creates[0];
        assert_eq!(ticket.kind, "ticket");
        assert_eq!(ticket.body["team"], "product");
        assert_eq!(ticket.body["topic"], what);
    }
    let proposed = capabilities("X-59", May::Propose);
    assert_eq!(proposed.len(), 3);
    assert!(proposed.iter().all(|(_, to)| *to == Some("product")));
}

#[test]
fn d_06_no_action_deletes_changes_an_account_a_price_or_an_order() {
    let actions = PACK.kinds.values().flat_map(|kind| kind.actions.values());
    let deletes = actions.filter(|action| action.def.nature == Nature::Deletion);
    assert_eq!(deletes.count(), 0);
    let remarks = [
        "flagged_at",
        "flagged_by",
        "flag_reason",
        "cache_cleared_at",
        "proposed_at",
    ];
    for written in written() {
        let (kind, field) = written.field;
        assert!(
            kind != "business" || (remarks.contains(&field) && !written.creates),
            "{} writes {field} of an account",
            written.by
        );
        let order = [
            "amount",
            "slots",
            "purchased_at",
            "charged_at",
            "featured_from",
        ];
        assert!(!order.contains(&field), "{} writes {field}", written.by);
        assert!(kind != "council" && (kind != "placement" || !written.creates));
    }
    let never = capabilities("D-06", May::No);
    let never: Vec<_> = never.iter().map(|(text, _)| *text).collect();
    let wanted = [
        "delete data",
        "change a trainer's account",
        "change prices",
        "decide about the product",
    ];
    assert_eq!(never, wanted);
}

#[test]
fn d_06_no_role_overrides_the_three_days_or_the_order_of_a_queue() {
    let over = "2026-11-20T06:41:00.000Z";
    let records = listing(json!({}));
    placement(&records, "me", "queued", json!({}));
    let later = json!({"purchased_at": "2026-11-11T00:00:00.000Z"});
    placement(&records, "later", "active", later);
    for role in PACK
        .people
        .roles
        .keys()
        .map(String::as_str)
        .chain(["admin"])
    {
        let mut refund = Refund::new(BOUGHT, over);
        refund.roles = vec!["operator", role];
        assert_eq!(refund.denied("approve").0, "refund.window_passed", "{role}");
        let asked = ("tell_position", json!({}));
        let said = records.refused(("placement", "me"), asked, &[role], NOW);
        assert_eq!(said, by("queue.order_broken", "D-44"), "{role}");
    }
}

/// Roles that are called and those that are told, the urgency, and what is frozen.
type Route<'a> = (Vec<&'a str>, Vec<&'a str>, &'a str, Vec<&'a str>);

fn route(path: &str, row: &str) -> Route<'static> {
    let path = &PACK.people.escalations[path];
    assert_eq!(path.row, row);
    assert!(path.meanwhile.is_some(), "{row}");
    let roles = |informed: bool| {
        let calls = path.calls.iter().filter(|call| call.informed == informed);
        calls.map(|call| call.role.as_str()).collect()
    };
    let freezes = path.freezes.iter().map(String::as_str).collect();
    let urgency = path.urgency.as_deref().unwrap();
    (roles(false), roles(true), urgency, freezes)
}

#[test]
fn d_49_wrong_data_goes_to_product_with_high_urgency() {
    assert_eq!(
        route("data", "D-49"),
        (vec!["product"], vec![], "High", vec![])
    );
}

#[test]
fn d_50_infrastructure_goes_to_devops_at_once() {
    assert_eq!(
        route("infrastructure", "D-50"),
        (vec!["devops"], vec![], "Immediate", vec![])
    );
}

#[test]
fn d_51_policy_goes_to_product_with_low_urgency_and_stands_meanwhile() {
    assert_eq!(
        route("policy", "D-51"),
        (vec!["product"], vec![], "Low", vec![])
    );
    let records = listing(json!({}));
    complaint(&records, "c", json!({}));
    let question = pass_on("product", "policy");
    assert_eq!(refused(&records, COMPLAINT, "pass_on", question), None);
    let over = Refund::new(BOUGHT, "2026-11-20T06:41:00.000Z");
    assert_eq!(over.denied("approve").0, "refund.window_passed");
}

#[test]
fn d_52_and_x_86_legal_leads_product_is_told_and_refunds_freeze() {
    assert_eq!(
        route("legal", "D-52"),
        (
            vec!["legal"],
            vec!["product"],
            "Medium",
            vec!["freeze_refunds"]
        )
    );
}

#[test]
fn d_53_money_in_the_large_goes_to_finance() {
    assert_eq!(
        route("finance", "D-53"),
        (vec!["finance"], vec![], "Medium", vec![])
    );
}

fn pass_on(team: &str, topic: &str) -> Value {
    json!({"team": team, "topic": topic, "urgency": "medium", "text": "Please decide."})
}

#[test]
fn d_07_and_x_86_five_things_are_passed_on_and_what_is_legal_to_legal_only() {
    let paths: Vec<_> = PACK.people.escalations.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        ["data", "finance", "infrastructure", "legal", "policy"]
    );
    let leads = by("complaint.legal_leads", "X-86");
    for team in ["product", "devops", "legal", "finance"] {
        for topic in ["data", "infrastructure", "policy", "finance", "legal"] {
            for cause in ["order_is_wrong", "trainer_report"] {
                let records = listing(json!({}));
                complaint(&records, "c", json!({ "cause": cause }));
                let said = refused(&records, COMPLAINT, "pass_on", pass_on(team, topic));
                let legal = topic == "legal" || cause == "trainer_report";
                let expected = if legal && team != "legal" {
                    leads.clone()
                } else {
                    None
                };
                assert_eq!(said, expected, "{topic} to {team}, {cause}");
            }
        }
    }
}

#[test]
fn d_07_what_is_the_operator_s_own_is_passed_to_nobody() {
    let records = listing(json!({}));
    complaint(&records, "c", json!({}));
    for params in [pass_on("operator", "data"), pass_on("product", "weather")] {
        let said = refused(&records, COMPLAINT, "pass_on", params);
        assert_eq!(code(&said), "params.invalid");
    }
    // A refund is decided here as long as its window is open, and when it came too late.
    let (open, over) = ("2026-11-20T06:40:59.999Z", "2026-11-20T06:41:00.000Z");
    let refund = |now: &str| Refund::new(BOUGHT, now);
    assert_eq!(refund(open).denied("escalate").0, "refund.window_open");
    refund(over).allowed("escalate");
    let late = refund(over).with("requested_at", json!(over));
    assert_eq!(late.denied("escalate").0, "refund.requested_late");
}

#[test]
fn x_70_a_legal_deadline_is_entered_by_legal_and_for_legal_alone() {
    let ticket = |team: &str, state: &str| {
        let body = json!({"team": team, "topic": "legal", "urgency": "medium", "subject": "A claim",
                          "text": "See there.", "opened_at": "2026-11-19T00:00:00.000Z",
                          "opened_by": "kim", "state": state});
        let records = Records::new();
        records.add("ticket", "t", body);
        records
    };
    let due = "2026-12-01T00:00:00.000Z";
    let enter = |records: &Records, roles: &[&str]| {
        let asked = ("set_legal_date", json!({ "due": due }));
        records.decide(("ticket", "t"), asked, roles, NOW)
    };
    let open = ticket("legal", "open");
    let plan = enter(&open, &["legal"]).plan.unwrap();
    assert_eq!(plan.sets["legal_due"], due);
    for role in ["operator", "product", "devops", "finance"] {
        let asked = ("set_legal_date", json!({ "due": due }));
        let said = open.refused(("ticket", "t"), asked, &[role], NOW);
        assert_eq!(code(&said), "rights.missing_role", "{role}");
    }
    let other = ticket("product", "open");
    let asked = ("set_legal_date", json!({ "due": due }));
    let said = other.refused(("ticket", "t"), asked, &["legal"], NOW);
    assert_eq!(said, by("ticket.not_legal", "D-52"));
    // Nothing counts a time before Legal has named one, and nothing else ever sets it.
    let kind = PACK.kind("ticket").unwrap();
    let (body, computed) = open.record("ticket", "t");
    let clock = |body: &serde_json::Map<String, Value>| {
        let now = crate::world::at(NOW);
        let clock = &kind.clocks["legal"];
        watchkeeper_model::standing_of(&PACK, kind, clock, (body, &computed), now)
    };
    assert_eq!(clock(&body), None);
    let mut dated = body;
    dated.insert("legal_due".into(), json!(due));
    let stands = clock(&dated).unwrap();
    assert_eq!((stands.due, stands.runs), (crate::world::at(due), true));
    let sets = written();
    let set_by = sets.iter().filter(|one| one.field.1 == "legal_due");
    let set_by: Vec<_> = set_by.map(|one| one.by.as_str()).collect();
    assert_eq!(set_by, ["ticket.set_legal_date"]);
}

#[test]
fn d_59_version_day_and_decisions_of_the_document_without_a_next_review() {
    let document = PACK.document.as_ref().unwrap();
    assert_eq!(document.row, "D-59");
    assert_eq!(document.version.as_deref(), Some("1.0"));
    assert_eq!(document.updated.as_deref(), Some("2025-12-25"));
    assert_eq!(document.next_review, None, "so it is never out of date");
    let names = document.names.join("; ");
    for decision in ["D-010", "D-011", "D-012"] {
        assert_eq!(names.matches(decision).count(), 1, "{decision} in {names}");
    }
}

#[test]
fn x_49_three_places_in_the_chain_and_no_two_that_differ_only_by_case() {
    let mode = PACK.controls.get("ai_mode").unwrap();
    for place in ["primary", "standby", "deterministic"] {
        assert!(mode.accepts(&json!(place)).is_ok(), "{place}");
    }
    for none in ["Primary", "z.ai", "Z.AI"] {
        assert!(mode.accepts(&json!(none)).is_err(), "{none}");
    }
    let mut files = crate::packs::files("dog-trainers");
    let pack = String::from_utf8(files.remove("pack.yaml").unwrap()).unwrap();
    let twice = pack.replace("[primary, standby, deterministic]", "[z.ai, Z.AI, primary]");
    assert_ne!(pack, twice);
    files.insert("pack.yaml".to_owned(), twice.into_bytes());
    let told = watchkeeper_pack::load_files(&files).unwrap_err();
    let codes: Vec<&str> = told.iter().map(|one| one.code.as_str()).collect();
    assert!(codes.contains(&"pack.case"), "{codes:?}");
}
