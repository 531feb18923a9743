//! The figures as a page for people.

use std::fmt::Write;

use serde_json::Value;

use super::Record;

/// The page `docs/soak.md`.
pub fn page(record: &Record) -> String {
    let mut text = String::from(
        "# Soak\n\nWritten by `cargo xtask soak`; the same as JSON is in `soak.json`. What it does is \
         in [development.md](development.md).\n\n| | |\n| --- | --- |\n",
    );
    let mut row = |name: &str, value: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {name} | {value} |");
    };
    row("date", &record.date);
    row("commit", &record.commit);
    row("machine", &record.machine);
    let end = if record.finished {
        ""
    } else {
        ", ended before its end"
    };
    let (minutes, seconds) = (record.seconds / 60, record.seconds % 60);
    row("took", &format!("{minutes} min {seconds:02} s{end}"));
    for (name, found) in &record.controls {
        let found = if *found {
            "found, as it must be"
        } else {
            "NOT FOUND"
        };
        row(&format!("control: a build that {name}"), found);
    }
    if let Some(simulation) = &record.simulation {
        of_simulation(simulation, &mut row);
    }
    if let Some(kills) = &record.kills {
        of_kills(kills, &mut row);
    }
    if let Some(windows) = &record.windows {
        row("kills of the window", &windows.kills.to_string());
        row("decisions queued in it", &windows.queued.to_string());
        row("effects", &windows.effects.to_string());
        row("**lost**", &listed(windows.lost.iter().map(String::as_str)));
        row(
            "**doubled**",
            &listed(windows.doubled.iter().map(String::as_str)),
        );
    }
    if let Some(fuzz) = &record.fuzz {
        for (target, counts) in fuzz.as_object().into_iter().flatten() {
            let number = |name: &str| counts.get(name).and_then(Value::as_u64).unwrap_or(0);
            let counts = format!(
                "{} inputs, {} accepted",
                number("inputs"),
                number("accepted")
            );
            row(&format!("bad input: {target}"), &counts);
        }
    }
    text
}

fn of_simulation(simulation: &Value, row: &mut impl FnMut(&str, &str)) {
    let number = |name: &str| match simulation.get(name) {
        Some(value) => value.to_string(),
        None => "–".to_owned(),
    };
    for (label, name) in [
        ("seeds of the simulation", "seeds"),
        ("… the first of them", "from"),
        ("simulated hours", "simulated_hours"),
        ("steps", "steps"),
        ("requests", "requests"),
        ("operations", "operations"),
        ("effects at the provider", "effects"),
        ("crashes of a client", "client_crashes"),
        ("crashes of the platform", "platform_crashes"),
        ("platforms restored from an older copy", "restores"),
        ("**lost**", "lost"),
        ("**doubled**", "doubled"),
        ("**seeds that failed**", "failed"),
    ] {
        row(label, &number(name));
    }
}

fn of_kills(kills: &Value, row: &mut impl FnMut(&str, &str)) {
    let number = |name: &str| match kills.get(name) {
        Some(value) => value.to_string(),
        None => "–".to_owned(),
    };
    row("kills of the app without a window", &number("client_kills"));
    row("… of these while it started", &number("while_starting"));
    row("… and in its first fill", &number("while_filling"));
    row("kills of the platform", &number("platform_kills"));
    row("answers lost on the line", &number("answers_lost"));
    row("decisions asked for", &number("asked"));
    row("operations queued", &number("queued"));
    row("… of these with a verdict that is no", &number("refused"));
    let stood = kills.get("stood").and_then(Value::as_object);
    let stood: Vec<String> = stood
        .into_iter()
        .flatten()
        .map(|(standing, count)| format!("{count} {}", standing.replace('_', " ")))
        .collect();
    row("how they stood after the kill", &stood.join(", "));
    row("effects at the providers", &number("effects"));
    row("checks at rest", &number("checks"));
    for name in ["lost", "doubled", "wrong"] {
        let found = kills.pointer(&format!("/findings/{name}"));
        let found = found.and_then(Value::as_array).into_iter().flatten();
        row(
            &format!("**{name}**"),
            &listed(found.filter_map(Value::as_str)),
        );
    }
}

/// How many, and which.
fn listed<'a>(found: impl Iterator<Item = &'a str>) -> String {
    let found: Vec<&str> = found.collect();
    match found.as_slice() {
        [] => "0".to_owned(),
        some => format!("{}: {}", some.len(), some.join("; ")),
    }
}
