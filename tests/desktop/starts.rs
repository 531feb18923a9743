//! The window appears and reads well, whatever the machine is like.

use xtask::desktop::Options;

use crate::harness::Laptop;

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
async fn without_a_keyring_the_window_asks_for_a_passphrase() {
    let laptop = Laptop::with(Options {
        keyring: false,
        ..Options::default()
    });
    let window = laptop.open().await;
    window.shows("Choose a passphrase").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keyring_gives_one_clear_screen() {
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
    // A file stands where the folder should be.
    std::fs::write(laptop.data(), "").unwrap();
    let window = laptop.open().await;
    window.shows("The data folder cannot be written").await;
}
