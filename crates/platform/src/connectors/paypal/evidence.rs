//! What is submitted to a dispute. What the dispute shows of it stands beside ([`shown`]). Pure.
//!
//! Facts that this rests on: evidence is taken while the dispute waits for the seller and shows the link
//! for it, and that link is gone once it was taken. A dispute shows what was submitted, by whom, with its
//! notes. Nothing else is ours in it, so the notes carry the call's key.

mod shown;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use watchkeeper_model::Call;

use super::form::Form;
use crate::connectors::line::short;
use crate::connectors::{Enclosure, money};

pub(super) use shown::closed;

/// The most bytes of a file: it has to be below ten million.
const MAX_FILE: u64 = 9_999_999;
/// The most bytes of all files of a case.
const MAX_FILES: u64 = 50_000_000;
/// The most files.
const MAX_COUNT: usize = 100;
/// The most characters of a note; what else stands in it, the key, fits beside it.
const MAX_NOTE: usize = 1_800;
/// Characters of a file's own name that are kept.
const MAX_STEM: usize = 40;
/// What the tracking number is to PayPal.
const FULFILLMENT: &str = "PROOF_OF_FULFILLMENT";
/// What stands before the key in notes.
const REFERENCE: &str = "Reference";
/// The status in which it takes evidence.
const WAITING: &str = "WAITING_FOR_SELLER_RESPONSE";
/// Carriers that PayPal has a word for; any other goes by its name.
const CARRIERS: [&str; 12] = [
    "ARAMEX",
    "CANADA_POST",
    "DHL",
    "DPD",
    "FEDEX",
    "GLS",
    "HERMES",
    "POSTNL",
    "ROYAL_MAIL",
    "TNT",
    "UPS",
    "USPS",
];

/// What is submitted to one dispute.
#[derive(Debug, PartialEq)]
pub(super) struct Evidence<'a> {
    /// PayPal's id of the dispute.
    pub(super) dispute: &'a str,
    files: Vec<File<'a>>,
    /// Number and carrier of the shipment.
    tracking: Option<(&'a str, &'a str)>,
    note: &'a str,
}

/// A file that goes, and as what.
#[derive(Debug, PartialEq)]
struct File<'a> {
    /// PayPal's word for what it shows.
    type_: &'a str,
    name: &'a str,
    media: &'a str,
    sha256: &'a str,
    /// Its size, as the call says it.
    bytes: u64,
    /// As PayPal is to call it.
    called: String,
}

fn text<'a>(args: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let text = args.get(name)?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}

fn ending(media: &str) -> Option<&'static str> {
    match media {
        "application/pdf" => Some("pdf"),
        "image/jpeg" => Some("jpg"),
        "image/png" => Some("png"),
        "image/gif" => Some("gif"),
        _ => None,
    }
}

/// A name that PayPal takes: letters, digits, `-` and `_`, one dot. It is another one for each file.
fn called(place: usize, name: &str, sha256: &str, ending: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let plain = |c: char| match c {
        c if c.is_ascii_alphanumeric() || c == '_' => c,
        _ => '-',
    };
    let stem: String = stem.chars().map(plain).take(MAX_STEM).collect();
    let hash: String = sha256.chars().take(8).collect();
    format!("{:02}-{stem}-{hash}.{ending}", place + 1)
}

/// One entry of the list of evidence; in words what PayPal would not take of it.
fn file(place: usize, entry: &Value) -> Result<File<'_>, String> {
    let Some(entry) = entry.as_object() else {
        return Err("a piece of evidence is no file".into());
    };
    let Some(name) = text(entry, "name") else {
        return Err("a file of the evidence has no name".into());
    };
    let shown = short(name);
    let word = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    let type_ = text(entry, "evidence_type").filter(|type_| type_.bytes().all(word));
    let Some(type_) = type_ else {
        return Err(format!("it is not said what the file {shown} shows"));
    };
    let media = text(entry, "media").unwrap_or_default();
    let Some(ending) = ending(media) else {
        return Err(format!(
            "The file {shown} cannot go: PayPal takes PDF, JPEG, PNG and GIF."
        ));
    };
    let bytes = entry.get("bytes").and_then(Value::as_u64).unwrap_or(0);
    if bytes == 0 || bytes > MAX_FILE {
        return Err(format!(
            "The file {shown} cannot go: PayPal takes files below 10 MB."
        ));
    }
    let sha256 = text(entry, "sha256").filter(|name| crate::blobs::is_name(name));
    let Some(sha256) = sha256 else {
        return Err(format!("The file {shown} cannot go: its hash is none."));
    };
    Ok(File {
        called: called(place, name, sha256, ending),
        type_,
        name,
        media,
        sha256,
        bytes,
    })
}

impl<'a> Evidence<'a> {
    /// What a call submits; in words why nothing of it can be.
    pub(super) fn of(call: &'a Call) -> Result<Self, String> {
        let dispute = text(&call.args, "dispute").filter(|id| money::is_id(id));
        let dispute = dispute.ok_or("the call names no dispute")?;
        let listed = call.args.get("evidence").and_then(Value::as_array);
        let listed = listed.ok_or("the call names no evidence, or more than 100 files")?;
        if listed.len() > MAX_COUNT {
            return Err("PayPal takes 100 files at most.".into());
        }
        let (mut files, mut total) = (Vec::new(), 0_u64);
        for (place, entry) in listed.iter().enumerate() {
            let file = file(place, entry)?;
            total = total.saturating_add(file.bytes);
            if total > MAX_FILES {
                let name = short(file.name);
                return Err(format!(
                    "The file {name} cannot go: PayPal takes 50 MB in all."
                ));
            }
            files.push(file);
        }
        let number = text(&call.args, "tracking_number");
        let tracking =
            number.map(|number| (number, text(&call.args, "carrier").unwrap_or("OTHER")));
        if files.is_empty() && tracking.is_none() {
            return Err("there is nothing to submit".into());
        }
        Ok(Self {
            dispute,
            files,
            tracking,
            note: text(&call.args, "note").unwrap_or_default(),
        })
    }

    /// The files that go with it.
    pub(super) fn enclosures(&self) -> Vec<Enclosure> {
        let files = self.files.iter();
        files
            .map(|file| Enclosure {
                name: short(file.name),
                sha256: file.sha256.to_owned(),
                bytes: file.bytes,
            })
            .collect()
    }

    /// PayPal's words for what the files show, each with what its files are called.
    fn groups(&self) -> Vec<(&str, Vec<&str>)> {
        let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
        for file in &self.files {
            let called = file.called.as_str();
            let known = groups.iter_mut().find(|(type_, _)| *type_ == file.type_);
            match known {
                Some((_, names)) => names.push(called),
                None => groups.push((file.type_, vec![called])),
            }
        }
        groups
    }

    /// What the operator says, as far as it goes.
    fn words(&self) -> String {
        self.note.chars().take(MAX_NOTE).collect()
    }

    /// The pieces, each with the key in its notes; what the operator says stands with the first.
    pub(super) fn input(&self, key: &str) -> Value {
        let mut pieces = Vec::new();
        if let Some((number, carrier)) = self.tracking {
            let info = json!({"tracking_info": [tracking(number, carrier)]});
            pieces.push(json!({"evidence_type": FULFILLMENT, "evidence_info": info}));
        }
        for (type_, names) in self.groups() {
            let documents: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
            pieces.push(json!({"evidence_type": type_, "documents": documents}));
        }
        let said = self.words();
        for (place, piece) in pieces.iter_mut().enumerate() {
            let notes = match place {
                0 if !said.is_empty() => format!("{said}\n{}", marked(key)),
                _ => marked(key),
            };
            if let Some(piece) = piece.as_object_mut() {
                piece.insert("notes".into(), notes.into());
            }
        }
        json!({"evidences": pieces})
    }

    /// The request's `Content-Type` and body; none where the files are not those that it names.
    pub(super) fn form(&self, key: &str, files: &[Vec<u8>]) -> Option<(String, Vec<u8>)> {
        if files.len() != self.files.len() {
            return None;
        }
        let mut hash = Sha256::new_with_prefix(key);
        self.files.iter().for_each(|file| hash.update(file.sha256));
        let boundary: String = hex::encode(hash.finalize()).chars().take(48).collect();
        let mut form = Form::new(boundary);
        form.json("input", &self.input(key));
        for (file, bytes) in self.files.iter().zip(files) {
            form.file("evidence-file", (file.called.as_str(), file.media), bytes);
        }
        Some(form.end())
    }
}

fn tracking(number: &str, carrier: &str) -> Value {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let word: String = carrier.to_ascii_uppercase().chars().map(plain).collect();
    match CARRIERS.contains(&word.as_str()) {
        true => json!({"carrier_name": word, "tracking_number": number}),
        false => json!({
            "carrier_name": "OTHER", "carrier_name_other": carrier, "tracking_number": number,
        }),
    }
}

/// How the key stands in notes.
fn marked(key: &str) -> String {
    format!("{REFERENCE} {key}.")
}

fn said<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests;
