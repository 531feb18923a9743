//! The packs in force, opened once each; one that no tenant has any more is closed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use watchkeeper_pack::bundle::BundleError;
use watchkeeper_pack::{Bundle, Pack, Sight};
use watchkeeper_wire::problem::Code;

use crate::problem::ApiError;
use crate::store::{Access, Store, TenantState};

/// Opened packs.
pub struct Packs {
    store: Arc<dyn Store>,
    /// The last one of each tenant.
    open: Mutex<BTreeMap<String, Arc<Pack>>>,
    sights: Mutex<BTreeMap<Reader, Arc<Sight>>>,
}

/// A pack's hash, those roles of a reader by which it tells readers apart, and the operator's id.
type Reader = (String, BTreeSet<String>, String);

impl Packs {
    /// Over this store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            open: Mutex::default(),
            sights: Mutex::default(),
        }
    }

    /// The tenant's active pack.
    pub async fn active(&self, tenant: &TenantState) -> Result<Option<Arc<Pack>>, ApiError> {
        let Some(active) = &tenant.pack else {
            return Ok(None);
        };
        let id = &tenant.tenant.id;
        if let Some(pack) = self.known(&active.hash) {
            self.keep(id, &pack);
            return Ok(Some(pack));
        }
        let Some(bytes) = self.store.pack(id, &active.hash).await? else {
            return Ok(None);
        };
        match self.opened(bytes, active.hash.clone()).await? {
            Ok(pack) => {
                self.keep(id, &pack);
                Ok(Some(pack))
            }
            Err(error) => {
                tracing::error!(hash = %active.hash, ?error, "the stored pack does not open");
                Err(Code::Internal.into())
            }
        }
    }

    /// Opens the pack of these bytes and this hash, unless a tenant has it open: checking all of it takes
    /// its time.
    pub(crate) async fn opened(
        &self,
        bytes: Vec<u8>,
        hash: String,
    ) -> Result<Result<Arc<Pack>, BundleError>, ApiError> {
        if let Some(pack) = self.known(&hash) {
            return Ok(Ok(pack));
        }
        let opened = tokio::task::spawn_blocking(move || Bundle::open(&bytes, &hash)).await;
        match opened {
            Ok(opened) => Ok(opened.map(Arc::new)),
            Err(error) => Err(ApiError::new(Code::Internal, error.to_string())),
        }
    }

    /// What this reader sees now. A tenant without a pack hides nothing but what is another operator's
    /// alone; one whose pack does not open says nothing at all, because nobody knows what it hides.
    pub async fn sight(&self, access: &Access) -> Result<Arc<Sight>, ApiError> {
        match self.store.tenant(&access.tenant).await? {
            Some(tenant) => self.sight_in(&tenant, access).await,
            None => Ok(unhidden(access)),
        }
    }

    /// The same, of a tenant as it was read.
    pub async fn sight_in(
        &self,
        tenant: &TenantState,
        access: &Access,
    ) -> Result<Arc<Sight>, ApiError> {
        let Some(pack) = self.active(tenant).await? else {
            return Ok(unhidden(access));
        };
        if pack.told_apart.is_empty() {
            return Ok(unhidden(access));
        }
        let roles = access.roles.iter();
        let roles = roles.filter(|role| pack.told_apart.contains(*role));
        let operator = access.operator.id.clone();
        let reader: Reader = (pack.hash.clone(), roles.cloned().collect(), operator);
        let mut sights = self.sights.lock().unwrap_or_else(|e| e.into_inner());
        let sight = sights
            .entry(reader)
            .or_insert_with_key(|(_, roles, operator)| {
                Arc::new(Sight::of(&pack, roles).for_reader(operator))
            });
        Ok(Arc::clone(sight))
    }

    /// The pack of this hash, where a tenant has it open.
    fn known(&self, hash: &str) -> Option<Arc<Pack>> {
        let open = self.open.lock().unwrap_or_else(|e| e.into_inner());
        open.values().find(|pack| pack.hash == hash).cloned()
    }

    /// It is this tenant's from now on; what only its last one needed goes.
    pub(crate) fn keep(&self, tenant: &str, pack: &Arc<Pack>) {
        let mut open = self.open.lock().unwrap_or_else(|e| e.into_inner());
        let is_known = open.get(tenant).is_some_and(|had| had.hash == pack.hash);
        if is_known {
            return;
        }
        open.insert(tenant.to_owned(), Arc::clone(pack));
        let mut sights = self.sights.lock().unwrap_or_else(|e| e.into_inner());
        sights.retain(|(hash, ..), _| open.values().any(|pack| pack.hash == *hash));
    }
}

/// The sight of a reader from whom no kind or field is hidden.
fn unhidden(access: &Access) -> Arc<Sight> {
    Arc::new(Sight::default().for_reader(&access.operator.id))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use watchkeeper_wire::session::{PackRef, Tenant};

    use super::*;
    use crate::store::sqlite::SqliteStore;

    /// One pack in many editions.
    fn edition(number: u32) -> Bundle {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/dog-trainers");
        let mut files = Bundle::from_dir(&folder).unwrap().files().clone();
        let text = files.get_mut("pack.yaml").unwrap();
        text.push_str(&format!("\n# {number}\n"));
        Bundle::from_files(files).unwrap()
    }

    #[tokio::test]
    async fn a_pack_that_no_tenant_has_any_more_is_closed_with_what_was_seen_by_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(&folder.path().join("platform.db")).unwrap());
        let packs = Packs::new(Arc::clone(&store) as Arc<dyn Store>);
        for id in ["a", "b"] {
            let tenant = Tenant {
                id: id.into(),
                name: id.into(),
                zone: "UTC".into(),
            };
            store.found_tenant(&tenant).await.unwrap();
        }
        let takes = async |tenant: &str, number: u32| {
            let bundle = edition(number);
            let pack = PackRef {
                hash: bundle.hash().to_owned(),
                version: number,
                signature: String::new(),
            };
            let published = store.publish_pack(tenant, &pack, bundle.bytes(), "us");
            assert!(published.await.unwrap());
            let state = store.tenant(tenant).await.unwrap().unwrap();
            let opened = packs.active(&state).await.unwrap().unwrap();
            assert_eq!(opened.hash, bundle.hash());
            opened.hash.clone()
        };
        let are_open = |hashes: [&String; 2]| {
            let open = packs.open.lock().unwrap();
            let open: BTreeSet<&String> = open.values().map(|pack| &pack.hash).collect();
            assert_eq!(open, BTreeSet::from(hashes));
        };
        let first = takes("a", 1).await;
        assert_eq!(takes("b", 1).await, first);
        let reader = (first.clone(), BTreeSet::new(), "kim".to_owned());
        let sight = Arc::new(Sight::default());
        packs.sights.lock().unwrap().insert(reader.clone(), sight);
        let second = takes("a", 2).await;
        are_open([&first, &second]);
        let third = takes("a", 3).await;
        are_open([&first, &third]);
        assert!(packs.sights.lock().unwrap().contains_key(&reader));
        assert_eq!(takes("b", 3).await, third);
        are_open([&third, &third]);
        assert!(packs.sights.lock().unwrap().is_empty());
    }
}
