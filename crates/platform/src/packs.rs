//! The packs in force, opened once each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use watchkeeper_pack::{Bundle, Pack, Sight};
use watchkeeper_wire::problem::Code;

use crate::problem::ApiError;
use crate::store::{Access, Store, TenantState};

/// Opened packs by hash.
pub struct Packs {
    store: Arc<dyn Store>,
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
        if let Some(pack) = self.known(&active.hash) {
            return Ok(Some(pack));
        }
        let Some(bytes) = self.store.pack(&tenant.tenant.id, &active.hash).await? else {
            return Ok(None);
        };
        let hash = active.hash.clone();
        let opened = tokio::task::spawn_blocking(move || Bundle::open(&bytes, &hash)).await;
        match opened {
            Ok(Ok(pack)) => {
                let pack = Arc::new(pack);
                let mut open = self.open.lock().unwrap_or_else(|e| e.into_inner());
                open.insert(active.hash.clone(), Arc::clone(&pack));
                Ok(Some(pack))
            }
            Ok(Err(error)) => {
                tracing::error!(hash = %active.hash, ?error, "the stored pack does not open");
                Err(Code::Internal.into())
            }
            Err(error) => {
                tracing::error!(%error, "opening a pack");
                Err(Code::Internal.into())
            }
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

    fn known(&self, hash: &str) -> Option<Arc<Pack>> {
        let open = self.open.lock().unwrap_or_else(|e| e.into_inner());
        open.get(hash).cloned()
    }
}

/// The sight of a reader from whom no kind or field is hidden.
fn unhidden(access: &Access) -> Arc<Sight> {
    Arc::new(Sight::default().for_reader(&access.operator.id))
}
