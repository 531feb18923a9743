//! One look at what fires, and what follows from it on the screen.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::firing::{Firing, firing};
use super::plan::{self, Input, Shown, Standing, Step};
use super::{About, Bubble, BubbleId, NotificationSettings, NotifyError, Signal, Urgency, words};
use super::{Button, approvals, deliveries};
use crate::changes::{Source, Tag};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::reading::read;
use crate::outbox::queue;

/// After the first failure; doubles up to [`LONGEST`].
const FIRST_BACK_OFF: TimeDelta = TimeDelta::seconds(5);
/// A service that comes back is noticed by itself; this is for one that does not say so.
const LONGEST: TimeDelta = TimeDelta::minutes(5);
/// The app does not wait longer for its bubbles to go when it ends.
const PARTING: Duration = Duration::from_secs(2);

/// What is known of the screen between rounds.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    standing: Standing,
    /// What the run before left was read.
    loaded: bool,
}

/// What one look finds.
struct Seen {
    firing: Vec<Firing>,
    held: u32,
    approvals: BTreeSet<String>,
    wanted: NotificationSettings,
    left: Option<Vec<(About, BubbleId, DateTime<Utc>)>>,
}

/// One round: looks, decides, shows. Answers when to look again though nothing changes.
pub(crate) async fn round(engine: &Engine, memory: &mut Memory) -> Result<Option<Duration>, Error> {
    let load = !memory.loaded;
    let seen = read(engine, move |reading| {
        let left = if load {
            let standing = deliveries::standing(reading.state)?;
            let left = standing.into_iter();
            Some(left.map(|(about, (id, at))| (about, id, at)).collect())
        } else {
            None
        };
        Ok(Seen {
            firing: firing(reading)?,
            held: queue::held(reading.state)?,
            approvals: approvals::waiting(reading)?,
            wanted: NotificationSettings::load(reading.state)?,
            left,
        })
    })
    .await?;
    if let Some(left) = seen.left {
        memory.remember(left, seen.held);
    }
    let now = engine.clock().now().at;
    let tenant = &engine.pinned().tenant;
    let plan = plan::plan(
        &Input {
            firing: &seen.firing,
            held: seen.held,
            approvals: &seen.approvals,
            wanted: &seen.wanted,
            tenant: &tenant.name,
            zone: engine.zone(),
            now,
        },
        &memory.standing,
    );
    memory.standing.held_told = memory.standing.held_told.min(seen.held);
    let told = &mut memory.standing.approvals_told;
    told.retain(|id| seen.approvals.contains(id));
    let mut again_at = plan.again_at;
    for step in plan.steps {
        match step {
            Step::Close(about) => withdraw(engine, memory, &about).await?,
            Step::Show(bubble, count) => {
                if let Some(at) = show(engine, memory, &bubble, count).await? {
                    again_at = Some(at);
                    break;
                }
                if bubble.about == About::Approvals {
                    memory.standing.approvals_told.clone_from(&seen.approvals);
                }
            }
        }
    }
    let now = engine.clock().now().at;
    Ok(again_at.map(|at| (at - now).to_std().unwrap_or_default()))
}

impl Memory {
    /// What the run before left on the screen. Its buttons lead nowhere any more, so that what still
    /// holds is shown again in its place. Operations that were held then were told of then.
    fn remember(&mut self, left: Vec<(About, BubbleId, DateTime<Utc>)>, held: u32) {
        self.loaded = true;
        self.standing.held_told = held;
        for (about, bubble, at) in left {
            let shown = Shown {
                bubble: Some(bubble),
                by_us: false,
                count: 0,
                at,
            };
            self.standing.bubbles.insert(about, shown);
        }
    }

    /// Something happened to a bubble.
    pub(crate) fn heard(&mut self, signal: &Signal) {
        match signal {
            // Services differ in whether a bubble goes when one of its buttons is pressed.
            Signal::Pressed { .. } => {}
            Signal::Dismissed { about, .. } => {
                if let Some(shown) = self.standing.bubbles.get_mut(about) {
                    shown.bubble = None;
                }
            }
            Signal::Restarted => {
                self.standing.not_before = None;
                for shown in self.standing.bubbles.values_mut() {
                    shown.bubble = None;
                    shown.by_us = false;
                }
            }
        }
    }
}

/// Shows a bubble and keeps how that went. Answers when to try again where it failed.
async fn show(
    engine: &Engine,
    memory: &mut Memory,
    bubble: &Bubble,
    count: usize,
) -> Result<Option<DateTime<Utc>>, Error> {
    let outcome = engine.notifier().show(engine.profile(), bubble).await;
    let now = engine.clock().now().at;
    let about = bubble.about.clone();
    let state = &engine.stores().state;
    let again_at = match outcome {
        Ok(id) => {
            let shown = Shown {
                bubble: Some(id.clone()),
                by_us: true,
                count,
                at: now,
            };
            memory.standing.bubbles.insert(about.clone(), shown);
            if about == About::Sync {
                memory.standing.held_told = u32::try_from(count).unwrap_or(u32::MAX);
            }
            state
                .write(move |state| deliveries::shown(state, &about, &id, now))
                .await?;
            None
        }
        Err(error) => {
            tracing::warn!(%error, "a notification was not shown");
            let problem = error.to_string();
            let failures = state
                .write(move |state| deliveries::failed(state, &about, &problem, now))
                .await?;
            let doubled = 2_i32.saturating_pow(failures.saturating_sub(1).min(10));
            let wait = FIRST_BACK_OFF.checked_mul(doubled).unwrap_or(LONGEST);
            let at = now + wait.min(LONGEST);
            memory.standing.not_before = Some(at);
            Some(at)
        }
    };
    engine.changed([Tag::Notifications], Source::Clock);
    Ok(again_at)
}

async fn withdraw(engine: &Engine, memory: &mut Memory, about: &About) -> Result<(), Error> {
    let shown = memory.standing.bubbles.remove(about);
    if let Some(bubble) = shown.and_then(|shown| shown.bubble)
        && let Err(error) = engine.notifier().close(&bubble).await
    {
        // It is over in the app; the bubble was only a hint.
        tracing::info!(%error, "a notification was not taken away");
    }
    let about = about.clone();
    engine
        .stores()
        .state
        .write(move |state| deliveries::forget(state, &about))
        .await?;
    Ok(())
}

/// The app ends: bubbles whose buttons would lead nowhere go with it.
pub(crate) async fn part(engine: &Engine, memory: &mut Memory) {
    let all: Vec<About> = memory.standing.bubbles.keys().cloned().collect();
    let parting = async {
        for about in all {
            if let Err(error) = withdraw(engine, memory, &about).await {
                tracing::info!(%error, "a notification was not forgotten");
            }
        }
    };
    if tokio::time::timeout(PARTING, parting).await.is_err() {
        tracing::info!("the notification service did not answer at the end");
    }
}

/// Shows one as a try. How that went is kept like any other.
pub(crate) async fn test(engine: &Engine) -> Result<(), Error> {
    let (title, body) = words::test(&engine.pinned().tenant.name);
    let bubble = Bubble {
        about: About::Test,
        replaces: None,
        urgency: Urgency::Normal,
        title,
        body,
        buttons: vec![Button::Open],
    };
    let outcome = engine.notifier().show(engine.profile(), &bubble).await;
    let now = engine.clock().now().at;
    let kept = outcome.clone();
    engine
        .stores()
        .state
        .write(move |state| match kept {
            Ok(id) => deliveries::shown(state, &About::Test, &id, now),
            Err(error) => {
                deliveries::failed(state, &About::Test, &error.to_string(), now).map(drop)
            }
        })
        .await?;
    engine.changed([Tag::Notifications], Source::Operator);
    outcome.map(drop).map_err(|error| refused(&error))
}

/// A failure as the operator hears of it.
fn refused(error: &NotifyError) -> Error {
    Error::with(Code::NotificationFailed, error.to_string())
}
