//! D-27, D-45, X-38 to X-41, X-85, X-97: slots, the queue for them, and what is said of it.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::Firing;
use watchkeeper_model::{Mail, RowOutcome};
use watchkeeper_pack::format::{Settled, Severity};

use crate::dog_world::{NOW, OPERATOR, business, charge, council, placement, refused, written};
use crate::pos_world::{by, mail, map, needs, seen, with};
use crate::records::Records;
use crate::world::{BOUGHT, PACK, Refund};

const ME: (&str, &str) = ("placement", "me");

/// `me` paid on 10 November and waits in Melbourne, which has five slots.
fn queue(fields: Value) -> Records {
    let records = Records::new();
    council(&records, "melbourne", "Melbourne", 5);
    business(&records, "b", json!({}));
    placement(&records, "me", "queued", fields);
    records
}

/// So many wait who paid before `me`.
fn ahead(records: &Records, count: i64) {
    for n in 0..count {
        let paid = json!({"purchased_at": format!("2026-11-0{}T00:00:00.000Z", n + 1)});
        placement(records, &format!("ahead-{n}"), "queued", paid);
    }
}

/// A slot of a council that is taken until then; its buyer paid in September.
fn taken(records: &Records, council: &str, until: &str) {
    let body = json!({"council": council, "purchased_at": "2026-09-01T00:00:00.000Z",
                      "featured_from": "2026-10-20T00:00:00.000Z", "featured_until": until});
    placement(records, &format!("taken {council} {until}"), "active", body);
}

fn told(records: &Records) -> Mail {
    mail(records, ME, ("tell_position", json!({})), NOW)
}

#[test]
fn d_27_a_placement_costs_2200_cents_runs_thirty_days_and_nobody_moves_it_by_hand() {
    let default = |name: &str| PACK.settings[name].default.clone();
    assert_eq!(default("price_cents"), 2200);
    assert_eq!(default("term_days"), 30);
    assert_eq!(PACK.currency, "AUD");
    let states = &PACK.kind("placement").unwrap().states;
    let states: Vec<_> = states.iter().map(|state| state.id.as_str()).collect();
    assert_eq!(states, ["queued", "active", "ended"]);
    // Only a refund moves one, and only to its end: who is next is not for an operator to say.
    for written in written() {
        if written.field.0 == "placement" {
            let (by, expr) = (written.by.as_str(), written.expr);
            // One that had ended already keeps its end where the money was back by another way.
            let end = "lookups.placement_ended == null ? now : timestamp(lookups.placement_ended)";
            let expected = match (by, written.field.1) {
                ("placement.tell_position", "told_at") | ("refund.approve", "ended_at") => "now",
                ("refund.approve" | "refund.settle", "refund_status") => r#""refunded""#,
                ("refund.approve" | "refund.settle", "state") => r#""ended""#,
                ("refund.settle", "ended_at") => end,
                (by, other) => panic!("{by} writes {other}"),
            };
            assert_eq!(expr, expected, "{by}");
        }
    }
}

#[test]
fn d_45_the_mail_with_the_place_word_for_word() {
    let records = queue(json!({}));
    ahead(&records, 2);
    taken(&records, "melbourne", "2026-11-25T00:00:00.000Z");
    let mail = told(&records);
    assert_eq!(mail.to, "kim@pawsandplay.example");
    assert_eq!(mail.subject, "Your place in the queue of Melbourne");
    assert_eq!(
        mail.body.trim_end(),
        "Hello,\n\n\
         thank you for asking about your featured placement. We have looked at it again.\n\n\
         Your purchase reached us on 10 November 2026, 11:00. You are at position 3 in Melbourne: \
         2 trainers, who paid earlier, are ahead of you.\n\n\
         Melbourne has 5 featured slots. Whoever pays first is featured first, and nobody moves \
         past anybody else. When a slot becomes free, the next in the queue takes it by itself.\n\n\
         As things stand, a slot for you should be free by 25 November 2026.\n\n\
         Kind regards\nDog Trainers Directory"
    );
}

#[test]
fn d_45_a_mail_with_a_hole_is_not_written() {
    let records = queue(json!({}));
    let mut scope = seen(&PACK, &records, ME, NOW);
    scope.refs = map(json!({"council": {"name": "Melbourne", "slots": 5}}));
    scope.settings = PACK.settings_in_force(&map(json!({})));
    scope.lookups = map(json!({"ahead": 0}));
    let id = "queue_position";
    needs(&PACK, id, "record", &["purchased_at"], &scope);
    needs(&PACK, id, "refs", &["council"], &scope);
    needs(&PACK, id, "settings", &["signature"], &scope);
    let body = &PACK.templates[id].body;
    for council in [json!({"name": "Melbourne"}), json!({"slots": 5})] {
        let mut hole = scope.clone();
        hole.refs.insert("council".into(), council);
        assert!(body.render(&hole).is_err(), "{:?}", hole.refs);
    }
    scope.lookups.clear();
    assert!(body.render(&scope).is_err(), "without a position");
}

#[test]
fn x_38_a_queue_beside_a_free_slot_is_told_whatever_the_council_s_number_is() {
    assert_eq!(
        PACK.alerts["queue_beside_free"].def.severity,
        Severity::Yellow
    );
    for (slots, active, queued, tells) in [
        (5, 4, 1, 1),
        (5, 5, 1, 0),
        (5, 6, 1, 0),
        (5, 4, 0, 0),
        (10, 5, 1, 1),
        (10, 10, 1, 0),
    ] {
        let records = Records::new();
        council(&records, "melbourne", "Melbourne", slots);
        for n in 0..active {
            placement(&records, &format!("a{n}"), "active", json!({}));
        }
        for n in 0..queued {
            placement(&records, &format!("q{n}"), "queued", json!({}));
        }
        let found = records.rule("queue_beside_free", NOW);
        assert_eq!(found.len(), tells, "{active} of {slots}, {queued} wait");
        for (_, _, words) in found {
            let expected = format!("Melbourne: {queued} wait, {active} of {slots} slots are taken");
            assert_eq!(words, expected);
        }
    }
}

#[test]
fn x_38_a_text_takes_the_number_of_slots_from_the_council_and_has_none_of_its_own() {
    for slots in [5, 10] {
        let records = Records::new();
        council(&records, "melbourne", "Melbourne", slots);
        business(&records, "b", json!({}));
        placement(&records, "me", "queued", json!({}));
        let body = told(&records).body;
        let expected = format!("Melbourne has {slots} featured slots.");
        assert!(body.contains(&expected), "{body}");
    }
    let is_number =
        |word: &str| word.bytes().any(|b| b.is_ascii_digit()) || ["five", "ten"].contains(&word);
    for (id, template) in &PACK.templates {
        let words: Vec<&str> = template.body.source.split_whitespace().collect();
        for pair in words.windows(2) {
            let counts = is_number(pair[0]) && ["featured", "slots"].contains(&pair[1]);
            assert!(!counts, "{id}: {} {}", pair[0], pair[1]);
        }
    }
}

/// One that paid earlier and does not wait, one of another council, one that paid later, and one of
/// the same instant.
fn bystanders(records: &Records) {
    let earlier = "2026-11-01T00:00:00.000Z";
    council(records, "monash", "Monash", 5);
    let paid = |at: &str| json!({ "purchased_at": at });
    placement(records, "active", "active", paid(earlier));
    placement(records, "ended", "ended", paid(earlier));
    let monash = with(paid(earlier), json!({"council": "monash"}));
    placement(records, "monash", "queued", monash);
    placement(records, "later", "queued", paid("2026-11-10T00:00:00.001Z"));
    placement(records, "same", "queued", json!({}));
}

#[test]
fn x_39_the_place_is_counted_from_those_who_wait_in_the_same_council_and_paid_earlier() {
    for (count, says) in [
        (0, "position 1 in Melbourne: nobody is ahead of you."),
        (1, "position 2 in Melbourne: one trainer, who paid earlier,"),
        (4, "position 5 in Melbourne: 4 trainers, who paid earlier,"),
    ] {
        let records = queue(json!({}));
        ahead(&records, count);
        bystanders(&records);
        let body = told(&records).body;
        assert!(body.contains(says), "{count}: {body}");
    }
}

#[test]
fn x_39_what_is_stored_is_compared_and_never_told() {
    let differs = by("queue.position_differs", "X-39");
    for (stored, expected) in [
        (Value::Null, None),
        (json!(2), differs.clone()),
        (json!(3), None),
        (json!(4), differs.clone()),
    ] {
        let records = queue(json!({"stated_position": stored}));
        ahead(&records, 2);
        let said = refused(&records, ME, "tell_position", json!({}));
        assert_eq!(said, expected, "{stored}");
        let rule = records.states("queue_position_wrong", NOW);
        assert_eq!(rule.len(), usize::from(expected.is_some()), "{stored}");
    }
    // The document's own case: number five is stored, and nobody who waits paid earlier.
    let records = queue(json!({"stated_position": 5}));
    let asked = ("tell_position", json!({}));
    let decision = records.decide(ME, asked, OPERATOR, NOW);
    let row = decision.rows.iter().find(|row| row.id == "X-39").unwrap();
    assert_eq!(row.outcome, RowOutcome::Failed);
    assert_eq!(row.found, "position 1, 0 ahead; stored is 5");
    assert_eq!(refused(&records, ME, "tell_position", json!({})), differs);
}

#[test]
fn x_39_an_order_that_is_broken_is_told_and_explained_to_nobody() {
    for (featured_paid, broken) in [
        ("2026-11-09T23:59:59.999Z", false),
        ("2026-11-10T00:00:00.000Z", false),
        ("2026-11-10T00:00:00.001Z", true),
    ] {
        let records = queue(json!({}));
        let body = json!({"purchased_at": featured_paid});
        placement(&records, "featured", "active", body);
        let rule = records.states("queue_order_broken", NOW);
        let expected: &[_] = if broken { &[Firing] } else { &[] };
        assert_eq!(rule, expected, "{featured_paid}");
        let said = refused(&records, ME, "tell_position", json!({}));
        let expected = if broken {
            by("queue.order_broken", "D-44")
        } else {
            None
        };
        assert_eq!(said, expected, "{featured_paid}");
    }
}

#[test]
fn x_40_the_sum_the_average_and_the_largest_come_from_the_same_placements() {
    let records = Records::new();
    let counts = [("melbourne", 24), ("monash", 18), ("yarra", 3)];
    for (id, count) in counts {
        council(&records, id, id, 5);
        for n in 0..count {
            let body = json!({ "council": id });
            placement(&records, &format!("{id}-{n}"), "queued", body);
        }
    }
    // Neither of these waits.
    placement(
        &records,
        "active",
        "active",
        json!({"featured_from": "2026-11-12T00:00:00.000Z"}),
    );
    placement(
        &records,
        "ended",
        "ended",
        json!({"ended_at": "2026-11-12T00:00:00.000Z"}),
    );
    let all = records.metric("queue", NOW);
    let average = records.metric("queue_per_council", NOW);
    assert_eq!(all.value, Some(45.0));
    assert_eq!((average.value, average.of), (Some(15.0), Some(3.0)));
    assert_eq!(average.count, 45);
    let largest = counts.map(|(id, count)| (id.to_owned(), f64::from(count)));
    assert_eq!(all.parts, largest);
    assert_eq!(average.parts, largest);
    // The largest pulls the average up; the median stands beside it, of an even number too.
    let note = |records: &Records| {
        let reading = records.metric("queue_per_council", NOW);
        reading.note(&PACK.metrics["queue_per_council"], PACK.currency.as_str())
    };
    let says = |median: &str| format!("where anybody waits: median {median}, most 24");
    assert_eq!(note(&records), Some(says("18")));
    placement(&records, "one", "queued", json!({"council": "hume"}));
    assert_eq!(note(&records), Some(says("10.5")));
    assert_eq!(note(&Records::new()), None, "nobody waits");
    let told = records.rule("queue_long", NOW);
    let told: Vec<_> = told.iter().map(|(_, _, words)| words.as_str()).collect();
    assert_eq!(told, ["melbourne: 24 wait", "monash: 18 wait"]);
}

#[test]
fn x_41_a_date_comes_from_the_ends_of_the_same_council_s_slots_or_none_is_named() {
    let says = |count: i64, ends: &[(&str, &str)]| {
        let records = queue(json!({}));
        ahead(&records, count);
        for (council, day) in ends {
            taken(&records, council, &format!("2026-{day}T00:00:00.000Z"));
        }
        // It ended before its time: its slot is free and promises nothing.
        let gone = json!({"featured_until": "2026-11-21T00:00:00.000Z"});
        placement(&records, "gone", "ended", gone);
        told(&records).body
    };
    let none = "We cannot work out a date for you yet";
    let ends = [
        ("melbourne", "12-10"),
        ("melbourne", "11-25"),
        ("monash", "11-22"),
    ];
    let first = says(0, &ends);
    assert!(
        first.contains("free on 25 November 2026, and as things stand it is yours."),
        "{first}"
    );
    for count in [1, 4] {
        let body = says(count, &ends);
        let by = "a slot for you should be free by 10 December 2026.";
        assert!(body.contains(by), "{body}");
    }
    // With five ahead and five slots it depends on placements that have not begun.
    let fifth = says(5, &ends);
    assert!(fifth.contains(none), "{fifth}");
    let nothing_known = says(0, &[("monash", "11-22")]);
    assert!(nothing_known.contains(none), "{nothing_known}");
}

#[test]
fn x_85_the_72_hours_pass_while_the_buyer_waits_and_product_is_asked() {
    for state in ["queued", "active"] {
        let records = Records::new();
        business(&records, "biz-7", json!({}));
        charge(&records, "ch_7", json!({}));
        placement(&records, "placement-7", state, json!({}));
        let body = Refund::new(BOUGHT, NOW).body;
        records.add("refund", "r", Value::Object(body));
        let said = |action: &str, now: &str| {
            records.refused(("refund", "r"), (action, json!({})), OPERATOR, now)
        };
        let (open, over) = ("2026-11-20T06:40:59.999Z", "2026-11-20T06:41:00.000Z");
        assert_eq!(said("approve", open), None, "{state}");
        assert_eq!(
            said("approve", over),
            by("refund.window_passed", "D-17"),
            "{state}"
        );
        assert_eq!(said("escalate", over), None, "{state}");
    }
    let ruling = PACK.rulings.iter().find(|ruling| ruling.id == "X-85");
    let ruling = ruling.unwrap();
    assert_eq!(ruling.settled, Settled::Shown);
    assert_eq!(ruling.rows, ["D-17", "D-43"]);
}

#[test]
fn x_97_only_an_active_placement_past_its_end_counts() {
    let records = Records::new();
    let until = |at: &str| json!({ "featured_until": at });
    placement(
        &records,
        "over",
        "active",
        until("2026-11-20T02:59:59.999Z"),
    );
    placement(&records, "at its end", "active", until(NOW));
    placement(
        &records,
        "runs",
        "active",
        until("2026-11-20T03:00:00.001Z"),
    );
    placement(
        &records,
        "ended",
        "ended",
        until("2026-10-01T00:00:00.000Z"),
    );
    placement(&records, "waits", "queued", json!({}));
    assert_eq!(records.shown("slots_over", NOW), ["over"]);
    let body = json!({"name": "Expiry", "schedule": "daily at 02:00", "attempts": 1,
                      "max_attempts": 5, "state": "ok"});
    records.add("job", "j", body);
    let decision = records.decide(("job", "j"), ("run", json!({})), OPERATOR, NOW);
    let end = "end 1 placements that are over, and promote from the 1 that wait, \
               first come first served";
    assert!(
        decision.will.iter().any(|line| line == end),
        "{:?}",
        decision.will
    );
}
