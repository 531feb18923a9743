//! Saved views: made once by an operation, changed by their owner, seen by who may.

use serde_json::{Value, json};
use uuid::Uuid;
use watchkeeper_model::saved_view::MOST_KEPT;
use watchkeeper_wire::feed::Line;
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};

use crate::support::{TENANT, World, issue, short};

fn wish(states: &[&str]) -> String {
    let chip = json!({"field": "state", "test": {"type": "among", "values": states}});
    json!({"sort": null, "search": "", "chips": [chip], "group": null, "columns": []}).to_string()
}

/// An operation of this author on a saved view.
fn on(world: &World, author: &str, id: &str, action: &str, params: Value) -> Operation {
    Operation {
        kind: "saved_view".into(),
        author: author.into(),
        base_revision: None,
        params: params.as_object().unwrap().clone(),
        ..world.operation(id, action)
    }
}

fn keep(world: &World, id: &str, name: &str, shared: bool) -> Operation {
    let params = json!({
        "name": name, "view": "refunds", "wish": wish(&["requested"]), "shared": shared,
    });
    on(world, "kim", id, "keep", params)
}

fn change(world: &World, author: &str, id: &str, shared: bool) -> Operation {
    let params = json!({"name": "Open", "wish": wish(&["requested"]), "shared": shared});
    on(world, author, id, "change", params)
}

fn code(verdict: &Verdict) -> &str {
    verdict.reason.as_ref().unwrap().code.as_str()
}

async fn lee(world: &World) -> String {
    issue(world.platform(), TENANT, "lee", &["operator"], &[]).await
}

/// What the feed says of saved views from a cursor on.
async fn told(world: &World, token: &str, cursor: Option<&str>) -> (Vec<String>, String) {
    let (lines, cursor) = world.pages(token, cursor).await;
    let of_views = lines.into_iter().filter(|line| match line {
        Line::Upsert { record, .. } => record.kind == "saved_view",
        Line::Remove { kind, .. } => kind == "saved_view",
        _ => false,
    });
    (short(&of_views.collect::<Vec<_>>()), cursor)
}

#[tokio::test]
async fn it_is_made_exactly_once_whatever_is_repeated() {
    let world = World::new().await;
    let id = Uuid::now_v7().to_string();
    let operation = keep(&world, &id, "Open", false);
    let made = world.submit(&operation).await;
    assert_eq!(
        (made.word, made.revision),
        (VerdictWord::Confirmed, Some(1))
    );
    let record = made.record.unwrap();
    assert_eq!((record.id.as_str(), record.revision), (id.as_str(), 1));
    assert_eq!(record.body["owner"], "kim");
    assert_eq!(record.body["wish"], wish(&["requested"]));
    // The same once more, and another that wants the same id.
    assert_eq!(world.submit(&operation).await.revision, Some(1));
    let other = world.submit(&keep(&world, &id, "Another", false)).await;
    assert_eq!(other.word, VerdictWord::Conflict);
    assert_eq!(code(&other), "record.exists");
    assert_eq!(world.body("saved_view", &id).await["name"], "Open");
    // Somebody else's of the same id is told nothing of it.
    let token = lee(&world).await;
    let theirs = Operation {
        author: "lee".into(),
        ..keep(&world, &id, "Another", false)
    };
    let theirs = world.submit_as(&token, &[theirs]).await.remove(0);
    assert_eq!(theirs.word, VerdictWord::Conflict);
    assert_eq!(theirs.record, None);
    let changed = world.submit(&change(&world, "kim", &id, false)).await;
    assert_eq!(changed.word, VerdictWord::Confirmed);
}

#[tokio::test]
async fn what_no_view_can_show_is_not_kept_and_no_system_brings_one() {
    let world = World::new().await;
    let id = Uuid::now_v7().to_string();
    let with = |name: &str, to: Value| {
        let mut operation = keep(&world, &id, "Open", false);
        operation.id = Uuid::now_v7();
        operation.params.insert(name.into(), to);
        operation
    };
    let gone = json!([{"field": "gone", "test": {"type": "flag", "on": true}}]);
    let gone = json!({"sort": null, "search": "", "chips": gone, "group": null, "columns": []})
        .to_string();
    for (operation, refusal) in [
        (with("view", json!("gone")), "saved_view.view_unknown"),
        (with("wish", json!(gone)), "saved_view.unfit"),
        (with("wish", json!("{")), "saved_view.unfit"),
        (with("shared", json!("yes")), "params.invalid"),
    ] {
        let verdict = world.submit(&operation).await;
        assert_eq!(verdict.word, VerdictWord::Refused);
        assert_eq!(code(&verdict), refusal);
    }
    let named = world.submit(&keep(&world, "mine", "Open", false)).await;
    assert_eq!(code(&named), "saved_view.id");
    let store = &world.platform().store;
    assert_eq!(store.record(TENANT, "saved_view", &id).await.unwrap(), None);
    let drop = on(&world, "kim", &id, "drop", json!({}));
    assert_eq!(code(&world.submit(&drop).await), "record.gone");
    let brought = json!([{"kind": "saved_view", "id": id, "body": {"owner": "kim"}}]);
    assert_eq!(world.ingest(brought).await["accepted"], 0);
}

#[tokio::test]
async fn one_that_is_not_shared_is_its_owners_alone() {
    let world = World::new().await;
    let token = lee(&world).await;
    let (_, mine) = told(&world, &world.token, None).await;
    let (_, theirs) = told(&world, &token, None).await;
    let id = Uuid::now_v7().to_string();
    world.submit(&keep(&world, &id, "Open", false)).await;
    let upsert = format!("+saved_view/{id}");
    let (lines, mine) = told(&world, &world.token, Some(&mine)).await;
    assert_eq!(lines, std::slice::from_ref(&upsert));
    let (lines, theirs) = told(&world, &token, Some(&theirs)).await;
    assert_eq!(lines, [""; 0]);
    // Nor does a first snapshot have it, nor is it there for an operation.
    assert_eq!(told(&world, &token, None).await.0, [""; 0]);
    let foreign = change(&world, "lee", &id, true);
    let verdict = world.submit_as(&token, &[foreign]).await.remove(0);
    assert_eq!(
        (verdict.word, code(&verdict)),
        (VerdictWord::Conflict, "record.gone")
    );
    let head = world
        .platform()
        .store
        .tenant(TENANT)
        .await
        .unwrap()
        .unwrap()
        .head;
    let touched = async |operator: &str| {
        let store = &world.platform().store;
        let touched = store.changed_since(TENANT, head, operator, &[]).await;
        touched.unwrap().kinds.contains("saved_view")
    };
    // Shared: seen by all, changed by its owner alone.
    let shared = world.submit(&change(&world, "kim", &id, true)).await;
    assert_eq!(shared.revision, Some(2));
    assert!(touched("kim").await && touched("lee").await);
    let (lines, theirs) = told(&world, &token, Some(&theirs)).await;
    assert_eq!(lines, std::slice::from_ref(&upsert));
    assert_eq!(
        told(&world, &token, None).await.0,
        std::slice::from_ref(&upsert)
    );
    let foreign = on(&world, "lee", &id, "drop", json!({}));
    let verdict = world.submit_as(&token, &[foreign]).await.remove(0);
    assert_eq!(code(&verdict), "saved_view.not_owner");
    // Private again: it is taken from all others, once.
    world.submit(&change(&world, "kim", &id, false)).await;
    let (lines, theirs) = told(&world, &token, Some(&theirs)).await;
    assert_eq!(lines, [format!("-saved_view/{id}")]);
    world.submit(&change(&world, "kim", &id, true)).await;
    let (lines, theirs) = told(&world, &token, Some(&theirs)).await;
    assert_eq!(lines, std::slice::from_ref(&upsert));
    // Dropped: likewise; its owner has it as dropped.
    let drop = on(&world, "kim", &id, "drop", json!({}));
    assert_eq!(world.submit(&drop).await.word, VerdictWord::Confirmed);
    let (lines, _) = told(&world, &token, Some(&theirs)).await;
    assert_eq!(lines, [format!("-saved_view/{id}")]);
    let (lines, _) = told(&world, &world.token, Some(&mine)).await;
    assert_eq!(lines, [upsert]);
    assert_eq!(world.body("saved_view", &id).await["state"], "gone");
}

#[tokio::test]
async fn a_hint_of_a_private_one_is_its_owners_alone() {
    let world = World::new().await;
    lee(&world).await;
    let head = world
        .platform()
        .store
        .tenant(TENANT)
        .await
        .unwrap()
        .unwrap()
        .head;
    let id = Uuid::now_v7().to_string();
    world.submit(&keep(&world, &id, "Open", false)).await;
    let store = &world.platform().store;
    for (operator, sees) in [("kim", true), ("lee", false)] {
        let touched = store
            .changed_since(TENANT, head, operator, &[])
            .await
            .unwrap();
        assert_eq!(touched.kinds.contains("saved_view"), sees, "{operator}");
    }
}

#[tokio::test]
async fn nobody_keeps_more_than_so_many_and_what_is_dropped_makes_room() {
    let world = World::new().await;
    let another = |name: &str, shared: bool| {
        let id = Uuid::now_v7().to_string();
        keep(&world, &id, name, shared)
    };
    let all: Vec<Operation> = (0..MOST_KEPT)
        .map(|n| another(&format!("View {n}"), n % 2 == 0))
        .collect();
    for some in all.chunks(50) {
        let verdicts = world.submit_as(&world.token, some).await;
        let made = |verdict: &Verdict| verdict.word == VerdictWord::Confirmed;
        assert!(verdicts.iter().all(made), "{verdicts:?}");
    }
    let one_more = another("One more", false);
    let refused = world.submit(&one_more).await;
    assert_eq!(refused.word, VerdictWord::Refused);
    assert_eq!(code(&refused), "saved_view.full");
    let detail = &refused.reason.as_ref().unwrap().detail;
    assert!(detail.contains(&MOST_KEPT.to_string()), "{detail}");
    // Somebody else has as many of their own, whoever shares.
    let token = lee(&world).await;
    let theirs = Operation {
        author: "lee".into(),
        ..another("Theirs", false)
    };
    let theirs = world.submit_as(&token, &[theirs]).await.remove(0);
    assert_eq!(theirs.word, VerdictWord::Confirmed);
    // Those that are there are changed, and one that is dropped makes room for one.
    let first = all[0].record.as_str();
    let changed = world.submit(&change(&world, "kim", first, false)).await;
    assert_eq!(changed.word, VerdictWord::Confirmed);
    let dropped = on(&world, "kim", first, "drop", json!({}));
    assert_eq!(world.submit(&dropped).await.word, VerdictWord::Confirmed);
    for (name, word) in [
        ("In its place", VerdictWord::Confirmed),
        ("And another", VerdictWord::Refused),
    ] {
        assert_eq!(world.submit(&another(name, false)).await.word, word);
    }
}
