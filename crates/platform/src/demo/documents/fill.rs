//! Which records have a file, and what the words in it speak of.
//!
//! A text names what records hold, as `{order.total}`. An instant is said with day and time, or in
//! one of the forms `{order.placed_at|day}`, `time` and `iso`, and may be moved by hours, as
//! `{order.shipped_at+1.5}`; `{dispute.reason|words}` says a name in words.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta};
use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{File, sha256};

type Body = Map<String, Value>;

/// The section `documents` of a world.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Documents {
    /// Records that a text may name, beside the one that has the file.
    #[serde(default)]
    names: Vec<Name>,
    /// What no record holds and a text may name as well: kind → id → fields.
    #[serde(default)]
    beside: BTreeMap<String, BTreeMap<String, Body>>,
    /// The files.
    #[serde(default)]
    files: Vec<Files>,
}

/// What a text calls a record.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    name: String,
    kind: String,
    /// Its id, with what the record and the names before this one hold.
    id: String,
}

/// One file for each of these records.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Files {
    kind: String,
    ids: Vec<String>,
    /// What the file holds; read as [`File`] once its words are filled in.
    file: Value,
    #[serde(default)]
    fields: Fields,
    /// Of which the stored file is not any more what was added.
    #[serde(default)]
    wrong_hash: Vec<String>,
}

/// Fields of the record that say what its file is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Fields {
    bytes: String,
    sha256: String,
    media: String,
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            bytes: "bytes".to_owned(),
            sha256: "sha256".to_owned(),
            media: "media".to_owned(),
        }
    }
}

/// A record that may have a file.
#[derive(Debug)]
pub struct Row<'a> {
    /// Kind.
    pub kind: &'a str,
    /// Id.
    pub id: &'a str,
    /// Fields.
    pub body: &'a mut Body,
}

/// A file to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Their hash.
    pub sha256: String,
    /// The hash that the record states.
    pub stated: String,
}

impl Documents {
    /// Makes the files and says in their records what they are.
    ///
    /// # Errors
    /// Says in words what no file can be made of.
    pub fn fill(&self, mut rows: Vec<Row<'_>>, zone: Tz) -> Result<Vec<Stored>, String> {
        let mut made = Vec::new();
        let mut known = Known::default();
        for row in &rows {
            known.add(row.kind, row.id, row.body);
        }
        for (kind, of_kind) in &self.beside {
            for (id, body) in of_kind {
                known.add(kind, id, body);
            }
        }
        for files in &self.files {
            for id in &files.ids {
                let problem = |error: String| format!("file of {}/{id}: {error}", files.kind);
                let file = self.file(files, id, &known, zone).map_err(problem)?;
                let bytes = file.bytes().map_err(problem)?;
                let sha256 = sha256(&bytes);
                let stated = match files.wrong_hash.contains(id) {
                    true => hash_before(&bytes),
                    false => sha256.clone(),
                };
                let stored = Stored {
                    bytes,
                    sha256,
                    stated,
                };
                made.push((files, id, file.media(), stored));
            }
        }
        let mut places = BTreeMap::new();
        for row in &mut rows {
            places.insert((row.kind, row.id), &mut *row.body);
        }
        for (files, id, media, stored) in &made {
            let body = places.get_mut(&(files.kind.as_str(), id.as_str()));
            if let Some(body) = body {
                let fields = &files.fields;
                body.insert(fields.bytes.clone(), stored.bytes.len().into());
                body.insert(fields.sha256.clone(), stored.stated.as_str().into());
                body.insert(fields.media.clone(), (*media).into());
            }
        }
        Ok(made.into_iter().map(|(.., stored)| stored).collect())
    }

    fn file(&self, of: &Files, id: &str, known: &Known<'_>, zone: Tz) -> Result<File, String> {
        let own = known.get(&of.kind, id)?;
        let mut words = Words {
            own,
            named: BTreeMap::new(),
            zone,
        };
        for name in &self.names {
            let id = words.filled(&name.id)?;
            let body = known.get(&name.kind, &id)?;
            words.named.insert(&name.name, body);
        }
        let file = words.filled_in(&of.file)?;
        serde_json::from_value(file).map_err(|error| error.to_string())
    }
}

/// Hash that a file had before its last bit turned over.
fn hash_before(bytes: &[u8]) -> String {
    let mut before = bytes.to_vec();
    if let Some(last) = before.last_mut() {
        *last ^= 1;
    }
    sha256(&before)
}

/// All that a text can name, by kind and id.
#[derive(Default)]
struct Known<'a>(BTreeMap<(&'a str, &'a str), &'a Body>);

impl<'a> Known<'a> {
    fn add(&mut self, kind: &'a str, id: &'a str, body: &'a Body) {
        self.0.insert((kind, id), body);
    }

    fn get(&self, kind: &str, id: &str) -> Result<&'a Body, String> {
        let found = self.0.get(&(kind, id)).copied();
        found.ok_or_else(|| format!("no {kind} {id}"))
    }
}

/// What the words of one file speak of.
struct Words<'a> {
    own: &'a Body,
    named: BTreeMap<&'a str, &'a Body>,
    zone: Tz,
}

impl Words<'_> {
    /// The same value, with all its texts filled in.
    fn filled_in(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => self.filled(text)?.into(),
            Value::Array(parts) => {
                let parts = parts.iter().map(|part| self.filled_in(part));
                Value::Array(parts.collect::<Result<_, _>>()?)
            }
            Value::Object(parts) => {
                let parts = parts.iter();
                let parts = parts.map(|(name, part)| Ok((name.clone(), self.filled_in(part)?)));
                Value::Object(parts.collect::<Result<_, String>>()?)
            }
            _ => value.clone(),
        })
    }

    fn filled(&self, text: &str) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (named, after) = after
                .split_once('}')
                .ok_or_else(|| format!("{text}: a brace stays open"))?;
            out.push_str(before);
            out.push_str(&self.said(named)?);
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// What `order.placed_at+2|day` stands for.
    fn said(&self, named: &str) -> Result<String, String> {
        let (path, form) = named.split_once('|').unwrap_or((named, ""));
        let moved = path.find(['+', '-']).unwrap_or(path.len());
        let (path, hours) = path.split_at_checked(moved).unwrap_or((path, ""));
        let (body, field) = match path.split_once('.') {
            Some((name, field)) => (self.named.get(name).copied(), field),
            None => (Some(self.own), path),
        };
        let value = body.and_then(|body| body.get(field));
        match value {
            Some(Value::String(text)) => match DateTime::parse_from_rfc3339(text) {
                Ok(at) => self.instant(at.to_utc(), hours, form),
                Err(_) if form == "words" => Ok(text.replace('_', " ")),
                Err(_) => Ok(text.clone()),
            },
            Some(Value::Number(number)) => Ok(number.to_string()),
            Some(Value::Object(parts)) => money(parts),
            _ => Err(format!("nothing is called {named}")),
        }
    }

    fn instant(
        &self,
        at: DateTime<chrono::Utc>,
        hours: &str,
        form: &str,
    ) -> Result<String, String> {
        let hours: f64 = match hours {
            "" => 0.0,
            _ => hours.parse().map_err(|_| format!("{hours} hours"))?,
        };
        #[allow(clippy::cast_possible_truncation)] // some days
        let by = TimeDelta::seconds((hours * 3600.0).round() as i64);
        let at = (at + by).with_timezone(&self.zone);
        match form {
            "" => Ok(at.format("%-d %B %Y, %H:%M %Z").to_string()),
            "day" => Ok(at.format("%-d %B %Y").to_string()),
            "time" => Ok(at.format("%H:%M").to_string()),
            "iso" => Ok(at.to_rfc3339()),
            _ => Err(format!("no form {form}")),
        }
    }
}

/// An amount as it stands on an American bill, else with its currency.
fn money(parts: &Body) -> Result<String, String> {
    let minor = parts.get("minor").and_then(Value::as_i64);
    let currency = parts.get("currency").and_then(Value::as_str);
    let (Some(minor), Some(currency)) = (minor, currency) else {
        return Err("an object that is no amount".to_owned());
    };
    let amount = format!("{}.{:02}", minor / 100, (minor % 100).abs());
    Ok(match currency {
        "USD" => format!("${amount}"),
        _ => format!("{amount} {currency}"),
    })
}
