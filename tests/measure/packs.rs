//! Packs: loading all of them, one decision, and all alert rules over many records.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, anyhow, ensure};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use watchkeeper_model::{Actor, LookupValue, Situation, Snapshot, decide};
use watchkeeper_pack::{Bundle, Pack, bundle, load_files, value};
use watchkeeper_platform::alerts::Evaluator;
use watchkeeper_platform::demo::{self, RowsWorld, World};
use watchkeeper_platform::{Options, Platform, intake};
use watchkeeper_wire::ingest::{Incoming, Ingest, MAX_INGEST};
use watchkeeper_wire::session::Tenant;

use crate::numbers::{Times, millis};

/// The packs of the five documents.
const PACKS: [&str; 5] = [
    "admin-console",
    "amarise",
    "dog-trainers",
    "live-shopping",
    "pos-saas",
];
/// The one whose world is generated.
const GENERATED: &str = "dog-trainers";
/// A day in the week.
const START: &str = "2026-11-20T14:00:00Z";

/// Loads all five and checks them as a whole, as often as this.
pub fn load(folder: &Path, rounds: u64) -> Result<Value> {
    let files = PACKS.map(|pack| bundle::read_dir(&folder.join(pack)));
    let files: Vec<_> = files.into_iter().collect::<Result<_, _>>()?;
    let mut times = Times::default();
    for _ in 0..rounds {
        let begun = Instant::now();
        for files in &files {
            let pack = load_files(files).map_err(|problems| anyhow!("{problems:?}"))?;
            std::hint::black_box(&pack);
        }
        times.add(begun.elapsed());
    }
    Ok(times.summed())
}

/// Decides on one refund so often; its lookups are answered already. Microseconds of one.
pub fn decision(folder: &Path, times: u32) -> Result<Value> {
    let pack = pack(folder, GENERATED)?;
    let kind = pack.kind("refund").context("no refunds")?;
    let now: DateTime<Utc> = START.parse()?;
    let world = World::read(&folder.join(GENERATED))?;
    let records = demo::generate(&world, (1, now), None).records;
    let open = |record: &&Incoming| {
        record.kind == "refund" && record.body.get("state") == Some(&json!("requested"))
    };
    let refund = records.iter().find(open).context("no open refund")?;
    let body = value::normalise(kind, refund.body.clone()).map_err(|fault| anyhow!("{fault:?}"))?;
    let record = Snapshot {
        id: refund.id.clone(),
        revision: 1,
        computed: value::compute(kind, &body),
        body,
        refs: Map::new(),
    };
    let answer = LookupValue {
        value: json!(0),
        as_of: now,
    };
    let lookups: BTreeMap<String, LookupValue> = kind
        .lookups
        .keys()
        .map(|name| (name.clone(), answer.clone()))
        .collect();
    let actor = Actor {
        id: "kim".into(),
        roles: ["operator".to_owned()].into(),
        ..Actor::default()
    };
    let (settings, controls) = (
        pack.settings_in_force(&Map::new()),
        pack.controls_in_force(&Map::new()),
    );
    let params = Map::new();
    let begun = Instant::now();
    let mut rows = 0;
    for _ in 0..times {
        let situation = Situation {
            pack: &pack,
            kind,
            record: &record,
            params: &params,
            actor: &actor,
            now,
            settings: &settings,
            controls: &controls,
            lookups: &lookups,
        };
        rows = std::hint::black_box(decide(&situation, "approve"))
            .rows
            .len();
    }
    ensure!(rows > 0, "no policy was asked");
    let each = begun.elapsed() / times;
    Ok(json!({"us": millis(each) * 1_000.0, "rows": rows}))
}

/// All alert rules of all packs over so many records in all, at first and after one of each tenant
/// changed. The store is on disk, as a platform's is.
pub async fn rules(folder: &Path, store: PathBuf, records: usize) -> Result<Value> {
    let platform = Platform::open(&Options::new(store)).await?;
    let now: DateTime<Utc> = START.parse()?;
    let (mut count, mut touched) = (0, Vec::new());
    for name in PACKS {
        let world = records_of(folder, name, now)?;
        let bundle = watchkeeper_tests::signed(Bundle::from_dir(&folder.join(name))?)?;
        let tenant = Tenant {
            id: name.to_owned(),
            name: name.to_owned(),
            zone: pack(folder, name)?.zone.to_string(),
        };
        let founded = platform.found(&tenant, Some(&bundle)).await;
        founded.map_err(|error| anyhow!("{error:?}"))?;
        let share = records / PACKS.len();
        let many: Vec<Incoming> = (0..)
            .flat_map(|copy| world.iter().map(move |record| copied(record, copy)))
            .take(share)
            .collect();
        for part in many.chunks(MAX_INGEST) {
            count += bring(&platform, name, part.to_vec()).await?;
        }
        let changed = many.iter().rev().find_map(changed);
        touched.push((name, changed.context("nothing that could change")?));
    }
    let rules: usize = PACKS
        .iter()
        .map(|name| pack(folder, name).map(|pack| pack.alerts.len()))
        .sum::<Result<usize>>()?;
    let mut evaluator = Evaluator::new(platform.clone());
    let begun = Instant::now();
    let stepped = evaluator.step(now).await;
    stepped.map_err(|error| anyhow!("{error:?}"))?;
    let full = begun.elapsed();
    // What the first look wrote is looked at as well.
    let settled = evaluator.step(now).await;
    settled.map_err(|error| anyhow!("{error:?}"))?;
    for (name, record) in touched {
        bring(&platform, name, vec![record]).await?;
    }
    let begun = Instant::now();
    let stepped = evaluator.step(now).await;
    stepped.map_err(|error| anyhow!("{error:?}"))?;
    Ok(json!({
        "records": count,
        "rules": rules,
        "full_ms": millis(full),
        "incremental_ms": millis(begun.elapsed()),
    }))
}

fn pack(folder: &Path, name: &str) -> Result<Pack> {
    watchkeeper_pack::load_dir(&folder.join(name)).map_err(|problems| anyhow!("{problems:?}"))
}

/// The world of a pack's demo.
fn records_of(folder: &Path, name: &str, now: DateTime<Utc>) -> Result<Vec<Incoming>> {
    let place = folder.join(name);
    if name == GENERATED {
        return Ok(demo::generate(&World::read(&place)?, (1, now), None).records);
    }
    let pack = pack(folder, name)?;
    let records = RowsWorld::read(&place)?.records(&pack, (1, now), None);
    records.map_err(|problem| anyhow!(problem))
}

/// The same record under another id.
fn copied(record: &Incoming, copy: u32) -> Incoming {
    let id = match copy {
        0 => record.id.clone(),
        copy => format!("{}-{copy}", record.id),
    };
    Incoming {
        id,
        ..record.clone()
    }
}

/// The record with a longer text in it; none where it has none.
fn changed(record: &Incoming) -> Option<Incoming> {
    let mut changed = record.clone();
    let text = changed.body.get_mut("reason")?;
    *text = json!(format!("{} And more.", text.as_str()?));
    Some(changed)
}

async fn bring(platform: &Platform, tenant: &str, records: Vec<Incoming>) -> Result<u64> {
    let brought = Ingest {
        records,
        removed: Vec::new(),
    };
    let answer = intake::take(platform, tenant, &brought).await;
    let answer = answer.map_err(|error| anyhow!("{error:?}"))?;
    ensure!(answer.rejected.is_empty(), "{:?}", answer.rejected.first());
    Ok(answer.accepted)
}
