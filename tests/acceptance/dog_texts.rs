//! D-41, D-55, D-56, X-66, X-96: what trainers, reviewers and the incident channel read.

use serde_json::{Value, json};
use watchkeeper_model::Mail;
use watchkeeper_pack::expr::Scope;

use crate::dog_world::{
    NOW, business, charge, complaint, nightly_job, placement, refused, review, ticket,
};
use crate::pos_world::{by, mail, map, needs, seen};
use crate::records::Records;
use crate::world::{PACK, Refund};

const CHARGE: (&str, &str) = ("charge", "ch_p");
const COMPLAINT: (&str, &str) = ("complaint", "c");

/// A charge that was lost on its way, and its placement.
fn fulfilled(state: &str) -> Records {
    let records = Records::new();
    business(&records, "b", json!({}));
    charge(&records, "ch_p", json!({}));
    let until = json!({"featured_until": "2026-12-20T03:00:00.000Z"});
    let fields = if state == "active" { until } else { json!({}) };
    placement(&records, "p", state, fields);
    records
}

#[test]
fn d_41_the_mail_that_a_placement_is_active_word_for_word() {
    let records = fulfilled("active");
    let mail = mail(&records, CHARGE, ("tell_active", json!({})), NOW);
    assert_eq!(mail.to, "kim@pawsandplay.example");
    assert_eq!(mail.subject, "Good news: Paws & Play is featured now");
    assert_eq!(
        mail.body.trim_end(),
        "Hello,\n\n\
         your payment of $22.00 AUD of 17 November 2026 has reached us, and your featured \
         placement is now active.\n\n\
         Paws & Play stands at the top of the search results of your council until 20 December \
         2026. You lose no day: the time counts from the moment it became active, not from the \
         moment you paid.\n\n\
         Sorry that it took us a while. The message about your payment had got lost on its way to \
         us.\n\n\
         Kind regards\nDog Trainers Directory"
    );
}

#[test]
fn d_41_a_mail_with_a_hole_is_not_written() {
    let records = fulfilled("active");
    let mut scope = seen(&PACK, &records, CHARGE, NOW);
    scope.refs = map(json!({"business": {"name": "Paws & Play"}}));
    scope.settings = PACK.settings_in_force(&map(json!({})));
    scope.lookups = map(json!({"featured_until": "2026-12-20T03:00:00.000Z"}));
    let id = "placement_active";
    needs(&PACK, id, "record", &["amount", "charged_at"], &scope);
    needs(&PACK, id, "refs", &["business"], &scope);
    needs(&PACK, id, "settings", &["signature"], &scope);
    scope.lookups.clear();
    let text = &PACK.templates[id].body;
    assert!(text.render(&scope).is_err(), "without its last day");
}

#[test]
fn x_96_each_of_the_two_mails_is_refused_where_the_other_one_is_true() {
    let (not_active, not_queued) = (
        by("charge.not_active", "X-96"),
        by("charge.not_queued", "X-96"),
    );
    for (state, active, queued) in [
        ("active", None, not_queued.clone()),
        ("queued", not_active.clone(), None),
        ("ended", not_active, not_queued),
    ] {
        let records = fulfilled(state);
        let said = |action: &str| refused(&records, CHARGE, action, json!({}));
        assert_eq!(said("tell_active"), active, "{state}");
        assert_eq!(said("tell_queued"), queued, "{state}");
    }
}

#[test]
fn x_96_who_waits_is_told_that_the_place_counts_from_the_payment() {
    let records = fulfilled("queued");
    let mail = mail(&records, CHARGE, ("tell_queued", json!({})), NOW);
    assert_eq!(mail.subject, "Your payment for Paws & Play has reached us");
    let says = "Your place counts from the moment you paid, 17 November 2026, 17:41,";
    assert!(mail.body.contains(says), "{}", mail.body);
    assert!(!mail.body.contains("active"), "{}", mail.body);
}

/// A complaint with this cause, and a world in which the cause is so.
fn about(about: &str, cause: &str) -> Records {
    let records = Records::new();
    let listing = match cause {
        "not_verified" => json!({"verified": false}),
        "profile_incomplete" => json!({"behavior_issues": null}),
        "listing_deleted" => json!({"state": "deleted"}),
        "listing_suspended" => json!({"state": "suspended"}),
        "cache" => json!({"cache_cleared_at": "2026-11-19T22:00:00.000Z"}),
        _ => json!({}),
    };
    business(&records, "b", listing);
    charge(&records, "ch_p", json!({}));
    let placed = match cause {
        "nothing_wrong" => "active",
        _ => "queued",
    };
    placement(&records, "p", placed, json!({}));
    let decided = match cause {
        "rightly_rejected" => "rejected",
        _ => "published",
    };
    review(&records, json!({"state": decided}));
    nightly_job(&records, json!({}));
    ticket(&records, "tk", json!({}));
    complaint(
        &records,
        "c",
        json!({ "about": about, "cause": cause, "review": "rv" }),
    );
    records
}

fn answer(records: &Records, action: &str, params: Value) -> Mail {
    mail(records, COMPLAINT, (action, params), NOW)
}

const GREETING: &str = "Hello Kim,\n\nthank you for telling us that ";
const END: &str = "\n\nKind regards\nDog Trainers Directory";

#[test]
fn d_55_who_is_not_featured_reads_why_by_its_cause() {
    for (cause, sentence) in [
        (
            "webhook_failed",
            "Your payment did arrive; the message about it got lost",
        ),
        (
            "slot_full",
            "All featured slots of your council were taken at that moment",
        ),
        (
            "not_verified",
            "Your listing is not verified yet, which keeps it from being featured.",
        ),
        (
            "job_defect",
            "The nightly run that opens new placements had stopped;",
        ),
        (
            "nothing_wrong",
            "your payment arrived, and your placement is active.",
        ),
    ] {
        let mail = answer(&about("not_featured", cause), "answer_featured", json!({}));
        assert_eq!(mail.subject, "Your featured placement, C-7", "{cause}");
        let body = mail.body.trim_end();
        let begins = format!("{GREETING}your profile is not featured.");
        assert!(body.starts_with(&begins), "{body}");
        assert!(body.contains(sentence) && body.ends_with(END), "{body}");
    }
}

#[test]
fn d_55_who_is_not_found_reads_why_and_a_search_that_finds_them() {
    for (cause, sentence) in [
        (
            "profile_incomplete",
            "the ages that you train, and the problems that you work on. Both are needed.",
        ),
        ("listing_deleted", "Your listing has been deleted"),
        ("listing_suspended", "Your listing is suspended"),
        (
            "cache",
            "We have had it read anew on 20 November 2026, 09:00, and our own test finds you now.",
        ),
        ("search_defect", "We have passed this on to our engineers"),
        ("nothing_wrong", "Our own test finds your listing."),
    ] {
        let records = about("search", cause);
        let mail = answer(&records, "answer_search", json!({}));
        let body = mail.body.trim_end();
        let begins = format!("{GREETING}the search does not find your listing.\n\n");
        assert!(body.starts_with(&begins), "{body}");
        assert!(body.contains(sentence) && body.ends_with(END), "{body}");
        assert!(!body.contains("Try it with"), "{body}");
        let criteria = json!({"criteria": "puppies, pulling"});
        let with = answer(&records, "answer_search", criteria).body;
        let tried = format!("\n\nTry it with this search: puppies, pulling.{END}");
        assert!(with.trim_end().ends_with(&tried), "{with}");
    }
}

#[test]
fn d_55_who_wrote_a_review_reads_how_it_was_decided() {
    for (cause, sentence) in [
        (
            "check_mistake",
            "It is published now. Our automatic check had taken it",
        ),
        (
            "own_mistake",
            "It is published now. Turning it down was our mistake, and we are sorry",
        ),
        (
            "rightly_rejected",
            "We stay with our decision and do not publish it",
        ),
    ] {
        let records = about("review_rejected", cause);
        let mail = answer(&records, "answer_review", json!({}));
        assert_eq!(mail.subject, "About your review, C-7");
        let body = mail.body.trim_end();
        assert!(body.contains(sentence) && body.ends_with(END), "{body}");
    }
}

#[test]
fn d_55_a_reply_waits_for_its_cause_and_answers_nothing_else() {
    for (action, of, row) in [
        ("answer_featured", "not_featured", "D-28"),
        ("answer_search", "search", "D-29"),
        ("answer_review", "review_rejected", "D-30"),
    ] {
        let other_cause = by("complaint.other_cause", row);
        for (about, cause) in [
            (of, Value::Null),
            (of, json!("order_is_right")),
            ("other", json!("nothing_wrong")),
        ] {
            let records = Records::new();
            business(&records, "b", json!({}));
            let fields = json!({"about": about, "cause": cause});
            complaint(&records, "c", fields);
            let said = refused(&records, COMPLAINT, action, json!({}));
            assert_eq!(said, other_cause, "{action} {about} {cause}");
        }
    }
}

#[test]
fn d_55_an_approved_refund_is_answered_with_its_amount_and_the_days_of_the_bank() {
    let plan = Refund::new("2026-11-18T06:41:00.000Z", NOW).allowed("approve");
    let calls = plan.plan.unwrap().calls;
    let mail = calls.into_iter().find_map(|call| call.mail).unwrap();
    assert_eq!(mail.subject, "Your refund of $22.00 AUD is on its way");
    let says = "Banks usually need 3–5 business days";
    assert!(mail.body.contains(says), "{}", mail.body);
}

#[test]
fn d_55_the_post_to_the_incident_channel_word_for_word_and_never_with_a_hole() {
    let provider = json!({
        "slot": "primary", "name": "Primary", "since": "2026-11-20T02:20:00.000Z",
        "checked_at": NOW, "state": "down",
    });
    let records = Records::new();
    records.add("ai_provider", "primary", provider);
    let scope = Scope {
        settings: PACK.settings_in_force(&map(json!({}))),
        controls: map(json!({"ai_mode": "deterministic"})),
        ..seen(&PACK, &records, ("ai_provider", "primary"), NOW)
    };
    let post = &PACK.templates["ai_switched"];
    let to = post.to.as_ref().unwrap().eval(&scope);
    assert_eq!(to, Ok(json!("#incidents")));
    assert_eq!(post.subject.render(&scope).unwrap(), "Primary is down");
    assert_eq!(
        post.body.render(&scope).unwrap(),
        "Primary has not answered since 20 November 2026, 13:20 (40 min). Triage is now answered \
         by: deterministic. The four test phrases pass. Reduced accuracy, nothing else is \
         affected; no action needed from you."
    );
    needs(&PACK, "ai_switched", "record", &["name", "since"], &scope);
    let mut hole = scope;
    hole.controls.clear();
    assert!(post.body.render(&hole).is_err(), "without the mode");
}

#[test]
fn x_66_a_reviewer_is_written_to_only_where_the_complaint_came_with_an_address() {
    for (email, expected) in [
        (json!("sam@walks.example"), None),
        (Value::Null, by("complaint.no_address", "X-66")),
    ] {
        let records = Records::new();
        review(&records, json!({}));
        let fields = json!({"from_whom": "reviewer", "name": null, "email": email, "listing": null,
                            "about": "review_rejected", "cause": "own_mistake", "review": "rv"});
        complaint(&records, "c", fields);
        // The review itself comes back either way, and nobody hears of it by that.
        let params = json!({"mistake": "operator", "feedback": "It is no spam."});
        let asked = || ("reinstate", params.clone());
        let decision = records.decide(("review", "rv"), asked(), &[], NOW);
        let plan = decision.plan.unwrap();
        assert_eq!(plan.sets["state"], "published");
        assert!(plan.calls.is_empty());
        records.carry_out(("review", "rv"), asked(), &[], NOW);
        let said = refused(&records, COMPLAINT, "answer_review", json!({}));
        assert_eq!(said, expected, "{email}");
    }
}

#[test]
fn d_56_the_report_of_an_incident_has_its_eight_parts_and_none_of_them_is_left_open() {
    let scope = Scope {
        params: map(json!({
            "day": "2026-11-17", "slug": "ai-down", "title": "Triage had no answers.",
            "started": "2026-11-17T03:32:00.000Z", "ended": "2026-11-17T04:35:00.000Z",
            "cause": "The provider had an outage.", "detection": "A red alert.",
            "response": "The standby took over.", "resolution": "The provider was back.",
            "user_impact": "Answers were less exact.", "cost_impact": "None.",
        })),
        now: Some(crate::world::at(NOW)),
        ..Scope::default()
    };
    let report = &PACK.templates["incident_report"];
    assert_eq!(
        report.subject.render(&scope).unwrap(),
        "incident_2026-11-17_ai-down.txt"
    );
    assert_eq!(
        report.body.render(&scope).unwrap().trim_end(),
        "Triage had no answers.\n\n\
         Start:       17 November 2026, 14:32\n\
         End:         17 November 2026, 15:35\n\
         Duration:    1 h 03\n\n\
         Root cause:  The provider had an outage.\n\
         Detection:   A red alert.\n\
         Response:    The standby took over.\n\
         Resolution:  The provider was back.\n\
         User impact: Answers were less exact.\n\
         Cost impact: None."
    );
    let parts = [
        "started",
        "ended",
        "cause",
        "detection",
        "response",
        "resolution",
        "user_impact",
        "cost_impact",
    ];
    needs(&PACK, "incident_report", "params", &parts, &scope);
}
