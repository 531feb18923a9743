//! Packs that the platform names: who signed them, whose they are, and for which app.

use watchkeeper_core::Code;
use watchkeeper_core::features::{queues, settings};
use watchkeeper_pack::Publisher;

use crate::world::{World, pack, pack_with};

/// The problem that Sync shows, and the pack in force.
async fn shown(world: &World) -> (Option<Code>, String) {
    let status = world.status().await;
    (status.problem.map(|problem| problem.code), status.pack)
}

#[tokio::test]
async fn fault_62_a_pack_that_the_pinned_publisher_did_not_sign_is_never_read() {
    let mut world = World::synced(1).await;
    let somebody = Publisher::generate().unwrap();
    let newer = pack(2, ToOwned::to_owned);
    let theirs = somebody.signature(&newer.2).unwrap();
    let of_another = somebody.signature(b"something else").unwrap();
    for signature in [String::new(), "junk".to_owned(), theirs, of_another] {
        world.platform.with(|state| {
            state.pack = Some(newer.clone());
            state.signature = Some(signature);
        });
        // A pack that was refused for good is asked for again after a start only.
        world.restart().await;
        world.engine.sync_once().await.unwrap();
        assert_eq!(
            shown(&world).await,
            (Some(Code::PackInvalid), "Depot 1".to_owned())
        );
    }
    world.platform.with(|state| state.signature = None);
    world.restart().await;
    world.engine.sync_once().await.unwrap();
    assert_eq!(shown(&world).await, (None, "Depot 2".to_owned()));
}

#[tokio::test]
async fn another_operation_s_pack_is_not_taken_for_the_tenant_s() {
    let world = World::synced(1).await;
    let (_, version, bytes) = pack(2, ToOwned::to_owned);
    let text = String::from_utf8(bytes).unwrap();
    let other = text.replace("id: depot\\n", "id: harbour\\n");
    assert_ne!(text, other);
    let bundle = watchkeeper_pack::Bundle::read(other.as_bytes()).unwrap();
    let named = (bundle.hash().to_owned(), version, bundle.bytes().to_vec());
    world.platform.with(|state| state.pack = Some(named));
    world.engine.sync_once().await.unwrap();
    assert_eq!(
        shown(&world).await,
        (Some(Code::PackInvalid), "Depot 1".to_owned())
    );
}

#[tokio::test]
async fn fault_62_a_pack_for_a_later_app_makes_the_tenant_read_only_until_there_is_one() {
    let mut world = World::synced(2).await;
    world.release("p1").await.unwrap();
    let (_, version, bytes) = pack_with(2, "later: word\n", &[], ToOwned::to_owned);
    let text = String::from_utf8(bytes).unwrap();
    let later = text.replace("format: 1\\n", "format: 2\\n");
    let later = later.replace("records/depot.yaml", "records_of_later/depot.yaml");
    let bytes = later.into_bytes();
    let hash = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&bytes));
    world
        .platform
        .with(|state| state.pack = Some((hash, version, bytes)));
    world.engine.sync_once().await.unwrap();
    // What waited was made before and goes its way; all can be read.
    assert_eq!(
        shown(&world).await,
        (Some(Code::PackNewer), "Depot 1".to_owned())
    );
    assert!(world.status().await.waiting.is_empty());
    assert_eq!(world.page().await.rows.len(), 2);
    let refused = async |world: &World| {
        let release = world.record("p2").await.actions.into_iter();
        let denied = release.filter_map(|action| action.denied);
        assert!(denied.into_iter().all(|denied| denied.code == "pack.newer"));
        world.release("p2").await.unwrap_err().code
    };
    assert_eq!(refused(&world).await, Code::PackNewer);
    // Without a line after a restart it is known, too.
    world.restart().await;
    assert_eq!(refused(&world).await, Code::PackNewer);
    // As after an update of the app: the pack can be read, and work goes on.
    let good = pack(3, ToOwned::to_owned);
    world.platform.with(|state| state.pack = Some(good));
    world.engine.sync_once().await.unwrap();
    assert_eq!(shown(&world).await, (None, "Depot 3".to_owned()));
    world.release("p2").await.unwrap();
    world.restart().await;
    assert_eq!(shown(&world).await.0, None);
}

#[tokio::test]
async fn what_a_new_version_changed_is_listed() {
    let world = World::synced(1).await;
    let changes = settings::pack_changes(&world.engine).await.unwrap();
    assert_eq!(changes, None, "it is the first");
    let good = pack(3, |text| text.replace("72h", "1h"));
    world.platform.with(|state| state.pack = Some(good));
    world.engine.sync_once().await.unwrap();
    let changes = settings::pack_changes(&world.engine)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((changes.from, changes.to), (1, 3));
    let told: Vec<_> = changes
        .differences
        .iter()
        .map(|one| (one.file.as_str(), one.place.as_str()))
        .collect();
    let file = "records/parcel.yaml";
    let places = [
        "actions › release › policy › P-1 › when",
        "computed › due_at › expr",
    ];
    assert_eq!(told, places.map(|place| (file, place)));
    let one = changes.differences.first().unwrap();
    assert_eq!(one.row.as_deref(), Some("P-1"), "of the action around it");
    assert!(one.was.as_ref().unwrap().contains("72h"), "{one:?}");
    assert!(one.now.as_ref().unwrap().contains("1h"), "{one:?}");
    // Operations and screens go on under it at once.
    assert_eq!(
        queues::navigation(&world.engine)
            .await
            .unwrap()
            .queues
            .len(),
        1
    );
}
