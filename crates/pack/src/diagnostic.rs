//! A problem in a pack: code, place, caret, hint.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Shown in the app; the pack is used.
    Warning,
    /// The pack is not used.
    Error,
}

/// A problem in a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Stable code, such as `pack.unknown_name`.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// File within the pack, with forward slashes.
    pub file: String,
    /// Line, from 1; 0 where the whole file is meant.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Longest line that is shown, in characters.
const MAX_LINE: usize = 160;

/// All problems as text, each with its line and a caret.
pub fn render(diagnostics: &[Diagnostic], files: &BTreeMap<String, Vec<u8>>) -> String {
    diagnostics
        .iter()
        .map(|d| one(d, files.get(&d.file).map(Vec::as_slice)))
        .collect::<Vec<_>>()
        .join("\n")
}

fn one(diagnostic: &Diagnostic, source: Option<&[u8]>) -> String {
    let Diagnostic {
        code,
        severity,
        file,
        line,
        column,
        message,
        hint,
    } = diagnostic;
    let word = match severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let mut out = format!("{word}[{code}]: {}\n", visible(message));
    let file = visible(file);
    let text = source.map(String::from_utf8_lossy).unwrap_or_default();
    let shown = usize::try_from(*line).ok().and_then(|n| n.checked_sub(1));
    match shown.and_then(|n| text.lines().nth(n)) {
        Some(source_line) => {
            let number = line.to_string();
            let gutter = " ".repeat(number.len());
            let source_line: String = source_line.chars().take(MAX_LINE).collect();
            let skip = usize::try_from(*column)
                .unwrap_or(1)
                .saturating_sub(1)
                .min(MAX_LINE);
            // Tabs stay tabs, so that the caret stands below its character.
            let pad: String = source_line
                .chars()
                .chain(std::iter::repeat(' '))
                .take(skip)
                .map(|c| if c == '\t' { '\t' } else { ' ' })
                .collect();
            out.push_str(&format!("{gutter}--> {file}:{line}:{column}\n{gutter} |\n"));
            out.push_str(&format!("{number} | {}\n", visible(&source_line)));
            out.push_str(&format!("{gutter} | {pad}^\n"));
        }
        None => out.push_str(&format!(" --> {file}\n")),
    }
    if let Some(hint) = hint {
        out.push_str(&format!("  = {}\n", visible(hint)));
    }
    out
}

/// Control and direction characters of a hostile pack must not reach a terminal.
fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' | '\n' => c,
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                '\u{fffd}'
            }
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}
