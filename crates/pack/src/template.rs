//! Templates: minijinja with strict undefined and fuel, behind one module.
//!
//! A template sees the same roots as an expression. A name that is missing stops it: a mail with
//! a hole in it never leaves. There is no loader, no include, no macro of another file; size,
//! steps and output are capped.
//!
//! The tags are `if` and `for`, the tests `defined` and `undefined`; there are no comments. Filters, beside `upper`,
//! `lower` and `trim`:
//!
//! | filter | of | gives |
//! |---|---|---|
//! | `money` | `{minor, currency}` | `$22.00 AUD` |
//! | `date` | instant or day | `20 November 2026`, in the zone of the scope, else the pack's |
//! | `datetime` | instant | `20 November 2026, 14:22`, in the same zone |
//! | `weekday` | instant or day | `Friday` |
//! | `since(a)` | instant | seconds from `a` to it |
//! | `duration` | seconds | `68 h 48`, `2 d 6 h`, `12 min`, `40 s` |
//! | `days` | seconds | whole days, rounded down |
//! | `words` | text | itself with blanks for `_` |
//!
//! A field of a list that a `{{ }}` prints, as it is or through filters, is printed as what its value is called.
//! What is compared is the value.

mod filters;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono_tz::Tz;
use minijinja::{Environment, UndefinedBehavior};

use crate::expr::{Allowed, Scope, Shape};
use crate::value;

pub use filters::duration_words;

/// Longest template, in bytes.
pub const MAX_SOURCE: usize = 16_000;
/// Longest output, in bytes.
pub const MAX_OUTPUT: usize = 64_000;
/// Instructions that one rendering may take.
const FUEL: u64 = 20_000;
/// Deepest recursion.
const RECURSION: usize = 20;
const NAME: &str = "template";
/// With this begin the filters that say what values are called. No template can name one.
const TOLD: &str = "told_";
/// Under this the filters find the zone. No template can name it.
const ZONE: &str = "zone of instants";

/// A compiled template.
pub struct Template {
    /// As written.
    pub source: String,
    /// In which instants are shown, where the scope says no other.
    zone: Tz,
    /// None where it is the text as it stands: nothing is filled in.
    environment: Option<Environment<'static>>,
    /// Names that it reads, such as `record.amount`.
    names: BTreeSet<String>,
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Template").field(&self.source).finish()
    }
}

/// A template that does not compile, or that a missing value stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateError {
    /// What is wrong.
    pub message: String,
    /// Line in the template, from 1.
    pub line: u32,
}

impl Template {
    /// Compiles and checks the names that it reads. Instants are shown in `zone`, unless the scope says
    /// another.
    pub fn compile(source: &str, zone: Tz, allowed: &Allowed) -> Result<Self, TemplateError> {
        let at_start = |message: String| TemplateError { message, line: 1 };
        if source.len() > MAX_SOURCE {
            let message = format!("longer than {MAX_SOURCE} bytes ({} bytes)", source.len());
            return Err(at_start(message));
        }
        if !source.contains('{') {
            return Ok(Self {
                source: source.to_owned(),
                zone,
                environment: None,
                names: BTreeSet::new(),
            });
        }
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(RECURSION);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        filters::install(&mut environment);
        words::check(source)?;
        environment
            .add_template_owned(NAME, source.to_owned())
            .map_err(|error| plain(&error))?;
        let names = environment
            .get_template(NAME)
            .map_err(|error| plain(&error))?
            .undeclared_variables(true);
        let names: BTreeSet<String> = names.into_iter().collect();
        for name in &names {
            known(name, allowed).map_err(|message| TemplateError {
                message,
                line: line_of(source, name),
            })?;
        }
        tell(&mut environment, source, allowed).map_err(|error| plain(&error))?;
        Ok(Self {
            source: source.to_owned(),
            zone,
            environment: Some(environment),
            names,
        })
    }

    /// The names that it reads, such as `record.amount`.
    pub fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    /// Does it read `root.field`?
    pub fn reads_field(&self, root: &str, field: &str) -> bool {
        self.names.iter().any(|name| {
            let mut parts = name.split('.');
            parts.next() == Some(root) && parts.next() == Some(field)
        })
    }

    /// A template that gives nothing.
    pub(crate) fn empty() -> Self {
        Self {
            source: String::new(),
            zone: Tz::UTC,
            environment: None,
            names: BTreeSet::new(),
        }
    }

    /// Fills it in. A missing value, or too much of anything, is an error.
    pub fn render(&self, scope: &Scope<'_>) -> Result<String, TemplateError> {
        let Some(environment) = &self.environment else {
            // As the engine does with a text: its last line ends where it ends.
            let text = self.source.strip_suffix('\n').unwrap_or(&self.source);
            return Ok(text.strip_suffix('\r').unwrap_or(text).to_owned());
        };
        let template = environment
            .get_template(NAME)
            .map_err(|error| plain(&error))?;
        let mut output = Capped(Vec::new());
        template
            .render_captured_to(self.context(scope)?, &mut output)
            .map_err(|error| plain(&error))?;
        String::from_utf8(output.0).map_err(|_| TemplateError {
            message: "gives no text".to_owned(),
            line: 1,
        })
    }

    /// The fields that it reads of this root; one of which it reads several parts more than once.
    fn fields(&self, root: &str) -> impl Iterator<Item = &str> {
        let names = self.names.iter().filter_map(|name| name.split_once('.'));
        let fields = names.filter(move |(of, _)| *of == root);
        fields.map(|(_, field)| field.split_once('.').map_or(field, |(field, _)| field))
    }

    /// Those of them that are there.
    fn read<'t>(
        &self,
        (root, map): (&str, &serde_json::Map<String, serde_json::Value>),
        fields: impl Iterator<Item = &'t str>,
    ) -> Result<Vec<(&'t str, minijinja::Value)>, TemplateError> {
        let mut read: Vec<(&str, minijinja::Value)> = Vec::new();
        for name in fields {
            let found = map.get(name).filter(|found| !found.is_null());
            let Some(found) = found.filter(|_| read.last().is_none_or(|last| last.0 != name))
            else {
                continue;
            };
            // What is longer than the text may be has no place in it.
            if value::weight(found) > MAX_OUTPUT {
                return Err(TemplateError {
                    message: format!("`{root}.{name}` is too long for a text"),
                    line: line_of(&self.source, name),
                });
            }
            read.push((name, plain_value(found)));
        }
        Ok(read)
    }

    fn reads_now(&self) -> bool {
        self.names
            .iter()
            .any(|name| name == "now" || name.starts_with("now."))
    }

    /// What it reads, and nothing else. Null and missing are the same to a text: both leave a
    /// hole, so both are left out.
    fn context(&self, scope: &Scope<'_>) -> Result<minijinja::Value, TemplateError> {
        let zone = scope.zone.unwrap_or(self.zone);
        let mut roots = vec![(ZONE, minijinja::Value::from(zone.name()))];
        for (root, map) in [
            ("record", &scope.record),
            ("refs", &scope.refs),
            ("params", &scope.params),
            ("actor", &scope.actor),
            ("settings", &scope.settings),
            ("controls", &scope.controls),
            ("lookups", &scope.lookups),
            ("answers", &scope.answers),
        ] {
            let mut fields = self.fields(root).peekable();
            if fields.peek().is_some() {
                let read = self.read((root, map), fields)?;
                roots.push((root, minijinja::Value::from_pairs(read)));
            }
        }
        for (name, found) in scope.values.iter().filter(|(_, v)| !v.is_null()) {
            roots.push((name.as_str(), plain_value(found)));
        }
        if let Some(now) = scope.now.filter(|_| self.reads_now()) {
            roots.push(("now", minijinja::Value::from(value::instant_text(now))));
        }
        Ok(minijinja::Value::from_pairs(roots))
    }
}

/// Takes no more than [`MAX_OUTPUT`] bytes.
struct Capped(Vec<u8>);

impl std::io::Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_OUTPUT {
            return Err(std::io::Error::other("too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn plain_value(json: &serde_json::Value) -> minijinja::Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => minijinja::Value::from(()),
        Json::Bool(b) => (*b).into(),
        Json::Number(n) => match (n.as_i64(), n.as_f64()) {
            (Some(i), _) => i.into(),
            (None, Some(f)) => f.into(),
            (None, None) => minijinja::Value::from(()),
        },
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => items.iter().map(plain_value).collect::<Vec<_>>().into(),
        Json::Object(fields) => {
            minijinja::Value::from_pairs(fields.iter().map(|(k, v)| (k.as_str(), plain_value(v))))
        }
    }
}

/// Prints fields of a list as what their values are called: each goes through a filter that knows.
fn tell(
    environment: &mut Environment<'static>,
    source: &str,
    allowed: &Allowed,
) -> Result<(), minijinja::Error> {
    let mut lists = Vec::new();
    let text = words::told(source, |name| {
        lists.push(called(name, allowed)?);
        Some(format!("{TOLD}{}", lists.len()))
    });
    if lists.is_empty() {
        return Ok(());
    }
    for (at, words) in (1_usize..).zip(lists) {
        let filter = move |value: minijinja::Value| {
            let word = value.as_str().and_then(|value| words.get(value));
            word.map_or_else(|| value.clone(), |word| word.as_str().into())
        };
        environment.add_filter(format!("{TOLD}{at}"), filter);
    }
    environment.add_template_owned(NAME, text)
}

/// What the values of a name such as `record.reason` are called, where it is one of a list.
fn called(name: &str, allowed: &Allowed) -> Option<Arc<BTreeMap<String, String>>> {
    let mut parts = name.split('.');
    let mut shape = allowed.roots.get(parts.next()?)?;
    for part in parts {
        let Shape::Fields(names) = shape else {
            return None;
        };
        shape = names.get(part)?;
    }
    match shape {
        Shape::Words(words) => Some(Arc::clone(words)),
        Shape::Value | Shape::Fields(_) => None,
    }
}

fn known(name: &str, allowed: &Allowed) -> Result<(), String> {
    let mut parts = name.split('.');
    let root = parts.next().unwrap_or_default();
    let Some(mut shape) = allowed.roots.get(root) else {
        let near = crate::expr::nearest(root, allowed.roots.keys().map(String::as_str));
        return Err(format!("unknown name `{root}`{near}"));
    };
    let mut path = root.to_owned();
    while let Shape::Fields(names) = shape {
        let Some(field) = parts.next() else {
            return Err(format!("`{path}` must be followed by a field"));
        };
        let Some(next) = names.get(field) else {
            let near = crate::expr::nearest(field, names.keys().map(String::as_str));
            return Err(format!("unknown name `{path}.{field}`{near}"));
        };
        path = format!("{path}.{field}");
        shape = next;
    }
    Ok(())
}

fn line_of(source: &str, name: &str) -> u32 {
    let before = source.find(name).and_then(|at| source.get(..at));
    let lines = before.map_or(0, |text| text.matches('\n').count());
    u32::try_from(lines).unwrap_or(u32::MAX).saturating_add(1)
}

/// What stands there, as its author wrote it: without the filter that prints the words of a list, which
/// an error may name alone.
fn as_written(text: &str, range: std::ops::Range<usize>) -> Option<&str> {
    let what = text.get(range.clone())?;
    let what = match what.trim_start().starts_with(TOLD) {
        true => text.get(..range.start)?.rsplit("{{").next()?,
        false => what.split(&format!("|{TOLD}")).next()?,
    };
    Some(what.trim_matches(|letter: char| letter.is_whitespace() || letter == '|'))
}

/// The error without values: they may be personal.
fn plain(error: &minijinja::Error) -> TemplateError {
    use minijinja::ErrorKind;
    let line = error
        .line()
        .and_then(|n| u32::try_from(n).ok())
        .unwrap_or(1);
    let message = match error.kind() {
        ErrorKind::UndefinedError => {
            let source = error.template_source().zip(error.range());
            let what = source.and_then(|(text, range)| as_written(text, range));
            what.filter(|text| !text.is_empty() && text.len() < 80)
                .map_or_else(
                    || "a value is missing".to_owned(),
                    |text| format!("a value is missing: `{text}`"),
                )
        }
        ErrorKind::WriteFailure => format!("gives more than {MAX_OUTPUT} bytes"),
        ErrorKind::OutOfFuel => "takes too many steps".to_owned(),
        ErrorKind::SyntaxError
        | ErrorKind::UnknownFilter
        | ErrorKind::UnknownFunction
        | ErrorKind::UnknownTest => error
            .detail()
            .map_or_else(|| error.kind().to_string(), ToOwned::to_owned),
        kind => kind.to_string(),
    };
    TemplateError { message, line }
}
