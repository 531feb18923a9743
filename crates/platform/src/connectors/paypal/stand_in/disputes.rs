//! Disputes of the stand-in, and evidence for them.
//!
//! Kept rules: evidence is taken while a dispute waits for the seller and its date has not passed; then it
//! is under review, and shows no link for evidence any more. A request comes in parts, `input` and files;
//! each file is a PDF or picture below 10 MB, with a plain name, and there are 50 MB of them at most; a
//! dispute shows what was submitted with its notes. There is no key under which a request is one with its
//! repetition.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::{Value, json};

use super::{PaypalStandIn, instant, problem, unknown, unprocessable};
use crate::Platform;
use crate::connectors::mood::Mode;
use crate::connectors::stand_in::{Asked, Said};
use crate::problem::ApiError;

/// `due`, `at` in seconds since 1970.
pub(super) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS paypal_dispute (
    id TEXT NOT NULL PRIMARY KEY, status TEXT NOT NULL, due INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS paypal_evidence (
    place INTEGER PRIMARY KEY AUTOINCREMENT, dispute TEXT NOT NULL, piece TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS paypal_evidence_dispute ON paypal_evidence (dispute, place);
";

/// Bytes of a request with evidence that are read, at most.
const MAX_REQUEST: usize = 64 << 20;
/// A file has to be smaller.
const MAX_FILE: usize = 10_000_000;
const MAX_FILES: usize = 50_000_000;
const MAX_NOTES: usize = 2_000;
const ENDINGS: [&str; 5] = ["jpg", "jpeg", "gif", "png", "pdf"];
/// Moods that concern evidence. Of what is pending it is said that it was taken, and it shows later.
pub(super) const GIVING: &[Mode] = &[
    Mode::TimeoutBefore,
    Mode::TimeoutAfter,
    Mode::LostAnswer,
    Mode::Late,
    Mode::Twice,
    Mode::Refuse,
    Mode::RateLimit,
    Mode::Pending,
    Mode::Part,
    Mode::Unseen,
    Mode::NotesLost,
];
/// What does not show at first does so much later.
const REST: TimeDelta = TimeDelta::hours(1);
const WAITING: &str = "WAITING_FOR_SELLER_RESPONSE";
const REVIEWED: &str = "UNDER_REVIEW";

/// A dispute at PayPal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// Its id.
    pub id: String,
    /// PayPal's word for where it stands, such as `WAITING_FOR_SELLER_RESPONSE`.
    pub status: String,
    /// By when the seller has to respond, in seconds since 1970.
    pub due: Option<i64>,
}

/// The routes of disputes beside these.
pub(super) fn routes(own: Router<Arc<Platform>>) -> Router<Arc<Platform>> {
    let evidence = post(provide).layer(DefaultBodyLimit::max(MAX_REQUEST));
    own.route("/v1/customer/disputes/{dispute}", get(show))
        .route("/v1/customer/disputes/{dispute}/provide-evidence", evidence)
}

pub(super) fn begin_with(tx: &Transaction<'_>, all: &[Dispute]) -> rusqlite::Result<()> {
    for dispute in all {
        let id = &dispute.id;
        tx.execute("DELETE FROM paypal_evidence WHERE dispute = ?", [id])?;
        tx.execute("DELETE FROM paypal_dispute WHERE id = ?", [id])?;
        tx.execute(
            "INSERT INTO paypal_dispute (id, status, due) VALUES (?, ?, ?)",
            params![id, dispute.status, dispute.due],
        )?;
    }
    Ok(())
}

/// What was submitted to it and shows by now, oldest first.
pub(super) fn evidence(
    tx: &Transaction<'_>,
    dispute: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<Vec<Value>> {
    let mut select = tx.prepare(
        "SELECT piece, at FROM paypal_evidence WHERE dispute = ? AND at <= ? ORDER BY place",
    )?;
    let pieces = select.query_map(params![dispute, now.timestamp()], |row| {
        let (piece, at): (String, i64) = (row.get(0)?, row.get(1)?);
        let mut piece: Value = serde_json::from_str(&piece).unwrap_or_default();
        if let Some(piece) = piece.as_object_mut() {
            piece.insert("source".into(), "SUBMITTED_BY_SELLER".into());
            piece.insert("date".into(), instant(at).into());
        }
        Ok(piece)
    })?;
    pieces.collect()
}

/// A dispute as it stands, and what was submitted to it.
fn standing(
    tx: &Transaction<'_>,
    id: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<Option<(Dispute, Vec<Value>)>> {
    let found = tx.query_row(
        "SELECT status, due FROM paypal_dispute WHERE id = ?",
        [id],
        |row| {
            Ok(Dispute {
                id: id.to_owned(),
                status: row.get(0)?,
                due: row.get(1)?,
            })
        },
    );
    let Some(mut dispute) = found.optional()? else {
        return Ok(None);
    };
    let evidence = evidence(tx, id, now)?;
    if dispute.status == WAITING && !evidence.is_empty() {
        REVIEWED.clone_into(&mut dispute.status);
    }
    Ok(Some((dispute, evidence)))
}

impl Dispute {
    fn takes_evidence(&self, now: DateTime<Utc>) -> bool {
        self.status == WAITING && self.due.is_none_or(|due| now.timestamp() <= due)
    }
}

fn link(id: &str, rel: &str, below: &str, method: &str) -> Value {
    let href = format!("/v1/customer/disputes/{id}{below}");
    json!({"href": href, "rel": rel, "method": method})
}

async fn show(Path(id): Path<String>, asked: Asked<PaypalStandIn>) -> Result<Response, ApiError> {
    let now = asked.now();
    asked.answered(|tx| {
        let Some((dispute, evidence)) = standing(tx, &id, now)? else {
            return Ok(unknown());
        };
        let mut links = vec![link(&id, "self", "", "GET")];
        if dispute.takes_evidence(now) {
            let way = "provide-evidence";
            links.push(link(&id, way, "/provide-evidence", "POST"));
        }
        let body = json!({
            "dispute_id": id,
            "status": dispute.status,
            "seller_response_due_date": dispute.due.map(instant),
            "evidences": evidence,
            "links": links,
        });
        Ok((StatusCode::OK, body))
    })
}

async fn provide(
    Path(id): Path<String>,
    asked: Asked<PaypalStandIn>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let kind = asked.header("content-type").unwrap_or_default();
    let wanted = pieces(kind, &body);
    let now = asked.now();
    asked
        .done(GIVING, |tx, mode| {
            let pieces = match &wanted {
                Ok(pieces) => pieces,
                Err(said) => return Ok(said.clone()),
            };
            take(tx, (id.as_str(), pieces.as_slice()), mode, now)
        })
        .await
}

fn take(
    tx: &Transaction<'_>,
    (id, pieces): (&str, &[Value]),
    mode: Mode,
    now: DateTime<Utc>,
) -> rusqlite::Result<Said> {
    if mode == Mode::Refuse {
        return Ok(unprocessable(
            "ACTION_NOT_ALLOWED",
            "Evidence for this dispute is not allowed.",
        ));
    }
    let Some((dispute, _)) = standing(tx, id, now)? else {
        return Ok(unknown());
    };
    if !dispute.takes_evidence(now) {
        return Ok(unprocessable(
            "ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE",
            "The action is not allowed in the current state of the dispute.",
        ));
    }
    let shows = match mode {
        Mode::Pending => Mode::Late.shows_at(now),
        other => other.shows_at(now),
    };
    let at = shows.timestamp();
    for (place, piece) in pieces.iter().enumerate() {
        let mut piece = piece.clone();
        if let (Mode::NotesLost, Some(piece)) = (mode, piece.as_object_mut()) {
            piece.remove("notes");
        }
        let at = match mode {
            Mode::Part if place == 0 => at,
            Mode::Part | Mode::Unseen => at + REST.num_seconds(),
            _ => at,
        };
        tx.execute(
            "INSERT INTO paypal_evidence (dispute, piece, at) VALUES (?, ?, ?)",
            params![id, piece.to_string(), at],
        )?;
    }
    let body = json!({"links": [link(id, "self", "", "GET")]});
    Ok((StatusCode::OK, body))
}

fn invalid(words: &str) -> Said {
    problem(
        StatusCode::BAD_REQUEST,
        "VALIDATION_ERROR",
        "INVALID_REQUEST",
        words,
    )
}

/// The pieces of a request whose files are all there and as they may be; else what is said to it.
fn pieces(kind: &str, body: &[u8]) -> Result<Vec<Value>, Said> {
    let parts = parts(kind, body).ok_or_else(|| invalid("The request has no parts."))?;
    let mut files = Vec::new();
    let (mut input, mut total) = (None, 0);
    for (head, bytes) in &parts {
        match quoted(head, "filename") {
            Some(name) => {
                let size = bytes.len();
                total += size;
                if !is_plain(name) || size == 0 || size >= MAX_FILE || total > MAX_FILES {
                    return Err(invalid("A document's name, kind or size is not valid."));
                }
                files.push(name);
            }
            None if quoted(head, "name") == Some("input") => {
                input = serde_json::from_slice::<Value>(bytes).ok();
            }
            None => {}
        }
    }
    let pieces = input.as_ref().and_then(|input| input.get("evidences"));
    let pieces = pieces.and_then(Value::as_array).cloned();
    let pieces = pieces.unwrap_or_default();
    if pieces.is_empty() || pieces.len() > 100 {
        return Err(invalid("Between one and a hundred pieces are taken."));
    }
    let named = pieces.iter().flat_map(names);
    let mut named: Vec<&str> = named.collect();
    named.sort_unstable();
    files.sort_unstable();
    if named != files {
        return Err(invalid("The documents are not those that were sent."));
    }
    match pieces.iter().all(is_valid) {
        true => Ok(pieces),
        false => Err(invalid("A piece of evidence is not valid.")),
    }
}

fn names(piece: &Value) -> impl Iterator<Item = &str> {
    let documents = piece.get("documents").and_then(Value::as_array);
    let documents = documents.into_iter().flatten();
    documents.filter_map(|document| document.get("name").and_then(Value::as_str))
}

fn is_valid(piece: &Value) -> bool {
    let text = |name: &str| piece.get(name).and_then(Value::as_str).unwrap_or_default();
    let type_ = text("evidence_type");
    let word = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    let shipped = piece.pointer("/evidence_info/tracking_info/0");
    let tracked = shipped.is_some_and(|shipped| {
        let has = |name: &str| shipped.get(name).is_some_and(Value::is_string);
        let other = shipped.get("carrier_name") == Some(&"OTHER".into());
        has("tracking_number") && has("carrier_name") && (!other || has("carrier_name_other"))
    });
    !type_.is_empty()
        && type_.bytes().all(word)
        && text("notes").chars().count() <= MAX_NOTES
        && (type_ != "PROOF_OF_FULFILLMENT" || tracked)
}

/// Letters, digits, `-`, `_`, `,` and spaces, one dot, an ending that PayPal takes.
fn is_plain(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b',' | b' ');
    name.split_once('.').is_some_and(|(stem, ending)| {
        !stem.is_empty() && stem.bytes().all(plain) && ENDINGS.contains(&ending)
    })
}

/// Head and bytes of each part of a request.
fn parts<'a>(kind: &str, body: &'a [u8]) -> Option<Vec<(&'a str, &'a [u8])>> {
    let boundary = kind.strip_prefix("multipart/form-data; boundary=")?;
    let first = format!("--{boundary}\r\n");
    let between = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(first.as_bytes())?;
    let mut parts = Vec::new();
    loop {
        let (part, after) = split(rest, between.as_bytes())?;
        let (head, bytes) = split(part, b"\r\n\r\n")?;
        parts.push((std::str::from_utf8(head).ok()?, bytes));
        match after.strip_prefix(b"\r\n") {
            Some(next) => rest = next,
            None => return after.starts_with(b"--").then_some(parts),
        }
    }
}

/// What stands before the first `mark`, and behind it.
fn split<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(mark.len()).position(|at| at == mark)?;
    let (before, rest) = bytes.split_at_checked(at)?;
    Some((before, rest.strip_prefix(mark)?))
}

/// What stands in quotes behind a name in a part's head.
fn quoted<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let begin = format!("; {name}=\"");
    let (_, rest) = head.split_once(&begin)?;
    Some(rest.split_once('"')?.0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::super::form::Form;
    use super::*;

    fn sent(name: &str, bytes: &[u8], piece: &Value) -> Result<Vec<Value>, Said> {
        let mut form = Form::new("b".into());
        form.json("input", &json!({"evidences": [piece]}));
        form.file("evidence-file", (name, "application/pdf"), bytes);
        let (kind, body) = form.end();
        pieces(&kind, &body)
    }

    fn piece(name: &str) -> Value {
        json!({"evidence_type": "RETURN_POLICY", "documents": [{"name": name}], "notes": "n"})
    }

    #[test]
    fn a_request_is_taken_apart_whatever_its_files_hold() {
        for bytes in [b"%PDF".as_slice(), b"\r\n\r\n--c is none\r\n", b"\xff\x00"] {
            let taken = sent("a.pdf", bytes, &piece("a.pdf"));
            assert_eq!(taken.unwrap(), [piece("a.pdf")], "{bytes:?}");
        }
        assert!(pieces("application/json", b"{}").is_err());
        assert!(pieces("multipart/form-data; boundary=b", b"--b\r\n").is_err());
    }

    #[test]
    fn what_is_published_about_documents_is_kept() {
        let large = vec![b'x'; MAX_FILE];
        for (name, named, bytes) in [
            ("a.txt", "a.txt", b"x".as_slice()),
            ("a.b.pdf", "a.b.pdf", b"x"),
            ("a.pdf", "b.pdf", b"x"),
            ("a.pdf", "a.pdf", b""),
            ("a.pdf", "a.pdf", large.as_slice()),
        ] {
            assert!(sent(name, bytes, &piece(named)).is_err(), "{name} {named}");
        }
        let untracked = json!({"evidence_type": "PROOF_OF_FULFILLMENT",
                               "documents": [{"name": "a.pdf"}]});
        assert!(sent("a.pdf", b"x", &untracked).is_err());
    }
}
