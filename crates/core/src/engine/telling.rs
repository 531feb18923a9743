//! What an engine is told by its tasks and commands, and tells whoever listens.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use watchkeeper_model::audit::Event;
use watchkeeper_pack::Pack;
use watchkeeper_pack::pack::{Effect, SetOn};
use watchkeeper_wire::operation::Operation;

use super::{Engine, LinkState, Rights};
use crate::changes::{ChangeSet, Source, Tag};
use crate::clock;
use crate::store::StoreError;

impl Engine {
    pub(crate) fn note_fork(&self) {
        if !self.chain_forked.swap(true, Ordering::Relaxed) {
            self.changed([Tag::App, Tag::Sync, Tag::Audit], Source::Sync);
        }
    }

    /// The platform said what time it is, in answer to something sent at `sent`.
    pub(crate) fn observe(&self, server_time: DateTime<Utc>, sent: Duration) {
        let was_unsure = self.clock.now().unsure;
        self.clock.observe(server_time, sent);
        let now = self.clock.now().at;
        self.link
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .spoke_at = Some(now);
        if was_unsure {
            self.changed([Tag::Navigation, Tag::Sync], Source::Sync);
        }
    }

    /// Keeps the platform's time for the next start.
    pub(crate) async fn keep_time(&self) -> Result<(), StoreError> {
        match self.clock.anchor() {
            None => Ok(()),
            Some(anchor) => {
                self.stores
                    .state
                    .write(move |state| clock::save_anchor(state, &anchor))
                    .await
            }
        }
    }

    pub(crate) fn put_pack(&self, pack: Arc<Pack>) {
        let mut tags: BTreeSet<Tag> = pack.kinds.keys().cloned().map(Tag::Kind).collect();
        tags.extend([Tag::Pack, Tag::Navigation, Tag::Sync]);
        *self.pack.write().unwrap_or_else(PoisonError::into_inner) = Some(pack);
        self.changed(tags, Source::Sync);
    }

    pub(crate) fn put_rights(&self, rights: Rights) {
        *self.rights.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rights);
        let mut tags = BTreeSet::from([Tag::Pack, Tag::Navigation]);
        if let Some(pack) = self.pack() {
            tags.extend(pack.kinds.keys().cloned().map(Tag::Kind));
        }
        self.changed(tags, Source::Sync);
    }

    /// Changes the state of the line, and tells of it where it changed.
    pub(crate) fn update_link(&self, change: impl FnOnce(&mut LinkState)) {
        let changed = {
            let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
            let before = link.clone();
            change(&mut link);
            *link != before
        };
        if changed {
            self.changed([Tag::Sync], Source::Sync);
        }
    }

    /// One of our operations changed.
    pub(crate) fn operation_changed(&self, request: &Operation, source: Source) {
        self.operations_changed([request], source);
    }

    /// Operations of ours changed.
    pub(crate) fn operations_changed<'a>(
        &self,
        requests: impl IntoIterator<Item = &'a Operation>,
        source: Source,
    ) {
        let tags: BTreeSet<Tag> = requests
            .into_iter()
            .flat_map(|request| self.drawn_by(&request.kind, &request.action))
            .collect();
        if !tags.is_empty() {
            self.changed(tags, source);
        }
    }

    /// What shows otherwise with an operation of this action: its own records, those that it changes along with
    /// them or makes, and whatever shows operations.
    pub(crate) fn drawn_by(&self, kind: &str, action: &str) -> BTreeSet<Tag> {
        let mut tags = BTreeSet::from([Tag::Navigation, Tag::Sync, Tag::Audit]);
        tags.insert(Tag::Kind(kind.to_owned()));
        let pack = self.pack();
        let kind = pack.as_deref().and_then(|pack| pack.kind(kind));
        let action = kind.and_then(|kind| kind.actions.get(action));
        for effect in action.into_iter().flat_map(|action| &action.effects) {
            match effect {
                Effect::SetOn(SetOn { kind, .. }) | Effect::Create { kind, .. } => {
                    tags.insert(Tag::Kind(kind.clone()));
                }
                Effect::Set(_) | Effect::Erase(_) | Effect::Call(_) => {}
            }
        }
        tags
    }

    /// Enters into the audit chain what the operator did or was refused, and tells of the entry.
    pub(crate) async fn enter(&self, event: Event) -> Result<(), StoreError> {
        let (scribe, now) = (self.scribe(), self.clock.now().at);
        self.stores
            .state
            .write(move |state| scribe.append(state, now, event))
            .await?;
        self.changed([Tag::Audit], Source::Operator);
        Ok(())
    }

    pub(crate) fn changed(&self, tags: impl IntoIterator<Item = Tag>, source: Source) {
        let tags: BTreeSet<Tag> = tags.into_iter().collect();
        self.numbers.touched(&tags);
        // Nobody listening is fine: whoever comes later reads everything anyway.
        let _ = self.changes.send(ChangeSet {
            profile: Some(self.profile.clone()),
            tags,
            source,
        });
    }
}
