//! The invariants, asked of what is on the disks.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use watchkeeper_core::Code;
use watchkeeper_core::features::queues;
use watchkeeper_core::outbox::queue::{Hold, Queued, Status};
use watchkeeper_core::store::{Db, StoreError};
use watchkeeper_model::plan::Create;
use watchkeeper_platform::store::{Question, RecordRow};
use watchkeeper_wire::operation::{Reason, VerdictWord};

use crate::office::TENANT;
use crate::pack::CANARY;
use crate::quiet::waits_for_nobody;
use crate::world::World;

/// Kinds that the platform has.
const KINDS: [&str; 4] = ["depot", "parcel", "entry", "control"];

/// A record as both sides have it.
type Held = (i64, Map<String, Value>);

impl World {
    /// I3, at any moment: what a laptop has of a record never goes back, and a mirror that had
    /// something is never empty. A new epoch of the feed is a new beginning.
    pub async fn check_reads(&mut self, profile: usize) {
        if self.profiles[profile].engine.is_none() || self.profiles[profile].disk.dead() {
            return;
        }
        let read = |cache: &rusqlite::Transaction<'_>| {
            let epoch: Option<String> =
                cache.query_row("SELECT epoch FROM feed", [], |row| row.get(0))?;
            let mut statement = cache.prepare("SELECT kind, id, revision FROM record")?;
            let rows =
                statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
            let rows: BTreeMap<(String, String), i64> = rows.collect::<Result<_, _>>()?;
            Ok::<_, StoreError>((epoch, rows))
        };
        let cache = &self.profiles[profile].engine().stores().cache;
        let (epoch, revisions) = cache.read(read).await.unwrap();
        let seen = &self.profiles[profile].seen;
        let mut back = Vec::new();
        if seen.epoch == epoch && !self.restored {
            for (key, revision) in &revisions {
                if seen.revisions.get(key).is_some_and(|old| old > revision) {
                    back.push(format!(
                        "profile {profile} reads {key:?} at {revision} again"
                    ));
                }
            }
        }
        if !seen.revisions.is_empty() && revisions.is_empty() {
            back.push(format!("the mirror of profile {profile} is empty"));
        }
        for what in back {
            self.violate("I3", what);
        }
        let seen = &mut self.profiles[profile].seen;
        (seen.epoch, seen.revisions) = (epoch, revisions);
    }

    /// I1, at any moment: nothing is shown as done before the platform said so.
    pub async fn check_words(&mut self, profile: usize) {
        if self.restored || self.profiles[profile].engine.is_none() {
            return;
        }
        let Some(platform) = self.office.platform().cloned() else {
            return;
        };
        for one in self.profiles[profile].operations().await {
            if one.status != Status::Confirmed {
                continue;
            }
            let id = one.request.id;
            let row = platform.store.operation(TENANT, id).await.unwrap();
            if row.is_none_or(|row| row.verdict.word != VerdictWord::Confirmed) {
                self.violate("I1", format!("{id} is shown as done and is not"));
            }
        }
    }

    /// Everything, after all have come to rest.
    pub async fn check_all(&mut self) {
        let known = self.records_of_the_platform().await;
        for profile in 0..self.profiles.len() {
            self.check_reads(profile).await;
            self.check_outbox(profile).await;
            self.check_mirror(profile, &known).await;
            self.check_made(profile, &known).await;
            self.check_disk(profile).await;
            self.check_chain(profile).await;
            self.check_canaries(profile);
        }
        self.check_effects(&known).await;
        self.check_platform_disk().await;
    }

    /// All come to rest, and nothing is amiss.
    pub async fn end_in_order(&mut self) {
        self.come_to_rest().await;
        self.check_all().await;
        assert_eq!(self.violations, [], "{}", self.trace().join("\n"));
    }

    /// I1: whatever was queued is done, given up, or before the eyes of a person.
    async fn check_outbox(&mut self, profile: usize) {
        let operations = self.profiles[profile].operations().await;
        let mut wrong = Vec::new();
        for (id, intent) in &self.intents {
            if intent.profile != profile {
                continue;
            }
            match operations.iter().find(|one| one.request.id == *id) {
                None => wrong.push(format!("{id} ({}) has vanished", intent.action)),
                Some(one) if waits_for_nobody(one, &operations) => {
                    wrong.push(format!("{id} is {:?} for ever", one.status));
                }
                Some(_) => {}
            }
        }
        for what in wrong {
            self.violate("I1", what);
        }
    }

    /// I1 and I2 from the other side: what happened, against what was meant and what was said.
    async fn check_effects(&mut self, known: &BTreeMap<(String, String), Held>) {
        let mut paid: BTreeMap<String, u32> = BTreeMap::new();
        for (key, times) in self.office.provider.effects() {
            let first = self.relabelled.iter().find_map(|(new, first)| {
                key.strip_prefix(&new.to_string())
                    .map(|rest| format!("{first}{rest}"))
            });
            *paid.entry(first.unwrap_or(key)).or_default() += times;
        }
        self.counts.effects += paid.values().map(|times| u64::from(*times)).sum::<u64>();
        let mut wrong = Vec::new();
        for (key, times) in &paid {
            if *times > 1 {
                wrong.push(("I2", format!("{key} was paid {times} times")));
            }
            let meant = self
                .intents
                .keys()
                .any(|id| key.starts_with(&id.to_string()));
            if !meant {
                wrong.push(("I2", format!("{key} was paid and nobody meant it")));
            }
        }
        let mut all: BTreeMap<_, Queued> = BTreeMap::new();
        for profile in &self.profiles {
            let operations = profile.operations().await;
            all.extend(operations.into_iter().map(|one| (one.request.id, one)));
        }
        for (id, intent) in &self.intents {
            let Some(one) = all.get(id) else {
                continue;
            };
            let text = Value::String(intent.text.clone());
            let happened = match intent.action.as_str() {
                "release" | "goodwill" | "tip" => paid
                    .iter()
                    .filter(|(key, _)| key.starts_with(&id.to_string()))
                    .map(|(_, times)| *times)
                    .sum(),
                "note" | "jot" => {
                    let entries = known.iter().filter(|((kind, _), (_, body))| {
                        kind == "entry" && body.get("text") == Some(&text)
                    });
                    u32::try_from(entries.count()).unwrap()
                }
                _ => continue,
            };
            if happened > 1 {
                wrong.push(("I2", format!("{id} happened {happened} times")));
            }
            let word = (one.status, one.hold);
            let row = self.office.up().store.operation(TENANT, *id).await.unwrap();
            if self.taken_back.contains(id) {
                let never = (one.status, one.attempts, happened) == (Status::Discarded, 0, 0);
                if !never || row.is_some() {
                    wrong.push(("I1", format!("{id} was taken back and is {word:?}")));
                }
            }
            match word {
                (Status::Confirmed, _) if happened == 0 => {
                    wrong.push(("I1", format!("{id} is confirmed and never happened")));
                }
                // What a restored platform has forgotten, a person is asked about (fault 7).
                (Status::Held, Some(Hold::Restored)) => {}
                (Status::Discarded, _) if self.restored && row.is_none() => {}
                // It says itself that it is not known (fault 7).
                (Status::Held, _) if one.reason.as_ref().is_some_and(is_not_known) => {}
                (Status::Held | Status::Discarded, _) if happened > 0 => {
                    wrong.push(("I1", format!("{id} is {word:?} and happened")));
                }
                _ => {}
            }
            let Some(row) = row else {
                if one.status == Status::Confirmed && self.sabotage.is_none() {
                    wrong.push(("I1", format!("{id} is confirmed and not known there")));
                }
                continue;
            };
            let agree = match row.verdict.word {
                VerdictWord::Confirmed => one.status == Status::Confirmed,
                VerdictWord::Refused => {
                    one.hold == Some(Hold::Refused) || one.status == Status::Discarded
                }
                VerdictWord::Conflict => {
                    one.hold == Some(Hold::Conflict) || one.status == Status::Discarded
                }
                VerdictWord::Lapsed => {
                    one.hold == Some(Hold::Lapsed) || one.status == Status::Discarded
                }
                VerdictWord::Accepted | VerdictWord::Unknown | VerdictWord::NotTried => false,
            };
            if !agree {
                let said = row.verdict.word;
                wrong.push(("I1", format!("{id}: {said:?} there, {word:?} here")));
            }
        }
        for (rule, what) in wrong {
            self.violate(rule, what);
        }
    }

    async fn records_of_the_platform(&self) -> BTreeMap<(String, String), Held> {
        let everything = Question {
            text: "1".into(),
            params: Vec::new(),
        };
        let mut known = BTreeMap::new();
        for kind in KINDS {
            let store = &self.office.up().store;
            let rows = store.records(TENANT, kind, &everything).await.unwrap();
            for RecordRow {
                id, revision, body, ..
            } in rows
            {
                let revision = i64::try_from(revision).unwrap();
                known.insert((kind.to_owned(), id), (revision, body));
            }
        }
        known
    }

    /// I4: what a laptop has is what the platform has.
    async fn check_mirror(&mut self, profile: usize, known: &BTreeMap<(String, String), Held>) {
        let read = |cache: &rusqlite::Transaction<'_>| {
            let mut statement = cache.prepare("SELECT kind, id, revision, body FROM record")?;
            let mut rows = statement.query([])?;
            let mut mirror = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let body: String = row.get(3)?;
                let body: Map<String, Value> = serde_json::from_str(&body)?;
                mirror.insert((row.get(0)?, row.get(1)?), (row.get::<_, i64>(2)?, body));
            }
            Ok::<_, StoreError>(mirror)
        };
        let cache = &self.profiles[profile].engine().stores().cache;
        let mirror: BTreeMap<(String, String), Held> = cache.read(read).await.unwrap();
        let keys: BTreeSet<_> = known.keys().chain(mirror.keys()).cloned().collect();
        for key in keys {
            let (here, there) = (mirror.get(&key), known.get(&key));
            if here != there {
                let what = format!("profile {profile} has {key:?} as {here:?}, not {there:?}");
                self.violate("I4", what);
            }
        }
    }

    /// I4 of what operations make: it is shown once it is there, as the platform has it, and where nothing was
    /// made nothing is left of what was drawn.
    async fn check_made(&mut self, profile: usize, known: &BTreeMap<(String, String), Held>) {
        let engine = self.profiles[profile].engine().clone();
        let makes = |one: &Queued| matches!(one.request.action.as_str(), "note" | "jot");
        let operations = self.profiles[profile].operations().await;
        for one in operations.into_iter().filter(makes) {
            let entry = Create {
                kind: "entry".into(),
                body: Map::new(),
            };
            let id = entry.id(one.request.id, 0);
            let there = known.get(&(entry.kind, id.clone()));
            let there = there.map(|(revision, _)| *revision);
            let here = match queues::record(&engine, "entry", &id).await {
                Ok(shown) => Ok(Some(i64::try_from(shown.revision).unwrap())),
                Err(error) if error.code == Code::NotFound => Ok(None),
                Err(error) => Err(error.code),
            };
            let is_missing = one.status == Status::Confirmed
                && there.is_none()
                && !self.restored
                && self.sabotage.is_none();
            if here != Ok(there) || is_missing {
                let id = one.request.id;
                let what = format!("profile {profile} shows {here:?} of what {id} made: {there:?}");
                self.violate("I4", what);
            }
        }
    }

    /// I5: the databases are sound, and so is the index over their words.
    async fn check_disk(&mut self, profile: usize) {
        let stores = self.profiles[profile].engine().stores().clone();
        let mut wrong = Vec::new();
        for (name, db) in [("state.db", &stores.state), ("cache.db", &stores.cache)] {
            wrong.extend(unsound(db).await.into_iter().map(|what| (name, what)));
        }
        let indexed = |cache: &rusqlite::Transaction<'_>| {
            cache.execute_batch(
                "INSERT INTO record_text (record_text) VALUES ('integrity-check');
                 INSERT INTO record_start (record_start) VALUES ('integrity-check');",
            )?;
            let off: i64 = cache.query_row(
                "SELECT abs((SELECT count(*) FROM record_text) - count(*))
                      + abs((SELECT count(*) FROM record_start) - count(*)) FROM record",
                [],
                |row| row.get(0),
            )?;
            Ok::<_, StoreError>(off)
        };
        match stores.cache.write(indexed).await {
            Ok(0) => {}
            other => wrong.push(("words", format!("{other:?}"))),
        }
        for (name, what) in wrong {
            self.violate("I5", format!("{name} of profile {profile}: {what}"));
        }
    }

    /// I7: the chain holds, and the platform has signed all of it.
    async fn check_chain(&mut self, profile: usize) {
        let device = self.profiles[profile].device;
        let checked = self.profiles[profile].engine().check_chain().await.unwrap();
        if let Some(broken) = &checked.broken {
            self.violate("I7", format!("chain of profile {profile}: {broken:?}"));
        }
        let head = self.office.up().store.signed_head(TENANT, device).await;
        let signed = head.unwrap().map_or(0, |head| head.seq);
        if (checked.countersigned, signed) != (checked.entries, checked.entries) {
            let what = format!("chain of profile {profile}: {checked:?}, {signed} there");
            self.violate("I7", what);
        }
    }

    /// I6: nothing confidential is in clear in any file of a laptop.
    fn check_canaries(&mut self, profile: usize) {
        let folder = self.profiles[profile].folder().to_owned();
        for entry in walkdir::WalkDir::new(folder) {
            let entry = entry.unwrap();
            if !entry.file_type().is_file() {
                continue;
            }
            let bytes = std::fs::read(entry.path()).unwrap();
            let has = |word: &str| memchr::memmem::find(&bytes, word.as_bytes()).is_some();
            if has(CANARY) || has(&self.profiles[profile].token) {
                self.violate("I6", format!("{} speaks", entry.path().display()));
            }
        }
    }

    async fn check_platform_disk(&mut self) {
        let open = rusqlite::Connection::open(self.office.database()).unwrap();
        let found: String = open
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        if found != "ok" {
            self.violate("I5", format!("platform.db: {found}"));
        }
    }
}

/// The record is gone by which the provider could have been asked.
fn is_not_known(reason: &Reason) -> bool {
    reason.code == "provider.not_asked"
}

async fn unsound(db: &Db) -> Vec<String> {
    let read = |tx: &rusqlite::Transaction<'_>| {
        let mut wrong = Vec::new();
        let found: String = tx.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        if found != "ok" {
            wrong.push(found);
        }
        if tx.prepare("PRAGMA foreign_key_check")?.exists([])? {
            wrong.push("a foreign key leads nowhere".to_owned());
        }
        Ok::<_, StoreError>(wrong)
    };
    db.read(read).await.unwrap()
}
