//! What the platform's own systems say of themselves: AI providers, the nightly job, the database,
//! webhook deliveries, searches.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};
use watchkeeper_pack::schedule::resolve;
use watchkeeper_pack::value::instant_text;
use watchkeeper_wire::ingest::Incoming;

use super::draw::Draw;
use super::generate::{Generator, incoming};
use super::world::{AiMs, World};
use crate::connectors::stand_in::Charge;

/// The nightly job.
pub(super) const JOB: &str = "featured-expiry-and-promotion";
/// It runs at this hour of the tenant's day.
const JOB_HOUR: u32 = 2;
/// Tries that it has.
pub(super) const JOB_TRIES: u32 = 5;
/// Days of the past that are told.
const DAYS: u64 = 395;
/// Deliveries of so many days are kept.
const DELIVERIES: TimeDelta = TimeDelta::days(30);
/// The provider's book is read so many days back.
const BOOK: TimeDelta = TimeDelta::days(62);
const SLOTS: [&str; 3] = ["primary", "standby", "deterministic"];

/// The tenant's zone.
pub(super) fn zone(world: &World) -> Tz {
    world.tenant.zone.parse().unwrap_or(Tz::UTC)
}

/// The last second of a day of the tenant.
pub(super) fn end_of_day(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    resolve(next.and_time(chrono::NaiveTime::MIN), zone) - TimeDelta::seconds(1)
}

/// The first run of the nightly job after this instant.
pub(super) fn next_run(zone: Tz, after: DateTime<Utc>) -> DateTime<Utc> {
    let today = after.with_timezone(&zone).date_naive();
    let runs = (0..3).filter_map(|n| run_of(zone, today.checked_add_days(Days::new(n))?));
    runs.into_iter().find(|at| *at > after).unwrap_or(after)
}

/// The night that an instant belongs to: it begins at the job's hour.
pub(super) fn night(zone: Tz, at: DateTime<Utc>) -> NaiveDate {
    let today = at.with_timezone(&zone).date_naive();
    match run_of(zone, today) {
        Some(run) if at < run => today.pred_opt().unwrap_or(today),
        _ => today,
    }
}

fn run_of(zone: Tz, day: NaiveDate) -> Option<DateTime<Utc>> {
    Some(resolve(day.and_hms_opt(JOB_HOUR, 0, 0)?, zone))
}

/// Everything at the start.
pub(super) fn systems(generator: &mut Generator<'_>) {
    providers(generator);
    job(generator);
    let body = database(generator.world().systems.database_ms, generator.start());
    generator.record("database", "primary", body);
    days(generator);
    deliveries(generator);
    book(generator);
}

fn providers(generator: &mut Generator<'_>) {
    let systems = &generator.world().systems;
    let now = generator.start();
    let down = generator.ago(systems.ai_down / 60.0);
    for (slot, name, since, state) in [
        ("primary", "Primary AI provider", down, "down"),
        ("standby", "Standby AI provider", generator.ago(960.0), "up"),
        (
            "deterministic",
            "Keyword rules",
            generator.ago(9_400.0),
            "up",
        ),
    ] {
        let answered = (state == "up").then(|| mean_ms(systems.ai_ms, slot).round());
        let body = provider(slot, name, since, state, now, answered);
        generator.record("ai_provider", slot, body);
    }
}

pub(super) fn provider(
    slot: &str,
    name: &str,
    since: DateTime<Utc>,
    state: &str,
    checked: DateTime<Utc>,
    answered: Option<f64>,
) -> Value {
    #[allow(clippy::cast_possible_truncation)]
    let answered = answered.map(|ms| ms as i64);
    json!({
        "slot": slot, "name": name, "since": instant_text(since), "state": state,
        "checked_at": instant_text(checked), "answered_ms": answered,
    })
}

fn mean_ms(ms: AiMs, slot: &str) -> f64 {
    match slot {
        "primary" => ms.primary,
        "standby" => ms.standby,
        _ => ms.deterministic,
    }
}

fn job(generator: &mut Generator<'_>) {
    let systems = &generator.world().systems;
    let (zone, now) = (zone(generator.world()), generator.start());
    // The run of today failed; the one before succeeded.
    let today = now.with_timezone(&zone).date_naive();
    let failing = generator.ago(systems.job_failing / 60.0);
    let runs = (1..4).filter_map(|n| run_of(zone, today.checked_sub_days(Days::new(n))?));
    let last = runs.into_iter().find(|at| *at < failing);
    let body = json!({
        "name": "Expiry and promotion",
        "schedule": "daily at 02:00",
        "last_success": last.map(instant_text),
        "seconds": 12,
        "attempts": systems.job_attempts,
        "max_attempts": JOB_TRIES,
        "failed_since": instant_text(failing),
        "next_try": instant_text(generator.ago(-systems.job_next / 60.0)),
        "error_class": "database_timeout",
        "state": "retrying",
    });
    generator.record("job", JOB, body);
}

pub(super) fn database(p95_ms: i64, at: DateTime<Utc>) -> Value {
    json!({
        "name": "Main database", "sampled_at": instant_text(at),
        "p95_ms": p95_ms, "timeouts": 0,
    })
}

/// Days that are over, oldest first: searches, and what each provider did and cost.
fn days(generator: &mut Generator<'_>) {
    let world = generator.world();
    let (zone, now) = (zone(world), generator.start());
    let today = now.with_timezone(&zone).date_naive();
    let of_month = i64::from(today.day0());
    for back in (1..=DAYS).rev() {
        let Some(day) = today.checked_sub_days(Days::new(back)) else {
            continue;
        };
        let recent = back <= 7;
        let searches = searches(generator.draw(), world, day, recent);
        let at = end_of_day(zone, day);
        generator.out.records.push(incoming(
            "search_day",
            &day.to_string(),
            searches_body(at, searches),
        ));
        let down = usize::try_from(back).ok();
        let down = down.and_then(|back| world.systems.ai_outages.get(&back));
        let this_month = day.month() == today.month() && day.year() == today.year();
        // The first days of the month take what does not divide.
        let share = |whole: i64| {
            let nth = i64::from(day.day0());
            whole / of_month.max(1) + i64::from(nth < whole % of_month.max(1))
        };
        for slot in SLOTS {
            let cost = match (slot, this_month) {
                ("primary", true) => share(world.systems.ai_cost.primary),
                ("standby", true) => share(world.systems.ai_cost.standby),
                ("primary", false) => 100,
                ("standby", false) => 20,
                _ => 0,
            };
            let down = if slot == "primary" {
                down.copied()
            } else {
                None
            };
            let body = ai_day(generator.draw(), world, slot, at, down.unwrap_or(0), cost);
            generator.record("ai_day", &format!("{slot}-{day}"), body);
        }
    }
    if of_month > 0
        && let Some(yesterday) = today.checked_sub_days(Days::new(1))
    {
        let at = end_of_day(zone, yesterday);
        let body = statement(world, at, world.systems.ai_cost.stated);
        generator.record("ai_statement", &yesterday.to_string(), body);
    }
}

/// Searches of a day: the figure of its weekday; older weeks had some more or less.
pub(super) fn searches(draw: &mut Draw, world: &World, day: NaiveDate, recent: bool) -> i64 {
    let weekday = day.weekday().num_days_from_monday();
    let weekday = usize::try_from(weekday).unwrap_or(0);
    let usual = world.systems.searches.get(weekday).copied().unwrap_or(0);
    if recent {
        return usual;
    }
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
    let some = (usual as f64 * draw.between(1.03, 1.08)).round() as i64;
    some
}

pub(super) fn searches_body(at: DateTime<Utc>, searches: i64) -> Value {
    json!({"at": instant_text(at), "searches": searches})
}

pub(super) fn ai_day(
    draw: &mut Draw,
    world: &World,
    slot: &str,
    at: DateTime<Utc>,
    down: i64,
    cost: i64,
) -> Value {
    let mean = mean_ms(world.systems.ai_ms, slot) * draw.between(0.94, 1.06);
    json!({
        "slot": slot, "at": instant_text(at), "calls": cost * 10,
        "minutes": 1_440, "up_minutes": 1_440 - down,
        "mean_ms": (mean * 10.0).round() / 10.0,
        "cost": {"minor": cost, "currency": world.price.currency},
    })
}

pub(super) fn statement(world: &World, at: DateTime<Utc>, minor: i64) -> Value {
    let cost = json!({"minor": minor, "currency": world.price.currency});
    json!({"at": instant_text(at), "month_cost": cost})
}

/// What the payment provider told of late: each charge at its first try, the orphans' never.
fn deliveries(generator: &mut Generator<'_>) {
    let now = generator.start();
    let started = started(&generator.out.records);
    let charges: Vec<(String, i64)> = generator
        .out
        .charges
        .iter()
        .map(|charge| (charge.id.clone(), charge.created))
        .collect();
    for (charge, created) in charges {
        let Some(at) = DateTime::from_timestamp(created, 0).filter(|at| now - *at < DELIVERIES)
        else {
            continue;
        };
        let tries: &[i64] = if started.contains(&charge) {
            &[3]
        } else {
            &[3, 3_600, 18_000]
        };
        for (attempt, seconds) in (1..).zip(tries) {
            let at = at + TimeDelta::seconds(*seconds);
            if at < now {
                let record = delivery(&charge, at, attempt, started.contains(&charge));
                generator.out.records.push(record);
            }
        }
    }
}

/// Charges that led to a placement.
pub(super) fn started(records: &[Incoming]) -> BTreeSet<String> {
    let placements = records.iter().filter(|record| record.kind == "placement");
    placements
        .filter_map(|record| Some(record.body.get("charge_id")?.as_str()?.to_owned()))
        .collect()
}

/// The provider's own book beside ours: the same charges, the same refunds.
fn book(generator: &mut Generator<'_>) {
    let since = (generator.start() - BOOK).timestamp();
    let out = &mut generator.out;
    let refunds = out.refunds.iter().map(|refund| refund.of.id.as_str());
    let refunded: BTreeSet<&str> = refunds.collect();
    let charges = out.charges.iter().filter(|charge| charge.created >= since);
    let book = charges.map(|charge| booked(charge, refunded.contains(charge.id.as_str())));
    out.records.extend(book);
}

/// A charge as the provider has it.
pub(super) fn booked(charge: &Charge, refunded: bool) -> Incoming {
    let at = DateTime::from_timestamp(charge.created, 0).unwrap_or_default();
    let amount = json!({"minor": charge.amount, "currency": charge.currency.to_uppercase()});
    let body = json!({
        "charge_id": charge.id, "created_at": instant_text(at),
        "status": if refunded { "refunded" } else { "succeeded" },
        "given_back": refunded.then_some(&amount),
        "amount": amount,
    });
    incoming("provider_charge", &charge.id, body)
}

pub(super) fn delivery(charge: &str, at: DateTime<Utc>, attempt: i32, delivered: bool) -> Incoming {
    let event = charge.replacen("ch_", "evt_", 1);
    let body = json!({
        "event": event, "at": instant_text(at), "attempt": attempt, "charge_id": charge,
        "outcome": if delivered { "delivered" } else { "failed" },
        "status": if delivered { 200 } else { 504 },
    });
    incoming("webhook_delivery", &format!("{event}-{attempt}"), body)
}
