//! The same cases twice, from a laptop to the platform and back: without a line, where they are decided
//! from what the laptop has, wait, and all go out together; and with a line, one after the other.
//!
//! The real pack, a platform over HTTP whose clock goes on only while something is waited for, the
//! stand-ins, and engines that speak to the platform only when they are told to.

mod laptop;
mod run;

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use watchkeeper_pack::Bundle;
use watchkeeper_platform::clock::{Clock, ManualClock};
use watchkeeper_platform::connectors::stand_in::Charge;
use watchkeeper_platform::{Options, Server, intake};
use watchkeeper_wire::session::Tenant;

use crate::pos_world::{Refusal, by};
use crate::records::Records;
use crate::world::at;
use laptop::Laptop;

pub(crate) use run::Run;

const TENANT: &str = "t";

/// Somebody has to agree, by this row.
pub(crate) fn asks(row: &str) -> Refusal {
    by("approval.needed", row)
}

/// The record's state does not allow it.
pub(crate) fn wrong_state() -> Refusal {
    Some(("action.wrong_state".to_owned(), None))
}

/// An action on a record, and what policy says of it.
pub(crate) struct Case {
    on: (String, String),
    action: &'static str,
    params: Value,
    said: Refusal,
    then: Option<&'static str>,
}

/// An action that is asked for, with what is said of it as [`Records::refused`] says it.
pub(crate) fn case(on: (&str, &str), action: &'static str, params: Value, said: Refusal) -> Case {
    Case {
        on: (on.0.to_owned(), on.1.to_owned()),
        action,
        params,
        said,
        then: None,
    }
}

impl Case {
    /// The record's state once it is done.
    pub(crate) fn then(mut self, state: &'static str) -> Self {
        self.then = Some(state);
        self
    }

    fn params(&self) -> Map<String, Value> {
        self.params.as_object().unwrap().clone()
    }

    fn what(&self) -> String {
        format!(
            "{} on {}/{} {}",
            self.action, self.on.0, self.on.1, self.params
        )
    }

    /// Code and row of a refusal; none where it is done or asks.
    fn denied(&self) -> Option<(&str, Option<&str>)> {
        let (code, row) = self.said.as_ref()?;
        (code != "approval.needed").then_some((code.as_str(), row.as_deref()))
    }
}

/// How a laptop works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// All is decided and queued without a line, which is there afterwards.
    CutOff,
    /// Each waits for its end before the next is asked for.
    Connected,
}

/// Where cases are worked.
pub(crate) struct World<'a> {
    /// Folder of the pack.
    pub(crate) pack: &'static str,
    pub(crate) records: &'a Records,
    pub(crate) roles: &'a [&'a str],
    pub(crate) now: &'a str,
    /// What was paid at the providers: id, minor units and currency as the provider writes it.
    pub(crate) charges: Vec<(String, i64, &'static str)>,
}

impl World<'_> {
    /// Works the cases in both modes, each on a platform of its own.
    pub(crate) async fn twice(&self, cases: &[Case]) -> [Run; 2] {
        self.twice_with(|_| (), cases).await
    }

    /// The same, on platforms that have more than records.
    pub(crate) async fn twice_with(&self, more: impl Fn(&Run), cases: &[Case]) -> [Run; 2] {
        let runs = [
            self.begin(Mode::CutOff).await,
            self.begin(Mode::Connected).await,
        ];
        for run in &runs {
            more(run);
            run.through(cases).await;
        }
        runs
    }

    async fn begin(&self, mode: Mode) -> Run {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(at(self.now)));
        let server = Server::bind(Options {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            stand_ins: true,
            ..Options::new(folder.path().to_owned())
        });
        let server = server.await.unwrap();
        let platform = &server.platform;
        let pack = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../packs");
        let pack = Bundle::from_dir(&pack.join(self.pack)).unwrap();
        let hash = pack.hash().to_owned();
        let pack = watchkeeper_tests::signed(pack).unwrap();
        platform.found(&tenant(), Some(&pack)).await.unwrap();
        let (said, switched) = self.records.said();
        platform.say_settings(TENANT, said).await.unwrap();
        platform.set_controls(TENANT, switched).await.unwrap();
        let all = self.records.all().into_iter();
        let all = all.map(|(kind, id, body)| json!({"kind": kind, "id": id, "body": body}));
        let brought = json!({"records": all.collect::<Vec<_>>()});
        let brought = serde_json::from_value(brought).unwrap();
        let answer = intake::take(platform, TENANT, &brought).await.unwrap();
        assert!(answer.rejected.is_empty(), "{:?}", answer.rejected);
        let paid = self.charges.iter().map(|(id, amount, currency)| Charge {
            id: id.clone(),
            amount: *amount,
            currency: (*currency).to_owned(),
            created: at(self.now).timestamp() - 3_600,
        });
        let paid: Vec<Charge> = paid.collect();
        let stand_ins = platform.stand_ins.as_ref().unwrap();
        stand_ins.ledger.charge(&paid).unwrap();
        let laptop = Laptop::new(&server, "kim", self.roles).await;
        Run {
            mode,
            server,
            clock,
            hash,
            laptop,
            folder,
        }
    }
}

fn tenant() -> Tenant {
    Tenant {
        id: TENANT.into(),
        name: "The tenant".into(),
        zone: "Etc/UTC".into(),
    }
}
