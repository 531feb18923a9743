//! `watchkeeper-pack` as it is called from a shell.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_watchkeeper-pack"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

fn packs() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")
}

#[test]
fn every_pack_in_the_repository_is_good() {
    let mut checked = 0;
    for entry in std::fs::read_dir(packs()).unwrap() {
        let dir = entry.unwrap().path();
        if dir.join("pack.yaml").exists() {
            let (code, out, err) = run(&["check", dir.to_str().unwrap()]);
            assert_eq!(code, Some(0), "{out}{err}");
            checked += 1;
        }
    }
    assert!(checked > 0);
}

#[test]
fn every_file_of_a_pack_names_its_schema() {
    let folder = packs();
    let mut seen = 0;
    let packs = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let packs = packs.filter(|dir| dir.join("pack.yaml").exists());
    for path in packs.flat_map(|dir| [dir.clone(), dir.join("records"), dir.join("templates")]) {
        for entry in std::fs::read_dir(path).unwrap() {
            let file = entry.unwrap().path();
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            if !name.ends_with(".yaml") || name == "demo.yaml" {
                continue;
            }
            let text = std::fs::read_to_string(&file).unwrap();
            let first = text.lines().next().unwrap();
            let schema = first
                .strip_prefix("# yaml-language-server: $schema=")
                .unwrap();
            assert!(
                file.parent().unwrap().join(schema).exists(),
                "{name}: {schema}"
            );
            seen += 1;
        }
    }
    assert!(seen > 5);
}

#[test]
fn problems_have_carets_and_an_exit_code() {
    let dir = tempfile::tempdir().unwrap();
    let text = "format: 1\nid: shop\nversion: 1\nname: A shop\nzone: Australia/Melburne\n\
                currency: AUD\nlanguage: en\nqueues: [open]\n";
    std::fs::write(dir.path().join("pack.yaml"), text).unwrap();
    let (code, out, _) = run(&["check", dir.path().to_str().unwrap()]);
    assert_eq!(code, Some(1));
    assert!(out.contains("error[pack.zone]"), "{out}");
    assert!(out.contains("did you mean `Australia/Melbourne`?"), "{out}");
    assert!(
        out.contains("zone: Australia/Melburne\n  |       ^"),
        "{out}"
    );
    assert!(out.contains("unknown view `open`"), "all at once: {out}");
}

#[test]
fn a_wrong_call_is_told() {
    for arguments in [&["chekc", "x"][..], &[], &["check"]] {
        let (code, _, err) = run(arguments);
        assert_eq!(code, Some(2));
        assert!(err.starts_with("usage:"), "{err}");
    }
    let (code, out, _) = run(&["check", "/nowhere/at/all"]);
    assert_eq!(code, Some(1));
    assert!(out.contains("there is no pack.yaml"), "{out}");
}

#[test]
fn a_key_is_made_once_and_signs_a_bundle_that_its_public_half_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (key, file) = (place("publisher.key"), place("lockers.pack"));
    let (code, public, err) = run(&["key", &key]);
    assert_eq!(code, Some(0), "{err}");
    let (again, _, _) = run(&["key", &key]);
    assert_eq!(again, Some(1), "never over one that is there");

    let pack = packs().join("harbour-lockers");
    let (code, out, err) = run(&["sign", pack.to_str().unwrap(), &key, &file]);
    assert_eq!(code, Some(0), "{out}{err}");
    let bytes = std::fs::read(&file).unwrap();
    let bundle = watchkeeper_pack::Bundle::read(&bytes).unwrap();
    assert!(out.trim().ends_with(bundle.hash()), "{out}");
    let signature = std::fs::read_to_string(format!("{file}.minisig")).unwrap();
    let signed = watchkeeper_pack::Signed::new(bundle, signature, public.trim().to_owned());
    signed.unwrap();

    let bad = folder.path().join("bad");
    std::fs::create_dir(&bad).unwrap();
    std::fs::write(bad.join("pack.yaml"), "format: 1\n").unwrap();
    let (code, _, _) = run(&["sign", bad.to_str().unwrap(), &key, &place("bad.pack")]);
    assert_eq!(code, Some(1), "what has problems is not signed");
    assert!(!folder.path().join("bad.pack").exists());
}
