#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn allowed() -> Allowed {
    Allowed::none()
        .fields("record", ["a", "b", "items"])
        .fields("settings", ["mode"])
        .value("now")
}

fn eval(source: &str, settings: Value) -> Result<Value, String> {
    let program = Program::compile(source, &allowed()).map_err(|e| e.message)?;
    let scope = Scope {
        settings: settings.as_object().unwrap().clone(),
        now: value("2026-11-20T03:00:00.000Z"),
        ..Scope::default()
    };
    program.eval(&scope).map_err(|e| e.message)
}

fn value(text: &str) -> Option<DateTime<Utc>> {
    crate::value::instant(text)
}

#[test]
fn evaluates_and_answers_in_json() {
    let settings = json!({"mode": "now"});
    assert_eq!(eval("1 + 2", settings.clone()), Ok(json!(3)));
    assert_eq!(
        eval(r#"settings.mode == "now""#, settings.clone()),
        Ok(json!(true))
    );
    assert_eq!(
        eval(r#"now + duration("72h")"#, settings.clone()),
        Ok(json!("2026-11-23T03:00:00.000Z"))
    );
    assert_eq!(
        eval(
            r#"(now - timestamp("2026-11-17T00:30:00Z")).getHours()"#,
            settings.clone()
        ),
        Ok(json!(74))
    );
    assert_eq!(
        eval(r#"{"list": [1, 2.5, null, "x"]}"#, settings),
        Ok(json!({"list": [1, 2.5, null, "x"]}))
    );
}

/// What is seen to be one field, `now` or a literal answers as it does when it is run.
#[test]
fn what_needs_no_run_answers_as_if_it_were_run() {
    let scopes = [
        Scope::default(),
        Scope {
            record: json!({"a": "x", "b": 2.5, "items": [1, "y", {"z": null}]})
                .as_object()
                .unwrap()
                .clone(),
            settings: json!({"mode": null}).as_object().unwrap().clone(),
            now: value("2026-11-20T03:00:00.000Z"),
            ..Scope::default()
        },
        Scope {
            record: json!({"a": "x".repeat(1 << 20), "b": null})
                .as_object()
                .unwrap()
                .clone(),
            settings: json!({"mode": {"deep": [true]}})
                .as_object()
                .unwrap()
                .clone(),
            ..Scope::default()
        },
    ];
    let direct = [
        "record.a",
        "(record.b)",
        "record.items",
        "settings.mode",
        "now",
        "\"a é b\"",
        "''",
        "12",
        "true",
        "false",
        "null",
    ];
    for source in direct {
        let program = Program::compile(source, &allowed()).unwrap();
        assert!(program.direct.is_some(), "{source}");
        for scope in &scopes {
            let json =
                |found: Result<cel::Value, EvalError>| found.and_then(|v| scope::to_json(&v));
            assert_eq!(
                json(program.run(scope)),
                json(program.execute(scope)),
                "{source}"
            );
        }
    }
    for source in [
        "record.a + \"b\"",
        "settings.mode == \"x\"",
        "[1]",
        "!true",
        "-1 - 1",
        "1.5",
    ] {
        let program = Program::compile(source, &allowed()).unwrap();
        assert_eq!(program.direct, None, "{source}");
    }
}

#[test]
fn a_duration_is_no_value_of_a_record() {
    let error = eval(r#"duration("1h")"#, json!({})).unwrap_err();
    assert!(error.contains("a duration"), "{error}");
}

#[test]
fn a_missing_value_is_an_error_and_names_itself() {
    assert_eq!(
        eval(r#"settings.mode == "x""#, json!({})),
        Err("`mode` is missing".into())
    );
    let nothing_known = Program::compile("now", &allowed()).unwrap();
    assert!(nothing_known.eval(&Scope::default()).is_err());
}

#[test]
fn only_true_or_false_is_a_guard() {
    let program = Program::compile("1", &allowed()).unwrap();
    let error = program.eval_bool(&Scope::default()).unwrap_err();
    assert_eq!(
        error.message,
        "expected true or false, found a whole number"
    );
}

#[test]
fn names_are_checked_with_place_and_suggestion() {
    let error = Program::compile("1 == 1 &&\n  recrod.a == 1", &allowed()).unwrap_err();
    assert_eq!((error.line, error.column), (2, 3));
    assert_eq!(
        error.message,
        "unknown name `recrod`; did you mean `record`?"
    );
    let error = Program::compile("1\n< recrod.x", &allowed()).unwrap_err();
    assert_eq!((error.line, error.column), (2, 3));
    let error = Program::compile("settings.mdoe", &allowed()).unwrap_err();
    assert_eq!(
        error.message,
        "unknown name `settings.mdoe`; did you mean `mode`?"
    );
    let error = Program::compile("size(record)", &allowed()).unwrap_err();
    assert!(error.message.contains("must be followed by a field"));
}

#[test]
fn references_say_what_is_read() {
    let program = Program::compile("record.a > 1 && now > now", &allowed()).unwrap();
    assert!(program.reads("now"));
    assert!(program.reads_field("record", "a"));
    assert!(!program.reads_field("record", "b"));
    assert_eq!(program.references().len(), 2);
}

#[test]
fn functions_outside_the_list_are_refused() {
    for source in [
        r#""a".matches("(a+)+$")"#,
        "has(record.a)",
        "dyn(1)",
        "type(1) == int",
        "google.protobuf.Timestamp{}",
    ] {
        assert!(Program::compile(source, &allowed()).is_err(), "{source}");
    }
}

#[test]
fn syntax_errors_have_a_place() {
    let error = Program::compile("record.a ==", &allowed()).unwrap_err();
    assert!(
        error.message.starts_with("not an expression"),
        "{}",
        error.message
    );
    assert_eq!(error.line, 1);
    assert!(error.column > 1);
}

#[test]
fn fault_62_expressions_are_bounded() {
    let nested = format!("{}1{}", "(".repeat(5_000), ")".repeat(5_000));
    assert!(Program::compile(&nested, &allowed()).is_err());
    let brackets = format!("{}1{}", "(".repeat(60), ")".repeat(60));
    let error = Program::compile(&brackets, &allowed()).unwrap_err();
    assert!(error.message.contains("nested deeper"), "{}", error.message);
    let long = "1 + ".repeat(499) + "1";
    assert!(Program::compile(&long, &allowed()).is_err(), "too deep");
    let not = "!".repeat(1_500) + "true";
    let error = Program::compile(&not, &allowed()).unwrap_err();
    assert!(
        error.message.contains("words and signs"),
        "{}",
        error.message
    );
    let huge = format!("\"{}\"", "x".repeat(MAX_SOURCE));
    assert!(Program::compile(&huge, &allowed()).is_err());
    let list = format!("[{}]", vec!["[]"; 130].join(","));
    assert!(Program::compile(&list, &allowed()).is_ok());
    let list = format!("[{}]", vec!["1"; 800].join(","));
    assert!(
        Program::compile(&list, &allowed()).is_err(),
        "too many nodes"
    );
    let selects = format!("record.a{}", ".a".repeat(900));
    assert!(Program::compile(&selects, &allowed()).is_err());
}

#[test]
fn fault_62_a_huge_value_is_not_taken() {
    let source = vec!["settings.mode"; 40].join(" + ") + " == ''";
    let huge = json!({"mode": "x".repeat(300 << 10)});
    let error = eval(&source, huge).unwrap_err();
    assert_eq!(error, "`settings.mode` is too long for an expression");
    assert_eq!(eval(&source, json!({"mode": "x"})), Ok(json!(false)));
}

#[test]
fn fault_62_an_expression_has_no_loops() {
    for source in [
        "[1].all(x, x > 0)",
        "[1].exists(x, x > 0)",
        "[1].map(x, x)",
        "[1].filter(x, true)",
        "actor.roles.exists_one(r, r == 'a')",
    ] {
        let error = Program::compile(source, &allowed()).unwrap_err();
        assert!(error.message.contains("loops"), "{source}: {error}");
    }
    let added = vec!["1"; 30].join(" + ");
    assert!(Program::compile(&added, &allowed()).is_ok());
    let twice = format!("[{added}, {added}]");
    let error = Program::compile(&twice, &allowed()).unwrap_err();
    assert!(error.message.contains("additions"), "{error}");
}

#[test]
fn fault_62_nothing_is_hidden_from_the_count_of_brackets() {
    let hidden = "(".repeat(60) + "1" + &")".repeat(60);
    for (before, why) in [
        ("// '\n", "no comments"),
        (r"r'\' == '' || ", "plain quotes"),
        ("b'a' == '' || ", "plain quotes"),
        ("'''' || ", "plain quotes"),
        (r#"""""" || "#, "plain quotes"),
        ("'\n", "its line does not close"),
        (r"'\q", "means nothing here"),
        (r"'\x41' || ", "means nothing here"),
        ("'", "not closed"),
        ("'a' == '' || ", "nested deeper"),
    ] {
        let error = Program::compile(&format!("{before}{hidden}"), &allowed()).unwrap_err();
        assert!(error.message.contains(why), "{before}: {error}");
    }
    for source in ["'//' == ''", r#"'a\'b\\' == """#, r"'ä\n' != 'r'"] {
        assert!(Program::compile(source, &allowed()).is_ok(), "{source}");
    }
}

#[test]
fn the_deepest_that_compiles_evaluates_on_a_small_stack() {
    let deepest = (1..60)
        .rev()
        .find_map(|n| {
            let source = "1 + (".repeat(n) + "1" + &")".repeat(n);
            Program::compile(&source, &allowed()).ok()
        })
        .expect("something compiles");
    let answer = std::thread::Builder::new()
        .stack_size(1 << 20)
        .spawn(move || deepest.eval(&Scope::default()))
        .unwrap()
        .join()
        .expect("no overflow");
    assert_eq!(answer, Ok(json!(21)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_makes_it_panic(source in "[ -~\n]{0,80}") {
        if let Ok(program) = Program::compile(&source, &allowed()) {
            let _ = program.eval(&Scope::default());
        }
    }

    #[test]
    fn instants_come_back_as_they_went_in(millis in 0_i64..253_402_300_799_999) {
        let at = DateTime::from_timestamp_millis(millis).unwrap();
        let program = Program::compile("now", &allowed()).unwrap();
        let scope = Scope { now: Some(at), ..Scope::default() };
        prop_assert_eq!(program.eval_instant(&scope).unwrap(), at);
        let text = program.eval(&scope).unwrap();
        prop_assert_eq!(crate::value::instant(text.as_str().unwrap()), Some(at));
    }
}
