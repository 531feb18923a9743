//! `demo.yaml`: volumes and situations of a pack's demo world.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::operations::{OperationOf, SwitchedOf};
use super::rows::{ChargesOf, Records, Scenario};

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// The tenant.
    pub tenant: TenantDef,
    /// Who sits in front of the app.
    pub operator: OperatorDef,
    /// Who watches and steers the stand-ins.
    pub admin: OperatorDef,
    /// Who else works there.
    #[serde(default)]
    pub others: Vec<OperatorDef>,
    /// What a placement costs.
    pub price: Price,
    /// How long a placement runs.
    pub term_days: i64,
    /// Featured slots of a council.
    pub slots: usize,
    /// Purchases of each month, oldest first.
    pub purchases_per_month: Vec<usize>,
    /// Share of older purchases that were refunded.
    pub refunded_share: f64,
    /// Number of the newest refund request before the situations.
    pub last_past_refund: usize,
    /// Number of the first refund request that arrives.
    pub next_refund: usize,
    /// Running placements outside the full councils.
    pub active_elsewhere: usize,
    /// Refund requests that wait.
    pub open_refunds: Vec<OpenRefund>,
    /// Refund requests decided of late.
    pub decided_refunds: Vec<DecidedRefund>,
    /// Charges without a placement.
    pub orphans: Vec<Orphan>,
    /// Reviews.
    pub reviews: Reviews,
    /// What the platform's own systems say of themselves.
    pub systems: Systems,
    /// What goes on arriving.
    pub life: Life,
    /// Where the trainers are.
    pub councils: Vec<Council>,
    /// What names and texts are made of.
    pub words: Words,
    /// How controls stand.
    #[serde(default)]
    pub controls: Map<String, Value>,
    /// Who switched them, where it was not the platform.
    #[serde(default)]
    pub switched: Vec<SwitchedOf>,
    /// What these people did and asked for before the world begins.
    #[serde(default)]
    pub operations: Vec<OperationOf>,
    /// Rows of a payment each, which the provider has in its own book.
    #[serde(default)]
    pub charges: Vec<ChargesOf>,
    /// Complaints about what was drawn.
    #[serde(default)]
    pub complaints: Vec<Complaint>,
    /// What is generated in addition on another day, by the name of its scenario.
    #[serde(default)]
    pub days: BTreeMap<String, Day>,
    /// Other days, of which one may be chosen at the start.
    #[serde(default)]
    pub scenarios: Vec<Scenario>,
    /// Situations that are rows, laid over what was generated.
    #[serde(default)]
    pub records: Records,
}

/// The tenant.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantDef {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// IANA zone of its day.
    pub zone: String,
}

/// An operator.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorDef {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Roles.
    pub roles: Vec<String>,
    /// Regions; empty means all.
    #[serde(default)]
    pub regions: Vec<String>,
}

/// An amount.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Minor units.
    pub minor: i64,
    /// ISO 4217.
    pub currency: String,
}

/// A refund request that waits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenRefund {
    /// Its number.
    pub number: String,
    /// Hours before the start.
    pub purchased: f64,
    /// Hours before the start.
    pub requested: f64,
    /// What the buyer wrote.
    pub reason: String,
}

/// A refund request that was decided.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecidedRefund {
    /// Its number.
    pub number: String,
    /// How it ended.
    pub state: String,
    /// Hours before the start.
    pub purchased: f64,
    /// Hours before the start.
    pub requested: f64,
    /// Hours before the start.
    pub decided: f64,
    /// What the buyer wrote.
    pub reason: String,
}

/// A charge without a placement.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Orphan {
    /// Where the buyer is listed.
    pub council: String,
    /// Hours before the start.
    pub hours_ago: f64,
}

/// A complaint about a placement that was drawn.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Complaint {
    /// Its number.
    pub number: String,
    /// What it is about.
    pub about: String,
    /// How the one stands who complains.
    pub whose: Whose,
    /// Hours before the start.
    pub received: f64,
    /// What they wrote.
    pub text: String,
}

/// How somebody stands who paid for a placement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// Paid, and got nothing.
    Orphan,
    /// Waits for a slot.
    Queued,
    /// Is featured.
    Active,
}

/// What is generated in addition on another day.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Day {
    /// Refund requests that wait.
    #[serde(default)]
    pub open_refunds: Vec<OpenRefund>,
    /// How the last seven days sold.
    pub week: Option<Week>,
}

/// How the last seven days sold.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Week {
    /// Purchases in all.
    pub purchases: usize,
    /// So many of them were refunded.
    pub refunded: usize,
    /// So many of the refunded ones are of one buyer.
    #[serde(default)]
    pub of_one_buyer: usize,
}

/// Reviews.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reviews {
    /// Waiting ones that are situations.
    pub pending: Vec<PendingReview>,
    /// More waiting ones, at 0.90 and above.
    pub pending_sure: usize,
    /// More waiting ones, below 0.90.
    pub pending_unsure: usize,
    /// Decided ones over all months.
    pub decided: usize,
}

/// A waiting review.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PendingReview {
    /// Confidence of the automatic check.
    pub confidence: f64,
    /// What it said.
    pub verdict: String,
    /// Days before the start.
    pub days_ago: f64,
}

/// What the platform's own systems say of themselves at the start.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Systems {
    /// The primary AI provider is down since so many minutes.
    pub ai_down: f64,
    /// The nightly job fails since so many minutes.
    pub job_failing: f64,
    /// It tries again after so many minutes.
    pub job_next: f64,
    /// So many of its tries failed.
    pub job_attempts: u32,
    /// Minor units of the month so far.
    pub ai_cost: AiCost,
    /// Mean answers in milliseconds.
    pub ai_ms: AiMs,
    /// Minutes down by days before the start.
    pub ai_outages: BTreeMap<usize, i64>,
    /// Searches by day of the week, from Monday.
    pub searches: Vec<i64>,
    /// 95th percentile of the database in milliseconds.
    pub database_ms: i64,
}

/// Minor units of the month so far.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AiCost {
    /// Of the primary provider.
    pub primary: i64,
    /// Of the standby.
    pub standby: i64,
    /// What the feed states of both.
    pub stated: i64,
}

/// Mean answers in milliseconds.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AiMs {
    /// Of the primary provider.
    pub primary: f64,
    /// Of the standby.
    pub standby: f64,
    /// Of the rules without a provider.
    pub deterministic: f64,
}

/// What goes on arriving.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Life {
    /// Reviews.
    pub review: Arrival,
    /// Purchases.
    pub purchase: Arrival,
    /// Refund requests.
    pub refund: Arrival,
    /// Hours until the AI provider is back.
    pub ai_back: f64,
    /// Mean hours between its outages from then on.
    pub ai_between: f64,
    /// Minutes between two samples of the database.
    pub sample: f64,
}

/// How often something arrives.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrival {
    /// Mean minutes between two.
    pub every: f64,
    /// Not in the first minutes.
    pub after: f64,
}

/// A council.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Council {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Trainers listed there.
    pub trainers: usize,
    /// Placements that wait; more than none means that every slot is taken.
    #[serde(default)]
    pub queued: usize,
}

/// What names and texts are made of.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// First names.
    pub firsts: Vec<String>,
    /// Family names.
    pub lasts: Vec<String>,
    /// First halves of business names.
    pub brands: Vec<String>,
    /// Second halves.
    pub trades: Vec<String>,
    /// Ages of dogs that a listing trains.
    pub ages: Vec<String>,
    /// Problems that it works on.
    pub issues: Vec<String>,
    /// Reviews that praise.
    pub praise: Vec<String>,
    /// Reviews that complain.
    pub complaints: Vec<String>,
    /// Reviews that advertise.
    pub spam: Vec<String>,
    /// Reviews about something else.
    pub off_topic: Vec<String>,
}

/// A demo world that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The file.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// What stands in it.
    #[error("{path}: {error}")]
    Text {
        /// Which.
        path: String,
        /// Why, with line and column.
        error: String,
    },
}

impl World {
    /// Reads `demo.yaml` of a pack's folder.
    pub fn read(pack: &Path) -> Result<Self, WorldError> {
        read_yaml(pack)
    }
}

/// Reads `demo.yaml` of a pack's folder, in one of its two forms.
pub(super) fn read_yaml<T: serde::de::DeserializeOwned>(pack: &Path) -> Result<T, WorldError> {
    let path = pack.join("demo.yaml");
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(&path).map_err(|error| WorldError::File {
        path: shown.clone(),
        error,
    })?;
    serde_saphyr::from_str(&text).map_err(|error| WorldError::Text {
        path: shown,
        error: error.to_string(),
    })
}
