//! The table of faults in `docs/faults.md`: all of them, in order, and every test that it names is there.

use std::collections::BTreeSet;

use watchkeeper_tests::programs::root;

/// Faults of the catalogue.
const FAULTS: usize = 72;

/// Names of all functions of the project's tests.
fn functions() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in ["crates", "src-tauri", "tests"] {
        for entry in walkdir::WalkDir::new(root().join(folder)) {
            let entry = entry.unwrap();
            if entry.path().extension().is_none_or(|ext| ext != "rs") {
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).unwrap();
            for line in text.lines() {
                let line = line.trim_start().trim_start_matches("async ");
                if let Some(rest) = line.strip_prefix("fn ") {
                    names.extend(rest.split(['(', '<']).next().map(str::to_owned));
                }
            }
        }
    }
    names
}

/// What stands between backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn the_table_of_faults_is_whole_and_every_test_that_it_names_is_there() {
    let table = std::fs::read_to_string(root().join("docs/faults.md")).unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit())
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let numbers: Vec<usize> = rows.iter().map(|row| row[0].parse().unwrap()).collect();
    assert_eq!(numbers, (1..=FAULTS).collect::<Vec<_>>());
    let functions = functions();
    let mut named = 0;
    for row in &rows {
        let [number, case, does, tests] = row[..] else {
            panic!("four columns: {row:?}");
        };
        assert!(!case.is_empty() && !does.is_empty(), "{number}");
        for name in quoted(tests) {
            assert!(
                functions.contains(name),
                "{number} names `{name}`, which is not there"
            );
            named += 1;
        }
        // A case that is done has a test of its number; one that is not says when.
        let own = format!("fault_{:02}_", number.parse::<usize>().unwrap());
        let has_own = quoted(tests).any(|name| name.starts_with(&own));
        let later = tests == "–" || tests.starts_with("later: ");
        assert!(has_own || later, "{number}: {tests}");
    }
    assert!(named > 60, "{named}");
    // And the other way round: what claims a number stands in its row.
    for name in functions.iter().filter(|name| name.starts_with("fault_")) {
        let number: usize = name[6..8].parse().unwrap_or_else(|_| panic!("{name}"));
        let row = &rows[number - 1];
        let stands = quoted(row[3]).any(|known| known == name);
        assert!(
            stands || row[3] == "–",
            "`{name}` is not in the row of {number}"
        );
    }
}
