//! Values of lists: shown in words wherever they stand, asked for by themselves. And the order of actions.

use serde_json::{Value, json};
use watchkeeper_core::features::queues;
use watchkeeper_core::features::queues::view::{
    CellValue, FilterInput, OptionView, ViewPage, ViewRequest,
};

use crate::world::{World, pack, parcel};

fn sized(number: &str, hours: i64, size: &str) -> Value {
    let mut body = parcel(number, hours);
    body["size"] = size.into();
    body
}

/// Parcels of sizes of which one has a label, one has none, and one is not the pack's.
async fn world() -> World {
    let world = World::new(0).await;
    let sizes = pack(2, |text| {
        let field = "  size: {type: enum, label: Size, one_of: [s, very_large], labels: {s: Small}, \
                     indexed: true}\nstates:\n";
        let how = "{type: text, label: Reason}\n      how: {type: enum, label: How, \
                   one_of: [by_post, v], labels: {v: In a van}, optional: true}";
        let admit = "  admit:\n    label: Admit\n    row: P-4\n    key: d\n    from: [returned]\n    \
                     policy: []\n    nature: change\n    effects: [{set: {state: '\"waiting\"'}}]\n    \
                     will: [take it back in]\n";
        text.replacen("states:\n", field, 1)
            .replace("{type: text, label: Reason}", how)
            .replace(
                "detail: [number,",
                &format!("{admit}detail: [size, number,"),
            )
            .replace("      - state\n", "      - state\n      - size\n")
    });
    world.platform.with(|state| {
        state.pack = Some(sizes);
        state.put("parcel", "a", sized("N-1", 4, "very_large"));
        state.put("parcel", "b", sized("N-2", 3, "s"));
        state.put("parcel", "c", sized("N-3", 2, "not_of_the_pack"));
    });
    world.engine.sync_once().await.unwrap();
    world
}

fn text(words: &str) -> CellValue {
    CellValue::Text { text: words.into() }
}

fn option(value: &str, label: &str) -> OptionView {
    OptionView {
        value: value.into(),
        label: label.into(),
    }
}

fn asked() -> ViewRequest {
    ViewRequest {
        view: "parcels".into(),
        limit: 500,
        ..ViewRequest::default()
    }
}

async fn page(world: &World, request: &ViewRequest) -> ViewPage {
    queues::page(&world.engine, request.clone()).await.unwrap()
}

#[tokio::test]
async fn a_value_of_a_list_is_shown_in_words_wherever_it_stands() {
    let world = world().await;
    let all = page(&world, &asked()).await;
    let at = all.columns.iter().position(|each| each.field == "size");
    let cells: Vec<&CellValue> = all
        .rows
        .iter()
        .map(|row| &row.cells[at.unwrap()].value)
        .collect();
    let unknown = CellValue::Unknown {
        text: "not_of_the_pack".into(),
    };
    assert_eq!(cells, [&text("very large"), &text("Small"), &unknown]);
    let offered = all.filters.iter().find(|each| each.field == "size");
    let options = vec![option("s", "Small"), option("very_large", "very large")];
    assert_eq!(offered.unwrap().input, FilterInput::Among { options });

    let mut request = asked();
    request.group = Some("size".into());
    let groups = page(&world, &request).await.sections;
    let groups: Vec<_> = groups.into_iter().map(|one| (one.id, one.group)).collect();
    assert_eq!(
        groups,
        [
            ("is:s".to_owned(), Some(text("Small"))),
            ("is:very_large".to_owned(), Some(text("very large"))),
            ("is:not_of_the_pack".to_owned(), Some(unknown)),
        ]
    );

    let record = world.record("a").await;
    assert_eq!(record.facts[0].value, text("very large"));
    let mut actions = record.actions.iter();
    let back = actions.find(|each| each.action == "return").unwrap();
    let how = back.params.iter().find(|each| each.name == "how").unwrap();
    assert_eq!(
        how.one_of,
        [option("by_post", "by post"), option("v", "In a van")]
    );
}

#[tokio::test]
async fn a_chip_asks_for_the_value_and_a_file_has_the_words() {
    let world = world().await;
    let test = json!({"type": "among", "values": ["very_large", "s"]});
    let mut request = asked();
    request.chips = vec![serde_json::from_value(json!({"field": "size", "test": test})).unwrap()];
    let found = page(&world, &request).await;
    assert_eq!(found.listed, 2);
    assert_eq!(found.chips[0].values, ["very large", "Small"]);
    let folder = tempfile::tempdir().unwrap();
    let written = queues::export(&world.engine, request, folder.path().to_owned())
        .await
        .unwrap();
    let table = std::fs::read_to_string(&written.file).unwrap();
    assert!(table.contains(",very large,") && table.contains(",Small,"));
    assert!(!table.contains("very_large"), "{table}");
    let about = std::fs::read_to_string(&written.about).unwrap();
    assert!(about.contains("Size: very large or Small"), "{about}");
}

#[tokio::test]
async fn actions_stand_as_the_pack_lists_them_with_their_keys() {
    let world = world().await;
    let record = world.record("a").await;
    let actions: Vec<&str> = record
        .actions
        .iter()
        .map(|each| each.action.as_str())
        .collect();
    assert_eq!(actions, ["release", "return", "admit"]);
    let keys = page(&world, &asked()).await.keys;
    let keys: Vec<&str> = keys.iter().map(|each| each.action.as_str()).collect();
    assert_eq!(keys, ["release", "return", "admit"]);
}

#[tokio::test]
async fn an_amount_is_asked_for_in_the_currency_of_its_record_or_else_of_the_pack() {
    let world = World::new(0).await;
    let priced = pack(2, |text| {
        let fee = "  fee: {type: money, label: Fee, indexed: true}\n";
        let duty = "  duty: {type: money, label: Duty, optional: true}\n";
        let reason = "{type: text, label: Reason}";
        let amount = "\n      amount: {type: money, label: Amount, optional: true}";
        text.replacen(fee, &format!("{fee}{duty}"), 1)
            .replace(reason, &format!("{reason}{amount}"))
            // Of two amounts one is named that is typed.
            .replace("confirm: typed", "confirm: typed\n    types: fee")
    });
    let of = |fee: &str, duty: Option<&str>| {
        let mut body = parcel("N-1", 4);
        body["fee"] = json!({"minor": 500, "currency": fee});
        if let Some(duty) = duty {
            body["duty"] = json!({"minor": 500, "currency": duty});
        }
        body
    };
    world.platform.with(|state| {
        state.pack = Some(priced);
        state.put("parcel", "euro", of("EUR", Some("EUR")));
        state.put("parcel", "yen", of("JPY", None));
        state.put("parcel", "both", of("EUR", Some("JPY")));
    });
    world.engine.sync_once().await.unwrap();
    for (id, example) in [
        ("euro", "22.00 EUR"),
        ("yen", "2200 JPY"),
        ("both", "22.00 AUD"),
    ] {
        let record = world.record(id).await;
        let mut actions = record.actions.iter();
        let asks = actions.find(|action| action.action == "return").unwrap();
        let examples: Vec<Option<&str>> = asks
            .params
            .iter()
            .map(|param| param.example.as_deref())
            .collect();
        assert_eq!(examples, [None, Some(example)], "{id}");
    }
}
