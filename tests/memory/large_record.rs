//! Fault 22: a record of 500 MB. A process of its own, because its peak memory is measured.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

#[path = "../sync/scripted/mod.rs"]
#[allow(dead_code)]
mod scripted;
#[path = "../sync/world.rs"]
#[allow(dead_code)]
mod world;

use scripted::{Reply, head, ndjson};
use watchkeeper_core::features::sync::view::Link;
use watchkeeper_wire::feed::{Line, PageEnd};
use world::{World, parcel};

/// Peak memory of this process so far, in MB.
#[cfg(target_os = "linux")]
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    let kb: u64 = peak.split_whitespace().nth(1).unwrap().parse().unwrap();
    kb / 1024
}

#[tokio::test]
async fn fault_22_a_record_of_500_mb_is_set_aside_at_bounded_memory_and_the_feed_goes_on() {
    const CHUNK: usize = 1 << 20;
    let world = World::synced(1).await;
    world.platform.behave(|request, _| {
        (request.path == "/v1/changes").then_some(())?;
        let begin = r#"{"type":"upsert","seq":50,"record":{"kind":"parcel","id":"huge","revision":1,"updated_at":"2026-11-20T03:00:00Z","body":{"note":""#;
        let record = |id: &str, seq: u64| {
            let record = watchkeeper_wire::feed::Record {
                kind: "parcel".into(),
                id: id.into(),
                revision: 1,
                updated_at: scripted::now(),
                body: parcel(id, 1).as_object().unwrap().clone(),
            };
            ndjson(&[Line::Upsert { seq, record }])
        };
        let first = format!("{}{}{begin}", ndjson(&[head("e1", false)]), record("before", 49));
        let end = Line::End(PageEnd {
            cursor: "d51".into(),
            more: false,
            snapshot_complete: false,
        });
        let last = format!("\"}}}}}}\n{}{}", record("after", 51), ndjson(&[end]));
        Some(Reply::Pieces(
            "application/x-ndjson",
            vec![
                (first.into_bytes(), 1),
                (vec![b'x'; CHUNK], 500),
                (last.into_bytes(), 1),
            ],
        ))
    });
    world.engine.sync_once().await.unwrap();
    #[cfg(target_os = "linux")]
    assert!(peak_mb() < 150, "peak memory {} MB", peak_mb());
    let status = world.status().await;
    assert_eq!(status.link, Link::InStep);
    let aside = &status.quarantine[0];
    assert_eq!(aside.id.as_deref(), Some("huge"));
    assert!(aside.problem.contains("too large"));
    assert_eq!(aside.bytes, 64 * 1024);
    for id in ["before", "after"] {
        assert_eq!(world.record(id).await.id, id);
    }
    world.check().await;
}
