//! What is to be shown, decided purely.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use watchkeeper_pack::format::Severity;

use super::firing::Firing;
use super::{About, Bubble, BubbleId, Button, NotificationSettings, Urgency, words};

/// More new alerts than this at once are one bubble (fault 36).
const MOST_AT_ONCE: usize = 3;
/// The bubble for many changes its number at most this often.
const SUMMARY_EVERY: TimeDelta = TimeDelta::seconds(1);

/// What is looked at.
pub(super) struct Input<'a> {
    /// What fires and is not acknowledged, worst first.
    pub firing: &'a [Firing],
    /// Operations held for the operator.
    pub held: u32,
    /// Approvals that wait for the operator, by id.
    pub approvals: &'a BTreeSet<String>,
    /// What the operator wants.
    pub wanted: &'a NotificationSettings,
    /// Name of the tenant.
    pub tenant: &'a str,
    /// Zone of the tenant.
    pub zone: Tz,
    /// Now, UTC.
    pub now: DateTime<Utc>,
}

/// What stands on the screen, as far as we know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// Bubbles, and what they were last shown with.
    pub bubbles: BTreeMap<About, Shown>,
    /// Operations held that the operator was told of.
    pub held_told: u32,
    /// Approvals that the operator was told of and that wait still.
    pub approvals_told: BTreeSet<String>,
    /// After a failure nothing is tried before this instant.
    pub not_before: Option<DateTime<Utc>>,
}

/// A bubble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    /// Its name, while it stands.
    pub bubble: Option<BubbleId>,
    /// This run of the app has shown it, so its buttons work.
    pub by_us: bool,
    /// For several things: how many it named.
    pub count: usize,
    /// When it was shown last, UTC.
    pub at: DateTime<Utc>,
}

/// A step. They are taken in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Show this, which names so many.
    Show(Bubble, usize),
    /// Take this away, and forget it.
    Close(About),
}

/// What is to be done.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// In order.
    pub steps: Vec<Step>,
    /// Look again then, even if nothing changes.
    pub again_at: Option<DateTime<Utc>>,
}

/// What is to be done now.
pub(super) fn plan(input: &Input<'_>, standing: &Standing) -> Plan {
    let mut plan = Plan::default();
    let wanted: Vec<Firing> = input
        .firing
        .iter()
        .filter(|firing| match firing.severity {
            Severity::Red => input.wanted.red,
            Severity::Yellow => input.wanted.yellow,
        })
        .cloned()
        .collect();
    let approvals = if input.wanted.approvals {
        input.approvals.len()
    } else {
        0
    };
    close_what_is_over(&wanted, (input.held, approvals), standing, &mut plan);
    if let Some(wait) = waits(input, standing) {
        plan.again_at = wait;
        return plan;
    }
    let summary = standing.bubbles.get(&About::Alerts);
    let fresh: Vec<&Firing> = wanted
        .iter()
        .filter(|firing| !is_shown(standing, &About::Alert(firing.id.clone())))
        .collect();
    match summary.filter(|_| !wanted.is_empty()) {
        Some(shown) => follow(input, &wanted, shown, &mut plan),
        None if fresh.len() > MOST_AT_ONCE => gather(input, &wanted, standing, &mut plan),
        None => {
            for firing in fresh {
                plan.steps.push(Step::Show(one(input, firing, standing), 1));
            }
        }
    }
    if input.wanted.refused && input.held > standing.held_told {
        let (title, body) = words::held(input.held, input.tenant);
        let count = usize::try_from(input.held).unwrap_or(usize::MAX);
        let bubble = Bubble {
            about: About::Sync,
            replaces: name(standing, &About::Sync),
            urgency: Urgency::Normal,
            title,
            body,
            buttons: vec![Button::Open],
        };
        plan.steps.push(Step::Show(bubble, count));
    }
    if approvals > 0 {
        ask(input, standing, &mut plan);
    }
    plan
}

/// What is not to be said any more goes, whatever the hour.
fn close_what_is_over(
    wanted: &[Firing],
    (held, approvals): (u32, usize),
    standing: &Standing,
    plan: &mut Plan,
) {
    for about in standing.bubbles.keys() {
        let is_over = match about {
            About::Alert(id) => wanted.iter().all(|firing| firing.id != *id),
            About::Alerts => wanted.is_empty(),
            About::Approvals => approvals == 0,
            About::Sync => held == 0,
            About::Test => false,
        };
        if is_over {
            plan.steps.push(Step::Close(about.clone()));
        }
    }
}

/// Nothing is shown now: until when, where that is known.
fn waits(input: &Input<'_>, standing: &Standing) -> Option<Option<DateTime<Utc>>> {
    if let Some(at) = standing.not_before.filter(|at| *at > input.now) {
        return Some(Some(at));
    }
    if input.wanted.is_quiet(input.now, input.zone) {
        let hours = input.wanted.hours.as_ref();
        return Some(hours.and_then(|hours| hours.next_begin(input.now, input.zone)));
    }
    None
}

/// The bubble for many stands: its number follows, not faster than the eye. One that was closed by
/// hand comes back only when there are more.
fn follow(input: &Input<'_>, wanted: &[Firing], shown: &Shown, plan: &mut Plan) {
    let (was, is) = (shown.count, wanted.len());
    let is_news = !shown.by_us || is > was || (is < was && shown.bubble.is_some());
    if !is_news {
        return;
    }
    let next = shown.at + SUMMARY_EVERY;
    if shown.by_us && input.now < next {
        plan.again_at = Some(next);
    } else {
        let bubble = many(input, wanted, shown.bubble.clone());
        plan.steps.push(Step::Show(bubble, is));
    }
}

/// The one bubble for approvals is replaced when another waits, and while it stands when fewer do. One
/// that was closed by hand comes back only for an approval that it did not tell of.
fn ask(input: &Input<'_>, standing: &Standing, plan: &mut Plan) {
    let (about, count) = (About::Approvals, input.approvals.len());
    let shown = standing.bubbles.get(&about).filter(|shown| shown.by_us);
    if let Some(shown) = shown {
        let fewer = count < shown.count && shown.bubble.is_some();
        if !fewer && input.approvals.is_subset(&standing.approvals_told) {
            return;
        }
        let next = shown.at + SUMMARY_EVERY;
        if input.now < next {
            plan.again_at = plan.again_at.into_iter().chain([next]).min();
            return;
        }
    }
    let (title, body) = words::approvals(count, input.tenant);
    let bubble = Bubble {
        replaces: name(standing, &about),
        about,
        urgency: Urgency::Normal,
        title,
        body,
        buttons: vec![Button::Open],
    };
    plan.steps.push(Step::Show(bubble, count));
}

/// Single bubbles give way to one for all.
fn gather(input: &Input<'_>, wanted: &[Firing], standing: &Standing, plan: &mut Plan) {
    for about in standing.bubbles.keys() {
        let closing = plan.steps.contains(&Step::Close(about.clone()));
        if matches!(about, About::Alert(_)) && !closing {
            plan.steps.push(Step::Close(about.clone()));
        }
    }
    plan.steps
        .push(Step::Show(many(input, wanted, None), wanted.len()));
}

fn is_shown(standing: &Standing, about: &About) -> bool {
    standing.bubbles.get(about).is_some_and(|shown| shown.by_us)
}

fn name(standing: &Standing, about: &About) -> Option<BubbleId> {
    standing.bubbles.get(about)?.bubble.clone()
}

fn one(input: &Input<'_>, firing: &Firing, standing: &Standing) -> Bubble {
    let (title, body) = words::alert(firing, input.tenant, input.zone);
    let about = About::Alert(firing.id.clone());
    Bubble {
        replaces: name(standing, &about),
        about,
        urgency: urgency(std::slice::from_ref(firing)),
        title,
        body,
        buttons: vec![Button::Open, Button::Acknowledge],
    }
}

fn many(input: &Input<'_>, wanted: &[Firing], replaces: Option<BubbleId>) -> Bubble {
    let (title, body) = words::alerts(wanted, input.tenant);
    Bubble {
        about: About::Alerts,
        replaces,
        urgency: urgency(wanted),
        title,
        body,
        buttons: vec![Button::Open],
    }
}

fn urgency(firing: &[Firing]) -> Urgency {
    if firing.iter().any(|f| f.severity == Severity::Red) {
        Urgency::Critical
    } else {
        Urgency::Normal
    }
}

#[cfg(test)]
mod tests;
