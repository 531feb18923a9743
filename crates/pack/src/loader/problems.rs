//! Problems as they are found, with their places.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

use super::yaml::{Place, Places};
use crate::diagnostic::{Diagnostic, Severity};
use crate::expr::{Allowed, ExprError, Program};
use crate::schedule::Schedule;
use crate::template::Template;

/// Most bytes of expressions in one pack: each is parsed on a thread of its own.
const MAX_EXPRESSIONS: usize = 128 << 10;
/// Most expressions and texts of one pack: compiled, each takes some kilobytes.
const MAX_COMPILED: usize = 5_000;
/// Longest message, in characters: it may quote a name of any length.
pub(super) const MAX_MESSAGE: usize = 400;
/// Most schedules of one pack told as wrong: that one never happens takes long to find out.
const MAX_WRONG_RULES: usize = 20;
/// Most errors, and most warnings, of one pack: nobody reads more at once.
const MAX_PROBLEMS: usize = 200;

/// A part of a file.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub file: String,
    pub path: String,
}

impl Spot {
    pub fn file(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            path: String::new(),
        }
    }

    /// The value below `name`; `name` may have slashes.
    pub fn at(&self, name: impl std::fmt::Display) -> Self {
        let path = match self.path.as_str() {
            "" => name.to_string(),
            path => format!("{path}/{name}"),
        };
        Self {
            file: self.file.clone(),
            path,
        }
    }

    /// The key of this value.
    pub fn key(&self) -> Self {
        self.at("@")
    }
}

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Problems {
    pub list: Vec<Diagnostic>,
    /// Files that parse.
    texts: BTreeMap<String, String>,
    /// Of those that there is something to tell of.
    places: BTreeMap<String, Places>,
    expressions: usize,
    compiled: usize,
    wrong_rules: usize,
    /// Settings that expressions and texts mention.
    settings: BTreeSet<String>,
}

impl Problems {
    pub fn read(&mut self, file: &str, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes).into_owned();
        self.texts.insert(file.to_owned(), text);
    }

    /// There are as many errors as are told: looking for more is of no use.
    pub fn full(&self) -> bool {
        self.count(Severity::Error) >= MAX_PROBLEMS
    }

    fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|d| d.severity == severity).count()
    }

    pub fn error(&mut self, spot: &Spot, code: &str, message: impl Into<String>) {
        self.add(spot, None, Severity::Error, code, message.into(), None);
    }

    pub fn error_with(
        &mut self,
        spot: &Spot,
        code: &str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let hint = Some(hint.into());
        self.add(spot, None, Severity::Error, code, message.into(), hint);
    }

    pub fn warning(&mut self, spot: &Spot, code: &str, message: impl Into<String>) {
        self.add(spot, None, Severity::Warning, code, message.into(), None);
    }

    /// An error within a text at `spot`, at a line and column of that text.
    pub fn inside(&mut self, spot: &Spot, at: (u32, u32), code: &str, message: impl Into<String>) {
        self.add(spot, Some(at), Severity::Error, code, message.into(), None);
    }

    /// Does an expression or text mention this setting?
    pub fn mentions(&self, setting: &str) -> bool {
        self.settings.contains(setting)
    }

    fn mention(&mut self, source: &str) {
        let mentioned = source.split("settings.").skip(1).map(|rest| {
            let name = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            name.take(1).collect()
        });
        self.settings.extend(mentioned);
    }

    /// Counts the bytes of an expression about to be compiled; false once there are too many.
    pub fn spend(&mut self, spot: &Spot, source: &str) -> bool {
        self.mention(source);
        let before = self.expressions;
        self.expressions = before.saturating_add(source.len());
        if before <= MAX_EXPRESSIONS && self.expressions > MAX_EXPRESSIONS {
            let message =
                format!("all expressions together have more than {MAX_EXPRESSIONS} bytes");
            self.error(spot, "pack.too_large", message);
        }
        self.expressions <= MAX_EXPRESSIONS && self.one_more(spot)
    }

    /// Counts what is about to be compiled; false once there is too much.
    fn one_more(&mut self, spot: &Spot) -> bool {
        self.compiled = self.compiled.saturating_add(1);
        if self.compiled == MAX_COMPILED + 1 {
            let message = format!("more than {MAX_COMPILED} expressions and texts");
            self.error(spot, "pack.too_large", message);
        }
        self.compiled <= MAX_COMPILED
    }

    pub fn program(&mut self, spot: &Spot, source: &str, allowed: &Allowed) -> Option<Program> {
        if !self.spend(spot, source) {
            return None;
        }
        match Program::compile(source, allowed) {
            Ok(program) => Some(program),
            Err(ExprError {
                message,
                line,
                column,
            }) => {
                self.inside(spot, (line, column), "pack.expression", message);
                None
            }
        }
    }

    /// A schedule; not looked at once many of them were none.
    pub fn schedule(&mut self, spot: &Spot, rule: &str, zone: Tz) -> Option<Schedule> {
        if self.wrong_rules >= MAX_WRONG_RULES {
            return None;
        }
        match Schedule::parse(rule, zone) {
            Ok(schedule) => Some(schedule),
            Err(error) => {
                self.wrong_rules += 1;
                self.error(spot, "pack.schedule", error.message);
                None
            }
        }
    }

    pub fn template(
        &mut self,
        spot: &Spot,
        source: &str,
        zone: Tz,
        allowed: &Allowed,
    ) -> Option<Template> {
        self.mention(source);
        if !self.one_more(spot) {
            return None;
        }
        match Template::compile(source, zone, allowed) {
            Ok(template) => Some(template),
            Err(error) => {
                self.inside(spot, (error.line, 1), "pack.template", error.message);
                None
            }
        }
    }

    fn add(
        &mut self,
        spot: &Spot,
        within: Option<(u32, u32)>,
        severity: Severity,
        code: &str,
        message: String,
        hint: Option<String>,
    ) {
        if self.count(severity) >= MAX_PROBLEMS {
            return;
        }
        let text = self.texts.get(&spot.file).map_or("", String::as_str);
        let places = self.places.entry(spot.file.clone());
        let places = places.or_insert_with(|| Places::of(text));
        let found = places.find(&spot.path);
        let place = match (found, within) {
            (Some(place), Some(within)) => self.within(&spot.file, place, within),
            (place, _) => place.unwrap_or(Place { line: 0, column: 0 }),
        };
        self.list.push(Diagnostic {
            code: code.to_owned(),
            severity,
            file: spot.file.clone(),
            line: place.line,
            column: place.column,
            message: message.chars().take(MAX_MESSAGE).collect(),
            hint,
        });
    }

    /// A place within a text that begins at `place`: quoted on one line, a block whose lines stand
    /// as they are (`|`), or lines that are joined by one space each (`>`, plain).
    fn within(&self, file: &str, place: Place, (line, column): (u32, u32)) -> Place {
        let lines: Vec<&str> = self
            .texts
            .get(file)
            .map(|text| text.lines().collect())
            .unwrap_or_default();
        let last = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        // A quoted text may have more lines than the file: they are written in it as `\n`.
        let line = line
            .min(last.saturating_sub(place.line).saturating_add(1))
            .max(1);
        let first = usize::try_from(place.line).unwrap_or(0).saturating_sub(1);
        let skip = usize::try_from(place.column).unwrap_or(0).saturating_sub(1);
        let quoted = lines.get(first).and_then(|text| text.chars().nth(skip));
        if let Some('"' | '\'') = quoted {
            let column = if line == 1 { place.column + column } else { 1 };
            return Place {
                line: place.line + line - 1,
                column,
            };
        }
        let above = first.checked_sub(1).and_then(|n| lines.get(n));
        let above = above.map_or("", |text| text.trim_end().trim_end_matches(['-', '+']));
        if above.ends_with('|') || line > 1 {
            return Place {
                line: place.line + line - 1,
                column: place.column + column - 1,
            };
        }
        let mut left = column.saturating_sub(1);
        let mut at = place;
        for text in lines.iter().skip(first) {
            let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            if at.line > place.line {
                let indent = text.chars().count() - text.trim_start().chars().count();
                at.column = number(indent) + 1;
            }
            let end = number(text.trim_end().chars().count());
            let length = (end + 1).saturating_sub(at.column);
            if left < length || text.is_empty() {
                break;
            }
            left -= (length + 1).min(left);
            at.line += 1;
        }
        Place {
            line: at.line,
            column: at.column + left,
        }
    }
}
