//! The rules of the house that no compiler checks.

use anyhow::bail;

use crate::progress::say;

mod layers;
mod sources;
mod words;

/// One breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// File and line, or the crate.
    pub place: String,
    /// What is wrong.
    pub what: String,
    /// It is only told, and fails nothing.
    pub mild: bool,
}

impl Finding {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
            mild: false,
        }
    }
}

/// Checks layers, sizes, names and words.
///
/// # Errors
/// Where a rule is broken.
pub fn tidy() -> anyhow::Result<()> {
    let mut findings = layers::check()?;
    for source in sources::all()? {
        findings.extend(words::check(&source));
    }
    for finding in &findings {
        let word = if finding.mild { "note" } else { "error" };
        say(&format!("{word}: {}: {}", finding.place, finding.what));
    }
    let broken = findings.iter().filter(|finding| !finding.mild).count();
    if broken > 0 {
        bail!("{broken} rules of the house are broken");
    }
    Ok(())
}
