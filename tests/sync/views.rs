//! Views one can work with: chips, columns, records and what they refer to.

mod file;
mod groups;

use serde_json::{Value, json};
use watchkeeper_core::features::queues;
use watchkeeper_core::features::queues::view::{FilterInput, SelectRequest, ViewPage, ViewRequest};
use watchkeeper_pack::chip::Chip;

use crate::world::{World, pack, parcel};

fn chip(field: &str, test: Value) -> Chip {
    serde_json::from_value(json!({"field": field, "test": test})).unwrap()
}

fn fee(minor: i64, currency: &str, hours: i64) -> Value {
    let mut body = parcel(&format!("N-{minor}"), hours);
    body["fee"] = json!({"minor": minor, "currency": currency});
    body
}

fn asked(chips: Vec<Chip>) -> ViewRequest {
    ViewRequest {
        view: "parcels".into(),
        limit: 500,
        chips,
        ..ViewRequest::default()
    }
}

async fn page(world: &World, request: &ViewRequest) -> ViewPage {
    queues::page(&world.engine, request.clone()).await.unwrap()
}

fn ids(page: &ViewPage) -> Vec<&str> {
    page.rows.iter().map(|row| row.id.as_str()).collect()
}

fn heads(page: &ViewPage) -> Vec<(&str, u32, u32)> {
    let sections = page.sections.iter();
    sections
        .map(|section| (section.id.as_str(), section.count, section.first))
        .collect()
}

fn sums(all: &[queues::view::MoneyView]) -> Vec<(f64, &str)> {
    all.iter()
        .map(|sum| (sum.minor, sum.currency.as_str()))
        .collect()
}

/// Parcels of two currencies in two depots, one of them released.
async fn world() -> World {
    let world = World::new(0).await;
    world.platform.with(|state| {
        state.put("depot", "d2", json!({"name": "South"}));
        state.put("parcel", "a", fee(1000, "AUD", 4));
        state.put("parcel", "b", fee(2000, "AUD", 3));
        state.put("parcel", "c", fee(1500, "NZD", 2));
        let mut south = fee(700, "AUD", 1);
        south["depot"] = "d2".into();
        state.put("parcel", "d", south);
        let mut done = fee(50, "AUD", 90);
        done["state"] = "released".into();
        state.put("parcel", "e", done);
    });
    world.engine.sync_once().await.unwrap();
    world
}

#[tokio::test]
async fn chips_narrow_what_is_shown_counted_and_summed() {
    let world = world().await;
    let money = |from: Value, to: Value| {
        chip(
            "fee",
            json!({"type": "money", "currency": "AUD", "from": from, "to": to}),
        )
    };
    let found = page(&world, &asked(vec![money(json!(700), json!(1000))])).await;
    assert_eq!(ids(&found), ["a", "d"]);
    assert_eq!((found.total, found.open), (2, 2));
    assert_eq!(sums(&found.sums), [(1700.0, "AUD")]);
    let both = vec![
        money(json!(null), json!(1000)),
        chip("depot", json!({"type": "among", "values": ["d2", "d9"]})),
    ];
    assert_eq!(ids(&page(&world, &asked(both.clone())).await), ["d"]);
    let worded = ViewRequest {
        search: "N-1000".into(),
        ..asked(vec![money(json!(null), json!(1000))])
    };
    assert_eq!(ids(&page(&world, &worded).await), ["a"]);
    let state = chip("state", json!({"type": "among", "values": ["released"]}));
    let released = page(&world, &asked(vec![state])).await;
    assert_eq!((ids(&released), released.open), (vec!["e"], 0));
    let today = chip("arrived_at", json!({"type": "last", "days": 3}));
    assert_eq!(page(&world, &asked(vec![today])).await.open, 4);
    assert_eq!(found.chips[0].label, "Fee");
    let named = page(&world, &asked(both)).await;
    assert_eq!(
        named.chips[1].values,
        ["South", "d9"],
        "titles where they are known"
    );
}

#[tokio::test]
async fn a_chip_that_does_not_fit_shows_nothing_and_says_why() {
    let world = world().await;
    let gone = chip("weight", json!({"type": "number", "from": 1, "to": null}));
    let found = page(&world, &asked(vec![gone.clone()])).await;
    assert_eq!((found.total, found.open), (0, 0));
    assert!(found.chips[0].problem.is_some());
    let all = page(&world, &asked(Vec::new())).await;
    let fields: Vec<&str> = all.filters.iter().map(|each| each.field.as_str()).collect();
    assert_eq!(
        fields,
        ["state", "arrived_at", "depot", "fee", "number", "due_at"]
    );
    let depot = &all.filters[2].input;
    assert!(matches!(depot, FilterInput::Ref { kind, .. } if kind == "depot"));
    let sortable = |field: &str| {
        let mut filters = all.filters.iter();
        filters.find(|each| each.field == field).unwrap().sortable
    };
    assert!(sortable("fee") && sortable("state"));
    assert!(!sortable("depot"), "it has no index to sort by");
}

#[tokio::test]
async fn what_has_no_value_is_asked_for_too() {
    let world = world().await;
    let all = page(&world, &asked(Vec::new())).await;
    let may_be_empty: Vec<&str> = all
        .filters
        .iter()
        .filter(|each| each.may_be_empty)
        .map(|each| each.field.as_str())
        .collect();
    assert_eq!(may_be_empty, ["due_at"]);
    for (field, test, expected) in [
        ("due_at", json!({"type": "empty"}), 0),
        ("due_at", json!({"type": "last", "days": 3650}), 1),
    ] {
        let found = page(&world, &asked(vec![chip(field, test)])).await;
        assert_eq!(
            (found.total, found.chips[0].problem.as_deref()),
            (expected, None)
        );
    }
}

#[tokio::test]
async fn a_record_has_what_its_facts_leave_out_and_the_rule_of_what_is_computed() {
    let world = World::new(1).await;
    let told = "detail: [number, depot, fee, arrived_at, due_at, note]";
    world.platform.with(|state| {
        state.pack = Some(pack(1, |parcel| {
            assert!(parcel.contains(told));
            parcel.replace(told, "detail: [number, depot, fee, due_at]")
        }));
    });
    world.engine.sync_once().await.unwrap();
    let fields = world.record("p1").await.fields;
    let fields: Vec<(&str, Option<&str>)> = fields
        .iter()
        .map(|each| (each.fact.field.as_str(), each.rule.as_deref()))
        .collect();
    let rule = r#"record.arrived_at + duration("72h")"#;
    assert_eq!(fields, [("arrived_at", None), ("due_at", Some(rule))]);
}

#[tokio::test]
async fn what_is_on_its_way_is_narrowed_as_it_is_shown() {
    let world = world().await;
    let mut request = world.release_request("b").await;
    request.typed = Some("20.00".into());
    queues::act(&world.engine, request).await.unwrap();
    let of = |state: &str| chip("state", json!({"type": "among", "values": [state]}));
    let waiting = page(&world, &asked(vec![of("waiting")])).await;
    assert_eq!(heads(&waiting), [("open", 3, 0), ("on_the_way", 1, 3)]);
    let released = page(&world, &asked(vec![of("released")])).await;
    assert_eq!(ids(&released), ["e"]);
}

#[tokio::test]
async fn an_action_on_all_that_wait_is_about_no_more_than_the_chips_let_through() {
    let world = World::new(0).await;
    let bulk = pack(2, |text| {
        text.replace(
            "    row: P-3\n",
            "    row: P-3\n    bulk: {row: P-8, cap: 4}\n",
        )
    });
    world.platform.with(|state| {
        state.pack = Some(bulk);
        state.put("parcel", "a", fee(1000, "AUD", 4));
        state.put("parcel", "b", fee(2000, "AUD", 3));
    });
    world.engine.sync_once().await.unwrap();
    let small = chip(
        "fee",
        json!({"type": "money", "currency": "AUD", "from": null, "to": 1000}),
    );
    let select = |chips: Vec<Chip>| SelectRequest {
        view: "parcels".into(),
        section: None,
        search: String::new(),
        chips,
        ids: Vec::new(),
        action: "return".into(),
        params: [("reason".to_owned(), "\"wrong depot\"".to_owned())].into(),
    };
    let all = queues::select(&world.engine, select(Vec::new()))
        .await
        .unwrap();
    assert_eq!(all.allowed.len(), 2);
    let few = queues::select(&world.engine, select(vec![small]))
        .await
        .unwrap();
    assert_eq!(few.allowed.len(), 1);
    assert_eq!(few.allowed[0].id, "a");
}

#[tokio::test]
async fn columns_are_those_that_were_asked_for_as_far_as_there_are_any() {
    let world = world().await;
    let mut request = asked(Vec::new());
    request.columns = vec!["due_at".into(), "nothing".into(), "number".into()];
    let found = page(&world, &request).await;
    let fields: Vec<&str> = found
        .columns
        .iter()
        .map(|each| each.field.as_str())
        .collect();
    assert_eq!(fields, ["due_at", "number"]);
    assert_eq!(found.rows[0].cells[1].beside.as_deref(), Some("North"));
    assert!(found.offered.iter().any(|each| each.field == "clock.due"));
}

#[tokio::test]
async fn records_to_refer_to_are_found_by_their_words_in_their_kind() {
    let world = world().await;
    let values = |found: Vec<queues::view::OptionView>| -> Vec<String> {
        found.into_iter().map(|each| each.value).collect()
    };
    let south = queues::pick(&world.engine, "depot", "sou").await.unwrap();
    assert_eq!(south[0].label, "South");
    assert_eq!(values(south), ["d2"], "no parcel of that depot");
    let all = queues::pick(&world.engine, "depot", "").await.unwrap();
    assert_eq!(values(all), ["d1", "d2"]);
}

#[tokio::test]
async fn a_record_names_those_that_refer_to_it() {
    let world = world().await;
    let north = queues::record(&world.engine, "depot", "d1").await.unwrap();
    let related = &north.related[0];
    assert_eq!(north.related.len(), 1);
    assert_eq!(
        (related.kind.as_str(), related.field.as_str()),
        ("parcel", "depot")
    );
    assert_eq!((related.label.as_str(), related.count), ("Parcels", 4));
    assert_eq!(related.view.as_deref(), Some("parcels"));
    assert_eq!(related.first[0].value, "a");
    assert!(related.first[0].label.starts_with("Parcel N-1000"));
    assert!(
        world.record("a").await.related.is_empty(),
        "nothing refers to a parcel"
    );
}

#[tokio::test]
async fn a_record_stands_where_its_view_shows_it() {
    let world = world().await;
    world.act("return", "b", None).await.unwrap();
    let with = |change: fn(&mut ViewRequest)| {
        let mut request = asked(Vec::new());
        change(&mut request);
        request
    };
    let asked = [
        with(|_| ()),
        with(|asked| asked.sort = Some("fee".into())),
        with(|asked| asked.sort = Some("-fee".into())),
        with(|asked| asked.group = Some("depot".into())),
        with(|asked| asked.search = "N-700".into()),
        with(|asked| asked.closed = vec!["open".into()]),
    ];
    for request in asked {
        let shown = page(&world, &request).await;
        assert_eq!(shown.rows.len(), usize::try_from(shown.listed).unwrap());
        // Which part was asked for says nothing of where it stands.
        let part = ViewRequest {
            offset: 3,
            limit: 1,
            ..request
        };
        for id in ["a", "b", "c", "d", "e", "nobody"] {
            let at = shown.rows.iter().position(|row| row.id == id);
            let place = queues::place(&world.engine, part.clone(), "parcel".into(), id.into());
            let place = place
                .await
                .unwrap()
                .map(|place| usize::try_from(place).unwrap());
            assert_eq!(place, at, "{id} of {part:?}");
        }
        let other = queues::place(&world.engine, part, "depot".into(), "a".into());
        assert_eq!(other.await.unwrap(), None, "the view has none of this kind");
    }
}
