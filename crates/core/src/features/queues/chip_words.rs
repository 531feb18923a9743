//! A chip as a sentence has it, for what leaves the app.

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use watchkeeper_pack::Kind;
use watchkeeper_pack::chip::{Chip, ChipTest};
use watchkeeper_pack::value::money_text;

use super::offer::chip_view;
use crate::error::Error;
use crate::features::reading::Reading;

/// A chip in words, with the days that it means now.
pub(super) fn chip_words(reading: &Reading<'_>, kind: &Kind, chip: &Chip) -> Result<String, Error> {
    let view = chip_view(reading, kind, chip)?;
    let test = test_words(&chip.test, &view.values, (reading.now.at, reading.zone()));
    Ok(match view.problem {
        None => format!("{}: {test}", view.label),
        Some(problem) => format!("{}: {test} (nothing is shown: {problem})", view.label),
    })
}

fn test_words(test: &ChipTest, values: &[String], (now, zone): (DateTime<Utc>, Tz)) -> String {
    let today = now.with_timezone(&zone).date_naive();
    let beside = |days: u32| Days::new(u64::from(days.saturating_sub(1)));
    match test {
        ChipTest::Among { .. } => values.join(" or "),
        ChipTest::Flag { on: true } => "yes".to_owned(),
        ChipTest::Flag { on: false } => "no".to_owned(),
        ChipTest::Money { currency, from, to } => {
            let amount = |minor: &i64| format!("{} {currency}", money_text(*minor, currency));
            match (from, to) {
                (None, None) => format!("all in {currency}"),
                (from, to) => between(from.as_ref().map(amount), to.as_ref().map(amount)),
            }
        }
        ChipTest::Number { from, to } => between(
            from.map(|number| number.to_string()),
            to.map(|number| number.to_string()),
        ),
        ChipTest::Days { from, to } => window(from.clone(), to.clone(), zone),
        ChipTest::Last { days } => {
            let from = today.checked_sub_days(beside(*days));
            window(from.map(text), Some(text(today)), zone)
        }
        ChipTest::Next { days } => {
            let to = today.checked_add_days(beside(*days));
            window(Some(text(today)), to.map(text), zone)
        }
        ChipTest::Is { text } => format!("“{text}”"),
        ChipTest::Begins { text } => format!("begins with “{text}”"),
        ChipTest::Empty => "no value".to_owned(),
    }
}

fn text(day: NaiveDate) -> String {
    day.to_string()
}

fn window(from: Option<String>, to: Option<String>, zone: Tz) -> String {
    format!("{}, days of {}", between(from, to), zone.name())
}

fn between(from: Option<String>, to: Option<String>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("from {from} to {to}"),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("up to {to}"),
        (None, None) => "any".to_owned(),
    }
}
