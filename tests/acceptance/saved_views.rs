//! Saved views between two operators: one's own alone, shared, private again, each through the real platform.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;
use watchkeeper_core::features::queues;
use watchkeeper_core::features::queues::view::{
    ActRequest, OperationWord, SavedEntry, ViewRequest,
};

use crate::agreement::{Laptop, Office};

fn wish() -> String {
    let chip = json!({"field": "state", "test": {"type": "among", "values": ["waiting"]}});
    json!({
        "sort": "lapses_at", "search": "", "chips": [chip], "group": "state",
        "columns": ["subject_label", "clock.answer"],
    })
    .to_string()
}

async fn saved(laptop: &Laptop) -> Vec<SavedEntry> {
    queues::navigation(&laptop.engine).await.unwrap().saved
}

async fn act(laptop: &Laptop, id: &str, action: &str, params: Value) {
    let known = saved(laptop).await.into_iter().find(|one| one.id == id);
    let params = params.as_object().unwrap().iter();
    let request = ActRequest {
        operation: Uuid::now_v7().to_string(),
        kind: "saved_view".into(),
        id: id.into(),
        action: action.into(),
        params: params
            .map(|(name, value)| (name.clone(), value.to_string()))
            .collect::<BTreeMap<_, _>>(),
        typed: None,
        seen_revision: known.map_or(0, |one| one.revision),
        amends: None,
    };
    queues::act(&laptop.engine, request).await.unwrap();
}

fn changed(shared: bool) -> Value {
    json!({"name": "What waits", "wish": wish(), "shared": shared})
}

#[tokio::test]
async fn one_that_is_shared_is_there_for_the_other_until_it_is_private_again() {
    let office = Office::new().await;
    let kim = office.laptop("kim", &["operator"]).await;
    let fay = office.laptop("fay", &["finance_lead"]).await;
    // Saved without a line: there at once, and not done.
    let id = Uuid::now_v7().to_string();
    let mut params = changed(false);
    params["view"] = json!("approvals");
    act(&kim, &id, "keep", params).await;
    assert_eq!(saved(&kim).await[0].word, Some(OperationWord::Queued));
    for laptop in [&kim, &fay, &kim] {
        laptop.turn().await;
    }
    assert_eq!(saved(&kim).await[0].word, None);
    assert_eq!(saved(&fay).await, [], "its owner's alone");

    act(&kim, &id, "change", changed(true)).await;
    for laptop in [&kim, &fay, &kim] {
        laptop.turn().await;
    }
    let theirs = saved(&fay).await;
    assert_eq!(theirs.len(), 1);
    assert!(!theirs[0].own && theirs[0].shared && theirs[0].problems.is_empty());
    assert_eq!(
        (theirs[0].owner.as_str(), theirs[0].name.as_str()),
        ("kim", "What waits")
    );
    // The other opens it as it was asked.
    let wish = theirs[0].wish.clone().unwrap();
    let request = ViewRequest {
        view: theirs[0].view.clone(),
        sort: wish.sort,
        chips: wish.chips,
        group: wish.group,
        columns: wish.columns,
        limit: 9,
        ..ViewRequest::default()
    };
    let page = queues::page(&fay.engine, request).await.unwrap();
    assert_eq!((page.columns.len(), page.chips.len()), (2, 1));
    assert_eq!(page.group.as_deref(), Some("state"));

    act(&kim, &id, "change", changed(false)).await;
    for laptop in [&kim, &fay, &kim] {
        laptop.turn().await;
    }
    assert_eq!(saved(&fay).await, []);
    assert_eq!(saved(&kim).await.len(), 1);
    // Shared once more and dropped: it is gone for both.
    act(&kim, &id, "change", changed(true)).await;
    kim.turn().await;
    fay.turn().await;
    assert_eq!(saved(&fay).await.len(), 1);
    kim.turn().await;
    act(&kim, &id, "drop", json!({})).await;
    for laptop in [&kim, &fay, &kim] {
        laptop.turn().await;
    }
    assert_eq!(saved(&fay).await, []);
    assert_eq!(saved(&kim).await, []);
}
