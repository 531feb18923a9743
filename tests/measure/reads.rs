//! What screens ask for, as the command answers it.

use std::path::Path;

use anyhow::{Result, ensure};
use serde_json::{Map, Value, json};
use watchkeeper_core::Engine;
use watchkeeper_core::features::queues::view::ViewRequest;
use watchkeeper_core::features::{queues, search, watch};

use crate::numbers::Times;
use crate::{laptop, world};

/// Rows of a page, as the window asks for them.
const ROWS: u32 = 200;

/// Each question `times` times, over words that differ. The first of each is not counted: it warms
/// what the running app has warm.
pub async fn reads(folder: &Path, times: u64, only: &str) -> Result<Value> {
    let engine = laptop::open(folder, "").await?;
    let cached = laptop::records(&engine).await?;
    let mut all = Map::new();
    let pages = [
        ("queue, filtered by state, oldest first", "orders", None, 0),
        ("queue, highest total first", "orders", Some("-total"), 0),
        ("queue, latest first", "orders", Some("-placed_at"), 0),
        ("queue, 20,000 rows down", "orders", None, 20_000),
        ("all records, latest first", "all_orders", None, 0),
        ("all records, by number", "all_orders", Some("number"), 0),
    ];
    for (name, view, sort, offset) in pages.into_iter().filter(|(name, ..)| name.contains(only)) {
        let mut taken = Times::default();
        for round in 0..=times {
            let asked = request(view, sort, "", offset.min(u32::try_from(cached)? / 4));
            let begun = std::time::Instant::now();
            let page = queues::page(&engine, asked).await?;
            ensure!(!page.rows.is_empty(), "{name}: no rows");
            if round > 0 {
                taken.add(begun.elapsed());
            }
        }
        all.insert(name.to_owned(), taken.summed());
    }
    let waiting = json!({"field": "state", "test": {"type": "among", "values": ["waiting"]}});
    let whole = || request("orders", None, "", 0);
    let wishes = [
        (
            "queue, by state, with sums",
            ViewRequest {
                group: Some("state".to_owned()),
                ..whole()
            },
        ),
        (
            "queue, of one state by a chip",
            ViewRequest {
                chips: vec![serde_json::from_value(waiting)?],
                ..whole()
            },
        ),
    ];
    for (name, asked) in wishes.into_iter().filter(|(name, _)| name.contains(only)) {
        let mut taken = Times::default();
        for round in 0..=times {
            let begun = std::time::Instant::now();
            let page = queues::page(&engine, asked.clone()).await?;
            ensure!(!page.rows.is_empty(), "{name}: no rows");
            if round > 0 {
                taken.add(begun.elapsed());
            }
        }
        all.insert(name.to_owned(), taken.summed());
    }
    // A word of every hundredth record or so; a common one; two; the beginning of one; a letter.
    let one = |n: u64| world::word(700 + n % 3_000);
    let common = |n: u64| world::word(n % 20);
    let two = |n: u64| format!("{} {}", world::word(n % 300), world::word(300 + n % 500));
    let begun = |n: u64| {
        world::word(n % 250 + 256)
            .chars()
            .take(4)
            .collect::<String>()
    };
    let letter = |n: u64| world::word(n % 16).chars().take(1).collect::<String>();
    let words: [(&str, &dyn Fn(u64) -> String); 5] = [
        ("one word", &one),
        ("a common word", &common),
        ("two words", &two),
        ("the beginning of a word", &begun),
        ("one letter", &letter),
    ];
    for (name, words) in words.into_iter().filter(|(name, _)| name.contains(only)) {
        let (mut searched, mut narrowed) = (Times::default(), Times::default());
        let mut hits = 0;
        for round in 0..times {
            hits += searched
                .of(search::search(&engine, &words(round)))
                .await?
                .len();
            let asked = request("orders", None, &words(round), 0);
            narrowed.of(queues::page(&engine, asked)).await?;
        }
        ensure!(hits > 0, "{name}: nothing found");
        all.insert(format!("search: {name}"), searched.summed());
        all.insert(format!("queue narrowed by {name}"), narrowed.summed());
    }
    digest(&engine, times, only, &mut all).await?;
    engine.stores().close().await;
    Ok(json!({"cached": cached, "questions": all}))
}

/// The rail, the first screen and one record.
async fn digest(
    engine: &Engine,
    times: u64,
    only: &str,
    all: &mut Map<String, Value>,
) -> Result<()> {
    let names = ["navigation", "Watch, with the digest", "one record"];
    for name in names.into_iter().filter(|name| name.contains(only)) {
        let mut taken = Times::default();
        for round in 0..times {
            match name {
                "navigation" => drop(taken.of(queues::navigation(engine)).await?),
                "one record" => {
                    let id = world::order(round * 7 % 5_000, 0).id;
                    drop(taken.of(queues::record(engine, "order", &id)).await?);
                }
                _ => drop(taken.of(watch::watch(engine)).await?),
            }
        }
        all.insert(name.to_owned(), taken.summed());
    }
    Ok(())
}

/// A question to a view.
pub fn request(view: &str, sort: Option<&str>, search: &str, offset: u32) -> ViewRequest {
    ViewRequest {
        view: view.to_owned(),
        sort: sort.map(str::to_owned),
        search: search.to_owned(),
        offset,
        limit: ROWS,
        ..ViewRequest::default()
    }
}
