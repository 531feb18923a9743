//! Things go on arriving: reviews, purchases, refund requests.
//!
//! Each arrival is drawn from the seed and its number alone, so the same world lives the same
//! life. It comes in the way that any system's records do, through the intake.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use watchkeeper_pack::value::instant_text;
use watchkeeper_wire::ingest::{Incoming, Ingest};

use super::draw::Draw;
use super::generate::{ago, incoming};
use super::world::{Arrival, World};
use super::worlds::Worlds;
use super::{nightly, reviews, systems};
use crate::connectors::stand_in::Charge;
use crate::problem::ApiError;
use crate::store::{Question, RecordRow};
use crate::{Platform, intake};

/// Longest sleep, so that a clock that is moved is noticed.
const NAP: Duration = Duration::from_secs(1);
/// What should have arrived longer ago than this, while nobody was running, does not.
const MISSED: TimeDelta = TimeDelta::hours(1);
/// A refund is asked for within so many hours of the purchase.
const ASKED_WITHIN: f64 = 60.0;

/// The next arrival of each sort.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Next {
    review: Turn,
    purchase: Turn,
    refund: Turn,
    /// The AI provider goes down or comes back.
    #[serde(default)]
    ai: Turn,
    /// The nightly job runs.
    #[serde(default)]
    job: Turn,
    /// The database is sampled.
    #[serde(default)]
    sample: Turn,
    /// A day is over.
    #[serde(default)]
    day: Turn,
}

/// One arrival to come.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Turn {
    number: u64,
    at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy)]
enum Sort {
    Review,
    Purchase,
    Refund,
    Ai,
    Job,
    Sample,
    Day,
}

impl Next {
    /// Of a world that begins with these records.
    pub(super) fn first(
        world: &World,
        (seed, start): (u64, DateTime<Utc>),
        records: &[Incoming],
    ) -> Self {
        let turn = |sort, arrival: Arrival| {
            let wait = arrival.after + draw(seed, sort, 0).wait(arrival.every);
            Turn {
                number: 0,
                at: ago(start, -wait / 60.0),
            }
        };
        let at = |at| Turn { number: 0, at };
        let mut jobs = records.iter().filter(|record| record.kind == "job");
        let job = jobs.find(|record| record.id == systems::JOB);
        // A job that tries no more runs at its hour again.
        let job = match job.and_then(|job| job.body.get("next_try")) {
            Some(_) => ago(start, -world.systems.job_next / 60.0),
            None => systems::next_run(systems::zone(world), start),
        };
        Self {
            review: turn(Sort::Review, world.life.review),
            purchase: turn(Sort::Purchase, world.life.purchase),
            refund: turn(Sort::Refund, world.life.refund),
            ai: at(ago(start, -world.life.ai_back)),
            job: at(job),
            sample: at(ago(start, -world.life.sample / 60.0)),
            day: at(end_of_today(world, start)),
        }
    }

    /// Everything comes so much later: the clock was moved on by that, or back.
    pub(super) fn move_by(&mut self, by: TimeDelta) {
        let turns = [
            &mut self.review,
            &mut self.purchase,
            &mut self.refund,
            &mut self.ai,
            &mut self.job,
            &mut self.sample,
            &mut self.day,
        ];
        for turn in turns {
            turn.at += by;
        }
    }

    fn soonest(&self) -> (Sort, Turn) {
        let turns = [
            (Sort::Review, &self.review),
            (Sort::Purchase, &self.purchase),
            (Sort::Refund, &self.refund),
            (Sort::Ai, &self.ai),
            (Sort::Job, &self.job),
            (Sort::Sample, &self.sample),
            (Sort::Day, &self.day),
        ];
        let soonest = turns.into_iter().min_by_key(|(_, turn)| turn.at);
        let (sort, turn) = soonest.unwrap_or((Sort::Review, &self.review));
        (sort, turn.clone())
    }

    fn set(&mut self, sort: Sort, turn: Turn) {
        match sort {
            Sort::Review => self.review = turn,
            Sort::Purchase => self.purchase = turn,
            Sort::Refund => self.refund = turn,
            Sort::Ai => self.ai = turn,
            Sort::Job => self.job = turn,
            Sort::Sample => self.sample = turn,
            Sort::Day => self.day = turn,
        }
    }
}

fn end_of_today(world: &World, now: DateTime<Utc>) -> DateTime<Utc> {
    let zone = systems::zone(world);
    systems::end_of_day(zone, now.with_timezone(&zone).date_naive())
}

/// Each arrival has lots of its own; the world itself was drawn from stream 0.
fn draw(seed: u64, sort: Sort, number: u64) -> Draw {
    let sort = match sort {
        Sort::Review => 1,
        Sort::Purchase => 2,
        Sort::Refund => 3,
        Sort::Ai => 4,
        Sort::Job => 5,
        Sort::Sample => 6,
        Sort::Day => 7,
    };
    Draw::new(seed, (number << 3) | sort)
}

/// What goes on.
pub struct Life {
    platform: Arc<Platform>,
    world: World,
    seed: u64,
    next: Next,
}

impl Life {
    pub(super) fn new(platform: Arc<Platform>, world: World, seed: u64, next: Next) -> Self {
        Self {
            platform,
            world,
            seed,
            next,
        }
    }

    /// Runs for ever, in the world that is in force.
    pub(super) async fn run(mut self, worlds: Arc<Worlds>) {
        loop {
            if let Some(wait) = worlds.step(&mut self).await {
                tokio::time::sleep(wait.min(NAP)).await;
            }
        }
    }

    /// What comes next.
    pub(super) fn next(&self) -> &Next {
        &self.next
    }

    /// This comes next, and nothing else.
    pub(super) fn follow(&mut self, next: &Next) {
        self.next.clone_from(next);
    }

    /// Lets the next thing arrive, or says how long it will still take.
    pub(super) async fn step(&mut self) -> Option<Duration> {
        let (sort, turn) = self.next.soonest();
        let now = self.platform.clock.now();
        match (turn.at - now).to_std() {
            Ok(wait) if !wait.is_zero() => Some(wait),
            _ => {
                // What was missed does not arrive later; a job is made up for, and an outage ends.
                let made_up_for = matches!(sort, Sort::Ai | Sort::Job);
                if (made_up_for || now - turn.at < MISSED)
                    && let Err(error) = self.arrive(sort, &turn).await
                {
                    tracing::error!(?error, ?sort, "an arrival");
                }
                self.turn(sort, &turn, now);
                None
            }
        }
    }

    fn turn(&mut self, sort: Sort, turn: &Turn, now: DateTime<Utc>) {
        let number = turn.number + 1;
        let mut lots = draw(self.seed, sort, number);
        let from = turn.at.max(now - MISSED);
        let life = &self.world.life;
        let later = |minutes: f64| ago(from, -minutes / 60.0);
        let at = match sort {
            Sort::Review => later(lots.wait(life.review.every)),
            Sort::Purchase => later(lots.wait(life.purchase.every)),
            Sort::Refund => later(lots.wait(life.refund.every)),
            // Back at even numbers, down at odd ones: some outages are short.
            Sort::Ai if turn.number.is_multiple_of(2) => later(lots.wait(life.ai_between * 60.0)),
            Sort::Ai => later(lots.between(4.0, 48.0)),
            Sort::Job => systems::next_run(systems::zone(&self.world), now),
            Sort::Sample => later(life.sample),
            Sort::Day => end_of_today(&self.world, now + TimeDelta::seconds(1)),
        };
        self.next.set(sort, Turn { number, at });
    }

    async fn arrive(&self, sort: Sort, turn: &Turn) -> Result<(), ApiError> {
        let mut draw = draw(self.seed, sort, turn.number);
        // The first lot was the waiting time.
        draw.wait(1.0);
        let records = match sort {
            Sort::Review => self.review(&mut draw, turn),
            Sort::Purchase => self.purchase(&mut draw, turn).await?,
            Sort::Refund => self.refund(&mut draw, turn).await?,
            Sort::Ai => return self.ai(turn).await,
            Sort::Job => {
                nightly::run(&self.platform, &self.world, turn.at).await?;
                return Ok(());
            }
            Sort::Sample => return self.sample(&mut draw, turn).await,
            Sort::Day => self.day(&mut draw, turn).await?,
        };
        let mut fresh = Vec::new();
        for record in records {
            let known = self.store_one(&record.kind, &record.id).await?;
            if known.is_none() {
                fresh.push(record);
            }
        }
        self.bring(fresh).await
    }

    async fn bring(&self, records: Vec<Incoming>) -> Result<(), ApiError> {
        let brought = Ingest {
            records,
            removed: Vec::new(),
        };
        intake::take(&self.platform, &self.world.tenant.id, &brought).await?;
        Ok(())
    }

    /// The primary AI provider comes back, or goes down again.
    async fn ai(&self, turn: &Turn) -> Result<(), ApiError> {
        let back = turn.number.is_multiple_of(2);
        let ms = self.world.systems.ai_ms.primary;
        let (state, answered) = if back {
            ("up", Some(ms))
        } else {
            ("down", None)
        };
        let name = "Primary AI provider";
        let body = systems::provider("primary", name, turn.at, state, turn.at, answered);
        self.bring(vec![incoming("ai_provider", "primary", body)])
            .await
    }

    /// Now and then the database is slow for one sample. With it comes what the provider gave back
    /// since the one before, so that its book keeps up with ours.
    async fn sample(&self, draw: &mut Draw, turn: &Turn) -> Result<(), ApiError> {
        let usual = self.world.systems.database_ms;
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
        let around = (usual as f64 * draw.between(0.8, 1.25)) as i64;
        let p95 = if draw.chance(0.01) { usual * 5 } else { around };
        let body = systems::database(p95, turn.at);
        let mut records = vec![incoming("database", "primary", body)];
        let since = ago(turn.at, 2.0 * self.world.life.sample / 60.0);
        let given_back = match &self.platform.stand_ins {
            Some(stand_ins) => stand_ins.ledger.given_back(since.timestamp()),
            None => Ok(Vec::new()),
        };
        for charge in given_back.map_err(crate::store::StoreError::from)? {
            // The ledger has the charges of every tenant.
            if self
                .store_one("provider_charge", &charge.id)
                .await?
                .is_some()
            {
                records.push(systems::booked(&charge, true));
            }
        }
        self.bring(records).await
    }

    /// A day is over: searches, and what each provider did and cost.
    async fn day(&self, draw: &mut Draw, turn: &Turn) -> Result<Vec<Incoming>, ApiError> {
        let zone = systems::zone(&self.world);
        let day = turn.at.with_timezone(&zone).date_naive();
        let searches = systems::searches(draw, &self.world, day, false);
        let searches = systems::searches_body(turn.at, searches);
        let mut records = vec![incoming("search_day", &day.to_string(), searches)];
        for (slot, cost) in [("primary", 100), ("standby", 20), ("deterministic", 0)] {
            let body = systems::ai_day(draw, &self.world, slot, turn.at, 0, cost);
            records.push(incoming("ai_day", &format!("{slot}-{day}"), body));
        }
        let known = self.ask("ai_statement", "TRUE", Vec::new()).await?;
        let of_month = day.format("%Y-%m").to_string();
        let stated = known.iter().filter(|row| row.id.starts_with(&of_month));
        let stated = stated.filter_map(|row| row.body.get("month_cost")?.get("minor")?.as_i64());
        let body = systems::statement(&self.world, turn.at, stated.max().unwrap_or(0) + 125);
        records.push(incoming("ai_statement", &day.to_string(), body));
        Ok(records)
    }

    async fn store_one(&self, kind: &str, id: &str) -> Result<Option<RecordRow>, ApiError> {
        let tenant = &self.world.tenant.id;
        Ok(self.platform.store.record(tenant, kind, id).await?)
    }

    async fn ask(
        &self,
        kind: &str,
        text: &str,
        params: Vec<Value>,
    ) -> Result<Vec<RecordRow>, ApiError> {
        let question = Question {
            text: text.to_owned(),
            params,
        };
        let tenant = &self.world.tenant.id;
        Ok(self.platform.store.records(tenant, kind, &question).await?)
    }

    fn some_business(&self, draw: &mut Draw) -> String {
        let listed = self.world.councils.iter().map(|council| council.trainers);
        format!("b-{:05}", draw.index(listed.sum()) + 1)
    }

    fn review(&self, draw: &mut Draw, turn: &Turn) -> Vec<Incoming> {
        let business = self.some_business(draw);
        let sure = draw.chance(0.78);
        let (verdict, confidence) = if sure {
            ("clean", draw.between(0.9, 0.995))
        } else {
            (reviews::verdict(draw), draw.between(0.42, 0.9))
        };
        let mut body = reviews::body(draw, &self.world.words, &business, verdict);
        if let Some(fields) = body.as_object_mut() {
            fields.insert("written_at".into(), instant_text(turn.at).into());
            fields.insert("confidence".into(), reviews::rounded(confidence).into());
            fields.insert("state".into(), "pending".into());
        }
        vec![incoming("review", &format!("rv-l{:05}", turn.number), body)]
    }

    /// A listing buys a placement; it runs where a slot is free, else it waits.
    async fn purchase(&self, draw: &mut Draw, turn: &Turn) -> Result<Vec<Incoming>, ApiError> {
        const RUNNING: &str = "json_extract(body, '$.business') = ? \
                               AND json_extract(body, '$.state') IN ('active', 'queued')";
        const SLOTS: &str = "json_extract(body, '$.council') = ? \
                             AND json_extract(body, '$.state') IN ('active', 'queued')";
        let id = self.some_business(draw);
        let charge_id = draw.id("ch_3", 23);
        let Some(business) = self.store_one("business", &id).await? else {
            return Ok(Vec::new());
        };
        let running = self
            .ask("placement", RUNNING, vec![id.clone().into()])
            .await?;
        let council = business.body.get("council").cloned().unwrap_or_default();
        if !running.is_empty() {
            return Ok(Vec::new());
        }
        let taken = self.ask("placement", SLOTS, vec![council.clone()]).await?;
        let free = taken.len() < self.world.slots;
        let price = &self.world.price;
        let at_provider = Charge {
            id: charge_id.clone(),
            amount: price.minor,
            currency: price.currency.to_lowercase(),
            created: turn.at.timestamp(),
        };
        let booked = systems::booked(&at_provider, false);
        if let Some(stand_ins) = &self.platform.stand_ins {
            let charged = stand_ins.ledger.charge(&[at_provider]);
            charged.map_err(crate::store::StoreError::from)?;
        }
        let until = turn.at + TimeDelta::days(self.world.term_days);
        let charge = json!({
            "charge_id": charge_id,
            "business": id,
            "amount": {"minor": price.minor, "currency": price.currency},
            "charged_at": instant_text(turn.at),
            "status": "succeeded",
        });
        let placement = json!({
            "business": id,
            "council": council,
            "charge_id": charge_id,
            "purchased_at": instant_text(turn.at),
            "featured_from": free.then(|| instant_text(turn.at)),
            "featured_until": free.then(|| instant_text(until)),
            "refund_status": "none",
            "state": if free { "active" } else { "queued" },
        });
        let told = turn.at + TimeDelta::seconds(3);
        Ok(vec![
            booked,
            systems::delivery(&charge_id, told, 1, true),
            incoming("charge", &charge_id, charge),
            incoming("placement", &format!("p-l{:05}", turn.number), placement),
        ])
    }

    /// Somebody who bought of late wants the money back.
    async fn refund(&self, draw: &mut Draw, turn: &Turn) -> Result<Vec<Incoming>, ApiError> {
        const LATELY: &str = "json_extract(body, '$.purchased_at') > ? \
                              AND json_extract(body, '$.refund_status') = 'none'";
        const ASKED: &str = "json_extract(body, '$.charge_id') = ?";
        let since = instant_text(ago(turn.at, ASKED_WITHIN));
        let mut lately = self.ask("placement", LATELY, vec![since.into()]).await?;
        draw.shuffle(&mut lately);
        for placement in lately {
            let field = |name: &str| placement.body.get(name).cloned().unwrap_or_default();
            let asked = self.ask("refund", ASKED, vec![field("charge_id")]).await?;
            let business = field("business");
            let listed = self.store_one("business", business.as_str().unwrap_or_default());
            let (true, Some(listed)) = (asked.is_empty(), listed.await?) else {
                continue;
            };
            #[allow(clippy::cast_possible_truncation)]
            let number = format!("RF-{}", self.world.next_refund + turn.number as usize);
            let price = &self.world.price;
            let body = json!({
                "number": number,
                "business": business,
                "council": field("council"),
                "email": listed.body.get("email"),
                "amount": {"minor": price.minor, "currency": price.currency},
                "purchased_at": field("purchased_at"),
                "requested_at": instant_text(turn.at),
                "charge": field("charge_id"),
                "charge_id": field("charge_id"),
                "placement": placement.id,
                "state": "requested",
            });
            return Ok(vec![incoming("refund", &number.to_lowercase(), body)]);
        }
        Ok(Vec::new())
    }
}
