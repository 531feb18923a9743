//! Expressions that keep the machine busy.

use crate::run::Folder;

const RECORD: &str = "records/parcel.yaml";
const POLICY: &str = "when: settings.days > 0 && !controls.freeze";

/// Each as the guard of the action; YAML takes them between quotes.
#[test]
fn fault_62_expressions_that_never_end() {
    let nested = format!("{}1{} > 0", "(".repeat(900), ")".repeat(900));
    let cases = [
        ("brackets", nested.clone(), "nested deeper"),
        ("behind a comment", format!("// '\n{nested}"), "no comments"),
        (
            "behind a raw string",
            format!(r"r'\' == '' || {nested}"),
            "plain quotes",
        ),
        (
            "signs",
            format!("{}true", "!".repeat(1_500)),
            "words and signs",
        ),
        (
            "chain",
            vec!["1"; 150].join(" + ") + " > 0",
            "nested deeper",
        ),
        (
            "choice",
            "true ? ".repeat(90) + "true" + &" : true".repeat(90),
            "not an expression",
        ),
        (
            "long",
            format!("'{}' == ''", "x".repeat(100_000)),
            "longer than",
        ),
        (
            "loop",
            "[1, 2].all(x, [1, 2].all(y, x == y))".to_owned(),
            "loops",
        ),
        (
            "list of lists",
            "[1, 2].map(x, [x, x]) == []".to_owned(),
            "loops",
        ),
        (
            "regular expression",
            r"record.number.matches('^(a+)+$')".to_owned(),
            "unknown function",
        ),
        (
            "free function",
            r"matches(record.number, '(.*)*')".to_owned(),
            "unknown function",
        ),
        (
            "environment",
            "env('HOME') == ''".to_owned(),
            "unknown function",
        ),
        ("division", "1 / 0 > 0".to_owned(), "division by zero"),
        (
            "overflow",
            "9223372036854775807 + settings.days > 0".to_owned(),
            "too large",
        ),
        (
            "duration",
            "now + duration('9999999999999h') > now".to_owned(),
            "could not be applied",
        ),
        (
            "instant",
            "timestamp('99999-01-01T00:00:00Z') > now".to_owned(),
            "could not be applied",
        ),
    ];
    for (name, expression, why) in cases {
        let folder = Folder::good();
        let quoted = serde_json::to_string(&expression).unwrap();
        folder.replace(RECORD, POLICY, &format!("when: {quoted}"));
        let said = folder.check(name);
        assert!(said.text.contains(why), "{name}: {}", said.text);
        let code = match name {
            "division" | "overflow" | "duration" | "instant" => "pack.wrong_type",
            _ => "pack.expression",
        };
        said.refused(code, RECORD, 18);
    }
}

/// As many expressions as a pack may have, each as long as it may be.
#[test]
fn fault_62_expressions_that_are_all_long() {
    let folder = Folder::good();
    let sum = (0..38).map(|_| "record.number").collect::<Vec<_>>();
    let long = format!("[{}] != []", sum.join(" + "));
    for kind in 0..3 {
        let computed: String = (0..60)
            .map(|n| format!("  c{n}: {{type: boolean, label: C, expr: '{long}'}}\n"))
            .collect();
        let text = format!(
            "kind: k{kind}\nlabel: {{one: K, many: K}}\ntitle: x\n\
             fields:\n  number: {{type: id, label: N}}\ncomputed:\n{computed}"
        );
        folder.write(&format!("records/k{kind}.yaml"), text);
    }
    folder.check("112 KiB of expressions").good();
}
