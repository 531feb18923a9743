//! Rows of the acceptance list and the tests that claim them.
//!
//! A test claims a row by its name: `d_17_…` claims `D-17`, `d_08_and_x_63_…` two of
//! them, `fault_10_…` fault 10. The rows are in
//! `tests/acceptance/rows.txt`: `x` where a test claims it and `-` where none does, an id, and a few
//! words each. The list is true, or the tests fail: a row leaves it only with a passing test.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;

use crate::progress::say;
use crate::root::root;
use crate::test::results_file;

/// Where the rows are.
const ROWS: &str = "tests/acceptance/rows.txt";

/// A row of the list.
struct Row<'a> {
    claimed: bool,
    id: &'a str,
    words: &'a str,
}

/// Says which rows have a test, what came of it in the last `cargo xtask test`, which rows have none,
/// and how many there are by document; with `write` the list is made true first.
///
/// # Errors
/// Where the list or a source cannot be read, or the list is not true.
pub fn report(write: bool) -> anyhow::Result<()> {
    let path = root().join(ROWS);
    let claims = claims()?;
    let mut text = std::fs::read_to_string(&path)?;
    if write {
        text = marked(&text, &claims);
        std::fs::write(&path, &text)?;
    }
    let results = std::fs::read_to_string(results_file()).unwrap_or_default();
    let mut documents: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for row in rows(&text)? {
        let (all, claimed) = documents.entry(document(row.id)).or_default();
        *all += 1;
        let Some(tests) = claims.get(row.id) else {
            say(&format!("{} {}  →  no test", row.id, row.words));
            continue;
        };
        *claimed += 1;
        for test in tests {
            let came = result_of(test, &results);
            say(&format!("{} {}  →  {test}  →  {came}", row.id, row.words));
        }
    }
    for (document, (all, claimed)) in documents {
        say(&format!("{document}: {claimed} of {all} rows have a test"));
    }
    let wrong = wrong(&text, &claims)?;
    anyhow::ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// The tests of all sources by the row that they claim.
fn claims() -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let mut claims: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in walkdir::WalkDir::new(root())
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.file_name() != "target" && entry.file_name() != "node_modules")
    {
        let entry = entry?;
        let is_source = entry
            .path()
            .extension()
            .is_some_and(|ending| ending == "rs");
        if is_source {
            for test in tests(&std::fs::read_to_string(entry.path())?) {
                for row in rows_of(&test) {
                    claims.entry(row).or_default().push(test.clone());
                }
            }
        }
    }
    Ok(claims)
}

fn rows(text: &str) -> anyhow::Result<Vec<Row<'_>>> {
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (mark, rest) = line.split_once(' ').context("a mark and a row")?;
            let (id, words) = rest
                .split_once(' ')
                .with_context(|| format!("{line}: no words"))?;
            let claimed = match mark {
                "x" => true,
                "-" => false,
                _ => anyhow::bail!("{line}: `x` or `-`"),
            };
            Ok(Row { claimed, id, words })
        })
        .collect()
}

/// The list, with the marks that are true.
fn marked(text: &str, claims: &BTreeMap<String, Vec<String>>) -> String {
    let line = |line: &str| {
        if line.is_empty() || line.starts_with('#') {
            return format!("{line}\n");
        }
        let row = line.trim_start_matches("x ").trim_start_matches("- ");
        let id = row.split(' ').next().unwrap_or_default();
        let mark = if claims.contains_key(id) { 'x' } else { '-' };
        format!("{mark} {row}\n")
    };
    text.lines().map(line).collect()
}

/// What is not true of the list.
fn wrong(text: &str, claims: &BTreeMap<String, Vec<String>>) -> anyhow::Result<Vec<String>> {
    let rows = rows(text)?;
    let mut wrong = Vec::new();
    let mut known = BTreeSet::new();
    for row in &rows {
        if !known.insert(row.id) {
            wrong.push(format!("{} stands twice in {ROWS}", row.id));
        }
        match (row.claimed, claims.contains_key(row.id)) {
            (true, false) => {
                wrong.push(format!("{} is claimed and no test is named by it", row.id))
            }
            (false, true) => wrong.push(format!("{} has a test and no mark in {ROWS}", row.id)),
            _ => {}
        }
    }
    // The faults have a table of their own, which a test holds to be true.
    let stray = |row: &str| !known.contains(row) && !row.starts_with("fault-");
    for (row, tests) in claims.iter().filter(|(row, _)| stray(row)) {
        wrong.push(format!("{} names {row}, which is no row", tests.join(", ")));
    }
    Ok(wrong)
}

/// The document of a row.
fn document(id: &str) -> &str {
    match id.split('-').next().unwrap_or_default() {
        "A" => "AMARISÉ",
        "L" => "Live Shopping Network",
        "P" => "POS SaaS",
        "D" => "Dog Trainers Directory",
        "H" => "Operations Handbook",
        "X" => "contradictions",
        _ => "faults",
    }
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

/// The rows that a test's name claims: `d_08_and_x_63_…` two of them.
fn rows_of(test: &str) -> Vec<String> {
    let mut parts = test.split('_').peekable();
    let mut rows = Vec::new();
    loop {
        let Some(row) = row(parts.next(), parts.next()) else {
            return rows;
        };
        rows.push(row);
        parts.next_if_eq(&"and");
    }
}

fn row(letter: Option<&str>, number: Option<&str>) -> Option<String> {
    let (letter, number) = (letter?, number?.parse::<u32>().ok()?);
    match letter {
        "fault" => Some(format!("fault-{number}")),
        _ if letter.len() == 1 => Some(format!("{}-{number:02}", letter.to_uppercase())),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_rows_is_true() {
        let text = std::fs::read_to_string(root().join(ROWS)).unwrap();
        let wrong = wrong(&text, &claims().unwrap()).unwrap();
        assert_eq!(
            wrong, [""; 0],
            "cargo xtask acceptance --write makes the marks true"
        );
    }

    #[test]
    fn a_lost_test_a_new_one_and_one_of_no_row_are_told() {
        let text = "# rows\nx A-01 one\n- A-02 two\nx A-03 three\n";
        let test = |name: &str| vec![name.to_owned()];
        let claims = [("A-01", "a_01_a"), ("A-02", "a_02_b"), ("B-01", "b_01_c")];
        let claims = claims.map(|(row, name)| (row.to_owned(), test(name)));
        let claims = BTreeMap::from(claims);
        let found = wrong(text, &claims).unwrap();
        assert_eq!(found.len(), 3, "{found:?}");
        let made = marked(text, &claims);
        assert_eq!(made, "# rows\nx A-01 one\nx A-02 two\n- A-03 three\n");
    }

    #[test]
    fn a_name_claims_its_rows() {
        assert_eq!(rows_of("d_17_strictly_less_than_72_hours"), ["D-17"]);
        assert_eq!(rows_of("a_01_something"), ["A-01"]);
        assert_eq!(rows_of("d_08_and_x_63_a_job"), ["D-08", "X-63"]);
        assert_eq!(rows_of("p_17_p_18_and_p_19_x"), ["P-17", "P-18", "P-19"]);
        assert_eq!(rows_of("l_01_and_what_it_is"), ["L-01"]);
        assert_eq!(rows_of("fault_10_second_app"), ["fault-10"]);
        assert_eq!(rows_of("adds_numbers"), [""; 0]);
        assert_eq!(rows_of("two_7_things"), [""; 0]);
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
