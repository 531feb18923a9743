//! The window appears and reads well, whatever the machine is like.

use xtask::desktop::{Keyring, Options};

use crate::harness::Laptop;

/// A window that is not blank: the page has words and a way to sign in.
async fn reads_well(options: Options) {
    let laptop = Laptop::with(options);
    let window = laptop.open().await;
    window.shows("Watchkeeper").await;
    let faults = window
        .run("return document.querySelectorAll('#root > *, #app > *').length")
        .await;
    assert!(faults.as_u64().unwrap() > 0, "an empty page");
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
async fn the_window_reads_well_without_a_keyring() {
    let keyring = Keyring::Absent;
    reads_well(Options {
        keyring,
        ..Options::default()
    })
    .await;
}
