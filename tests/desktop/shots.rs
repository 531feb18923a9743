//! Pictures of the real window, in both themes and two sizes, for the eye and for the README. They
//! are in `target/shots`.

use std::path::PathBuf;

use xtask::desktop::Options;
use xtask::root::target;

use crate::harness::{Laptop, Window};

/// Takes pictures of the screens that there are.
async fn take(dark: bool, size: (u32, u32)) {
    let theme = if dark { "dark" } else { "light" };
    let mut laptop = Laptop::with(Options {
        size,
        dark,
        ..Options::default()
    });
    laptop.start_platform();
    let window = laptop.open().await;
    window.fill_screen().await;
    let colour = window
        .run("return getComputedStyle(document.documentElement).backgroundColor")
        .await;
    let wanted = if dark {
        "rgb(16, 18, 20)"
    } else {
        "rgb(246, 246, 243)"
    };
    assert_eq!(colour, wanted, "the background");
    let file = |screen: &str| -> PathBuf {
        let folder = target().join("shots");
        std::fs::create_dir_all(&folder).unwrap();
        folder.join(format!("{screen}-{theme}-{}.png", size.0))
    };
    window.button("Open the demo").await;
    shoot(&laptop, &window, file("sign-in")).await;
    window.sign_in_to_demo().await;
    window.read_panel().await;
    shoot(&laptop, &window, file("queues")).await;
    window.go_to("Sync").await;
    window.shows("Audit chain").await;
    shoot(&laptop, &window, file("sync")).await;
}

/// Takes a picture of the window once it has been painted.
async fn shoot(laptop: &Laptop, window: &Window, file: PathBuf) {
    let painted = "const done = arguments[arguments.length - 1];
        document.fonts.ready.then(() => requestAnimationFrame(() => requestAnimationFrame(() => done(true))));";
    window.run_async(painted).await;
    laptop.desktop().still_picture(&file).unwrap();
    let bytes = file.metadata().unwrap().len();
    assert!(bytes > 20_000, "{} is blank: {bytes} bytes", file.display());
}

#[tokio::test(flavor = "multi_thread")]
async fn shots_light() {
    take(false, (1280, 800)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shots_dark() {
    take(true, (1280, 800)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shots_light_large() {
    take(false, (1680, 1050)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shots_dark_large() {
    take(true, (1680, 1050)).await;
}
