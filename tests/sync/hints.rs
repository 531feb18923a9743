//! C. The stream of hints: storms, sleep, nonsense.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use watchkeeper_core::clock::{Clock, SystemClock};

use crate::scripted::Reply;
use crate::world::{World, parcel, until};

const SSE: &str = "text/event-stream";

fn hint(n: u64) -> Vec<u8> {
    format!("id: {n}\nevent: hint\ndata: {{\"seq\":{n},\"kinds\":[\"parcel\"]}}\n\n").into_bytes()
}

fn asked(world: &World, path: &str) -> usize {
    world.platform.with(|state| state.asked(path).len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_36_a_storm_of_10_000_hints_is_a_few_pulls_and_everything_is_stored() {
    const HINTS: u32 = 10_000;
    let mut world = World::synced(1).await;
    world.platform.behave(|request, _| {
        let storm = (1..=u64::from(HINTS)).map(|n| (hint(n), 1)).collect();
        (request.path == "/v1/events").then_some(Reply::Open(SSE, storm))
    });
    let turns_before = asked(&world, "/v1/me");
    let began = std::time::Instant::now();
    world.start().await;
    for n in 2..=HINTS {
        world.platform.with(|state| {
            state.put("parcel", &format!("p{n}"), parcel(&format!("N-{n}"), 1));
        });
        if n % 500 == 0 {
            tokio::task::yield_now().await;
        }
    }
    until("all of it is stored", || async {
        world
            .cached("SELECT count(*) FROM record WHERE kind = 'parcel'")
            .await
            == i64::from(HINTS)
    })
    .await;
    // However long it took: one turn each fifth of a second at most, and the first.
    let turns = asked(&world, "/v1/me") - turns_before;
    let most = usize::try_from(began.elapsed().as_millis() / 200).unwrap() + 2;
    assert!(turns <= most, "{turns} turns, {most} at most");
    world.engine.stop().await;
    world.check().await;
}

/// Clocks of a machine that can sleep: the boot-time clock counts on, timers do not.
struct Sleeper {
    system: SystemClock,
    slept: AtomicU64,
}

impl Sleeper {
    fn slept(&self) -> Duration {
        Duration::from_secs(self.slept.load(Ordering::Relaxed))
    }
}

impl Clock for Sleeper {
    fn wall(&self) -> DateTime<Utc> {
        self.system.wall() + TimeDelta::from_std(self.slept()).unwrap()
    }
    fn boot(&self) -> Duration {
        self.system.boot() + self.slept()
    }
    fn boot_id(&self) -> String {
        self.system.boot_id()
    }
}

#[tokio::test]
async fn fault_20_after_three_days_of_sleep_nothing_claims_to_be_live_and_it_connects_again() {
    let mut world = World::synced(1).await;
    let refuse = Arc::new(AtomicU64::new(0));
    let refusing = Arc::clone(&refuse);
    world.platform.behave(move |request, _| {
        let stream = request.path == "/v1/events";
        let refused = refusing.load(Ordering::Relaxed) == 1;
        stream.then(|| match refused {
            true => Reply::Nothing,
            false => Reply::Open(SSE, vec![(hint(1), 1)]),
        })
    });
    let clock = Arc::new(Sleeper {
        system: SystemClock::default(),
        slept: AtomicU64::new(0),
    });
    world.start_by(Arc::clone(&clock) as Arc<dyn Clock>).await;
    let engine = world.engine.clone();
    until("the stream is live", || async { engine.link().live }).await;
    let streams = asked(&world, "/v1/events");
    let turns = asked(&world, "/v1/me");
    // The connection does not say that it is dead.
    refuse.store(1, Ordering::Relaxed);
    clock.slept.store(3 * 24 * 3600, Ordering::Relaxed);
    until("nothing claims to be live", || async {
        !engine.link().live
    })
    .await;
    until("it is tried again, and pulled", || async {
        asked(&world, "/v1/events") > streams && asked(&world, "/v1/me") > turns
    })
    .await;
    assert!(!engine.link().live);
    refuse.store(0, Ordering::Relaxed);
    engine.wake();
    until("the stream is live again", || async { engine.link().live }).await;
    engine.stop().await;
}

#[tokio::test]
async fn fault_35_after_a_stream_that_broke_there_is_a_pull_and_no_id_that_cannot_be_sent_back() {
    let mut world = World::synced(1).await;
    let mut first = true;
    world.platform.behave(move |request, state| {
        if request.path != "/v1/events" {
            return None;
        }
        if !std::mem::take(&mut first) {
            return Some(Reply::Open(SSE, Vec::new()));
        }
        // Put between the last pull and the end of the stream.
        state.put("parcel", "p2", parcel("N-2", 1));
        let odd = "id: 7\ndata: x\n\nid: s\u{e9}ven\ndata: y\n\nid: 8\ndata: hal";
        Some(Reply::Pieces(SSE, vec![(odd.as_bytes().to_vec(), 1)]))
    });
    world.start().await;
    until("what came meanwhile is there", || async {
        world.page().await.total == 2
    })
    .await;
    world.engine.wake();
    until("the stream is opened again", || async {
        world.engine.wake();
        asked(&world, "/v1/events") >= 2
    })
    .await;
    let again = world
        .platform
        .with(|state| state.asked("/v1/events").remove(1));
    assert_eq!(
        again.headers.get("last-event-id").map(String::as_str),
        Some("7")
    );
    world.engine.stop().await;
}
