//! Refund requests of the dog trainers pack, and what is decided on them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use watchkeeper_model::{Actor, Decision, LookupValue, Outcome, Situation, Snapshot, decide};
use watchkeeper_pack::{Kind, Pack, load_dir, value};

/// The pack that the demo platform serves.
pub static PACK: LazyLock<Pack> = LazyLock::new(|| {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packs/dog-trainers");
    load_dir(&dir).unwrap_or_else(|problems| panic!("{problems:#?}"))
});

/// Bought on Tuesday, 17 November 2026, 17:41 in Melbourne.
pub const BOUGHT: &str = "2026-11-17T06:41:00.000Z";

pub fn at(text: &str) -> DateTime<Utc> {
    value::instant(text).unwrap()
}

pub fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

pub fn kind() -> &'static Kind {
    PACK.kind("refund").unwrap()
}

/// A refund request and everything that decides on it.
#[derive(Clone)]
pub struct Refund {
    pub body: Map<String, Value>,
    pub now: DateTime<Utc>,
    pub roles: Vec<&'static str>,
    pub params: Map<String, Value>,
    pub settings: Map<String, Value>,
    pub controls: Map<String, Value>,
    pub lookups: BTreeMap<String, i64>,
}

impl Refund {
    /// Bought at `bought`, requested an hour later, seen at `now`.
    pub fn new(bought: &str, now: &str) -> Self {
        let requested = at(bought) + chrono::Duration::hours(1);
        let body = map(json!({
            "number": "R-1042",
            "business": "biz-7",
            "council": "stonnington",
            "email": "kim@pawsandplay.example",
            "amount": {"minor": 2200, "currency": "AUD"},
            "purchased_at": value::instant_text(at(bought)),
            "requested_at": value::instant_text(requested),
            "charge": "charge-7",
            "charge_id": "ch_7",
            "placement": "placement-7",
            "state": "requested",
        }));
        let zero = |name: &str| (name.to_owned(), 0);
        Self {
            body,
            now: at(now),
            roles: vec!["operator"],
            params: Map::new(),
            settings: Map::new(),
            controls: Map::new(),
            lookups: [zero("refunds_of_charge"), zero("charge_refunded")].into(),
        }
    }

    pub fn with(mut self, field: &str, to: Value) -> Self {
        self.body.insert(field.to_owned(), to);
        self
    }

    pub fn snapshot(&self) -> Snapshot {
        let body = value::normalise(kind(), self.body.clone()).unwrap();
        Snapshot {
            id: "refund-1".into(),
            revision: 3,
            computed: value::compute(kind(), &body),
            body,
            refs: map(
                json!({"business": {"name": "Paws & Play"}, "council": {"name": "Stonnington"}}),
            ),
        }
    }

    /// Runs `look` on the situation.
    pub fn seen<T>(&self, look: impl FnOnce(&Situation<'_>) -> T) -> T {
        let record = self.snapshot();
        let actor = Actor {
            id: "op-1".into(),
            roles: self.roles.iter().map(|r| (*r).to_owned()).collect(),
            regions: std::collections::BTreeSet::new(),
        };
        let lookups = self.lookups.iter().map(|(name, answer)| {
            let value = LookupValue {
                value: json!(answer),
                as_of: self.now,
            };
            (name.clone(), value)
        });
        // Its placement stands.
        let stands = LookupValue {
            value: Value::Null,
            as_of: self.now,
        };
        let lookups = lookups.chain([("placement_ended".to_owned(), stands)]);
        look(&Situation {
            pack: &PACK,
            kind: kind(),
            record: &record,
            params: &self.params,
            actor: &actor,
            now: self.now,
            settings: &PACK.settings_in_force(&self.settings),
            controls: &PACK.controls_in_force(&self.controls),
            lookups: &lookups.collect(),
        })
    }

    pub fn decide(&self, action: &str) -> Decision {
        self.seen(|situation| decide(situation, action))
    }

    /// The code and row of a refusal; panics where it is allowed.
    pub fn denied(&self, action: &str) -> (String, Option<String>) {
        match self.decide(action).outcome {
            Outcome::Allow | Outcome::Ask => panic!("{action} is allowed"),
            Outcome::Deny { code, row, .. } => (code, row),
        }
    }

    pub fn allowed(&self, action: &str) -> Decision {
        let decision = self.decide(action);
        assert_eq!(decision.outcome, Outcome::Allow, "{action}");
        decision
    }
}

/// A refusal as [`Refund::denied`] gives it.
pub fn by(code: &str, row: &str) -> (String, Option<String>) {
    (code.to_owned(), Some(row.to_owned()))
}
