//! Folders in which something else stands where a file is expected.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::good::PARCEL;
use crate::run::Folder;

const RECORD: &str = "records/parcel.yaml";

fn fifo(folder: &Folder, path: &str) {
    let made = Command::new("mkfifo").arg(folder.path(path)).status();
    assert!(made.unwrap().success());
}

#[test]
fn fault_62_links_lead_nowhere() {
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("parcel.yaml");
    fs::write(&file, PARCEL).unwrap();
    for (name, target, at) in [
        ("link to a file", file.clone(), RECORD),
        ("link for pack.yaml", file.clone(), "pack.yaml"),
        ("link for a folder", outside.path().to_owned(), "records"),
        ("link to nothing", outside.path().join("none"), RECORD),
        ("link to itself", RECORD.into(), RECORD),
        ("link to a device", "/dev/zero".into(), RECORD),
        ("link within", "../pack.yaml".into(), RECORD),
    ] {
        let folder = Folder::good();
        let path = folder.path(at);
        if path.is_dir() {
            fs::remove_dir_all(&path).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
        symlink(target, &path).unwrap();
        folder.check(name).refused("pack.link", at, 0);
    }
}

/// A pipe would keep whoever opens it waiting for ever.
#[test]
fn fault_62_what_is_no_plain_file() {
    for (name, at) in [("pipe", RECORD), ("pipe for pack.yaml", "pack.yaml")] {
        let folder = Folder::good();
        fs::remove_file(folder.path(at)).unwrap();
        fifo(&folder, at);
        folder.check(name).refused("pack.file", at, 0);
    }
    let folder = Folder::good();
    fifo(&folder, "reports");
    folder
        .check("pipe for a folder")
        .refused("pack.file", "reports", 0);
    let folder = Folder::good();
    folder.write("reports", "x");
    folder
        .check("file for a folder")
        .refused("pack.file", "reports", 0);
    let folder = Folder::good();
    folder.write("reports/deep.yaml/x.yaml", "x");
    let said = folder.check("folder for a file");
    said.refused("pack.file", "reports/deep.yaml", 0);
}

#[test]
fn fault_62_names_that_are_nearly_right() {
    for name in [
        "records/Parcel.yaml",
        "records/parcel.YAML",
        "records/parcel.yml",
        "records/..yaml",
        "records/...yaml",
        "records/ parcel.yaml",
        "records/p\u{e4}ckchen.yaml",
        "records/.parcel.yaml",
    ] {
        let folder = Folder::good();
        folder.write(name, PARCEL);
        folder.check(name).refused("pack.file", name, 0);
    }
    let folder = Folder::good();
    let odd = std::ffi::OsStr::from_bytes(b"records/\xff.yaml");
    fs::write(folder.path("").join(odd), PARCEL).unwrap();
    let said = folder.check("a name that is no text");
    assert!(said.text.starts_with("error[pack."), "{}", said.text);
    let folder = Folder::good();
    folder.write("records/\u{1b}[31m.yaml", PARCEL);
    let said = folder.check("a name that paints");
    assert!(said.text.starts_with("error[pack.file]"), "{}", said.text);
    assert!(!said.text.contains('\u{1b}'));
}

#[test]
fn fault_62_a_file_of_a_gigabyte() {
    for at in [RECORD, "pack.yaml"] {
        let folder = Folder::good();
        File::create(folder.path(at))
            .unwrap()
            .set_len(1 << 30)
            .unwrap();
        folder.check("1 GB").refused("pack.too_large", at, 0);
    }
}

/// While one writes, the other reads: whatever it finds, it is no more than a file may have.
#[test]
fn fault_62_a_file_that_grows() {
    let folder = Folder::good();
    folder.write(RECORD, "#".repeat(256 << 10));
    let ended = AtomicBool::new(false);
    thread::scope(|threads| {
        let path = folder.path(RECORD);
        let ended = &ended;
        let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(b"#").unwrap();
        threads.spawn(move || {
            while !ended.load(Ordering::Relaxed) && file.metadata().unwrap().len() < 64 << 20 {
                file.write_all(&[b'#'; 4096]).unwrap();
            }
        });
        let said = folder.check("growing");
        ended.store(true, Ordering::Relaxed);
        said.refused("pack.too_large", RECORD, 0);
    });
}

#[test]
fn fault_62_a_hundred_thousand_files() {
    let folder = Folder::good();
    for n in 0..100_000 {
        File::create(folder.path(&format!("records/k{n}.yaml"))).unwrap();
    }
    folder
        .check("100,000 files")
        .refused("pack.too_large", "pack.yaml", 0);
}

#[test]
fn fault_62_a_hundred_files_that_are_all_large() {
    let folder = Folder::good();
    let text = format!("{PARCEL}# {}\n", "x".repeat(240 << 10));
    for n in 0..100 {
        folder.write(&format!("records/k{n}.yaml"), &text);
    }
    folder
        .check("24 MB")
        .refused("pack.too_large", "pack.yaml", 0);
}
