//! An action on many records at once: which of them may take part, and which of them are looked at
//! one by one before.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use watchkeeper_pack::Action;
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::format::{SampleDef, SampleSize};

/// Whether a record may take part when an action is taken on many at once. Whether policy allows it
/// there is another question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bulk {
    /// It may.
    TakesPart,
    /// It may not.
    LeftOut {
        /// Row that says so.
        row: String,
        /// Why, in a few words.
        why: String,
    },
    /// The action is for one record at a time.
    OneByOne,
}

/// May the record of this scope ([`super::Situation::scope`]) take part? What cannot be evaluated
/// leaves it out.
pub fn takes_part(action: &Action, scope: &Scope<'_>) -> Bulk {
    let Some(def) = &action.def.bulk else {
        return Bulk::OneByOne;
    };
    let may = match &action.bulk_when {
        None => true,
        Some(when) => when.eval_bool(scope).unwrap_or(false),
    };
    if may {
        return Bulk::TakesPart;
    }
    Bulk::LeftOut {
        row: def.row.clone(),
        why: def.otherwise.clone().unwrap_or_default(),
    }
}

/// How many records of a batch this large are looked at before an action is taken on all of it; none
/// where none has to be. Where the setting does not say it, all are.
pub fn sample_size(def: &SampleDef, settings: &Map<String, Value>, batch: usize) -> Option<usize> {
    let of = match &def.of {
        SampleSize::Number(of) => Some(u64::from(*of)),
        SampleSize::Said(said) => settings.get(&said.setting).and_then(Value::as_u64),
    };
    let of = of.and_then(|of| usize::try_from(of).ok());
    match of {
        Some(of) => (batch > of).then_some(of),
        None => (batch > 0).then_some(batch),
    }
}

/// For whom and for what a sample is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Drawing<'a> {
    /// Operator.
    pub operator: &'a str,
    /// Kind of the records.
    pub kind: &'a str,
    /// Action that is meant.
    pub action: &'a str,
}

/// Draws so many records of a batch (id and revision), spread over it. The same batch gives the same
/// sample in whatever order it comes, so that nobody picks; with any other batch it is another one.
pub fn draw<'a>(
    drawing: Drawing<'_>,
    batch: impl IntoIterator<Item = (&'a str, u64)>,
    of: usize,
) -> BTreeMap<&'a str, u64> {
    let batch: BTreeMap<&str, u64> = batch.into_iter().collect();
    let of = of.min(batch.len());
    let seed = seed(drawing, &batch);
    let batch: Vec<(&str, u64)> = batch.into_iter().collect();
    let mut drawn = BTreeMap::new();
    for part in 0..of {
        let (from, to) = (part * batch.len() / of, (part + 1) * batch.len() / of);
        let mut hash = Sha256::new();
        hash.update(seed);
        hash.update(part.to_le_bytes());
        let chance: [u8; 4] = hash.finalize().first_chunk().copied().unwrap_or_default();
        let chance = usize::try_from(u32::from_le_bytes(chance)).unwrap_or_default();
        let place = from + chance % (to - from).max(1);
        drawn.extend(batch.get(place).copied());
    }
    drawn
}

/// What follows from all that a sample is drawn from.
fn seed(drawing: Drawing<'_>, batch: &BTreeMap<&str, u64>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for word in [drawing.operator, drawing.kind, drawing.action] {
        hash.update(word);
        hash.update([0]);
    }
    for (id, revision) in batch {
        hash.update(id);
        hash.update([0]);
        hash.update(revision.to_le_bytes());
    }
    hash.finalize().into()
}

/// What the operator said of a record that was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The record.
    pub record: String,
    /// Revision that was looked at.
    pub revision: u64,
    /// It looks right.
    pub right: bool,
}

/// How far a batch has been looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sampled {
    /// All that was drawn looks right.
    Right,
    /// These are still to be looked at.
    Open(BTreeSet<String>),
    /// These did not look right, and are in the batch.
    Wrong(BTreeSet<String>),
}

/// How far a batch has been looked at, by what was said of this action's records in this session, the
/// oldest first. Whatever did not look right leaves the batch, and what was said before that counts no
/// more: the rest is looked at anew.
pub fn sampled<'a>(
    batch: impl IntoIterator<Item = &'a str>,
    drawn: &BTreeMap<&str, u64>,
    said: &[Judgement],
) -> Sampled {
    let wrong = wrong(said);
    let wrong: BTreeSet<String> = batch
        .into_iter()
        .filter(|id| wrong.contains(id))
        .map(ToOwned::to_owned)
        .collect();
    if !wrong.is_empty() {
        return Sampled::Wrong(wrong);
    }
    let right = counted(said);
    let open: BTreeSet<String> = drawn
        .iter()
        .filter(|(id, revision)| right.get(*id) != Some(*revision))
        .map(|(id, _)| (*id).to_owned())
        .collect();
    match open.is_empty() {
        true => Sampled::Right,
        false => Sampled::Open(open),
    }
}

/// Records that did not look right.
pub fn wrong(said: &[Judgement]) -> BTreeSet<&str> {
    let wrong = said.iter().filter(|one| !one.right);
    wrong.map(|one| one.record.as_str()).collect()
}

/// Records that looked right, and at which revision, since the last one that did not.
pub fn counted(said: &[Judgement]) -> BTreeMap<&str, u64> {
    let since = said.iter().rposition(|one| !one.right);
    let said = said.iter().skip(since.map_or(0, |place| place + 1));
    said.map(|one| (one.record.as_str(), one.revision))
        .collect()
}

#[cfg(test)]
mod tests;
