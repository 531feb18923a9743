//! Documents that are kept here: whole and what their record names, or not at all.

mod lost;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use watchkeeper_core::documents::MAX_BYTES;
use watchkeeper_core::features::documents;
use watchkeeper_core::features::documents::view::{
    DocumentContent, DocumentStanding, RecordDocument,
};
use watchkeeper_core::features::queues;
use watchkeeper_core::{Code, Error};
use watchkeeper_wire::problem;

use crate::scripted::Reply;
use crate::world::{World, pack_with};

const PEOPLE: &str = "roles:
  clerk: {row: P-1, label: Clerk}
  lead: {row: P-1, label: Lead}
";

const LABEL: &str = r"
kind: label
label: {one: Label, many: Labels}
title: '{{ record.name }}'
fields:
  name: {type: string, label: Name}
  media: {type: string, label: Type}
  bytes: {type: integer, label: Bytes}
  sha256: {type: id, label: SHA-256}
  parcel: {type: ref, kind: parcel, label: Parcel, optional: true}
  number: {type: id, label: Number, optional: true, indexed: true}
  checked: {type: boolean, label: Checked, optional: true}
document:
  name: name
  media: media
  bytes: bytes
  of: {by: number, kind: parcel, field: number}
  says: [checked]
detail: [name, sha256]
views:
  labels: {label: Labels, row: P-9, sort: [number], sort_label: by number, columns: [name]}
";

const OCTETS: &str = "application/octet-stream";
const MAIL: &[u8] = b"Subject: Left at the door\n\n<b>Thank you</b>\n";
const BYTES: &str = "SELECT coalesce(sum(length(bytes)), 0) FROM document_part";
const ASKED: &str = "SELECT count(*) FROM document";

fn name_of(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn label(bytes: &[u8], more: Value) -> Value {
    let mut body = json!({
        "name": "thanks.eml", "media": "message/rfc822", "bytes": bytes.len(),
        "sha256": name_of(bytes), "checked": true,
    });
    let more = more.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(more);
    body
}

/// A laptop with one parcel and one label of it, synced. The platform does not give the label yet.
async fn world_with(change: impl Fn(&str) -> String) -> World {
    let world = World::new(1).await;
    let text = change(LABEL);
    world.platform.with(|state| {
        let files = [("people.yaml", PEOPLE), ("records/label.yaml", &text)];
        state.pack = Some(pack_with(1, "", &files, ToOwned::to_owned));
        state.roles = vec!["lead".into()];
        state.put("label", "l1", label(MAIL, json!({"parcel": "p1"})));
    });
    world.engine.sync_once().await.unwrap();
    world
}

async fn world() -> World {
    world_with(ToOwned::to_owned).await
}

/// The platform answers so where the label's bytes are asked for.
fn gives(world: &World, reply: &Reply) {
    let reply = reply.clone();
    world.platform.behave(move |request, _| {
        let asked = request.path == format!("/v1/blobs/{}", name_of(MAIL));
        asked.then(|| reply.clone())
    });
}

async fn label_of(world: &World) -> RecordDocument {
    let documents = world.record("p1").await.documents;
    assert_eq!((documents.listed.len(), documents.more), (1, false));
    documents.listed.into_iter().next().unwrap()
}

async fn standing(world: &World) -> DocumentStanding {
    label_of(world).await.standing
}

async fn keep(world: &World) -> Result<(), Error> {
    documents::keep(&world.engine, "label", "l1").await
}

async fn show(world: &World) -> Result<DocumentContent, Error> {
    documents::show(&world.engine, "label", "l1").await
}

/// The label is kept here.
async fn kept() -> World {
    let world = world().await;
    gives(&world, &Reply::typed(200, OCTETS, MAIL.to_vec()));
    keep(&world).await.unwrap();
    world.engine.documents_once().await.unwrap();
    assert_eq!(standing(&world).await, DocumentStanding::Here);
    world
}

/// Nothing of any document is left.
async fn nothing_is_kept(world: &World) {
    assert_eq!(world.cached(BYTES).await, 0);
    assert_eq!(world.cached(ASKED).await, 0);
    assert_eq!(show(world).await.unwrap_err().code, Code::NotFound);
}

#[tokio::test]
async fn a_document_is_listed_with_what_it_belongs_to_and_with_itself() {
    let world = world().await;
    let listed = label_of(&world).await;
    assert_eq!(
        (listed.name.as_str(), listed.media.as_str()),
        ("thanks.eml", "message/rfc822")
    );
    assert_eq!(listed.bytes, Some(u32::try_from(MAIL.len()).unwrap()));
    assert_eq!(listed.says[0].field, "checked");
    assert_eq!(listed.view.as_deref(), Some("labels"));
    assert!(listed.shows);
    assert_eq!(listed.standing, DocumentStanding::Elsewhere);
    let itself = queues::record(&world.engine, "label", "l1").await.unwrap();
    assert_eq!(itself.documents.listed.len(), 1);
    assert_eq!(itself.documents.listed[0].view, None);
    // Another belongs to it by what both say; one that does both is one.
    world.platform.with(|state| {
        let both = json!({"parcel": "p1", "number": "N-1"});
        state.put("label", "l2", label(b"b", both));
        state.put("label", "l3", label(b"c", json!({"number": "N-1"})));
        state.put("label", "l4", label(b"d", json!({"number": "N-2"})));
    });
    world.engine.sync_once().await.unwrap();
    let documents = world.record("p1").await.documents.listed;
    let mut ids: Vec<&str> = documents.iter().map(|one| one.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["l1", "l2", "l3"]);
}

#[tokio::test]
async fn a_document_is_here_once_its_bytes_are_what_its_record_names() {
    let world = world().await;
    assert_eq!(show(&world).await.unwrap_err().code, Code::NotFound);
    keep(&world).await.unwrap();
    assert_eq!(standing(&world).await, DocumentStanding::Wanted);
    gives(&world, &Reply::typed(200, OCTETS, MAIL.to_vec()));
    world.engine.documents_once().await.unwrap();
    assert_eq!(standing(&world).await, DocumentStanding::Here);
    assert_eq!(world.cached(BYTES).await, MAIL.len() as i64);
    let text = String::from_utf8(MAIL.to_vec()).unwrap();
    // Without a line, and asked for no second time.
    world.platform.behave(|_, _| Some(Reply::Nothing));
    let shown = DocumentContent::Text { text, cut: false };
    assert_eq!(show(&world).await, Ok(shown));
    keep(&world).await.unwrap();
    world.engine.documents_once().await.unwrap();
    let asked = world.platform.with(|state| state.asked("/v1/blobs/").len());
    assert_eq!(asked, 1);
    documents::drop_document(&world.engine, "label", "l1")
        .await
        .unwrap();
    assert_eq!(standing(&world).await, DocumentStanding::Elsewhere);
    nothing_is_kept(&world).await;
    world.check().await;
}

#[tokio::test]
async fn other_bytes_are_refused_and_that_is_said() {
    let world = world().await;
    gives(
        &world,
        &Reply::typed(200, OCTETS, b"something else".to_vec()),
    );
    keep(&world).await.unwrap();
    world.engine.documents_once().await.unwrap();
    assert_eq!(standing(&world).await, DocumentStanding::OtherBytes);
    assert_eq!(world.cached(BYTES).await, 0);
    assert_eq!(show(&world).await.unwrap_err().code, Code::NotFound);
    // It is asked for again by the operator and by nobody else.
    gives(&world, &Reply::typed(200, OCTETS, MAIL.to_vec()));
    world.engine.documents_once().await.unwrap();
    assert_eq!(standing(&world).await, DocumentStanding::OtherBytes);
    keep(&world).await.unwrap();
    assert_eq!(standing(&world).await, DocumentStanding::Wanted);
    world.engine.documents_once().await.unwrap();
    assert_eq!(standing(&world).await, DocumentStanding::Here);
}

#[tokio::test]
async fn what_is_too_large_is_not_taken_however_it_is_called() {
    let world = world().await;
    let mega = vec![b'x'; 1024 * 1024];
    let times = usize::try_from(MAX_BYTES).unwrap() / mega.len() + 20;
    gives(&world, &Reply::Pieces(OCTETS, vec![(mega, times)]));
    keep(&world).await.unwrap();
    world.engine.documents_once().await.unwrap();
    assert_eq!(standing(&world).await, DocumentStanding::TooLarge);
    assert_eq!(world.cached(BYTES).await, 0);
    // One that says so itself is not even asked for.
    world.platform.with(|state| {
        let large = json!({"bytes": MAX_BYTES + 1, "parcel": "p1", "sha256": name_of(b"large")});
        state.put("label", "l1", label(MAIL, large));
    });
    world.engine.sync_once().await.unwrap();
    assert_eq!(standing(&world).await, DocumentStanding::TooLarge);
    keep(&world).await.unwrap();
    world.engine.documents_once().await.unwrap();
    assert_eq!(standing(&world).await, DocumentStanding::TooLarge);
    let asked = world.platform.with(|state| state.asked("/v1/blobs/").len());
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn an_answer_that_is_cut_off_leaves_nothing_and_is_tried_again() {
    let world = world().await;
    gives(&world, &Reply::Broken(OCTETS, MAIL[..10].to_vec()));
    keep(&world).await.unwrap();
    world.engine.documents_once().await.unwrap_err();
    assert_eq!(standing(&world).await, DocumentStanding::Failed);
    assert_eq!(world.cached(BYTES).await, 0);
    gives(&world, &Reply::typed(200, OCTETS, MAIL.to_vec()));
    world.engine.documents_once().await.unwrap();
    assert_eq!(standing(&world).await, DocumentStanding::Here);
}

#[tokio::test]
async fn without_a_line_it_waits_for_one_also_over_a_restart() {
    let mut world = world().await;
    // What answers on this line is somebody else, and gives a page for everything.
    let page = Reply::typed(200, "text/html", b"<h1>Sign in to the train</h1>".to_vec());
    gives(&world, &page);
    keep(&world).await.unwrap();
    world.engine.documents_once().await.unwrap_err();
    assert_eq!(standing(&world).await, DocumentStanding::Unreachable);
    world.restart().await;
    assert_eq!(standing(&world).await, DocumentStanding::Unreachable);
    gives(&world, &Reply::typed(200, OCTETS, MAIL.to_vec()));
    world.engine.documents_once().await.unwrap();
    assert_eq!(standing(&world).await, DocumentStanding::Here);
    world.restart().await;
    assert!(show(&world).await.is_ok());
}

#[tokio::test]
async fn one_that_somebody_on_the_line_holds_back_keeps_no_other_waiting() {
    const OTHER: &[u8] = b"Slip\n";
    let world = world().await;
    world.platform.with(|state| {
        state.put("label", "l2", label(OTHER, json!({"parcel": "p1"})));
    });
    world.engine.sync_once().await.unwrap();
    world.platform.behave(|request, _| {
        let name = request.path.strip_prefix("/v1/blobs/")?;
        Some(if name == name_of(MAIL) {
            Reply::typed(200, "text/html", b"<h1>Not from here</h1>".to_vec())
        } else {
            Reply::typed(200, OCTETS, OTHER.to_vec())
        })
    });
    for id in ["l1", "l2"] {
        documents::keep(&world.engine, "label", id).await.unwrap();
    }
    world.engine.documents_once().await.unwrap_err();
    let listed = world.record("p1").await.documents.listed;
    let stand: Vec<_> = listed
        .iter()
        .map(|one| (one.id.as_str(), one.standing))
        .collect();
    assert_eq!(
        stand,
        [
            ("l1", DocumentStanding::Unreachable),
            ("l2", DocumentStanding::Here)
        ]
    );
}

#[tokio::test]
async fn what_the_platform_does_not_give_is_said() {
    let world = world().await;
    gives(&world, &Reply::problem(problem::Code::NotFound));
    keep(&world).await.unwrap();
    world.engine.documents_once().await.unwrap();
    assert_eq!(standing(&world).await, DocumentStanding::NotGiven);
    let nobody = documents::keep(&world.engine, "label", "l9").await;
    assert_eq!(nobody.unwrap_err().code, Code::NotFound);
    let parcel = documents::keep(&world.engine, "parcel", "p1").await;
    assert_eq!(parcel.unwrap_err().code, Code::NotFound);
}

#[tokio::test]
async fn a_document_is_saved_for_its_owner_alone_and_the_chain_says_so() {
    let world = kept().await;
    let folder = TempDir::new().unwrap();
    const SAVED: &str = "SELECT count(*) FROM audit WHERE entry LIKE '%\"type\":\"saved\"%'";
    let mut files = Vec::new();
    for _ in 0..2 {
        let to = folder.path().to_owned();
        let saved = documents::save(&world.engine, "label", "l1", to).await;
        files.push(saved.unwrap().file);
    }
    assert!(files[0].ends_with("/thanks.eml") && files[1].ends_with("/thanks-2.eml"));
    for file in &files {
        assert_eq!(std::fs::read(file).unwrap(), MAIL);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    assert_eq!(world.stated(SAVED).await, 2);
    world.check().await;
    // What is not here is not saved.
    documents::drop_document(&world.engine, "label", "l1")
        .await
        .unwrap();
    let to = folder.path().to_owned();
    let saved = documents::save(&world.engine, "label", "l1", to).await;
    assert_eq!(saved.unwrap_err().code, Code::NotFound);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}
