//! Views one can work with: chips, groups, sums, files.

use serde_json::{Value, json};
use watchkeeper_core::features::queues::view::{
    CellValue, FilterInput, SelectRequest, ViewPage, ViewRequest,
};
use watchkeeper_core::features::{log, queues};
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
async fn amounts_are_summed_for_each_currency_by_itself() {
    let world = world().await;
    let all = page(&world, &asked(Vec::new())).await;
    assert_eq!(sums(&all.sums), [(3700.0, "AUD"), (1500.0, "NZD")]);
    assert_eq!(sums(&all.sections[1].sums), [(50.0, "AUD")]);
}

#[tokio::test]
async fn groups_have_their_counts_and_sums_and_can_be_closed() {
    let world = world().await;
    let mut request = asked(Vec::new());
    request.group = Some("depot".into());
    let found = page(&world, &request).await;
    assert_eq!(heads(&found), [("is:d1", 4, 0), ("is:d2", 1, 4)]);
    let north = &found.sections[0];
    assert_eq!(
        north.group,
        Some(CellValue::Text {
            text: "North".into()
        })
    );
    assert_eq!(sums(&north.sums), [(3050.0, "AUD"), (1500.0, "NZD")]);
    assert_eq!(ids(&found), ["e", "a", "b", "c", "d"]);
    assert_eq!((found.total, found.listed, found.open), (5, 5, 4));
    request.closed = vec!["is:d1".into()];
    let closed = page(&world, &request).await;
    assert_eq!(heads(&closed), [("is:d1", 4, 0), ("is:d2", 1, 0)]);
    assert_eq!((closed.total, closed.listed), (5, 1));
    assert_eq!(ids(&closed), ["d"]);
    request.closed.clear();
    request.group = Some("state".into());
    request.chips = vec![chip("depot", json!({"type": "among", "values": ["d1"]}))];
    let states = page(&world, &request).await;
    assert_eq!(
        heads(&states),
        [("is:waiting", 3, 0), ("is:released", 1, 3)]
    );
    let labels: Vec<&str> = states
        .groups
        .iter()
        .map(|each| each.field.as_str())
        .collect();
    assert_eq!(labels, ["state", "depot"]);
    request.group = Some("fee".into());
    let plain = page(&world, &request).await;
    assert_eq!(plain.group, None, "amounts are no groups");
}

#[tokio::test]
async fn a_page_of_groups_goes_on_where_the_one_before_ended() {
    let world = world().await;
    let mut request = asked(Vec::new());
    request.group = Some("depot".into());
    request.limit = 2;
    let mut seen = Vec::new();
    for offset in [0, 2, 4] {
        request.offset = offset;
        let found = page(&world, &request).await;
        seen.extend(found.rows.into_iter().map(|row| row.id));
    }
    assert_eq!(seen, ["e", "a", "b", "c", "d"]);
}

/// A hundred are looked at one by one; among more an index is walked along. The answer is one.
#[tokio::test]
async fn many_are_counted_summed_and_grouped_as_few_are() {
    let world = World::new(0).await;
    let currency = |n: i64| if n % 3 == 0 { "NZD" } else { "AUD" };
    world.platform.with(|state| {
        state.put("depot", "d2", json!({"name": "South"}));
        for n in 0..150 {
            let mut body = fee(100 + n, currency(n), 4);
            body["depot"] = if n % 2 == 0 { "d2" } else { "d1" }.into();
            state.put("parcel", &format!("p{n:03}"), body);
        }
    });
    world.engine.sync_once().await.unwrap();
    let sum = |of: &str, wanted: &dyn Fn(i64) -> bool| -> f64 {
        let all = (0..150).filter(|n| currency(*n) == of && wanted(*n));
        all.map(|n| (100 + n) as f64).sum()
    };
    let both =
        |wanted: &dyn Fn(i64) -> bool| [(sum("AUD", wanted), "AUD"), (sum("NZD", wanted), "NZD")];
    let worded = |search: &str| ViewRequest {
        search: search.into(),
        ..asked(Vec::new())
    };
    for (search, wanted) in [("", 150), ("parcel", 150), ("p", 150), ("south", 75)] {
        let found = page(&world, &worded(search)).await;
        assert_eq!((found.total, found.open), (wanted, wanted), "{search}");
        assert_eq!(found.rows.len(), wanted as usize, "{search}");
        let south = |n: i64| wanted == 150 || n % 2 == 0;
        assert_eq!(sums(&found.sums), both(&south), "{search}");
    }
    for search in ["", "parcel"] {
        let mut request = worded(search);
        request.sort = Some("-fee".into());
        request.offset = 120;
        let found = page(&world, &request).await;
        let last: Vec<String> = (0..30).rev().map(|n| format!("p{n:03}")).collect();
        assert_eq!(ids(&found), last, "{search}");
        assert_eq!(heads(&found), [("open", 150, 0)]);
        assert!(found.sums.is_empty() && found.sections[0].sums.is_empty());
        request.offset = 0;
        request.group = Some("depot".into());
        let grouped = page(&world, &request).await;
        assert_eq!(heads(&grouped), [("is:d1", 75, 0), ("is:d2", 75, 75)]);
        assert_eq!(sums(&grouped.sections[0].sums), both(&|n| n % 2 == 1));
        assert_eq!(sums(&grouped.sections[1].sums), both(&|n| n % 2 == 0));
        assert_eq!(grouped.rows[0].id, "p149");
    }
    // Of one currency alone.
    let dollars = json!({"type": "money", "currency": "AUD", "from": 0, "to": null});
    let mut request = asked(vec![chip("fee", dollars)]);
    request.group = Some("depot".into());
    let grouped = page(&world, &request).await;
    assert_eq!(heads(&grouped), [("is:d1", 50, 0), ("is:d2", 50, 50)]);
    let odd = (sum("AUD", &|n| n % 2 == 1), "AUD");
    assert_eq!(sums(&grouped.sections[0].sums), [odd]);
    assert_eq!(grouped.open, 100);
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
async fn fault_63_a_view_is_written_to_a_file_as_it_is_shown_and_audited() {
    let world = world().await;
    world.platform.with(|state| {
        let mut evil = fee(900, "AUD", 5);
        evil["number"] = "=1+1,\"x\"".into();
        state.put("parcel", "f", evil);
    });
    world.engine.sync_once().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut request = asked(vec![chip(
        "state",
        json!({"type": "among", "values": ["waiting"]}),
    )]);
    request.sort = Some("-fee".into());
    request.limit = 1;
    let written = queues::export(&world.engine, request.clone(), folder.path().to_owned())
        .await
        .unwrap();
    assert_eq!(written.rows, 5);
    let text = std::fs::read_to_string(&written.file).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap();
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "Section,Id,Number,Depot,Fee,Fee (currency),due,state,Our operation"
    );
    let rows: Vec<&str> = lines[1..6]
        .iter()
        .map(|line| line.split(',').nth(1).unwrap())
        .collect();
    assert_eq!(rows, ["b", "c", "a", "f", "d"]);
    assert!(
        lines[1].starts_with("Open,b,N-2000,North,20.00,AUD,"),
        "{}",
        lines[1]
    );
    assert!(
        lines[4].contains("\"'=1+1,\"\"x\"\"\",North,9.00,AUD"),
        "{}",
        lines[4]
    );
    assert_eq!(lines.len(), 7, "each line has its end");
    let about = std::fs::read_to_string(&written.about).unwrap();
    for words in [
        "Rows: 5\n",
        "Filter: state: waiting\n",
        &written.sha256,
        "Australia/Melbourne",
    ] {
        assert!(about.contains(words), "{about}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&written.file)
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // Once more in the same second is another file.
    let again = queues::export(&world.engine, request, folder.path().to_owned())
        .await
        .unwrap();
    assert_ne!(again.file, written.file);
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        4,
        "nothing half done is left"
    );
    let asked = log::view::LogRequest {
        search: String::new(),
        sorts: Vec::new(),
        before: None,
        limit: 1,
    };
    let entries = log::page(&world.engine, asked).await.unwrap().entries;
    let action = entries[0].action.as_deref();
    assert_eq!(action, Some("Export of 5 rows of “Parcels”"));
    world.check().await;
}

#[tokio::test]
async fn an_export_that_cannot_be_written_leaves_nothing_and_is_no_entry() {
    let world = world().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    std::fs::write(&file, "x").unwrap();
    let entries = world.status().await.chain.entries;
    let failed = queues::export(&world.engine, asked(Vec::new()), file.join("below")).await;
    assert!(failed.is_err());
    assert_eq!(world.status().await.chain.entries, entries);
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
