//! Bundles whose JSON is another than the one of their pack. Their hash is made to fit: what is
//! looked for lies behind that check.

use std::collections::BTreeMap;
use std::time::Instant;

use sha2::{Digest, Sha256};
use watchkeeper_pack::bundle::{BundleError, MAX_BUNDLE};
use watchkeeper_pack::{Bundle, Diagnostic, load_files};

use crate::good;

fn open(name: &str, bytes: &[u8]) -> Result<(), BundleError> {
    let start = Instant::now();
    let opened = Bundle::open(bytes, &hex::encode(Sha256::digest(bytes)));
    println!("{name}: {} ms", start.elapsed().as_millis());
    opened.map(drop)
}

fn files() -> BTreeMap<String, String> {
    let files = good::FILES.iter();
    files
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}

#[test]
fn fault_62_bundles_in_another_form() {
    let good = Bundle::from_files(files()).unwrap();
    open("good", good.bytes()).unwrap();
    let text = String::from_utf8(good.bytes().to_vec()).unwrap();
    let (first, rest) = text.split_once(r#","playbooks/"#).unwrap();
    let entry = first.strip_prefix('{').unwrap();
    let cases: [(&str, String, &str); 9] = [
        (
            "key twice",
            format!(r#"{{{entry},{entry},"playbooks/{rest}"#),
            "twice",
        ),
        (
            "key twice, escaped",
            text.replacen("{", r#"{"p\u0061ck.yaml":"",  "#, 1),
            "twice",
        ),
        (
            "another order",
            format!(r#"{{"playbooks/{},{entry}}}"#, &rest[..rest.len() - 1]),
            "canonical",
        ),
        ("spaces", text.replacen(':', ": ", 1), "canonical"),
        (
            "escapes",
            text.replacen("format", r"f\u006frmat", 1),
            "canonical",
        ),
        ("more behind", format!("{text}{{}}"), "trailing"),
        ("cut off", text[..text.len() - 9].to_owned(), "EOF"),
        (
            "half a character",
            r#"{"pack.yaml":"\ud800"}"#.to_owned(),
            "hex escape",
        ),
        (
            "no text",
            r#"{"pack.yaml":["format: 1"]}"#.to_owned(),
            "expected a string",
        ),
    ];
    for (name, bytes, why) in cases {
        let error = open(name, bytes.as_bytes()).unwrap_err();
        let BundleError::Malformed(told) = &error else {
            panic!("{name}: {error}");
        };
        assert!(told.contains(why), "{name}: {told}");
        assert_eq!(error.diagnostic().code, "pack.malformed");
    }
    for bytes in [
        "",
        "null",
        "[]",
        "1e999",
        "\"x\"",
        "[[[[[[",
        "{",
        "\u{feff}{}",
    ] {
        let error = open(bytes, bytes.as_bytes()).unwrap_err();
        assert!(
            matches!(error, BundleError::Malformed(_)),
            "{bytes}: {error}"
        );
    }
    let deep = "[".repeat(MAX_BUNDLE);
    assert!(matches!(
        open("deep", deep.as_bytes()),
        Err(BundleError::Malformed(_))
    ));
}

#[test]
fn fault_62_bundles_of_a_million_entries() {
    let list = |count: usize, one: &dyn Fn(usize) -> String| {
        let entries: Vec<String> = (0..count).map(one).collect();
        format!("{{{}}}", entries.join(","))
    };
    let million = list(1_000_000, &|n| format!(r#""k{n}":"""#));
    let full = list(300_000, &|n| format!(r#""records/k{n}.yaml":"""#));
    let same = list(500_000, &|_| r#""pack.yaml":"""#.to_owned());
    let others = list(500_000, &|n| format!(r#""x{n}":"""#));
    for (name, bytes, code, file) in [
        ("million", million, "pack.too_large", "pack.yaml"),
        ("full", full, "pack.too_large", "pack.yaml"),
        ("same", same, "pack.malformed", "pack.yaml"),
        ("others", others, "pack.too_large", "pack.yaml"),
    ] {
        let Diagnostic {
            code: found,
            file: at,
            ..
        } = open(name, bytes.as_bytes()).unwrap_err().diagnostic();
        assert_eq!((found.as_str(), at.as_str()), (code, file), "{name}");
    }
}

#[test]
fn fault_62_paths_that_lead_out_of_a_pack() {
    for path in [
        "../pack.yaml",
        "records/../../pack.yaml",
        "/etc/passwd",
        "records/..yaml",
        "records//x.yaml",
        "records/a/b.yaml",
        r"records\x.yaml",
        "records/x.yaml\0",
        "Records/x.yaml",
        "records/X.yaml",
        "records/con.yaml ",
        "PACK.yaml",
        "demo.yaml",
    ] {
        let mut some = files();
        some.insert(path.to_owned(), String::new());
        let error = Bundle::from_files(some.clone()).unwrap_err();
        assert_eq!(error.diagnostic().code, "pack.file", "{path}");
        let bytes = serde_json::to_vec(&some).unwrap();
        let error = open(path, &bytes).unwrap_err();
        assert_eq!(error.diagnostic().code, "pack.file", "{path}");
        let some = some
            .into_iter()
            .map(|(path, text)| (path, text.into_bytes()));
        let told = load_files(&some.collect()).unwrap_err();
        assert_eq!(told[0].code, "pack.file", "{path}");
    }
}
