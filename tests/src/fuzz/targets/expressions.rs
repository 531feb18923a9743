//! Expressions, templates and schedules, each by itself.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};
use watchkeeper_pack::expr::{Allowed, Program, Scope};
use watchkeeper_pack::schedule::Schedule;
use watchkeeper_pack::template::{MAX_OUTPUT, Template};

use super::PACK;

/// An instant to stand on.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap_or_default()
}

fn allowed() -> Allowed {
    let record = [
        "number",
        "amount",
        "purchased_at",
        "requested_at",
        "state",
        "placement",
    ];
    Allowed::none()
        .fields("record", record)
        .fields("params", ["reason", "remark", "x"])
        .fields("actor", ["id", "roles", "regions"])
        .fields("settings", ["refund_clock"])
        .fields("controls", ["freeze_refunds"])
        .fields("lookups", ["refunds_of_charge", "charge_refunded"])
        .value("now")
        .zoned()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn scope() -> Scope<'static> {
    Scope {
        kind: PACK.as_ref().and_then(|pack| pack.kind("refund")),
        record: object(json!({
            "number": "RF-1042", "amount": {"minor": 2200, "currency": "AUD"},
            "purchased_at": "2026-11-19T03:22:28.000Z", "requested_at": "2026-11-20T01:00:00.000Z",
            "state": "requested",
        })),
        refs: object(json!({"business": {"name": "Good Paws"}})),
        params: object(json!({"reason": "late", "remark": null, "x": 1})),
        actor: object(json!({"id": "kim", "roles": ["operator", "x"], "regions": []})),
        settings: object(json!({"refund_clock": "now"})),
        controls: object(json!({"freeze_refunds": false})),
        lookups: object(json!({"refunds_of_charge": 0, "charge_refunded": 0})),
        now: Some(now()),
        zone: Some(Tz::Australia__Melbourne),
        ..Scope::default()
    }
}

/// An expression: what compiles has one answer, or one error.
pub fn expression(input: &[u8]) -> Result<bool, String> {
    let source = String::from_utf8_lossy(input);
    let Ok(program) = Program::compile(&source, &allowed()) else {
        return Ok(false);
    };
    let scope = scope();
    let (first, again) = (program.eval(&scope), program.eval(&scope));
    if first != again {
        return Err(format!("{first:?}, then {again:?}"));
    }
    Ok(first.is_ok())
}

/// A template: what compiles gives the same text twice, and no more than is allowed.
pub fn template(input: &[u8]) -> Result<bool, String> {
    let source = String::from_utf8_lossy(input);
    let allowed = allowed().shape("refs", fields_of_refs());
    let Ok(template) = Template::compile(&source, Tz::Australia__Melbourne, &allowed) else {
        return Ok(false);
    };
    let scope = scope();
    let (first, again) = (template.render(&scope), template.render(&scope));
    if first != again {
        return Err(format!("{first:?}, then {again:?}"));
    }
    match first {
        Ok(text) if text.len() > MAX_OUTPUT => Err(format!("{} bytes", text.len())),
        answer => Ok(answer.is_ok()),
    }
}

fn fields_of_refs() -> watchkeeper_pack::expr::Shape {
    use watchkeeper_pack::expr::Shape;
    let business = Shape::fields([("name".to_owned(), Shape::Value)]);
    Shape::fields([("business".to_owned(), business)])
}

/// A schedule: each occurrence lies after the one before it.
pub fn schedule(input: &[u8]) -> Result<bool, String> {
    let rule = String::from_utf8_lossy(input);
    let mut read = false;
    for zone in [Tz::Australia__Melbourne, Tz::UTC] {
        let Ok(schedule) = Schedule::parse(&rule, zone) else {
            continue;
        };
        read = true;
        // Around the hour that Melbourne has twice, and from now.
        let twice = now() - TimeDelta::days(230);
        for begin in [now(), twice] {
            let mut at = begin;
            for _ in 0..3 {
                match schedule.next_after(at) {
                    Some(next) if next <= at => return Err(format!("{next} after {at}")),
                    Some(next) => at = next,
                    None => break,
                }
            }
        }
    }
    Ok(read)
}
