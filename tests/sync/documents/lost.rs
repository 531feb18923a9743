//! Documents that are kept here no longer, or not at all: no room, damage, another record, no right.

use serde_json::json;
use watchkeeper_core::Code;
use watchkeeper_core::features::documents::view::DocumentStanding;
use watchkeeper_core::store::StoreError;

use super::{
    BYTES, MAIL, OCTETS, gives, keep, kept, label, nothing_is_kept, show, standing, world,
    world_with,
};
use crate::scripted::Reply;

#[tokio::test]
async fn fault_11_without_room_no_half_of_it_stays_and_records_go_on() {
    let world = world().await;
    let large = vec![b'x'; 4 * 1024 * 1024];
    world.platform.with(|state| {
        state.put("label", "l1", label(&large, json!({"parcel": "p1"})));
    });
    world.engine.sync_once().await.unwrap();
    let room = |more: u32| {
        let cache = &world.engine.stores().cache;
        cache.write(move |cache| {
            let now: u32 = cache.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            let most = now.saturating_add(more);
            cache.query_row(&format!("PRAGMA max_page_count = {most}"), [], |_| Ok(()))?;
            Ok::<_, StoreError>(())
        })
    };
    keep(&world).await.unwrap();
    room(20).await.unwrap();
    let served = large.clone();
    world.platform.behave(move |request, _| {
        let asked = request.path.starts_with("/v1/blobs/");
        asked.then(|| Reply::typed(200, OCTETS, served.clone()))
    });
    world.engine.documents_once().await.unwrap();
    assert_eq!(standing(&world).await, DocumentStanding::NoRoom);
    assert_eq!(world.cached(BYTES).await, 0);
    world.platform.with(|state| {
        state.put("depot", "d1", json!({"name": "South"}));
    });
    world.engine.sync_once().await.unwrap();
    room(100_000).await.unwrap();
    keep(&world).await.unwrap();
    world.engine.documents_once().await.unwrap();
    assert_eq!(standing(&world).await, DocumentStanding::Here);
    world.check().await;
}

#[tokio::test]
async fn what_its_record_no_longer_names_goes_with_it() {
    // The record is removed.
    let world = kept().await;
    world.platform.with(|state| state.remove("label", "l1"));
    world.engine.sync_once().await.unwrap();
    nothing_is_kept(&world).await;
    // It names another file.
    let world = kept().await;
    world.platform.with(|state| {
        state.put("label", "l1", label(b"another", json!({"parcel": "p1"})));
    });
    world.engine.sync_once().await.unwrap();
    assert_eq!(standing(&world).await, DocumentStanding::Elsewhere);
    nothing_is_kept(&world).await;
    // A snapshot comes without it.
    let world = kept().await;
    world.platform.with(|state| {
        state.records.remove(&("label".to_owned(), "l1".to_owned()));
        state.epoch = "e2".into();
    });
    let _ = world.engine.sync_once().await;
    world.engine.sync_once().await.unwrap();
    nothing_is_kept(&world).await;
    // A change of something else leaves it.
    let world = kept().await;
    world.platform.with(|state| {
        state.put(
            "label",
            "l1",
            label(MAIL, json!({"parcel": "p1", "checked": false})),
        );
    });
    world.engine.sync_once().await.unwrap();
    assert_eq!(standing(&world).await, DocumentStanding::Here);
}

#[tokio::test]
async fn a_right_that_is_lost_takes_the_bytes_with_it() {
    for (from, to, hidden) in [
        ("kind: label\n", "kind: label\nseen_by: [lead]\n", "label"),
        (
            "label: SHA-256}",
            "label: SHA-256, seen_by: [lead]}",
            "label.sha256",
        ),
        (
            "label: Type}",
            "label: Type, seen_by: [lead]}",
            "label.media",
        ),
    ] {
        let world = world_with(|text| {
            assert!(text.contains(from));
            text.replacen(from, to, 1)
        })
        .await;
        gives(&world, &Reply::typed(200, OCTETS, MAIL.to_vec()));
        keep(&world).await.unwrap();
        world.engine.documents_once().await.unwrap();
        assert_eq!(standing(&world).await, DocumentStanding::Here);
        world.platform.with(|state| {
            state.roles = vec!["clerk".into()];
            state.hidden = [hidden.to_owned()].into();
            state.epoch = "e2".into();
        });
        let _ = world.engine.sync_once().await;
        world.engine.sync_once().await.unwrap();
        assert!(world.record("p1").await.documents.listed.is_empty());
        assert_eq!(keep(&world).await.unwrap_err().code, Code::NotFound);
        nothing_is_kept(&world).await;
    }
}

#[tokio::test]
async fn fault_18_what_is_damaged_here_is_never_shown_and_fetched_anew() {
    let world = kept().await;
    let cache = &world.engine.stores().cache;
    cache
        .write(|cache| {
            cache.execute(
                "UPDATE document_part SET bytes = zeroblob(length(bytes))",
                [],
            )?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    assert_eq!(show(&world).await.unwrap_err().code, Code::Storage);
    assert_eq!(standing(&world).await, DocumentStanding::Wanted);
    assert_eq!(world.cached(BYTES).await, 0);
    world.engine.documents_once().await.unwrap();
    assert!(show(&world).await.is_ok());
}
