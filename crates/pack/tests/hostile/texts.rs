//! Templates that loop, or make much of little.

use crate::run::Folder;

const RECORD: &str = "records/parcel.yaml";
const WILL: &str = "hand out {{ record.number }}";

#[test]
fn fault_62_texts_that_never_end() {
    let loops = 12;
    let list = "'abcdefghijklmnopqrstuvwxyz'";
    let nested = (0..loops)
        .map(|n| format!("{{% for x{n} in {list} %}}"))
        .collect::<String>()
        + "x"
        + &"{% endfor %}".repeat(loops);
    let doubled = "{% set a = a ~ a %}".repeat(40);
    let twice = r"{{ '\'' }}{% set a = a + a %}{{ '\'' }}".repeat(40);
    let cases = [
        ("loops", nested, "too many steps"),
        (
            "range",
            "{% for x in range(1000000000) %}x{% endfor %}".to_owned(),
            "unknown name",
        ),
        (
            "repetition",
            "{{ 'x' * 1000000000 }}".to_owned(),
            "not offered",
        ),
        (
            "joining",
            "{{ record.number ~ record.number }}".to_owned(),
            "not offered",
        ),
        ("doubling", doubled.clone(), "unknown tag"),
        (
            "behind a comment",
            format!("{{# {{{{ ' #}}{doubled}{{# ' }}}} #}}"),
            "no comments",
        ),
        ("behind a quote", twice, "no backslash"),
        (
            "filter",
            "{{ 'x' | repeat(1000000) }}".to_owned(),
            "unknown filter",
        ),
        (
            "regular expression",
            "{{ 'x' is matching('(a+)+$') }}".to_owned(),
            "unknown test",
        ),
        (
            "macro",
            "{% macro m() %}{{ m() }}{% endmacro %}".to_owned(),
            "unknown tag",
        ),
        (
            "include",
            "{% include '/etc/passwd' %}".to_owned(),
            "unknown tag",
        ),
        (
            "recursion",
            "{% for x in 'ab' recursive %}{{ loop('ab') }}{% endfor %}".to_owned(),
            "this fails",
        ),
        ("long", "x".repeat(100_000), "longer than"),
        ("unclosed", "{{ record.number".to_owned(), "not closed"),
        (
            "minus",
            format!("{{{{ {}1 }}}}", "-".repeat(9_000)),
            "words and signs",
        ),
    ];
    for (name, text, why) in cases {
        let folder = Folder::good();
        let quoted = serde_json::to_string(&text).unwrap();
        folder.replace(RECORD, &format!("'{WILL}'"), &quoted);
        let said = folder.check(name);
        assert!(said.text.contains(why), "{name}: {}", said.text);
        let code = match name {
            "loops" | "recursion" => "pack.wrong_type",
            _ => "pack.template",
        };
        said.refused(code, RECORD, 22);
    }
}

/// As much as texts may have, all of it looked at while the pack is loaded.
#[test]
fn fault_62_texts_that_are_all_slow() {
    let folder = Folder::good();
    let slow = "{% for x in 'abcdefghijklmnopqrstuvwxyz' %}".repeat(4)
        + "{% if 'a' + 'b' == x %}y{% endif %}"
        + &"{% endfor %}".repeat(4);
    let will = vec![format!("\"{slow}\""); 190].join(", ");
    folder.replace(RECORD, &format!("'{WILL}'"), &will);
    folder
        .check("190 slow texts")
        .refused("pack.wrong_type", RECORD, 22);
}
