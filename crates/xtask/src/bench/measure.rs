//! One call of the program `measure`.

use std::ffi::OsStr;
use std::process::Stdio;

use anyhow::Context;
use serde_json::Value;

use crate::children::bound;
use crate::progress::say;
use crate::root::{built, target};

/// Measures one thing and gives its figures.
///
/// # Errors
/// Where it cannot, with what it said.
pub fn measure<A: AsRef<OsStr>>(
    what: &str,
    arguments: impl IntoIterator<Item = A>,
) -> anyhow::Result<Value> {
    let mut command = bound(built("release", "measure"));
    let output = command
        .arg(what)
        .args(arguments)
        .env("WATCHKEEPER_PROFILE", "release")
        .env("CARGO_TARGET_DIR", target())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start measure")?;
    let text = String::from_utf8_lossy(&output.stdout);
    anyhow::ensure!(
        output.status.success(),
        "measure {what} ended with {}",
        output.status
    );
    say(&format!("   {what}: {}", text.trim()));
    serde_json::from_str(text.trim()).with_context(|| format!("measure {what}: no figures"))
}

/// A number within figures, by a path such as `turn/p50_ms`.
///
/// # Errors
/// Where there is none.
pub fn number(figures: &Value, path: &str) -> anyhow::Result<f64> {
    let found = path
        .split('/')
        .try_fold(figures, |value, part| value.get(part));
    found
        .and_then(Value::as_f64)
        .with_context(|| format!("no {path} in {figures}"))
}

/// The middle of some numbers.
pub fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let (low, high) = (numbers.len().checked_sub(1)? / 2, numbers.len() / 2);
    Some((numbers.get(low)? + numbers.get(high)?) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_two_lies_between_them() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0]), Some(3.0));
        assert_eq!(median(vec![4.0, 1.0]), Some(2.5));
        assert_eq!(median(vec![9.0, 1.0, 2.0]), Some(2.0));
    }
}
