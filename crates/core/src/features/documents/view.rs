//! Documents, as the UI sees them.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::features::queues::view::{CellValue, FactView};

/// The documents of a record: itself, where it is one, then those that belong to it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct RecordDocuments {
    /// The first of them.
    pub listed: Vec<RecordDocument>,
    /// There are more.
    pub more: bool,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct RecordDocument {
    /// Kind of its record.
    pub kind: String,
    /// Id of its record.
    pub id: String,
    /// A view in which its record is opened; none where it is the one that is shown.
    pub view: Option<String>,
    /// Name of the file.
    pub name: String,
    /// Media type, as its record says.
    pub media: String,
    /// Size in bytes, as its record says; none where it says none that can be.
    pub bytes: Option<u32>,
    /// State of its record.
    pub state: Option<CellValue>,
    /// What says how it stands.
    pub says: Vec<FactView>,
    /// Whether this laptop has it.
    pub standing: DocumentStanding,
    /// It can be shown here once it is kept; else it is saved to a file.
    pub shows: bool,
}

/// Whether this laptop has a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DocumentStanding {
    /// Nobody asked for it.
    Elsewhere,
    /// Asked for, and not tried yet.
    Wanted,
    /// Asked for; there was no line.
    Unreachable,
    /// Asked for; the answer broke off, and it is tried again.
    Failed,
    /// Here, and what its record names.
    Here,
    /// What the platform gave is another file than the record names; not kept.
    OtherBytes,
    /// Larger than a laptop keeps.
    TooLarge,
    /// The platform does not give it.
    NotGiven,
    /// Too much is kept already, or the disk is full.
    NoRoom,
}

/// A document as it is shown: never anything that could run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum DocumentContent {
    /// Words as they stand in the file.
    Text {
        /// The words.
        text: String,
        /// There are more than are shown.
        cut: bool,
    },
    /// A picture.
    Picture {
        /// `image/png` or `image/jpeg`.
        media: String,
        /// Its bytes in Base64.
        base64: String,
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SavedDocument {
    /// The file, with its folder.
    pub file: String,
}
