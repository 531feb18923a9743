//! Trials, suspensions and what is kept; places in a queue, refunds and what an operator may do: on a laptop
//! and by the platform, without a line and with one.

use serde_json::{Value, json};
use watchkeeper_core::features::queues::view::OperationWord;
use watchkeeper_platform::connectors::mood::Mode;

use crate::dog_world::{self, OPERATOR, business, charge, complaint, council, placement};
use crate::modes::{Case, World, case, wrong_state};
use crate::packs::POS_SAAS;
use crate::pos_billing::row;
use crate::pos_world::{NOON, backup, by, organisation, payment, with};
use crate::records::Records;
use crate::world::{BOUGHT, Refund};

fn saas(records: &Records) -> World<'_> {
    World {
        pack: "pos-saas",
        records,
        roles: &[],
        now: NOON,
        charges: Vec::new(),
    }
}

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
async fn p_10_and_p_12_and_x_35_an_account_is_told_and_suspended_on_its_day_and_not_before() {
    let link = json!("https://pos.example/docs");
    let records = Records::of(&POS_SAAS).setting("link_docs", link);
    // It is noon of the 20th: day 7 of who began at noon of the 13th.
    for (id, began) in [
        ("sixth", "2026-11-13T14:00:00.000Z"),
        ("seventh", "2026-11-13T12:00:00.000Z"),
        ("twelfth", "2026-11-08T12:00:00.000Z"),
        ("thirteenth", "2026-11-07T12:00:00.000Z"),
        ("last", "2026-11-06T14:00:00.000Z"),
        ("over", "2026-11-06T12:00:00.000Z"),
    ] {
        let body = json!({"plan": "trial", "subscription_status": "trialing", "state": "trial",
                          "trial_started_at": began});
        organisation(&records, id, body);
    }
    for (id, told) in [
        ("waits", "2026-11-13T14:00:00.000Z"),
        ("unpaid", "2026-11-13T12:00:00.000Z"),
        ("paid", "2026-11-12T12:00:00.000Z"),
    ] {
        let body = json!({"state": "past_due", "subscription_status": "past_due",
                          "payment_failed_at": "2026-10-30T10:00:00.000Z",
                          "payment_notice_at": told});
        organisation(&records, id, body);
    }
    let fields = json!({"organisation": "paid", "outcome": "succeeded", "state": "succeeded"});
    payment(&records, "pay-1", "2026-11-14T10:00:00.000Z", fields);
    let of = |id: &'static str, action, said| case(("organisation", id), action, json!({}), said);
    let not_day = |day: &str| by(&format!("trial.not_day{day}"), "X-35");
    let cases = [
        of("sixth", "send_day7", not_day("7")),
        of("seventh", "send_day7", None),
        of("seventh", "send_day12", not_day("12")),
        of("twelfth", "send_day7", not_day("7")),
        of("twelfth", "send_day12", None),
        of("thirteenth", "send_day12", not_day("12")),
        of("thirteenth", "send_day13", None),
        of("over", "send_day13", not_day("13")),
        of("last", "suspend_trial", by("trial.still_runs", "P-10")),
        of("over", "suspend_trial", None).then("suspended"),
        of("waits", "suspend_unpaid", by("payment.days_left", "P-11")),
        of("paid", "suspend_unpaid", by("payment.paid", "P-01")),
        of("unpaid", "suspend_unpaid", None).then("suspended"),
    ];
    for run in saas(&records).twice(&cases).await {
        assert_eq!(run.mails(4).await.len(), 4, "{:?}", run.mode);
        let sent = |id, day| {
            case(
                ("organisation", id),
                day,
                json!({}),
                by("trial.mail_sent", "P-10"),
            )
        };
        run.through(&[
            sent("seventh", "send_day7"),
            sent("twelfth", "send_day12"),
            sent("thirteenth", "send_day13"),
        ])
        .await;
        for (id, why) in [("over", "trial_ended"), ("unpaid", "payment_failed")] {
            let told = run.field(("organisation", id), "suspended_for").await;
            assert_eq!(told, why, "{:?}", run.mode);
        }
    }
}

#[tokio::test]
async fn p_10_two_people_who_write_while_no_mail_leaves_have_written_once() {
    let link = json!("https://pos.example/docs");
    let records = Records::of(&POS_SAAS).setting("link_docs", link);
    let body = json!({"plan": "trial", "subscription_status": "trialing", "state": "trial",
                      "trial_started_at": "2026-11-13T12:00:00.000Z"});
    organisation(&records, "o", body);
    let o = ("organisation", "o");
    let day7 = case(o, "send_day7", json!({}), None);
    let [run, _] = saas(&records).twice(&[]).await;
    let lee = run.another("lee", &[]).await;
    // Both ask before either has heard of the other, and the first mail is still on its way.
    run.stand_ins().mail.misbehave(Mode::Error500, 2);
    let first = run.act_on(&run.laptop, &day7).await;
    let second = run.act_on(&lee, &day7).await;
    run.laptop.turn().await;
    lee.turn().await;
    let ended = run.ends_on(&run.laptop, &first.id, o).await;
    assert_eq!(ended.word, OperationWord::Confirmed);
    let ended = run.ends_on(&lee, &second.id, o).await;
    assert_ne!(ended.word, OperationWord::Confirmed);
    assert!(ended.reason.is_some());
    assert_eq!(run.mails(1).await.len(), 1);
    assert_ne!(run.field(o, "day7_sent_at").await, Value::Null);
    assert_eq!(run.field(o, "day7_asked_at").await, Value::Null);
}

#[tokio::test]
async fn p_20_and_x_30_and_x_37_two_clocks_run_before_anything_is_deleted() {
    let records = Records::of(&POS_SAAS);
    let suspended = |since: &str, why: &str| json!({"state": "suspended", "suspended_for": why, "suspended_at": since});
    // 30 days before noon of the 20th, and two hours less.
    let (then, less) = ("2026-10-21T12:00:00.000Z", "2026-10-21T14:00:00.000Z");
    organisation(&records, "due", suspended(then, "payment_failed"));
    organisation(&records, "runs", suspended(less, "payment_failed"));
    organisation(&records, "returns", suspended(less, "trial_ended"));
    for (id, cancelled, fields) in [
        ("gone", then, json!({})),
        ("kept", less, json!({})),
        ("large", then, json!({"plan": "enterprise"})),
        // 90 days.
        (
            "large gone",
            "2026-08-22T12:00:00.000Z",
            json!({"plan": "enterprise"}),
        ),
        (
            "agreed",
            "2026-08-22T12:00:00.000Z",
            json!({"plan": "enterprise", "agreed_days": 120}),
        ),
    ] {
        let body = json!({"state": "cancelled", "cancelled_at": cancelled});
        organisation(&records, id, with(body, fields));
    }
    let of = |id: &'static str, action, said| case(("organisation", id), action, json!({}), said);
    let kept = || by("account.kept", "X-30");
    let cases = [
        of("due", "export_data", None),
        of("due", "erase", wrong_state()),
        of("due", "reactivate", by("account.nothing_paid", "P-12")),
        of("due", "cancel", None).then("cancelled"),
        of("due", "erase", kept()),
        of("runs", "cancel", by("account.suspension_runs", "X-30")),
        of("returns", "reactivate", None).then("active"),
        of("gone", "erase", None).then("deleted"),
        of("kept", "erase", kept()),
        of("large", "erase", kept()),
        of("large gone", "erase", None).then("deleted"),
        of("agreed", "erase", kept()),
    ];
    for run in saas(&records).twice(&cases).await {
        // What is cancelled can still be read out, and what is deleted cannot.
        run.through(&[
            of("due", "export_data", None).then("cancelled"),
            of("gone", "export_data", wrong_state()),
        ])
        .await;
        let jobs = run.stand_ins().job.runs().unwrap();
        let count = |job: &str| jobs.iter().filter(|one| one["job"] == job).count();
        let done = (count("erase_organisation"), count("export_organisation"));
        assert_eq!(done, (2, 2), "{:?}", run.mode);
        // Who they were goes once their data is gone, and not before.
        for (id, mail) in [("gone", "erased"), ("kept", "ada@bean.example")] {
            let said = run.field(("organisation", id), "email").await;
            assert_eq!(said, mail, "{:?}: {id}", run.mode);
        }
        assert!(
            run.field(("organisation", "gone"), "name")
                .await
                .is_string()
        );
    }
}

#[tokio::test]
async fn p_20_and_x_90_what_was_sent_about_records_that_only_refer_to_an_account_goes_with_it() {
    const SAID: &str = "zyxadacanary";
    let records = Records::of(&POS_SAAS);
    let mail = format!("{SAID}@bean.example");
    let over = json!({"state": "cancelled", "cancelled_at": "2026-10-21T12:00:00.000Z",
                      "contact": SAID, "email": mail});
    organisation(&records, "gone", over);
    let used = json!({
        "organisation": "gone", "plan": "pro", "feature": "reports", "month": "2026-11-01",
        "at": NOON, "used": 80, "monthly_limit": 100, "resets_at": "2026-12-01T00:00:00.000Z",
    });
    records.add("usage", "u", used);
    let (gone, usage) = (("organisation", "gone"), ("usage", "u"));
    let told = [case(usage, "tell_near", json!({}), None)];
    for run in saas(&records).twice(&told).await {
        let left = run.left(SAID).await;
        assert!(left.iter().any(|column| column == "call.basis"), "{left:?}");
        let erase = case(gone, "erase", json!({}), None).then("deleted");
        run.through(&[erase]).await;
        assert_eq!(run.left(SAID).await, [""; 0], "{:?}", run.mode);
        // Of the record itself nothing was to be emptied, and nothing is marked so.
        assert_eq!(run.field(usage, "used").await, 80);
        assert_eq!(run.field(usage, "_erased").await, Value::Null);
        let mails = run.mails(1).await;
        assert_eq!(mails[0]["to"], mail.as_str(), "they were told");
    }
}

#[tokio::test]
async fn p_13_and_p_14_who_comes_near_a_limit_or_to_it_is_told_once() {
    let records = Records::of(&POS_SAAS);
    organisation(&records, "o", json!({}));
    let plan = json!({"name": "Pro", "monthly": {"minor": 4900, "currency": "USD"},
                      "benefit_1": "Unlimited reports", "benefit_2": "Team roles",
                      "benefit_3": "Priority support"});
    records.add("plan", "pro", plan);
    for used in [79, 80, 99, 100, 101] {
        let body = json!({
            "organisation": "o", "plan": "trial", "feature": "reports", "month": "2026-11-01",
            "at": NOON, "used": used, "monthly_limit": 100, "next_plan": "pro",
            "resets_at": "2026-12-01T00:00:00.000Z",
        });
        records.add("usage", &used.to_string(), body);
    }
    let of = |id: &'static str, action, said| case(("usage", id), action, json!({}), said);
    let not_near = || by("usage.not_near", "P-14");
    let not_full = || by("usage.not_full", "P-13");
    let cases = [
        of("79", "tell_near", not_near()),
        of("80", "tell_near", None),
        of("80", "tell_full", not_full()),
        of("99", "tell_near", None),
        of("99", "tell_full", not_full()),
        of("100", "tell_near", not_near()),
        of("100", "tell_full", None),
        of("101", "tell_full", None),
    ];
    for run in saas(&records).twice(&cases).await {
        assert_eq!(run.mails(4).await.len(), 4, "{:?}", run.mode);
        let told = || by("usage.told", "P-31");
        run.through(&[
            of("80", "tell_near", told()),
            of("100", "tell_full", told()),
        ])
        .await;
    }
}

#[tokio::test]
async fn x_31_one_organisation_is_looked_at_and_then_synchronised_and_no_other() {
    let records = Records::of(&POS_SAAS);
    organisation(&records, "o", json!({}));
    organisation(&records, "p", json!({}));
    row(
        &records,
        "latest",
        "enterprise",
        "past_due",
        "2026-11-20T08:00:00.000Z",
    );
    row(&records, "old", "pro", "active", "2026-11-19T08:00:00.000Z");
    backup(&records, "b", "2026-11-20T11:00:00.000Z", "verified");
    let (o, p) = (("organisation", "o"), ("organisation", "p"));
    let cases = [
        case(o, "synchronise", json!({}), by("sync.not_looked", "X-31")),
        case(
            p,
            "look_at_difference",
            json!({}),
            by("sync.no_row", "P-03"),
        ),
        case(o, "look_at_difference", json!({}), None),
        case(o, "synchronise", json!({}), None).then("active"),
    ];
    for run in saas(&records).twice(&cases).await {
        assert_eq!(run.field(o, "plan").await, "enterprise", "{:?}", run.mode);
        assert_eq!(run.field(p, "plan").await, "pro", "{:?}", run.mode);
    }
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
