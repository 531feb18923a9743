//! The packs in force, opened once each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use watchkeeper_pack::{Bundle, Pack};
use watchkeeper_wire::problem::Code;

use crate::problem::ApiError;
use crate::store::{Store, TenantState};

/// Opened packs by hash.
pub struct Packs {
    store: Arc<dyn Store>,
    open: Mutex<BTreeMap<String, Arc<Pack>>>,
}

impl Packs {
    /// Over this store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            open: Mutex::default(),
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

    fn known(&self, hash: &str) -> Option<Arc<Pack>> {
        let open = self.open.lock().unwrap_or_else(|e| e.into_inner());
        open.get(hash).cloned()
    }
}
