//! The rail: queues with their counts.

use watchkeeper_pack::{Pack, filter};

use super::cells::is_urgent;
use super::sections::Sections;
use super::view::{NavigationView, QueueEntry};
use crate::engine::Engine;
use crate::error::{Code, Error};
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
            now: reading.wall(reading.now.at),
            zone: reading.zone().name().to_owned(),
            clock_unsure: reading.now.unsure,
            language: pack.map_or_else(|| "en".to_owned(), |pack| pack.language.clone()),
        })
    })
    .await
}

/// What waits is what stands in the first section.
fn entry(reading: &Reading<'_>, pack: &Pack, view: &str) -> Result<QueueEntry, Error> {
    let asked = Sections::new(reading, pack, view, "")?;
    let first = asked.sections.first().ok_or(Error::new(Code::NotFound))?;
    let open = asked.count(reading, first)?.count;
    let urgent = if asked.kind.clocks.is_empty() || open == 0 {
        0
    } else {
        let order = filter::order_by(asked.kind, &asked.view.def.sort)
            .ok_or(Error::new(Code::PackInvalid))?;
        let rows = asked.rows(reading, first, &order, 0, MOST_CLOCKS)?;
        let urgent = rows
            .iter()
            .filter(|row| is_urgent(reading, asked.kind, row));
        u32::try_from(urgent.count()).unwrap_or(u32::MAX)
    };
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
