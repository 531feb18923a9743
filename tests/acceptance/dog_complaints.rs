//! D-28, D-29, D-30, D-57: a complaint from the first look to the line in the log, by actions alone.

use serde_json::{Value, json};
use watchkeeper_model::Mail;

use crate::dog_world::{
    NOW, OPERATOR, business, charge, complaint, council, nightly_job, placement, refused, review,
    ticket,
};
use crate::pos_world::{by, mail, passes};
use crate::records::Records;
use crate::world::PACK;

const COMPLAINT: (&str, &str) = ("complaint", "c");
const CHARGE: (&str, &str) = ("charge", "ch_p");
const LISTING: (&str, &str) = ("business", "b");
const REVIEW: (&str, &str) = ("review", "rv");

/// A complaint about this, of a listing that stands so.
fn world(about: &str, listing: Value) -> Records {
    let records = Records::new();
    council(&records, "melbourne", "Melbourne", 5);
    business(&records, "b", listing);
    let fields = json!({"about": about, "review": "rv"});
    complaint(&records, "c", fields);
    records
}

fn carry(records: &Records, record: (&str, &str), action: &str, params: Value) {
    records.carry_out(record, (action, params), OPERATOR, NOW);
}

/// Notes what was behind it.
fn find(records: &Records, cause: &str) {
    let params = json!({"cause": cause, "finding": "Looked at it."});
    carry(records, COMPLAINT, "find", params);
}

fn said(records: &Records, action: &str) -> Option<(String, Option<String>)> {
    refused(records, COMPLAINT, action, json!({}))
}

/// Answers by mail, and how the complaint stands after it.
fn answered(records: &Records, action: &str, line: &str) -> Mail {
    let mail = mail(records, COMPLAINT, (action, json!({})), NOW);
    carry(records, COMPLAINT, action, json!({}));
    let (body, _) = records.record("complaint", "c");
    assert_eq!(body["state"], "answered");
    assert_eq!(body["answered_at"], NOW);
    assert_eq!(body["log_line"], line);
    mail
}

fn not_so() -> Option<(String, Option<String>)> {
    by("complaint.not_so", "D-57")
}

fn not_told() -> Option<(String, Option<String>)> {
    by("complaint.not_told", "D-51")
}

fn pass_on(team: &str, topic: &str) -> Value {
    json!({"team": team, "topic": topic, "urgency": "medium", "text": "Please look."})
}

#[test]
fn d_28_a_lost_payment_is_put_right_before_the_trainer_is_told_so() {
    let records = world("not_featured", json!({}));
    charge(&records, "ch_p", json!({}));
    find(&records, "webhook_failed");
    assert_eq!(said(&records, "answer_featured"), not_so());
    carry(&records, CHARGE, "reprocess", json!({}));
    // That it was asked for is not yet that it is done: the platform makes the placement.
    assert_eq!(said(&records, "answer_featured"), not_so());
    placement(&records, "p", "queued", json!({}));
    let again = refused(&records, CHARGE, "reprocess", json!({}));
    assert_eq!(again, by("charge.fulfilled", "X-60"));
    let line = "Looked into a featured placement, trainer told. Cause: webhook_failed";
    let mail = answered(&records, "answer_featured", line);
    assert_eq!(mail.to, "kim@pawsandplay.example");
    assert!(mail.body.contains("We have put it right"), "{}", mail.body);
}

#[test]
fn d_28_who_waits_reads_the_cause_and_the_position() {
    let records = world("not_featured", json!({}));
    charge(&records, "ch_p", json!({}));
    placement(&records, "p", "queued", json!({}));
    let paid = json!({"business": "b-2", "purchased_at": "2026-11-01T00:00:00.000Z"});
    placement(&records, "before", "queued", paid);
    find(&records, "slot_full");
    let line = "Looked into a featured placement, trainer told. Cause: slot_full";
    answered(&records, "answer_featured", line);
    let mail = mail(
        &records,
        ("placement", "p"),
        ("tell_position", json!({})),
        NOW,
    );
    assert!(mail.body.contains("at position 2"), "{}", mail.body);
}

#[test]
fn d_28_what_only_product_can_change_is_passed_on_and_answered() {
    let records = world("not_featured", json!({"verified": false}));
    charge(&records, "ch_p", json!({}));
    find(&records, "not_verified");
    assert_eq!(said(&records, "answer_featured"), not_told());
    carry(&records, COMPLAINT, "pass_on", pass_on("product", "defect"));
    let (ticket, _) = records.record("ticket", "pass_on-0");
    assert_eq!(ticket["complaint_number"], "C-7");
    assert_eq!(
        records.in_section("complaints", "with_team", NOW),
        ["c"],
        "kept until they have answered"
    );
    let line = "Looked into a featured placement, trainer told. Cause: not_verified";
    answered(&records, "answer_featured", line);
}

#[test]
fn d_28_and_d_57_no_cause_is_told_that_payment_placement_and_queue_speak_against() {
    let causes = [
        "webhook_failed",
        "job_defect",
        "slot_full",
        "nothing_wrong",
        "not_verified",
    ];
    for (paid, placed, verified, told) in [
        (
            "succeeded",
            Some("queued"),
            true,
            "webhook_failed job_defect slot_full",
        ),
        (
            "succeeded",
            Some("active"),
            true,
            "webhook_failed job_defect nothing_wrong",
        ),
        ("succeeded", Some("ended"), true, ""),
        ("succeeded", None, true, ""),
        ("succeeded", None, false, "not_verified"),
        ("failed", Some("queued"), false, ""),
        ("refunded", Some("active"), true, ""),
    ] {
        for cause in causes {
            let records = world("not_featured", json!({"verified": verified}));
            charge(&records, "ch_p", json!({"status": paid}));
            if let Some(state) = placed {
                placement(&records, "p", state, json!({}));
            }
            // Of somebody else, and no concern of this complaint.
            let other = json!({"business": "b-2"});
            placement(&records, "q", "active", other.clone());
            charge(&records, "ch_q", other);
            nightly_job(&records, json!({}));
            ticket(&records, "tk", json!({}));
            find(&records, cause);
            let expected = if told.split(' ').any(|one| one == cause) {
                passes()
            } else {
                not_so()
            };
            let found = said(&records, "answer_featured");
            assert_eq!(found, expected, "{cause}: {paid} {placed:?} {verified}");
        }
    }
}

#[test]
fn d_28_and_d_57_that_the_job_runs_again_is_told_once_it_does() {
    let stopped = json!({"state": "failed", "attempts": 5});
    let tries = json!({"state": "retrying"});
    let long_ago = json!({"last_success": "2026-11-19T02:59:59.999Z"});
    for (job, expected) in [
        (None, not_so()),
        (Some(stopped), not_so()),
        (Some(tries), not_so()),
        (Some(long_ago), not_so()),
        (Some(json!({})), passes()),
    ] {
        let records = world("not_featured", json!({}));
        charge(&records, "ch_p", json!({}));
        placement(&records, "p", "queued", json!({}));
        find(&records, "job_defect");
        let words = format!("{job:?}");
        if let Some(job) = job {
            nightly_job(&records, job);
        }
        assert_eq!(said(&records, "answer_featured"), expected, "{words}");
    }
}

#[test]
fn d_51_nobody_reads_that_product_was_told_before_they_have_a_ticket() {
    for (about, cause, listing, action) in [
        (
            "not_featured",
            "not_verified",
            json!({"verified": false}),
            "answer_featured",
        ),
        (
            "search",
            "listing_suspended",
            json!({"state": "suspended"}),
            "answer_search",
        ),
        ("search", "search_defect", json!({}), "answer_search"),
    ] {
        for (fields, expected) in [
            (json!({}), passes()),
            (json!({"state": "answered", "answered_at": NOW}), passes()),
            (json!({"state": "closed", "answered_at": NOW}), passes()),
            // Withdrawn, another team's, another complaint's.
            (json!({"state": "closed"}), not_told()),
            (json!({"team": "legal"}), not_told()),
            (json!({"complaint_number": "C-8"}), not_told()),
        ] {
            let records = world(about, listing.clone());
            charge(&records, "ch_p", json!({}));
            find(&records, cause);
            let words = fields.to_string();
            ticket(&records, "tk", fields);
            assert_eq!(said(&records, action), expected, "{cause} {words}");
        }
    }
}

#[test]
fn d_29_a_deleted_listing_is_explained_and_its_return_proposed() {
    let records = world("search", json!({"state": "deleted"}));
    find(&records, "listing_deleted");
    let params = json!({"what": "restore_listing", "why": "The trainer wants it back."});
    carry(&records, LISTING, "propose", params);
    let (ticket, _) = records.record("ticket", "propose-0");
    assert_eq!(ticket["team"], "product");
    assert_eq!(ticket["topic"], "restore_listing");
    let (listing, _) = records.record("business", "b");
    assert_eq!(listing["state"], "deleted", "nobody restores it here");
    let line = "Looked into search results. Cause: listing_deleted";
    let mail = answered(&records, "answer_search", line);
    assert!(mail.body.contains("like to have it back"), "{}", mail.body);
}

#[test]
fn d_29_both_ages_and_problems_have_to_be_there() {
    for (ages, problems, complete) in [
        (json!("Puppies"), json!("Pulling"), true),
        (Value::Null, json!("Pulling"), false),
        (json!("Puppies"), Value::Null, false),
        (json!(""), json!("Pulling"), false),
        (json!("Puppies"), json!(""), false),
    ] {
        let listing = json!({"age_specialties": ages, "behavior_issues": problems});
        let records = world("search", listing);
        let (_, computed) = records.record("business", "b");
        assert_eq!(computed["complete"], complete, "{ages} {problems}");
        let found = refused(&records, LISTING, "clear_cache", json!({}));
        let expected = if complete {
            passes()
        } else {
            by("listing.incomplete", "D-29")
        };
        assert_eq!(found, expected, "{ages} {problems}");
    }
    let records = world("search", json!({"behavior_issues": null}));
    find(&records, "profile_incomplete");
    let line = "Looked into search results. Cause: profile_incomplete";
    let mail = answered(&records, "answer_search", line);
    assert!(mail.body.contains("Both are needed."), "{}", mail.body);
}

#[test]
fn d_29_a_cache_counts_as_cleared_once_it_is_and_a_defect_is_passed_on() {
    let records = world("search", json!({}));
    let asked = ("clear_cache", json!({}));
    let plan = records.planned(LISTING, asked, OPERATOR, NOW);
    assert!(plan.sets.is_empty(), "nothing before the platform said so");
    // Until then nobody is told that it was cleared: the mail has its day, or does not leave.
    find(&records, "cache");
    let (code, _) = said(&records, "answer_search").unwrap();
    assert_eq!(code, "effect.undecidable");
    carry(&records, LISTING, "clear_cache", json!({}));
    let (listing, _) = records.record("business", "b");
    assert_eq!(listing["cache_cleared_at"], NOW);
    answered(
        &records,
        "answer_search",
        "Looked into search results. Cause: cache",
    );

    let records = world("search", json!({}));
    find(&records, "search_defect");
    assert_eq!(said(&records, "answer_search"), not_told());
    carry(&records, COMPLAINT, "pass_on", pass_on("product", "defect"));
    let line = "Looked into search results. Cause: search_defect";
    let mail = answered(&records, "answer_search", line);
    assert!(mail.body.contains("to our engineers"), "{}", mail.body);
}

#[test]
fn d_29_and_d_57_no_cause_is_told_that_the_listing_speaks_against() {
    let active = "profile_incomplete cache search_defect nothing_wrong";
    let whole = "cache search_defect nothing_wrong";
    let (puppies, none, empty) = (json!("Puppies"), Value::Null, json!(""));
    for (state, ages, told) in [
        ("active", &puppies, whole),
        ("active", &none, "profile_incomplete"),
        ("active", &empty, "profile_incomplete"),
        ("suspended", &puppies, "listing_suspended"),
        ("suspended", &none, "listing_suspended"),
        ("deleted", &puppies, "listing_deleted"),
    ] {
        let gone = ["listing_suspended", "listing_deleted"];
        for cause in active.split(' ').chain(gone) {
            let listing = json!({"state": state, "age_specialties": ages, "cache_cleared_at": NOW});
            let records = world("search", listing);
            ticket(&records, "tk", json!({}));
            find(&records, cause);
            let expected = if told.split(' ').any(|one| one == cause) {
                passes()
            } else {
                not_so()
            };
            assert_eq!(
                said(&records, "answer_search"),
                expected,
                "{cause} {state} {ages}"
            );
        }
    }
    let nobody = world("search", json!({}));
    complaint(
        &nobody,
        "d",
        json!({"about": "search", "cause": "nothing_wrong", "listing": null}),
    );
    let found = refused(&nobody, ("complaint", "d"), "answer_search", json!({}));
    assert_eq!(found, not_so(), "without a listing nothing was looked at");
}

/// A complaint about review `rv`, turned down by this.
fn rejected(by: &str) -> Records {
    let records = world("review_rejected", json!({}));
    review(&records, json!({"rejected_by": by, "rejected_for": "Spam"}));
    records
}

#[test]
fn d_30_a_mistake_of_the_check_or_of_ours_is_published_first_and_told_then() {
    for (by_whom, mistake, cause, sentence) in [
        ("check", "check", "check_mistake", "Our automatic check"),
        ("operator", "operator", "own_mistake", "we are sorry"),
    ] {
        let records = rejected(by_whom);
        assert_eq!(records.shown("rejected_reviews", NOW), ["rv"]);
        find(&records, cause);
        assert_eq!(said(&records, "answer_review"), not_so(), "{cause}");
        let params = json!({"mistake": mistake, "feedback": "It is no spam."});
        carry(&records, REVIEW, "reinstate", params);
        let (body, _) = records.record("review", "rv");
        assert_eq!(body["state"], "published");
        assert_eq!(body["reversed_for"], mistake);
        assert_eq!(body["feedback"], "It is no spam.");
        assert_eq!(body["rejected_by"], by_whom, "the first decision stays");
        let line = format!("Looked into a rejected review, writer told. Cause: {cause}");
        let mail = answered(&records, "answer_review", &line);
        assert!(mail.body.contains("It is published now."), "{}", mail.body);
        assert!(mail.body.contains(sentence), "{}", mail.body);
    }
}

#[test]
fn d_30_a_rejection_that_was_right_stays() {
    let records = rejected("check");
    find(&records, "rightly_rejected");
    let line = "Looked into a rejected review, writer told. Cause: rightly_rejected";
    let mail = answered(&records, "answer_review", line);
    assert!(
        mail.body.contains("We stay with our decision"),
        "{}",
        mail.body
    );
    assert_eq!(records.shown("rejected_reviews", NOW), ["rv"]);
    // What is published is not told to be kept back.
    let published = world("review_rejected", json!({}));
    review(&published, json!({"state": "published"}));
    find(&published, "rightly_rejected");
    assert_eq!(said(&published, "answer_review"), not_so());
}

#[test]
fn d_30_what_a_trainer_reported_is_a_legal_question() {
    let records = rejected("report");
    let params = json!({"mistake": "operator", "feedback": "It is no spam."});
    let back = refused(&records, REVIEW, "reinstate", params);
    assert_eq!(back, by("review.trainer_dispute", "D-30"));
    find(&records, "trainer_report");
    let product = pass_on("product", "legal");
    let found = refused(&records, COMPLAINT, "pass_on", product);
    assert_eq!(found, by("complaint.legal_leads", "X-86"));
    carry(&records, COMPLAINT, "pass_on", pass_on("legal", "legal"));
    let (ticket, _) = records.record("ticket", "pass_on-0");
    assert_eq!(ticket["team"], "legal");
    // Only now Product is told, by a ticket of its own; nobody else is.
    let finance = refused(&records, COMPLAINT, "pass_on", pass_on("finance", "legal"));
    assert_eq!(finance, by("complaint.legal_leads", "X-86"));
    let product = refused(&records, COMPLAINT, "pass_on", pass_on("product", "legal"));
    assert_eq!(product, passes());
    let other = by("complaint.other_cause", "D-30");
    assert_eq!(said(&records, "answer_review"), other, "not before Legal");
}

#[test]
fn d_57_complaints_of_one_sort_stand_together_with_their_minutes() {
    let records = Records::new();
    business(&records, "b", json!({}));
    for (id, about, state) in [
        ("c-1", "search", "open"),
        ("c-2", "not_featured", "open"),
        ("c-3", "search", "open"),
        ("c-4", "review_rejected", "open"),
        ("c-5", "search", "with_team"),
        ("c-6", "search", "closed"),
    ] {
        let fields = json!({"about": about, "state": state});
        complaint(&records, id, fields);
    }
    for (section, ids) in [
        ("featured", "c-2"),
        ("position", ""),
        ("search", "c-1 c-3"),
        ("review", "c-4"),
        ("with_team", "c-5"),
        ("done", "c-6"),
    ] {
        let found = records.in_section("complaints", section, NOW);
        assert_eq!(found.join(" "), ids, "{section}");
    }
    let view = PACK.view("complaints").unwrap();
    let usual = view.def.queue.as_ref().unwrap().minutes_each;
    for section in &view.def.sections {
        let minutes = section.minutes_each.unwrap_or(usual);
        let range = match section.id.as_str() {
            "with_team" => 45.0..=60.0,
            _ => 15.0..=30.0,
        };
        assert!(range.contains(&minutes), "{}: {minutes}", section.id);
    }
}

#[test]
fn d_57_what_is_closed_has_a_line_for_the_log() {
    let records = world("other", json!({}));
    let bare = refused(&records, COMPLAINT, "close", json!({}));
    assert_eq!(bare.unwrap().0, "params.invalid");
    let line = json!({"line": "Asked for a year at once; there is none."});
    carry(&records, COMPLAINT, "close", line.clone());
    let (body, _) = records.record("complaint", "c");
    assert_eq!(body["state"], "closed");
    assert_eq!(body["log_line"], line["line"]);
    assert_eq!(records.in_section("complaints", "done", NOW), ["c"]);
}
