//! Mail as it came in: RFC 5322 with MIME.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use serde::Deserialize;

use super::File;

/// The longest line of quoted-printable or base64.
const LINE: usize = 76;

/// A mail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    from: Mailbox,
    to: Mailbox,
    /// Instant, with the offset that the sender's clock had.
    date: String,
    subject: String,
    /// Without the angle brackets.
    id: String,
    /// The message that it answers.
    in_reply_to: Option<String>,
    text: String,
    #[serde(default)]
    attached: Vec<Attached>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mailbox {
    name: String,
    address: String,
}

/// A file that came with it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attached {
    name: String,
    file: Box<File>,
}

impl Mail {
    /// The mail, line by line.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        let date = DateTime::parse_from_rfc3339(&self.date);
        let date = date.map_err(|error| format!("{}: {error}", self.date))?;
        let mut head = vec![
            format!("Date: {}", date.to_rfc2822()),
            format!("From: {}", self.from.shown()),
            format!("To: {}", self.to.shown()),
            format!("Subject: {}", encoded(&self.subject)),
            format!("Message-ID: <{}>", self.id),
        ];
        if let Some(answered) = &self.in_reply_to {
            head.push(format!("In-Reply-To: <{answered}>"));
        }
        head.push("MIME-Version: 1.0".to_owned());
        let text = [
            "Content-Type: text/plain; charset=utf-8".to_owned(),
            "Content-Transfer-Encoding: quoted-printable".to_owned(),
            String::new(),
            quoted_printable(&self.text),
        ];
        if self.attached.is_empty() {
            head.extend(text);
        } else {
            let hash = super::sha256(self.id.as_bytes());
            let boundary: String = "part-".chars().chain(hash.chars().take(24)).collect();
            head.push("Content-Type: multipart/mixed;".to_owned());
            head.push(format!(" boundary=\"{boundary}\""));
            head.push(String::new());
            head.push(format!("--{boundary}"));
            head.extend(text);
            for attached in &self.attached {
                head.push(format!("--{boundary}"));
                head.extend(attached.part()?);
            }
            head.push(format!("--{boundary}--"));
        }
        let mut mail = head.join("\r\n");
        mail.push_str("\r\n");
        Ok(mail.into_bytes())
    }
}

impl Mailbox {
    fn shown(&self) -> String {
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-');
        let name = match self.name.is_ascii() && !self.name.chars().all(word) {
            true => format!("\"{}\"", self.name.replace(['"', '\\'], "")),
            false => encoded(&self.name),
        };
        format!("{name} <{}>", self.address)
    }
}

impl Attached {
    fn part(&self) -> Result<Vec<String>, String> {
        let mut lines = vec![
            format!("Content-Type: {}", self.file.media()),
            "Content-Transfer-Encoding: base64".to_owned(),
            "Content-Disposition: attachment;".to_owned(),
            format!(" filename=\"{}\"", self.name),
            String::new(),
        ];
        let whole = STANDARD.encode(self.file.bytes()?);
        let mut rest = whole.as_str();
        while let Some((line, more)) = rest.split_at_checked(LINE) {
            lines.push(line.to_owned());
            rest = more;
        }
        lines.push(rest.to_owned());
        Ok(lines)
    }
}

/// What a header says: as it is where ASCII has all of it, else in base64 (RFC 2047), in words of
/// whole characters that a line can hold.
fn encoded(text: &str) -> String {
    if text.chars().all(|c| matches!(c, ' '..='~')) {
        return text.to_owned();
    }
    let mut words = vec![String::new()];
    for letter in text.chars() {
        match words.last_mut().filter(|word| word.len() < 36) {
            Some(word) => word.push(letter),
            None => words.push(letter.to_string()),
        }
    }
    let words = words.iter();
    let words = words.map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word)));
    words.collect::<Vec<_>>().join("\r\n ")
}

/// Quoted-printable (RFC 2045), with CRLF between lines.
fn quoted_printable(text: &str) -> String {
    let lines = text.trim_end().split('\n');
    lines.map(quoted_line).collect::<Vec<_>>().join("\r\n")
}

fn quoted_line(line: &str) -> String {
    let mut out = String::new();
    let mut length = 0;
    let mut rest = line.bytes().peekable();
    while let Some(byte) = rest.next() {
        let last = rest.peek().is_none();
        let shown = match byte {
            // A space at the end of a line is lost on the way.
            b' ' if last => "=20".to_owned(),
            b' ' => " ".to_owned(),
            b'!'..=b'~' if byte != b'=' => char::from(byte).to_string(),
            _ => format!("={byte:02X}"),
        };
        if length + shown.len() >= LINE {
            out.push_str("=\r\n");
            length = 0;
        }
        length += shown.len();
        out.push_str(&shown);
    }
    out
}
