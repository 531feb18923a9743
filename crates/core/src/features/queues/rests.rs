//! What an operation rests on that is about to be queued: those of ours, of other lanes, that made what its
//! decision read, and are not done yet ([`crate::outbox::rest`]).
//!
//! That is what was read, and no more: the record itself; a record that it refers to, where policy or effects
//! go by that reference; and a lookup that policy or effects go by, where an operation of ours changes its
//! answer. A lookup that asks the same of every record, such as how many wait in all, orders nothing: else
//! whatever is done without a line would go one after the other.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;
use watchkeeper_model::Situation;
use watchkeeper_pack::Action;
use watchkeeper_pack::pack::Lookup;

use super::queries;
use crate::error::Error;
use crate::features::reading::Reading;
use crate::outbox::rest::may_rest_on;
use crate::overlay::{OverlayRow, rows};
use crate::sync::text;

/// What an operation rests on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rests {
    /// The operations, in their order.
    pub(super) on: Vec<Uuid>,
    /// Some of them change its own record.
    pub(super) change_its_record: bool,
}

/// What is about to be queued.
pub(super) struct Deed<'a> {
    /// What it was decided on.
    pub(super) situation: &'a Situation<'a>,
    /// The action.
    pub(super) action: &'a Action,
    /// The records that change along with its own.
    pub(super) along: &'a [(&'a str, &'a str)],
    /// Where it is put; at the end where there is none.
    pub(super) place: Option<i64>,
}

impl Deed<'_> {
    /// What it rests on.
    pub(super) fn rests(&self, reading: &Reading<'_>) -> Result<Rests, Error> {
        if reading.is_at_rest() {
            return Ok(Rests::default());
        }
        let kind = self.situation.kind;
        let record = (kind.name.as_str(), self.situation.record.id.as_str());
        // Each that changes it gives it a revision, also where nothing of it differs then.
        let own = |row: &OverlayRow| !row.is_told() || !row.sets().is_empty();
        let mut on = self.drawn_on(reading, record, own)?;
        let change_its_record = !on.is_empty();
        for (field, target) in text::references(kind) {
            let id = self
                .situation
                .record
                .body
                .get(field)
                .and_then(Value::as_str);
            if let Some(id) = id.filter(|_| self.action.reads_field("refs", field)) {
                on.extend(self.drawn_on(reading, (target, id), sets)?);
            }
        }
        for (name, lookup) in &kind.lookups {
            let goes_by = self.action.reads_field("lookups", name)
                && (lookup.filter.reads("record") || lookup.filter.reads("refs"));
            if goes_by {
                on.extend(self.looked_up(reading, lookup)?);
            }
        }
        // What is changed along with it would be another record for what was to be done on that before, and
        // none before it is made.
        for record in self.along {
            let before =
                |row: &OverlayRow| (row.is_main() || row.is_made()) && !row.is_told() && sets(row);
            on.extend(self.drawn_on(reading, *record, before)?);
        }
        Ok(Rests {
            on: on.into_values().collect(),
            change_its_record,
        })
    }

    /// The operations whose drawing of a record is not in the mirror yet, those that are meant.
    fn drawn_on(
        &self,
        reading: &Reading<'_>,
        (kind, id): (&str, &str),
        meant: impl Fn(&OverlayRow) -> bool,
    ) -> Result<BTreeMap<i64, Uuid>, Error> {
        let record = self.situation.record;
        let lane = format!("{}/{}", self.situation.kind.name, record.id);
        let rows = rows::of_record(reading.state, kind, id)?;
        if rows.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mirrored = reading.mirrored(kind, id)?;
        let rows = rows.into_iter().filter(|row| {
            may_rest_on(row, &lane, self.place)
                && !mirrored.is_some_and(|mirrored| row.is_in(mirrored))
                && meant(row)
        });
        Ok(rows.map(|row| (row.seq, row.operation)).collect())
    }

    /// The operations that change the answer of a lookup.
    fn looked_up(
        &self,
        reading: &Reading<'_>,
        lookup: &Lookup,
    ) -> Result<BTreeMap<i64, Uuid>, Error> {
        let mut on = BTreeMap::new();
        let Some(asked) = self.situation.pack.kind(&lookup.def.kind) else {
            return Ok(on);
        };
        let scope = self.situation.scope(None);
        for id in queries::lookups::differing(reading, lookup, asked, &scope)? {
            on.extend(self.drawn_on(reading, (&asked.name, &id), sets)?);
        }
        Ok(on)
    }
}

/// It sets something.
fn sets(row: &OverlayRow) -> bool {
    !row.sets().is_empty()
}
