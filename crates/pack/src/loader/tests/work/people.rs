//! Mistakes in people, incidents and handovers.

use super::each;

#[test]
fn each_mistake_is_found_where_it_stands() {
    each(&[
        (
            "people.yaml",
            "setting: lead_at",
            "setting: lead",
            "pack.unknown_name",
            "lead",
        ),
        (
            "people.yaml",
            "after_minutes: 60",
            "after_minutes: 600",
            "pack.order",
            "240",
        ),
        (
            "people.yaml",
            "freezes: [freeze]",
            "freezes: [freez]",
            "pack.unknown_name",
            "freez",
        ),
        ("people.yaml", ", to: lead}", "}", "pack.missing", ""),
        ("incidents.yaml", "rank: 1", "rank: 4", "pack.order", "4"),
        (
            "incidents.yaml",
            "playbook: late",
            "playbook: lat",
            "pack.unknown_name",
            "lat",
        ),
        (
            "incidents.yaml",
            "{p0: 240}",
            "{p9: 240}",
            "pack.unknown_name",
            "p9",
        ),
        ("incidents.yaml", "99.9", "999.0", "pack.value", "999"),
        (
            "handover.yaml",
            "{{ zone }}",
            "{{ zoen }}",
            "pack.template",
            "",
        ),
        (
            "handover.yaml",
            "parts: [issue, status]",
            "parts: [issue]",
            "pack.missing",
            "",
        ),
    ]);
}
