//! From what a plan sets to whole records: each record once, computed fields and title with it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use uuid::Uuid;
use watchkeeper_model::plan::{Create, Erase, Settled};
use watchkeeper_pack::{Kind, Pack, erased, value};

use crate::Platform;
use crate::decide::{erase, refs_of};
use crate::problem::ApiError;
use crate::store::{Put, Write};

/// Records about to be written.
pub struct Draft<'a> {
    tenant: &'a str,
    pack: &'a Pack,
    bodies: BTreeMap<(String, String), Map<String, Value>>,
}

impl<'a> Draft<'a> {
    /// Nothing yet.
    pub fn new(tenant: &'a str, pack: &'a Pack) -> Self {
        Self {
            tenant,
            pack,
            bodies: BTreeMap::new(),
        }
    }

    /// Sets fields of a record; null takes one away. A record that is gone is left so.
    pub async fn set(
        &mut self,
        platform: &Platform,
        kind: &str,
        id: &str,
        set: &Map<String, Value>,
    ) -> Result<(), ApiError> {
        if set.is_empty() {
            return Ok(());
        }
        let name = (kind.to_owned(), id.to_owned());
        let body = match self.bodies.remove(&name) {
            Some(body) => Some(body),
            None => platform
                .store
                .record(self.tenant, kind, id)
                .await?
                .map(|row| row.body),
        };
        let Some(mut body) = body else {
            return Ok(());
        };
        for (field, value) in set {
            if value.is_null() {
                body.remove(field);
            } else {
                body.insert(field.clone(), value.clone());
            }
        }
        self.bodies.insert(name, body);
        Ok(())
    }

    /// Empties what says something of a person, in all their records and in what is kept of these.
    pub async fn erase(
        &mut self,
        platform: &Platform,
        own: (&str, &str),
        what: &Erase,
    ) -> Result<(), ApiError> {
        for (row, fields) in erase::said_of(platform, self.tenant, self.pack, own, what).await? {
            let name = (row.kind, row.id);
            let mut body = self.bodies.remove(&name).unwrap_or(row.body);
            if let Some(kind) = self.pack.kind(&name.0) {
                erased::empty(kind, &mut body, &fields);
            }
            self.bodies.insert(name, body);
        }
        Ok(())
    }

    /// Makes the record that the operation is on, with nothing in it yet.
    pub fn begin(&mut self, kind: &str, id: &str) {
        let name = (kind.to_owned(), id.to_owned());
        self.bodies.entry(name).or_default();
    }

    /// Makes a record. Its id follows from the operation, so that nothing is made twice.
    pub fn create(&mut self, operation: Uuid, place: usize, create: &Create) {
        let name = (create.kind.clone(), create.id(operation, place));
        self.bodies.insert(name, create.body.clone());
    }

    /// The records, whole.
    pub async fn finish(self, platform: &Platform) -> Result<Vec<Write>, ApiError> {
        let mut writes = Vec::with_capacity(self.bodies.len());
        for ((kind, id), body) in &self.bodies {
            let put = match self.pack.kind(kind) {
                Some(known) => self.whole(platform, known, id, body.clone()).await?,
                None => Put {
                    title: id.clone(),
                    body: body.clone(),
                    ..Put::default()
                },
            };
            writes.push(Write {
                kind: kind.clone(),
                id: id.clone(),
                put: Some(put),
                version: None,
            });
        }
        Ok(writes)
    }

    /// A body with what follows from it. A title mentions others as they will be.
    async fn whole(
        &self,
        platform: &Platform,
        kind: &Kind,
        id: &str,
        body: Map<String, Value>,
    ) -> Result<Put, ApiError> {
        let computed = value::compute(kind, &body);
        let referring = match body.contains_key(erased::MARK) {
            true => erase::referring(self.pack, &kind.name),
            false => Vec::new(),
        };
        let mut refs = Map::new();
        for (field, kind) in refs_of(kind) {
            let Some(id) = body.get(&field).and_then(Value::as_str) else {
                continue;
            };
            let referred = match self.bodies.get(&(kind.clone(), id.to_owned())) {
                Some(body) => Some(body.clone()),
                None => {
                    let row = platform.store.record(self.tenant, &kind, id).await?;
                    row.map(|row| row.body)
                }
            };
            if let Some(referred) = referred {
                refs.insert(field, Value::Object(referred));
            }
        }
        Ok(Put {
            title: value::title(kind, id, &body, &computed, &refs),
            body,
            computed,
            referring,
        })
    }
}

/// What a provider's final answer changes.
pub async fn settled_writes(
    platform: &Platform,
    tenant: &str,
    pack: &Pack,
    record: (&str, &str),
    settled: &Settled,
) -> Result<Vec<Write>, ApiError> {
    let mut draft = Draft::new(tenant, pack);
    draft
        .set(platform, record.0, record.1, &settled.sets)
        .await?;
    for on in &settled.sets_on {
        draft.set(platform, &on.kind, &on.id, &on.set).await?;
    }
    for erase in &settled.erases {
        draft.erase(platform, record, erase).await?;
    }
    draft.finish(platform).await
}
