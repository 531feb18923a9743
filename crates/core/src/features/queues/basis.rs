//! What a rule goes by beside its record, where that is not what the platform last said.
//!
//! The mirror is of one instant as a whole, so a lookup is as old as the record that is shown; but it is
//! answered with our own operations over the mirror, and those may come to nothing.

use std::collections::BTreeMap;

use watchkeeper_pack::expr::Program;
use watchkeeper_pack::{Kind, Pack};

use super::queries::lookups::unconfirmed;
use super::view::OursView;
use crate::error::Error;
use crate::features::reading::Reading;

/// By lookup: changes of ours that its answer was found with and that are not confirmed.
pub(super) type Ours = BTreeMap<String, OursView>;

/// Those of a kind's lookups; none of one without any.
pub(super) fn ours(reading: &Reading<'_>, pack: &Pack, kind: &Kind) -> Result<Ours, Error> {
    let mut all = Ours::new();
    for (name, lookup) in &kind.lookups {
        let Some(asked) = pack.kind(&lookup.def.kind) else {
            continue;
        };
        let count = unconfirmed(reading, &asked.name)?;
        if count > 0 {
            let label = asked.label_many.clone();
            all.insert(name.clone(), OursView { label, count });
        }
    }
    Ok(all)
}

/// Those that a rule reads, each kind once.
pub(super) fn read_by(rule: &Program, ours: &Ours) -> Vec<OursView> {
    let mut read: Vec<OursView> = Vec::new();
    for (name, one) in ours {
        if rule.reads_field("lookups", name) && !read.contains(one) {
            read.push(one.clone());
        }
    }
    read
}
