//! The parts of the bench: what each measures, and what is aimed at.

use std::path::PathBuf;

use anyhow::Context;
use serde_json::{Value, json};

use super::measure::{measure, median, number};
use super::platform::{Platform, Tenant};
use super::report::Report;

/// A part by name.
pub type Part = (
    &'static str,
    fn(&mut Ground<'_>, &mut Report) -> anyhow::Result<()>,
);

/// In this order: later ones use what earlier ones left.
pub const PARTS: &[Part] = &[
    ("packs", packs),
    ("sync", sync),
    ("reads", reads),
    ("delta", delta),
    ("window", window),
    // Orders that wait are packed here: the window counts them before.
    ("outbox", outbox),
    ("notify", notify),
];

/// The platform and the laptops on which it is measured.
pub struct Ground<'a> {
    platform: &'a Platform,
    folder: PathBuf,
    quick: bool,
    /// Tenants that are filled, by their number of records.
    filled: Vec<(u64, Tenant)>,
    /// Laptops that are in step, likewise.
    laptops: Vec<(u64, PathBuf)>,
}

impl<'a> Ground<'a> {
    /// Ground on which nothing is built yet.
    pub fn new(platform: &'a Platform, folder: PathBuf, quick: bool) -> Self {
        Self {
            platform,
            folder,
            quick,
            filled: Vec::new(),
            laptops: Vec::new(),
        }
    }

    /// So many records, or a tenth where it is to be quick.
    fn records(&self, full: u64) -> u64 {
        if self.quick { full / 10 } else { full }
    }

    /// So often, or the least that says something.
    fn rounds(&self, full: u64) -> u64 {
        if self.quick { (full / 5).max(2) } else { full }
    }

    /// A tenant with so many records.
    fn tenant(&mut self, records: u64) -> anyhow::Result<Tenant> {
        let found = self.filled.iter().find(|(count, _)| *count == records);
        if let Some((_, tenant)) = found {
            return Ok(tenant.clone());
        }
        let tenant = self.platform.tenant(&format!("bench-{records}"))?;
        let mut arguments = line(&tenant.url, &tenant.system);
        arguments.extend(["--count".to_owned(), records.to_string()]);
        measure("seed", arguments)?;
        self.filled.push((records, tenant.clone()));
        Ok(tenant)
    }

    /// A laptop that is in step with the tenant of so many records.
    fn laptop(&mut self, records: u64) -> anyhow::Result<PathBuf> {
        let found = self.laptops.iter().find(|(count, _)| *count == records);
        if let Some((_, folder)) = found {
            return Ok(folder.clone());
        }
        self.new_laptop(records, 0).map(|(folder, _)| folder)
    }

    /// A new laptop, and the figures of its first sync.
    fn new_laptop(&mut self, records: u64, round: u64) -> anyhow::Result<(PathBuf, Value)> {
        let tenant = self.tenant(records)?;
        let folder = self.folder.join(format!("laptop-{records}-{round}"));
        let mut arguments = line(&tenant.url, &tenant.operator);
        arguments.extend(at(&folder));
        let figures = measure("sync", arguments)?;
        anyhow::ensure!(
            number(&figures, "records")? as u64 == records,
            "not everything was synced"
        );
        self.laptops.retain(|(count, _)| *count != records);
        self.laptops.push((records, folder.clone()));
        Ok((folder, figures))
    }
}

fn line(url: &str, token: &str) -> Vec<String> {
    ["--platform", url, "--token", token]
        .map(str::to_owned)
        .to_vec()
}

fn at(folder: &std::path::Path) -> [String; 2] {
    ["--folder".to_owned(), folder.display().to_string()]
}

fn packs(ground: &mut Ground<'_>, report: &mut Report) -> anyhow::Result<()> {
    let records = ground.records(100_000);
    let folder = ground.folder.join("packs");
    crate::desktop::make_private(&folder)?;
    let folder = folder.display().to_string();
    let packs = crate::root::root().join("packs").display().to_string();
    let arguments = [
        "--packs".to_owned(),
        packs,
        "--folder".to_owned(),
        folder,
        "--records".to_owned(),
        records.to_string(),
        "--rounds".to_owned(),
        ground.rounds(20).to_string(),
    ];
    let figures = measure("packs", arguments)?;
    let figure = |path: &str| number(&figures, path);
    let note = format!("p99 {:.0} ms", figure("load/p99_ms")?);
    let what = "five packs loaded and checked as a whole, p50";
    report.at_most(what, (figure("load/p50_ms")?, "ms"), 150.0, &note);
    let note = format!(
        "{:.0} policy rows, lookups answered",
        figure("decision/rows")?
    );
    report.at_most("one decision", (figure("decision/us")?, "us"), 20.0, &note);
    let what = format!(
        "all {} alert rules of the five packs over {records} records",
        figure("rules/rules")?
    );
    report.says(
        &what,
        (figure("rules/full_ms")?, "ms"),
        "first look, on disk",
    );
    let note = "after one record of each tenant changed";
    report.says(
        "the same again",
        (figure("rules/incremental_ms")?, "ms"),
        note,
    );
    report.keep("packs", figures);
    Ok(())
}

fn sync(ground: &mut Ground<'_>, report: &mut Report) -> anyhow::Result<()> {
    let records = ground.records(100_000);
    let (mut ratios, mut seconds, mut work, mut raws, mut peaks) =
        (vec![], vec![], vec![], vec![], vec![]);
    let mut runs = Vec::new();
    for round in 0..ground.rounds(5) {
        let (folder, synced) = ground.new_laptop(records, round)?;
        let raw_folder = ground.folder.join("raw");
        let mut arguments = vec!["--synced".to_owned(), folder.display().to_string()];
        arguments.extend(at(&raw_folder));
        let raw = measure("raw", arguments)?;
        std::fs::remove_dir_all(raw_folder)?;
        ratios.push(number(&synced, "seconds")? / number(&raw, "seconds")?);
        work.push(number(&synced, "cpu_seconds")? / number(&raw, "cpu_seconds")?);
        seconds.push(number(&synced, "seconds")?);
        raws.push(number(&raw, "seconds")?);
        peaks.push(number(&synced, "peak_mib")?);
        runs.push(json!({"sync": synced, "raw": raw}));
    }
    let middle = |numbers: Vec<f64>| median(numbers).context("no run");
    let (seconds, raw) = (middle(seconds)?, middle(raws)?);
    let note = format!(
        "{seconds:.2} s against {raw:.2} s; processor time of the client {:.2} ×",
        middle(work)?
    );
    let what = format!("first sync of {records} records against a raw insert of the same rows");
    report.at_most(&what, (middle(ratios)?, "×"), 1.6, &note);
    let most = peaks.iter().copied().fold(0.0, f64::max);
    let what = "the same, peak memory of the client without a window";
    report.at_most(what, (most, "MiB"), 80.0, "the highest of all runs");
    let platform = ground.platform.peak_mib()?;
    report.says(
        "the same, peak memory of the platform",
        (platform, "MiB"),
        "",
    );
    report.keep("sync", Value::Array(runs));
    let open = measure(
        "open",
        at(&ground.laptop(records)?)
            .into_iter()
            .chain(["--times".to_owned(), ground.rounds(20).to_string()]),
    )?;
    report.says(
        &format!("opening both databases, {records} records"),
        (number(&open, "p50_ms")?, "ms"),
        "key at hand",
    );
    report.keep("open", open);
    Ok(())
}

fn reads(ground: &mut Ground<'_>, report: &mut Report) -> anyhow::Result<()> {
    let records = ground.records(100_000);
    let mut arguments = at(&ground.laptop(records)?).to_vec();
    arguments.extend(["--times".to_owned(), ground.rounds(200).to_string()]);
    let figures = measure("reads", arguments)?;
    let questions = figures.get("questions").and_then(Value::as_object);
    for (name, times) in questions.context("no questions")? {
        let note = format!("p50 {:.1} ms", number(times, "p50_ms")?);
        let what = format!("{name}, p99 of the command at {records}");
        report.at_most(&what, (number(times, "p99_ms")?, "ms"), 16.0, &note);
    }
    report.keep("reads", figures);
    Ok(())
}

fn delta(ground: &mut Ground<'_>, report: &mut Report) -> anyhow::Result<()> {
    let sizes = [10_000, 100_000, 500_000].map(|size| ground.records(size));
    let (mut each, mut constant, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for records in sizes {
        let folder = ground.laptop(records)?;
        let tenant = ground.tenant(records)?;
        for (count, into) in [
            (records / 100, &mut each),
            (ground.records(1_000), &mut constant),
        ] {
            let mut arguments = line(&tenant.url, &tenant.operator);
            arguments.extend(at(&folder));
            arguments.extend(["--system".to_owned(), tenant.system.clone()]);
            arguments.extend(["--count".to_owned(), count.to_string()]);
            arguments.extend(["--rounds".to_owned(), ground.rounds(7).to_string()]);
            let figures = measure("delta", arguments)?;
            let turn = number(&figures, "turn/p50_ms")?;
            // What a turn costs without any record is no cost of the records.
            let records_alone = (turn - number(&figures, "idle/p50_ms")?).max(0.0);
            into.push((records, turn, records_alone * 1_000.0 / count as f64));
            all.push(figures);
        }
    }
    for (name, list) in [("1 % changed", &each), ("1,000 changed", &constant)] {
        for (records, turn, each) in list {
            let note = format!("{each:.0} µs a record");
            let what = format!("delta, {name} of {records}: request to commit");
            report.says(&what, (*turn, "ms"), &note);
        }
        if let (Some((.., small)), Some((.., large))) = (list.first(), list.last()) {
            let what = format!("the same, a record at {} against {}", sizes[2], sizes[0]);
            report.at_most(&format!("{what}, {name}"), (large / small, "×"), 1.25, "");
        }
    }
    report.keep("delta", Value::Array(all));
    Ok(())
}

fn outbox(ground: &mut Ground<'_>, report: &mut Report) -> anyhow::Result<()> {
    let records = ground.records(100_000);
    let mut arguments = at(&ground.laptop(records)?).to_vec();
    let tenant = ground.tenant(records)?;
    arguments.extend(line(&tenant.url, &tenant.operator));
    let count = ground.records(1_000);
    arguments.extend(["--count".to_owned(), count.to_string()]);
    let figures = measure("outbox", arguments)?;
    let note = format!("p50 {:.1} ms", number(&figures, "act/p50_ms")?);
    let what = format!("durable enqueue, p99 of the command at {records}");
    report.at_most(&what, (number(&figures, "act/p99_ms")?, "ms"), 20.0, &note);
    let seconds = number(&figures, "drain/seconds")?;
    let what = format!("drain of {count} operations, one lane each");
    report.says(&what, (seconds, "s"), "");
    report.keep("outbox", figures);
    Ok(())
}

fn window(ground: &mut Ground<'_>, report: &mut Report) -> anyhow::Result<()> {
    let records = ground.records(100_000);
    let tenant = ground.tenant(records)?;
    let folder = ground.folder.join("window");
    crate::desktop::make_private(&folder)?;
    let mut arguments = line(&tenant.url, &tenant.operator);
    arguments.extend(at(&folder));
    arguments.extend(["--records".to_owned(), records.to_string()]);
    arguments.extend(["--keys".to_owned(), ground.rounds(100).to_string()]);
    arguments.extend(["--starts".to_owned(), ground.rounds(6).to_string()]);
    let figures = measure("window", arguments)?;
    let keys = figures.get("keys").and_then(Value::as_object);
    for (name, times) in keys.context("no keys")? {
        let note = format!(
            "p50 {:.0} ms; answered after {:.0} ms, p99 {:.0} ms; in the document after {:.0} ms, p99 {:.0} ms",
            number(times, "painted/p50_ms")?,
            number(times, "answered/p50_ms")?,
            number(times, "answered/p99_ms")?,
            number(times, "changed/p50_ms")?,
            number(times, "changed/p99_ms")?
        );
        let what = format!("key to paint, {name}, p99 at {records}");
        let p99 = (number(times, "painted/p99_ms")?, "ms");
        match name.as_str() {
            "one word alone" => report.says(&what, p99, &note),
            _ => report.at_most(&what, p99, 50.0, &note),
        }
    }
    let many = figures.get("many").and_then(Value::as_object);
    for (name, times) in many.context("nothing of many")? {
        let note = format!("longest {:.0} ms", number(times, "painted/max_ms")?);
        let what = format!("key to paint, 1,000 at once, {name}, p50 at {records}");
        report.says(&what, (number(times, "painted/p50_ms")?, "ms"), &note);
    }
    for (what, path, unit) in [
        ("start until the page is painted", "whole_ms", "ms"),
        ("memory of all processes (PSS)", "pss_mib", "MiB"),
    ] {
        let of = |program: &str| -> anyhow::Result<f64> {
            let runs = figures.pointer(&format!("/starts/{program}"));
            let runs = runs.and_then(Value::as_array).context("no starts")?;
            let figures = runs.iter().map(|run| number(run, path));
            median(figures.collect::<anyhow::Result<_>>()?).context("no start")
        };
        let (app, bare) = (of("watchkeeper")?, of("bare-window")?);
        let note = format!("{app:.0} {unit} against {bare:.0} {unit}");
        let what = format!("{what}, against a bare window");
        report.at_most(&what, (app / bare, "×"), 1.3, &note);
    }
    report.keep("window", figures);
    Ok(())
}

fn notify(ground: &mut Ground<'_>, report: &mut Report) -> anyhow::Result<()> {
    let tenant = ground.platform.tenant("bench-lamps")?;
    let folder = ground.folder.join("notify");
    crate::desktop::make_private(&folder)?;
    let mut arguments = line(&tenant.url, &tenant.operator);
    arguments.extend(at(&folder));
    arguments.extend(["--system".to_owned(), tenant.system.clone()]);
    arguments.extend(["--with-stream".to_owned(), ground.rounds(100).to_string()]);
    arguments.extend(["--without-stream".to_owned(), ground.rounds(5).to_string()]);
    let figures = measure("notify", arguments)?;
    let what = "commit of a firing alert until its notification is handed to D-Bus";
    let (with, without) = ("streamed", "polled");
    let note = |name: &str| -> anyhow::Result<String> {
        Ok(format!(
            "p50 {:.0} ms",
            number(&figures, &format!("{name}/p50_ms"))?
        ))
    };
    let p99 = (number(&figures, "streamed/p99_ms")?, "ms");
    report.at_most(&format!("{what}, p99"), p99, 250.0, &note(with)?);
    let longest = (number(&figures, "polled/max_ms")? / 1e3, "s");
    report.at_most(
        &format!("{what}, stream cut, longest"),
        longest,
        30.0,
        &note(without)?,
    );
    report.keep("notify", figures);
    Ok(())
}
