//! Fault 34: 10 GB out of 10 MB, ten times over. A process of its own, because its peak memory is measured.
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

use flate2::{Compress, Compression, FlushCompress};
use scripted::{Reply, Request, State, head, ndjson};
use watchkeeper_core::Code;
use watchkeeper_core::features::sync::view::Link;
use watchkeeper_wire::NDJSON;
use world::World;

/// A gzip header without anything in it.
const GZIP: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
const MIB: usize = 1 << 20;

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

/// Bytes as a piece of a deflate stream that may stand behind any other such piece.
fn deflated(plain: &[u8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(plain.len() + 64);
    Compress::new(Compression::best(), false)
        .compress_vec(plain, &mut packed, FlushCompress::Full)
        .unwrap();
    packed
}

/// The same MiB so often: 100 GB in some 100 MB. The tenth of it would be swallowed whole by the system's buffers, which
/// may hold up to 36 MB of what nobody has read.
const TIMES: usize = 100 * 1024;
/// Bytes that may have left the platform before the connection is closed.
const POURED: u64 = 50_000_000;

/// `begin` and then the same MiB again and again.
fn bomb(media: &'static str, begin: &[u8], piece: &[u8]) -> Reply {
    let begin = [GZIP.as_slice(), &deflated(begin)].concat();
    let piece = deflated(piece);
    assert!(piece.len() < 4096, "{} bytes for a MiB", piece.len());
    assert!((piece.len() * TIMES) as u64 > 2 * POURED);
    Reply::Encoded(media, "gzip", vec![(begin, 1), (piece, TIMES)])
}

fn on(path: &'static str, reply: Reply) -> impl FnMut(&Request, &mut State) -> Option<Reply> {
    move |request, _| (request.path == path).then(|| reply.clone())
}

#[tokio::test]
async fn fault_34_ten_gigabytes_out_of_ten_megabytes_end_at_a_limit_and_the_connection_closes() {
    let mut world = World::new(1).await;
    world.ask_for_packed().await;
    world.engine.sync_once().await.unwrap();
    let asked = world
        .platform
        .with(|state| state.asked("/v1/changes").remove(0));
    assert_eq!(
        asked.headers.get("accept-encoding").map(String::as_str),
        Some("gzip")
    );
    let page = ndjson(&[head("e1", false)]);
    let endless_line = bomb(NDJSON, page.as_bytes(), &vec![b'0'; MIB]);
    let mut lines =
        b"{\"type\":\"remove\",\"seq\":1,\"kind\":\"k\",\"id\":\"a\"}\n".repeat(1 << 14);
    lines.resize(MIB, b'\n');
    let endless_page = bomb(NDJSON, page.as_bytes(), &lines);
    let me = bomb("application/json", b"{\"api\":1,\"x\":\"", &vec![b'x'; MIB]);
    for (path, reply) in [
        ("/v1/changes", endless_line),
        ("/v1/changes", endless_page),
        ("/v1/me", me),
    ] {
        let before = world.platform.with(|state| state.poured);
        world.platform.behave(on(path, reply));
        world.engine.sync_once().await.unwrap_err();
        let status = world.status().await;
        assert_eq!(status.link, Link::CutOff);
        assert_eq!(status.problem.unwrap().code, Code::ApiMismatch);
        assert_eq!(world.page().await.total, 1, "nothing of it was used");
        let poured = world.platform.with(|state| state.poured) - before;
        assert!(poured < POURED, "{poured} bytes were taken");
    }
    #[cfg(target_os = "linux")]
    assert!(peak_mb() < 200, "peak memory {} MB", peak_mb());
    world.platform.behave_well();
    world.engine.sync_once().await.unwrap();
    world.check().await;
}
