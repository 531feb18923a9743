//! The demo world as it stands at its start: listings, purchases, placements, refunds, reviews.
//!
//! Purchases come first, spread over the months as the file says; everything else follows from
//! them, so that the numbers on a screen agree: the newest purchases run or wait (first come,
//! first served in each council), older ones have ended, some were refunded.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use watchkeeper_pack::value::instant_text;
use watchkeeper_wire::ingest::Incoming;

use super::draw::Draw;
use super::world::{Day, World};
use crate::clock::millis;
use crate::connectors::stand_in::{Charge, PastRefund};

/// Hours of a month.
const MONTH: f64 = 30.4 * 24.0;
/// A running placement began at most so many hours ago.
const RUNNING: f64 = 28.0 * 24.0;

/// Everything at the start.
#[derive(Debug, Default, PartialEq)]
pub struct Generated {
    /// Records of the platform.
    pub records: Vec<Incoming>,
    /// Charges at the provider.
    pub charges: Vec<Charge>,
    /// Refunds at the provider.
    pub refunds: Vec<PastRefund>,
}

/// A listing.
pub(super) struct Business {
    pub(super) id: String,
    pub(super) council: String,
    pub(super) email: String,
}

/// A purchase: when, and what became of it.
pub(super) struct Purchase {
    pub(super) at: DateTime<Utc>,
    pub(super) business: usize,
    pub(super) charge: String,
    pub(super) placement: String,
}

/// Where a placement stands.
pub(super) enum Standing {
    Queued,
    Active {
        from: DateTime<Utc>,
    },
    Ended {
        from: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
    },
}

pub(super) struct Generator<'a> {
    world: &'a World,
    start: DateTime<Utc>,
    draw: Draw,
    pub(super) businesses: Vec<Business>,
    used: BTreeSet<usize>,
    numbers: BTreeMap<&'static str, usize>,
    pub(super) out: Generated,
}

/// Makes the world of this seed at this instant, with what is different on another day.
pub fn generate(
    world: &World,
    (seed, start): (u64, DateTime<Utc>),
    day: Option<&Day>,
) -> Generated {
    let mut generator = Generator {
        world,
        start: millis(start),
        draw: Draw::new(seed, 0),
        businesses: Vec::new(),
        used: BTreeSet::new(),
        numbers: BTreeMap::new(),
        out: Generated::default(),
    };
    generator.listings();
    generator.late_refunds();
    generator.purchases();
    generator.orphans();
    if let Some(day) = day {
        generator.day(day);
    }
    super::complaints::complaints(&mut generator);
    super::reviews::reviews(&mut generator);
    super::systems::systems(&mut generator);
    generator.out
}

impl<'a> Generator<'a> {
    pub(super) fn world(&self) -> &'a World {
        self.world
    }

    pub(super) fn draw(&mut self) -> &mut Draw {
        &mut self.draw
    }

    pub(super) fn ago(&self, hours: f64) -> DateTime<Utc> {
        ago(self.start, hours)
    }

    pub(super) fn start(&self) -> DateTime<Utc> {
        self.start
    }

    pub(super) fn any_business(&mut self) -> String {
        let index = self.draw.index(self.businesses.len());
        self.businesses
            .get(index)
            .map_or_else(String::new, |business| business.id.clone())
    }

    /// The next id of its sort, such as `p-00017`.
    pub(super) fn next(&mut self, prefix: &'static str) -> String {
        let number = self.numbers.entry(prefix).or_default();
        *number += 1;
        format!("{prefix}-{number:05}")
    }

    pub(super) fn record(&mut self, kind: &str, id: &str, body: Value) {
        self.out.records.push(incoming(kind, id, body));
    }

    fn listings(&mut self) {
        let mut taken = BTreeSet::new();
        for council in &self.world.councils {
            let body = json!({"code": council.id, "name": council.name, "slots": self.world.slots});
            self.record("council", &council.id, body);
            for _ in 0..council.trainers {
                let name = self.business_name(&mut taken);
                let listed = self.draw.between(MONTH * 1.2, MONTH * 30.0);
                let id = self.next("b");
                let email = address(&name);
                let digits = self.draw.index(1000);
                let suspended = self.draw.chance(0.01);
                let nth = self.businesses.len();
                let body = json!({
                    "name": name,
                    "council": council.id,
                    "email": email,
                    "phone": format!("+61 491 570 {digits:03}"),
                    "verified": self.draw.chance(0.82),
                    "listed_at": instant_text(self.ago(listed)),
                    "age_specialties": in_turn(&self.world.words.ages, nth),
                    "behavior_issues": in_turn(&self.world.words.issues, nth),
                    "state": if suspended { "suspended" } else { "active" },
                });
                self.record("business", &id, body);
                self.businesses.push(Business {
                    id,
                    council: council.id.clone(),
                    email,
                });
            }
        }
    }

    fn business_name(&mut self, taken: &mut BTreeSet<String>) -> String {
        let words = &self.world.words;
        loop {
            let trade = self.draw.one(&words.trades);
            let name = if self.draw.chance(0.45) {
                let first = self.draw.one(&words.firsts);
                format!("{first} {} {trade}", self.draw.one(&words.lasts))
            } else {
                format!("{} {trade}", self.draw.one(&words.brands))
            };
            if taken.insert(name.clone()) {
                return name;
            }
            // Pools are finite: a branch of a known name.
            let name = format!("{name} {}", self.draw.one(&words.lasts));
            if taken.insert(name.clone()) {
                return name;
            }
        }
    }

    /// A listing of this council without a placement of today.
    fn buyer(&mut self, fits: impl Fn(&str) -> bool) -> usize {
        let free: Vec<usize> = self
            .businesses
            .iter()
            .enumerate()
            .filter(|(index, business)| !self.used.contains(index) && fits(&business.council))
            .map(|(index, _)| index)
            .collect();
        let chosen = free.get(self.draw.index(free.len())).copied().unwrap_or(0);
        self.used.insert(chosen);
        chosen
    }

    fn is_full(&self, council: &str) -> bool {
        let mut councils = self.world.councils.iter();
        councils.any(|known| known.id == council && known.queued > 0)
    }

    fn buy(&mut self, at: DateTime<Utc>, business: usize) -> Purchase {
        let charge = self.draw.id("ch_3", 23);
        let placement = self.next("p");
        Purchase {
            at,
            business,
            charge,
            placement,
        }
    }

    /// Writes a purchase: charge, placement, and the charge at the provider.
    pub(super) fn book(&mut self, purchase: &Purchase, standing: &Standing, refund: Option<&str>) {
        let Some(business) = self.businesses.get(purchase.business) else {
            return;
        };
        let status = if refund.is_some() {
            "refunded"
        } else {
            "succeeded"
        };
        let charge = json!({
            "charge_id": purchase.charge,
            "business": business.id,
            "amount": self.price(),
            "charged_at": instant_text(purchase.at),
            "status": status,
            "refund_id": refund,
        });
        let (state, from, ended) = match standing {
            Standing::Queued => ("queued", None, None),
            Standing::Active { from } => ("active", Some(*from), None),
            Standing::Ended { from, at } => ("ended", *from, Some(*at)),
        };
        let term = TimeDelta::days(self.world.term_days);
        let placement = json!({
            "business": business.id,
            "council": business.council,
            "charge_id": purchase.charge,
            "purchased_at": instant_text(purchase.at),
            "featured_from": from.map(instant_text),
            "featured_until": from.map(|from| instant_text(from + term)),
            "ended_at": ended.map(instant_text),
            "refund_status": if refund.is_some() { "refunded" } else { "none" },
            "state": state,
        });
        self.record("charge", &purchase.charge, charge);
        self.record("placement", &purchase.placement, placement);
        let charge = self.provider_charge(&purchase.charge, purchase.at);
        self.out.charges.push(charge);
    }

    pub(super) fn provider_charge(&self, id: &str, at: DateTime<Utc>) -> Charge {
        Charge {
            id: id.to_owned(),
            amount: self.world.price.minor,
            currency: self.world.price.currency.to_lowercase(),
            created: at.timestamp(),
        }
    }

    pub(super) fn price(&self) -> Value {
        json!({"minor": self.world.price.minor, "currency": self.world.price.currency})
    }

    /// A purchase in a council with room.
    pub(super) fn situation(&mut self, hours_ago: f64) -> Purchase {
        let full = self.full_councils();
        let business = self.buyer(|council| !full.contains(council));
        let at = self.ago(hours_ago);
        self.buy(at, business)
    }

    fn full_councils(&self) -> BTreeSet<String> {
        let councils = self
            .world
            .councils
            .iter()
            .filter(|council| council.queued > 0);
        councils.map(|council| council.id.clone()).collect()
    }

    pub(super) fn late_refunded(&self) -> usize {
        let decided = self.world.decided_refunds.iter();
        decided
            .filter(|decided| decided.state == "refunded")
            .count()
    }

    fn purchases(&mut self) {
        let world = self.world;
        let mut hours = Vec::new();
        for (back, count) in world.purchases_per_month.iter().rev().enumerate() {
            #[allow(clippy::cast_precision_loss)]
            let newest = back as f64 * MONTH;
            hours.extend((0..*count).map(|_| self.draw.between(newest + 1.0, newest + MONTH)));
        }
        // Newest first.
        hours.sort_by(f64::total_cmp);
        let situations = world.open_refunds.len() + world.decided_refunds.len();
        let running = situations - self.late_refunded();
        let elsewhere = world.active_elsewhere.saturating_sub(running);
        let places: Vec<(String, usize)> = world
            .councils
            .iter()
            .filter(|council| council.queued > 0)
            .map(|council| (council.id.clone(), world.slots + council.queued))
            .collect();
        let waiting: usize = places.iter().map(|(_, places)| places).sum();
        let mut current: Vec<f64> = hours.iter().take(elsewhere + waiting).copied().collect();
        let older: Vec<f64> = hours.iter().skip(elsewhere + waiting).copied().collect();
        let fresh = current.iter().filter(|hours| **hours < RUNNING).count();
        if let Some(fresh) = current.get_mut(..fresh) {
            self.draw.shuffle(fresh);
        }
        let rest = current.split_off(elsewhere.min(current.len()));
        for hours_ago in current {
            let purchase = self.situation(hours_ago);
            let from = purchase.at;
            self.book(&purchase, &Standing::Active { from }, None);
        }
        self.full(places, rest);
        for hours_ago in older {
            self.past(hours_ago);
        }
    }

    /// The full councils: first come, first served.
    fn full(&mut self, places: Vec<(String, usize)>, mut hours: Vec<f64>) {
        self.draw.shuffle(&mut hours);
        let mut hours = hours.into_iter();
        for (council, count) in places {
            let mut here: Vec<f64> = hours.by_ref().take(count).collect();
            here.sort_by(|a, b| b.total_cmp(a));
            for (place, hours_ago) in here.into_iter().enumerate() {
                let business = self.buyer(|known| known == council);
                let at = self.ago(hours_ago);
                let purchase = self.buy(at, business);
                let standing = if place < self.world.slots {
                    let from = hours_ago.min(self.draw.between(30.0, RUNNING));
                    Standing::Active {
                        from: self.ago(from),
                    }
                } else {
                    Standing::Queued
                };
                self.book(&purchase, &standing, None);
            }
        }
    }

    /// A purchase whose placement is over.
    fn past(&mut self, hours_ago: f64) {
        let business = self.draw.index(self.businesses.len());
        let at = self.ago(hours_ago);
        let purchase = self.buy(at, business);
        if self.draw.chance(self.world.refunded_share) {
            let requested = at + minutes(self.draw.between(60.0, 40.0 * 60.0));
            let decided = requested + minutes(self.draw.between(60.0, 28.0 * 60.0));
            self.refunded(&purchase, requested, decided);
            return;
        }
        let council = self.businesses.get(business).map(|b| b.council.clone());
        let waited = if council.is_some_and(|council| self.is_full(&council)) {
            self.draw.between(2.0, 20.0) * 24.0 * 60.0
        } else {
            0.0
        };
        let from = at + minutes(waited);
        let ended = from + TimeDelta::days(self.world.term_days);
        let standing = Standing::Ended {
            from: Some(from),
            at: ended,
        };
        self.book(&purchase, &standing, None);
    }

    /// Charges that were paid and led to nothing.
    fn orphans(&mut self) {
        let world = self.world;
        for orphan in &world.orphans {
            let business = self.buyer(|council| council == orphan.council);
            let at = self.ago(orphan.hours_ago);
            let id = self.draw.id("ch_3", 23);
            let Some(business) = self.businesses.get(business) else {
                continue;
            };
            let body = json!({
                "charge_id": id,
                "business": business.id,
                "amount": self.price(),
                "charged_at": instant_text(at),
                "status": "succeeded",
            });
            self.record("charge", &id, body);
            let charge = self.provider_charge(&id, at);
            self.out.charges.push(charge);
        }
    }
}

/// A record of the platform's own systems; what is null is left out.
pub(super) fn incoming(kind: &str, id: &str, body: Value) -> Incoming {
    Incoming {
        kind: kind.to_owned(),
        id: id.to_owned(),
        body: fields(body),
        version: None,
    }
}

pub(super) fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(mut fields) => {
            fields.retain(|_, value| !value.is_null());
            fields
        }
        _ => Map::new(),
    }
}

pub(super) fn ago(from: DateTime<Utc>, hours: f64) -> DateTime<Utc> {
    millis(from - minutes(hours * 60.0))
}

pub(super) fn minutes(minutes: f64) -> TimeDelta {
    #[allow(clippy::cast_possible_truncation)]
    let ms = (minutes * 60_000.0) as i64;
    TimeDelta::milliseconds(ms)
}

/// The one whose turn it is.
fn in_turn(of: &[String], nth: usize) -> Option<&str> {
    of.get(nth.checked_rem(of.len())?).map(String::as_str)
}

/// A mail address at a domain that nobody can own.
fn address(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let host: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    format!("hello@{host}.example")
}
