//! YAML that takes much room, refers elsewhere, or is read in two ways.

use crate::good::PARCEL;
use crate::run::{Folder, Said};

const RECORD: &str = "records/parcel.yaml";

/// Each: its name, what takes the place of the title's line, and the line that is told.
#[test]
fn fault_62_yaml_that_is_more_than_it_says() {
    let laughs: String = (1..12)
        .map(|n| {
            format!(
                "a{n}: &a{n} [{}]\n",
                vec![format!("*a{}", n - 1); 9].join(", ")
            )
        })
        .collect();
    let laughs = format!("a0: &a0 [x, x, x, x, x, x, x, x, x]\n{laughs}title: *a11");
    let blocks: String = (0..60).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    let cases = [
        ("laughs", laughs, 3),
        ("anchor", "title: &a x".to_owned(), 3),
        ("alias", "title: *a".to_owned(), 3),
        ("merge", "<<: {title: x}".to_owned(), 3),
        ("brackets", format!("title: {}", "[".repeat(100_000)), 3),
        ("braces", format!("title: {}", "{a: ".repeat(30_000)), 3),
        ("blocks", blocks, 0),
        ("key twice", "title: x\ntitle: y".to_owned(), 4),
        (
            "field twice",
            "title: x\ndetail: [{a: 1, a: 2}]".to_owned(),
            4,
        ),
        ("python", "title: !!python/object:os.system x".to_owned(), 3),
        ("include", "title: !include /etc/passwd".to_owned(), 3),
        ("own tag", "title: !secret x".to_owned(), 3),
        ("complex key", "? [a, b]\n: x".to_owned(), 3),
        ("nul", "title: a\0b".to_owned(), 3),
        ("escape", "title: a\u{1b}[31mb".to_owned(), 3),
        ("unclosed", "title: 'x".to_owned(), 0),
        ("tabs", "title:\n\t- x".to_owned(), 0),
    ];
    for (name, text, line) in cases {
        let folder = Folder::good();
        folder.replace(RECORD, "title: '{{ record.number }}'", &text);
        let said = folder.check(name);
        refused_there(&said, "pack.yaml", line);
    }
}

/// The record is refused with this code in this line, or anywhere in it where that is 0.
fn refused_there(said: &Said, code: &str, line: usize) {
    if line > 0 {
        said.refused(code, RECORD, line);
    } else {
        let text = &said.text;
        assert!(text.contains(&format!("--> {RECORD}:")), "{text}");
    }
}

#[test]
fn fault_62_several_documents_in_a_file() {
    let folder = Folder::good();
    folder.write(RECORD, format!("{PARCEL}---\n{PARCEL}"));
    let second = PARCEL.lines().count() + 1;
    folder
        .check("documents")
        .refused("pack.yaml", RECORD, second);
}

#[test]
fn fault_62_bytes_that_are_no_text() {
    let cases: [(&str, Vec<u8>, usize); 3] = [
        (
            "latin 1",
            PARCEL
                .replace("Came", "Gr\u{fc}n")
                .chars()
                .map(|c| c as u8)
                .collect(),
            6,
        ),
        (
            "utf-16",
            PARCEL.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            0,
        ),
        (
            "overlong",
            [PARCEL.as_bytes(), b"# \xc0\xaf\n"].concat(),
            PARCEL.lines().count() + 1,
        ),
    ];
    for (name, bytes, line) in cases {
        let folder = Folder::good();
        folder.write(RECORD, bytes);
        let said = folder.check(name);
        refused_there(&said, "pack.not_utf8", line);
    }
}

/// A mark of byte order is no part of the text: the pack is the one that is read.
#[test]
fn fault_62_a_byte_order_mark_is_told() {
    let folder = Folder::good();
    folder.write(RECORD, format!("\u{feff}{PARCEL}"));
    folder
        .check("byte order mark")
        .refused("pack.yaml", RECORD, 1);
}

#[test]
fn fault_62_numbers_that_are_none() {
    let long = "9".repeat(400);
    for number in [
        "1e999",
        "-1e999",
        ".nan",
        ".inf",
        "-.inf",
        "9007199254740993",
        &long,
    ] {
        let folder = Folder::good();
        folder.replace("pack.yaml", "default: 7", &format!("default: {number}"));
        folder.check(number).refused("pack.yaml", "pack.yaml", 12);
    }
    for minutes in ["-1", "4294967296", "1e9", "1.5", "0x1e"] {
        let folder = Folder::good();
        folder.replace("pack.yaml", "minutes: 30", &format!("minutes: {minutes}"));
        let said = folder.check(minutes);
        match minutes {
            "0x1e" => said.good(),
            _ => said.refused("pack.yaml", "pack.yaml", 10),
        }
    }
}
