#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use chrono_tz::Australia::Melbourne;
use serde_json::{Value, json};

use super::*;

fn allowed() -> Allowed {
    Allowed::none()
        .fields("record", ["a", "at", "price", "missing", "list"])
        .value("now")
}

fn render(source: &str) -> Result<String, TemplateError> {
    let record: Value = json!({
        "a": "Rex & Söhne", "at": "2026-11-17T22:41:00.000Z", "missing": null,
        "price": {"minor": 2200, "currency": "AUD"}, "list": [1, 2, 3]
    });
    let scope = Scope {
        record: record.as_object().unwrap().clone(),
        now: value::instant("2026-11-20T19:29:00Z"),
        ..Scope::default()
    };
    Template::compile(source, Melbourne, &allowed())?.render(&scope)
}

#[test]
fn filters_speak_the_zone_and_words_of_the_pack() {
    let cases = [
        ("{{ record.a }}", "Rex & Söhne"),
        ("{{ record.price | money }}", "$22.00 AUD"),
        ("{{ record.at | date }}", "18 November 2026"),
        ("{{ record.at | datetime }}", "18 November 2026, 09:41"),
        ("{{ record.at | weekday }}", "Wednesday"),
        ("{{ now | since(record.at) | duration }}", "68 h 48"),
        ("{{ now | since(record.at) | days }}", "2"),
        ("{{ '2026-11-20' | date }}", "20 November 2026"),
        ("{{ 'not_as_described' | words }}", "not as described"),
        ("{{ record.a | upper }}", "REX & SÖHNE"),
        (
            "{% if record.missing is defined %}yes{% else %}no{% endif %}",
            "no",
        ),
        ("{% for n in record.list %}{{ n }},{% endfor %}", "1,2,3,"),
    ];
    for (source, text) in cases {
        assert_eq!(render(source).as_deref(), Ok(text), "{source}");
    }
}

#[test]
fn instants_are_shown_in_the_zone_that_the_scope_says_and_days_stay_days() {
    let text =
        "{{ now | datetime }}, {{ now | weekday }}, {{ now | date }}, {{ '2026-11-20' | date }}";
    let template = Template::compile(text, Melbourne, &allowed()).unwrap();
    let shown = |zone| {
        let now = value::instant("2026-11-20T19:29:00Z");
        let scope = Scope {
            now,
            zone,
            ..Scope::default()
        };
        template.render(&scope).unwrap()
    };
    let own = "21 November 2026, 06:29, Saturday, 21 November 2026, 20 November 2026";
    assert_eq!(shown(None), own);
    let said = "20 November 2026, 20:29, Friday, 20 November 2026, 20 November 2026";
    assert_eq!(shown(Some(chrono_tz::Europe::Paris)), said);
    // A name of the template's own does not hide it.
    let loops = "{% for zone in record.list %}{{ now | weekday }}{% endfor %}";
    assert_eq!(render(loops).unwrap(), "SaturdaySaturdaySaturday");
}

fn render_listed(source: &str) -> Result<String, TemplateError> {
    let words = [
        ("uk", "United Kingdom"),
        ("us", "us"),
        ("not_here", "not here"),
    ];
    let words = words.map(|(value, word)| (value.to_owned(), word.to_owned()));
    let fields = [
        ("where".to_owned(), Shape::words(words)),
        ("gone".to_owned(), Shape::words([("x".into(), "y".into())])),
        ("note".to_owned(), Shape::words([])),
    ];
    let allowed = Allowed::none().shape("record", Shape::fields(fields));
    let record = json!({"where": "uk", "note": "not_here"});
    let scope = Scope {
        record: record.as_object().unwrap().clone(),
        ..Scope::default()
    };
    Template::compile(source, Melbourne, &allowed)?.render(&scope)
}

#[test]
fn a_value_of_a_list_is_printed_as_what_it_is_called_and_compared_as_what_it_is() {
    for (source, text) in [
        ("{{ record.where }}", "United Kingdom"),
        ("a\n{{- record.where -}}\nb", "aUnited Kingdomb"),
        ("{{ record.where | upper }}", "UNITED KINGDOM"),
        ("{{record.where|trim|lower}}", "united kingdom"),
        (
            "{{ record.where }}, {{ record.where }}",
            "United Kingdom, United Kingdom",
        ),
        // What is no list stays as it is.
        ("{{ record.note }}", "not_here"),
        ("{{ record.note | words }}", "not here"),
        // So does what is reckoned with.
        ("{{ 'yes' if record.where == 'uk' else 'no' }}", "yes"),
        ("{{ record.where == 'uk' }}", "True"),
        ("{{ record.where + '!' }}", "uk!"),
        (
            "{% if record.where == 'uk' %}{{ record.where }}{% endif %}",
            "United Kingdom",
        ),
        ("{{ 'record.where' }}", "record.where"),
    ] {
        assert_eq!(render_listed(source).as_deref(), Ok(text), "{source}");
    }
}

#[test]
fn a_missing_value_of_a_list_stops_it_and_is_told_as_it_was_written() {
    for source in ["{{ record.gone }}", "{{ record.gone | upper }}"] {
        let error = render_listed(source).unwrap_err();
        assert!(error.message.contains("missing"), "{}", error.message);
        assert!(!error.message.contains("told_"), "{}", error.message);
    }
    let made_up = render_listed("{{ record.where | told_1 }}");
    assert!(made_up.is_err(), "the filters are nobody's to name");
}

#[test]
fn durations_in_words() {
    let cases = [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h 00"),
        (68 * 3_600 + 48 * 60 + 59, "68 h 48"),
        (72 * 3_600 - 1, "71 h 59"),
        (4 * 86_400, "4 d"),
        (4 * 86_400 + 6 * 3_600, "4 d 6 h"),
        (-61, "-1 min"),
    ];
    for (seconds, words) in cases {
        assert_eq!(duration_words(seconds), words, "{seconds}");
    }
}

#[test]
fn a_missing_value_stops_it() {
    let error = render("Dear {{ record.missing }},").unwrap_err();
    assert!(error.message.contains("missing"), "{}", error.message);
    assert!(render("{{ record.missing | upper }}").is_err());
    assert!(
        render("{{ record.a | money }}").is_err(),
        "text is no amount"
    );
    assert!(
        render("{{ record.a | date }}").is_err(),
        "text is no instant"
    );
}

#[test]
fn unknown_names_are_found_when_it_is_compiled() {
    let compile = |source: &str| Template::compile(source, Melbourne, &allowed()).unwrap_err();
    let error = compile("line one\n{{ record.prize }}");
    assert_eq!(
        error.message,
        "unknown name `record.prize`; did you mean `price`?"
    );
    assert_eq!(error.line, 2);
    assert_eq!(
        compile("{{ recrod.a }}").message,
        "unknown name `recrod`; did you mean `record`?"
    );
    assert!(compile("{{ record }}").message.contains("must be followed"));
}

#[test]
fn unknown_filters_tests_and_tags_are_found_when_it_is_compiled() {
    for source in [
        "{{ record.a | nonsense }}",
        "{{ record.a is nonsense }}",
        "{% if record.a is nonsense %}{% endif %}",
        "{{ range(9) }}",
        "{{ debug() }}",
        "{% include 'other' %}",
        "{% extends 'other' %}",
        "{% import 'other' as o %}",
        "{{ record.a",
        "{% nonsense %}",
    ] {
        assert!(
            Template::compile(source, Melbourne, &allowed()).is_err(),
            "{source}"
        );
    }
}

fn render_long(source: &str, length: usize) -> Result<String, TemplateError> {
    let record: Value = json!({"a": "x".repeat(length), "list": vec![0; 500]});
    let scope = Scope {
        record: record.as_object().unwrap().clone(),
        ..Scope::default()
    };
    Template::compile(source, Melbourne, &allowed())?.render(&scope)
}

#[test]
fn fault_62_texts_are_bounded() {
    let big = "x".repeat(MAX_SOURCE + 1);
    assert!(Template::compile(&big, Melbourne, &allowed()).is_err());
    let many =
        "{% for a in record.list %}".repeat(9) + "{{ record.a }}" + &"{% endfor %}".repeat(9);
    assert_eq!(render(&many).unwrap_err().message, "takes too many steps");
    let deep = format!("{{{{ {}1{} }}}}", "(".repeat(3_000), ")".repeat(3_000));
    assert!(Template::compile(&deep, Melbourne, &allowed()).is_err());
    let long = render_long(
        "{% for n in record.list %}{{ record.a }}{% endfor %}",
        1_000,
    );
    assert_eq!(long.unwrap_err().message, "gives more than 64000 bytes");
    assert!(render_long("{{ record.a }}", 60_000).is_ok());
    let huge = render_long("{{ record.a }}", 65_000).unwrap_err();
    assert_eq!(huge.message, "`record.a` is too long for a text");
    assert!(
        render_long("{{ record.list | length }}", 9).is_err(),
        "no such filter"
    );
    assert_eq!(
        render_long("nothing read", 65_000).as_deref(),
        Ok("nothing read")
    );
    for doubling in [
        "{% set x = record.a %}",
        "{{ 'x' * 1000000 }}",
        "{{ record.list*9 }}",
    ] {
        assert!(
            Template::compile(doubling, Melbourne, &allowed()).is_err(),
            "{doubling}"
        );
    }
}

#[test]
fn fault_62_nothing_is_hidden_from_the_check_of_a_template() {
    for hidden in [
        "{# {{ ' #}{% set x = record.a %}{# ' }} #}",
        r"{{ '\'' }}{% set x = record.a %}{{ '\'' }}",
        r"{% if '\'' %}{% macro x() %}{% endmacro %}{{ '\'' }}{% endif %}",
        "{#- a comment -#}",
        "{{ record.a ~ record.a }}",
        "{{ record.a + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 }}",
    ] {
        let compiled = Template::compile(hidden, Melbourne, &allowed());
        assert!(compiled.is_err(), "{hidden}");
    }
}

#[test]
fn fault_62_a_template_that_recurses_too_deep_is_refused() {
    let deep = [
        format!("{{{{ {}1 }}}}", "-".repeat(8_000)),
        format!("{{{{ {}1 }}}}", "not ".repeat(3_000)),
        format!("{{{{ 1{} }}}}", " ~ 1".repeat(3_000)),
        format!("{{# {{{{ \" #}}{{{{ {}1 }}}}", "-".repeat(8_000)),
        format!("{{% if 1 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(1_000)),
        format!("{}{}", "{% if 1 %}".repeat(500), "{% endif %}".repeat(500)),
    ];
    for source in deep {
        let short: String = source.chars().take(40).collect();
        assert!(
            Template::compile(&source, Melbourne, &Allowed::none()).is_err(),
            "{short}"
        );
    }
    let fine = format!("{{% if 1 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(40)).repeat(10);
    assert!(Template::compile(&fine, Melbourne, &Allowed::none()).is_ok());
}

#[test]
fn a_text_without_anything_to_fill_in_reads_as_one_with() {
    for text in [
        "",
        "Gone",
        "Gone\n",
        "Gone\n\n",
        "Gone\r\n",
        "Gone\r",
        " } 100 % }} \n",
    ] {
        let filled = format!("{{% if now %}}{{% endif %}}{text}");
        assert_eq!(render(text), render(&filled), "{text:?}");
    }
}
