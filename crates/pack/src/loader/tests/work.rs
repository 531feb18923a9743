//! Routines, playbooks, people, incidents, handovers, evidence and books.

mod books;
mod pack;
mod people;
mod playbooks;
mod routines;

use std::collections::BTreeMap;

use self::pack::{
    AFTER, BEFORE, BOOKS, EVIDENCE, HANDOVER, INCIDENTS, LATE, MORNING, PACK, PEOPLE, POST,
    RETENTION, RULINGS, WEEKLY,
};
use super::untold;
use crate::diagnostic::{Diagnostic, render};
use crate::fixture;
use crate::pack::{Asked, Pack};

fn pack_yaml() -> String {
    let settings = "settings:\n  lead_at: {row: S-23, label: Lead, type: string, needed: true}\n";
    fixture::PACK.replace("settings:\n", settings) + PACK
}

fn files() -> BTreeMap<String, Vec<u8>> {
    fixture::files(&[
        ("pack.yaml", &pack_yaml()),
        ("people.yaml", PEOPLE),
        ("incidents.yaml", INCIDENTS),
        ("handover.yaml", HANDOVER),
        ("routines/morning.yaml", MORNING),
        ("routines/before.yaml", BEFORE),
        ("routines/after.yaml", AFTER),
        ("playbooks/late.yaml", LATE),
        ("templates/post.yaml", POST),
        ("evidence/papers.yaml", EVIDENCE),
        ("reconciliations/books.yaml", BOOKS),
        ("reports/weekly.yaml", WEEKLY),
        ("retention.yaml", RETENTION),
        ("rulings.yaml", RULINGS),
    ])
}

fn pack() -> Pack {
    crate::load_files(&files()).unwrap_or_else(|found| panic!("{}", render(&found, &files())))
}

/// Problems after `from` in a file is replaced by `to`.
fn problems(path: &str, from: &str, to: &str) -> Vec<Diagnostic> {
    let mut files = files();
    let text = String::from_utf8(files[path].clone()).unwrap();
    assert!(text.contains(from), "`{from}` is not in {path}");
    files.insert(path.to_owned(), text.replacen(from, to, 1).into_bytes());
    match crate::load_files(&files) {
        Ok(pack) => untold(pack.warnings),
        Err(problems) => problems,
    }
}

/// Path, what is replaced in the file and by what, the code, and the text at fault. One change makes
/// one problem, where it stands.
fn each(cases: &[(&str, &str, &str, &str, &str)]) {
    for (path, from, to, code, at) in cases {
        let found = problems(path, from, to);
        let codes: Vec<&str> = found.iter().map(|d| d.code.as_str()).collect();
        assert_eq!(codes, [*code], "{path}: `{to}`: {found:#?}");
        let text = files().remove(*path).map(String::from_utf8);
        let text = text.unwrap().unwrap().replacen(from, to, 1);
        let line = text.lines().nth(found[0].line as usize - 1).unwrap();
        let rest: String = line.chars().skip(found[0].column as usize - 1).collect();
        assert!(
            rest.starts_with(at),
            "{path}: `{to}`: {rest:?} is not {at:?}"
        );
    }
}

#[test]
fn a_whole_pack_loads_without_a_word() {
    let pack = pack();
    assert_eq!(untold(pack.warnings.clone()), []);
    let morning = &pack.routines["morning"];
    let zones: Vec<_> = morning
        .schedules
        .iter()
        .map(|(region, schedule)| (region.as_deref().unwrap(), schedule.zone().name()))
        .collect();
    let expected = [("north", "Europe/London"), ("south", "Australia/Melbourne")];
    assert_eq!(zones, expected);
    let asked = &morning.items[1].check.as_ref().unwrap().asked;
    assert!(matches!(asked, Asked::Metric(metric) if metric == "sold"));
    assert!(pack.routines["before"].only.is_some());
    let late = &pack.playbooks["late"];
    assert_eq!(
        late.step("how").unwrap().follow,
        [Some(2), Some(7), Some(4)]
    );
    assert_eq!(late.step("again").unwrap().follow, [Some(7), None]);
    assert!(pack.handover.is_some() && pack.people.roles.len() == 3);
    assert_eq!(pack.rulings.len(), 2);
    assert_eq!(pack.reports["weekly"].def.parts.len(), 3);
    assert!(pack.evidence["papers"].when[1].is_some());
}
