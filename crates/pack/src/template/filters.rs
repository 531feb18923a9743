//! Filters of templates: amounts, instants and durations in words.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use minijinja::{Environment, Error, ErrorKind, State, Value};

use super::ZONE;
use crate::value;

pub(super) fn install(environment: &mut Environment<'static>) {
    environment.add_test("defined", |value: &Value| !value.is_undefined());
    environment.add_test("undefined", Value::is_undefined);
    environment.add_filter("upper", |text: String| text.to_uppercase());
    environment.add_filter("lower", |text: String| text.to_lowercase());
    environment.add_filter("trim", |text: String| text.trim().to_owned());
    environment.add_filter("words", |text: String| text.replace('_', " "));
    environment.add_filter("money", |money: Value| money_words(&money));
    environment.add_filter("date", date);
    environment.add_filter("weekday", weekday);
    environment.add_filter("datetime", datetime);
    environment.add_filter("since", |until: String, from: String| {
        let elapsed = instant(&until)?.signed_duration_since(instant(&from)?);
        Ok::<_, Error>(elapsed.num_seconds())
    });
    environment.add_filter("duration", duration_words);
    environment.add_filter("days", |seconds: i64| seconds.div_euclid(86_400));
}

fn date(state: &State<'_, '_>, text: String) -> Result<String, Error> {
    day(&text, zone(state)?, "%-d %B %Y")
}

fn weekday(state: &State<'_, '_>, text: String) -> Result<String, Error> {
    day(&text, zone(state)?, "%A")
}

fn datetime(state: &State<'_, '_>, text: String) -> Result<String, Error> {
    let at = instant(&text)?.with_timezone(&zone(state)?);
    Ok(at.format("%-d %B %Y, %H:%M").to_string())
}

/// The zone in which instants are shown; it comes with what the template sees.
fn zone(state: &State<'_, '_>) -> Result<Tz, Error> {
    let named = state.lookup(ZONE);
    let zone = named.as_ref().and_then(|name| name.as_str()?.parse().ok());
    zone.ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "no zone is known here"))
}

fn instant(text: &str) -> Result<DateTime<Utc>, Error> {
    value::instant(text)
        .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "an instant is needed here"))
}

fn day(text: &str, zone: Tz, format: &str) -> Result<String, Error> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day.format(format).to_string());
    }
    Ok(instant(text)?
        .with_timezone(&zone)
        .format(format)
        .to_string())
}

fn money_words(money: &Value) -> Result<String, Error> {
    let needed = || Error::new(ErrorKind::InvalidOperation, "an amount is needed here");
    let minor = money.get_attr("minor")?.as_i64().ok_or_else(needed)?;
    let currency = money.get_attr("currency")?;
    let currency = currency.as_str().ok_or_else(needed)?;
    let amount = value::money_text(minor.saturating_abs(), currency);
    let sign = if minor < 0 { "-" } else { "" };
    Ok(match currency {
        // Several countries write the same sign: the code goes along.
        "AUD" | "CAD" | "HKD" | "NZD" | "SGD" | "USD" => format!("{sign}${amount} {currency}"),
        "EUR" => format!("{sign}€{amount}"),
        "GBP" => format!("{sign}£{amount}"),
        code => format!("{sign}{amount} {code}"),
    })
}

/// A duration in words, of seconds: `40 s`, `12 min`, `68 h 48` (hours and minutes, up to four
/// days), `4 d 6 h`. Rounded down, so that nothing is said to have lasted longer than it did.
pub fn duration_words(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.unsigned_abs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    let words = match () {
        () if minutes == 0 => format!("{seconds} s"),
        () if hours == 0 => format!("{minutes} min"),
        () if days < 4 => format!("{hours} h {:02}", minutes % 60),
        () if hours % 24 == 0 => format!("{days} d"),
        () => format!("{days} d {} h", hours % 24),
    };
    format!("{sign}{words}")
}
