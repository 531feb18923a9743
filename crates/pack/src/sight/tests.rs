#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use serde_json::json;

use super::*;
use crate::fixture;
use crate::load_files;

fn roles(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The small pack with something replaced in its tickets and shops.
fn pack(tickets: &[(&str, &str)], shops: &[(&str, &str)]) -> Pack {
    let replaced = |text: &str, changes: &[(&str, &str)]| {
        let mut text = text.to_owned();
        for (from, to) in changes {
            assert!(text.contains(from), "`{from}` is not there");
            text = text.replacen(from, to, 1);
        }
        text
    };
    let ticket = replaced(fixture::TICKET, tickets);
    let shop = replaced(fixture::SHOP, shops);
    let files = fixture::files(&[
        ("records/ticket.yaml", &ticket),
        ("records/shop.yaml", &shop),
    ]);
    load_files(&files)
        .unwrap_or_else(|found| panic!("{}", crate::diagnostic::render(&found, &files)))
}

const NOTE: (&str, &str) = (
    "label: Note, optional: true",
    "label: Note, optional: true, seen_by: [keeper]",
);
const BOUGHT: (&str, &str) = ("label: Bought,", "label: Bought, seen_by: [keeper],");

fn hidden_kind() -> Pack {
    pack(
        &[("kind: ticket\n", "kind: ticket\nseen_by: [keeper]\n")],
        &[],
    )
}

/// Shops are hidden, and tickets are not called by them.
fn hidden_shops() -> Pack {
    pack(
        &[(
            "'{{ record.number }} of {{ refs.shop.name }}'",
            "'{{ record.number }}'",
        )],
        &[("kind: shop\n", "kind: shop\nseen_by: [keeper]\n")],
    )
}

#[test]
fn without_a_word_of_it_everybody_sees_everything() {
    let pack = fixture::pack();
    let sight = Sight::of(&pack, &roles(&[]));
    assert!(sight.is_all());
    assert_eq!(sight.digest(), None);
    assert!(sight.sees_record("alert", &Map::new()));
    assert!(!sight.looks_into("alert") && !sight.looks_into("ticket"));
    let hash = pack.hash.clone();
    let narrowed = pack.narrowed(&roles(&["anybody"]));
    assert!(narrowed.is_for(&roles(&[])), "no role makes a difference");
    assert_eq!(narrowed.made_under(), hash);
    assert_eq!(narrowed.left_out, LeftOut::default());
}

#[test]
fn a_field_is_hidden_from_whoever_has_none_of_its_roles() {
    let pack = pack(&[NOTE], &[]);
    let keeper = Sight::of(&pack, &roles(&["clerk", "keeper"]));
    assert!(keeper.is_all());
    for others in [roles(&[]), roles(&["clerk"])] {
        let sight = Sight::of(&pack, &others);
        assert!(sight.sees_kind("ticket") && !sight.sees_field("ticket", "note"));
        assert!(sight.sees_field("ticket", "price") && sight.sees_field("shop", "note"));
        assert!(sight.looks_into("ticket") && !sight.looks_into("shop"));
        let mut body = json!({"number": "T-1", "note": "told nobody", "of_later": 1});
        let body = body.as_object_mut().unwrap();
        assert!(sight.strip("ticket", body));
        assert_eq!(
            Value::from(body.clone()),
            json!({"number": "T-1", "of_later": 1})
        );
        assert!(
            !sight.strip("ticket", body),
            "there is nothing left to take"
        );
    }
}

#[test]
fn what_is_computed_from_a_hidden_field_is_hidden_with_it() {
    let sight = Sight::of(&pack(&[BOUGHT], &[]), &roles(&[]));
    for name in ["bought_at", "ends_at", "age"] {
        assert!(!sight.sees_field("ticket", name), "{name}");
    }
    assert!(sight.sees_field("ticket", "score"));
}

#[test]
fn an_alert_is_seen_where_all_is_that_its_rule_reads() {
    let alert = |rule: &str| json!({"rule": rule}).as_object().unwrap().clone();
    // `late` names the shop; `many` counts tickets.
    let sight = Sight::of(&hidden_shops(), &roles(&[]));
    assert!(!sight.sees_record("alert", &alert("late")));
    assert!(sight.sees_record("alert", &alert("many")));
    assert!(
        !sight.sees_record("alert", &alert("gone")),
        "nobody knows what it read"
    );
    assert!(sight.looks_into("alert"));
    // Both go by the instant.
    let sight = Sight::of(&pack(&[BOUGHT], &[]), &roles(&[]));
    assert!(!sight.sees_rule("late") && !sight.sees_rule("many"));
    assert!(sight.sees_rule(KEEPS_OUT), "it reads nothing of theirs");
    let sight = Sight::of(&pack(&[NOTE], &[]), &roles(&[]));
    assert!(sight.sees_rule("late") && sight.sees_rule("many"));
}

#[test]
fn what_is_seen_has_a_name_of_its_own_for_each_who_sees_other_things() {
    let (kind, field) = (hidden_kind(), pack(&[NOTE], &[]));
    let of = |pack: &Pack, names: &[&str]| Sight::of(pack, &roles(names)).digest();
    assert_eq!(of(&kind, &["keeper"]), None);
    assert!(of(&kind, &[]).is_some());
    assert_eq!(of(&kind, &[]), of(&kind, &["clerk"]));
    assert_ne!(of(&kind, &[]), of(&field, &[]));
    assert!(of(&field, &[]).is_some());
}

#[test]
fn a_narrowed_pack_has_nothing_of_a_hidden_kind() {
    let whole = hidden_kind();
    let hash = whole.hash.clone();
    let pack = whole.narrowed(&roles(&["clerk"]));
    assert!(pack.kind("ticket").is_none() && pack.kind("shop").is_some());
    assert!(pack.view("open").is_none() && pack.queues.is_empty());
    assert!(pack.alerts.is_empty() && pack.metrics.is_empty() && pack.numbers.is_empty());
    assert!(pack.templates.is_empty());
    let left_out = LeftOut {
        queues: 1,
        numbers: 1,
        rules: 2,
    };
    assert_eq!(pack.left_out, left_out);
    assert!(pack.is_for(&roles(&[])) && !pack.is_for(&roles(&["keeper"])));
    assert_ne!(pack.made_under(), hash);
    assert!(!pack.sight.sees_kind("ticket"));
}

#[test]
fn a_narrowed_pack_knows_the_labels_of_hidden_fields_and_asks_for_none_of_them() {
    let pack = pack(&[BOUGHT], &[]).narrowed(&roles(&[]));
    let ticket = pack.kind("ticket").unwrap();
    let hidden: Vec<(&str, &str)> = ticket
        .hidden
        .iter()
        .map(|(name, label)| (name.as_str(), label.as_str()))
        .collect();
    let expected = [
        ("age", "Age"),
        ("bought_at", "Bought"),
        ("clock.end", "ends"),
        ("clock.soon", "ends"),
        ("ends_at", "Ends"),
    ];
    assert_eq!(hidden, expected);
    // A record without them is whole for this reader.
    let body = json!({
        "number": "T-1", "shop": "s1", "price": {"minor": 2200, "currency": "AUD"}, "state": "open"
    });
    let body = body.as_object().unwrap().clone();
    assert!(crate::value::normalise(ticket, body).is_ok());
    // Sections go by the instant, and so does the lookup that sorts by it.
    assert!(ticket.views.is_empty() && ticket.clocks.is_empty());
    let lookups: Vec<&str> = ticket.lookups.keys().map(String::as_str).collect();
    assert_eq!(lookups, ["of_shop", "spent"]);
    assert!(ticket.actions.is_empty(), "its policy goes by the instant");
    assert_eq!(ticket.detail, ["number", "age"], "a place where it says so");
}

#[test]
fn a_clock_whose_pause_goes_by_a_hidden_field_is_hidden() {
    let mail = "  mail: {type: string, label: Mail, optional: true}\n";
    let asked = format!(
        "{mail}  asked_at: {{type: timestamp, label: Asked, optional: true, seen_by: [keeper]}}\n"
    );
    let warn = "warn: before_next_session";
    let pause = format!("pauses: [{{row: S-4, label: asked, since: record.asked_at}}], {warn}");
    let clocks = |reader: &[&str]| {
        let narrowed = pack(&[(mail, &asked), (warn, &pause)], &[]).narrowed(&roles(reader));
        let ticket = narrowed.kind("ticket").unwrap();
        ticket.clocks.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(clocks(&["keeper"]), ["end", "soon"]);
    assert_eq!(clocks(&["clerk"]), ["soon"]);
}

#[test]
fn a_view_that_only_shows_something_hidden_stays() {
    let score = ("label: Score,", "label: Score, seen_by: [keeper],");
    let columns = ("columns: [number,", "columns: [number, score,");
    let price = ("label: Price, ", "label: Price, seen_by: [keeper], ");
    let pack = pack(&[score, columns, price], &[]).narrowed(&roles(&[]));
    let ticket = pack.kind("ticket").unwrap();
    let view = &ticket.views["open"];
    assert_eq!(view.def.columns.len(), 6);
    assert_eq!(view.def.total, None, "no sum of what is not there");
    assert!(view.def.queue.is_some() && pack.queues == ["open"]);
    assert_eq!(ticket.hidden["score"], "Score");
    // The number is one of prices.
    assert_eq!(
        pack.left_out,
        LeftOut {
            queues: 0,
            numbers: 1,
            rules: 1
        }
    );
}

#[test]
fn an_approval_is_seen_by_whoever_sees_what_is_asked_for() {
    let pack = hidden_kind();
    let asked = json!({"subject_kind": "ticket", "action": "refund"});
    let asked = asked.as_object().unwrap();
    assert!(!Sight::of(&pack, &roles(&["clerk"])).sees_record("approval", asked));
    assert!(Sight::of(&pack, &roles(&["keeper"])).sees_record("approval", asked));
    let unknown = json!({"subject_kind": "shop", "action": "sell"});
    let unknown = unknown.as_object().unwrap();
    assert!(!Sight::of(&pack, &roles(&["clerk"])).sees_record("approval", unknown));
    assert!(Sight::default().sees_record("approval", unknown));
}

#[test]
fn what_was_said_with_an_action_is_told_to_whoever_sees_what_it_reads_and_sets() {
    let closed = (
        "label: Closed tickets,",
        "label: Closed tickets, seen_by: [keeper],",
    );
    for pack in [pack(&[NOTE], &[]), pack(&[], &[closed])] {
        assert!(!Sight::of(&pack, &roles(&["clerk"])).tells("ticket", "close"));
        assert!(Sight::of(&pack, &roles(&["keeper"])).tells("ticket", "close"));
    }
    let pack = pack(&[], &[closed]).narrowed(&roles(&["clerk"]));
    let actions = &pack.kinds["ticket"].actions;
    assert!(actions.contains_key("close"), "it sets it and reads it not");
    assert!(!pack.sight.tells("ticket", "gone"));
    assert!(Sight::default().tells("ticket", "gone"));
}

fn saved(owner: &str, shared: bool, chips: &Value) -> Map<String, Value> {
    let wish =
        json!({"sort": null, "search": "", "chips": chips, "group": null, "columns": ["note"]});
    let body = json!({
        "owner": owner, "view": "open", "wish": wish.to_string(), "shared": shared, "state": "kept",
    });
    body.as_object().unwrap().clone()
}

#[test]
fn a_saved_view_is_seen_by_its_owner_and_where_it_is_shared_by_all() {
    let pack = fixture::pack();
    let lee = Sight::of(&pack, &roles(&[])).for_reader("lee");
    assert!(
        lee.is_all() && lee.digest().is_none(),
        "of kinds and fields"
    );
    assert!(lee.looks_into("saved_view") && !lee.looks_into("ticket"));
    assert!(lee.sees_record("saved_view", &saved("lee", false, &json!([]))));
    assert!(!lee.sees_record("saved_view", &saved("kim", false, &json!([]))));
    assert!(lee.sees_record("saved_view", &saved("kim", true, &json!([]))));
    assert!(!lee.is_lost_by_change("saved_view"));
    assert!(Sight::default().sees_record("saved_view", &saved("kim", false, &json!([]))));
}

#[test]
fn a_shared_view_that_goes_by_something_hidden_is_not_seen() {
    let of = |pack: &Pack| Sight::of(pack, &roles(&["clerk"])).for_reader("lee");
    let score = json!([{"field": "score", "test": {"type": "number", "from": 1, "to": null}}]);
    let shared = saved("kim", true, &score);
    let hidden = pack(
        &[("label: Score,", "label: Score, seen_by: [keeper],")],
        &[],
    );
    let sight = of(&hidden);
    assert!(!sight.sees_record("saved_view", &shared));
    assert!(sight.sees_record("saved_view", &saved("kim", true, &json!([]))));
    assert!(sight.sees_record("saved_view", &saved("lee", false, &score)));
    assert!(sight.is_lost_by_change("saved_view") && !sight.is_lost_by_change("alert"));
    // What it only shows, the reader is told of.
    assert!(of(&pack(&[NOTE], &[])).sees_record("saved_view", &shared));
    // The view itself goes by what is hidden, or nobody knows what it went by.
    assert!(!of(&hidden_kind()).sees_record("saved_view", &saved("kim", true, &json!([]))));
    let mut odd = saved("kim", true, &json!([]));
    odd.insert("wish".into(), json!("{"));
    assert!(!sight.sees_record("saved_view", &odd));
}

#[test]
fn what_decides_on_a_record_is_enough_to_decide() {
    let sight = Sight::of(&hidden_kind(), &roles(&["clerk"]));
    let asked = json!({
        "subject_kind": "ticket", "action": "refund", "state": "waiting", "role": "keeper",
    });
    let alert = json!({"rule": "unheard_of", "state": "firing"});
    for (kind, body) in [("approval", asked), ("alert", alert)] {
        let body = body.as_object().unwrap();
        let mut known = body.clone();
        known.retain(|name, _| Sight::decided_by(kind).contains(&name.as_str()));
        assert!(known.len() < body.len());
        assert!(!sight.sees_record(kind, body) && !sight.sees_record(kind, &known));
        assert!(Sight::default().sees_record(kind, &known));
    }
    assert!(Sight::decided_by("ticket").is_empty());
}
