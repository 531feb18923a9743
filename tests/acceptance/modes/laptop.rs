//! A laptop of somebody, whose engine has a line only for a turn.

use std::sync::Arc;

use tempfile::TempDir;
use uuid::Uuid;
use watchkeeper_core::features::queues::view::{ActRequest, OperationView, RecordView};
use watchkeeper_core::features::{history, queues, watch};
use watchkeeper_core::{Engine, Error};
use watchkeeper_pack::value;
use watchkeeper_platform::Server;
use watchkeeper_platform::store::Access;
use watchkeeper_tests::laptop;

use super::{Case, TENANT, tenant};

/// A laptop of somebody, after its first turn.
pub(crate) struct Laptop {
    pub(super) engine: Arc<Engine>,
    pub(super) access: Access,
    pub(super) device: Uuid,
    _folder: TempDir,
}

impl Laptop {
    pub(super) async fn new(server: &Server, operator: &str, roles: &[&str]) -> Self {
        let (folder, device) = (tempfile::tempdir().unwrap(), Uuid::now_v7());
        let (who, on) = ((operator, roles), (folder.path(), device));
        let profile = laptop::profile(server, tenant(), who, on).await.unwrap();
        let mut roles: Vec<String> = roles.iter().map(ToString::to_string).collect();
        roles.sort();
        let laptop = Self {
            engine: Engine::assemble(profile).await.unwrap(),
            access: Access {
                token_hash: String::new(),
                tenant: TENANT.to_owned(),
                operator: laptop::operator(operator),
                roles,
                regions: Vec::new(),
                revoked: false,
            },
            device,
            _folder: folder,
        };
        laptop.turn().await;
        laptop
    }

    /// The line is there for one turn.
    pub(crate) async fn turn(&self) {
        self.engine.sync_once().await.unwrap();
    }

    pub(crate) async fn record(&self, (kind, id): (&str, &str)) -> RecordView {
        queues::record(&self.engine, kind, id).await.unwrap()
    }

    /// Asks the platform what everybody did with a record, which is kept.
    pub(crate) async fn ask_history(&self, (kind, id): (&str, &str)) {
        let told = history::ask(&self.engine, kind, id, false).await.unwrap();
        assert!(told.as_of.is_some(), "{kind}/{id}: {told:?}");
    }

    /// How many wait in a queue by the first screen; none where it does not stand there.
    pub(crate) async fn due(&self, view: &str) -> Option<u32> {
        let screen = watch::watch(&self.engine).await.unwrap();
        let mut due = screen.due.into_iter();
        due.find(|queue| queue.view == view).map(|queue| queue.open)
    }

    pub(super) async fn act(&self, id: Uuid, case: &Case) -> Result<OperationView, Error> {
        let seen = self.record((&case.on.0, &case.on.1)).await;
        let offered = seen.actions.iter().find(|each| each.action == case.action);
        let params = case.params();
        let amount = offered
            .and_then(|each| each.typed_param.as_ref())
            .and_then(|name| params.get(name))
            .map(|money| {
                let currency = money["currency"].as_str().unwrap();
                value::money_text(money["minor"].as_i64().unwrap(), currency)
            });
        let typed = amount.or_else(|| offered.and_then(|each| each.typed.clone()));
        let params = params.into_iter();
        let request = ActRequest {
            operation: id.to_string(),
            kind: case.on.0.clone(),
            id: case.on.1.clone(),
            action: case.action.to_owned(),
            params: params
                .map(|(name, value)| (name, value.to_string()))
                .collect(),
            typed,
            seen_revision: seen.revision,
            amends: None,
        };
        queues::act(&self.engine, request).await
    }

    /// An operation as it is shown here.
    pub(super) async fn shown(&self, id: Uuid, case: &Case) -> OperationView {
        let record = self.record((&case.on.0, &case.on.1)).await;
        let mut ours = record.operations.into_iter();
        let id = id.to_string();
        ours.find(|each| each.id == id)
            .unwrap_or_else(|| panic!("{}: not among its operations", case.what()))
    }
}
