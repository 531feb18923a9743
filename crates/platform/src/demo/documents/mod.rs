//! Documents of the demo world: files made from what `demo.yaml` says of them.
//!
//! The same words make the same bytes, always: no clock and no chance comes in. So the hash that a
//! record states is the hash of a file that is there.

mod fill;
mod mail;
mod pdf;
mod picture;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use sha2::{Digest, Sha256};

pub use fill::{Documents, Row, Stored};

/// A file, as its content is written down.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum File {
    /// Pages of text and tables.
    Pdf(pdf::Paper),
    /// A picture without loss.
    Png(picture::Picture),
    /// A picture as a camera keeps it.
    Jpeg(picture::Picture),
    /// A mail as it came in.
    Eml(mail::Mail),
    /// Plain text in UTF-8.
    Text(String),
}

impl File {
    /// Its bytes.
    ///
    /// # Errors
    /// Says in words what the format cannot hold.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        match self {
            Self::Pdf(paper) => paper.bytes(),
            Self::Png(picture) => picture.png(),
            Self::Jpeg(picture) => picture.jpeg(),
            Self::Eml(mail) => mail.bytes(),
            Self::Text(text) => Ok(text.clone().into_bytes()),
        }
    }

    /// What kind of file it is.
    pub fn media(&self) -> &'static str {
        match self {
            Self::Pdf(_) => "application/pdf",
            Self::Png(_) => "image/png",
            Self::Jpeg(_) => "image/jpeg",
            Self::Eml(_) => "message/rfc822",
            Self::Text(_) => "text/plain",
        }
    }
}

/// SHA-256 of these bytes, in hex.
fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
