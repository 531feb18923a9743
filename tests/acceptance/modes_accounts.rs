//! Trials, suspensions, limits and what is kept of an account: on a laptop and by the platform, without a
//! line and with one.

use serde_json::{Value, json};
use watchkeeper_core::features::queues::view::OperationWord;
use watchkeeper_platform::connectors::mood::Mode;

use crate::modes::{World, case, wrong_state};
use crate::packs::POS_SAAS;
use crate::pos_billing::row;
use crate::pos_world::{NOON, backup, by, organisation, payment, with};
use crate::records::Records;

fn saas(records: &Records) -> World<'_> {
    World {
        pack: "pos-saas",
        records,
        roles: &[],
        now: NOON,
        charges: Vec::new(),
    }
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
    let suspended = |since: &str, why: &str| {
        json!({"state": "suspended", "suspended_for": why, "suspended_at": since,
               "suspension_told_at": since})
    };
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
