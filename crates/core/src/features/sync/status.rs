//! The connection and what waits.

use std::sync::Arc;

use super::cards::{cards, views};
use super::offer::offer;
use super::queries::{batches, open, quarantine, records, unfinished};
use super::view::{ChainView, CopyView, Link, OpenPart, SyncView, UncomparedView};
use crate::audit;
use crate::engine::{Contact, Engine};
use crate::error::{Code, Error};
use crate::features::reading::{Reading, read};
use crate::outbox::queue;
use crate::store::setting;
use crate::sync::{compare, diverged::Told};

/// The last settled operations that are shown.
const SETTLED: u32 = 20;

/// The connection and what waits.
pub async fn status(engine: &Engine) -> Result<SyncView, Error> {
    let platform = engine.pinned().platform.to_string();
    let broken_at = engine.chain_broken_at();
    let running = (engine.batches.all(), Arc::clone(&engine.batches));
    read(engine, move |reading| {
        // It may have begun, or come to its end, since what is read here was so.
        let running = &running.0 | &running.1.all();
        let link = &reading.link;
        let now = reading.now.at;
        let records = records(reading)?;
        Ok(SyncView {
            link: match link.contact {
                Contact::SignedOut => Link::SignedOut,
                Contact::CutOff => Link::CutOff,
                Contact::Untried | Contact::There if !link.filled => Link::Filling,
                Contact::Untried | Contact::There => Link::InStep,
            },
            since: Some(reading.wall(link.since)),
            age_seconds: reading
                .pulled_at
                .map(|at| u32::try_from((now - at).num_seconds().max(0)).unwrap_or(u32::MAX)),
            as_of: reading.as_of(),
            problem: link.worst().cloned().or_else(|| zones_differ(reading)),
            next_try: link.next_try.map(|at| reading.wall(at)),
            live: link.live,
            filling: (!link.filled).then_some(records),
            records,
            open: open(reading)?,
            waiting: cards(reading, OpenPart::Waiting, 0)?,
            undo: offer(reading)?,
            batches: batches(reading)?,
            unfinished: unfinished(reading, &running)?,
            held: cards(reading, OpenPart::Held, 0)?,
            under_way: cards(reading, OpenPart::UnderWay, 0)?,
            settled: views(reading, &queue::settled(reading.state, SETTLED)?)?,
            quarantine: quarantine(reading)?,
            uncompared: uncompared(reading)?,
            copies: copies(reading)?,
            chain: ChainView {
                entries: audit::length(reading.state)?,
                countersigned: audit::last_signed(reading.state)?.map_or(0, |head| small(head.seq)),
                broken_at: broken_at.map(small),
            },
            clock_unsure: reading.now.unsure,
            platform,
            pack: reading.pack.as_ref().map_or_else(String::new, |pack| {
                format!("{} {}", pack.name, pack.version)
            }),
        })
    })
    .await
}

/// Laptop and platform reckon a zone by different rules (fault 54).
fn zones_differ(reading: &Reading<'_>) -> Option<Error> {
    let session = reading.rights.zones_differ(reading.pack.as_deref()?)?;
    Some(Error::with(Code::ZonesDiffer, session))
}

fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What a kind is called. One that the pack does not name is called as the platform does, with blanks.
fn many(reading: &Reading<'_>, kind: &str) -> String {
    let known = reading.pack.as_ref().and_then(|pack| pack.kind(kind));
    known.map_or_else(|| kind.replace('_', " "), |kind| kind.label_many.clone())
}

/// What the comparison of the copy leaves out.
fn uncompared(reading: &Reading<'_>) -> Result<UncomparedView, Error> {
    let (kinds, lines) = compare::uncompared(reading.cache)?;
    Ok(UncomparedView {
        lines,
        kinds: kinds.iter().map(|kind| many(reading, kind)).collect(),
    })
}

/// Kinds of which the copy differed, and what became of it.
fn copies(reading: &Reading<'_>) -> Result<Vec<CopyView>, Error> {
    let told: Option<Told> = setting::get(reading.state, Told::SETTING)?;
    let told = told.unwrap_or_default();
    let views = told
        .recent(reading.now.at)
        .map(|(kind, differed)| CopyView {
            kind: many(reading, kind),
            at: reading.wall(differed.at),
            stays: differed.stays,
        });
    Ok(views.collect())
}
