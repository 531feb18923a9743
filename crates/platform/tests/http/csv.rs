//! Records out of CSV files.

use reqwest::{Method, RequestBuilder, Url};
use serde_json::json;
use watchkeeper_platform::bring::bring;
use watchkeeper_wire::ingest::{CsvAnswer, CsvChange};

use crate::support::{TENANT, World, issue, problem};

const LISTINGS: &str = "\u{feff}id,name,council,email,verified,listed_at,state,shoe_size\r\n\
    b1,\"Good, Paws\",c1,a@paws.example,true,2026-01-01T10:00:00+10:00,active,42\r\n\
    b2,Sit,c1,b@sit.example,FALSE,2026-02-01T00:00:00Z,suspended,\r\n";

fn request(world: &World, (query, text): (&str, &str)) -> RequestBuilder {
    let path = format!("/v1/ingest/csv?{query}");
    let request = world.request(Method::POST, &path, &world.admin);
    let request = request.header("content-type", "text/csv; charset=utf-8");
    request.body(text.to_owned())
}

async fn sent(world: &World, query: &str, text: &str) -> CsvAnswer {
    let answer = request(world, (query, text)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

async fn count(world: &World, kind: &str) -> u64 {
    world.platform().store.count(TENANT, kind).await.unwrap()
}

#[tokio::test]
async fn a_preview_shows_what_would_be_and_only_its_token_loads_it_and_once() {
    let world = World::new().await;
    let preview = sent(&world, "kind=business", LISTINGS).await;
    assert!(!preview.loaded);
    assert_eq!((preview.new, preview.changed, preview.same), (2, 0, 0));
    assert_eq!(preview.ignored, ["shoe_size"]);
    assert!(preview.errors.is_empty(), "{:?}", preview.errors);
    let first = &preview.first[0];
    assert_eq!(
        (first.line, first.id.as_str(), first.becomes),
        (2, "b1", CsvChange::New)
    );
    assert_eq!(first.body["name"], "Good, Paws");
    assert_eq!(first.body["listed_at"], "2026-01-01T00:00:00.000Z");
    assert_eq!(first.body["verified"], true);
    assert_eq!(count(&world, "business").await, 0);

    let load = format!("kind=business&preview=false&token={}", preview.token);
    for wrong in ["kind=business&preview=false", &format!("{load}0")] {
        let refused = problem(request(&world, (wrong, LISTINGS))).await;
        assert_eq!(
            (refused.0.as_u16(), refused.1.as_str()),
            (409, "ingest.moved")
        );
    }
    // Another file than the one that was looked at.
    let other = LISTINGS.replace("Sit", "Stay");
    let refused = problem(request(&world, (&load, &other))).await;
    assert_eq!(refused.1, "ingest.moved");
    assert_eq!(count(&world, "business").await, 0);

    let loaded = sent(&world, &load, LISTINGS).await;
    assert!(loaded.loaded && loaded.head.is_some());
    assert_eq!(count(&world, "business").await, 2);
    // The answer was lost, say: the same again changes nothing.
    let again = sent(&world, &load, LISTINGS).await;
    assert!(again.loaded && again.head.is_none());
    assert_eq!((again.new, again.changed, again.same), (0, 0, 2));
    let row = world.platform().store.record(TENANT, "business", "b1");
    assert_eq!(row.await.unwrap().unwrap().revision, 1);
}

#[tokio::test]
async fn every_mistake_is_told_with_its_line_and_column_and_nothing_is_half_loaded() {
    let world = World::new().await;
    let file = "id,name,council,email,verified,listed_at,state\n\
        good,A,c,a@a.example,true,2026-01-01T00:00:00Z,active\n\
        bad,,c,a@a.example,maybe,yesterday,asleep\n\
        good,B,c,a@a.example,true,2026-01-01T00:00:00Z,active\n\
        ,C,c,a@a.example,true,2026-01-01T00:00:00Z,active\n\
        short,D\n\
        late,,c,a@a.example,true,2026-01-01T00:00:00Z,\n";
    let preview = sent(&world, "kind=business", file).await;
    let told: Vec<(u64, Option<&str>)> = preview
        .errors
        .iter()
        .map(|error| (error.line, error.column.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (3, Some("verified")),
            (3, Some("listed_at")),
            (3, Some("state")),
            (4, Some("id")),
            (5, Some("id")),
            (6, None),
            (7, Some("name")),
            (7, Some("state")),
        ]
    );
    assert_eq!(preview.error_count, 8);
    assert_eq!(preview.new, 1);
    let load = format!("kind=business&preview=false&token={}", preview.token);
    let refused = problem(request(&world, (&load, file))).await;
    assert_eq!(refused.1, "body.invalid");
    assert_eq!(count(&world, "business").await, 0);
    // Ten thousand mistakes are counted, and a hundred are told.
    let many = format!("id,slots,name\n{}", "x,many,N\n".repeat(400));
    let preview = sent(&world, "kind=council", &many).await;
    assert_eq!(
        (preview.errors.len(), preview.error_count),
        (100, 400 + 399)
    );
}

#[tokio::test]
async fn a_record_that_changed_since_the_preview_is_not_overwritten_unseen() {
    let world = World::new().await;
    let council = |name: &str| json!([{"kind": "council", "id": "c", "body": {"name": name, "slots": 5, "note": "kept"}}]);
    world.ingest(council("North")).await;
    let file = "id,name\nc,South\n";
    let preview = sent(&world, "kind=council", file).await;
    assert_eq!((preview.new, preview.changed), (0, 1));
    let load = format!("kind=council&preview=false&token={}", preview.token);
    world.ingest(council("West")).await;
    let refused = problem(request(&world, (&load, file))).await;
    assert_eq!(refused.1, "ingest.moved");
    assert_eq!(world.body("council", "c").await["name"], "West");
    let preview = sent(&world, "kind=council", file).await;
    let load = format!("kind=council&preview=false&token={}", preview.token);
    assert!(sent(&world, &load, file).await.loaded);
    // What has no column stays.
    let body = world.body("council", "c").await;
    assert_eq!(
        (&body["name"], &body["note"]),
        (&json!("South"), &json!("kept"))
    );
}

#[tokio::test]
async fn a_line_that_is_older_than_its_record_is_left_and_told_and_the_others_load() {
    let world = World::new().await;
    let council = |version: u64| json!([{"kind": "council", "id": "c", "body": {"name": "North", "slots": 5}, "version": version}]);
    world.ingest(council(7)).await;
    let file = "id,name,slots,_version\nc,South,5,6\nd,East,5,1\n";
    let preview = sent(&world, "kind=council", file).await;
    assert!(preview.ignored.is_empty() && preview.errors.is_empty());
    assert_eq!((preview.new, preview.changed, preview.older), (1, 0, 1));
    assert_eq!(preview.older_lines, [2]);
    assert_eq!(preview.first[0].becomes, CsvChange::Older);
    let load = format!("kind=council&preview=false&token={}", preview.token);
    let loaded = sent(&world, &load, file).await;
    assert!(loaded.loaded && loaded.head.is_some());
    assert_eq!(world.body("council", "c").await["name"], "North");
    assert_eq!(world.body("council", "d").await["name"], "East");
    // The same words, said anew: no revision, but what comes between is late from then on.
    let file = "id,name,slots,_version\nc,North,5,9\n";
    let preview = sent(&world, "kind=council", file).await;
    assert_eq!((preview.same, preview.older), (1, 0));
    let load = format!("kind=council&preview=false&token={}", preview.token);
    assert!(sent(&world, &load, file).await.loaded);
    assert_eq!(world.ingest(council(8)).await["records"], json!(["older"]));
    let row = world.platform().store.record(TENANT, "council", "c");
    assert_eq!(row.await.unwrap().unwrap().revision, 1);
    // A record that is gone comes back by no late line.
    let gone = json!({"removed": [{"kind": "council", "id": "c", "version": 10}]});
    let removal = world.request(Method::POST, "/v1/ingest", &world.admin);
    assert_eq!(removal.json(&gone).send().await.unwrap().status(), 200);
    assert_eq!(sent(&world, "kind=council", file).await.older_lines, [2]);
    // What is no place is a mistake of the file.
    let file = "id,name,slots,_version\ne,West,5,yesterday\n";
    let wrong = sent(&world, "kind=council", file).await;
    assert_eq!(wrong.errors[0].column.as_deref(), Some("_version"));
}

#[tokio::test]
async fn a_file_that_was_previewed_before_its_system_said_more_is_not_loaded() {
    let world = World::new().await;
    let council = |version: u64| json!([{"kind": "council", "id": "c", "body": {"name": "North", "slots": 5}, "version": version}]);
    world.ingest(council(5)).await;
    let file = "id,name,slots,_version\nc,South,5,7\nd,East,5,7\n";
    let preview = sent(&world, "kind=council", file).await;
    assert_eq!((preview.new, preview.changed, preview.older), (1, 1, 0));
    // The record stays as it is, and by now it is newer than the file.
    world.ingest(council(9)).await;
    let load = format!("kind=council&preview=false&token={}", preview.token);
    let refused = problem(request(&world, (&load, file))).await;
    assert_eq!(refused.1, "ingest.moved");
    assert_eq!(count(&world, "council").await, 1);
    assert_eq!(world.body("council", "c").await["name"], "North");
}

#[tokio::test]
async fn amounts_are_read_with_their_currency_beside_or_within() {
    let world = World::new().await;
    let file = "id,charge_id,business,amount,currency,charged_at,status\n\
        ch_1,ch_1,b,22.00,AUD,2026-11-01T00:00:00Z,succeeded\n\
        ch_2,ch_2,b,5.5 AUD,,2026-11-01T00:00:00Z,succeeded\n";
    let preview = sent(&world, "kind=charge", file).await;
    assert!(preview.errors.is_empty(), "{:?}", preview.errors);
    assert!(preview.ignored.is_empty());
    assert_eq!(
        preview.first[0].body["amount"],
        json!({"minor": 2200, "currency": "AUD"})
    );
    assert_eq!(
        preview.first[1].body["amount"],
        json!({"minor": 550, "currency": "AUD"})
    );
}

#[tokio::test]
async fn only_systems_may_of_their_regions_and_of_kinds_that_they_may_bring() {
    let world = World::new().await;
    let path = "/v1/ingest/csv?kind=council";
    let one = world.request(Method::POST, path, &world.token);
    let one = one.header("content-type", "text/csv").body("id\nx\n");
    assert_eq!(problem(one).await.1, "forbidden");
    let bare = world
        .request(Method::POST, path, &world.admin)
        .json(&json!({}));
    assert_eq!(problem(bare).await.1, "body.invalid");
    for kind in ["nothing", "alert", "setting"] {
        let query = format!("kind={kind}");
        let refused = problem(request(&world, (&query, "id\nx\n"))).await;
        assert_eq!(refused.1, "body.invalid", "{kind}");
    }
    let system = issue(world.platform(), TENANT, "till", &["system"], &["north"]).await;
    let file = "id,name,slots,region\na,A,1,north\nb,B,1,south\n";
    let asked = world.request(Method::POST, path, &system);
    let asked = asked.header("content-type", "text/csv").body(file);
    let preview: CsvAnswer = asked.send().await.unwrap().json().await.unwrap();
    assert_eq!((preview.new, preview.errors[0].line), (1, 3));
}

#[tokio::test]
async fn what_is_no_csv_and_what_is_too_much_is_refused() {
    let world = World::new().await;
    for (file, line) in [
        ("", 1),
        ("name\nx\n", 1),
        ("id;name\nx;y\n", 1),
        ("id,name,name\n", 1),
        ("id,name\nx,\"y\n", 2),
    ] {
        let preview = sent(&world, "kind=council", file).await;
        assert_eq!(preview.errors[0].line, line, "{file:?}");
        assert!(preview.first.is_empty());
    }
    let long = format!("id,name\n{}", "x,y\n".repeat(10_001));
    let preview = sent(&world, "kind=council", &long).await;
    assert_eq!(preview.errors[0].line, 10_002);
    let large = "x".repeat((8 << 20) + 1);
    let refused = problem(request(&world, ("kind=council", &large))).await;
    assert_eq!(refused.1, "too_large");
}

#[tokio::test]
async fn the_command_shows_the_preview_and_loads_when_asked() {
    let world = World::new().await;
    let to: Url = world.server.url().parse().unwrap();
    let bytes = || LISTINGS.as_bytes().to_vec();
    let said = bring(&to, &world.admin, ("business", bytes()), false).await;
    let said = said.unwrap();
    assert!(said.contains("2 new, 0 changed, 0 as they are"), "{said}");
    assert!(said.contains("shoe_size"), "{said}");
    assert_eq!(count(&world, "business").await, 0);
    let said = bring(&to, &world.admin, ("business", bytes()), true).await;
    assert!(said.unwrap().contains("Loaded: 2 new"));
    assert_eq!(count(&world, "business").await, 2);
    let wrong = b"id,verified\nb1,maybe\n".to_vec();
    let refused = bring(&to, &world.admin, ("business", wrong), true).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("line 2, verified"), "{refused}");
    let far: Url = "http://platform.example".parse().unwrap();
    let refused = bring(&far, &world.admin, ("business", bytes()), true).await;
    assert!(refused.unwrap_err().to_string().contains("https"));
}
