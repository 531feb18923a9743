//! Chooses scenario and clock of a demo.

use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use watchkeeper_pack::schedule::resolve;
use watchkeeper_wire::demo::ChooseWorld;
use watchkeeper_wire::problem;

use super::view::{ChooseWorldRequest, DemoWorldsView};
use super::worlds::{only_in_a_demo, shown, together};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::sync::client::ClientError;

/// Has the demo replace the world of this profile's tenant. Another history begins with it: the open
/// profiles of the demo are filled anew, and what waits in them is held and told.
///
/// # Errors
/// [`Code::NotFound`] where the platform is no demo or knows no such scenario, [`Code::NotNow`] where
/// the time is none, [`Code::DemoBusy`] while the platform has something under way; else what its line
/// lacks. Nothing was replaced then, as far as the platform could answer.
pub async fn choose(
    engine: &Engine,
    open: &[Arc<Engine>],
    request: ChooseWorldRequest,
) -> Result<DemoWorldsView, Error> {
    only_in_a_demo(engine)?;
    let zone = engine.zone();
    let now = request.at.map(|at| instant(&at, zone)).transpose()?;
    let wanted = ChooseWorld {
        scenario: request.scenario,
        now,
    };
    let chosen = engine.client().choose_world(&wanted).await;
    // Whether or not the answer came through: who asks anew finds the history that is in force.
    together(engine, open).for_each(|each| each.wake());
    shown(engine, open, chosen.map_err(refused)?).await
}

/// An instant on a zone's wall; one that a clock change skips is the first after it, of two it is the
/// first.
pub(super) fn instant(text: &str, zone: Tz) -> Result<DateTime<Utc>, Error> {
    let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    let mut read = formats
        .iter()
        .filter_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    let local = read
        .next()
        .ok_or_else(|| Error::with(Code::NotNow, "a time is written `2026-04-05T02:30`"))?;
    Ok(resolve(local, zone))
}

fn refused(error: ClientError) -> Error {
    let ClientError::Rejected(problem) = &error else {
        return error.into();
    };
    match problem::Code::parse(&problem.code) {
        Some(problem::Code::DemoBusy) => Error::new(Code::DemoBusy),
        Some(problem::Code::NotFound | problem::Code::BodyInvalid) => {
            let detail = problem.detail.as_ref().unwrap_or(&problem.title);
            Error::with(Code::NotFound, detail.clone())
        }
        _ => error.into(),
    }
}
