//! What stands beside a table that a view was written to: whose data it is, which part of it, and how to
//! read it.

use chrono::SecondsFormat;
use watchkeeper_pack::filter::Bound;
use watchkeeper_pack::pack::View;
use watchkeeper_pack::{Kind, Pack};

use super::Who;
use crate::error::{Code, Error};
use crate::features::queues::cells::label;
use crate::features::queues::chip_words::chip_words;
use crate::features::queues::page::sort_label;
use crate::features::queues::queries::sections::{Sections, scope};
use crate::features::queues::view::ViewRequest;
use crate::features::reading::Reading;

/// A table that was written.
pub(super) struct About<'a> {
    pub(super) pack: &'a Pack,
    pub(super) asked: &'a Sections<'a>,
    pub(super) request: &'a ViewRequest,
    /// Fields that its rows stand in the order of.
    pub(super) sort: &'a [String],
    pub(super) who: &'a Who,
    pub(super) rows: u32,
    pub(super) sha256: &'a str,
}

impl About<'_> {
    /// What is said of it, each with its name.
    pub(super) fn lines(
        &self,
        reading: &Reading<'_>,
    ) -> Result<Vec<(&'static str, String)>, Error> {
        let (view, kind) = (self.asked.view, self.asked.kind);
        let now = reading.now.at;
        let chips = self.request.chips.iter();
        let chips = chips
            .map(|chip| chip_words(reading, kind, chip))
            .collect::<Result<Vec<_>, _>>()?;
        let called = &view.def.label;
        let mut lines = vec![
            (
                "Export of",
                format!("{called} (view {}, row {})", view.id, view.def.row),
            ),
            ("Rows", self.rows.to_string()),
            (
                "Made",
                format!(
                    "{} = {} ({})",
                    now.to_rfc3339_opts(SecondsFormat::Secs, true),
                    reading.wall(now),
                    reading.zone().name()
                ),
            ),
            (
                "Data as of",
                reading.pulled_at.map_or_else(
                    || "never in step".to_owned(),
                    |at| at.to_rfc3339_opts(SecondsFormat::Secs, true),
                ),
            ),
            (
                "Source",
                format!(
                    "{} at {}, as this laptop had it",
                    self.who.tenant, self.who.platform
                ),
            ),
            (
                "Pack",
                format!(
                    "{} {} ({})",
                    self.pack.name, self.pack.version, self.pack.hash
                ),
            ),
            ("Asked for by", self.who.operator.clone()),
        ];
        if let Some(words) = window(reading, self.pack, (view, kind))? {
            lines.push(("Window", words));
        }
        if !self.request.search.trim().is_empty() {
            lines.push(("Words that occur", self.request.search.trim().to_owned()));
        }
        lines.extend(chips.into_iter().map(|words| ("Filter", words)));
        if let Some(group) = &self.asked.group {
            lines.push(("Grouped by", label(kind, group)));
        }
        let order = sort_label(kind, self.sort, &view.def.sort, &view.def.sort_label);
        let down = self
            .sort
            .first()
            .is_some_and(|first| first.starts_with('-'))
            && self.sort != view.def.sort.as_slice();
        lines.push((
            "Order",
            if down {
                format!("{order}, from the end")
            } else {
                order
            },
        ));
        lines.push(("SHA-256 of the CSV file", self.sha256.to_owned()));
        lines.push((
            "Instants",
            "of the tenant's zone, with their offset from UTC".to_owned(),
        ));
        lines.push((
            "An apostrophe",
            "stands before text that a spreadsheet could take for a formula".to_owned(),
        ));
        Ok(lines)
    }
}

/// Between which instants the view's records lie, in words; none where it does not say.
fn window(
    reading: &Reading<'_>,
    pack: &Pack,
    (view, kind): (&View, &Kind),
) -> Result<Option<String>, Error> {
    let bounds = view
        .filter
        .window(&scope(reading, pack))
        .map_err(|error| Error::with(Code::PackInvalid, error.to_string()))?;
    let words = |bound: &Bound| {
        let side = match (bound.is_end, bound.is_closed) {
            (false, true) => "from",
            (false, false) => "after",
            (true, true) => "up to and with",
            (true, false) => "before",
        };
        format!(
            "{} {side} {} = {}",
            label(kind, &bound.field),
            bound.at.to_rfc3339_opts(SecondsFormat::Millis, true),
            reading.wall(bound.at)
        )
    };
    let words: Vec<String> = bounds.iter().map(words).collect();
    Ok((!words.is_empty()).then(|| words.join(", ")))
}
