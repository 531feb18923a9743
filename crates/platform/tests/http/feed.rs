//! The change feed.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use watchkeeper_pack::Sight;
use watchkeeper_platform::cursor;
use watchkeeper_platform::store::Place;
use watchkeeper_wire::feed::Line;

use crate::support::{TENANT, World, issue, problem, short, tenant};

fn odd(id: &str, body: Value) -> Value {
    json!({"kind": "odd", "id": id, "body": body})
}

/// What a client holds after these lines.
fn apply(held: &mut BTreeMap<String, Value>, lines: &[Line]) {
    let mut last = 0;
    for line in lines {
        let seq = match line {
            Line::Upsert { seq, record } => {
                held.insert(record.id.clone(), Value::Object(record.body.clone()));
                *seq
            }
            Line::Remove { seq, id, .. } => {
                held.remove(id);
                *seq
            }
            Line::Verdict { seq, .. } => *seq,
            Line::Page(_) | Line::End(_) => continue,
        };
        assert!(seq > last, "{seq} after {last}");
        last = seq;
    }
}

#[tokio::test]
async fn a_snapshot_then_deltas() {
    let world = World::without_a_pack().await;
    world
        .ingest(json!([
            odd("a", json!({"n": 1})),
            odd("b", json!({"n": 1}))
        ]))
        .await;
    let first = world.page(&world.token, "?limit=1").await;
    assert!(first.snapshot && first.more && !first.complete);
    assert_eq!(short(&first.lines), ["+odd/a"]);
    let second = world
        .page(&world.token, &format!("?cursor={}", first.cursor))
        .await;
    assert!(second.snapshot && !second.more && second.complete);
    assert_eq!(second.epoch, first.epoch);
    assert_eq!(short(&second.lines), ["+odd/b"]);
    let idle = world
        .page(&world.token, &format!("?cursor={}", second.cursor))
        .await;
    assert!(!idle.snapshot && !idle.more && !idle.complete && idle.lines.is_empty());
    world
        .ingest(json!([
            odd("b", json!({"n": 2})),
            odd("c", json!({"n": 1}))
        ]))
        .await;
    world.ingest(json!([odd("b", json!({"n": 3}))])).await;
    world.remove("odd", "a").await;
    let (lines, _) = world.pages(&world.token, Some(&second.cursor)).await;
    // One line for what changed twice, as it is now.
    assert_eq!(short(&lines), ["+odd/c", "+odd/b", "-odd/a"]);
    let Line::Upsert { record, .. } = &lines[1] else {
        panic!()
    };
    assert_eq!((record.revision, &record.body["n"]), (3, &json!(3)));
}

#[tokio::test]
async fn an_unchanged_record_makes_no_change_and_a_returning_one_goes_on_counting() {
    let world = World::without_a_pack().await;
    world.ingest(json!([odd("a", json!({"n": 1}))])).await;
    let (_, cursor) = world.pages(&world.token, None).await;
    world.ingest(json!([odd("a", json!({"n": 1}))])).await;
    assert!(world.pages(&world.token, Some(&cursor)).await.0.is_empty());
    world.remove("odd", "a").await;
    world.ingest(json!([odd("a", json!({"n": 1}))])).await;
    let (lines, _) = world.pages(&world.token, Some(&cursor)).await;
    let Some(Line::Upsert { record, .. }) = lines.last() else {
        panic!("{lines:?}")
    };
    assert_eq!(record.revision, 2);
}

#[tokio::test]
async fn a_snapshot_is_resumed_while_records_change_and_misses_nothing() {
    let world = World::without_a_pack().await;
    let all: Vec<Value> = (0..9)
        .map(|n| odd(&format!("r{n}"), json!({"n": 0})))
        .collect();
    world.ingest(Value::Array(all)).await;
    let mut held = BTreeMap::new();
    let page = world.page(&world.token, "?limit=4").await;
    apply(&mut held, &page.lines);
    // Already read: changed, removed. Not yet read: changed, removed. And a new one.
    world
        .ingest(json!([
            odd("r0", json!({"n": 1})),
            odd("r7", json!({"n": 1})),
            odd("new", json!({}))
        ]))
        .await;
    world.remove("odd", "r1").await;
    world.remove("odd", "r8").await;
    let mut query = format!("?limit=2&cursor={}", page.cursor);
    loop {
        let page = world.page(&world.token, &query).await;
        assert!(page.snapshot);
        apply(&mut held, &page.lines);
        assert_eq!(page.more, !page.complete);
        if page.complete {
            break;
        }
        query = format!("?limit=2&cursor={}", page.cursor);
    }
    let expected: BTreeMap<String, Value> = [
        ("r0", 1),
        ("r2", 0),
        ("r3", 0),
        ("r4", 0),
        ("r5", 0),
        ("r6", 0),
        ("r7", 1),
    ]
    .into_iter()
    .map(|(id, n)| (id.to_owned(), json!({"n": n})))
    .chain([("new".to_owned(), json!({}))])
    .collect();
    assert_eq!(held, expected);
}

#[tokio::test]
async fn a_page_stays_below_its_bytes_and_a_large_record_comes_alone() {
    let world = World::without_a_pack().await;
    let large = "x".repeat(5 * 1024 * 1024);
    world
        .ingest(json!([
            odd("a", json!({"t": large})),
            odd("b", json!({"t": large}))
        ]))
        .await;
    let page = world.page(&world.token, "").await;
    assert_eq!(short(&page.lines), ["+odd/a"]);
    assert!(page.more);
}

#[tokio::test]
async fn pages_are_compressed_for_whoever_accepts_it() {
    let world = World::without_a_pack().await;
    world
        .ingest(json!([odd("a", json!({"t": "x".repeat(10_000)}))]))
        .await;
    let http = reqwest::Client::builder().gzip(false).build().unwrap();
    let answer = http
        .get(format!("{}/v1/changes", world.server.url()))
        .bearer_auth(&world.token)
        .header("Accept-Encoding", "gzip")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    assert!(answer.bytes().await.unwrap().len() < 2_000);
}

#[tokio::test]
async fn fault_27_cursors_that_are_not_ours_400_and_those_from_elsewhen_410() {
    let world = World::without_a_pack().await;
    let platform = world.platform();
    platform.found(&tenant("there"), None).await.unwrap();
    let there = issue(platform, "there", "kim", &["operator"], &[]).await;
    let ask = |cursor: &str, token: &str| {
        world.request(Method::GET, &format!("/v1/changes?cursor={cursor}"), token)
    };
    let invalid = (400.try_into().unwrap(), "cursor.invalid".to_owned());
    let gone = (410.try_into().unwrap(), "cursor.gone".to_owned());
    for made_up in ["x", "AAAA", &"A".repeat(200), "%F0%9F%90%95"] {
        assert_eq!(problem(ask(made_up, &world.token)).await, invalid);
    }
    let (_, theirs) = world.pages(&there, None).await;
    assert_eq!(problem(ask(&theirs, &world.token)).await, invalid);
    let hash = watchkeeper_platform::auth::token_hash(&world.token);
    let access = platform.store.access(&hash).await.unwrap().unwrap();
    let key = &platform.secrets.cursor_key;
    let epoch = cursor::epoch(&platform.history.epoch(), &access, &Sight::default());
    let future = cursor::seal(key, &access, &epoch, Place::Delta { at: 1_000_000 });
    assert_eq!(problem(ask(&future, &world.token)).await, gone);
    let other_store = cursor::epoch(&[9; 32], &access, &Sight::default());
    let restored = cursor::seal(key, &access, &other_store, Place::Delta { at: 0 });
    assert_eq!(problem(ask(&restored, &world.token)).await, gone);
}

#[tokio::test]
async fn fault_28_a_compacted_feed_answers_410_and_then_a_snapshot() {
    let world = World::without_a_pack().await;
    world
        .ingest(json!([odd("a", json!({})), odd("b", json!({}))]))
        .await;
    let (_, cursor) = world.pages(&world.token, None).await;
    world.remove("odd", "a").await;
    world.ingest(json!([odd("c", json!({}))])).await;
    world.platform().store.compact_all(1).await.unwrap();
    let old = world.get(&format!("/v1/changes?cursor={cursor}"));
    assert_eq!(
        problem(old).await,
        (410.try_into().unwrap(), "cursor.gone".into())
    );
    let page = world.page(&world.token, "").await;
    assert!(page.snapshot && page.complete);
    assert_eq!(short(&page.lines), ["+odd/b", "+odd/c"]);
    // A cursor that is new enough is still good.
    world.ingest(json!([odd("d", json!({}))])).await;
    world.platform().store.compact_all(1).await.unwrap();
    let (lines, _) = world.pages(&world.token, Some(&page.cursor)).await;
    assert_eq!(short(&lines), ["+odd/d"]);
}

#[tokio::test]
async fn a_reader_sees_their_regions_and_what_leaves_them_is_removed() {
    let world = World::without_a_pack().await;
    let north = issue(world.platform(), TENANT, "nora", &["operator"], &["north"]).await;
    let region = |id: &str, region: &str| odd(id, json!({"region": region}));
    world
        .ingest(json!([
            region("n", "north"),
            region("s", "south"),
            odd("all", json!({}))
        ]))
        .await;
    let (lines, cursor) = world.pages(&north, None).await;
    let mut seen = short(&lines);
    seen.sort();
    assert_eq!(seen, ["+odd/all", "+odd/n"]);
    // It leaves, and changes again where nora cannot see it.
    world.ingest(json!([region("n", "south")])).await;
    world
        .ingest(json!([{"kind": "odd", "id": "n", "body": {"region": "south", "x": 1}}]))
        .await;
    world.ingest(json!([region("s", "north")])).await;
    world.remove("odd", "all").await;
    let (lines, cursor) = world.pages(&north, Some(&cursor)).await;
    assert_eq!(short(&lines), ["-odd/n", "+odd/s", "-odd/all"]);
    // What she never saw is removed without her.
    world.remove("odd", "n").await;
    assert!(world.pages(&north, Some(&cursor)).await.0.is_empty());
}

#[tokio::test]
async fn fault_34_the_feed_is_compressed_for_whoever_asks_for_it() {
    let world = World::without_a_pack().await;
    world.refund(1, 5).await;
    let plain = reqwest::Client::builder().no_gzip().build().unwrap();
    let ask = |encoding: &'static str| {
        let url = format!("{}/v1/changes", world.server.url());
        let request = plain.get(url).bearer_auth(&world.token);
        request.header("accept-encoding", encoding).send()
    };
    let whole = ask("identity").await.unwrap();
    assert!(whole.headers().get("content-encoding").is_none());
    let whole = whole.bytes().await.unwrap();
    let compressed = ask("gzip").await.unwrap();
    assert_eq!(compressed.headers()["content-encoding"], "gzip");
    let compressed = compressed.bytes().await.unwrap();
    assert!(compressed.len() * 2 < whole.len());
}

#[tokio::test]
async fn fault_39_a_clock_that_is_set_back_changes_nothing_of_the_order() {
    let world = World::without_a_pack().await;
    let (_, cursor) = world.pages(&world.token, None).await;
    let mut expected = Vec::new();
    for (n, hours) in [0, -1, -1, 5, -8760, 1].into_iter().enumerate() {
        world.clock.advance(chrono::TimeDelta::hours(hours));
        world
            .ingest(json!([{"kind": "oddity", "id": format!("o{n}"), "body": {"n": n}}]))
            .await;
        expected.push(format!("+oddity/o{n}"));
    }
    // The same record again, at an earlier instant: the later revision stands.
    world.clock.advance(chrono::TimeDelta::hours(-3));
    world
        .ingest(json!([{"kind": "oddity", "id": "o0", "body": {"n": "last"}}]))
        .await;
    expected.remove(0);
    expected.push("+oddity/o0".to_owned());
    let (lines, _) = world.pages(&world.token, Some(&cursor)).await;
    assert_eq!(short(&lines), expected);
    let places: Vec<u64> = lines
        .iter()
        .map(|line| match line {
            Line::Upsert { seq, .. } => *seq,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(places.is_sorted());
    let Some(Line::Upsert { record, .. }) = lines.last() else {
        panic!("no record")
    };
    assert_eq!((record.revision, &record.body["n"]), (2, &json!("last")));
}
