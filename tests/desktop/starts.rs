//! The window appears and reads well, whatever the machine is like.

use std::path::Path;

use xtask::children::Running;
use xtask::desktop::{Options, until};

use crate::harness::{Laptop, PATIENCE, Window, children_of, kill};

/// The page has words and a way to sign in; nothing fell over.
async fn reads_well(options: Options) {
    let laptop = Laptop::with(options);
    let window = laptop.open().await;
    window.shows("Watchkeeper").await;
    window.button("Sign in").await;
    let locale = window
        .run("return new Intl.NumberFormat().resolvedOptions().locale")
        .await;
    assert!(locale.as_str().unwrap().starts_with("en"), "{locale}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_reads_well_in_english() {
    reads_well(Options::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_reads_well_in_a_c_locale() {
    let locale = "C".to_owned();
    reads_well(Options {
        locale,
        ..Options::default()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_65_without_a_keyring_the_window_asks_for_a_passphrase() {
    let laptop = Laptop::with(Options {
        keyring: false,
        ..Options::default()
    });
    let window = laptop.open().await;
    window.shows("Choose a passphrase").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_65_a_locked_keyring_gives_one_clear_screen() {
    let mut laptop = Laptop::new();
    laptop.start_platform();
    let window = laptop.open().await;
    window.sign_in_to_demo().await;
    window.kill();
    laptop.desktop().lock_keyring().unwrap();
    let window = laptop.open().await;
    window.shows("The keyring is locked").await;
    window.shows("Nothing is lost").await;
    window.button("Try again").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_cannot_be_used_is_said_in_the_window() {
    let laptop = Laptop::new();
    // Nobody may make a folder there, the system's own user included.
    let arguments = ["--data".to_owned(), "/sys/watchkeeper".to_owned()];
    let window = Window::open(laptop.desktop(), &arguments).await;
    window.shows("The data folder cannot be written").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_19_a_synced_folder_is_refused_in_the_window_and_nothing_is_made_there() {
    let laptop = Laptop::new();
    let synced = laptop.home().join("Documents");
    std::fs::create_dir_all(synced.join(".stfolder")).unwrap();
    let data = synced.join("watchkeeper");
    let arguments = ["--data".to_owned(), data.display().to_string()];
    let window = Window::open(laptop.desktop(), &arguments).await;
    window.shows("This folder is no place for your data").await;
    window.shows("Syncthing").await;
    assert!(!data.exists());
}

/// A picture of the screen once there is a page on it.
fn picture_of_a_page(laptop: &Laptop, file: &Path) {
    until(PATIENCE, "a page on the screen", || {
        laptop.desktop().still_picture(file)?;
        // Without a page it is one colour, and small.
        Ok(file.metadata()?.len() > 20_000)
    })
    .unwrap();
}

#[test]
fn a_page_whose_process_dies_comes_back() {
    let laptop = Laptop::new();
    // A driver would end with the page.
    let mut command = laptop.second_start(&laptop.arguments());
    let app = Running::start("watchkeeper", &mut command).unwrap();
    picture_of_a_page(&laptop, &laptop.home().join("before.png"));
    let pages = || children_of(app.id(), "WebKitWebProcess");
    let before = pages();
    assert_eq!(before.len(), 1, "{before:?}");
    kill(before[0]);
    until(PATIENCE, "another page", || {
        Ok(pages().iter().any(|page| *page != before[0]))
    })
    .unwrap();
    picture_of_a_page(&laptop, &laptop.home().join("after.png"));
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_66_a_data_folder_from_another_machine_wants_the_recovery_code() {
    let mut here = Laptop::new();
    here.start_platform();
    let window = here.open().await;
    window.sign_in_to_demo().await;
    let title = window.read_list().await.remove(0).title;
    window.kill();
    // Another desktop, whose keyring is open and has never seen this profile.
    let there = Laptop::new();
    for entry in walkdir::WalkDir::new(here.data()) {
        let entry = entry.unwrap();
        let to = there
            .data()
            .join(entry.path().strip_prefix(here.data()).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(to).unwrap();
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
    let window = there.open().await;
    window.shows("Recovery code needed").await;
    assert!(!window.text().await.contains(&title));
    window.kill();
    // Here it opens as before.
    let window = here.open().await;
    window.go_to("Refunds").await;
    window.shows(&title).await;
}
