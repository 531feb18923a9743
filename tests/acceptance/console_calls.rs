//! H-10, X-78: retries and pages from a laptop to the other side and back.
//!
//! The real pack, a platform over HTTP whose clock stands still, stand-ins that misbehave, and an engine
//! that speaks to the platform only when it is told to.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use uuid::Uuid;
use watchkeeper_core::features::queues::view::{ActRequest, CellValue, OperationWord, RecordView};
use watchkeeper_core::features::{queues, sync};
use watchkeeper_core::{Engine, Error};
use watchkeeper_pack::Bundle;
use watchkeeper_platform::clock::{Clock, ManualClock};
use watchkeeper_platform::connectors::mood::Mode;
use watchkeeper_platform::{Options, Server, StandIns, intake};
use watchkeeper_tests::laptop;
use watchkeeper_wire::operation::VerdictWord;
use watchkeeper_wire::session::Tenant;

use crate::world::at;

const TENANT: &str = "console";
const NOON: &str = "2026-11-20T12:00:00.000Z";
const DELIVERY: (&str, &str) = ("webhook_delivery", "d");
const PAGE: (&str, &str) = ("page", "p");

fn tenant() -> Tenant {
    Tenant {
        id: TENANT.into(),
        name: "The console".into(),
        zone: "UTC".into(),
    }
}

/// A platform with one failed delivery and one page that is not sent, and one laptop.
struct Console {
    server: Server,
    clock: Arc<ManualClock>,
    engine: Arc<Engine>,
    _folders: [TempDir; 2],
}

impl Console {
    async fn new() -> Self {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let clock = Arc::new(ManualClock::new(at(NOON)));
        let server = Server::bind(Options {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            stand_ins: true,
            patience: Duration::from_millis(400),
            ..Options::new(folders[0].path().to_owned())
        });
        let server = server.await.unwrap();
        let platform = &server.platform;
        let pack = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../packs/admin-console");
        let pack = watchkeeper_tests::signed(Bundle::from_dir(&pack).unwrap()).unwrap();
        platform.found(&tenant(), Some(&pack)).await.unwrap();
        let said = json!({"contact_on_call": "PSVC-1", "contact_commander": "PSVC-2"});
        let said = said.as_object().unwrap();
        platform.say_settings(TENANT, said).await.unwrap();
        let brought = json!({"records": [
            {"kind": "integration", "id": "i", "body": {
                "code": "i", "name": "Parcels", "partner": "Parcel Co", "state": "live",
                "partner_mail": "ops@parcels.example", "endpoint": "https://parcels.example/hook"}},
            {"kind": "webhook_delivery", "id": "d", "body": {
                "delivery_id": "dlv-1", "integration": "i", "event": "order.shipped",
                "at": "2026-11-20T09:00:00.000Z", "retries": 0, "state": "failed"}},
            {"kind": "page", "id": "p", "body": {
                "number": "PG-1", "summary": "Payments fail", "severity": "s1",
                "drafted_at": "2026-11-20T11:58:00.000Z", "state": "draft"}},
        ]});
        let brought = serde_json::from_value(brought).unwrap();
        let answer = intake::take(platform, TENANT, &brought).await.unwrap();
        assert!(answer.rejected.is_empty(), "{:?}", answer.rejected);
        let (who, on) = (
            ("kim", &["operator"][..]),
            (folders[1].path(), Uuid::now_v7()),
        );
        let profile = laptop::profile(&server, tenant(), who, on).await.unwrap();
        let engine = Engine::assemble(profile).await.unwrap();
        let console = Self {
            server,
            clock,
            engine,
            _folders: folders,
        };
        console.turn().await;
        console
    }

    fn stand_ins(&self) -> &StandIns {
        self.server.platform.stand_ins.as_ref().unwrap()
    }

    /// The line is there for one turn.
    async fn turn(&self) {
        self.engine.sync_once().await.unwrap();
    }

    async fn record(&self, (kind, id): (&str, &str)) -> RecordView {
        queues::record(&self.engine, kind, id).await.unwrap()
    }

    /// The state as it is shown here.
    async fn state(&self, record: (&str, &str)) -> String {
        match self.record(record).await.state {
            Some(CellValue::State { id, .. }) => id,
            other => panic!("{other:?}"),
        }
    }

    /// Why an action is not offered as it is shown here.
    async fn denied(&self, record: (&str, &str), action: &str) -> Option<String> {
        let actions = self.record(record).await.actions;
        let action = actions.into_iter().find(|each| each.action == action);
        action.unwrap().denied.map(|denied| denied.code)
    }

    /// Acts on a record as it is shown here, whether or not there is a line; the operation's id.
    async fn act(&self, record: (&str, &str), action: &str) -> Result<Uuid, Error> {
        let id = Uuid::now_v7();
        let request = ActRequest {
            operation: id.to_string(),
            kind: record.0.into(),
            id: record.1.into(),
            action: action.into(),
            params: BTreeMap::new(),
            typed: None,
            seen_revision: self.record(record).await.revision,
            amends: None,
        };
        let shown = queues::act(&self.engine, request).await?;
        assert_eq!(shown.word, OperationWord::Queued, "{action}");
        Ok(id)
    }

    /// What is shown of the last operation on a record.
    async fn word(&self, record: (&str, &str)) -> OperationWord {
        self.record(record).await.operations.remove(0).word
    }

    /// Time goes on at the platform until an operation has ended there, and the laptop hears of it.
    async fn ends(&self, id: Uuid) {
        for _ in 0..900 {
            let known = self.server.platform.store.operation(TENANT, id).await;
            if known.unwrap().unwrap().verdict.word.is_final() {
                return self.turn().await;
            }
            self.clock.advance(TimeDelta::seconds(2));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never ended");
    }

    async fn body(&self, (kind, id): (&str, &str)) -> Map<String, Value> {
        let row = self.server.platform.store.record(TENANT, kind, id).await;
        row.unwrap().unwrap().body
    }

    async fn check(&self) {
        assert_eq!(self.engine.check_chain().await.unwrap().broken, None);
    }
}

#[tokio::test]
async fn h_10_a_webhook_is_retried_before_a_partner_hears_of_it() {
    let console = Console::new().await;
    let not_yet = Some("delivery.not_retried".to_owned());
    assert_eq!(console.denied(DELIVERY, "escalate").await, not_yet);
    assert!(console.act(DELIVERY, "escalate").await.is_err());

    // The retry goes out under the delivery's own id, and their side says no.
    console.stand_ins().webhook.receivers(410, 20, 1);
    let retry = console.act(DELIVERY, "retry").await.unwrap();
    assert!(console.denied(DELIVERY, "escalate").await.is_some());
    console.turn().await;
    assert_eq!(console.word(DELIVERY).await, OperationWord::Sent);
    console.ends(retry).await;
    let attempts = console.stand_ins().webhook.attempts().unwrap();
    assert_eq!(
        (attempts.len(), &attempts[0]["target"]),
        (1, &json!("dlv-1"))
    );
    assert_eq!(console.word(DELIVERY).await, OperationWord::Refused);
    let body = console.body(DELIVERY).await;
    assert_eq!(body["state"], "dead");
    assert_eq!(body["retries"], 1);
    assert_eq!(body["problem"], "The receiver answered 410.");
    assert!(console.stand_ins().mail.sent().unwrap().is_empty());

    // What is held is put aside; now the partner may be written to, and is, once.
    sync::discard(&console.engine, &retry.to_string())
        .await
        .unwrap();
    assert_eq!(console.denied(DELIVERY, "escalate").await, None);
    let escalate = console.act(DELIVERY, "escalate").await.unwrap();
    console.turn().await;
    console.ends(escalate).await;
    assert_eq!(console.state(DELIVERY).await, "escalated");
    let mails = console.stand_ins().mail.sent().unwrap();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0]["to"], "ops@parcels.example");
    console.check().await;
}

#[tokio::test]
async fn h_10_a_retry_is_delivered_once_their_side_took_it_though_its_answer_is_lost() {
    let console = Console::new().await;
    console.stand_ins().webhook.misbehave(Mode::TimeoutAfter, 1);
    let retry = console.act(DELIVERY, "retry").await.unwrap();
    // Nothing is shown as done here before the platform has said so.
    assert_eq!(console.state(DELIVERY).await, "failed");
    assert_eq!(console.word(DELIVERY).await, OperationWord::Queued);
    console.turn().await;
    assert_eq!(console.body(DELIVERY).await["state"], "retrying");
    console.ends(retry).await;
    assert_eq!(console.word(DELIVERY).await, OperationWord::Confirmed);
    assert_eq!(console.state(DELIVERY).await, "delivered");
    assert_eq!(console.stand_ins().webhook.attempts().unwrap().len(), 1);
    console.check().await;
}

#[tokio::test]
async fn x_78_an_acknowledgement_is_queued_sent_and_called_so_only_once_pagerduty_has_it() {
    let console = Console::new().await;
    let pagerduty = &console.stand_ins().pagerduty;
    let send = console.act(PAGE, "send").await.unwrap();
    console.turn().await;
    console.ends(send).await;
    assert_eq!(console.state(PAGE).await, "sent");
    let key = format!("{send}:1");
    assert_eq!(console.body(PAGE).await["pagerduty"], key.as_str());

    // Pressed without a line: it is not sent, and nobody takes it for acknowledged.
    let take = console.act(PAGE, "acknowledge").await.unwrap();
    assert_eq!(console.word(PAGE).await, OperationWord::Queued);
    assert_eq!(console.state(PAGE).await, "sent");
    assert_eq!(pagerduty.incidents().unwrap()[0]["status"], "triggered");

    // The platform has it, and PagerDuty does not answer.
    pagerduty.misbehave(Mode::TimeoutBefore, 1_000_000);
    console.turn().await;
    for _ in 0..300 {
        let known = console.server.platform.store.operation(TENANT, take).await;
        let word = known.unwrap().unwrap().verdict.word;
        if word == VerdictWord::Unknown {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    console.turn().await;
    assert_eq!(console.word(PAGE).await, OperationWord::Unknown);
    assert_eq!(console.state(PAGE).await, "acknowledging");

    pagerduty.misbehave(Mode::None, 0);
    console.ends(take).await;
    assert_eq!(console.word(PAGE).await, OperationWord::Confirmed);
    assert_eq!(console.state(PAGE).await, "acknowledged");
    let incidents = pagerduty.incidents().unwrap();
    assert_eq!(
        (incidents.len(), &incidents[0]["status"]),
        (1, &json!("acknowledged"))
    );
    console.check().await;
}
