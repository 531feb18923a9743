//! What a view shows in groups, counted and summed.

use serde_json::json;
use watchkeeper_core::features::queues::view::{CellValue, ViewRequest};

use super::{asked, chip, fee, heads, ids, page, sums, world};
use crate::scripted::Reply;
use crate::world::World;

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

/// Up to a hundred rows are listed, more are asked for by a function, and what is drawn over the mirror is
/// asked row by row. The answer is one.
#[tokio::test]
async fn words_and_chips_narrow_many_as_they_narrow_few_and_what_is_drawn_over_them() {
    const COUNT: i64 = 360;
    let world = World::new(0).await;
    let currency = |n: i64| if n % 3 == 0 { "NZD" } else { "AUD" };
    let south = |n: i64| n % 2 == 0;
    world.platform.with(|state| {
        state.put("depot", "d2", json!({"name": "South"}));
        for n in 0..COUNT {
            let mut body = fee(2200, currency(n), 4);
            body["depot"] = if south(n) { "d2" } else { "d1" }.into();
            state.put("parcel", &format!("p{n:03}"), body);
        }
    });
    world.engine.sync_once().await.unwrap();
    let dollars = chip(
        "fee",
        json!({"type": "money", "currency": "AUD", "from": 0, "to": null}),
    );
    let d2 = chip("depot", json!({"type": "among", "values": ["d2"]}));
    let named = |wanted: &dyn Fn(i64) -> bool| -> Vec<String> {
        let all = (0..COUNT).filter(|n| wanted(*n));
        all.map(|n| format!("p{n:03}")).collect()
    };
    let everywhere = async |what: &str| {
        for (search, chips, wanted) in [
            ("s", vec![], named(&south)),
            ("so", vec![], named(&south)),
            ("south p00", vec![], named(&|n| south(n) && n < 10)),
            ("p", vec![dollars.clone()], named(&|n| n % 3 != 0)),
            (
                "s",
                vec![dollars.clone()],
                named(&|n| south(n) && n % 3 != 0),
            ),
            (
                "p 2",
                vec![d2.clone(), dollars.clone()],
                named(&|n| south(n) && n % 3 != 0),
            ),
            (
                "p00",
                vec![d2.clone(), dollars.clone()],
                named(&|n| south(n) && n % 3 != 0 && n < 10),
            ),
            ("x", vec![d2.clone()], vec![]),
            (
                "s",
                vec![chip("depot", json!({"type": "among", "values": ["d1"]}))],
                vec![],
            ),
        ] {
            for group in [None, Some("depot".to_owned())] {
                let request = ViewRequest {
                    search: search.into(),
                    group,
                    ..asked(chips.clone())
                };
                let found = page(&world, &request).await;
                let mut shown = ids(&found);
                shown.sort_unstable();
                assert_eq!(
                    shown, wanted,
                    "{what}: {search} {chips:?} {:?}",
                    found.group
                );
                assert_eq!(
                    found.total as usize,
                    wanted.len(),
                    "{what}: {search} {chips:?}"
                );
            }
        }
    };
    everywhere("at rest").await;
    // The platform says that one is returned, and the mirror does not have it yet; another is on its way.
    world
        .platform
        .behave(|request, _| (request.path == "/v1/changes").then_some(Reply::Nothing));
    world.act("return", "p002", None).await.unwrap();
    world.engine.sync_once().await.unwrap_err();
    world.act("return", "p004", None).await.unwrap();
    everywhere("drawn over").await;
}
