//! What holds for all of them alike.

use reqwest::Method;
use serde_json::json;
use watchkeeper_platform::connectors::mood::Mode;
use watchkeeper_wire::operation::VerdictWord;

use super::{ACTIONS, Errand};
use crate::support::problem;

/// Each is asked for while the other side is in a mood; it must end done, and be done so often there.
async fn done_despite(mode: Mode, times: u32, arrives: usize) {
    for action in ACTIONS {
        let errand = Errand::with(action, mode, times).await;
        let operation = errand.asks(action).await;
        errand.is_confirmed(&operation).await;
        assert_eq!(errand.body().await["state"], "done", "{action}");
        let effects = errand.effects(action);
        // Slack alone has no key under which two are one.
        let expected = if action == "post" { arrives } else { 1 };
        assert_eq!(effects.len(), expected, "{action}: {effects:?}");
        let again = errand.0.submit(&operation).await;
        assert_eq!(again.word, VerdictWord::Confirmed, "{action}");
    }
}

#[tokio::test]
async fn an_answer_that_never_comes_is_read_back() {
    done_despite(Mode::TimeoutAfter, 1, 1).await;
}

#[tokio::test]
async fn an_answer_that_is_lost_on_the_way_is_read_back() {
    done_despite(Mode::LostAnswer, 1, 1).await;
}

#[tokio::test]
async fn what_never_arrived_is_sent_again() {
    done_despite(Mode::TimeoutBefore, 2, 1).await;
}

#[tokio::test]
async fn what_takes_effect_late_is_waited_for_and_not_sent_again() {
    done_despite(Mode::Late, 1, 1).await;
}

#[tokio::test]
async fn what_something_on_the_way_brings_twice_is_one_where_there_is_a_key() {
    done_despite(Mode::Twice, 1, 2).await;
}

#[tokio::test]
async fn who_is_busy_or_down_is_asked_later() {
    done_despite(Mode::RateLimit, 2, 1).await;
    done_despite(Mode::Down, 3, 1).await;
}

#[tokio::test]
async fn what_is_asked_for_reaches_the_other_side_once_under_its_key() {
    for action in ACTIONS {
        let errand = Errand::new().await;
        let operation = errand.asks(action).await;
        errand.ended(&operation).await;
        let key = format!("{}:1", operation.id);
        let effects = errand.effects(action);
        assert_eq!(effects.len(), 1, "{action}");
        let of_key = match action {
            "post" => &effects[0]["metadata"]["event_payload"]["key"],
            "page" => &effects[0]["incident_key"],
            _ => &effects[0]["id"],
        };
        assert_eq!(*of_key, key.as_str(), "{action}");
    }
}

#[tokio::test]
async fn a_no_is_a_no_and_says_so_on_the_record() {
    for action in ACTIONS {
        let errand = Errand::with(action, Mode::Refuse, 1).await;
        let operation = errand.asks(action).await;
        errand.is_refused(&operation).await;
        assert_eq!(errand.body().await["state"], "failed", "{action}");
        assert!(errand.effects(action).is_empty(), "{action}");
    }
}

#[tokio::test]
async fn fault_01_a_kill_after_the_effect_and_before_our_commit_does_it_once() {
    for action in ACTIONS {
        let errand = Errand::with(action, Mode::TimeoutAfter, 1).await;
        let operation = errand.asks(action).await;
        errand.arrives(action).await;
        let errand = errand.crash().await;
        errand.is_confirmed(&operation).await;
        assert_eq!(errand.effects(action).len(), 1, "{action}");
    }
}

#[tokio::test]
async fn stand_ins_are_watched_and_steered_by_an_admin_only() {
    let world = Errand::new().await.0;
    for (name, seen) in [
        ("job", "runs"),
        ("webhook", "attempts"),
        ("slack", "messages"),
        ("pagerduty", "incidents"),
    ] {
        let path = format!("/provider/{name}/misbehave");
        let mood = json!({"mode": "refuse"});
        assert_eq!(problem(world.post(&path, &mood)).await.0, 403, "{name}");
        let admin = world.request(Method::POST, &path, &world.admin).json(&mood);
        assert_eq!(admin.send().await.unwrap().status(), 204, "{name}");
        let path = format!("/provider/{name}/{seen}");
        assert_eq!(problem(world.get(&path)).await.0, 403, "{name}");
        let admin = world.request(Method::GET, &path, &world.admin);
        assert_eq!(admin.send().await.unwrap().status(), 200, "{name}");
    }
}
