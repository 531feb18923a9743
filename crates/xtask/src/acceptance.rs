//! Rows of the acceptance list and the tests that claim them.
//!
//! A test claims a row by its name: `d_17_…` claims `D-17`, `fault_10_…` fault 10. The rows are in
//! `tests/acceptance/rows.txt`: an id and a few words each.

use std::collections::BTreeMap;

use crate::progress::say;
use crate::root::root;
use crate::test::results_file;

/// Says which rows have a test, what came of it in the last `cargo xtask test`, and which rows have
/// none.
///
/// # Errors
/// Where the list or a source cannot be read.
pub fn report() -> anyhow::Result<()> {
    let rows = std::fs::read_to_string(root().join("tests/acceptance/rows.txt"))?;
    let mut claims: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in walkdir::WalkDir::new(root())
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.file_name() != "target" && entry.file_name() != "node_modules")
    {
        let entry = entry?;
        if entry
            .path()
            .extension()
            .is_some_and(|ending| ending == "rs")
        {
            for test in tests(&std::fs::read_to_string(entry.path())?) {
                if let Some(row) = row_of(&test) {
                    claims.entry(row).or_default().push(test);
                }
            }
        }
    }
    let results = std::fs::read_to_string(results_file()).unwrap_or_default();
    let mut open = 0;
    for row in rows
        .lines()
        .filter(|row| !row.is_empty() && !row.starts_with('#'))
    {
        let id = row.split_whitespace().next().unwrap_or_default();
        match claims.get(id) {
            Some(tests) => {
                for test in tests {
                    say(&format!(
                        "{row}  →  {test}  →  {}",
                        result_of(test, &results)
                    ));
                }
            }
            None => {
                open += 1;
                say(&format!("{row}  →  no test"));
            }
        }
    }
    say(&format!("{open} rows without a test"));
    Ok(())
}

/// What came of a test.
fn result_of(test: &str, results: &str) -> &'static str {
    let ends = [format!("::{test} ..."), format!(" {test} ...")];
    let line = results
        .lines()
        .find(|line| ends.iter().any(|end| line.contains(end)));
    match line {
        Some(line) if line.ends_with(" ok") => "passed",
        Some(line) if line.ends_with("FAILED") => "failed",
        _ => "not run",
    }
}

/// Names of the test functions of a source.
fn tests(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut marked = false;
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[") {
            marked |= line.contains("test");
        } else if let Some((_, rest)) = line.split_once("fn ") {
            let name = rest.split('(').next().unwrap_or_default();
            if marked {
                found.push(name.to_owned());
            }
            marked = false;
        }
    }
    found
}

/// The row that a test's name claims.
fn row_of(test: &str) -> Option<String> {
    let mut parts = test.split('_');
    let (letter, number) = (parts.next()?, parts.next()?);
    let number: u32 = number.parse().ok()?;
    match letter {
        "fault" => Some(format!("fault-{number}")),
        _ if letter.len() == 1 => Some(format!("{}-{number:02}", letter.to_uppercase())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_claims_a_row() {
        assert_eq!(
            row_of("d_17_strictly_less_than_72_hours").as_deref(),
            Some("D-17")
        );
        assert_eq!(row_of("a_01_something").as_deref(), Some("A-01"));
        assert_eq!(row_of("fault_10_second_app").as_deref(), Some("fault-10"));
        assert_eq!(row_of("adds_numbers"), None);
        assert_eq!(row_of("two_7_things"), None);
    }

    #[test]
    fn the_last_run_tells_what_came_of_a_test() {
        let results = "test a::d_17_a ... ok\ntest x_42_c ... FAILED\n";
        assert_eq!(result_of("d_17_a", results), "passed");
        assert_eq!(result_of("x_42_c", results), "failed");
        assert_eq!(result_of("d_17", results), "not run");
    }

    #[test]
    fn only_tests_claim() {
        let source =
            "#[test]\nfn d_17_a() {}\nfn d_18_b() {}\n#[tokio::test]\nasync fn x_42_c() {}\n";
        assert_eq!(super::tests(source), ["d_17_a", "x_42_c"]);
    }
}
