//! A picture book: the screens of every pack, and what opens over them, in both themes and two sizes.
//! For the eye: `cargo xtask shots` asks for them. They are in `target/shots`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "../desktop/harness/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "the window's harness is that of the tests"
)]
mod harness;

use serde_json::json;
use xtask::desktop::Options;
use xtask::root::target;

use crate::harness::{Laptop, Window};

/// The tenant whose tools, switches and approvals are shown.
const SHOP: &str = "AMARISÉ Global Commerce";

struct Book {
    laptop: Laptop,
    window: Window,
    ending: String,
}

impl Book {
    async fn open(dark: bool, size: (u32, u32)) -> Self {
        let mut laptop = Laptop::with(Options {
            size,
            dark,
            ..Options::default()
        });
        laptop.start_platform_of_all();
        let window = laptop.open().await;
        window.fill_screen().await;
        let theme = if dark { "dark" } else { "light" };
        Self {
            laptop,
            window,
            ending: format!("{theme}-{}", size.0),
        }
    }

    fn picture(&self, name: &str) {
        let folder = target().join("shots");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}-{}.png", self.ending));
        self.laptop.desktop().still_picture(&file).unwrap();
    }

    /// Presses what has this name, where there is no text on it.
    async fn tool(&self, name: &str) {
        let found = format!("#screen button[aria-label^={}]", json!(name));
        self.window.find(&found).await.click().await.unwrap();
    }

    /// Presses a button of the dialog.
    async fn in_dialog(&self, words: &str) {
        let path = format!("//*[@role='dialog']//button[normalize-space(.)='{words}']");
        self.window.find_path(&path).await.click().await.unwrap();
    }

    /// Chooses in the first list of the dialog.
    async fn choose(&self, value: &str) {
        let option = format!("[role=dialog] select option[value={}]", json!(value));
        self.window.find("[role=dialog] select").await;
        let choose = format!(
            "const option = document.querySelector({});
             const list = option.closest('select');
             const set = Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value').set;
             set.call(list, option.value);
             list.dispatchEvent(new Event('change', {{bubbles: true}}));",
            json!(option)
        );
        self.window.run(&choose).await;
    }

    async fn first_queue(&self) {
        let first = "document.querySelector('nav h2 + ul button').click()";
        self.window.run(first).await;
        self.window
            .find("[role=grid] .grid-data:not([aria-busy])")
            .await;
    }

    /// What narrows, groups, saves and takes out a view.
    async fn tools(&self) {
        let window = &self.window;
        self.tool("Filter by a field").await;
        self.choose("region").await;
        window.find("[role=dialog] .choice-options label").await;
        let tick = "document.querySelectorAll('[role=dialog] .choice-options input').forEach((each, at) => at % 2 && each.click())";
        window.run(tick).await;
        self.picture("chip");
        self.in_dialog("Filter").await;
        window.find(".chips .chip").await;
        window.find("[role=grid] .grid-data:not([aria-busy])").await;
        self.picture("chips");
        self.tool("Group, sort").await;
        self.choose("region").await;
        self.picture("show");
        self.in_dialog("Show").await;
        window.find(".group-head").await;
        self.picture("groups");
        self.tool("Export").await;
        window.find("[role=dialog]").await;
        self.picture("export");
        self.in_dialog("Cancel").await;
        self.tool("Save this view").await;
        let name = window.find("[role=dialog] input").await;
        name.send_keys("Europe and overseas").await.unwrap();
        self.picture("save");
        self.in_dialog("Save").await;
        window.find(".rail-saved").await;
        self.picture("saved");
    }

    /// From now on this is how a provider behaves.
    async fn behaves(&self, provider: &str, mode: &str) {
        let ready = self.laptop.ready();
        let address = ready.platform.trim_end_matches('/');
        let url = format!("{address}/provider/{provider}/misbehave");
        let to = reqwest::Client::new().post(url).bearer_auth(&ready.admin);
        let told = to
            .json(&json!({"mode": mode, "times": 10_000}))
            .send()
            .await;
        told.unwrap().error_for_status().unwrap();
    }

    /// A provider that does not let the platform in, as the operation and Watch say it.
    async fn kept_out(&self) {
        let window = &self.window;
        self.behaves("stripe", "revoked").await;
        window.pick_one_that_may("Approve").await;
        window.act("Approve", None).await;
        window.shows("Stripe does not let the platform in").await;
        self.picture("kept-out");
        window.go_to("Watch").await;
        window
            .shows("A provider does not let the platform in")
            .await;
        self.picture("kept-out-watch");
        self.behaves("stripe", "none").await;
    }

    /// A form for an amount, in the currency of its record.
    async fn amount(&self) {
        let window = &self.window;
        window.go_to("Refunds").await;
        window.pick_one_that_may("Refund a part only").await;
        window.press(&["p"]).await;
        window.find("[role=dialog] input").await;
        self.picture("amount");
        self.in_dialog("Cancel").await;
    }

    /// Fills in the form of a switch.
    async fn ask(&self, control: &str, reason: &str) {
        let window = &self.window;
        window.button(control).await.click().await.unwrap();
        let field = window.find("#screen form textarea").await;
        field.send_keys(reason).await.unwrap();
    }

    /// Sends the form of a switch.
    async fn send(&self) {
        let button = self.window.find("#screen form button[type=submit]").await;
        button.click().await.unwrap();
    }

    /// A switch: as it stands, asked for, and with no line.
    async fn switches(&mut self) {
        let window = &self.window;
        window.go_to("Controls").await;
        self.picture("controls");
        self.ask("Refunds frozen", "Charges come back from two cards.")
            .await;
        self.picture("controls-form");
        self.send().await;
        window.shows("NOT IN EFFECT").await;
        window.shows("Refunds frozen: on").await;
        window.go_to("Refunds").await;
        window.read_panel().await;
        self.picture("frozen");
        self.laptop.cut_platform();
        let window = &self.window;
        window.shows("Cut off").await;
        window.go_to("Controls").await;
        self.ask("Prices frozen", "Wrong list uploaded.").await;
        self.send().await;
        window.shows("Prices frozen: NOT IN EFFECT").await;
        self.picture("controls-offline");
        window.go_to("Sync").await;
        self.picture("sync-control-offline");
    }
}

async fn take(dark: bool, size: (u32, u32)) {
    let mut book = Book::open(dark, size).await;
    book.window.sign_in_to_demo().await;
    book.kept_out().await;
    let mut others: Vec<String> = book
        .laptop
        .ready()
        .others
        .iter()
        .map(|other| other.tenant.clone())
        .collect();
    // The shop comes last: its line is cut.
    others.sort_by_key(|name| name == SHOP);
    for tenant in &others {
        book.window.sign_in_to_another().await;
        book.window.sign_in_by(tenant).await;
        book.window.find(".number").await;
        let name = tenant.split(' ').next().unwrap_or_default().to_lowercase();
        book.picture(&format!("{name}-watch"));
        book.first_queue().await;
        book.picture(&format!("{name}-queue"));
        book.window.go_to("Controls").await;
        book.picture(&format!("{name}-controls"));
        book.first_queue().await;
    }
    book.window.go_to("Approvals").await;
    book.picture("approvals");
    book.amount().await;
    book.first_queue().await;
    book.tools().await;
    book.window.go_to("Settings").await;
    book.window.shows("This laptop").await;
    book.window
        .run("document.querySelector('#screen').scrollTo(0, 1e6); document.querySelectorAll('#screen *').forEach((each) => each.scrollTo(0, 1e6))")
        .await;
    book.picture("settings-end");
    book.switches().await;
}

fn main() {
    std::thread::scope(|scope| {
        for dark in [false, true] {
            for size in [(1280, 800), (1680, 1050)] {
                scope.spawn(move || {
                    let runtime = tokio::runtime::Runtime::new().unwrap();
                    runtime.block_on(take(dark, size));
                });
            }
        }
    });
}
