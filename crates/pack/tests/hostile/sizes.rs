//! Much of everything.

use crate::good::{PACK, PARCEL, ROUND, STUCK};
use crate::run::Folder;

const RECORD: &str = "records/parcel.yaml";

fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

/// As many as fit into a file, and more than any file may have.
#[test]
fn fault_62_lists_of_thousands() {
    let line = |text: &str, start: &str| text.lines().position(|l| l == start).unwrap() + 2;
    for count in [5_000, 100_000] {
        let states = many(count, |n| format!("  - {{id: s{n}, label: s}}\n"));
        let fields = many(count, |n| format!("  f{n}: {{type: id, label: F}}\n"));
        let items = many(count, |n| format!("  - {{id: i{n}, text: x}}\n"));
        let steps = many(count, |n| format!("  - {{id: t{n}, text: x}}\n"));
        let settings = many(count, |n| format!("  s{n}: {{row: S-2, default: 1}}\n"));
        let cases = [
            ("states", RECORD, PARCEL, "states:", states),
            ("fields", RECORD, PARCEL, "fields:", fields),
            ("items", "routines/round.yaml", ROUND, "items:", items),
            ("steps", "playbooks/stuck.yaml", STUCK, "steps:", steps),
            ("settings", "pack.yaml", PACK, "settings:", settings),
        ];
        for (name, file, text, key, entries) in cases {
            let folder = Folder::good();
            folder.replace(file, &format!("{key}\n"), &format!("{key}\n{entries}"));
            let said = folder.check(&format!("{count} {name}"));
            match count {
                5_000 => said.refused("pack.yaml", file, line(text, key)),
                _ => said.refused("pack.too_large", file, 0),
            }
        }
    }
}

#[test]
fn fault_62_one_text_of_ten_megabytes() {
    let folder = Folder::good();
    let text = format!("title: {}", "x".repeat(10 << 20));
    folder.replace(RECORD, "title: '{{ record.number }}'", &text);
    folder
        .check("10 MB text")
        .refused("pack.too_large", RECORD, 0);
}

/// What is wrong is told, not all of it.
#[test]
fn fault_62_a_name_of_two_hundred_kilobytes() {
    let long = "x".repeat(200_000);
    for (name, from, to, code) in [
        (
            "column",
            "columns: [number]",
            format!("columns: [{long}]"),
            "pack.unknown_name",
        ),
        (
            "state",
            "from: [open]",
            format!("from: [{long}]"),
            "pack.unknown_name",
        ),
    ] {
        let folder = Folder::good();
        folder.replace(RECORD, from, &to);
        let said = folder.check(name);
        let line = PARCEL.lines().position(|line| line.contains(from)).unwrap() + 1;
        said.refused(code, RECORD, line);
        assert!(said.text.len() < 4_000, "{} bytes", said.text.len());
    }
}

#[test]
fn fault_62_a_setting_that_is_a_book() {
    for (name, value) in [
        ("text", format!("'{}'", "x".repeat(200_000))),
        ("list", format!("[{}]", vec!["'some words'"; 190].join(","))),
        (
            "map",
            format!("{{{}}}", many(190, |n| format!("some_name_{n}: [1], "))),
        ),
    ] {
        let folder = Folder::good();
        folder.replace("pack.yaml", "default: 7", &format!("default: {value}"));
        folder
            .check(&format!("setting {name}"))
            .refused("pack.too_large", "pack.yaml", 12);
    }
}

/// A run in it never ends.
#[test]
fn fault_62_a_playbook_that_goes_round_for_ever() {
    for (count, code, line) in [(60, "pack.endless", 6), (190, "pack.missing", 6)] {
        let steps = many(count, |n| {
            format!("  - {{id: t{n}, text: x, next: t{}}}\n", (n + 1) % count)
        });
        let folder = Folder::good();
        let head = STUCK.split_once("steps:\n").unwrap().0;
        folder.write("playbooks/stuck.yaml", format!("{head}steps:\n{steps}"));
        let said = folder.check(&format!("cycle of {count}"));
        said.refused(code, "playbooks/stuck.yaml", line);
    }
}

/// Everything that is named is unknown, in as many places as fit.
#[test]
fn fault_62_thousands_of_mistakes() {
    let columns = many(190, |n| format!("unknown_name_that_is_rather_long_{n}, "));
    let folder = Folder::good();
    for n in 0..15 {
        let views = many(20, |v| {
            format!(
                "  v{n}_{v}: {{label: V, row: S-6, sort: [came_at], sort_label: x, \
                 columns: [{columns}]}}\n"
            )
        });
        let text = PARCEL
            .replace("kind: parcel", &format!("kind: p{n}"))
            .replace("views:\n  open:", &format!("views:\n{views}  open{n}:"));
        folder.write(&format!("records/p{n}.yaml"), text);
    }
    let said = folder.check("57,000 mistakes");
    said.refused(
        "pack.unknown_name",
        "records/p0.yaml",
        PARCEL.lines().count(),
    );
    assert!(said.text.ends_with("200 problems\n"));
}

/// Every kind refers to every other, and each of its actions is tried on records with all of them.
#[test]
fn fault_62_kinds_that_refer_to_each_other() {
    for kinds in [20, 60] {
        let folder = Folder::good();
        for kind in 0..kinds {
            folder.write(&format!("records/k{kind}.yaml"), knotted(kind, kinds));
        }
        let said = folder.check(&format!("{kinds} knotted kinds"));
        match kinds {
            20 => said.good(),
            _ => said.refused("pack.too_large", "records/k32.yaml", 111),
        }
    }
}

fn knotted(kind: usize, kinds: usize) -> String {
    let fields = many(95, |n| {
        let to = (kind + n) % kinds;
        format!("  r{n}: {{type: ref, kind: k{to}, label: R}}\n")
    });
    let actions = many(95, |n| {
        format!(
            "  a{n}: {{label: A, row: S-4, from: [], policy: [], nature: change, \
             effects: [{{set: {{r0: record.r1}}}}], will: [x]}}\n"
        )
    });
    format!(
        "kind: k{kind}\nlabel: {{one: K, many: K}}\ntitle: x\nfields:\n{fields}\
         actions:\n{actions}"
    )
}
