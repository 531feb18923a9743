//! A platform with something to agree to, and the laptops of those who ask and answer.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use uuid::Uuid;
use watchkeeper_core::features::queues;
use watchkeeper_core::features::queues::view::{
    ActRequest, OperationView, RecordView, ViewRequest,
};
use watchkeeper_core::notify::{About, Notifier};
use watchkeeper_core::profile::open::OpenProfile;
use watchkeeper_core::{Engine, Error};
use watchkeeper_pack::Bundle;
use watchkeeper_platform::clock::{Clock, ManualClock};
use watchkeeper_platform::{Options, Server, intake};
use watchkeeper_tests::laptop;
use watchkeeper_wire::session::Tenant;

use crate::amarise_bodies::{NOW, eur, price_change, product};
use crate::screen::Screen;
use crate::world::at;

pub(crate) const TENANT: &str = "office";

fn tenant() -> Tenant {
    Tenant {
        id: TENANT.into(),
        name: "The office".into(),
        zone: "Europe/Paris".into(),
    }
}

/// A platform with one product, its price of 100.00 euro, and price changes `pc-1` to `pc-3`.
pub(crate) struct Office {
    pub(crate) server: Server,
    pub(super) clock: Arc<ManualClock>,
    _folder: TempDir,
}

impl Office {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(at(NOW)));
        let server = Server::bind(Options {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            stand_ins: true,
            ..Options::new(folder.path().to_owned())
        });
        let server = server.await.unwrap();
        let pack = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../packs/amarise");
        let pack = watchkeeper_tests::signed(Bundle::from_dir(&pack).unwrap()).unwrap();
        server.platform.found(&tenant(), Some(&pack)).await.unwrap();
        let mut records = vec![
            json!({"kind": "product", "id": "p-1", "body": product("SKU-1", json!({"state": "active"}))}),
            json!({"kind": "price", "id": "price-1", "body": {
                "product": "p-1", "region": "eu", "list_price": eur(10_000),
                "changed_at": "2026-11-01T00:00:00.000Z"}}),
        ];
        for n in 1..=3 {
            let body = price_change(&format!("PC-{n}"), json!({}));
            records.push(json!({"kind": "price_change", "id": format!("pc-{n}"), "body": body}));
        }
        let brought = serde_json::from_value(json!({"records": records})).unwrap();
        let answer = intake::take(&server.platform, TENANT, &brought)
            .await
            .unwrap();
        assert!(answer.rejected.is_empty(), "{:?}", answer.rejected);
        Self {
            server,
            clock,
            _folder: folder,
        }
    }

    /// A laptop of somebody with these roles, after its first turn.
    pub(crate) async fn laptop(&self, operator: &str, roles: &[&str]) -> Laptop {
        let folder = tempfile::tempdir().unwrap();
        let (who, on) = ((operator, roles), (folder.path(), Uuid::now_v7()));
        let profile = laptop::profile(&self.server, tenant(), who, on).await;
        let screen = Arc::new(Screen::default());
        let profile = OpenProfile {
            notifier: Arc::clone(&screen) as Arc<dyn Notifier>,
            ..profile.unwrap()
        };
        let laptop = Laptop {
            engine: Engine::assemble(profile).await.unwrap(),
            screen,
            _folder: folder,
        };
        laptop.turn().await;
        laptop
    }

    pub(super) async fn body(&self, kind: &str, id: &str) -> (u64, Map<String, Value>) {
        let row = self.server.platform.store.record(TENANT, kind, id).await;
        let row = row.unwrap().unwrap();
        (row.revision, row.body)
    }

    /// The list price in cents, and how often it was written.
    pub(super) async fn price(&self) -> (i64, u64) {
        let (revision, body) = self.body("price", "price-1").await;
        (body["list_price"]["minor"].as_i64().unwrap(), revision)
    }
}

pub(crate) struct Laptop {
    pub(crate) engine: Arc<Engine>,
    screen: Arc<Screen>,
    _folder: TempDir,
}

impl Laptop {
    /// The line is there for one turn.
    pub(crate) async fn turn(&self) {
        self.engine.sync_once().await.unwrap();
    }

    pub(super) async fn record(&self, kind: &str, id: &str) -> RecordView {
        queues::record(&self.engine, kind, id).await.unwrap()
    }

    /// Acts on a record as it is shown here, whether or not there is a line.
    pub(super) async fn act(
        &self,
        (kind, id): (&str, &str),
        action: &str,
        comment: Option<&str>,
    ) -> Result<OperationView, Error> {
        let seen = self.record(kind, id).await;
        let offered = seen.actions.iter().find(|each| each.action == action);
        let params = comment.map(|text| ("comment".to_owned(), json!(text).to_string()));
        let request = ActRequest {
            operation: Uuid::now_v7().to_string(),
            kind: kind.into(),
            id: id.into(),
            action: action.into(),
            params: params.into_iter().collect::<BTreeMap<_, _>>(),
            typed: offered.and_then(|each| each.typed.clone()),
            seen_revision: seen.revision,
            amends: None,
        };
        queues::act(&self.engine, request).await
    }

    /// Asks for a price change, and answers the id under which somebody has to agree.
    pub(super) async fn ask(&self, change: &str) -> String {
        let asked = self.act(("price_change", change), "apply", None).await;
        format!("{}-1", asked.unwrap().id)
    }

    /// Our last operation on a record.
    pub(super) async fn ours(&self, kind: &str, id: &str) -> OperationView {
        self.record(kind, id).await.operations.remove(0)
    }

    /// Approvals by section of their view, and how many wait for us by the rail.
    pub(super) async fn approvals(&self) -> (Vec<(String, u32)>, u32) {
        let request = ViewRequest {
            view: "approvals".into(),
            sort: None,
            search: String::new(),
            offset: 0,
            limit: 50,
            ..ViewRequest::default()
        };
        let page = queues::page(&self.engine, request).await.unwrap();
        let sections = page.sections.into_iter();
        let rail = queues::navigation(&self.engine).await.unwrap();
        let entry = rail.queues.iter().find(|entry| entry.view == "approvals");
        (
            sections.map(|each| (each.id, each.count)).collect(),
            entry.unwrap().open,
        )
    }

    /// What the desktop tells of approvals, once it had time to: the titles, which name the tenant and
    /// nothing of a record.
    pub(super) async fn told(&self) -> Vec<String> {
        while let Some(wait) = self.engine.notify_once().await.unwrap() {
            tokio::time::sleep(wait).await;
        }
        let told = self.screen.standing(&About::Approvals).into_iter();
        told.map(|(title, body)| {
            assert_eq!(body, tenant().name);
            title
        })
        .collect()
    }

    pub(super) async fn check(&self) {
        assert_eq!(self.engine.check_chain().await.unwrap().broken, None);
    }
}
