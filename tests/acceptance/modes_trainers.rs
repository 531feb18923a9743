//! Places in a queue, refunds and what an operator of the trainers may do: on a laptop and by the platform,
//! without a line and with one.

use serde_json::{Value, json};

use crate::dog_world::{self, OPERATOR, business, charge, complaint, council, placement};
use crate::modes::{Case, World, case};
use crate::pos_world::{by, with};
use crate::records::Records;
use crate::world::{BOUGHT, Refund};

fn trainers(records: &Records) -> World<'_> {
    World {
        pack: "dog-trainers",
        records,
        roles: OPERATOR,
        now: dog_world::NOW,
        charges: Vec::new(),
    }
}

fn silent() -> Option<(String, Option<String>)> {
    Some(("params.invalid".to_owned(), None))
}

#[tokio::test]
async fn d_44_and_x_38_and_x_39_a_place_is_counted_and_nobody_is_told_a_wrong_one() {
    let records = Records::new();
    business(&records, "b", json!({}));
    let mut cases = Vec::new();
    for (id, fields, said) in [
        ("right", json!({"stated_position": 3}), None),
        ("unsaid", json!({}), None),
        (
            "wrong",
            json!({"stated_position": 5}),
            by("queue.position_differs", "X-39"),
        ),
        ("overtaken", json!({}), by("queue.order_broken", "D-44")),
    ] {
        council(&records, id, id, 5);
        let me = format!("me-{id}");
        let here = json!({"council": id});
        placement(&records, &me, "queued", with(here.clone(), fields));
        for day in [1, 2] {
            let paid = json!({"purchased_at": format!("2026-11-0{day}T00:00:00.000Z")});
            let ahead = format!("ahead-{id}-{day}");
            placement(&records, &ahead, "queued", with(here.clone(), paid));
        }
        if id == "overtaken" {
            let paid = json!({"purchased_at": "2026-11-11T00:00:00.000Z"});
            placement(&records, "later", "active", with(here, paid));
        }
        let told = case(("placement", &me), "tell_position", json!({}), said);
        cases.push(told.then("queued"));
    }
    for run in trainers(&records).twice(&cases).await {
        let mails = run.mails(2).await;
        assert_eq!(mails.len(), 2, "{:?}", run.mode);
        for mail in mails {
            let text = mail.to_string();
            assert!(text.contains("position 3 in "), "{text}");
            assert!(text.contains("has 5 featured slots"), "{text}");
        }
        let paid = run.field(("placement", "me-right"), "purchased_at").await;
        assert_eq!(paid, "2026-11-10T00:00:00.000Z", "{:?}", run.mode);
    }
}

#[tokio::test]
async fn d_28_a_complaint_is_answered_with_the_cause_that_the_records_show() {
    let records = Records::new();
    council(&records, "melbourne", "Melbourne", 5);
    for (id, listing) in [("lost", "b-lost"), ("waits", "b-waits")] {
        business(&records, listing, json!({}));
        let paid = json!({"business": listing});
        charge(&records, &format!("ch_{id}"), paid);
        let fields = json!({"number": id, "listing": listing});
        complaint(&records, id, fields);
    }
    placement(&records, "waits", "queued", json!({"business": "b-waits"}));
    let of = |id: &'static str| ("complaint", id);
    let found = |cause: &str| json!({"cause": cause, "finding": "Looked at it."});
    let not_so = || by("complaint.not_so", "D-57");
    let cases = [
        case(of("lost"), "find", found("webhook_failed"), None),
        case(of("lost"), "answer_featured", json!({}), not_so()),
        case(("charge", "ch_lost"), "reprocess", json!({}), None),
        // That it was asked for is not yet that it is done.
        case(of("lost"), "answer_featured", json!({}), not_so()),
        case(of("waits"), "find", found("slot_full"), None),
        case(of("waits"), "answer_featured", json!({}), None).then("answered"),
    ];
    for run in trainers(&records).twice(&cases).await {
        assert_eq!(run.mails(1).await.len(), 1, "{:?}", run.mode);
        let line = run.field(of("waits"), "log_line").await;
        let wanted = "Looked into a featured placement, trainer told. Cause: slot_full";
        assert_eq!(line, wanted, "{:?}", run.mode);
    }
}

#[tokio::test]
async fn x_60_and_x_96_a_lost_payment_is_fulfilled_once_and_each_buyer_gets_the_text_that_is_true()
{
    let records = Records::new();
    business(&records, "b", json!({}));
    council(&records, "melbourne", "Melbourne", 5);
    for (id, fields) in [
        ("ch_orphan", json!({})),
        ("ch_failed", json!({"status": "failed"})),
        ("ch_waits", json!({})),
        ("ch_shown", json!({})),
    ] {
        charge(&records, id, fields);
    }
    placement(&records, "waits", "queued", json!({}));
    let until = json!({"featured_until": "2026-12-20T03:00:00.000Z"});
    placement(&records, "shown", "active", until);
    let of = |id: &'static str, action, said| case(("charge", id), action, json!({}), said);
    let fulfilled = || by("charge.fulfilled", "X-60");
    let cases = [
        of("ch_failed", "reprocess", by("charge.not_succeeded", "D-40")),
        of("ch_waits", "reprocess", fulfilled()),
        of("ch_shown", "reprocess", fulfilled()),
        of("ch_orphan", "reprocess", None),
        of("ch_waits", "tell_active", by("charge.not_active", "X-96")),
        of("ch_waits", "tell_queued", None),
        of("ch_shown", "tell_queued", by("charge.not_queued", "X-96")),
        of("ch_shown", "tell_active", None),
    ];
    for run in trainers(&records).twice(&cases).await {
        let jobs = run.stand_ins().job.runs().unwrap();
        assert_eq!(jobs.len(), 1, "{:?}", run.mode);
        assert_eq!(
            (&jobs[0]["job"], &jobs[0]["argument"]),
            (&json!("fulfil-charge"), &json!("ch_orphan"))
        );
        assert_eq!(run.mails(2).await.len(), 2, "{:?}", run.mode);
        assert_eq!(run.count("placement").await, 2, "no slot by hand");
    }
}

#[tokio::test]
async fn d_05_and_d_06_and_x_59_an_account_is_flagged_and_everything_else_is_proposed() {
    let records = Records::new();
    council(&records, "melbourne", "Melbourne", 5);
    business(&records, "b", json!({}));
    let b = ("business", "b");
    let why = || json!({"reason": "Three refunds in a week"});
    let propose = |what: &str| json!({"what": what, "why": "Three refunds in a week"});
    let not_deleted = by("listing.not_deleted", "D-06");
    let cases = [
        case(b, "flag", json!({}), silent()),
        case(b, "flag", why(), None),
        case(b, "flag", why(), by("listing.flagged", "X-59")),
        case(b, "propose", propose("restore_listing"), not_deleted),
        case(b, "propose", propose("block_purchases"), None).then("active"),
    ];
    for run in trainers(&records).twice(&cases).await {
        assert_eq!(run.count("ticket").await, 1, "{:?}", run.mode);
        assert_eq!(run.field(b, "flag_reason").await, "Three refunds in a week");
    }
}

#[tokio::test]
async fn part_of_d_54_the_team_is_told_in_the_incident_channel_once() {
    let records = Records::new();
    let down = json!({"slot": "primary", "name": "Primary", "since": "2026-11-20T02:20:00.000Z",
                      "checked_at": dog_world::NOW, "state": "down"});
    records.add("ai_provider", "primary", down);
    let primary = ("ai_provider", "primary");
    let words = "Triage is answered by the rules. Nothing to do for you.";
    let cases = [
        case(primary, "post", json!({}), silent()),
        case(primary, "post", json!({ "text": words }), None).then("down"),
    ];
    for run in trainers(&records).twice(&cases).await {
        let posted = run.stand_ins().slack.messages().unwrap();
        assert_eq!(posted.len(), 1, "{:?}", run.mode);
        assert_eq!(posted[0]["channel"], "#incidents");
        assert_eq!(posted[0]["text"], words);
        assert!(run.stand_ins().mail.sent().unwrap().is_empty());
        assert_ne!(run.field(primary, "posted_at").await, Value::Null);
    }
}

#[tokio::test]
async fn d_06_and_d_17_and_d_18_and_x_84_inside_the_window_the_money_goes_back_and_at_its_end_not()
{
    let records = Records::new();
    business(&records, "biz-7", json!({}));
    council(&records, "stonnington", "Stonnington", 5);
    let mut cases: Vec<Case> = Vec::new();
    let mut charges = Vec::new();
    let (passed, late) = (
        by("refund.window_passed", "D-17"),
        by("refund.requested_in_time", "X-42"),
    );
    // 72 hours before now end at the instant itself.
    for (id, bought, said) in [
        ("inside", BOUGHT, None),
        ("at", "2026-11-17T03:00:00.000Z", passed.clone()),
        ("after", "2026-11-16T03:00:00.000Z", passed),
    ] {
        let (paid, place) = (format!("ch_{id}"), format!("slot-{id}"));
        charge(
            &records,
            &paid,
            json!({"business": "biz-7", "charged_at": bought}),
        );
        let fields = json!({"business": "biz-7", "council": "stonnington", "charge_id": paid,
                            "purchased_at": bought});
        placement(&records, &place, "queued", fields);
        let mut body = Refund::new(bought, dog_world::NOW).body;
        for (field, value) in [
            ("charge", &paid),
            ("charge_id", &paid),
            ("placement", &place),
        ] {
            body.insert(field.to_owned(), json!(value));
        }
        body.insert("number".to_owned(), json!(format!("R-{id}")));
        records.add("refund", id, Value::Object(body));
        cases.push(case(("refund", id), "approve", json!({}), said).then("refunded"));
        charges.push((paid, 2_200, "aud"));
    }
    let reason = json!({"reason": "too late"});
    cases.push(case(("refund", "at"), "refuse", reason, late));
    cases.push(case(("refund", "at"), "escalate", json!({}), None).then("escalated"));
    let world = World {
        charges,
        ..trainers(&records)
    };
    for run in world.twice(&cases).await {
        let refunds = run.stand_ins().stripe.refunds().unwrap();
        assert_eq!(refunds.len(), 1, "{:?}", run.mode);
        assert_eq!(refunds[0]["amount"], 2_200);
        assert_eq!(
            run.field(("charge", "ch_inside"), "status").await,
            "refunded"
        );
        let slot = ("placement", "slot-inside");
        assert_eq!(run.field(slot, "refund_status").await, "refunded");
        assert_eq!(run.field(slot, "state").await, "ended");
        assert_eq!(run.field(("placement", "slot-at"), "state").await, "queued");
        assert_eq!(run.mails(1).await.len(), 1, "{:?}", run.mode);
    }
}
