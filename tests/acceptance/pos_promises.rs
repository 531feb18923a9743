//! P-15 to P-19, P-24 to P-27: what the plans were promised, and by when who has to be answered.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::Firing;
use watchkeeper_pack::format::{Severity, SeverityDef, Tone};

use crate::packs::POS_SAAS;
use crate::pos_world::{NOON, by, clock, machine, with};
use crate::records::Records;
use crate::world::at;

const TICKET: (&str, &str) = ("ticket", "t");
const CAME: &str = "2026-11-20T12:00:00.000Z";

/// Came in on 20 November, 12:00.
fn ticket(plan: &str, severity: &str, fields: Value) -> Records {
    let records = Records::of(&POS_SAAS);
    let channel = if plan == "enterprise" {
        "dedicated"
    } else {
        "mail"
    };
    let body = json!({
        "number": "T-1", "organisation": "o", "plan": plan, "severity": severity, "channel": channel,
        "subject": "Help", "text": "It does not work.", "came_at": CAME, "state": "open",
    });
    records.add("ticket", "t", with(body, fields));
    records
}

fn after(minutes: i64, ms: i64) -> String {
    let then = at(CAME) + chrono::Duration::minutes(minutes) + chrono::Duration::milliseconds(ms);
    watchkeeper_pack::value::instant_text(then)
}

/// A clock starts when the ticket comes in, is broken after so many minutes to the millisecond, and
/// stops with the first answer.
fn breaks(plan: &str, severity: &str, name: &str, minutes: i64) {
    let records = ticket(plan, severity, json!({}));
    let told = format!("{plan} {severity} {name}");
    let due = clock(&POS_SAAS, &records, TICKET, name, &after(minutes, 0));
    assert_eq!(
        (due.start, due.due),
        (at(CAME), at(&after(minutes, 0))),
        "{told}"
    );
    assert_eq!((due.runs, due.tone), (true, Tone::Red), "{told}");
    let before = clock(&POS_SAAS, &records, TICKET, name, &after(minutes, -1));
    assert_ne!(before.tone, Tone::Red, "{told}");
    let answered = json!({"state": "answered", "answered_at": CAME});
    let records = ticket(plan, severity, answered);
    let stopped = clock(&POS_SAAS, &records, TICKET, name, &after(minutes, 0));
    assert_eq!(
        (stopped.runs, stopped.tone),
        (false, Tone::Neutral),
        "{told}"
    );
}

fn runs(plan: &str, severity: &str, name: &str) -> bool {
    let records = ticket(plan, severity, json!({}));
    let kind = POS_SAAS.kind("ticket").unwrap();
    let (body, computed) = records.record("ticket", "t");
    let stands = watchkeeper_model::standing_of(
        &POS_SAAS,
        kind,
        &kind.clocks[name],
        (&body, &computed),
        at(NOON),
    );
    stands.is_some_and(|stands| stands.runs)
}

fn month(minutes: i64, down: f64) -> Records {
    let records = Records::of(&POS_SAAS);
    let body = json!({"month": "November 2026", "from": "2026-11-01T00:00:00.000Z", "minutes": minutes, "down_minutes": down});
    records.add("service_month", "m", body);
    records
}

fn allowed(minutes: i64, of: &str) -> f64 {
    let (_, computed) = month(minutes, 0.0).record("service_month", "m");
    computed[of].as_f64().unwrap()
}

#[test]
fn p_15_and_x_36_pro_may_be_down_for_43_2_minutes_of_thirty_days_and_is_answered_within_24_h() {
    let pro = &POS_SAAS.incidents.promises["pro"];
    assert_eq!(pro.uptime_percent, Some(99.9));
    assert_eq!(allowed(43_200, "pro_allowed"), 43.2);
    assert_eq!(allowed(44_640, "pro_allowed"), 44.64, "X-36: 31 days");
    assert_eq!(allowed(40_320, "pro_allowed"), 40.32, "X-36: 28 days");
    assert_eq!(POS_SAAS.alerts["uptime_pro"].def.severity, Severity::Red);
    for (down, fires) in [(43.19, false), (43.2, false), (43.21, true)] {
        let states = month(43_200, down).states("uptime_pro", NOON);
        assert_eq!(states == [Firing], fires, "{down}");
    }
    breaks("pro", "p2", "mail_pro", 24 * 60);
    assert!(!runs("enterprise", "p2", "mail_pro") && !runs("trial", "p2", "mail_pro"));
}

#[test]
fn p_15_and_p_16_the_uptime_of_the_month_is_coloured_at_both_promises() {
    for (up, tone) in [
        (99_899, Tone::Red),
        (99_900, Tone::Amber),
        (99_901, Tone::Amber),
        (99_989, Tone::Amber),
        (99_990, Tone::Green),
        (100_000, Tone::Green),
    ] {
        let records = Records::of(&POS_SAAS);
        let body = json!({"at": "2026-11-19T00:00:00.000Z", "minutes": 100_000, "up_minutes": up});
        records.add("service_day", "d", body);
        assert_eq!(records.metric("uptime", NOON).tone, tone, "{up}");
    }
}

#[test]
fn p_16_and_x_36_enterprise_may_be_down_for_4_32_minutes_is_answered_within_1_h_and_credited() {
    let enterprise = &POS_SAAS.incidents.promises["enterprise"];
    assert_eq!(enterprise.uptime_percent, Some(99.99));
    assert_eq!(allowed(43_200, "enterprise_allowed"), 4.32);
    assert_eq!(allowed(44_640, "enterprise_allowed"), 4.464);
    assert_eq!(allowed(40_320, "enterprise_allowed"), 4.032);
    let note = json!({"note": "one month to each"});
    for (down, missed) in [(4.31, false), (4.32, false), (4.33, true)] {
        let records = month(43_200, down);
        let states = records.states("uptime_enterprise", NOON);
        assert_eq!(states == [Firing], missed, "{down}");
        let action = ("propose_credits", note.clone());
        let refused = records.refused(("service_month", "m"), action, &[], NOON);
        let expected = if missed {
            None
        } else {
            by("service.kept", "P-16")
        };
        assert_eq!(refused, expected, "{down}");
    }
    breaks("enterprise", "p3", "channel_enterprise", 60);
    assert!(!runs("pro", "p3", "channel_enterprise"));
}

#[test]
fn p_17_critical_pro_4_h_enterprise_1_h() {
    breaks("pro", "p0", "critical", 240);
    breaks("enterprise", "p0", "critical", 60);
    assert!(!runs("trial", "p0", "critical") && !runs("pro", "p1", "critical"));
}

#[test]
fn p_18_high_pro_24_h_enterprise_4_h() {
    breaks("pro", "p1", "high", 24 * 60);
    breaks("enterprise", "p1", "high", 240);
    assert!(!runs("trial", "p1", "high") && !runs("pro", "p0", "high"));
}

#[test]
fn p_19_normal_pro_48_h_enterprise_24_h() {
    for severity in ["p2", "p3"] {
        breaks("pro", severity, "normal", 48 * 60);
        breaks("enterprise", severity, "normal", 24 * 60);
    }
    assert!(!runs("trial", "p2", "normal") && !runs("pro", "p1", "normal"));
}

#[test]
fn p_17_p_18_and_p_19_stand_with_the_incidents_too() {
    let promised =
        |plan: &str, severity: &str| POS_SAAS.incidents.promises[plan].respond_minutes[severity];
    let of = |plan: &str| ["p0", "p1", "p2", "p3"].map(|severity| promised(plan, severity));
    assert_eq!(of("pro"), [240, 1440, 2880, 2880]);
    assert_eq!(of("enterprise"), [60, 240, 1440, 1440]);
}

/// Id, minutes to an answer, minutes until customers know.
fn severity(place: usize, row: &str) -> (&'static str, Option<u32>, Option<u32>) {
    let severity: &'static SeverityDef = &POS_SAAS.incidents.severities[place];
    assert_eq!(
        (severity.row.as_str(), usize::from(severity.rank)),
        (row, place)
    );
    (
        severity.id.as_str(),
        severity.respond_minutes,
        severity.notify_minutes,
    )
}

#[test]
fn data_of_p_24_at_once_by_all_hands_and_customers_know_within_the_hour() {
    assert_eq!(severity(0, "P-24"), ("p0", Some(0), Some(60)));
    let p0 = &POS_SAAS.incidents.severities[0];
    let path = &POS_SAAS.people.escalations[p0.escalation.as_ref().unwrap()];
    let calls: Vec<_> = path
        .calls
        .iter()
        .map(|call| (call.role.as_str(), call.after_minutes))
        .collect();
    assert_eq!(calls, [("support", 0), ("all_hands", 0)]);
    for plan in ["trial", "pro", "enterprise"] {
        let records = ticket(plan, "p0", json!({}));
        let answer = clock(&POS_SAAS, &records, TICKET, "answer", CAME);
        assert_eq!((answer.due, answer.tone), (at(CAME), Tone::Red), "{plan}");
        assert_eq!(records.states("ticket_critical", CAME), [Firing], "{plan}");
    }
    let answered = ticket(
        "pro",
        "p0",
        json!({"state": "answered", "answered_at": CAME}),
    );
    assert_eq!(answered.states("ticket_critical", NOON), []);
    let said = POS_SAAS.playbooks["incident"].step("say").unwrap();
    assert_eq!(
        said.def.send.as_ref().unwrap().template,
        "outage_investigating"
    );
}

/// A ticket is late a moment after these minutes, and not at them.
fn late(plan: &str, severity: &str, minutes: i64) {
    breaks(plan, severity, "answer", minutes);
    let records = ticket(plan, severity, json!({}));
    assert_eq!(
        records.states("ticket_late", &after(minutes, 0)),
        [],
        "{plan} {severity}"
    );
    assert_eq!(
        records.states("ticket_late", &after(minutes, 1)),
        [Firing],
        "{plan} {severity}"
    );
}

#[test]
fn data_of_p_25_within_4_h_and_customers_within_24_h() {
    assert_eq!(severity(1, "P-25"), ("p1", Some(240), Some(24 * 60)));
    for plan in ["trial", "pro", "enterprise"] {
        late(plan, "p1", 240);
    }
}

#[test]
fn data_of_p_26_within_24_h_and_no_clock_for_customers() {
    assert_eq!(severity(2, "P-26"), ("p2", Some(24 * 60), None));
    for plan in ["trial", "pro", "enterprise"] {
        late(plan, "p2", 24 * 60);
    }
}

#[test]
fn data_of_p_27_within_48_h_without_notification_and_24_h_where_enterprise_was_promised_so() {
    assert_eq!(severity(3, "P-27"), ("p3", Some(48 * 60), None));
    late("trial", "p3", 48 * 60);
    late("pro", "p3", 48 * 60);
    // the stricter of both.
    late("enterprise", "p3", 24 * 60);
    assert!(POS_SAAS.incidents.severities[3].tell.is_empty());
    assert_eq!(POS_SAAS.incidents.severities.len(), 4);
}

#[test]
fn data_of_p_24_p_25_p_26_and_p_27_every_action_on_a_ticket_starts_from_its_states_and_from_no_other()
 {
    let body = json!({
        "number": "T-1", "organisation": "o", "plan": "pro", "severity": "p1", "channel": "mail",
        "subject": "Help", "text": "It does not work.", "came_at": CAME,
    });
    machine(
        &POS_SAAS,
        "ticket",
        &body,
        &["open", "answered", "closed"],
        &[
            ("answered", &["open"]),
            ("set_severity", &["open", "answered"]),
            ("close", &["answered"]),
        ],
    );
}

#[test]
fn x_29_the_stricter_of_target_and_promise_counts_and_both_stand_beside_it() {
    for (plan, severity, target, promise) in [
        ("trial", "p0", 0, None),
        ("trial", "p1", 4, None),
        ("trial", "p2", 24, None),
        ("trial", "p3", 48, None),
        ("pro", "p0", 0, Some(4)),
        ("pro", "p1", 4, Some(24)),
        ("pro", "p2", 24, Some(48)),
        ("pro", "p3", 48, Some(48)),
        ("enterprise", "p0", 0, Some(1)),
        ("enterprise", "p1", 4, Some(4)),
        ("enterprise", "p2", 24, Some(24)),
        ("enterprise", "p3", 48, Some(24)),
    ] {
        let told = format!("{plan} {severity}");
        let records = ticket(plan, severity, json!({}));
        let (_, computed) = records.record("ticket", "t");
        let hours = |name: &str| {
            let then = computed[name].as_str().map(at);
            then.map(|then| (then - at(CAME)).num_hours())
        };
        assert_eq!(hours("target_at"), Some(target), "{told}");
        assert_eq!(hours("promised_at"), promise, "{told}");
        let stricter = promise.map_or(target, |promise| promise.min(target));
        assert_eq!(hours("answer_by"), Some(stricter), "{told}");
        let stands = clock(&POS_SAAS, &records, TICKET, "answer", CAME);
        let due = at(CAME) + chrono::Duration::hours(stricter);
        assert_eq!(stands.due, due, "{told}");
    }
    let detail = &POS_SAAS.kind("ticket").unwrap().detail;
    for name in ["target_at", "promised_at", "answer_by"] {
        assert!(detail.iter().any(|shown| shown == name), "{name}");
    }
}
