//! One line of the feed, read by itself: a bad one is set aside and never stops the others
//! (faults 22, 23).
//!
//! Stricter than `serde_json` in one thing: a key that stands twice in an object is an error,
//! because two readers could then see two different records in the same bytes.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use watchkeeper_wire::feed::{Line, PageEnd, PageHead, Record};
use watchkeeper_wire::operation::Verdict;

use super::client::RawLine;
use super::client::lines::KEPT_BYTES;

/// A line that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// Kind of the record, where it could be told.
    pub kind: Option<String>,
    /// Its id, where it could be told.
    pub id: Option<String>,
    /// Its place in the feed, where it could be told.
    pub seq: Option<u64>,
    /// What is wrong with it.
    pub problem: String,
    /// Its first bytes.
    pub raw: Vec<u8>,
    /// How long it was.
    pub bytes: u64,
    /// SHA-256 of all of it, hex.
    pub hash: String,
}

impl Bad {
    /// Names it in the quarantine: the record where it could be told, else the bytes.
    pub fn key(&self) -> String {
        match (&self.kind, &self.id) {
            (Some(kind), Some(id)) => format!("{kind}/{id}"),
            _ => self.hash.clone(),
        }
    }

    /// A line that is whole, but wrong in this way.
    pub fn of(line: &[u8], problem: String) -> Self {
        let peeked = peek(line);
        Self {
            kind: peeked.kind,
            id: peeked.id,
            seq: peeked.seq,
            problem,
            raw: line.iter().copied().take(KEPT_BYTES).collect(),
            bytes: line.len() as u64,
            hash: hex::encode(Sha256::digest(line)),
        }
    }
}

/// Reads a line.
pub fn parse(line: &RawLine) -> Result<Line, Box<Bad>> {
    match line {
        RawLine::Whole(bytes) => read(bytes).map_err(|problem| Box::new(Bad::of(bytes, problem))),
        RawLine::TooLarge { head, bytes, hash } => {
            let peeked = peek(head);
            Err(Box::new(Bad {
                kind: peeked.kind,
                id: peeked.id,
                seq: peeked.seq,
                problem: format!("too large: {bytes} bytes"),
                raw: head.clone(),
                bytes: *bytes,
                hash: hash.clone(),
            }))
        }
    }
}

/// Every line of the feed has some of these. Derived, so that a field that stands twice is refused.
#[derive(Deserialize)]
struct Flat {
    #[serde(rename = "type")]
    type_: String,
    seq: Option<u64>,
    record: Option<FlatRecord>,
    kind: Option<String>,
    id: Option<String>,
    verdict: Option<Verdict>,
    epoch: Option<String>,
    snapshot: Option<bool>,
    server_time: Option<chrono::DateTime<chrono::Utc>>,
    cursor: Option<String>,
    more: Option<bool>,
    snapshot_complete: Option<bool>,
}

#[derive(Deserialize)]
struct FlatRecord {
    kind: String,
    id: String,
    revision: u64,
    updated_at: chrono::DateTime<chrono::Utc>,
    body: StrictMap,
}

fn read(bytes: &[u8]) -> Result<Line, String> {
    let flat: Flat = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    match flat.type_.as_str() {
        "page" => Ok(Line::Page(PageHead {
            epoch: there(flat.epoch, "epoch")?,
            snapshot: there(flat.snapshot, "snapshot")?,
            server_time: there(flat.server_time, "server_time")?,
        })),
        "upsert" => {
            let record = there(flat.record, "record")?;
            Ok(Line::Upsert {
                seq: number(there(flat.seq, "seq")?, "seq")?,
                record: Record {
                    kind: record.kind,
                    id: record.id,
                    revision: number(record.revision, "revision")?,
                    updated_at: record.updated_at,
                    body: record.body.0,
                },
            })
        }
        "remove" => Ok(Line::Remove {
            seq: number(there(flat.seq, "seq")?, "seq")?,
            kind: there(flat.kind, "kind")?,
            id: there(flat.id, "id")?,
        }),
        "verdict" => Ok(Line::Verdict {
            seq: number(there(flat.seq, "seq")?, "seq")?,
            verdict: there(flat.verdict, "verdict")?,
        }),
        "end" => Ok(Line::End(PageEnd {
            cursor: there(flat.cursor, "cursor")?,
            more: there(flat.more, "more")?,
            snapshot_complete: flat.snapshot_complete.unwrap_or(false),
        })),
        _ => Err("a line of a type that this app does not know".into()),
    }
}

fn there<T>(value: Option<T>, name: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("missing field `{name}`"))
}

/// Places and revisions are exact in JSON: within 2^53.
fn number(value: u64, name: &str) -> Result<u64, String> {
    if value <= 1 << 53 {
        Ok(value)
    } else {
        Err(format!("`{name}` is beyond 2^53"))
    }
}

/// A JSON object in which no key stands twice, at any depth.
struct StrictMap(Map<String, Value>);

impl<'de> Deserialize<'de> for StrictMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Strict.deserialize(deserializer)? {
            Value::Object(map) => Ok(Self(map)),
            _ => Err(serde::de::Error::custom("`body` is not an object")),
        }
    }
}

#[derive(Clone, Copy)]
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(self)? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = object.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(serde::de::Error::custom(format!(
                    "`{key}` stands twice in one object"
                )));
            }
            map.insert(key, object.next_value_seed(self)?);
        }
        Ok(map.into())
    }
}

/// What a line that was set aside says of what the platform has, as far as its beginning reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aside {
    /// It is of no record.
    NoRecord,
    /// The platform has its record at this revision.
    At(u64),
    /// The platform has its record no more.
    Gone,
    /// That does not read.
    Unknown,
}

/// What the first bytes of a line that was set aside say of what the platform has.
pub fn aside(raw: &[u8]) -> Aside {
    let peeked = peek(raw);
    match (peeked.type_.as_deref(), peeked.revision) {
        (Some("verdict"), _) => Aside::NoRecord,
        (Some("remove"), _) => Aside::Gone,
        (Some("upsert"), Some(Some(revision))) => Aside::At(revision),
        _ => Aside::Unknown,
    }
}

/// What can be told of a line that does not read, or of its beginning.
#[derive(Default)]
struct Peeked {
    type_: Option<String>,
    /// Known, but none, where it is no number or stands twice.
    revision: Option<Option<u64>>,
    seq: Option<u64>,
    kind: Option<String>,
    id: Option<String>,
}

fn peek(bytes: &[u8]) -> Peeked {
    let mut peeked = Peeked::default();
    // Whatever was met before the error stays.
    let _ = Peek(&mut peeked).deserialize(&mut serde_json::Deserializer::from_slice(bytes));
    peeked
}

struct Peek<'a>(&'a mut Peeked);

impl<'de> DeserializeSeed<'de> for Peek<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Peek<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a line of the feed")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(key) = object.next_key::<String>()? {
            match key.as_str() {
                "seq" => {
                    let seq: Value = object.next_value()?;
                    self.0.seq = seq.as_u64().filter(|seq| *seq <= 1 << 53);
                }
                "type" if self.0.type_.is_none() => {
                    let word: Value = object.next_value()?;
                    self.0.type_ = word.as_str().map(ToOwned::to_owned);
                }
                "revision" => {
                    let revision: Value = object.next_value()?;
                    let read = revision.as_u64().filter(|read| *read <= 1 << 53);
                    self.0.revision = Some(read.filter(|_| self.0.revision.is_none()));
                }
                "kind" => self.0.kind = Some(object.next_value()?),
                "id" => self.0.id = Some(object.next_value()?),
                "record" => {
                    // A record says nothing of what its line is.
                    self.0.type_.get_or_insert_with(String::new);
                    object.next_value_seed(Peek(self.0))?;
                }
                _ => {
                    object.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn line(text: &str) -> Result<Line, Box<Bad>> {
        parse(&RawLine::Whole(text.as_bytes().to_vec()))
    }

    fn upsert(body: &str) -> String {
        format!(
            r#"{{"type":"upsert","seq":5,"record":{{"kind":"parcel","id":"p1","revision":2,
            "updated_at":"2026-11-20T03:00:00Z","new":1,"body":{body}}}}}"#
        )
    }

    #[test]
    fn what_the_contract_writes_is_read_again() {
        let record = Record {
            kind: "parcel".into(),
            id: "p1".into(),
            revision: 2,
            updated_at: "2026-11-20T03:00:00Z".parse().unwrap(),
            body: serde_json::from_str(r#"{"a":[1,{"b":null}],"c":1.5}"#).unwrap(),
        };
        let lines = [
            Line::Page(PageHead {
                epoch: "e".into(),
                snapshot: true,
                server_time: record.updated_at,
            }),
            Line::Upsert {
                seq: 5,
                record: record.clone(),
            },
            Line::Remove {
                seq: 6,
                kind: "parcel".into(),
                id: "p1".into(),
            },
            Line::End(PageEnd {
                cursor: "c".into(),
                more: true,
                snapshot_complete: false,
            }),
        ];
        for written in lines {
            let text = serde_json::to_string(&written).unwrap();
            assert_eq!(line(&text).unwrap(), written);
        }
    }

    #[test]
    fn bad_lines_name_their_record_and_their_problem() {
        let cases = [
            (upsert(r#"{"a":1,"a":2}"#), "stands twice"),
            (upsert(r#"{"a":{"b":1,"b":1}}"#), "stands twice"),
            (upsert(r#"{"a":NaN}"#), "expected value"),
            (upsert("7"), "not an object"),
        ];
        for (text, problem) in cases {
            let bad = line(&text).unwrap_err();
            assert!(bad.problem.contains(problem), "{}", bad.problem);
            assert_eq!(bad.key(), "parcel/p1");
            assert_eq!(bad.seq, Some(5));
        }
        let text =
            r#"{"type":"upsert","seq":9223372036854775808,"record":{"kind":"parcel","id":"p"}}"#;
        assert!(line(text).unwrap_err().problem.contains("missing field"));
        let bad = line("nonsense").unwrap_err();
        assert_eq!(bad.key().len(), 64);
        assert!(line(r#"{"type":"poem"}"#).is_err());
        assert!(line(r#"{"type":"remove","seq":1,"seq":2,"kind":"a","id":"b"}"#).is_err());
        let beyond = upsert("{}").replace("\"revision\":2", "\"revision\":9223372036854775808");
        assert!(line(&beyond).unwrap_err().problem.contains("2^53"));
    }

    #[test]
    fn what_a_line_says_of_what_the_platform_has_is_read_from_its_beginning() {
        let whole = upsert(r#"{"a":NaN}"#);
        let cut = upsert(&format!(r#"{{"blob":"{}"#, "x".repeat(99)));
        for text in [&whole, &cut, &upsert("7")] {
            assert_eq!(aside(text.as_bytes()), Aside::At(2), "{text}");
        }
        let with = |revision: &str| whole.replace("\"revision\":2", revision);
        for text in [
            with("\"revision\":9223372036854775808"),
            with("\"revision\":\"2\""),
            with("\"revision\":2,\"revision\":3"),
            whole.chars().take(30).collect(),
            "nonsense".to_owned(),
        ] {
            assert_eq!(aside(text.as_bytes()), Aside::Unknown, "{text}");
        }
        let gone = br#"{"type":"remove","seq":"x","kind":"parcel","id":"p1"}"#;
        assert_eq!(aside(gone), Aside::Gone);
        let verdict = br#"{"type":"verdict","seq":7,"verdict":{"word":"perhaps"}}"#;
        assert_eq!(aside(verdict), Aside::NoRecord);
        // What a newer platform says may be of any record.
        assert_eq!(aside(br#"{"type":"poem","seq":7}"#), Aside::Unknown);
    }

    #[test]
    fn the_beginning_of_a_line_that_is_too_large_tells_which_record_it_was() {
        let text = upsert(r#"{"blob":"xxxx"#);
        let head = text.into_bytes();
        let bad = parse(&RawLine::TooLarge {
            head,
            bytes: 500_000_000,
            hash: "h".into(),
        })
        .unwrap_err();
        assert_eq!(bad.key(), "parcel/p1");
        assert!(bad.problem.contains("too large"));
        assert_eq!(bad.bytes, 500_000_000);
    }
}
