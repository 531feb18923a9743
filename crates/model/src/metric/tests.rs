#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::float_cmp)]

use chrono_tz::Australia::Melbourne;
use chrono_tz::Tz;
use serde_json::json;
use watchkeeper_pack::format::MetricFile;

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    watchkeeper_pack::value::instant(text).unwrap()
}

fn file(window: Value, points: u32) -> MetricFile {
    serde_json::from_value(json!({
        "id": "m", "row": "D-1", "label": "M", "unit": "count", "window": window, "points": points,
        "measure": {"kind": "k", "answer": "count", "at": "at"},
    }))
    .unwrap()
}

fn span(from: &str, to: &str) -> Span {
    Span {
        from: Some(at(from)),
        to: at(to),
    }
}

#[test]
fn a_week_begins_on_monday_in_the_pack_s_zone_whatever_the_clocks_do() {
    // Sunday, 5 April 2026: clocks go back at 03:00 in Melbourne.
    let now = at("2026-04-05T10:00:00Z");
    let frame = frame(&file(json!("week"), 2), Melbourne, now);
    assert_eq!(
        frame.current,
        span("2026-03-29T13:00:00Z", "2026-04-05T10:00:00Z")
    );
    assert_eq!(frame.end, Some(at("2026-04-05T14:00:00Z")), "169 hours");
    assert_eq!(
        frame.before,
        Some(span("2026-03-22T13:00:00Z", "2026-03-29T10:00:00Z"))
    );
    assert_eq!(
        frame.points[0],
        span("2026-03-22T13:00:00Z", "2026-03-29T13:00:00Z")
    );
    assert_eq!(frame.points[1], frame.current);
}

#[test]
fn a_month_is_compared_with_as_much_of_the_one_before_as_there_was() {
    let now = at("2026-03-31T00:00:00Z");
    let frame = frame(&file(json!("month"), 13), Melbourne, now);
    assert_eq!(frame.current.from, Some(at("2026-02-28T13:00:00Z")));
    let all_of_february = span("2026-01-31T13:00:00Z", "2026-02-28T13:00:00Z");
    assert_eq!(frame.before, Some(all_of_february));
    assert_eq!(frame.end, Some(at("2026-03-31T13:00:00Z")));
    assert_eq!(frame.points.len(), 13);
    assert_eq!(frame.points[0].from, Some(at("2025-02-28T13:00:00Z")));
    assert!(
        frame
            .points
            .windows(2)
            .all(|two| Some(two[0].to) == two[1].from)
    );
}

#[test]
fn days_are_24_hours_and_points_end_with_now() {
    let now = at("2026-04-05T10:00:00Z");
    let week = frame(&file(json!({"days": 7}), 3), Melbourne, now);
    assert_eq!(
        week.current,
        span("2026-03-29T10:00:00Z", "2026-04-05T10:00:00Z")
    );
    assert_eq!(week.points[0].to, at("2026-04-03T10:00:00Z"));
    assert_eq!(week.points[2], week.current);
    let year = frame(&file(json!({"days": 360}), 2), Melbourne, now);
    assert_eq!(year.points[1].to - year.points[0].to, TimeDelta::days(30));
    let instant = frame(&file(json!("now"), 2), Melbourne, now);
    assert_eq!(instant.points[0].to, at("2026-04-04T10:00:00Z"));
    assert_eq!(instant.before, None);
}

#[test]
fn an_unfinished_window_is_carried_on_to_its_end() {
    // Ten days of a November that has 30, in UTC.
    let now = at("2026-11-11T00:00:00Z");
    let frame = frame(&file(json!("month"), 0), Tz::UTC, now);
    assert_eq!(frame.projected(940.0), Some(2820.0), "94 a day");
    assert_eq!(frame.daily(940.0), Some(94.0));
    let first = super::frame(
        &file(json!("month"), 0),
        Tz::UTC,
        at("2026-11-01T00:00:00Z"),
    );
    assert_eq!(first.projected(0.0), None, "nothing has passed yet");
}

#[test]
fn the_first_band_that_holds_colours_a_value() {
    let bands: Vec<BandDef> = serde_json::from_value(json!([
        {"row": "D-35", "tone": "red", "above": 0.15},
        {"row": "D-9", "tone": "amber", "from": 0.10},
        {"row": "D-35", "tone": "green", "below": 0.10},
    ]))
    .unwrap();
    let tones = [0.02, 0.0999, 0.10, 0.15, 0.1501].map(|value| tone(&bands, value));
    let (green, amber) = (Tone::Green, Tone::Amber);
    assert_eq!(tones, [green, green, amber, amber, Tone::Red]);
    assert_eq!(tone(&[], 1.0), Tone::Neutral);
}

#[test]
fn texts_show_whole_numbers_without_a_point() {
    let reading = Reading {
        value: Some(0.1),
        of: Some(50.0),
        count: 5,
        ..Reading::default()
    };
    let seen = Value::Object(reading.for_rule());
    assert_eq!(seen, json!({"value": 0.1, "of": 50, "count": 5}));
    assert_eq!(
        worded(2339.6, Unit::Money, "AUD"),
        json!({"minor": 2340, "currency": "AUD"})
    );
    assert_eq!(worded(0.184, Unit::Share, "AUD"), json!(18));
    assert_eq!(worded(21.04, Unit::Days, "AUD"), json!(21));
}
