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
    let file = |screen: &str| -> PathBuf {
        let folder = target().join("shots");
        std::fs::create_dir_all(&folder).unwrap();
        folder.join(format!("{screen}-{theme}-{}.png", size.0))
    };
    window.button("Open the demo").await;
    let colour = window
        .run("return getComputedStyle(document.body).backgroundColor")
        .await;
    let wanted = if dark {
        "rgb(16, 18, 20)"
    } else {
        "rgb(246, 246, 243)"
    };
    assert_eq!(colour, wanted, "the background");
    shoot(&laptop, &window, file("sign-in")).await;

    // Nobody answers at this address.
    for (field, words) in [("url", "http://127.0.0.1:9"), ("password", "not-a-token")] {
        let input = window.find(&format!("input[type={field}]")).await;
        input.send_keys(words).await.unwrap();
    }
    window.button("Sign in").await.click().await.unwrap();
    window.find("[role=alert]").await;
    shoot(&laptop, &window, file("sign-in-error")).await;

    window.sign_in_to_watch().await;
    // The platform looks at its rules while the first pull is under way.
    window.find(".alert").await;
    window.find(".number").await;
    shoot(&laptop, &window, file("watch")).await;
    many_at_once(&laptop, &window, &file).await;

    window.go_to("Refunds").await;
    window.read_panel().await;
    shoot(&laptop, &window, file("queues")).await;
    window.go_to("Log").await;
    window.shows("The chain holds").await;
    window.find(".seal").await;
    shoot(&laptop, &window, file("log")).await;
    window.go_to("Reference").await;
    window.shows("Said when somebody asks").await;
    shoot(&laptop, &window, file("reference")).await;
    window.go_to("Tenant").await;
    window.button("Legal, where").await.click().await.unwrap();
    window.shows("What reads it").await;
    shoot(&laptop, &window, file("tenant")).await;
    window.go_to("Settings").await;
    window.shows("This laptop").await;
    shoot(&laptop, &window, file("settings")).await;
    window.go_to("Sync").await;
    window.shows("Audit chain").await;
    shoot(&laptop, &window, file("sync")).await;

    // Cut off, with one decision that waits.
    window.go_to("Refunds").await;
    let list = window.read_list().await;
    let open = list.iter().rev().find(|each| each.may("Approve"));
    let open = open.expect("a refund with time left");
    laptop.cut_platform();
    window.shows("Cut off").await;
    window.pick(open).await;
    window.act("Approve", None).await;
    window.operation_is("queued").await;
    shoot(&laptop, &window, file("queues-offline")).await;
    window.go_to("Sync").await;
    window.shows("Waiting · 1").await;
    shoot(&laptop, &window, file("sync-offline")).await;
    window.go_to("Watch").await;
    window.shows("alerts may be over").await;
    shoot(&laptop, &window, file("watch-offline")).await;
}

/// Reviews: the list, some that are picked, and what deciding on a whole section would do.
async fn many_at_once(laptop: &Laptop, window: &Window, file: &impl Fn(&str) -> PathBuf) {
    window.go_to("Reviews").await;
    window.read_panel().await;
    shoot(laptop, window, file("reviews")).await;
    for at in 0..3 {
        let tick =
            format!("document.querySelectorAll('.grid-data .grid-pick input')[{at}].click()");
        window.run(&tick).await;
    }
    window.shows("3 picked").await;
    shoot(laptop, window, file("reviews-picked")).await;
    window.button("Pick none").await.click().await.unwrap();
    window.button("Approve all").await.click().await.unwrap();
    window.shows("take part").await;
    shoot(laptop, window, file("reviews-bulk")).await;
    window.button("Cancel").await.click().await.unwrap();
    window.gone("[role=dialog]").await;
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
