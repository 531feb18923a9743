//! The figures as a page for people.

use serde_json::Value;

use super::{Part, Record, Run};

/// The page `docs/soak.md`.
pub fn page(record: &Record) -> String {
    let mut text = String::from(
        "# Soak\n\nWritten by `cargo xtask soak`; the same as JSON is in `soak.json`, and what it does \
         in [development.md](development.md). `lost` and `doubled` are operations and effects; each \
         must be 0.\n",
    );
    for (part, run) in record {
        let title = match part {
            Part::Simulation => "Simulation",
            Part::Controls => "Faults that are built in, and whether they are found",
            Part::Kills => "Kills of app and platform",
            Part::Windows => "Kills of the window",
            Part::Fuzz => "Bad input",
        };
        let end = match run.well {
            Some(true) => "it ended well",
            Some(false) => "it **failed**",
            None => "ended before its end",
        };
        let (minutes, seconds) = (run.seconds / 60, run.seconds % 60);
        text.push_str(&format!(
            "\n## {title}\n\n{}, commit `{}`, {minutes} min {seconds:02} s, {end}. {}.\n\n\
             | | |\n| --- | ---: |\n",
            run.date, run.commit, run.machine
        ));
        for (name, value) in rows(*part, run) {
            text.push_str(&format!("| {name} | {value} |\n"));
        }
    }
    text
}

/// What is shown of a part, in order: label, and where it stands in the report.
fn shown(part: Part) -> &'static [(&'static str, &'static str)] {
    match part {
        Part::Simulation => &[
            ("seeds", "seeds"),
            ("first seed", "from"),
            ("simulated hours", "simulated_hours"),
            ("steps", "steps"),
            ("requests", "requests"),
            ("operations", "operations"),
            ("effects at the provider", "effects"),
            ("crashes of an app", "client_crashes"),
            ("crashes of the platform", "platform_crashes"),
            ("restores of the platform", "restores"),
            ("lost", "lost"),
            ("doubled", "doubled"),
            ("seeds that failed", "failed"),
        ],
        Part::Kills => &[
            ("kills of the app without a window", "client_kills"),
            ("… of these while it started", "while_starting"),
            ("… and in its sign-in or first fill", "while_filling"),
            ("kills of the platform", "platform_kills"),
            ("answers lost on the line", "answers_lost"),
            ("decisions asked for", "asked"),
            ("operations queued", "queued"),
            ("… of these with a verdict that is no", "refused"),
            ("how they stood after the kill", "stood"),
            ("effects at the providers", "effects"),
            ("checks at rest", "checks"),
            ("lost", "findings/lost"),
            ("doubled", "findings/doubled"),
            ("anything else that is wrong", "findings/wrong"),
        ],
        Part::Windows => &[
            ("kills", "kills"),
            ("operations queued", "queued"),
            ("effects at the provider", "effects"),
            ("lost", "lost"),
            ("doubled", "doubled"),
        ],
        Part::Controls | Part::Fuzz => &[],
    }
}

fn rows(part: Part, run: &Run) -> Vec<(String, String)> {
    if let Part::Controls | Part::Fuzz = part {
        let all = run.of.as_object().into_iter().flatten();
        return all
            .map(|(name, value)| (name.clone(), said(value)))
            .collect();
    }
    let rows = shown(part).iter().map(|(label, name)| {
        let value = run.of.pointer(&format!("/{name}"));
        ((*label).to_owned(), said(value.unwrap_or(&Value::Null)))
    });
    rows.collect()
}

/// A value in words: of a list how many and which, of an object each with its name.
fn said(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(true) => "found".to_owned(),
        Value::Bool(false) => "NOT FOUND".to_owned(),
        Value::Array(list) if list.is_empty() => "0".to_owned(),
        Value::Array(list) => {
            let all: Vec<String> = list.iter().map(said).collect();
            format!("{}: {}", list.len(), all.join("; "))
        }
        Value::Object(fields) => {
            let each = |(name, value): (&String, &Value)| {
                format!("{} {}", said(value), name.replace('_', " "))
            };
            fields.iter().map(each).collect::<Vec<_>>().join(", ")
        }
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_lost_is_counted_and_named_and_what_was_not_reported_is_a_dash() {
        let run = Run {
            of: json!({
                "client_kills": 7, "stood": {"in_flight": 2, "not queued": 1},
                "findings": {"lost": ["this one"], "doubled": []},
            }),
            ..Run::default()
        };
        let text = page(&Record::from([(Part::Kills, run)]));
        assert!(text.contains("| lost | 1: this one |"), "{text}");
        assert!(text.contains("| doubled | 0 |"), "{text}");
        assert!(text.contains("| 2 in flight, 1 not queued |"), "{text}");
        assert!(text.contains("| checks at rest | – |"), "{text}");
        assert!(text.contains("ended before its end"), "{text}");
    }
}
