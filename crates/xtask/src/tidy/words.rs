//! Sizes, names and words, line by line.

use super::Finding;
use super::sources::Source;

/// Lines of a file from which it is told, and from which it fails.
const LONG: usize = 400;
const TOO_LONG: usize = 700;

/// Folders of the engine, which knows no platform by name.
const ENGINE: &[&str] = &[
    "crates/core/src/",
    "crates/pack/src/",
    "crates/wire/src/",
    "crates/model/src/",
    "src-tauri/src/",
    "ui/src/",
];

pub(super) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let code = ["rs", "ts", "tsx"].contains(&source.ending());
    if code && !source.generated() {
        findings.extend(length(source));
    }
    let mut rules = Rules::of(source);
    for (number, line) in source.text.lines().enumerate() {
        rules.feature &= !line.starts_with("mod tests");
        for what in rules.breaches(line) {
            findings.push(Finding::new(
                format!("{}:{}", source.path, number + 1),
                what,
            ));
        }
    }
    findings
}

fn length(source: &Source) -> Option<Finding> {
    let lines = source.text.lines().count();
    let what = format!("{lines} lines, of about {LONG} and never {TOO_LONG}");
    (lines > LONG).then(|| Finding {
        mild: lines <= TOO_LONG,
        ..Finding::new(source.path.clone(), what)
    })
}

/// Which rules hold for a file.
struct Rules {
    code: bool,
    script: bool,
    engine: bool,
    interface: bool,
    generated: bool,
    lock: bool,
    /// A feature of the core, beside its queries.
    feature: bool,
}

impl Rules {
    fn of(source: &Source) -> Self {
        let script = ["ts", "tsx", "js"].contains(&source.ending());
        let path = source.path.as_str();
        Self {
            script,
            code: script || source.ending() == "rs",
            engine: ENGINE.iter().any(|folder| path.starts_with(folder)),
            interface: path.starts_with("ui/src/") && !path.starts_with("ui/src/platform/"),
            generated: source.generated(),
            lock: path.ends_with("lock.json"),
            feature: path.starts_with("crates/core/src/features/")
                && !["queries", "tests", "features/reading.rs"]
                    .iter()
                    .any(|room| path.contains(room)),
        }
    }

    fn breaches(&self, line: &str) -> Vec<&'static str> {
        let mut found = Vec::new();
        if !self.lock && machine_path(line) {
            found.push("a path of some machine");
        }
        if self.generated {
            return found;
        }
        if self.code && unfinished(line) {
            found.push("unfinished: do it, or write down elsewhere that it is open");
        }
        if self.code && vague_name(line) {
            found.push("a name that says nothing: say what it does");
        }
        if self.script
            && ["it", "test", "describe"]
                .iter()
                .any(|word| left_out(line, word))
        {
            found.push("a test that is left out");
        }
        if self.code && line.trim_start().starts_with(concat!("#[", "ignore")) {
            found.push("a test that is left out");
        }
        if self.engine && platform_name(line) {
            found.push("the engine knows no platform by name");
        }
        if self.feature && asks_the_database(line) {
            found.push("SQL of a feature stands in its queries");
        }
        if self.interface && line.contains(concat!("\"@tauri", "-apps/")) {
            found.push("Tauri is reached through ui/src/platform only");
        }
        found
    }
}

fn asks_the_database(line: &str) -> bool {
    ["SELECT ", "INSERT INTO ", "DELETE FROM "]
        .iter()
        .any(|word| line.contains(word))
}

fn unfinished(line: &str) -> bool {
    [concat!("TO", "DO"), concat!("FIX", "ME")]
        .iter()
        .any(|word| line.contains(word))
}

fn left_out(line: &str, word: &str) -> bool {
    ["skip", "only", "todo"].iter().any(|how| {
        let call = format!("{word}.{how}(");
        line.match_indices(&call).any(|(at, _)| {
            !line
                .get(..at)
                .and_then(|before| before.chars().next_back())
                .is_some_and(|c| c.is_alphanumeric() || c == '.' || c == '_')
        })
    })
}

/// A type declared on this line whose name holds a word that says nothing.
fn vague_name(line: &str) -> bool {
    let mut words = line
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty());
    let declares = ["struct", "enum", "trait", "class", "interface", "type"];
    if line.trim_start().starts_with("//")
        || words.by_ref().find(|w| declares.contains(w)).is_none()
    {
        return false;
    }
    let name = words.next().unwrap_or_default();
    [
        concat!("Mana", "ger"),
        concat!("Ser", "vice"),
        concat!("Hel", "per"),
        concat!("Ut", "il"),
    ]
    .iter()
    .any(|vague| name.ends_with(vague) || name.ends_with(&format!("{vague}s")))
}

fn platform_name(line: &str) -> bool {
    let line = line.to_lowercase();
    let words = [
        ("dog", "trainer"),
        ("live", "shopping"),
        ("pos", "saas"),
        ("ama", "ris"),
    ];
    words.iter().any(|(first, second)| {
        line.match_indices(first).any(|(at, _)| {
            let rest = line.get(at + first.len()..).unwrap_or_default();
            let rest = rest.strip_prefix([' ', '-', '_']).unwrap_or(rest);
            rest.starts_with(second)
        })
    })
}

fn machine_path(line: &str) -> bool {
    [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/Us", "ers/"),
        concat!("/wo", "rk/"),
    ]
    .iter()
    .any(|folder| {
        line.match_indices(folder).any(|(at, _)| {
            let before = line.get(..at).and_then(|text| text.chars().next_back());
            !before.is_some_and(|c| c.is_alphanumeric() || ".}_-)*".contains(c))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let source = Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        check(&source)
            .into_iter()
            .map(|finding| finding.what)
            .collect()
    }

    #[test]
    fn a_file_of_700_lines_passes_with_a_note_and_one_more_fails() {
        let source = |lines: usize| Source {
            path: "crates/core/src/long.rs".to_owned(),
            text: "x\n".repeat(lines),
        };
        assert_eq!(check(&source(400)), vec![]);
        assert!(check(&source(700)).iter().all(|finding| finding.mild));
        assert!(check(&source(701)).iter().any(|finding| !finding.mild));
        let generated = Source {
            path: "ui/src/generated/bindings.ts".to_owned(),
            text: "x\n".repeat(900),
        };
        assert_eq!(check(&generated), vec![]);
    }

    #[test]
    fn sql_of_a_feature_stands_in_its_queries() {
        let line = "let sql = \"SELECT id FROM record\";";
        let feature = "crates/core/src/features/watch/";
        assert_eq!(found(&format!("{feature}due.rs"), line).len(), 1);
        assert!(found(&format!("{feature}queries.rs"), line).is_empty());
        assert!(found("crates/core/src/outbox/queue.rs", line).is_empty());
        let in_a_test = format!("mod tests {{\n{line}\n}}");
        assert!(found(&format!("{feature}due.rs"), &in_a_test).is_empty());
    }

    #[test]
    fn names_that_say_nothing_are_found() {
        let path = "crates/core/src/a.rs";
        for line in [
            concat!("pub struct SyncMana", "ger {"),
            concat!("trait Hel", "per {}"),
            concat!("enum DateUt", "ils {}"),
        ] {
            assert_eq!(found(path, line).len(), 1, "{line}");
        }
        assert!(found(path, "struct Utility;").is_empty());
        assert!(found(path, "use tauri::Manager;").is_empty());
    }

    #[test]
    fn what_is_unfinished_or_left_out_is_found() {
        assert_eq!(
            found("crates/core/src/a.rs", concat!("// TO", "DO later")).len(),
            1
        );
        assert_eq!(
            found("crates/core/src/a.rs", concat!("    #[ig", "nore]")).len(),
            1
        );
        assert_eq!(
            found("ui/src/a.test.ts", concat!("it.sk", "ip('x')")).len(),
            1
        );
        assert_eq!(
            found("ui/src/a.test.ts", concat!("describe.on", "ly('x')")).len(),
            1
        );
        assert!(found("crates/core/src/a.rs", "list.iter().skip(1)").is_empty());
        assert!(found("ui/src/a.ts", concat!("limit.sk", "ip(1)")).is_empty());
    }

    #[test]
    fn a_platform_by_name_in_the_engine_is_found() {
        for name in [
            concat!("Dog", " Trainers"),
            concat!("dog", "-trainers"),
            concat!("AMA", "RIS"),
        ] {
            assert_eq!(found("crates/core/src/a.rs", name).len(), 1, "{name}");
            assert!(found("tests/acceptance/a.rs", name).is_empty());
        }
        assert!(found("crates/core/src/a.rs", "watchdog for trainers").is_empty());
    }

    #[test]
    fn tauri_is_reached_through_one_folder() {
        let line = concat!("import { x } from \"@tauri", "-apps/api/core\";");
        assert_eq!(found("ui/src/features/a.ts", line).len(), 1);
        assert!(found("ui/src/platform/a.ts", line).is_empty());
        assert!(found("ui/src/generated/a.ts", line).is_empty());
    }

    #[test]
    fn a_path_of_some_machine_is_found() {
        assert_eq!(found("README.md", concat!("see /ho", "me/op/x")).len(), 1);
        assert_eq!(found("README.md", concat!("(/wo", "rk/x)")).len(), 1);
        assert!(found("README.md", concat!("ui/src/ho", "me/x")).is_empty());
        assert!(found("README.md", concat!("frame", "wo", "rk/x")).is_empty());
    }
}
