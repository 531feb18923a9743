//! The rail: queues with their counts, and what else the pack lets look at.

use watchkeeper_pack::Pack;

use super::cells::is_urgent;
use super::sections::{Section, Sections};
use super::view::{NavigationView, QueueEntry, ViewEntry};
use crate::engine::Engine;
use crate::error::Error;
use crate::features::reading::{Reading, read};

/// The most records of one queue whose clocks are looked at.
const MOST_CLOCKS: u32 = 2_000;

/// The rail: queues with their counts. Before the first pack there are none.
pub async fn navigation(engine: &Engine) -> Result<NavigationView, Error> {
    read(engine, |reading| {
        let pack = reading.pack.clone();
        let queues = match &pack {
            None => Vec::new(),
            Some(pack) => pack
                .queues
                .iter()
                .map(|view| entry(reading, pack, view))
                .collect::<Result<_, _>>()?,
        };
        Ok(NavigationView {
            queues,
            views: pack.as_deref().map(others).unwrap_or_default(),
            now: reading.wall(reading.now.at),
            zone: reading.zone().name().to_owned(),
            clock_unsure: reading.now.unsure,
            language: pack.map_or_else(|| "en".to_owned(), |pack| pack.language.clone()),
        })
    })
    .await
}

/// The views that are no queue, by name.
fn others(pack: &Pack) -> Vec<ViewEntry> {
    let mut views: Vec<ViewEntry> = pack
        .kinds
        .values()
        .flat_map(|kind| kind.views.values())
        .filter(|view| !pack.queues.contains(&view.id))
        .map(|view| ViewEntry {
            view: view.id.clone(),
            label: view.def.label.clone(),
        })
        .collect();
    views.sort_by(|a, b| (&a.label, &a.view).cmp(&(&b.label, &b.view)));
    views
}

/// What waits is what stands in the sections that say so.
fn entry(reading: &Reading<'_>, pack: &Pack, view: &str) -> Result<QueueEntry, Error> {
    let asked = Sections::new(reading, pack, view, "")?;
    let (mut open, mut urgent) = (0_u32, 0_u32);
    for section in asked.sections.iter().filter(|section| section.waits) {
        let count = asked.count(reading, section)?.count;
        open = open.saturating_add(count);
        if count > 0 && !asked.kind.clocks.is_empty() {
            urgent = urgent.saturating_add(urgent_in(reading, &asked, (section, count))?);
        }
    }
    let queue = asked.view.def.queue.as_ref();
    #[allow(clippy::cast_possible_truncation)] // an estimate in minutes
    let minutes = (f64::from(open) * queue.map_or(0.0, |queue| queue.minutes_each)) as f32;
    Ok(QueueEntry {
        view: asked.view.id.clone(),
        label: asked.view.def.label.clone(),
        open,
        urgent,
        target: queue.map_or(0, |queue| queue.target),
        minutes,
    })
}

/// Of the first rows of a section, those whose clock has turned amber or red.
fn urgent_in(
    reading: &Reading<'_>,
    asked: &Sections<'_>,
    section: (&Section, u32),
) -> Result<u32, Error> {
    let sort = &asked.view.def.sort;
    let rows = asked.rows(reading, section, sort, (0, MOST_CLOCKS))?;
    let urgent = rows
        .iter()
        .filter(|row| is_urgent(reading, asked.kind, row));
    Ok(u32::try_from(urgent.count()).unwrap_or(u32::MAX))
}
