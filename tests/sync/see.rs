//! What an operator's roles do not see is not on their laptop: not in the mirror, not in search, not in
//! a queue, and nothing is worked out from the rest of it.

use serde_json::{Value, json};
use uuid::Uuid;
use watchkeeper_core::Code;
use watchkeeper_core::features::queues::view::{ActRequest, CellValue, ColumnKind};
use watchkeeper_core::features::sync::view::Link;
use watchkeeper_core::features::watch::view::NotShownView;
use watchkeeper_core::features::{queues, search, watch};
use watchkeeper_wire::problem;

use crate::scripted::{Reply, State};
use crate::world::{World, pack_with, parcel};

const PEOPLE: &str = "roles:
  clerk: {row: P-1, label: Clerk}
  lead: {row: P-1, label: Lead}
";

const CASE: &str = r#"
kind: case
label: {one: Case, many: Cases}
seen_by: [lead]
title: 'Case {{ record.number }}'
fields:
  number: {type: id, label: Number, indexed: true, searched: true}
  words: {type: text, label: Words, searched: true}
states:
  - {id: open, label: open}
  - {id: closed, label: closed}
actions:
  close:
    label: Close
    row: P-8
    from: [open]
    roles: [lead]
    policy: []
    nature: change
    effects:
      - set: {state: '"closed"'}
    will: [close it]
detail: [number, words]
views:
  cases:
    label: Cases
    row: P-8
    sort: [number]
    sort_label: by number
    columns: [number, state]
"#;

const CASE_OPEN: &str = r"
id: case_open
row: P-8
label: A case is open
detail: 'Case {{ record.number }}'
severity: yellow
each: {kind: case, where: {state: open}}
when: record.number != null
rule: while it is open
";

/// The pack: cases are the lead's, and so are fee and note of a parcel, of which every parcel has a fee.
fn guarded(version: u32) -> (String, u32, Vec<u8>) {
    let files = [
        ("people.yaml", PEOPLE),
        ("records/case.yaml", CASE),
        ("alerts/case_open.yaml", CASE_OPEN),
    ];
    pack_with(version, "", &files, |text| {
        let hidden = text.replace("label: Fee,", "label: Fee, seen_by: [lead],");
        assert_ne!(hidden, text);
        hidden.replace("label: Note,", "label: Note, seen_by: [lead],")
    })
}

/// What a platform keeps from whoever is no lead.
fn without_the_lead(state: &mut State) {
    state.roles = vec!["clerk".into()];
    let hidden = ["case", "parcel.fee", "parcel.note"];
    state.hidden = hidden.map(ToOwned::to_owned).into();
}

fn with_the_lead(state: &mut State) {
    state.roles = vec!["clerk".into(), "lead".into()];
    state.hidden.clear();
}

fn noted(number: &str) -> Value {
    let mut body = parcel(number, 1);
    body["note"] = "gold inside".into();
    body
}

/// A world of an operator, synced.
async fn world(roles: fn(&mut State)) -> World {
    let world = World::new(0).await;
    world.platform.with(|state| {
        state.pack = Some(guarded(1));
        roles(state);
        state.put("parcel", "p1", noted("N-1"));
        let case = json!({"number": "C-1", "words": "about the gold", "state": "open"});
        state.put("case", "c1", case);
    });
    world.engine.sync_once().await.unwrap();
    world
}

async fn found(world: &World, words: &str) -> Vec<String> {
    let hits = search::search(&world.engine, words).await.unwrap();
    hits.into_iter().map(|hit| hit.id).collect()
}

async fn view_names(world: &World) -> Vec<String> {
    let navigation = queues::navigation(&world.engine).await.unwrap();
    let queues = navigation.queues.into_iter().map(|queue| queue.view);
    let views = navigation.views.into_iter().map(|view| view.view);
    queues.chain(views).collect()
}

async fn fact(world: &World, name: &str) -> CellValue {
    let facts = world.record("p1").await.facts;
    let fact = facts.into_iter().find(|fact| fact.field == name);
    fact.unwrap().value
}

/// Nothing of it is left anywhere in the mirror.
const LEFT: &str = "SELECT (SELECT count(*) FROM record
        WHERE kind = 'case' OR body LIKE '%gold%' OR json_extract(body, '$.fee') IS NOT NULL)
    + (SELECT count(*) FROM record_text WHERE record_text MATCH 'gold')
    + (SELECT count(*) FROM record_start WHERE record_start MATCH 'go')
    + (SELECT count(*) FROM quarantine)";

async fn sees_nothing_of_it(world: &World) {
    assert_eq!(world.cached(LEFT).await, 0);
    assert!(found(world, "gold").await.is_empty());
    assert_eq!(found(world, "N-1").await, ["p1"]);
    assert_eq!(fact(world, "fee").await, CellValue::Hidden);
    assert_eq!(fact(world, "note").await, CellValue::Hidden);
    let page = world.page().await;
    assert_eq!((page.rows.len(), page.sums), (1, Vec::new()));
    let at = page.columns.iter().position(|column| column.field == "fee");
    let column = &page.columns[at.unwrap()];
    assert_eq!(
        (column.label.as_str(), column.kind),
        ("Fee", ColumnKind::Text)
    );
    assert!(!column.sortable);
    assert_eq!(page.rows[0].cells[at.unwrap()].value, CellValue::Hidden);
    assert!(!view_names(world).await.contains(&"cases".to_owned()));
    let record = queues::record(&world.engine, "case", "c1").await;
    assert_eq!(record.unwrap_err().code, Code::NotFound);
    world.check().await;
}

async fn sees_all_of_it(world: &World) {
    let mut gold = found(world, "gold").await;
    gold.sort();
    assert_eq!(gold, ["c1", "p1"]);
    assert!(matches!(fact(world, "fee").await, CellValue::Money { .. }));
    assert!(!world.page().await.sums.is_empty());
    assert!(view_names(world).await.contains(&"cases".to_owned()));
    assert_eq!(
        queues::record(&world.engine, "case", "c1")
            .await
            .unwrap()
            .id,
        "c1"
    );
    world.check().await;
}

#[tokio::test]
async fn two_operators_have_what_their_roles_see() {
    let (clerk, lead) = (world(without_the_lead).await, world(with_the_lead).await);
    sees_nothing_of_it(&clerk).await;
    sees_all_of_it(&lead).await;
    // A required field that is kept from them sets no record aside (fault 23).
    assert!(clerk.status().await.quarantine.is_empty());
    // What is not among what they look at is said.
    let not_shown = async |world: &World| watch::watch(&world.engine).await.unwrap().not_shown;
    let rules = |rules| NotShownView {
        queues: 0,
        numbers: 0,
        rules,
    };
    assert_eq!(not_shown(&clerk).await, rules(1));
    assert_eq!(not_shown(&lead).await, rules(0));
}

#[tokio::test]
async fn a_role_that_was_taken_away_takes_with_it_what_it_saw() {
    // The platform answers 410, or goes on under another epoch.
    for gone in [true, false] {
        let world = world(with_the_lead).await;
        sees_all_of_it(&world).await;
        // Cut off, the operator acts on what they see.
        let close = ActRequest {
            operation: Uuid::now_v7().to_string(),
            kind: "case".into(),
            id: "c1".into(),
            action: "close".into(),
            params: Default::default(),
            typed: None,
            seen_revision: 1,
            amends: None,
        };
        queues::act(&world.engine, close).await.unwrap();
        // Meanwhile the role is taken away; no record changes with that.
        world.platform.with(|state| {
            without_the_lead(state);
            state.epoch = "e2".into();
        });
        world.platform.behave(move |request, _| {
            let old = gone && request.path == "/v1/changes" && request.query.contains_key("cursor");
            old.then(|| Reply::problem(problem::Code::CursorGone))
        });
        world.engine.sync_once().await.unwrap();
        world.platform.behave_well();
        world.engine.sync_once().await.unwrap();
        sees_nothing_of_it(&world).await;
        let status = world.status().await;
        // The same place with another content is no contradiction under another epoch (fault 25).
        assert_eq!((status.link, status.problem), (Link::InStep, None));
        // What was queued stands, and was refused like one on a record that is not there.
        assert_eq!(status.held.len(), 1);
        let reason = status.held[0].reason.as_ref().unwrap();
        assert_eq!(reason.code, "record.gone");
        assert!(found(&world, "C-1").await.is_empty());
    }
}

#[tokio::test]
async fn what_is_not_seen_any_more_is_gone_before_the_feed_has_answered() {
    let mut world = world(with_the_lead).await;
    world.platform.with(without_the_lead);
    world.platform.behave(|request, _| {
        let feed = request.path == "/v1/changes";
        feed.then(|| Reply::problem(problem::Code::Unavailable))
    });
    world.engine.sync_once().await.unwrap_err();
    sees_nothing_of_it(&world).await;
    // Neither does a start without a line bring it back.
    world.restart().await;
    world.platform.behave(|_, _| Some(Reply::Nothing));
    world.engine.sync_once().await.unwrap_err();
    sees_nothing_of_it(&world).await;
}

#[tokio::test]
async fn a_role_that_was_given_brings_what_it_sees() {
    let world = world(without_the_lead).await;
    sees_nothing_of_it(&world).await;
    world.platform.with(|state| {
        with_the_lead(state);
        state.epoch = "e2".into();
    });
    world.engine.sync_once().await.unwrap();
    sees_all_of_it(&world).await;
}

#[tokio::test]
async fn a_new_pack_that_hides_something_takes_it_from_those_who_do_not_see_it() {
    let world = World::new(0).await;
    world.platform.with(|state| {
        state.roles = vec!["clerk".into()];
        state.put("parcel", "p1", noted("N-1"));
        state.pack = Some(pack_with(1, "", &[], ToOwned::to_owned));
    });
    world.engine.sync_once().await.unwrap();
    assert_eq!(found(&world, "gold").await, ["p1"]);
    world.platform.with(|state| {
        without_the_lead(state);
        state.pack = Some(guarded(2));
        state.epoch = "e2".into();
    });
    world.engine.sync_once().await.unwrap();
    sees_nothing_of_it(&world).await;
}

#[tokio::test]
async fn records_that_came_before_the_roles_were_known_are_taken_in_with_them() {
    let world = world(with_the_lead).await;
    // The feed keeps the fee back already, and `me` still names the role.
    world.platform.with(|state| {
        without_the_lead(state);
        state.roles.push("lead".into());
        state.epoch = "e2".into();
    });
    world.engine.sync_once().await.unwrap();
    assert_eq!(
        world.status().await.quarantine.len(),
        1,
        "every parcel has a fee"
    );
    world.platform.with(without_the_lead);
    world.engine.sync_once().await.unwrap();
    world.engine.sync_once().await.unwrap();
    sees_nothing_of_it(&world).await;
}

#[tokio::test]
async fn whoever_does_not_see_a_field_may_still_say_it() {
    let world = world(without_the_lead).await;
    let request = ActRequest {
        operation: Uuid::now_v7().to_string(),
        kind: "parcel".into(),
        id: "p1".into(),
        action: "return".into(),
        params: [("reason".to_owned(), "\"broken\"".to_owned())].into(),
        typed: None,
        seen_revision: world.record("p1").await.revision,
        amends: None,
    };
    queues::act(&world.engine, request).await.unwrap();
    assert_eq!(fact(&world, "note").await, CellValue::Hidden);
}
