//! Mistakes in routines.

use super::each;

const MORNING: &str = "routines/morning.yaml";

#[test]
fn each_mistake_is_found_where_it_stands() {
    each(&[
        (
            MORNING,
            "view: open",
            "view: oepn",
            "pack.unknown_name",
            "oepn",
        ),
        (
            MORNING,
            "good: value < 10",
            "good: valeu < 10",
            "pack.expression",
            "valeu",
        ),
        (
            MORNING,
            "metric: sold, check",
            "metric: slod, check",
            "pack.unknown_name",
            "slod",
        ),
        (
            MORNING,
            "playbook: late",
            "playbook: latter",
            "pack.unknown_name",
            "latter",
        ),
        (
            MORNING,
            "roles: [keeper]",
            "roles: [kepeer]",
            "pack.unknown_name",
            "kepeer",
        ),
        (
            MORNING,
            "session: thursday",
            "session: friday",
            "pack.unknown_name",
            "friday",
        ),
        (
            MORNING,
            "FREQ=DAILY",
            "FREQ=HOURLY",
            "pack.schedule",
            "FREQ",
        ),
        (
            MORNING,
            "id: sold, text",
            "id: look, text",
            "pack.duplicate",
            "look",
        ),
        (
            "routines/before.yaml",
            "at: ends_at",
            "at: visits",
            "pack.wrong_type",
            "visits",
        ),
        (
            "routines/before.yaml",
            "kind: ticket",
            "kind: tickte",
            "pack.unknown_name",
            "tickte",
        ),
    ]);
}
