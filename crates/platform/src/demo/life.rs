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
use super::reviews;
use super::world::{Arrival, World};
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
}

impl Next {
    /// Of a world that begins.
    pub(super) fn first(world: &World, seed: u64, start: DateTime<Utc>) -> Self {
        let turn = |sort, arrival: Arrival| {
            let wait = arrival.after + draw(seed, sort, 0).wait(arrival.every);
            Turn {
                number: 0,
                at: ago(start, -wait / 60.0),
            }
        };
        Self {
            review: turn(Sort::Review, world.life.review),
            purchase: turn(Sort::Purchase, world.life.purchase),
            refund: turn(Sort::Refund, world.life.refund),
        }
    }

    fn soonest(&self) -> (Sort, Turn) {
        let turns = [
            (Sort::Review, &self.review),
            (Sort::Purchase, &self.purchase),
            (Sort::Refund, &self.refund),
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
        }
    }
}

/// Each arrival has lots of its own; the world itself was drawn from stream 0.
fn draw(seed: u64, sort: Sort, number: u64) -> Draw {
    let sort = match sort {
        Sort::Review => 1,
        Sort::Purchase => 2,
        Sort::Refund => 3,
    };
    Draw::new(seed, (number << 2) | sort)
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

    /// Runs for ever; `remember` is told what comes next after each arrival.
    pub async fn run(mut self, mut remember: impl FnMut(&Next) + Send) {
        loop {
            match self.step().await {
                Some(wait) => tokio::time::sleep(wait.min(NAP)).await,
                None => remember(&self.next),
            }
        }
    }

    /// Lets the next thing arrive, or says how long it will still take.
    pub(super) async fn step(&mut self) -> Option<Duration> {
        let (sort, turn) = self.next.soonest();
        let now = self.platform.clock.now();
        match (turn.at - now).to_std() {
            Ok(wait) if !wait.is_zero() => Some(wait),
            _ => {
                if now - turn.at < MISSED
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
        let arrival = match sort {
            Sort::Review => self.world.life.review,
            Sort::Purchase => self.world.life.purchase,
            Sort::Refund => self.world.life.refund,
        };
        let number = turn.number + 1;
        let wait = draw(self.seed, sort, number).wait(arrival.every);
        let from = turn.at.max(now - MISSED);
        let at = ago(from, -wait / 60.0);
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
        };
        let mut fresh = Vec::new();
        for record in records {
            let known = self.store_one(&record.kind, &record.id).await?;
            if known.is_none() {
                fresh.push(record);
            }
        }
        let brought = Ingest {
            records: fresh,
            removed: Vec::new(),
        };
        intake::take(&self.platform, &self.world.tenant.id, &brought).await?;
        Ok(())
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
        if let Some(stand_ins) = &self.platform.stand_ins {
            let charge = Charge {
                id: charge_id.clone(),
                amount: price.minor,
                currency: price.currency.to_lowercase(),
                created: turn.at.timestamp(),
            };
            let booked = stand_ins.ledger.charge(&[charge]);
            booked.map_err(crate::store::StoreError::from)?;
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
        Ok(vec![
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
