//! Refund requests of the demo world: the situations, and the share of older purchases.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use watchkeeper_pack::value::instant_text;

use super::generate::{Generator, Purchase, Standing, fields};
use super::world::OpenRefund;
use crate::connectors::stand_in::PastRefund;

impl Generator<'_> {
    /// The refunds that are situations: open ones, and those decided of late.
    pub(super) fn late_refunds(&mut self) {
        let world = self.world();
        for open in &world.open_refunds {
            self.open_refund(open);
        }
        for decided in &world.decided_refunds {
            let purchase = self.situation(decided.purchased);
            let (from, at) = (purchase.at, self.ago(decided.decided));
            let mut more = fields(json!({
                "requested_at": instant_text(self.ago(decided.requested)),
                "reason": text(&decided.reason),
                "state": decided.state,
                "decided_by": world.operator.id,
                "decided_at": instant_text(at),
            }));
            match decided.state.as_str() {
                "refunded" => {
                    let refund = self.refund_at_provider(&purchase, at);
                    let ended = Standing::Ended {
                        from: Some(from),
                        at,
                    };
                    self.book(&purchase, &ended, Some(&refund));
                    more.insert("provider_refund".into(), refund.into());
                    more.insert("refunded_at".into(), instant_text(at).into());
                }
                _ => self.book(&purchase, &Standing::Active { from }, None),
            }
            let extra = match decided.state.as_str() {
                "denied" => Some(("denial_reason", "Asked after the 72 hours.")),
                "escalated" => Some((
                    "escalation_note",
                    "Asked in time, lapsed while it waited for us.",
                )),
                _ => None,
            };
            if let Some((field, sentence)) = extra {
                more.insert(field.into(), sentence.into());
            }
            self.refund(&decided.number, &purchase, Value::Object(more));
        }
    }

    /// A request that waits.
    pub(super) fn open_refund(&mut self, open: &OpenRefund) {
        let purchase = self.situation(open.purchased);
        let from = purchase.at;
        self.book(&purchase, &Standing::Active { from }, None);
        let requested = instant_text(self.ago(open.requested));
        let more = json!({
            "requested_at": requested, "reason": text(&open.reason), "state": "requested",
        });
        self.refund(&open.number, &purchase, more);
    }

    /// A purchase that was given back: its placement is over. Its number counts down.
    pub(super) fn refunded(
        &mut self,
        purchase: &Purchase,
        requested: DateTime<Utc>,
        decided: DateTime<Utc>,
    ) {
        let refund = self.refund_at_provider(purchase, decided);
        let ended = Standing::Ended {
            from: Some(purchase.at),
            at: decided,
        };
        self.book(purchase, &ended, Some(&refund));
        let before = self.out.refunds.len() - self.late_refunded();
        let number = format!("RF-{}", self.world().last_past_refund + 1 - before);
        let more = json!({
            "requested_at": instant_text(requested),
            "state": "refunded",
            "decided_by": self.world().operator.id,
            "decided_at": instant_text(decided),
            "refunded_at": instant_text(decided),
            "provider_refund": refund,
        });
        self.refund(&number, purchase, more);
    }

    pub(super) fn refund_at_provider(&mut self, purchase: &Purchase, at: DateTime<Utc>) -> String {
        let id = self.draw().id("re_3", 23);
        let of = self.provider_charge(&purchase.charge, purchase.at);
        self.out.refunds.push(PastRefund {
            id: id.clone(),
            of,
            created: at.timestamp(),
        });
        id
    }

    pub(super) fn refund(&mut self, number: &str, purchase: &Purchase, more: Value) {
        let Some(business) = self.businesses.get(purchase.business) else {
            return;
        };
        let mut body = fields(json!({
            "number": number,
            "business": business.id,
            "council": business.council,
            "email": business.email,
            "amount": self.price(),
            "purchased_at": instant_text(purchase.at),
            "charge": purchase.charge,
            "charge_id": purchase.charge,
            "placement": purchase.placement,
        }));
        body.extend(fields(more));
        self.record("refund", &number.to_lowercase(), Value::Object(body));
    }
}

fn text(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
