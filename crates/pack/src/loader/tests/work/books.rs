//! Mistakes in evidence, books, rulings, texts, and what the pack says of itself.

use super::each;

#[test]
fn each_mistake_is_found_where_it_stands() {
    each(&[
        (
            "evidence/papers.yaml",
            "deadline: ends_at",
            "deadline: price",
            "pack.wrong_type",
            "price",
        ),
        (
            "evidence/papers.yaml",
            "field: note",
            "field: noet",
            "pack.unknown_name",
            "",
        ),
        (
            "evidence/papers.yaml",
            "bytes_total: 5000",
            "bytes_total: 50",
            "pack.value",
            "50",
        ),
        (
            "reconciliations/books.yaml",
            "amount: price",
            "amount: visits",
            "pack.wrong_type",
            "visits",
        ),
        (
            "reconciliations/books.yaml",
            "retention: money",
            "retention: mony",
            "pack.unknown_name",
            "mony",
        ),
        (
            "reports/weekly.yaml",
            "metrics: [sold]",
            "metrics: [slod]",
            "pack.unknown_name",
            "slod",
        ),
        (
            "reports/weekly.yaml",
            "reconciliation: books",
            "reconciliation: boks",
            "pack.unknown_name",
            "boks",
        ),
        ("retention.yaml", "years: 7", "years: 700", "pack.value", ""),
        (
            "rulings.yaml",
            "needed, setting: lead_at",
            "needed, setting: mode",
            "pack.value",
            "mode",
        ),
        (
            "pack.yaml",
            "disputed: X-05",
            "disputed: X-09",
            "pack.unknown_name",
            "X-09",
        ),
        (
            "pack.yaml",
            "next_review: 2025-01-29",
            "next_review: soon",
            "pack.value",
            "soon",
        ),
        (
            "pack.yaml",
            "zone: Europe/London",
            "zone: Europe/Lodon",
            "pack.zone",
            "Europe",
        ),
        (
            "pack.yaml",
            "type: string, needed: true",
            "needed: true",
            "pack.missing",
            "",
        ),
        (
            "templates/post.yaml",
            "params.cause",
            "params.because",
            "pack.template",
            "",
        ),
        (
            "templates/post.yaml",
            "setting: lead_at",
            "setting: led_at",
            "pack.unknown_name",
            "led_at",
        ),
    ]);
}
