//! One app per data folder.

use xtask::desktop::until;

use crate::harness::{Laptop, PATIENCE};

#[tokio::test(flavor = "multi_thread")]
async fn fault_10_a_second_start_on_the_same_data_brings_the_first_forward() {
    let laptop = Laptop::new();
    let window = laptop.open().await;
    window.loaded().await;
    until(PATIENCE, "the window", || {
        Ok(laptop.desktop().windows("^Watchkeeper$")?.len() == 1)
    })
    .unwrap();
    // Another window lies over the first.
    let first = laptop.desktop().windows("^Watchkeeper$").unwrap();
    let minimize = laptop
        .desktop()
        .command("xdotool")
        .args(["windowminimize", &first[0]])
        .status();
    assert!(minimize.unwrap().success());
    until(PATIENCE, "the window to be out of sight", || {
        Ok(laptop.desktop().windows("^Watchkeeper$")?.is_empty())
    })
    .unwrap();

    // It needs no display for that, and opens no window that could fall over while it ends.
    let ended = laptop
        .second_start(&laptop.arguments())
        .env_remove("DISPLAY")
        .status()
        .unwrap();

    assert_eq!(ended.code(), Some(0));
    until(PATIENCE, "the window to come forward", || {
        Ok(laptop.desktop().windows("^Watchkeeper$")?.len() == 1)
    })
    .unwrap();
    window.loaded().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_10_a_crash_leaves_no_lock_behind() {
    let laptop = Laptop::new();
    let window = laptop.open().await;
    window.loaded().await;
    window.kill();
    let again = laptop.open().await;
    again.loaded().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn apps_on_different_data_run_side_by_side() {
    let laptop = Laptop::new();
    let window = laptop.open().await;
    window.loaded().await;
    let other = laptop.data().with_file_name("other");
    let arguments = ["--data".to_owned(), other.display().to_string()];
    let mut second = laptop.second_start(&arguments).spawn().unwrap();
    until(PATIENCE, "two windows", || {
        Ok(laptop.desktop().windows("^Watchkeeper$")?.len() == 2)
    })
    .unwrap();
    assert!(second.try_wait().unwrap().is_none(), "the second ended");
    second.kill().unwrap();
    second.wait().unwrap();
}
