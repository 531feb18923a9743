//! Mistakes in alerts, metrics, and in what is taken at once.

use super::RECORD;
use super::mistakes::found_where_they_stand;

const ALERT: &str = "alerts/late.yaml";
const METRIC: &str = "metrics/sold.yaml";

#[test]
fn each_mistake_in_an_alert_is_found_where_it_stands() {
    found_where_they_stand(&[
        (ALERT, "row: S-10", "row: ten", "pack.row", "ten"),
        (
            ALERT,
            "kind: ticket",
            "kind: tickte",
            "pack.unknown_name",
            "tickte",
        ),
        (
            ALERT,
            "kind: ticket",
            "kind: alert",
            "pack.wrong_kind",
            "alert",
        ),
        (
            ALERT,
            "{state: open}",
            "{note: open}",
            "pack.not_indexed",
            "note: open",
        ),
        (
            ALERT,
            "{state: open}",
            "{ends_at: {lt: {expr: now}}}",
            "pack.expression",
            "now",
        ),
        (
            ALERT,
            "when: now > record.ends_at",
            "when: now > record.end_at",
            "pack.expression",
            "record.end_at",
        ),
        (
            ALERT,
            "lookups.of_shop",
            "lookups.of_shpo",
            "pack.expression",
            "lookups.of_shpo",
        ),
        (
            ALERT,
            "changes_at: ['record.ends_at",
            "changes_at: ['now + record.ends_at",
            "pack.expression",
            "now +",
        ),
        (
            ALERT,
            "since: record.ends_at",
            "since: record.ends",
            "pack.expression",
            "record.ends",
        ),
        (
            ALERT,
            "{{ refs.shop.name }}",
            "{{ refs.shop.nam }}",
            "pack.template",
            "Ticket",
        ),
        (
            ALERT,
            "label: A ticket is late",
            "label: A ticket of {{ record.number }}",
            "pack.template",
            "A ticket",
        ),
        (
            ALERT,
            "view: open",
            "view: opne",
            "pack.unknown_name",
            "opne",
        ),
        (
            ALERT,
            "view: open",
            "playbook: late",
            "pack.unknown_name",
            "late",
        ),
        (
            ALERT,
            "for_minutes: 30",
            "for_minutes: 30000",
            "pack.minutes",
            "30000",
        ),
        (
            ALERT,
            "severity: red",
            "severity: orange",
            "pack.yaml",
            "orange",
        ),
        (ALERT, "id: late", "id: later", "pack.file_name", "later"),
        (
            ALERT,
            "each: {kind: ticket, where: {state: open}}\n",
            "",
            "pack.missing",
            "",
        ),
        (
            ALERT,
            "changes_at: ['record.ends_at + duration(\"1ms\")']\n",
            "",
            "pack.changes",
            "now > record",
        ),
        (
            "alerts/many.yaml",
            "metric: sold",
            "metric: slod",
            "pack.unknown_name",
            "slod",
        ),
        (
            "alerts/many.yaml",
            "value > 10.0",
            "values > 10.0",
            "pack.expression",
            "values",
        ),
        (
            "alerts/many.yaml",
            "rule: yellow",
            "since: settings.mode\nrule: yellow",
            "pack.alert",
            "settings.mode",
        ),
    ]);
}

#[test]
fn each_mistake_in_a_metric_is_found_where_it_stands() {
    found_where_they_stand(&[
        (METRIC, "row: S-12", "row: twelve", "pack.row", "twelve"),
        (
            METRIC,
            "measure: {kind: ticket",
            "measure: {kind: tickte",
            "pack.unknown_name",
            "tickte",
        ),
        (
            METRIC,
            "field: price, at: bought_at}\nper",
            "field: prize, at: bought_at}\nper",
            "pack.unknown_name",
            "prize",
        ),
        (
            METRIC,
            "field: price, at: bought_at}\nper",
            "field: number, at: bought_at}\nper",
            "pack.wrong_type",
            "number",
        ),
        (
            METRIC,
            "field: price, at: bought_at}\nper",
            "field: visits, at: bought_at}\nper",
            "pack.wrong_type",
            "visits",
        ),
        (
            METRIC,
            "answer: sum, field: price, ",
            "answer: sum, ",
            "pack.missing",
            "{kind",
        ),
        (
            METRIC,
            "at: bought_at}\nper",
            "at: bougt_at}\nper",
            "pack.unknown_name",
            "bougt_at",
        ),
        (
            METRIC,
            "at: bought_at}\nper",
            "at: number}\nper",
            "pack.wrong_type",
            "number}",
        ),
        (
            METRIC,
            "at: bought_at}\nper",
            "at: day}\nper",
            "pack.wrong_type",
            "day}",
        ),
        (
            METRIC,
            ", at: bought_at}\nper",
            "}\nper",
            "pack.missing",
            "{kind",
        ),
        (
            METRIC,
            "{state: [open, closed]}",
            "{note: x}",
            "pack.not_indexed",
            "note: x",
        ),
        (
            METRIC,
            "window: {days: 7}",
            "window: {days: 0}",
            "pack.metric",
            "{days: 0",
        ),
        (
            METRIC,
            "window: {days: 7}",
            "window: {days: 7}\nproject: true",
            "pack.metric",
            "true",
        ),
        (
            METRIC,
            "window: {days: 7}",
            "window: now",
            "pack.metric",
            "true",
        ),
        (METRIC, "points: 7", "points: 700", "pack.metric", "700"),
        (
            METRIC,
            "above: 50",
            "above: 50, from: 60",
            "pack.band",
            "{row: S-13, tone: red",
        ),
        (
            METRIC,
            "above: 50",
            "above: 50, below: 40",
            "pack.band",
            "{row: S-13, tone: red",
        ),
        (
            METRIC,
            "above: 50",
            "above: 5",
            "pack.band",
            "{row: S-13, tone: amber",
        ),
        (
            METRIC,
            "tone: amber, from: 20",
            "tone: amber",
            "pack.band",
            "{row: S-13, tone: amber",
        ),
        (METRIC, "by: shop", "by: note", "pack.unknown_name", "note"),
        (
            METRIC,
            "view: open",
            "view: opne",
            "pack.unknown_name",
            "opne",
        ),
        (
            METRIC,
            "{{ count }}",
            "{{ cuont }}",
            "pack.template",
            "{{ cuont",
        ),
        (
            METRIC,
            "unit: money",
            "unit: count",
            "pack.wrong_type",
            "price",
        ),
        (
            "pack.yaml",
            "numbers: [sold]",
            "numbers: [slod]",
            "pack.unknown_name",
            "slod",
        ),
        (
            "pack.yaml",
            "numbers: [sold]",
            "numbers: [sold, sold]",
            "pack.duplicate",
            "sold]",
        ),
        (
            "pack.yaml",
            "minutes_a_week: 240",
            "minutes_a_week: 0",
            "pack.minutes",
            "0",
        ),
    ]);
}

#[test]
fn each_mistake_in_what_is_done_at_once_is_found_where_it_stands() {
    let bulk =
        "from: [open]\n    bulk: {row: S-5, cap: 50, when: record.visits < 3, otherwise: too many}";
    let with = |from: &'static str, to: &str| bulk.replace(from, to);
    let cases = [
        (with("cap: 50", "cap: 0"), "pack.bulk", "0"),
        (with("cap: 50", "cap: 1001"), "pack.bulk", "1001"),
        (
            with("record.visits", "record.vists"),
            "pack.expression",
            "record.vists",
        ),
        (
            with("record.visits", "record.age"),
            "pack.expression",
            "record.age",
        ),
        (with(", otherwise: too many", ""), "pack.missing", "{row"),
        (
            with("from: [open]", "from: [open]\n    already: [open]"),
            "pack.duplicate",
            "open]",
        ),
        (
            with("from: [open]", "from: [open]\n    already: [shut]"),
            "pack.unknown_name",
            "shut]",
        ),
        (
            with("from: [open]", "from: [open]\n    any_revision: true"),
            "pack.bulk",
            "bulk",
        ),
    ];
    for (to, code, at) in &cases {
        found_where_they_stand(&[(RECORD, "from: [open]", to, code, at)]);
    }
    found_where_they_stand(&[
        (
            RECORD,
            "{id: over,",
            "{id: over, at_once: close,",
            "pack.bulk",
            "close",
        ),
        (
            RECORD,
            "{id: over,",
            "{id: over, at_once: clsoe,",
            "pack.unknown_name",
            "clsoe",
        ),
        (
            RECORD,
            "{id: over,",
            "{id: over, minutes_each: -1,",
            "pack.minutes",
            "-1",
        ),
        (
            RECORD,
            "minutes_fixed: 5",
            "minutes_fixed: .inf",
            "pack.yaml",
            "",
        ),
        (
            RECORD,
            "arrived: bought_at",
            "arrived: number",
            "pack.wrong_type",
            "number",
        ),
        (
            RECORD,
            "arrived: bought_at",
            "arrived: bougt_at",
            "pack.unknown_name",
            "bougt_at",
        ),
        (
            RECORD,
            "create: {kind: shop, set: {name",
            "create: {kind: alert, set: {name",
            "pack.wrong_kind",
            "alert",
        ),
    ]);
}
