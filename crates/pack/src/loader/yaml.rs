//! YAML: the typed value, and where each part of it stands.
//!
//! A file is read once, as a plain tree, and becomes what it should be from there. Only where that
//! fails is it read again as what it should be, for the place of the mistake; and only where there
//! is something to tell is it read for the places of its parts.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{self, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

use super::problems::MAX_MESSAGE;
use crate::diagnostic::{Diagnostic, Severity};
use crate::value::MAX_INTEGER;

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub line: u32,
    pub column: u32,
}

/// Places by path, such as `actions/approve/policy/0/when`. The path of a key ends with `/@`.
#[derive(Debug, Default)]
pub(super) struct Places(BTreeMap<String, Place>);

impl Places {
    /// Of a file that parses.
    pub fn of(text: &str) -> Self {
        let mut places = Self::default();
        if let Ok(tree) = serde_saphyr::from_str_with_options(text, options()) {
            walk(&mut String::new(), &tree, &mut places);
        }
        places
    }

    /// The place of the value at `path`, else of the nearest one above.
    pub fn find(&self, path: &str) -> Option<Place> {
        let mut path = path;
        loop {
            if let Some(place) = self.0.get(path) {
                return Some(*place);
            }
            path = path.strip_suffix("/@").unwrap_or(path);
            if let Some(place) = self.0.get(path) {
                return Some(*place);
            }
            path = path.rsplit_once('/').map_or("", |(above, _)| above);
            if path.is_empty() {
                return self.0.get("").copied();
            }
        }
    }
}

/// Parses one file. No anchors, no aliases, one document, little of everything.
pub(super) fn parse<T: DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<T, Diagnostic> {
    parse_with_keys(file, bytes, ["", ""]).map(|(value, _)| value)
}

/// The keys of a part as the file lists them, each with those of a part of its own.
pub(super) type Keys = Vec<(String, Vec<String>)>;

/// The same, and the keys of one of its parts with those of a part below each.
pub(super) fn parse_with_keys<T: DeserializeOwned>(
    file: &str,
    bytes: &[u8],
    [part, below]: [&str; 2],
) -> Result<(T, Keys), Diagnostic> {
    let problem = |code: &str, line, column, message: String| Diagnostic {
        code: code.to_owned(),
        severity: Severity::Error,
        file: file.to_owned(),
        line,
        column,
        message,
        hint: None,
    };
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let mut lines = good.split(|b| *b == b'\n');
        let line = u32::try_from(lines.clone().count()).unwrap_or(0);
        let last = lines.next_back().unwrap_or_default();
        let column = String::from_utf8_lossy(last).chars().count() + 1;
        let column = u32::try_from(column).unwrap_or(1);
        problem("pack.not_utf8", line, column, "not UTF-8".into())
    })?;
    let told = |error: serde_saphyr::Error| {
        let error = error.without_snippet();
        let place = error.location();
        let number = |n: Option<u64>| n.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        let message = error.to_string();
        let message: String = message.chars().take(MAX_MESSAGE).collect();
        problem(
            "pack.yaml",
            number(place.map(|p| p.line())),
            number(place.map(|p| p.column())),
            first_line(&message),
        )
    };
    if text.starts_with('\u{feff}') {
        let message = "begins with a mark of byte order: save it as UTF-8 without one";
        return Err(problem("pack.yaml", 1, 1, message.to_owned()));
    }
    // First the tree: what is too much is told before it is read as anything.
    let tree: Node = serde_saphyr::from_str_with_options(text, options()).map_err(told)?;
    let keys = tree.part(part).iter();
    let keys = keys.map(|(key, node)| {
        let below = node.part(below).iter().map(|(key, _)| key.clone());
        (key.clone(), below.collect::<Vec<_>>())
    });
    let keys: Keys = keys.collect();
    let value = match tree.value().map(serde_json::from_value) {
        Some(Ok(value)) => value,
        // Scalars may mean more to YAML: a number without quotes may stand for a text.
        _ => serde_saphyr::from_str_with_options(text, options()).map_err(told)?,
    };
    Ok((value, keys))
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().trim().to_owned()
}

/// Most entries of a list or map: twice the most that any part of a pack may have. More would only
/// be told one by one.
const MAX_ENTRIES: usize = 200;
/// Deepest nesting: a pack needs eleven levels.
const MAX_DEPTH: usize = 24;

/// A file has at most 256 KiB: nodes and text follow from what such a file may sensibly hold. What
/// refers to another place, or says its own type, is not offered.
fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 40_000,
            max_nodes: 20_000,
            max_depth: MAX_DEPTH,
            max_documents: 1,
            max_aliases: 0,
            max_anchors: 0,
            max_merge_keys: 0,
            max_total_scalar_bytes: 512 << 10,
            flow_nesting_limit: MAX_DEPTH,
        },
        with_snippet: false,
        strict_booleans: true,
        reject_unsupported_tags: true,
    }
}

/// A plain value.
enum Node {
    Scalar(Value),
    /// A number that JSON does not know.
    Other,
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// What stands below one of its keys, in its order; nothing where there is no map.
    fn part(&self, key: &str) -> &[(String, Self)] {
        let Self::Map(entries) = self else {
            return &[];
        };
        match entries.iter().find(|(own, _)| own == key) {
            Some((_, Self::Map(below))) => below,
            _ => &[],
        }
    }

    /// As JSON; none where it cannot say the same.
    fn value(self) -> Option<Value> {
        Some(match self {
            Self::Scalar(value) => value,
            Self::Other => return None,
            Self::List(items) => {
                let items = items.into_iter().map(Self::value);
                Value::Array(items.collect::<Option<_>>()?)
            }
            Self::Map(entries) => {
                let mut fields = Map::new();
                for (key, value) in entries {
                    if fields.insert(key, value.value()?).is_some() {
                        return None;
                    }
                }
                Value::Object(fields)
            }
        })
    }
}

impl<'de> Tree<'de> for Node {
    type Key = String;
    type Part = Self;
    const IS_BOUNDED: bool = true;

    fn scalar(value: impl Into<Value>) -> Self {
        Self::Scalar(value.into())
    }
    fn other() -> Self {
        Self::Other
    }
    fn list(items: Vec<Self>) -> Self {
        Self::List(items)
    }
    fn map(entries: Vec<(String, Self)>) -> Self {
        Self::Map(entries)
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor::<Self>(PhantomData))
    }
}

/// A value and where it stands; the value itself does not matter.
enum Placed {
    Scalar,
    List(Vec<Spanned<Placed>>),
    Map(Vec<(Spanned<String>, Spanned<Placed>)>),
}

impl<'de> Tree<'de> for Placed {
    type Key = Spanned<String>;
    type Part = Spanned<Self>;
    const IS_BOUNDED: bool = false;

    fn scalar(_: impl Into<Value>) -> Self {
        Self::Scalar
    }
    fn other() -> Self {
        Self::Scalar
    }
    fn list(items: Vec<Spanned<Self>>) -> Self {
        Self::List(items)
    }
    fn map(entries: Vec<(Spanned<String>, Spanned<Self>)>) -> Self {
        Self::Map(entries)
    }
}

impl<'de> Deserialize<'de> for Placed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor::<Self>(PhantomData))
    }
}

/// What a value is read as.
trait Tree<'de>: Deserialize<'de> {
    type Key: Deserialize<'de>;
    type Part: Deserialize<'de>;
    /// What is too much is a mistake; whoever reads for the second time has been told.
    const IS_BOUNDED: bool;

    fn scalar(value: impl Into<Value>) -> Self;
    /// A number that JSON does not know.
    fn other() -> Self;
    fn list(items: Vec<Self::Part>) -> Self;
    fn map(entries: Vec<(Self::Key, Self::Part)>) -> Self;
}

struct TreeVisitor<T>(PhantomData<T>);

impl<'de, T: Tree<'de>> TreeVisitor<T> {
    fn whole<E: de::Error>(number: u64) -> Result<(), E> {
        if T::IS_BOUNDED {
            return safe(number);
        }
        Ok(())
    }

    fn entries<E: de::Error>(entries: usize) -> Result<(), E> {
        if T::IS_BOUNDED {
            return within(entries);
        }
        Ok(())
    }
}

impl<'de, T: Tree<'de>> Visitor<'de> for TreeVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_bool<E>(self, answer: bool) -> Result<T, E> {
        Ok(T::scalar(answer))
    }
    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        Self::whole::<E>(number.unsigned_abs())?;
        Ok(T::scalar(number))
    }
    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        Self::whole::<E>(number)?;
        Ok(T::scalar(number))
    }
    fn visit_i128<E: de::Error>(self, _: i128) -> Result<T, E> {
        Self::whole::<E>(u64::MAX)?;
        Ok(T::other())
    }
    fn visit_u128<E: de::Error>(self, _: u128) -> Result<T, E> {
        Self::whole::<E>(u64::MAX)?;
        Ok(T::other())
    }
    fn visit_f64<E>(self, number: f64) -> Result<T, E> {
        let number = serde_json::Number::from_f64(number);
        Ok(number.map_or_else(T::other, T::scalar))
    }
    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::scalar(text))
    }
    fn visit_string<E>(self, text: String) -> Result<T, E> {
        Ok(T::scalar(text))
    }
    fn visit_none<E>(self) -> Result<T, E> {
        Ok(T::scalar(Value::Null))
    }
    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::scalar(Value::Null))
    }
    fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<T, D::Error> {
        T::deserialize(d)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
            Self::entries::<A::Error>(items.len())?;
        }
        Ok(T::list(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
            Self::entries::<A::Error>(entries.len())?;
        }
        Ok(T::map(entries))
    }
}

fn within<E: de::Error>(entries: usize) -> Result<(), E> {
    if entries > MAX_ENTRIES {
        return Err(E::custom(format!("more than {MAX_ENTRIES} entries")));
    }
    Ok(())
}

/// A whole number that JSON carries as it is.
fn safe<E: de::Error>(number: u64) -> Result<(), E> {
    if number > MAX_INTEGER.unsigned_abs() {
        let message = "a whole number beyond 2^53; in quotes it is text";
        return Err(E::custom(message));
    }
    Ok(())
}

fn place<T>(spanned: &Spanned<T>) -> Place {
    let number = |n: u64| u32::try_from(n).unwrap_or(0);
    Place {
        line: number(spanned.referenced.line()),
        column: number(spanned.referenced.column()),
    }
}

fn walk(path: &mut String, node: &Spanned<Placed>, places: &mut Places) {
    places.0.insert(path.clone(), place(node));
    let length = path.len();
    let enter = |path: &mut String, name: &str| {
        if length > 0 {
            path.push('/');
        }
        path.push_str(name);
    };
    match &node.value {
        Placed::Scalar => {}
        Placed::List(items) => {
            for (index, item) in items.iter().enumerate() {
                enter(path, &index.to_string());
                walk(path, item, places);
                path.truncate(length);
            }
        }
        Placed::Map(entries) => {
            for (key, value) in entries {
                enter(path, &key.value);
                places.0.insert(format!("{path}/@"), place(key));
                walk(path, value, places);
                path.truncate(length);
            }
        }
    }
}
