//! Search over records, as the UI sees it.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A record found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SearchHit {
    /// Kind.
    pub kind: String,
    /// Name of the kind, one.
    pub kind_label: String,
    /// Id.
    pub id: String,
    /// One line that names it.
    pub title: String,
    /// Where it matched, with `⟦` and `⟧` round the words.
    pub excerpt: String,
    /// A view in which it can be opened.
    pub view: Option<String>,
}
