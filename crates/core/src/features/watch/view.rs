//! The first screen: what changed, what fires, the numbers, what is due.

mod unanswered;

use serde::{Deserialize, Serialize};
use specta::Type;
use watchkeeper_pack::format::{Better, Severity, Tone, Unit};

pub use unanswered::{CallView, ReachedView, UnansweredView};

use crate::features::queues::view::{ClockView, OperationWord, SessionView};

/// The first screen. Instants are the tenant's wall clock, RFC 3339 with offset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct WatchView {
    /// What changed since the last session.
    pub digest: DigestView,
    /// What fires, acknowledged ones included: red first, then the longest.
    pub alerts: Vec<AlertView>,
    /// Rules that hold but have not held long enough yet.
    pub pending: u32,
    /// Metrics, in the pack's order.
    pub numbers: Vec<NumberView>,
    /// What is not among all this, because the operator's roles do not see it.
    pub not_shown: NotShownView,
    /// Queues with something in them, by deadline and consequence.
    pub due: Vec<DueView>,
    /// Time that the operator has.
    pub budget: Option<BudgetView>,
    /// Deadlines of the next days.
    pub lapses: LapsesView,
    /// What happened last, newest first, at most 8.
    pub events: Vec<EventView>,
    /// Instant of the data; none before the first sync.
    pub as_of: Option<String>,
    /// Seconds since then.
    pub age_seconds: Option<u32>,
    /// Nobody has heard from the platform for longer than a poll should take: what is said here of
    /// alerts may be over, and new ones are not seen.
    pub stale: bool,
}

/// How much of the operation this operator's roles do not see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct NotShownView {
    /// Queues.
    pub queues: u32,
    /// Numbers of the first screen.
    pub numbers: u32,
    /// Alert rules.
    pub rules: u32,
}

/// What changed since this operator's last session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct DigestView {
    /// The last input of the session before this one; none before the first.
    pub since: Option<String>,
    /// Seconds since then.
    pub since_seconds: Option<u32>,
    /// Red alerts that fire, unacknowledged.
    pub red: u32,
    /// Red alerts that fire and somebody has acknowledged.
    pub acknowledged: u32,
    /// Yellow alerts that fire.
    pub yellow: u32,
    /// Alerts that fired since and are over.
    pub came_and_went: u32,
    /// What lapses before the next session, by queue.
    pub lapsing: Vec<LapsingView>,
    /// The next session.
    pub next_session: Option<SessionView>,
    /// What came in since, by queue; the most first.
    pub arrived: Vec<ArrivedView>,
    /// Operations held for the operator.
    pub held: u32,
    /// Queues looked at.
    pub queues: u32,
    /// Rules looked at.
    pub rules: u32,
    /// Rules that could not be evaluated: neither red nor green.
    pub unknown: u32,
    /// Nothing needs the operator: no alert, no rule unknown, nothing lapses, nothing held, each queue
    /// at its target; and what is known is not stale.
    pub quiet: bool,
}

/// What lapses in a queue before the next session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LapsingView {
    /// Queue.
    pub view: String,
    /// As shown.
    pub label: String,
    /// How many.
    pub count: u32,
    /// The first deadline of them.
    pub first: String,
}

/// What came into a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ArrivedView {
    /// Queue.
    pub view: String,
    /// As shown.
    pub label: String,
    /// How many since.
    pub count: u32,
    /// How many wait in it now.
    pub open: u32,
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct AlertView {
    /// Record of kind `alert`.
    pub id: String,
    /// Revision that is shown.
    #[specta(type = u32)]
    pub revision: u64,
    /// Rule.
    pub rule: String,
    /// Row that the rule comes from.
    pub row: String,
    /// How bad.
    pub severity: Severity,
    /// What is wrong.
    pub label: String,
    /// What exactly.
    pub detail: String,
    /// The rule in words.
    pub rule_text: String,
    /// Since when it holds.
    pub since: String,
    /// Seconds since then.
    pub seconds: u32,
    /// Who acknowledged it, and when.
    pub acknowledged: Option<AcknowledgedView>,
    /// The rule could not be evaluated since.
    pub unknown_since: Option<String>,
    /// The record it is about.
    pub subject: Option<SubjectView>,
    /// View that shows what it is about.
    pub view: Option<String>,
    /// Our operation on it, if one is not settled yet.
    pub operation: Option<OperationWord>,
    /// The operator may acknowledge it.
    pub can_acknowledge: bool,
    /// A native notification of it could not be delivered: why.
    pub undelivered: Option<String>,
    /// Nobody acknowledged it in time: who is to be called.
    pub unanswered: Option<UnansweredView>,
}

/// Who acknowledged an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AcknowledgedView {
    /// Operator as shown.
    pub by: String,
    /// When.
    pub at: String,
}

/// A record that something is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SubjectView {
    /// Kind.
    pub kind: String,
    /// Id.
    pub id: String,
    /// It in a line; none where it is gone or not in sight.
    pub title: Option<String>,
    /// View in which it can be opened.
    pub view: Option<String>,
}

/// A number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct NumberView {
    /// Metric.
    pub id: String,
    /// Row that it comes from.
    pub row: String,
    /// As shown.
    pub label: String,
    /// What it counts in.
    pub unit: Unit,
    /// Currency of money.
    pub currency: Option<String>,
    /// Digits behind the point of money.
    pub digits: u8,
    /// The value; none where it cannot be worked out (nothing to divide by, no record).
    #[specta(type = Option<i32>)] // always finite: a number, never NaN
    pub value: Option<f64>,
    /// What it was divided by.
    #[specta(type = Option<i32>)]
    pub of: Option<f64>,
    /// Records measured.
    pub count: u32,
    /// The unfinished window carried on to its end.
    #[specta(type = Option<i32>)]
    pub projected: Option<f64>,
    /// Over what time.
    pub window: WindowView,
    /// Change against the window before, 0.12 being 12 % more.
    #[specta(type = Option<i32>)]
    pub change: Option<f64>,
    /// Which way is good.
    pub better: Better,
    /// To be reached.
    #[specta(type = Option<i32>)]
    pub target: Option<f64>,
    /// Most that may be spent.
    #[specta(type = Option<i32>)]
    pub limit: Option<f64>,
    /// Colour of the value.
    pub tone: Tone,
    /// Where colours begin, for the line in the picture.
    pub thresholds: Vec<ThresholdView>,
    /// Values over time, the last being now; none where it cannot be worked out.
    #[specta(type = Vec<Option<i32>>)]
    pub points: Vec<Option<f64>>,
    /// The first point's instant.
    pub points_from: Option<String>,
    /// The same number from another source.
    pub stated: Option<StatedView>,
    /// The largest parts, at most 5.
    pub parts: Vec<PartView>,
    /// Parts that are not listed, summed up.
    #[specta(type = Option<i32>)]
    pub other: Option<f64>,
    /// Remark.
    pub note: Option<String>,
    /// View that shows the records behind it.
    pub view: Option<String>,
    /// Why there is no value.
    pub problem: Option<String>,
}

/// Over what time a number is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum WindowView {
    /// The state now.
    Now,
    /// So many hours back.
    Hours {
        /// How many.
        hours: u32,
    },
    /// So many days back.
    Days {
        /// How many.
        days: u32,
    },
    /// Since the week began.
    Week,
    /// Since the month began.
    Month,
}

/// Where a colour begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ThresholdView {
    /// The value.
    #[specta(type = i32)]
    pub value: f64,
    /// The colour.
    pub tone: Tone,
    /// It begins above the value; else below.
    pub above: bool,
    /// Row that it comes from.
    pub row: String,
}

/// The same number from another source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct StatedView {
    /// Who states it.
    pub label: String,
    /// Theirs.
    #[specta(type = Option<i32>)]
    pub value: Option<f64>,
    /// It is not ours.
    pub differs: bool,
}

/// A part of a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PartView {
    /// As shown.
    pub label: String,
    /// Its value.
    #[specta(type = i32)]
    pub value: f64,
}

/// A queue with something in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct DueView {
    /// Queue.
    pub view: String,
    /// As shown.
    pub label: String,
    /// Row that plans this work.
    pub row: String,
    /// What waits.
    pub open: u32,
    /// How many may remain.
    pub target: u32,
    /// Estimated minutes.
    #[specta(type = i32)]
    pub minutes: f64,
    /// What may be done at once: how many, and the section.
    pub at_once: Option<AtOnceView>,
    /// The deadline that comes first in it.
    pub first: Option<ClockView>,
    /// Records whose clock has turned amber or red.
    pub urgent: u32,
}

/// What may be done at once in a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AtOnceView {
    /// Section.
    pub section: String,
    /// How many.
    pub count: u32,
}

/// Time that the operator has in a week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct BudgetView {
    /// Row that it comes from.
    pub row: String,
    /// Minutes a week.
    pub minutes: u32,
    /// Minutes used this week on this laptop, from the first input to the last of each session.
    pub used: u32,
    /// Minutes that what is due would take.
    pub planned: u32,
}

/// Deadlines of the next days, and the sessions between them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LapsesView {
    /// Now.
    pub from: String,
    /// End of the line.
    pub to: String,
    /// Deadlines, soonest first, at most 20.
    pub lapses: Vec<LapseView>,
    /// Deadlines within the line that are not listed.
    pub more: u32,
    /// The operator's sessions.
    pub sessions: Vec<SessionView>,
}

/// A deadline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LapseView {
    /// Kind of the record.
    pub kind: String,
    /// The record.
    pub id: String,
    /// View in which it can be opened.
    pub view: String,
    /// It in a line.
    pub title: String,
    /// The deadline.
    pub clock: ClockView,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct EventView {
    /// When.
    pub at: String,
    /// What.
    pub what: EventWhat,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventWhat {
    /// An alert fired.
    Fired {
        /// Its record.
        id: String,
        /// How bad.
        severity: Severity,
        /// What is wrong.
        label: String,
    },
    /// An alert is over.
    Resolved {
        /// Its record.
        id: String,
        /// What was wrong.
        label: String,
    },
    /// Operations of ours were settled, those of one action and ending that follow each other taken
    /// together.
    Done {
        /// Action as shown.
        action: String,
        /// How many.
        count: u32,
        /// The record, where it is one.
        title: Option<String>,
        /// How they ended.
        word: OperationWord,
    },
    /// What the operator was asked to agree to, or had asked for on another laptop, ended without an answer.
    NotAgreed {
        /// The approval.
        id: String,
        /// What was asked for.
        label: String,
        /// Who asked took it back; else nobody agreed in time.
        withdrawn: bool,
    },
}
