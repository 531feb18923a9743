//! Providers that a platform may call, and what they offer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::Nature;

/// Connectors that a platform may have. The list is closed: a pack names what there is, and calls
/// nothing else.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Connector {
    Stripe,
    Paypal,
    Wise,
    Mail,
    Slack,
    Pagerduty,
    Job,
    Flag,
    Webhook,
}

/// What a connector offers.
#[derive(Debug, Clone, Copy)]
pub struct Offer {
    /// Its operation.
    pub operation: &'static str,
    /// Arguments that it needs.
    pub needs: &'static [&'static str],
    /// Arguments that it takes as well.
    pub takes: &'static [&'static str],
    /// Nature that an action with it has to have, at least.
    pub nature: Nature,
    /// This version carries it out. What it does not is refused when it is asked for, on either side.
    pub built: bool,
}

const fn offer(
    operation: &'static str,
    needs: &'static [&'static str],
    takes: &'static [&'static str],
    nature: Nature,
) -> Offer {
    Offer {
        operation,
        needs,
        takes,
        nature,
        built: false,
    }
}

const fn built(offer: Offer) -> Offer {
    Offer {
        built: true,
        ..offer
    }
}

const STRIPE: &[Offer] = &[built(offer(
    "refund",
    &["charge", "amount"],
    &["reason"],
    Nature::Money,
))];
const PAYPAL: &[Offer] = &[
    built(offer(
        "refund",
        &["capture", "amount"],
        &["reason"],
        Nature::Money,
    )),
    built(offer("sync", &["order"], &["capture"], Nature::Change)),
    built(offer(
        "submit_evidence",
        &["dispute", "evidence"],
        &["tracking_number", "carrier", "note"],
        Nature::Submission,
    )),
    offer("accept_claim", &["dispute"], &["reason"], Nature::Money),
];
const WISE: &[Offer] = &[built(offer(
    "transfer",
    &["recipient", "amount", "reference"],
    &[],
    Nature::Money,
))];
const MAIL: &[Offer] = &[built(offer("send", &[], &[], Nature::Change))];
const SLACK: &[Offer] = &[built(offer(
    "post",
    &["channel", "text"],
    &[],
    Nature::Change,
))];
const PAGERDUTY: &[Offer] = &[
    built(offer(
        "trigger",
        &["summary", "severity"],
        &["service"],
        Nature::Change,
    )),
    built(offer("acknowledge", &["incident"], &[], Nature::Change)),
];
const JOB: &[Offer] = &[built(offer("run", &["job"], &["argument"], Nature::Change))];
const FLAG: &[Offer] = &[built(offer("set", &["flag", "value"], &[], Nature::Change))];
const WEBHOOK: &[Offer] = &[
    built(offer("retry", &["delivery"], &[], Nature::Change)),
    built(offer("test", &["endpoint"], &[], Nature::Change)),
];

impl Connector {
    /// What it offers.
    pub fn offers(self) -> &'static [Offer] {
        match self {
            Self::Stripe => STRIPE,
            Self::Paypal => PAYPAL,
            Self::Wise => WISE,
            Self::Mail => MAIL,
            Self::Slack => SLACK,
            Self::Pagerduty => PAGERDUTY,
            Self::Job => JOB,
            Self::Flag => FLAG,
            Self::Webhook => WEBHOOK,
        }
    }

    /// One of its operations.
    pub fn offer(self, operation: &str) -> Option<&'static Offer> {
        self.offers()
            .iter()
            .find(|offer| offer.operation == operation)
    }
}
