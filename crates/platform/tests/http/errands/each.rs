//! What each of them says for itself.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use watchkeeper_platform::clock::Clock;
use watchkeeper_platform::connectors::job::Trouble;
use watchkeeper_platform::connectors::mood::Mode;
use watchkeeper_wire::operation::{Operation, VerdictWord};

use super::{Errand, a_while};

#[tokio::test]
async fn a_run_is_done_once_it_succeeded_and_not_when_it_was_taken() {
    let errand = Errand::new().await;
    let operation = errand.asks("run").await;
    errand.arrives("run").await;
    errand.is_still(&operation, VerdictWord::Accepted).await;
    errand.is_confirmed(&operation).await;
    assert_eq!(errand.body().await["figure"], 1);
    let run = &errand.effects("run")[0];
    assert_eq!(
        (&run["job"], &run["argument"]),
        (&json!("sweep"), &json!("n-1"))
    );
}

#[tokio::test]
async fn a_run_that_fails_is_tried_five_times_and_says_why() {
    let errand = Errand::new().await;
    errand.stand_ins().job.fail(2, Trouble::LockTimeout);
    let operation = errand.asks("run").await;
    errand.is_confirmed(&operation).await;
    assert_eq!(errand.body().await["figure"], 3, "the third attempt");

    let errand = Errand::new().await;
    errand.stand_ins().job.fail(5, Trouble::DatabaseTimeout);
    let operation = errand.asks("run").await;
    let why = "The database did not answer in time. (attempt 5 of 5)";
    assert_eq!(errand.is_refused(&operation).await, why);
    let body = errand.body().await;
    assert_eq!(
        (&body["state"], &body["came_of_it"]),
        (&json!("failed"), &json!(why))
    );
}

#[tokio::test]
async fn h_10_a_delivery_goes_out_under_its_own_id_and_counts_once_its_receiver_took_it() {
    let errand = Errand::new().await;
    let operation = errand.asks("retry").await;
    errand.arrives("retry").await;
    // The receiver has not answered.
    errand.is_still(&operation, VerdictWord::Accepted).await;
    errand.is_confirmed(&operation).await;
    assert_eq!(errand.effects("retry")[0]["target"], "n-1");
    assert_eq!(errand.body().await["figure"], 200);
}

#[tokio::test]
async fn h_10_a_receiver_that_does_not_take_it_or_not_in_time_has_not_got_it() {
    let (gone, away) = ("The receiver answered 410.", "The receiver answered 503.");
    let slow = "The receiver did not answer within 10 seconds.";
    let slow_test = "The receiver did not answer within 3 seconds.";
    for (action, status, ms, why) in [
        ("retry", 410, 20, Some(gone)),
        ("retry", 503, 20, Some(away)),
        ("retry", 200, 60_000, Some(slow)),
        // A test event has three seconds.
        ("try_out", 200, 2_900, None),
        ("try_out", 200, 3_100, Some(slow_test)),
    ] {
        let errand = Errand::new().await;
        errand.stand_ins().webhook.receivers(status, ms, 1);
        let operation = errand.asks(action).await;
        let Some(why) = why else {
            errand.is_confirmed(&operation).await;
            continue;
        };
        assert_eq!(errand.is_refused(&operation).await, why, "{action}");
        assert_eq!(errand.body().await["came_of_it"], why, "{action}");
    }
}

/// A post that stands in the channel, of which no answer came, while nothing can be read.
async fn posted_and_lost() -> (Errand, Operation) {
    let errand = Errand::with("post", Mode::TimeoutAfter, 1).await;
    let operation = errand.asks("post").await;
    errand.arrives("post").await;
    errand.misbehave("post", Mode::Down, 1_000_000);
    errand.0.until(operation.id, VerdictWord::Unknown).await;
    (errand, operation)
}

#[tokio::test]
async fn a_post_is_not_repeated_while_the_channel_cannot_be_read() {
    let (errand, operation) = posted_and_lost().await;
    for _ in 0..20 {
        errand.0.clock.advance(TimeDelta::seconds(30));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    errand.is_still(&operation, VerdictWord::Unknown).await;
    errand.misbehave("post", Mode::None, 0);
    errand.is_confirmed(&operation).await;
    assert_eq!(errand.effects("post").len(), 1);
}

#[tokio::test]
async fn a_post_is_found_behind_many_others() {
    let (errand, operation) = posted_and_lost().await;
    let at = errand.0.clock.now().timestamp_millis();
    let others = errand.stand_ins().ledger.transact(|tx| {
        for n in 0..450 {
            tx.execute(
                "INSERT INTO slack_message (channel, text, metadata, shows_at)
                 VALUES ('incidents', ?, '{}', ?)",
                (format!("message {n}"), at),
            )?;
        }
        Ok(())
    });
    others.unwrap();
    errand.misbehave("post", Mode::None, 0);
    errand.is_confirmed(&operation).await;
    assert_eq!(errand.effects("post").len(), 451);
}

/// A page that is out, and its key.
async fn paged() -> (Errand, String) {
    let errand = Errand::new().await;
    let operation = errand.asks("page").await;
    errand.is_confirmed(&operation).await;
    let key = format!("{}:1", operation.id);
    assert_eq!(errand.body().await["came_of_it"], key.as_str());
    (errand, key)
}

impl Errand {
    /// Somebody there ends the incident of this key.
    fn resolve(&self, key: &str) {
        let at = self.0.clock.now().timestamp_millis();
        let pagerduty = &self.stand_ins().pagerduty;
        pagerduty.put(key, "resolved", at).unwrap();
    }
}

#[tokio::test]
async fn x_78_nothing_is_called_acknowledged_before_pagerduty_shows_it() {
    let (errand, _) = paged().await;
    errand.misbehave("take", Mode::TimeoutBefore, 1_000_000);
    let operation = errand.asks("take").await;
    errand.0.until(operation.id, VerdictWord::Unknown).await;
    assert_eq!(errand.body().await["state"], "asked");
    let status = || errand.effects("take")[0]["status"].clone();
    assert_eq!(status(), "triggered");
    errand.misbehave("take", Mode::Late, 1);
    for _ in 0..600 {
        if status() == "acknowledged" {
            break;
        }
        errand.0.clock.advance(TimeDelta::seconds(2));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(status(), "acknowledged");
    // It is on its way and does not show yet.
    a_while().await;
    assert_eq!(errand.body().await["state"], "asked");
    errand.is_confirmed(&operation).await;
    assert_eq!(errand.body().await["state"], "taken");
    assert_eq!(errand.effects("take").len(), 1, "nobody is paged again");
}

#[tokio::test]
async fn what_is_resolved_at_pagerduty_is_not_acknowledged_any_more() {
    let (errand, key) = paged().await;
    errand.resolve(&key);
    let operation = errand.asks("take").await;
    let why = "The incident is resolved already.";
    assert_eq!(errand.is_refused(&operation).await, why);
    assert_eq!(errand.body().await["state"], "done");
}

#[tokio::test]
async fn a_page_that_was_resolved_before_it_was_read_back_is_not_sent_again() {
    let errand = Errand::with("page", Mode::TimeoutAfter, 1).await;
    let operation = errand.asks("page").await;
    errand.arrives("page").await;
    errand.resolve(&format!("{}:1", operation.id));
    errand.is_confirmed(&operation).await;
    assert_eq!(errand.effects("page").len(), 1);
}
