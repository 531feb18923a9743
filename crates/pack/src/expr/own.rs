//! Functions of our own, beside CEL's: what the name of a file is made of.

use std::sync::Arc;

use cel::ExecutionError;
use chrono::{DateTime, FixedOffset};
use chrono_tz::Tz;

use super::EvalError;

/// The day of an instant in the tenant's zone, such as `2026-11-20`.
pub(super) const DAY: &str = "day";
/// Words as they stand in the name of a file, such as `the-job-failed`.
pub(super) const SLUG: &str = "slug";
/// Most characters of a [`SLUG`]: names of files are bounded, and titles are not.
const LONGEST: usize = 60;

/// May an expression call one of them? Judged by its words alone.
pub(super) fn may_be_called(source: &str) -> bool {
    source.contains(DAY) || source.contains(SLUG)
}

/// Offers them to what is run with this context. Without a zone there is no day.
pub(super) fn add(context: &mut cel::Context<'_, '_>, zone: Option<Tz>) -> Result<(), EvalError> {
    let day = move |at: DateTime<FixedOffset>| -> Result<Arc<String>, ExecutionError> {
        let zone = zone.ok_or_else(|| ExecutionError::function_error(DAY, "no zone"))?;
        let day = at.with_timezone(&zone).format("%Y-%m-%d");
        Ok(Arc::new(day.to_string()))
    };
    let slug = |words: Arc<String>| -> Result<Arc<String>, ExecutionError> {
        let slug = slug_of(&words);
        let slug = slug.ok_or_else(|| ExecutionError::function_error(SLUG, "no letter"))?;
        Ok(Arc::new(slug))
    };
    let known = |name: &str| EvalError::new(format!("`{name}` is not known here"));
    context.add_function(DAY, day).map_err(|_| known(DAY))?;
    context.add_function(SLUG, slug).map_err(|_| known(SLUG))
}

/// Letters and digits in small, and one dash for whatever stands between them; none where there is
/// neither. What a system of files treats as special is gone with it.
fn slug_of(words: &str) -> Option<String> {
    let small = words.to_lowercase();
    let parts = small.split(|c: char| !c.is_alphanumeric());
    let whole = parts.filter(|part| !part.is_empty());
    let whole = whole.collect::<Vec<_>>().join("-");
    let cut: String = whole.chars().take(LONGEST).collect();
    let cut = cut.trim_end_matches('-');
    (!cut.is_empty()).then(|| cut.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono_tz::{America, Australia};
    use serde_json::json;

    use super::*;
    use crate::expr::{Allowed, Program, Scope};

    fn of_action() -> Allowed {
        Allowed::none()
            .fields("record", ["name"])
            .fields("params", ["any"])
            .value("now")
    }

    #[test]
    fn a_slug_has_letters_and_digits_and_single_dashes() {
        for (words, slug) in [
            ("Z.AI down", "z-ai-down"),
            ("  The job failed, 5 of 5!  ", "the-job-failed-5-of-5"),
            ("Über/../etc", "über-etc"),
            ("incident_2025.txt", "incident-2025-txt"),
        ] {
            assert_eq!(slug_of(words).as_deref(), Some(slug), "{words}");
        }
        for nothing in ["", " ", "-", "/../", "…!"] {
            assert_eq!(slug_of(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_long_title_is_cut_and_ends_in_no_dash() {
        let long = slug_of(&"word ".repeat(40)).unwrap();
        assert_eq!(long.chars().count(), LONGEST - 1, "{long}");
        assert!(long.ends_with("word"), "{long}");
        let one = slug_of(&"é".repeat(90)).unwrap();
        assert_eq!(one.chars().count(), LONGEST);
    }

    #[test]
    fn a_name_is_made_of_the_day_in_the_tenant_s_zone_and_of_a_title() {
        let source = r#""incident_" + day(now) + "_" + slug(record.name) + ".txt""#;
        let program = Program::compile(source, &of_action()).unwrap();
        let name = |zone, at: &str| {
            let scope = Scope {
                record: json!({"name": "Z.AI down"}).as_object().unwrap().clone(),
                now: crate::value::instant(at),
                zone,
                ..Scope::default()
            };
            program.eval(&scope).map_err(|error| error.message)
        };
        // The last instant of a day in Melbourne and the first of the next; in New York it is morning.
        for (at, melbourne) in [
            ("2025-12-24T12:59:59.999Z", "2025-12-24"),
            ("2025-12-24T13:00:00.000Z", "2025-12-25"),
        ] {
            let named = |day: &str| Ok(json!(format!("incident_{day}_z-ai-down.txt")));
            assert_eq!(name(Some(Australia::Melbourne), at), named(melbourne));
            assert_eq!(name(Some(America::New_York), at), named("2025-12-24"));
        }
        let none = name(None, "2025-12-24T13:00:00.000Z").unwrap_err();
        assert!(none.contains("`day`"), "{none}");
    }

    #[test]
    fn a_day_is_asked_for_where_the_tenant_s_zone_is_known_and_nowhere_else() {
        let stored = Allowed::none().fields("record", ["name"]).value("now");
        let error = Program::compile("day(now)", &stored).unwrap_err();
        assert!(error.message.contains("actions"), "{error}");
        assert!(Program::compile("slug(record.name)", &stored).is_ok());
    }

    #[test]
    fn what_is_no_instant_and_what_is_no_text_is_an_error() {
        let scope = Scope {
            record: json!({"name": 7}).as_object().unwrap().clone(),
            zone: Some(Australia::Melbourne),
            ..Scope::default()
        };
        for source in [
            "day(record.name)",
            "slug(record.name)",
            "slug(\"…\")",
            "day()",
            "slug()",
        ] {
            let program = Program::compile(source, &of_action()).unwrap();
            assert!(program.eval(&scope).is_err(), "{source}");
        }
    }
}
