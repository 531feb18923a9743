//! What an action would do as it is meant now: nothing is done yet.
//!
//! The same decision that queues it, over what was said so far of what it asks for, so that a rule, an
//! agreement or a mail that depends on an amount or a reason is in sight before anything is queued.

use super::act::{params, parse};
use super::basis::ours;
use super::decide::Case;
use super::record::{Asked, action_view};
use super::view::{ActionView, ConsiderRequest};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::reading::read;

/// What an action would do to a record with these parameters, and what decides it. A parameter that is
/// still to be said refuses nothing.
///
/// # Errors
/// [`Code::NotFound`] where there is no such record or action, [`Code::NoPack`] without a pack.
pub async fn consider(engine: &Engine, request: ConsiderRequest) -> Result<ActionView, Error> {
    let amends = request.amends.as_deref().map(parse).transpose()?;
    let asked = Asked {
        params: params(&request.params)?,
        amends,
    };
    read(engine, move |reading| {
        let row = reading
            .opened(&request.kind, &request.id)?
            .ok_or(Error::new(Code::NotFound))?;
        let pack = reading.pack()?;
        let kind = reading.kind(&request.kind)?;
        let action = kind
            .actions
            .get(&request.action)
            .ok_or(Error::new(Code::NotFound))?;
        let now = reading.record(&row.kind, &row.id)?;
        let case = Case::new(reading, pack, kind, now.as_ref().unwrap_or(&row))?;
        let open = reading.lane(&format!("{}/{}", row.kind, row.id))?;
        let seen = (&case, open.as_slice());
        let ours = ours(reading, pack, kind)?;
        Ok(action_view(
            reading,
            (pack, kind, &ours),
            seen,
            action,
            &asked,
        ))
    })
    .await
}
