//! What a record is called and found by.

use serde_json::{Map, Value};

use crate::expr::Scope;
use crate::pack::Kind;

/// Most characters of a title.
const MAX_TITLE: usize = 200;

/// One line that names a record: the kind's template, else its label and the record's id.
pub fn title(
    kind: &Kind,
    id: &str,
    body: &Map<String, Value>,
    computed: &Map<String, Value>,
    refs: &Map<String, Value>,
) -> String {
    let read = [body, computed].into_iter().flatten();
    let read = read.filter(|(name, _)| kind.title.reads_field("record", name));
    let scope = Scope {
        kind: Some(kind),
        record: read
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        refs: refs.clone(),
        ..Scope::default()
    };
    let rendered = kind.title.render(&scope).unwrap_or_default();
    let line = rendered.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().take(MAX_TITLE).collect();
    if line.is_empty() {
        format!("{} {id}", kind.label_one)
    } else {
        line
    }
}

/// The words by which search finds a record: its title and its searched fields.
pub fn search_words(
    kind: &Kind,
    body: &Map<String, Value>,
    computed: &Map<String, Value>,
    title: &str,
) -> String {
    let mut words = title.to_owned();
    for (name, _) in kind.fields.iter().filter(|(_, def)| def.searched) {
        match body.get(name).or_else(|| computed.get(name)) {
            Some(Value::String(text)) => {
                words.push(' ');
                words.push_str(text);
            }
            Some(Value::Number(number)) => {
                words.push(' ');
                words.push_str(&number.to_string());
            }
            _ => {}
        }
    }
    words
}

/// Digits behind the point of a currency (ISO 4217).
pub fn digits(currency: &str) -> u8 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX"
        | "UYI" | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// An amount without its currency: `22.00`, `-0.50`, `1200`.
pub fn money_text(minor: i64, currency: &str) -> String {
    let digits = usize::from(digits(currency));
    let sign = if minor < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", minor.unsigned_abs(), width = digits + 1);
    let (whole, rest) = text.split_at(text.len().saturating_sub(digits));
    if rest.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{rest}")
    }
}
