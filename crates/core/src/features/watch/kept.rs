//! Numbers that were worked out, for as long as no record that they read has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::view::NumberView;
use crate::changes::Tag;

/// Windows move on by themselves: nothing is kept for longer.
const FOR: TimeDelta = TimeDelta::seconds(60);

/// How often each kind has changed, by its name.
pub(crate) type Versions = BTreeMap<String, u64>;

/// Numbers that were worked out.
#[derive(Default)]
pub(crate) struct Kept {
    versions: Mutex<Versions>,
    numbers: Mutex<BTreeMap<String, Number>>,
}

struct Number {
    pack: String,
    versions: Versions,
    at: DateTime<Utc>,
    view: NumberView,
}

impl Kept {
    /// Something changed: told whenever the screens are.
    pub(crate) fn touched(&self, tags: &BTreeSet<Tag>) {
        let mut versions = lock(&self.versions);
        for tag in tags {
            if let Tag::Kind(kind) = tag {
                *versions.entry(kind.clone()).or_default() += 1;
            }
        }
    }

    /// How often each kind has changed by now.
    pub(crate) fn versions(&self) -> Versions {
        lock(&self.versions).clone()
    }

    /// A number as it was worked out, where that is still so.
    pub(super) fn get(
        &self,
        metric: &str,
        pack: &str,
        read: &Versions,
        now: DateTime<Utc>,
    ) -> Option<NumberView> {
        let numbers = lock(&self.numbers);
        let number = numbers.get(metric)?;
        let age = now - number.at;
        let fresh = age >= TimeDelta::zero() && age < FOR;
        (fresh && number.pack == pack && number.versions == *read).then(|| number.view.clone())
    }

    /// Keeps a number with the versions of the kinds that it reads.
    pub(super) fn put(&self, pack: &str, read: Versions, now: DateTime<Utc>, view: &NumberView) {
        let number = Number {
            pack: pack.to_owned(),
            versions: read,
            at: now,
            view: view.clone(),
        };
        lock(&self.numbers).insert(view.id.clone(), number);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
