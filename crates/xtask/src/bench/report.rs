//! The figures as JSON and as a table.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::machine;
use crate::progress::say;

/// What was measured so far.
#[derive(Debug)]
pub struct Report {
    quick: bool,
    machine: Value,
    rows: Vec<Row>,
    figures: Map<String, Value>,
    broken: Vec<String>,
}

/// A line of the table.
#[derive(Debug)]
struct Row {
    what: String,
    figure: String,
    aim: String,
    met: Option<bool>,
}

impl Report {
    /// An empty one.
    ///
    /// # Errors
    /// Where the machine cannot be described.
    pub fn begin(quick: bool) -> anyhow::Result<Self> {
        Ok(Self {
            quick,
            machine: machine::facts()?,
            rows: Vec::new(),
            figures: Map::new(),
            broken: Vec::new(),
        })
    }

    /// Keeps figures as they were measured.
    pub fn keep(&mut self, name: &str, figures: Value) {
        self.figures.insert(name.to_owned(), figures);
    }

    /// A figure with an aim: at most so much.
    pub fn at_most(&mut self, what: &str, (figure, unit): (f64, &str), most: f64, note: &str) {
        self.rows.push(Row {
            what: what.to_owned(),
            figure: shown(figure, unit, note),
            aim: format!("≤ {most} {unit}").trim().to_owned(),
            met: Some(figure <= most),
        });
    }

    /// A figure that stands for itself.
    pub fn says(&mut self, what: &str, (figure, unit): (f64, &str), note: &str) {
        self.rows.push(Row {
            what: what.to_owned(),
            figure: shown(figure, unit, note),
            aim: String::new(),
            met: None,
        });
    }

    /// Something that there is no figure of.
    pub fn not_measured(&mut self, what: &str, aim: &str, why: &str) {
        self.rows.push(Row {
            what: what.to_owned(),
            figure: format!("not measured: {why}"),
            aim: aim.to_owned(),
            met: None,
        });
    }

    /// A part that could not be measured.
    pub fn failed(&mut self, part: &str, error: &anyhow::Error) {
        self.broken.push(part.to_owned());
        self.not_measured(part, "", &format!("{error:#}"));
    }

    /// The table, in Markdown.
    pub fn table(&self) -> String {
        let mut text = String::from("| what | measured | aim | |\n| --- | --- | --- | --- |\n");
        for row in &self.rows {
            let word = match row.met {
                Some(true) => "met",
                Some(false) => "**missed**",
                None => "",
            };
            let _ = writeln!(
                text,
                "| {} | {} | {} | {word} |",
                row.what, row.figure, row.aim
            );
        }
        text
    }

    /// Writes `bench.json` and `bench.md` into a folder.
    ///
    /// # Errors
    /// Where that fails.
    pub fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| {
                json!({
                    "what": row.what, "measured": row.figure, "aim": row.aim, "met": row.met,
                })
            })
            .collect();
        let all = json!({
            "command": self.command(),
            "machine": self.machine,
            "table": rows,
            "figures": self.figures,
        });
        let mut text = serde_json::to_string_pretty(&all)?;
        text.push('\n');
        fs::write(folder.join("bench.json"), text)?;
        fs::write(folder.join("bench.md"), self.document())?;
        say(&format!(
            "{} and bench.md",
            folder.join("bench.json").display()
        ));
        Ok(())
    }

    fn command(&self) -> &str {
        if self.quick {
            "cargo xtask bench --quick"
        } else {
            "cargo xtask bench"
        }
    }

    fn document(&self) -> String {
        let fact = |name: &str| match self.machine.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let commit: String = fact("commit").chars().take(10).collect();
        let changed = if fact("uncommitted_changes") == "true" {
            " with changes that are not committed"
        } else {
            ""
        };
        format!(
            "# Measured\n\n\
             `{command}` at {commit}{changed} on {date}: {processor}, {cores} cores, {memory} GiB, \
             Linux {kernel}, {rust}, load before {load}. Release build; the platform is another \
             process on the same machine. Medians of several runs; ratios are within one run. \
             The figures behind the table are in `bench.json`.\n\n\
             {table}\n{notes}",
            command = self.command(),
            date = fact("date"),
            processor = fact("processor"),
            cores = fact("cores"),
            memory = fact("memory_gib"),
            kernel = fact("kernel"),
            rust = fact("rust"),
            load = fact("load_before"),
            table = self.table(),
            notes = include_str!("notes.md"),
        )
    }

    /// Fails where something could not be measured. An aim that is missed is a figure, no failure.
    ///
    /// # Errors
    /// As said.
    pub fn verdict(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.broken.is_empty(),
            "could not be measured: {}",
            self.broken.join(", ")
        );
        Ok(())
    }
}

fn shown(figure: f64, unit: &str, note: &str) -> String {
    let digits = match figure.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    let note = if note.is_empty() {
        String::new()
    } else {
        format!(" ({note})")
    };
    format!("{figure:.digits$} {unit}").trim().to_owned() + &note
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_has_as_many_digits_as_mean_something() {
        assert_eq!(shown(1.543, "×", ""), "1.54 ×");
        assert_eq!(shown(61.27, "MiB", "peak"), "61.3 MiB (peak)");
        assert_eq!(shown(1234.5, "", ""), "1234");
    }
}
