//! What may be chosen.

use std::sync::Arc;

use chrono::SecondsFormat;
use watchkeeper_wire::demo::Worlds;

use super::view::{DemoWorldsView, ScenarioView, UndoneChoiceView};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::outbox::queue::{self, Status};

/// Which worlds the demo of this profile has. `open` are all open profiles: those of the same demo have
/// the same clock and the same history.
///
/// # Errors
/// [`Code::NotFound`] where the platform is no demo, else what its line lacks.
pub async fn worlds(engine: &Engine, open: &[Arc<Engine>]) -> Result<DemoWorldsView, Error> {
    only_in_a_demo(engine)?;
    let found = engine.client().worlds().await?;
    shown(engine, open, found).await
}

pub(super) fn only_in_a_demo(engine: &Engine) -> Result<(), Error> {
    if engine.rights().demo {
        return Ok(());
    }
    Err(Error::with(Code::NotFound, "this platform is no demo"))
}

/// The open profiles of the same demo.
pub(super) fn together<'a>(
    engine: &'a Engine,
    open: &'a [Arc<Engine>],
) -> impl Iterator<Item = &'a Arc<Engine>> {
    let platform = &engine.pinned().platform;
    open.iter()
        .filter(move |each| each.pinned().platform == *platform)
}

pub(super) async fn shown(
    engine: &Engine,
    open: &[Arc<Engine>],
    found: Worlds,
) -> Result<DemoWorldsView, Error> {
    let mut waits = 0_usize;
    for each in together(engine, open) {
        let state = &each.stores().state;
        let waiting = state
            .read(|state| queue::standing(state, Status::Waiting))
            .await?;
        waits += waiting.len();
    }
    let zone = engine.zone();
    let scenarios = found.scenarios.into_iter();
    Ok(DemoWorldsView {
        scenarios: scenarios
            .map(|day| ScenarioView {
                id: day.id,
                label: day.label,
            })
            .collect(),
        scenario: found.scenario,
        now: found
            .now
            .with_timezone(&zone)
            .to_rfc3339_opts(SecondsFormat::Secs, false),
        zone: zone.name().to_owned(),
        waits: u32::try_from(waits).unwrap_or(u32::MAX),
        undone: found.undone.map(|choice| UndoneChoiceView {
            scenario: choice.scenario,
        }),
    })
}
