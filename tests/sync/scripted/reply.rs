//! A request as it came, and an answer.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use watchkeeper_wire::feed::Line;
use watchkeeper_wire::problem::{Code, Problem};

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: BTreeMap<String, String>,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Clone)]
pub enum Reply {
    /// Whole.
    Full(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Says that it is longer than it is, and breaks off.
    Broken(&'static str, Vec<u8>),
    /// Pieces, one after the other, some many times.
    Pieces(&'static str, Vec<(Vec<u8>, usize)>),
    /// Pieces, compressed in this way as they stand.
    #[allow(dead_code)] // by one of those who share this file
    Encoded(&'static str, &'static str, Vec<(Vec<u8>, usize)>),
    /// Pieces, and then silence on an open connection.
    Open(&'static str, Vec<(Vec<u8>, usize)>),
    /// Nothing, and the connection is closed.
    Nothing,
}

impl Reply {
    pub fn json(value: &impl serde::Serialize) -> Self {
        let body = serde_json::to_vec(value).unwrap();
        Self::typed(200, "application/json", body)
    }

    pub fn typed(status: u16, media: &str, body: Vec<u8>) -> Self {
        Self::Full(status, vec![("content-type", media.to_owned())], body)
    }

    pub fn problem(code: Code) -> Self {
        let problem = Problem::new(code, None);
        let body = serde_json::to_vec(&problem).unwrap();
        Self::typed(problem.status, "application/problem+json", body)
    }

    pub fn lines(lines: &[Line]) -> Self {
        Self::typed(200, "application/x-ndjson", ndjson(lines).into_bytes())
    }
}

/// Lines as they go over the wire.
pub fn ndjson(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        writeln!(text, "{}", serde_json::to_string(line).unwrap()).unwrap();
    }
    text
}
