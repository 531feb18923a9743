//! Problems as they are found, with their places.

use std::collections::BTreeMap;

use super::yaml::{Place, Places};
use crate::diagnostic::{Diagnostic, Severity};
use crate::expr::{Allowed, ExprError, Program};
use crate::template::Template;

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
    places: BTreeMap<String, Places>,
    lines: BTreeMap<String, Vec<String>>,
}

impl Problems {
    pub fn read(&mut self, file: &str, places: Places, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let lines = text.lines().map(ToOwned::to_owned).collect();
        self.places.insert(file.to_owned(), places);
        self.lines.insert(file.to_owned(), lines);
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

    pub fn program(&mut self, spot: &Spot, source: &str, allowed: &Allowed) -> Option<Program> {
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

    pub fn template(
        &mut self,
        spot: &Spot,
        source: &str,
        zone: chrono_tz::Tz,
        allowed: &Allowed,
    ) -> Option<Template> {
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
        let found = self.places.get(&spot.file).and_then(|p| p.find(&spot.path));
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
            message,
            hint,
        });
    }

    /// A place within a text, which may be plain, quoted, or a block of its own lines.
    fn within(&self, file: &str, place: Place, (line, column): (u32, u32)) -> Place {
        let nth = |n: u32| {
            let lines = self.lines.get(file)?;
            lines.get(usize::try_from(n).ok()?.checked_sub(1)?)
        };
        let skip = usize::try_from(place.column.saturating_sub(1)).unwrap_or(0);
        match nth(place.line).and_then(|text| text.chars().nth(skip)) {
            Some('|' | '>') => {
                let first = nth(place.line + 1).map_or("", String::as_str);
                let indent = first.len() - first.trim_start().len();
                Place {
                    line: place.line + line,
                    column: u32::try_from(indent).unwrap_or(0) + column,
                }
            }
            Some('"' | '\'') if line == 1 => Place {
                line: place.line,
                column: place.column + column,
            },
            _ if line == 1 => Place {
                line: place.line,
                column: place.column + column - 1,
            },
            _ => Place {
                line: place.line + line - 1,
                column: place.column,
            },
        }
    }
}
