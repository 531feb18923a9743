//! The rail: queues with their counts, and what else the pack lets look at.

use watchkeeper_pack::Pack;

use super::saved::saved;
use super::view::{NavigationView, QueueEntry, ViewEntry};
use super::waiting::Waiting;
use crate::engine::Engine;
use crate::error::Error;
use crate::features::reading::{Reading, read};

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
            saved: match &pack {
                None => Vec::new(),
                Some(pack) => saved(reading, pack)?,
            },
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

fn entry(reading: &Reading<'_>, pack: &Pack, view: &str) -> Result<QueueEntry, Error> {
    let waiting = Waiting::new(reading, pack, view)?;
    #[allow(clippy::cast_possible_truncation)] // an estimate in minutes
    let minutes = waiting.minutes() as f32;
    Ok(QueueEntry {
        view: waiting.view().id.clone(),
        label: waiting.view().def.label.clone(),
        open: waiting.open(),
        urgent: waiting.urgent(reading, pack)?,
        target: waiting.target(),
        minutes,
    })
}
