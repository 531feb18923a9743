use crate::fixture::{self, problems};

use super::RECORD;

/// One change makes one problem, at the text that is at fault.
#[test]
fn each_mistake_is_found_where_it_stands() {
    let cases = [
        ("pack.yaml", "format: 1", "format: 2", "pack.format", "2"),
        (
            "pack.yaml",
            "Australia/Melbourne",
            "Australia/Melburn",
            "pack.zone",
            "Australia",
        ),
        (
            "pack.yaml",
            "currency: AUD",
            "currency: dollars",
            "pack.currency",
            "dollars",
        ),
        (
            "pack.yaml",
            "queues: [open]",
            "queues: [opne]",
            "pack.unknown_name",
            "opne",
        ),
        (
            "pack.yaml",
            "FREQ=WEEKLY",
            "FREQ=HOURLY",
            "pack.schedule",
            "FREQ",
        ),
        (
            "pack.yaml",
            "default: strict",
            "default: lax",
            "pack.default",
            "lax",
        ),
        ("pack.yaml", "row: S-2", "row: none", "pack.row", "none"),
        (
            RECORD,
            "    row: S-5\n",
            "    row: S-5\n    key: j\n",
            "pack.reserved",
            "j",
        ),
        // The preview of mails has it on every record.
        (
            RECORD,
            "    row: S-5\n",
            "    row: S-5\n    key: m\n",
            "pack.reserved",
            "m",
        ),
        (
            RECORD,
            "    row: S-5\n",
            "    row: S-5\n    key: B\n",
            "pack.key",
            "B",
        ),
        (
            RECORD,
            "    row: S-5\n",
            "    row: S-5\n    creates: true\n",
            "pack.reserved",
            "true",
        ),
        // What not everybody sees, nothing in a pack can ask for.
        (
            RECORD,
            "kind: shop, label: Shop",
            "kind: saved_view, label: Shop",
            "pack.unknown_name",
            "saved_view",
        ),
        (
            RECORD,
            "kind: shop, label: Shop",
            "kind: shpo, label: Shop",
            "pack.unknown_name",
            "shpo",
        ),
        (
            RECORD,
            "id, label: Number",
            "di, label: Number",
            "pack.yaml",
            "di",
        ),
        (
            RECORD,
            "{type: string, label: Mail",
            "{type: string, operator: true, label: Mail",
            "pack.field",
            "true",
        ),
        (
            RECORD,
            "label: Number, indexed: true, searched: true}",
            "label: Number, operator: true, indexed: true, searched: true}",
            "pack.field",
            "true}",
        ),
        (
            RECORD,
            "one_of: [low, high]",
            "one_of: [low, Low]",
            "pack.case",
            "Low",
        ),
        (
            RECORD,
            "one_of: [low, high]",
            "one_of: [low, low]",
            "pack.duplicate",
            "low]",
        ),
        (
            RECORD,
            "one_of: [low, high]",
            "one_of: [low, high], labels: {hihg: High}",
            "pack.unknown_name",
            "hihg",
        ),
        (
            RECORD,
            "one_of: [low, high]",
            "one_of: [low, high], labels: {high: LOW}",
            "pack.case",
            "LOW",
        ),
        (
            RECORD,
            "one_of: [low, high]",
            "one_of: [low, high], labels: {low: a word, high: a word}",
            "pack.duplicate",
            "a word}",
        ),
        // With blanks for `_` they are one word, and so they are with blanks around it.
        (
            RECORD,
            "one_of: [low, high]",
            "one_of: [low, very_high, very high]",
            "pack.duplicate",
            "very high]",
        ),
        (
            RECORD,
            "one_of: [low, high]",
            "one_of: [low, high], labels: {high: ' low '}",
            "pack.duplicate",
            "",
        ),
        (
            RECORD,
            "one_of: [a, b]",
            "one_of: [a_c, a c]",
            "pack.duplicate",
            "a c]",
        ),
        (
            RECORD,
            "one_of: [low, high]",
            "one_of: [low, high], labels: {low: ' '}",
            "pack.missing",
            "",
        ),
        (
            RECORD,
            "one_of: [a, b]",
            "one_of: [a, b], labels: {c: See}",
            "pack.unknown_name",
            "c: See",
        ),
        (
            RECORD,
            "  note: {type: text",
            "  Note: {type: text",
            "pack.name",
            "Note",
        ),
        (
            RECORD,
            "  day: {",
            "  revision: {",
            "pack.reserved",
            "revision",
        ),
        (
            RECORD,
            "{id: closed, label",
            "{id: open, label",
            "pack.duplicate",
            "open, label: closed",
        ),
        (
            RECORD,
            "shop: {expr: record.shop}, state",
            "shpo: {expr: record.shop}, state",
            "pack.unknown_name",
            "shpo",
        ),
        (
            RECORD,
            "answer: sum, field: price",
            "answer: sum, field: number",
            "pack.wrong_type",
            "number}",
        ),
        (
            RECORD,
            "from: [open]",
            "from: [opened]",
            "pack.unknown_name",
            "opened",
        ),
        (
            RECORD,
            "when: record.visits < 10",
            "when: recrod.visits < 10",
            "pack.expression",
            "recrod",
        ),
        (
            RECORD,
            "when: 'now - record.bought_at",
            "when: 'now - record.bougt_at",
            "pack.expression",
            "record.bougt_at",
        ),
        (RECORD, "{id: S-7,", "{id: '',", "pack.row", "''"),
        (
            RECORD,
            "otherwise: ticket.visits",
            "otherwise: policy.visits",
            "pack.reserved",
            "policy.visits",
        ),
        (
            RECORD,
            "'{{ record.visits }} visits'",
            "'{{ record.vists }} visits'",
            "pack.template",
            "{{ record.vists",
        ),
        (
            RECORD,
            "not_after: record.ends_at",
            "not_after: record.end_at",
            "pack.expression",
            "record.end_at",
        ),
        (
            RECORD,
            "set: {state: '\"closed\"', note",
            "set: {state: '\"cloosed\"', note",
            "pack.unknown_name",
            "'\"cloosed",
        ),
        (
            RECORD,
            "note: params.why}",
            "note: params.wy}",
            "pack.expression",
            "params.wy",
        ),
        (
            RECORD,
            "note: params.why}",
            "nota: params.why}",
            "pack.unknown_name",
            "nota",
        ),
        (
            RECORD,
            "set_on: {field: shop",
            "set_on: {field: note",
            "pack.unknown_name",
            "note, set: {closed: lookups",
        ),
        (
            RECORD,
            "create: {kind: shop",
            "create: {kind: shpo",
            "pack.unknown_name",
            "shpo",
        ),
        (
            RECORD,
            "template: closed",
            "template: opened",
            "pack.unknown_name",
            "opened",
        ),
        (
            RECORD,
            "connector: stripe",
            "connector: bank",
            "pack.yaml",
            "bank",
        ),
        (
            RECORD,
            "operation: refund",
            "operation: payout",
            "pack.connector",
            "payout",
        ),
        (
            RECORD,
            "args: {charge: record.number, ",
            "args: {chrage: record.number, charge: record.number, ",
            "pack.unknown_name",
            "chrage",
        ),
        (
            RECORD,
            "nature: money",
            "nature: change",
            "pack.nature",
            "stripe",
        ),
        (
            RECORD,
            "where: {state: open}\n    sections",
            "where: {note: open}\n    sections",
            "pack.not_indexed",
            "note: open",
        ),
        (
            RECORD,
            "sort: [bought_at]",
            "sort: [-age]",
            "pack.not_indexed",
            "-age",
        ),
        (
            RECORD,
            "clock.end, age",
            "clock.ent, age",
            "pack.unknown_name",
            "clock.ent",
        ),
        (
            RECORD,
            "{id: over,",
            "{id: running,",
            "pack.duplicate",
            "running, label: Over",
        ),
        (
            RECORD,
            "{id: over,",
            "{id: on_the_way,",
            "pack.reserved",
            "on_the_way",
        ),
        (
            RECORD,
            "total: price",
            "total: score",
            "pack.wrong_type",
            "score",
        ),
        (
            RECORD,
            "detail: [number, age]",
            "detail: [number, aeg]",
            "pack.unknown_name",
            "aeg]",
        ),
        (
            RECORD,
            "expr: (now - record",
            "indexed: true, expr: (now - record",
            "pack.volatile_index",
            "true, expr",
        ),
        // The tenant may say another zone, and what is stored would not follow.
        (
            RECORD,
            "type: integer, label: Age, expr: (now - record.bought_at).getHours()",
            "type: timestamp, label: Age, indexed: true, expr: 'end_of_day(record.bought_at, 3)'",
            "pack.volatile_index",
            "true, expr",
        ),
        (
            RECORD,
            "start: record.bought_at, due: record.ends_at, runs",
            "start: record.bought_at, due: 'end_of_day(record.bought_at, 3)', runs",
            "pack.expression",
            "",
        ),
        (
            RECORD,
            "title: '{{ record.number }}",
            "title: '{{ record.nubmer }}",
            "pack.template",
            "{{ record.nub",
        ),
        (
            RECORD,
            "'{{ record.number }} of",
            "'{{ record.number | nonsense }} of",
            "pack.template",
            "{{ record.number | n",
        ),
        (
            RECORD,
            "label: Price,",
            "label: Price, seen_by: [lead],",
            "see.action",
            "[keeper]",
        ),
        (
            RECORD,
            "label: Number,",
            "label: Number, seen_by: [keeper],",
            "see.title",
            "'{{ record.number",
        ),
        (
            "records/shop.yaml",
            "kind: shop\n",
            "kind: shop\nseen_by: [keeper]\n",
            "see.title",
            "",
        ),
        (
            "templates/closed.yaml",
            "to: record.mail",
            "to: record.male",
            "pack.expression",
            "record.male",
        ),
        (
            "templates/closed.yaml",
            "params.why",
            "params.grad",
            "pack.template",
            "Closed",
        ),
        (
            "templates/closed.yaml",
            "kind: ticket",
            "kind: shop",
            "pack.wrong_kind",
            "",
        ),
        (
            "templates/closed.yaml",
            "id: closed",
            "id: other",
            "pack.file_name",
            "other",
        ),
    ];
    found_where_they_stand(&cases);
}

/// One change each: file, what is replaced, by what; the code, and the text that it points at.
pub(super) fn found_where_they_stand(cases: &[(&str, &str, &str, &str, &str)]) {
    for (path, from, to, code, at) in cases.iter().copied() {
        let found = problems(path, from, to);
        let files = fixture::files(&[]);
        let changed = String::from_utf8(files[path].clone())
            .unwrap()
            .replacen(from, to, 1);
        let problem = found
            .iter()
            .find(|d| d.code == code)
            .unwrap_or_else(|| panic!("{to}: no {code} among {found:#?}"));
        if at.is_empty() {
            continue;
        }
        assert_eq!(problem.file, path, "{to}");
        let line = changed.lines().nth(problem.line as usize - 1).unwrap();
        let rest: String = line.chars().skip(problem.column as usize - 1).collect();
        assert!(rest.starts_with(at), "{to}: {problem:?} points at `{rest}`");
    }
}
