//! D-25, D-26 and from end to end: the nightly job is looked at, run by hand under its guard,
//! and noted, with and without a line.

use serde_json::{Value, json};

use crate::desk::{Desk, ago, denied, fact, offered};

const JOB: (&str, &str) = ("job", "featured-expiry-and-promotion");

/// What the platform's own systems tell of the job.
fn told(fields: Value) -> Value {
    let mut body = json!({
        "name": "Expiry and promotion", "schedule": "daily at 02:00", "attempts": 1,
        "max_attempts": 5, "last_success": ago(20 * 60), "seconds": 12, "state": "ok",
    });
    let fields = fields.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(fields);
    body
}

/// It failed all its tries with this error, so many minutes ago.
fn failed(class: &str, minutes: i64) -> Value {
    told(json!({
        "state": "failed", "attempts": 5, "error_class": class, "failed_since": ago(200),
        "last_failure": ago(minutes),
    }))
}

fn database(desk: &Desk, timeouts: i64) {
    let body = json!({
        "name": "Main database", "sampled_at": ago(0), "p95_ms": 180, "timeouts": timeouts,
    });
    desk.bring("database", "primary", body);
}

/// A council of five slots, of which one is over since an hour, and two who wait for it.
fn full_council(desk: &Desk) {
    let council = json!({"code": "quarry", "name": "Quarry", "slots": 5});
    desk.bring("council", "quarry", council);
    let placement = |id: &str, bought: i64, fields: Value| {
        let mut body = json!({
            "business": "b-00001", "council": "quarry", "charge_id": format!("ch_{id}"),
            "purchased_at": ago(bought), "refund_status": "none",
        });
        let fields = fields.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(fields);
        desk.bring("placement", id, body);
    };
    let month = 30 * 24 * 60;
    for n in 1..=4 {
        let fields = json!({
            "state": "active", "featured_from": ago(1_000), "featured_until": ago(1_000 - month),
        });
        placement(&format!("q-{n}"), 2 * month, fields);
    }
    let over =
        json!({"state": "active", "featured_from": ago(60 + month), "featured_until": ago(60)});
    placement("q-over", 2 * month, over);
    placement("q-second", 900, json!({"state": "queued"}));
    placement("q-first", 950, json!({"state": "queued"}));
}

fn state(desk: &mut Desk, placement: &str) -> String {
    let record = desk.record(("placement", placement));
    record["state"]["id"].as_str().unwrap().to_owned()
}

/// The cells of the job in the view that the document opens, by field.
fn row(desk: &mut Desk) -> Vec<(String, Value)> {
    let page = desk
        .client
        .ask(&json!({"do": "page", "view": "jobs"}))
        .unwrap();
    let rows = page["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["id"] == JOB.1).unwrap();
    let columns = page["columns"].as_array().unwrap().iter();
    let cells = row["cells"].as_array().unwrap().iter();
    columns
        .zip(cells)
        .map(|(column, cell)| {
            let field = column["field"].as_str().unwrap().to_owned();
            (field, cell["value"].clone())
        })
        .collect()
}

#[test]
fn d_25_the_job_is_seen_to_have_run_at_two_with_its_seconds_at_the_first_try() {
    let mut desk = Desk::new(None, &[]);
    let (two, date) = (ago(9 * 60), "2026-11-20");
    let body = told(json!({"last_success": two, "ran_for": date}));
    desk.bring(JOB.0, JOB.1, body);
    let record = desk.seen(JOB, |record| record["state"]["id"] == "ok");
    // What ran within a day is no alert, in whichever colour.
    for rule in ["job_failed", "job_retrying", "job_late", "job_overdue"] {
        desk.firing(rule, &[]);
    }
    for without_a_line in [false, true] {
        if without_a_line {
            desk.cut();
        }
        let cells = row(&mut desk);
        let cell = |name: &str| {
            let found = cells.iter().find(|(field, _)| field == name);
            found
                .unwrap_or_else(|| panic!("{name} in {cells:?}"))
                .1
                .clone()
        };
        assert_eq!(cell("schedule")["text"], "daily at 02:00");
        assert_eq!(cell("seconds")["number"], 12.0);
        assert_eq!(cell("attempts")["number"], 1.0);
        assert_eq!(cell("state")["id"], "ok");
        assert_eq!(cell("last_success")["type"], "instant");
    }
    // The date counts and not the hour: on one night of the year there are two of them.
    assert!(fact(&record, "ran_for").to_string().contains(date));
}

#[test]
fn d_26_and_x_63_a_missed_run_is_yellow_and_made_by_hand_and_the_queue_moves_in_order() {
    let mut desk = Desk::new(None, &["--scenario", "job_25h"]);
    full_council(&desk);
    desk.seen(("placement", "q-first"), |record| {
        record["state"]["id"] == "queued"
    });
    desk.firing("job_late", &[("yellow", JOB.1)]);
    assert_eq!(desk.fires("job_overdue"), []);
    // One is past its end, so there is something to run it for.
    let over = desk.client.rows("slots_over").unwrap();
    assert!(over.iter().any(|row| row["id"] == "q-over"));
    assert!(over.iter().all(|row| row["id"] != "q-1"));

    desk.cut();
    let record = desk.record(JOB);
    assert_eq!(denied(&record, "run"), None);
    let will = offered(&record, "run")["will"].to_string();
    assert!(
        will.contains(&format!("end {} placements", over.len())),
        "{will}"
    );
    desk.act(JOB, "run", json!({})).unwrap();
    let status = desk.client.status().unwrap();
    assert_eq!(status["waiting"].as_array().unwrap().len(), 1, "{status}");
    let moved = ["q-over", "q-first", "q-second"].map(|one| state(&mut desk, one));
    assert_eq!(moved, ["active", "queued", "queued"], "nothing is done yet");

    let status = desk.mend();
    assert_eq!(status["held"], json!([]));
    for (one, stands) in [("q-over", "ended"), ("q-first", "active")] {
        desk.stands(("placement", one), stands);
    }
    assert_eq!(state(&mut desk, "q-second"), "queued", "who bought first");
    let ran = desk.seen(JOB, |record| {
        record["state"]["id"] == "ok" && fact(record, "promoted")["number"].is_number()
    });
    for counted in ["ended", "promoted"] {
        let many = fact(&ran, counted)["number"].as_f64().unwrap();
        assert!(many >= 1.0, "{counted}: {many}");
    }
    desk.firing("job_late", &[]);
    assert_eq!(desk.logged(JOB, "Run now"), ["queued", "confirmed"]);

    // Why it was missed and how that ended stays with the job and in the log.
    let line = json!({"why": "The runner was restarted.", "ended": "Run by hand, queues moved."});
    desk.done(JOB, "note", line);
    let noted = desk.stands(JOB, "ok");
    assert_eq!(
        fact(&noted, "missed_because")["text"],
        "The runner was restarted."
    );
    assert_eq!(
        fact(&noted, "ended_how")["text"],
        "Run by hand, queues moved."
    );
    let label = "Note why, and how it ended";
    assert_eq!(desk.logged(JOB, label), ["queued", "confirmed"]);
}

#[test]
fn d_26_and_x_64_each_sort_of_error_has_its_wait_with_and_without_a_line() {
    let mut desk = Desk::new(None, &[]);
    let because = |code: &str, row: &str| Some((code.to_owned(), row.to_owned()));
    let too_soon = || because("job.too_soon", "X-64");
    let locked = {
        let mut body = failed("lock_timeout", 30);
        body["lock_held"] = json!(true);
        body
    };
    for (body, expected) in [
        (failed("database_timeout", 2), too_soon()),
        (failed("database_timeout", 30), None),
        (failed("lock_timeout", 1), too_soon()),
        (failed("lock_timeout", 8), None),
        (locked, because("job.locked", "D-42")),
        (failed("network_refused", 0), None),
    ] {
        let said = body.to_string();
        desk.bring(JOB.0, JOB.1, body);
        desk.seen(JOB, |record| {
            record["state"]["id"] == "failed" && denied(record, "run") == expected
        });
        if expected.is_some() {
            desk.cut();
            assert_eq!(denied(&desk.record(JOB), "run"), expected, "{said}");
            desk.mend();
        }
    }
    // The database is down: it is waited for, whatever the job itself says.
    database(&desk, 3);
    let down = because("job.database_down", "D-26");
    desk.seen(JOB, |record| denied(record, "run") == down);
    let refused = desk.act(JOB, "run", json!({})).unwrap_err();
    assert!(refused.contains("D-26"), "{refused}");
    database(&desk, 0);
    desk.seen(JOB, |record| denied(record, "run").is_none());
}

#[test]
fn d_26_what_was_asked_for_without_a_line_is_held_where_the_database_went_down_meanwhile() {
    let mut desk = Desk::new(None, &["--scenario", "job_failed_c"]);
    desk.firing("job_failed", &[("red", JOB.1)]);
    desk.cut();
    desk.act(JOB, "run", json!({})).unwrap();
    database(&desk, 2);
    let status = desk.mend();
    let held = status["held"].as_array().unwrap();
    assert_eq!(held.len(), 1, "{status}");
    assert_eq!(held[0]["reason"]["code"], "job.database_down");
    assert_eq!(held[0]["reason"]["row"], "D-26");
    let id = held[0]["id"].clone();
    desk.client
        .ask(&json!({"do": "discard", "operation": id}))
        .unwrap();

    // The network is for DevOps, at once; the job is left as it is.
    let words = json!({"text": "The database's host refuses the connection since two."});
    desk.done(JOB, "pass_on", words);
    let ticket = desk.row("tickets", "Nightly job: Expiry and promotion");
    assert_eq!(ticket["section"], "open");
    let ticket = ticket["id"].as_str().unwrap().to_owned();
    let ticket = desk.record(("ticket", &ticket));
    for (field, value) in [
        ("team", "DevOps"),
        ("topic", "infrastructure"),
        ("urgency", "immediate"),
        ("subject", "Nightly job: Expiry and promotion"),
    ] {
        assert_eq!(fact(&ticket, field)["text"], value, "{field}");
    }
    desk.seen(JOB, |record| record["state"]["id"] == "failed");
}
