//! C. The line and what answers at its other end.

use std::time::Duration;

use tokio::net::TcpListener;
use watchkeeper_core::Code;
use watchkeeper_core::features::queues::view::OperationWord;
use watchkeeper_core::features::sync::view::Link;
use watchkeeper_core::sync::backoff;
use watchkeeper_core::sync::client::{Client, ClientError};
use watchkeeper_wire::problem;

use crate::scripted::{Platform, Reply, TOKEN};
use crate::world::{World, until};

fn client(platform: &Platform) -> Client {
    Client::new(platform.url.clone(), TOKEN).unwrap()
}

#[tokio::test]
async fn fault_30_any_retry_after_waits_between_a_second_and_a_quarter_of_an_hour() {
    let platform = Platform::start().await;
    let cases = [
        ("3600", 900..=900),
        ("-7", 1..=2),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 1..=2),
        ("nonsense", 1..=2),
        ("30", 30..=33),
    ];
    for (value, expected) in cases {
        platform.behave(move |_, _| {
            let headers = vec![
                ("retry-after", value.to_owned()),
                ("date", "Fri, 20 Nov 2026 03:00:00 GMT".to_owned()),
                ("content-type", "application/problem+json".to_owned()),
            ];
            let body = serde_json::to_vec(&problem::Problem::new(problem::Code::Busy, None));
            Some(Reply::Full(429, headers, body.unwrap()))
        });
        let Err(ClientError::RateLimited(asked)) = client(&platform).me().await else {
            panic!("{value} was not understood");
        };
        for chance in [0.0, 0.5, 0.999] {
            let wait = backoff::retry_after(asked, chance).as_secs();
            assert!(expected.contains(&wait), "{value}: {wait}");
        }
    }
}

#[tokio::test]
async fn fault_30_the_engine_comes_back_no_later_than_that() {
    let mut world = World::new(1).await;
    world.platform.behave(|_, _| {
        let headers = vec![("retry-after", "3600".to_owned())];
        Some(Reply::Full(429, headers, Vec::new()))
    });
    world.start().await;
    let engine = world.engine.clone();
    until("the engine waits", || async {
        engine.link().next_try.is_some()
    })
    .await;
    let link = engine.link();
    let wait = link.next_try.unwrap() - engine.clock().now().at;
    assert!(wait <= chrono::TimeDelta::minutes(15) && wait > chrono::TimeDelta::minutes(10));
    engine.stop().await;
}

#[tokio::test]
async fn fault_31_a_web_page_is_no_platform_and_nothing_of_it_is_used() {
    let world = World::synced(2).await;
    world.release("p1").await.unwrap();
    world.platform.behave(|_, _| {
        Some(Reply::typed(
            200,
            "text/html",
            b"<html>Sign in to this network</html>".to_vec(),
        ))
    });
    world.engine.sync_once().await.unwrap_err();
    let status = world.status().await;
    assert_eq!(
        (status.link, status.problem.unwrap().code),
        (Link::CutOff, Code::NotAPlatform)
    );
    assert_eq!(status.waiting[0].word, OperationWord::Queued);
    assert_eq!(world.page().await.total, 2);
    // Also where only the feed is intercepted.
    world.platform.behave(|request, _| {
        let page = b"{\"type\":\"page\"}".to_vec();
        (request.path == "/v1/changes").then(|| Reply::typed(200, "text/html", page))
    });
    world.engine.sync_once().await.unwrap_err();
    assert_eq!(world.page().await.total, 2);
    world.check().await;
}

#[tokio::test]
async fn fault_33_no_redirect_is_followed_and_the_token_goes_nowhere_else() {
    let elsewhere = Platform::start().await;
    let world = World::synced(1).await;
    world.release("p1").await.unwrap();
    let targets = [
        format!("{}v1/me", elsewhere.url),
        "http://elsewhere.example/v1/me".to_owned(),
        "file:///etc/passwd".to_owned(),
    ];
    for status in [301, 302, 303, 307, 308] {
        for target in targets.clone() {
            let location = target.clone();
            world.platform.behave(move |_, _| {
                Some(Reply::Full(
                    status,
                    vec![("location", location.clone())],
                    Vec::new(),
                ))
            });
            world.engine.sync_once().await.unwrap_err();
            let problem = world.status().await.problem.unwrap();
            assert_eq!(problem.code, Code::NotAPlatform, "{status} {target}");
        }
    }
    elsewhere.with(|state| assert!(state.requests.is_empty()));
}

#[tokio::test]
async fn a_wrong_address_and_a_wrong_token_are_told_apart() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let error = Client::new(nobody.parse().unwrap(), TOKEN)
        .unwrap()
        .me()
        .await;
    assert!(matches!(error, Err(ClientError::Unreachable(_))));
    let platform = Platform::start().await;
    platform.behave(|_, _| Some(Reply::problem(problem::Code::TokenMissing)));
    assert_eq!(client(&platform).me().await, Err(ClientError::SignedOut));
    platform.behave(|_, _| Some(Reply::json(&serde_json::json!({"hello": 1}))));
    assert!(matches!(
        client(&platform).me().await,
        Err(ClientError::NotAPlatform(_))
    ));
    platform.behave(|_, _| Some(Reply::json(&serde_json::json!({"api": 99}))));
    assert!(matches!(
        client(&platform).me().await,
        Err(ClientError::Protocol(_))
    ));
}

#[tokio::test]
async fn fault_47_a_revoked_token_stops_everything_and_a_new_one_goes_on() {
    let mut world = World::synced(3).await;
    for id in ["p1", "p2", "p3"] {
        world.release(id).await.unwrap();
    }
    let mut sent = 0;
    world.platform.behave(move |request, state| {
        if request.path == "/v1/operations" {
            sent += 1;
            state.revoked = sent > 1;
        }
        None
    });
    world.start().await;
    let engine = world.engine.clone();
    until("it is signed out", || async {
        engine
            .link()
            .problem
            .is_some_and(|problem| problem.code == Code::TokenRevoked)
    })
    .await;
    // Each task may have had a request under way; from then on nothing is asked.
    let before = world.platform.with(|state| state.requests.len());
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let after = world.platform.with(|state| state.requests.len());
    assert!(after - before <= 3, "no retry loop: {before} {after}");
    let waiting = world.status().await.waiting;
    assert_eq!(waiting.len(), 2);
    assert!(waiting.iter().all(|operation| operation.reason.is_none()));
    world.platform.behave_well();
    world.platform.with(|state| state.revoked = false);
    engine
        .renew(&watchkeeper_core::secrets::Secret::new(TOKEN))
        .unwrap();
    until("the rest is sent", || async {
        world.status().await.settled.len() == 3
    })
    .await;
    engine.stop().await;
    world
        .platform
        .with(|state| assert!(state.effects.values().all(|times| *times == 1)));
}

#[tokio::test]
async fn a_hint_brings_the_change_and_a_started_engine_does_all_by_itself() {
    let mut world = World::new(2).await;
    world.platform.behave(|request, _| {
        let hint = b"id: 3\nevent: hint\ndata: {\"seq\":3,\"kinds\":[\"parcel\"]}\n\n".to_vec();
        let beat = b": beat\n\n".to_vec();
        (request.path == "/v1/events")
            .then(|| Reply::Pieces("text/event-stream", vec![(hint, 1), (beat, 1)]))
    });
    world.start().await;
    let engine = world.engine.clone();
    until("the first fill", || async { engine.link().filled }).await;
    world.release("p1").await.unwrap();
    engine.wake();
    until("it is confirmed", || async {
        world.status().await.settled.len() == 1
    })
    .await;
    until("it goes on where it was", || async {
        world.platform.with(|state| {
            let asked = state.asked("/v1/events");
            asked
                .iter()
                .any(|r| r.headers.get("last-event-id") == Some(&"3".to_owned()))
        })
    })
    .await;
    engine.stop().await;
}

#[tokio::test]
async fn a_deadline_that_passes_is_told_without_any_news() {
    let mut world = World::new(0).await;
    let mut changes = world.start().await;
    until("the first fill", || async { world.engine.link().filled }).await;
    world.platform.with(|state| {
        let mut body = crate::world::parcel("N-1", 1);
        let arrived = crate::scripted::now() - chrono::TimeDelta::hours(72);
        body["arrived_at"] = serde_json::json!(arrived + chrono::TimeDelta::seconds(5));
        state.put("parcel", "p1", body);
    });
    world.engine.wake();
    let told = async {
        loop {
            let change = changes.recv().await.unwrap();
            let parcel = watchkeeper_core::changes::Tag::Kind("parcel".into());
            if change.source == watchkeeper_core::changes::Source::Clock
                && change.tags.contains(&parcel)
            {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), told)
        .await
        .unwrap();
    world.engine.stop().await;
}
