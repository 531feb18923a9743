//! Saved views: what an operator asked of a view, kept under a name, and who sees it.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::chip::{self, Chip};
use crate::filter;
use crate::pack::Kind;

/// Kind of their records.
pub const KIND: &str = "saved_view";

/// The most bytes of a wish as JSON.
pub const MOST_BYTES: usize = 8_000;
/// The most chips, and the most columns.
const MOST_PARTS: usize = 64;

/// What is asked of a view beside its own question. An app that does not know all of it does not show
/// a part of it.
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedWish {
    /// Sort field, `-` before it turns it round; the view's own where absent.
    pub sort: Option<String>,
    /// Words that must occur; none where empty.
    pub search: String,
    /// What fields must be, all of them.
    pub chips: Vec<Chip>,
    /// Field by whose values the rows are grouped; the view's own sections where absent.
    pub group: Option<String>,
    /// Columns, in order; the view's own where empty.
    pub columns: Vec<String>,
}

/// The text of a record says no wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Too long, or too many parts.
    #[error("It asks for more than can be saved.")]
    TooLarge,
    /// Not what this app reads: damaged, or of a newer one.
    #[error("This app cannot read what was saved.")]
    Unknown,
}

/// A part of a wish that is not possible under a pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// A chip.
    #[error("Filter by `{0}`: {1}")]
    Chip(String, chip::Unfit),
    /// Nothing to sort by.
    #[error("Sort by `{0}`: the view cannot be sorted by it.")]
    Sort(String),
    /// Nothing to group by.
    #[error("Group by `{0}`: the view cannot be grouped by it.")]
    Group(String),
    /// No such column.
    #[error("Column `{0}`: there is nothing of this name to show.")]
    Column(String),
}

impl SavedWish {
    /// Reads what a record says.
    ///
    /// # Errors
    /// Says why it is no wish.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        if text.len() > MOST_BYTES {
            return Err(Unreadable::TooLarge);
        }
        let wish: Self = serde_json::from_str(text).map_err(|_| Unreadable::Unknown)?;
        let most = wish.chips.len().max(wish.columns.len());
        match most > MOST_PARTS {
            true => Err(Unreadable::TooLarge),
            false => Ok(wish),
        }
    }

    /// The fields that it goes by; not those that it only shows.
    pub fn goes_by(&self) -> impl Iterator<Item = &str> {
        let chips = self.chips.iter().map(|chip| chip.field.as_str());
        let sort = self.sort.iter().map(|name| plain(name));
        chips
            .chain(sort)
            .chain(self.group.iter().map(String::as_str))
    }

    /// What of it is not possible over records of this kind: a pack may have changed since.
    pub fn misfits(&self, kind: &Kind, now: DateTime<Utc>, zone: Tz) -> Vec<Misfit> {
        let chips = self.chips.iter().filter_map(|chip| {
            let unfit = chip.sql(kind, now, zone).err()?;
            Some(Misfit::Chip(chip.field.clone(), unfit))
        });
        let sort = self.sort.iter();
        let sort = sort.filter(|name| !filter::is_indexed(kind, plain(name)));
        let groups = chip::groups(kind);
        let group = self.group.iter();
        let group = group.filter(|name| !groups.contains(&name.as_str()));
        let columns = self.columns.iter().filter(|name| !is_column(kind, name));
        chips
            .chain(sort.map(|name| Misfit::Sort(plain(name).to_owned())))
            .chain(group.cloned().map(Misfit::Group))
            .chain(columns.cloned().map(Misfit::Column))
            .collect()
    }
}

/// The operator who alone sees a record; none where it is for everybody who sees its kind.
pub fn only<'a>(kind: &str, body: &'a Map<String, Value>) -> Option<&'a str> {
    if kind != KIND || is_for_all(body) {
        return None;
    }
    // What is nobody's is seen by nobody.
    Some(body.get("owner").and_then(Value::as_str).unwrap_or(""))
}

fn is_for_all(body: &Map<String, Value>) -> bool {
    let kept = body.get("state").and_then(Value::as_str) == Some("kept");
    kept && body.get("shared").and_then(Value::as_bool) == Some(true)
}

/// A sort field without its direction.
fn plain(name: &str) -> &str {
    name.strip_prefix('-').unwrap_or(name)
}

fn is_column(kind: &Kind, name: &str) -> bool {
    match name.strip_prefix("clock.") {
        Some(clock) => kind.clocks.contains_key(clock),
        None => {
            name == "state" && !kind.states.is_empty()
                || kind.fields.contains_key(name)
                || kind.computed.contains_key(name)
        }
    }
}

#[cfg(test)]
mod tests;
