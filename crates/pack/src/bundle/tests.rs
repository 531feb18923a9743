#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use super::*;
use crate::fixture;

fn text_files() -> BTreeMap<String, String> {
    let files = fixture::files(&[]).into_iter();
    files
        .map(|(p, b)| (p, String::from_utf8(b).unwrap()))
        .collect()
}

fn on_disk(files: &BTreeMap<String, String>) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

#[test]
fn the_same_files_give_the_same_bytes_and_the_pack_comes_back() {
    let one = Bundle::from_files(text_files()).unwrap();
    let dir = on_disk(&text_files());
    let two = Bundle::from_dir(dir.path()).unwrap();
    assert_eq!(one, two);
    let pack = Bundle::open(one.bytes(), one.hash()).unwrap();
    assert_eq!((pack.id.as_str(), pack.hash.as_str()), ("shop", one.hash()));
    assert_eq!(crate::load_dir(dir.path()).unwrap().hash, one.hash());
}

#[test]
fn only_the_files_of_a_pack_go_in() {
    let mut files = text_files();
    for extra in ["demo.yaml", "README.md", "records/note.txt", "other/x.yaml"] {
        files.insert(extra.into(), "not: a pack file".into());
    }
    let dir = on_disk(&files);
    let bundle = Bundle::from_dir(dir.path()).unwrap();
    assert_eq!(bundle.files(), &text_files());
    for bad in [
        "../pack.yaml",
        "records/../pack.yaml",
        "records/a/b.yaml",
        "/pack.yaml",
        "records/.yaml",
        "demo.yaml",
    ] {
        let mut files = text_files();
        files.insert(bad.into(), String::new());
        let error = Bundle::from_files(files).unwrap_err();
        assert!(
            matches!(error, BundleError::NoPlace { .. }),
            "{bad}: {error}"
        );
    }
}

#[test]
fn fault_62_another_byte_is_another_pack() {
    let bundle = Bundle::from_files(text_files()).unwrap();
    let mut bytes = bundle.bytes().to_vec();
    let last = bytes.len() - 3;
    bytes[last] ^= 1;
    assert!(matches!(
        Bundle::open(&bytes, bundle.hash()),
        Err(BundleError::Hash(_))
    ));
    assert!(matches!(
        Bundle::open(bundle.bytes(), ""),
        Err(BundleError::Hash(_))
    ));
}

#[test]
fn fault_62_duplicate_keys_and_other_orders_are_no_bundle() {
    let open = |bytes: &[u8]| Bundle::open(bytes, &hex::encode(Sha256::digest(bytes)));
    for bytes in [
        br#"{"pack.yaml":"a","pack.yaml":"b"}"#.as_slice(),
        br#"{ "pack.yaml": "format: 1" }"#,
        b"[]",
        b"\xff\xfe",
        b"",
    ] {
        assert!(matches!(open(bytes), Err(BundleError::Malformed(_))));
    }
    assert!(matches!(
        open(br#"{"pack.yaml":"format: 1"}"#),
        Err(BundleError::Problems(_))
    ));
}

#[test]
fn fault_62_sizes_are_capped() {
    let mut files = text_files();
    files.insert("records/big.yaml".into(), "#".repeat(MAX_FILE + 1));
    assert!(matches!(
        Bundle::from_files(files.clone()),
        Err(BundleError::LargeFile(path)) if path == "records/big.yaml"
    ));
    let dir = on_disk(&files);
    assert!(matches!(
        Bundle::from_dir(dir.path()),
        Err(BundleError::LargeFile(path)) if path == "records/big.yaml"
    ));
    let many: BTreeMap<_, _> = (0..=MAX_FILES)
        .map(|n| (format!("records/k{n}.yaml"), String::new()))
        .collect();
    assert!(matches!(
        Bundle::from_files(many.clone()),
        Err(BundleError::TooLarge(_))
    ));
    assert!(matches!(
        Bundle::from_dir(on_disk(&many).path()),
        Err(BundleError::TooLarge(_))
    ));
    let total: BTreeMap<_, _> = (0..20)
        .map(|n| (format!("records/k{n}.yaml"), "#".repeat(MAX_FILE)))
        .collect();
    assert!(matches!(
        Bundle::from_files(total),
        Err(BundleError::TooLarge(_))
    ));
    let bytes = vec![b' '; MAX_BUNDLE + 1];
    assert!(matches!(
        Bundle::open(&bytes, ""),
        Err(BundleError::TooLarge(_))
    ));
}

#[cfg(unix)]
#[test]
fn no_symbolic_link_is_followed() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    let dir = on_disk(&text_files());
    std::os::unix::fs::symlink(secret.path(), dir.path().join("records/stolen.yaml")).unwrap();
    assert!(matches!(
        Bundle::from_dir(dir.path()),
        Err(BundleError::Link(_))
    ));
    let problems = crate::load_dir(dir.path()).unwrap_err();
    assert_eq!(problems[0].code, "pack.link");

    let mut files = text_files();
    files.remove("templates/closed.yaml");
    let dir = on_disk(&files);
    std::os::unix::fs::symlink("/tmp", dir.path().join("templates")).unwrap();
    assert!(matches!(
        Bundle::from_dir(dir.path()),
        Err(BundleError::Link(_))
    ));
}

#[test]
fn a_file_that_is_not_text_is_named() {
    let dir = on_disk(&text_files());
    std::fs::write(dir.path().join("records/odd.yaml"), b"kind: \xff").unwrap();
    assert!(
        matches!(Bundle::from_dir(dir.path()), Err(BundleError::NotText(path)) if path == "records/odd.yaml")
    );
    let problems = crate::load_dir(dir.path()).unwrap_err();
    let odd = problems.iter().find(|d| d.code == "pack.not_utf8").unwrap();
    assert_eq!(
        (odd.file.as_str(), odd.line, odd.column),
        ("records/odd.yaml", 1, 7)
    );
}
