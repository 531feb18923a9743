//! What an operator does in a window, by the words on the screen.

use std::collections::BTreeMap;

use super::Window;
use super::webdriver::Element;

/// A record as the panel beside the list shows it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its name in a line.
    pub title: String,
    /// Its facts, by label.
    pub facts: BTreeMap<String, String>,
    /// Buttons that may be pressed now, without their keys and dots.
    pub possible: Vec<String>,
}

impl Shown {
    /// A fact by its label.
    pub fn fact(&self, label: &str) -> &str {
        let found = self.facts.get(label);
        found.unwrap_or_else(|| panic!("no {label} in {self:?}"))
    }

    /// True where this may be done now.
    pub fn may(&self, action: &str) -> bool {
        self.possible.iter().any(|each| each == action)
    }
}

impl Window {
    /// Signs in to the demo and writes the recovery code down. Ends on Watch, once it is filled.
    pub async fn sign_in_to_watch(&self) {
        self.sign_in_by("Open the demo").await;
    }

    /// Signs in by a button of the sign-in screen: that of the demo, or the name of one of its tenants.
    pub async fn sign_in_by(&self, button: &str) {
        self.button(button).await.click().await.unwrap();
        self.shows("Write this code down").await;
        self.find(".promise input").await.click().await.unwrap();
        self.button("Go on").await.click().await.unwrap();
        self.find(".watch .digest h2").await;
    }

    /// Signs in to the demo and goes to the refunds. Ends with the list filled.
    pub async fn sign_in_to_demo(&self) {
        self.sign_in_to_watch().await;
        self.go_to("Refunds").await;
        self.find(ROW).await;
    }

    /// Goes from an open profile to the sign-in screen, to open one more beside it.
    pub async fn sign_in_to_another(&self) {
        self.find("button.tenant").await.click().await.unwrap();
        let button = self.button_within("//*[@role='dialog']", "Sign in to another");
        button.await.click().await.unwrap();
        self.button("Open the demo").await;
    }

    /// Waits for a button by how its words begin.
    pub async fn button(&self, words: &str) -> Element {
        self.button_within("", words).await
    }

    async fn button_within(&self, place: &str, words: &str) -> Element {
        let path = format!("{place}//button[starts-with(normalize-space(.), '{words}')]");
        self.find_path(&path).await
    }

    /// Goes to a room of the rail, and waits until it is the one that is open.
    pub async fn go_to(&self, room: &str) {
        self.button_within("//nav", room)
            .await
            .click()
            .await
            .unwrap();
        let open = format!(
            "//nav//button[@aria-current='page' and starts-with(normalize-space(.), '{room}')]"
        );
        self.find_path(&open).await;
    }

    /// Picks each record of the list in turn and reads it.
    pub async fn read_list(&self) -> Vec<Shown> {
        self.find(ROW).await;
        let count = self
            .run(&format!("return document.querySelectorAll('{ROW}').length"))
            .await;
        let mut read = Vec::new();
        for index in 0..count.as_u64().unwrap() {
            self.pick_row(index).await;
            read.push(self.read_panel().await);
        }
        read
    }

    /// Picks a row of the list, and waits until it is.
    async fn pick_row(&self, index: u64) {
        let row = format!("document.querySelectorAll('{ROW}')[{index}]");
        // By script: a row under the list's head cannot be clicked, but is picked all the same.
        self.run(&format!("{row}.click()")).await;
        let picked = format!("return {row}?.getAttribute('aria-selected') === 'true'");
        self.until(&picked, "the row to be picked").await;
    }

    /// Picks the record with this title.
    pub async fn pick(&self, wanted: &Shown) {
        self.find(ROW).await;
        let number = wanted.title.as_str();
        for index in 0..200 {
            let there = self
                .run(&format!(
                    "return document.querySelectorAll('{ROW}').length > {index}"
                ))
                .await;
            assert!(
                there.as_bool().unwrap(),
                "{number} is not in the list\n{}",
                self.text().await
            );
            self.pick_row(index).await;
            if self.read_panel().await.title == number {
                return;
            }
        }
    }

    /// What the panel shows, once it shows the row that is picked.
    pub async fn read_panel(&self) -> Shown {
        self.until(
            "const panel = document.querySelector('section.record');
             return panel && panel.getAttribute('aria-busy') !== 'true' && panel.querySelector('h2')",
            "the record",
        )
        .await;
        let shown = self
            .run(
                "const panel = document.querySelector('section.record');
                 const facts = {};
                 for (const fact of panel.querySelectorAll('.facts > div'))
                     facts[fact.querySelector('dt').innerText] = fact.querySelector('dd').innerText;
                 const possible = [...panel.querySelectorAll('.record-foot button')]
                     .filter(button => button.getAttribute('aria-disabled') !== 'true' && !button.disabled)
                     .map(button => [...button.childNodes]
                         .filter(node => node.nodeType === Node.TEXT_NODE)
                         .map(node => node.data).join('').replace('…', '').trim());
                 return {title: panel.querySelector('h2').innerText, facts, possible};",
            )
            .await;
        Shown {
            title: shown["title"].as_str().unwrap().to_owned(),
            facts: serde_json::from_value(shown["facts"].clone()).unwrap(),
            possible: serde_json::from_value(shown["possible"].clone()).unwrap(),
        }
    }

    /// Id of the record that the panel shows.
    pub async fn shown_id(&self) -> String {
        let id = "return document.querySelector('section.record .record-head .mono').textContent";
        self.run(id).await.as_str().unwrap().to_owned()
    }

    /// What the panel shows, once it shows another record than that of this id.
    pub async fn shown_after(&self, id: &str) -> Shown {
        let another = format!(
            "const panel = document.querySelector('section.record[aria-busy=\"false\"]');
             const shown = panel?.querySelector('.record-head .mono')?.textContent;
             return shown !== undefined && shown !== '{id}'"
        );
        self.until(&another, "the record after it").await;
        self.read_panel().await
    }

    /// Does something to the record that is shown, typing what the dialog asks to be typed and giving
    /// `reason` where it asks for a text. Ends when the dialog has closed.
    pub async fn act(&self, action: &str, reason: Option<&str>) {
        self.ready_to(action, reason).await.click().await.unwrap();
        self.gone("[role=dialog]").await;
    }

    /// Opens the dialog of an action and fills it in. Answers the button that does it.
    pub async fn ready_to(&self, action: &str, reason: Option<&str>) -> Element {
        let foot = "//footer[contains(@class, 'record-foot')]";
        self.button_within(foot, action)
            .await
            .click()
            .await
            .unwrap();
        self.fill_in(reason).await
    }

    /// Opens the dialog of an action by its key and fills it in. Answers the button that does it.
    pub async fn ready_by_key(&self, key: &str, reason: Option<&str>) -> Element {
        self.press(&[key]).await;
        self.fill_in(reason).await
    }

    /// Fills in what the dialog asks for, as far as it is a text or to be typed. Answers the button
    /// that does it.
    pub async fn fill_in(&self, reason: Option<&str>) -> Element {
        let dialog = "//*[@role='dialog']";
        self.find_path(dialog).await;
        if let Some(reason) = reason {
            self.find("[role=dialog] textarea")
                .await
                .send_keys(reason)
                .await
                .unwrap();
        }
        let asked = self
            .run(
                "const label = [...document.querySelectorAll('[role=dialog] label')]
                     .map(label => label.innerText.match(/^Type (.*) to confirm/)).find(Boolean);
                 return label ? label[1] : null;",
            )
            .await;
        if let Some(word) = asked.as_str() {
            self.find("[role=dialog] input")
                .await
                .send_keys(word)
                .await
                .unwrap();
        }
        let submit = format!("{dialog}//button[@type='submit' and not(@disabled)]");
        self.find_path(&submit).await
    }

    /// Picks the rows of the list one after another from the top, until one may be treated so.
    pub async fn pick_one_that_may(&self, action: &str) -> Shown {
        self.find(ROW).await;
        for index in 0.. {
            let row = format!("document.querySelectorAll('{ROW}')[{index}]");
            let there = self.run(&format!("return !!{row}")).await;
            assert_eq!(
                there,
                true,
                "no row that may {action}\n{}",
                self.text().await
            );
            self.run(&format!("{row}.click()")).await;
            let picked = format!("return {row}.getAttribute('aria-selected') === 'true'");
            self.until(&picked, "the row to be picked").await;
            let shown = self.read_panel().await;
            if shown.may(action) {
                return shown;
            }
        }
        panic!("the list has no end");
    }

    /// Waits until the panel shows this word for our newest operation on the record: on its card, or in the
    /// history once it is settled.
    pub async fn operation_is(&self, word: &str) {
        self.until(
            &format!(
                "const pill = document.querySelector('section.record .operation .pill')
                     ?? document.querySelector('section.record .history-word');
                 return pill && pill.innerText.trim() === '{word}'"
            ),
            &format!("the operation to be {word}"),
        )
        .await;
    }
}

/// A row of the list that has been read.
const ROW: &str = "[role=grid] .grid-data:not([aria-busy])";
