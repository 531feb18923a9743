//! A day's batch, worked through in the window: what the check is sure of at once, ten more by hand;
//! then, cut off, refunds and a complaint. Each decision has one effect, once the line is there.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::json;
use watchkeeper_core::clock::{Clock, SystemClock};
use watchkeeper_pack::value::instant_text;
use watchkeeper_tests::platform::ingest;
use xtask::desktop::until;

use crate::harness::{Books, Laptop, PATIENCE, Shown, Window};

const ENTER: &str = "\u{e007}";
/// Reviews that go at once, those that are read before, and those that are decided by hand.
const AT_ONCE: usize = 40;
const SAMPLE: usize = 5;
const BY_HAND: usize = 10;
const COMPLAINT: &str = "Complaint C-212";
const CHARGE: &str = "Charge at the provider";

#[tokio::test(flavor = "multi_thread")]
async fn a_day_s_batch_is_worked_online_and_offline_with_one_effect_for_each_decision() {
    let mut laptop = Laptop::new();
    laptop.start_platform();
    let ready = laptop.ready();
    ingest(&ready.platform, &ready.admin, &[one_more()]).unwrap();
    let before = laptop.books();

    let window = laptop.open().await;
    window.fill_screen().await;
    window.sign_in_to_watch().await;
    let at_once = approve_at_once(&laptop, &window).await;
    reached(&laptop, &window, at_once.len()).await;
    laptop.picture("batch-at-once");
    let by_hand = decide_by_hand(&window).await;
    reached(&laptop, &window, at_once.len() + by_hand.len()).await;
    laptop.picture("batch-by-hand");

    window.go_to("Refunds").await;
    let mut refunds = window.read_list().await;
    let late = refunds.iter().find(|each| each.may("Refuse"));
    let late = late.expect("a refund that came too late").clone();
    refunds.retain(|each| each.may("Approve"));
    assert!(refunds.len() >= 2, "{refunds:#?}");
    refunds.truncate(2);
    window.go_to("Complaints").await;
    let mut complaints = window.read_list().await.into_iter();
    let complaint = complaints.find(|each| each.title == COMPLAINT);
    let complaint = complaint.expect("somebody who waits and complains");

    laptop.cut_platform();
    window.shows("Cut off").await;
    decide_refunds(&window, &refunds, &late).await;
    laptop.picture("batch-offline-refunds");
    answer(&window, &complaint).await;
    window.go_to("Sync").await;
    window.shows("Waiting · 5").await;
    let decided = [
        (&refunds[0], 1),
        (&refunds[1], 1),
        (&late, 1),
        (&complaint, 2),
    ];
    for (record, operations) in decided {
        all_are(&window, record, operations, "queued").await;
    }
    laptop.picture("batch-offline-sync");

    laptop.start_platform();
    for (record, operations) in decided {
        all_are(&window, record, operations, "confirmed").await;
    }
    laptop.picture("batch-done");

    let after = laptop.books();
    for id in &at_once {
        let review = after.record("review", id).unwrap();
        assert!(
            review.body["confidence"].as_f64() >= Some(0.9),
            "{review:?}"
        );
        one_effect((&before, &after), id, "approve", "published");
    }
    for (id, action, state) in &by_hand {
        one_effect((&before, &after), id, action, state);
    }
    assert_eq!(after.done_to("review").len(), at_once.len() + by_hand.len());

    let provider = laptop.provider();
    for approved in &refunds {
        let made = provider.refunds_of(approved.fact(CHARGE)).await;
        assert_eq!(made.len(), 1, "{}: {made:?}", approved.title);
        assert_eq!(made[0].amount, 2200);
        assert_eq!(made[0].status, "succeeded");
        let mails = provider.mails_to(approved.fact("Mail of the buyer")).await;
        assert_eq!(mails, ["refund_approved"], "{}", approved.title);
    }
    assert!(provider.refunds_of(late.fact(CHARGE)).await.is_empty());
    let mails = provider.mails_to(late.fact("Mail of the buyer")).await;
    assert_eq!(mails, ["refund_denied"]);
    let refunds = after.done_to("refund");
    assert_eq!(refunds.len(), 3, "{refunds:?}");
    assert!(refunds.values().all(|done| done.len() == 1), "{refunds:?}");
    let mut mails = provider.mails_to(complaint.fact("Mail")).await;
    mails.retain(|template| template == "complaint_featured");
    assert_eq!(mails.len(), 1, "{mails:?}");
    // A colleague looked into another one before the day began.
    let earlier = before.done_to("complaint");
    let mut complaints = after.done_to("complaint");
    complaints.retain(|id, done| earlier.get(id) != Some(&*done));
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    assert_eq!(
        *complaints["c-212"],
        ["find confirmed", "answer_featured confirmed"]
    );
}

/// A review that the check is sure of: of the 40 that the demo has at 0.90 and above, one is spam.
fn one_more() -> serde_json::Value {
    let written = SystemClock::default().wall() - TimeDelta::hours(3);
    json!({"kind": "review", "id": "rv-batch", "body": {
        "business": "b-00001", "rating": 5, "text": "Patient, on time, and our dog sits.",
        "written_at": instant_text(written), "confidence": 0.95, "verdict": "clean",
        "state": "pending",
    }})
}

/// Looks at those that are drawn and approves all of the section, and answers which these are.
async fn approve_at_once(laptop: &Laptop, window: &Window) -> BTreeSet<String> {
    window.go_to("Reviews").await;
    window.read_panel().await;
    let shift_a = "document.activeElement.dispatchEvent(new KeyboardEvent('keydown',
         {key: 'A', code: 'KeyA', shiftKey: true, bubbles: true, cancelable: true}))";
    window.run(shift_a).await;
    window.find("[role=dialog] .sample-record").await;
    let meant = "return [...document.querySelectorAll('[role=dialog] .radius-names code')]
         .map((id) => id.textContent)";
    let meant: BTreeSet<String> = serde_json::from_value(window.run(meant).await).unwrap();
    assert!(meant.len() >= AT_ONCE, "{meant:?}");
    let marks = "return document.querySelectorAll('[role=dialog] .sample-mark').length";
    assert_eq!(window.run(marks).await, SAMPLE);

    let mut drawn = BTreeSet::new();
    for right in 0..SAMPLE {
        let next = format!(
            "const one = document.querySelector('.sample-record');
             const right = document.querySelectorAll('.sample-mark[data-right]').length;
             return one?.getAttribute('aria-busy') === 'false' && right === {right}"
        );
        window.until(&next, "the next one that was drawn").await;
        if right == 0 {
            laptop.picture("batch-sample");
        }
        // Nothing goes before all of them were read.
        window
            .gone("[role=dialog] button[type=submit]:not([disabled])")
            .await;
        let one = "return document.querySelector('.sample-record h4 code').textContent";
        drawn.insert(window.run(one).await.as_str().unwrap().to_owned());
        window.press(&["y"]).await;
    }
    window.shows("All 5 that were drawn look right.").await;
    assert_eq!(drawn.len(), SAMPLE);
    assert!(drawn.is_subset(&meant), "{drawn:?}");

    // What can be taken back is said for a few seconds only: the page itself keeps an eye on it.
    let watch = "window.offered = '';
         new MutationObserver(() => {
             const words = document.querySelector('.undo-bar .undo-what');
             if (words) window.offered = words.innerText;
         }).observe(document.body, {childList: true, subtree: true});";
    window.run(watch).await;
    window.fill_in(None).await.click().await.unwrap();
    window.gone("[role=dialog]").await;
    let offer = format!("Approve: {} records", meant.len());
    let offered = format!("return window.offered === {}", json!(offer));
    window.until(&offered, &offer).await;
    meant
}

/// Decides on reviews one after another, each by its key; the next one comes up by itself. Answers
/// the ids, what was done, and what they are then.
async fn decide_by_hand(window: &Window) -> Vec<(String, &'static str, &'static str)> {
    window.go_to("Reviews").await;
    let settled = "const heads = [...document.querySelectorAll('.grid-section')];
         return heads.length > 0 && !heads.some((head) => head.innerText.includes('On the way'))";
    window.until(settled, "the copy to follow").await;
    let mut shown = window.pick_one_that_may("Approve").await;
    // One that has arrived meanwhile may be one to go at once.
    while is_sure(&shown) {
        let id = window.shown_id().await;
        window.press(&["j"]).await;
        shown = window.shown_after(&id).await;
    }
    let mut decided = Vec::new();
    for _ in 0..BY_HAND {
        assert!(shown.may("Approve"), "{shown:?}");
        let id = window.shown_id().await;
        let reason = match shown.fact("Check") {
            "clean" => None,
            "spam" => Some("1"),
            "profanity" => Some("2"),
            "off topic" => Some("3"),
            other => panic!("the check says {other}"),
        };
        if let Some(number) = reason {
            window.press(&["r"]).await;
            window.find("[role=dialog] fieldset").await;
            window.press(&[number]).await;
            window.fill_in(None).await;
            window.press(&[ENTER]).await;
            window.gone("[role=dialog]").await;
            decided.push((id.clone(), "reject", "rejected"));
        } else {
            window.press(&["a"]).await;
            decided.push((id.clone(), "approve", "published"));
        }
        shown = window.shown_after(&id).await;
    }
    for action in ["approve", "reject"] {
        assert!(decided.iter().any(|each| each.1 == action), "{decided:?}");
    }
    decided
}

/// The check is at 0.90 or above, and found nothing.
fn is_sure(review: &Shown) -> bool {
    let confidence: f64 = review.fact("Confidence").parse().unwrap();
    confidence >= 0.9 && review.fact("Check") == "clean"
}

/// Approves two refunds and refuses one; none of them is more than queued.
async fn decide_refunds(window: &Window, approved: &[Shown], late: &Shown) {
    window.go_to("Refunds").await;
    for refund in approved {
        window.pick(refund).await;
        window.ready_by_key("a", None).await;
        window.press(&[ENTER]).await;
        window.gone("[role=dialog]").await;
        window.operation_is("queued").await;
    }
    window.pick(late).await;
    let reason = Some("requested after the window had closed");
    let refuse = window.ready_by_key("r", reason).await;
    refuse.click().await.unwrap();
    window.gone("[role=dialog]").await;
    window.operation_is("queued").await;
}

/// Notes what was behind a complaint and answers it.
async fn answer(window: &Window, complaint: &Shown) {
    window.go_to("Complaints").await;
    window.pick(complaint).await;
    window.press(&["n"]).await;
    let cause = "//*[@role='dialog']//label[normalize-space(.)='slot full']";
    window.find_path(cause).await.click().await.unwrap();
    window.fill_in(None).await.click().await.unwrap();
    window.gone("[role=dialog]").await;
    // The list has gone on to the next one.
    window.pick(complaint).await;
    window.operation_is("queued").await;
    let answer = window.ready_by_key("f", None).await;
    answer.click().await.unwrap();
    window.gone("[role=dialog]").await;
}

/// Waits until the Sync screen has so many operations on a record, all with this word.
async fn all_are(window: &Window, record: &Shown, operations: usize, word: &str) {
    let all = format!(
        "const ours = [...document.querySelectorAll('.sync .operation')].filter(
             (one) => one.querySelector('.operation-head .link')?.innerText === {});
         const words = ours.map((one) => one.querySelector('.pill').innerText.trim());
         return words.length === {operations} && words.every((word) => word === '{word}')",
        json!(record.title)
    );
    let what = format!("{} to be {word}", record.title);
    window.until(&all, &what).await;
}

/// Waits until the platform has decided on so many reviews, and the window says that nothing waits.
async fn reached(laptop: &Laptop, window: &Window, reviews: usize) {
    until(PATIENCE, "the platform to have the reviews", || {
        Ok(laptop.books().done_to("review").len() == reviews)
    })
    .unwrap();
    window.go_to("Sync").await;
    window.shows("Nothing waits and nothing is held").await;
}

/// A review had this done to it, once, and is so now.
fn one_effect((before, after): (&Books, &Books), id: &str, action: &str, state: &str) {
    // One that arrived later came with its first revision.
    let was = before.record("review", id).map_or(1, |was| was.revision);
    let is = after.record("review", id).unwrap();
    assert_eq!(is.revision, was + 1, "{id}");
    assert_eq!(is.body["state"], state, "{id}");
    let done = format!("{action} confirmed");
    assert_eq!(*after.done_to("review")[id], [done], "{id}");
}
