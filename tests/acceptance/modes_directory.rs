//! D-54, D-60 and what they need of D-24 and D-56: a report is filed, a week archived and a reminder set, on a laptop and by the platform,
//! without a line and with one.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::desk::fact;
use crate::dog_world::{self, OPERATOR, business, charge, council};
use crate::modes::{Run, World, case, wrong_state};
use crate::pos_world::{by, with};
use crate::records::Records;

/// Saturday, 21 November 2026, 00:30 in Melbourne; elsewhere it is Friday.
const NIGHT: &str = "2026-11-20T13:30:00.000Z";

fn trainers<'a>(records: &'a Records, now: &'a str) -> World<'a> {
    World {
        pack: "dog-trainers",
        records,
        roles: OPERATOR,
        now,
        charges: Vec::new(),
    }
}

/// What a laptop shows in a field of a record.
async fn shown(run: &Run, of: (&str, &str), field: &str) -> Value {
    let record = run.laptop.record(of).await;
    fact(&serde_json::to_value(record).unwrap(), field)
}

/// What is written into a report, with its end.
fn words(ended: &str) -> Value {
    json!({
        "ended": ended, "cause": "Its interface was degraded.", "detection": "An alert.",
        "response": "Switched to the rules.", "resolution": "It recovered.",
        "user_impact": "Less exact answers.", "cost_impact": "300 calls saved, $0.30.",
    })
}

#[tokio::test]
async fn d_54_and_d_56_an_incident_report_is_begun_written_and_filed_under_the_name_of_its_day() {
    let records = Records::new();
    let down = json!({"slot": "primary", "name": "Primary", "since": "2026-11-20T12:50:00.000Z",
                      "checked_at": NIGHT, "state": "down"});
    records.add("ai_provider", "primary", down);
    let primary = ("ai_provider", "primary");
    let begun = |started: &str| json!({"name": "Z.AI down", "severity": "red", "started": started});
    // Five minutes past midnight in Melbourne: it is of the 21st.
    let (started, ended) = ("2026-11-20T13:05:00.000Z", "2026-11-20T13:25:00.000Z");
    let cases = [
        case(
            primary,
            "report_incident",
            begun("2026-11-20T15:00:00.000Z"),
            by("incident.ahead", "X-53"),
        ),
        case(primary, "report_incident", begun(started), None).then("down"),
    ];
    for run in trainers(&records, NIGHT).twice(&cases).await {
        let listed = run.listed("incident_reports").await;
        assert_eq!(listed.len(), 1, "{:?}", run.mode);
        let report = ("incident_report", listed[0].as_str());
        assert_eq!(run.field(report, "day").await, "2026-11-21");
        assert_eq!(run.field(report, "about").await, "Primary");
        assert_eq!(run.field(report, "drafted_by").await, "kim");
        let early = words("2026-11-20T13:04:59.999Z");
        run.through(&[
            case(report, "file", json!({}), by("incident.incomplete", "D-56")),
            case(report, "write", early, by("incident.not_over", "D-56")),
            case(report, "write", words(ended), None),
            case(report, "file", json!({}), None).then("filed"),
        ])
        .await;
        let file = shown(&run, report, "file_name").await;
        assert_eq!(file["text"], "incident_2026-11-21_z-ai-down.txt");
        assert_eq!(shown(&run, report, "minutes").await["number"], 20.0);
        assert_eq!(run.field(report, "filed_by").await, "kim");
        for part in [
            "cause",
            "detection",
            "response",
            "resolution",
            "user_impact",
            "cost_impact",
        ] {
            assert_eq!(run.field(report, part).await, words(ended)[part], "{part}");
        }
        // Once, and nothing of it changes any more.
        let other = json!({"name": "Something else"});
        run.through(&[
            case(report, "file", json!({}), wrong_state()),
            case(report, "write", words(ended), wrong_state()),
            case(report, "rename", other, wrong_state()),
            case(report, "drop", json!({}), wrong_state()),
        ])
        .await;
    }
}

#[tokio::test]
async fn d_54_two_reports_of_a_day_have_two_names() {
    let records = Records::new();
    let report = |id: &str, fields: Value| {
        let mut body = words("2026-11-19T02:00:00.000Z");
        let fixed = body.as_object_mut().unwrap();
        fixed.remove("ended");
        let all = json!({
            "name": "The job failed", "severity": "red", "day": "2026-11-19",
            "started_at": "2026-11-19T01:00:00.000Z", "ended_at": "2026-11-19T02:00:00.000Z",
            "drafted_at": "2026-11-19T03:00:00.000Z", "drafted_by": "jo", "state": "draft",
        });
        records.add("incident_report", id, with(with(body, all), fields));
    };
    let filed = json!({"state": "filed", "filed_at": "2026-11-19T04:00:00.000Z", "filed_by": "jo"});
    report("first", filed);
    report("again", json!({"name": "The JOB failed!"}));
    report("before", json!({"day": "2026-11-18"}));
    report("idle", json!({}));
    let of = |id: &'static str| ("incident_report", id);
    let taken = || by("incident.name_taken", "D-54");
    let named = |name: &str| json!({ "name": name });
    let cases = [
        case(of("again"), "file", json!({}), taken()),
        case(of("before"), "file", json!({}), None).then("filed"),
        case(of("again"), "rename", named("It failed again"), None),
        case(of("again"), "file", json!({}), None).then("filed"),
        case(of("idle"), "drop", json!({}), None).then("dropped"),
    ];
    for run in trainers(&records, dog_world::NOW).twice(&cases).await {
        let file = shown(&run, of("again"), "file_name").await;
        assert_eq!(file["text"], "incident_2026-11-19_it-failed-again.txt");
    }
}

#[tokio::test]
async fn d_54_a_week_is_archived_with_what_both_books_say_and_changes_no_more() {
    let records = Records::new();
    business(&records, "b", json!({}));
    council(&records, "melbourne", "Melbourne", 5);
    let both = |id: &str, ours: &str, theirs: &str| {
        charge(&records, id, json!({ "charged_at": ours }));
        let body = json!({"charge_id": id, "amount": {"minor": 2200, "currency": "AUD"},
                          "status": "succeeded", "created_at": theirs});
        records.add("provider_charge", id, body);
    };
    // The first instant of the week is in it, and the first of the next is not.
    for (id, at) in [
        ("ch_begin", "2026-11-12T03:00:00.000Z"),
        ("ch_in", "2026-11-18T10:00:00.000Z"),
        ("ch_next", "2026-11-19T03:00:00.000Z"),
    ] {
        both(id, at, at);
    }
    // In our book a moment before the end of the week, in theirs a moment after.
    both(
        "ch_apart",
        "2026-10-08T02:59:59.000Z",
        "2026-10-08T03:00:01.000Z",
    );
    for (id, began, ended) in [
        (
            "equal",
            "2026-11-12T03:00:00.000Z",
            "2026-11-19T03:00:00.000Z",
        ),
        (
            "runs",
            "2026-11-19T03:00:00.000Z",
            "2026-11-26T03:00:00.000Z",
        ),
        (
            "apart",
            "2026-10-01T03:00:00.000Z",
            "2026-10-08T03:00:00.000Z",
        ),
    ] {
        let body = json!({"began_at": began, "ended_at": ended, "state": "open"});
        records.add("payment_week", id, body);
    }
    let of = |id: &'static str| ("payment_week", id);
    let said = |line: &str| json!({ "result": line });
    let runs = by("reconciliation.week_runs", "D-21");
    let differs = by("reconciliation.differs", "X-69");
    let agrees = by("reconciliation.agrees", "X-69");
    let found = "One charge a second after the end of the week; it is in the next.";
    let cases = [
        case(of("runs"), "archive", said("Too early."), runs),
        case(of("apart"), "archive", said("Equal."), differs),
        case(of("equal"), "archive_differing", said("None."), agrees),
        case(of("equal"), "archive", said("Equal."), None).then("archived"),
        case(of("apart"), "archive_differing", said(found), None).then("archived"),
    ];
    for run in trainers(&records, NIGHT).twice(&cases).await {
        for (id, ours, theirs, agreed, line, end) in [
            ("equal", 2, 2, true, "Equal.", "2026-11-19"),
            ("apart", 1, 0, false, found, "2026-10-08"),
        ] {
            let what = format!("{:?} {id}", run.mode);
            for (book, charges) in [("our", ours), ("their", theirs)] {
                let total = run.field(of(id), &format!("{book}_total")).await;
                let wanted = json!({"minor": charges * 2_200, "currency": "AUD"});
                assert_eq!(total, wanted, "{what} {book}");
                let count = run.field(of(id), &format!("{book}_charges")).await;
                assert_eq!(count, charges, "{what} {book}");
            }
            assert_eq!(run.field(of(id), "agreed").await, agreed, "{what}");
            assert_eq!(run.field(of(id), "result").await, line, "{what}");
            assert_eq!(run.field(of(id), "archived_by").await, "kim", "{what}");
            assert_ne!(run.field(of(id), "archived_at").await, Value::Null);
            // Both are archived on one day, and each has the name of its own week.
            let name = run.field(of(id), "file_name").await;
            assert_eq!(name, format!("Payment_Reconciliation_{end}"), "{what}");
        }
        let archived = || [of("equal"), of("apart")].into_iter();
        let again = archived().map(|week| case(week, "archive", said("Other."), wrong_state()));
        let differing = archived();
        let differing =
            differing.map(|week| case(week, "archive_differing", said("Other."), wrong_state()));
        run.through(&again.chain(differing).collect::<Vec<_>>())
            .await;
        assert_eq!(run.field(of("equal"), "result").await, "Equal.");
    }
}

#[tokio::test]
async fn d_60_a_reminder_is_set_stands_on_the_first_screen_once_due_and_is_settled() {
    let records = Records::new();
    let job = json!({"name": "Expiry", "schedule": "daily at 02:00", "attempts": 5,
                     "max_attempts": 5, "last_failure": "2026-11-19T16:00:00.000Z",
                     "error_class": "database_timeout", "state": "failed"});
    records.add("job", "j", job);
    for id in ["looked", "wrong"] {
        let body = json!({"text": "Is it better?", "due_at": "2026-11-27T02:00:00.000Z",
                          "set_at": "2026-11-19T02:00:00.000Z", "set_by": "jo", "state": "open"});
        records.add("reminder", id, body);
    }
    let (past, soon) = ("2026-11-20T02:59:59.000Z", "2026-11-20T03:30:00.000Z");
    let (j, words) = (("job", "j"), "Did the next night succeed?");
    let remind = |due: &str| json!({"text": words, "due": due});
    let ahead = || by("reminder.past", "D-60");
    let cases = [
        case(j, "remind", remind(past), ahead()),
        case(j, "remind", remind(soon), None).then("failed"),
    ];
    for run in trainers(&records, dog_world::NOW).twice(&cases).await {
        let listed = run.listed("reminders").await;
        assert_eq!(listed.len(), 3, "{:?}", run.mode);
        let set = listed
            .iter()
            .find(|id| !["looked", "wrong"].contains(&id.as_str()));
        let set = ("reminder", set.unwrap().as_str());
        assert_eq!(run.field(set, "text").await, words);
        assert_eq!(run.field(set, "about").await, "Expiry");
        assert_eq!(run.field(set, "set_by").await, "kim");
        let clock = run.laptop.record(set).await.clocks;
        assert_eq!(clock.len(), 1, "its hour is a clock");
        assert_eq!(run.laptop.due("reminders").await, None, "{:?}", run.mode);
        run.pass(TimeDelta::minutes(31));
        run.laptop.turn().await;
        assert_eq!(run.laptop.due("reminders").await, Some(1), "{:?}", run.mode);
        let of = |id: &'static str| ("reminder", id);
        let later = "2026-11-28T02:00:00.000Z";
        let seen = json!({"outcome": "It did."});
        let why = json!({"why": "Asked twice."});
        run.through(&[
            case(set, "later", json!({ "due": past }), ahead()),
            case(set, "done", seen, None).then("done"),
            case(of("wrong"), "dismiss", why, None).then("dismissed"),
            case(of("looked"), "later", json!({ "due": later }), None).then("open"),
        ])
        .await;
        assert_eq!(run.field(set, "outcome").await, "It did.");
        assert_eq!(run.field(set, "settled_by").await, "kim");
        assert_eq!(run.field(of("looked"), "due_at").await, later);
        assert_eq!(run.laptop.due("reminders").await, None, "{:?}", run.mode);
        let sections = run.sections("reminders").await;
        let counts: Vec<_> = sections.iter().map(|(id, n)| (id.as_str(), *n)).collect();
        assert_eq!(counts, [("later", 1), ("settled", 2)], "{:?}", run.mode);
    }
}
