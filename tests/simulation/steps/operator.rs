//! What operators do at their laptops.

use std::collections::BTreeMap;

use rand::Rng;
use rand::seq::IndexedRandom;
use uuid::Uuid;
use watchkeeper_core::features::queues::view::ActRequest;
use watchkeeper_core::features::{queues, sync};
use watchkeeper_core::outbox::queue::{self, Status};
use watchkeeper_core::store::StoreError;
use watchkeeper_core::{Code, Error};

use crate::pack::CANARY;
use crate::world::{Intent, World};

impl World {
    /// Somebody acts on a parcel.
    pub async fn somebody_acts(&mut self) {
        let laptop = self.rng.random_range(0..self.active.len());
        let profile = self.open_on(laptop);
        let record = format!("p{}", self.rng.random_range(1..=self.parcels));
        let actions = [
            "release", "release", "goodwill", "return", "note", "tip", "jot",
        ];
        let action = *actions.choose(&mut self.rng).unwrap();
        let queued = self.act(profile, &record, action, None).await;
        if let Some(id) = queued
            && matches!(action, "tip" | "jot")
            && self.rng.random_bool(0.2)
        {
            self.wait(0..60);
            self.take_back(profile, id).await;
        }
    }

    /// An operator takes an operation back, if it is not too late.
    pub async fn take_back(&mut self, profile: usize, id: Uuid) {
        let engine = self.profiles[profile].engine().clone();
        let how = self
            .ask(profile, sync::take_back(&engine, &[id.to_string()]))
            .await;
        let name = format!("{profile} {}", &id.to_string()[24..]);
        if matches!(how, Some(Ok(_))) {
            self.taken_back.insert(id);
        }
        let how = how.map(|how| how.map_err(|error| error.code));
        self.note(format!("{name} takes back: {how:?}"));
    }

    /// An operator acts on a record as it is shown. Answers the operation where it was queued.
    pub async fn act(
        &mut self,
        profile: usize,
        record: &str,
        action: &str,
        amends: Option<Uuid>,
    ) -> Option<Uuid> {
        let engine = self.profiles[profile].engine().clone();
        let shown = match queues::record(&engine, "parcel", record).await {
            Ok(shown) => shown,
            Err(error) => {
                self.note(format!("{profile} does not see {record}: {:?}", error.code));
                return None;
            }
        };
        let millis = u64::try_from(self.time.now().timestamp_millis()).unwrap();
        let id = uuid::Builder::from_unix_timestamp_millis(millis, &self.rng.random()).into_uuid();
        let text = format!("{CANARY} {id}");
        let param = match action {
            "return" => Some("reason"),
            "note" | "jot" => Some("text"),
            _ => None,
        };
        let params: BTreeMap<String, String> = param
            .map(|name| (name.to_owned(), serde_json::to_string(&text).unwrap()))
            .into_iter()
            .collect();
        let offered = shown.actions.iter().find(|one| one.action == action);
        let request = ActRequest {
            operation: id.to_string(),
            kind: "parcel".into(),
            id: record.into(),
            action: action.into(),
            params,
            typed: offered.and_then(|one| one.typed.clone()),
            seen_revision: shown.revision,
            amends: amends.map(|id| id.to_string()),
        };
        let intent = Intent {
            profile,
            record: record.into(),
            action: action.into(),
            text,
        };
        let name = format!("{profile} {action} {record} {}", &id.to_string()[24..]);
        let first = self
            .ask(profile, queues::act(&engine, request.clone()))
            .await;
        match first {
            None => self.died_acting(profile, id, intent, &name).await,
            Some(Ok(_)) => {
                self.note(format!("{name}: queued"));
                self.queued(id, intent);
                if self.rng.random_bool(0.2) {
                    // A second click: the same operation (fault 41).
                    self.ask(profile, queues::act(&engine, request)).await;
                }
                Some(id)
            }
            Some(Err(error)) => {
                self.note(format!("{name}: {:?}", error.code));
                if error.code == Code::DiskFull && self.has(profile, id).await {
                    self.violate("I1", format!("{name} was refused and is queued"));
                }
                None
            }
        }
    }

    /// Awaits something that needs no line; none where the app died over it, and was opened again.
    async fn ask<T>(
        &mut self,
        profile: usize,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Option<Result<T, Error>> {
        let disk = self.profiles[profile].disk.clone();
        let answer = crate::laptop::while_alive(&disk, work).await;
        if answer.is_none() {
            self.note(format!("profile {profile} died over it"));
            self.crash_profile(profile).await;
        }
        answer
    }

    /// Fault 2: what was committed is there after the restart, whatever the operator was told.
    async fn died_acting(
        &mut self,
        profile: usize,
        id: Uuid,
        intent: Intent,
        name: &str,
    ) -> Option<Uuid> {
        let there = self.has(profile, id).await;
        self.note(format!("{name}: died, there: {there}"));
        there.then(|| {
            self.queued(id, intent);
            id
        })
    }

    fn queued(&mut self, id: Uuid, intent: Intent) {
        if self.intents.insert(id, intent).is_none() {
            self.counts.operations += 1;
        }
    }

    /// The outbox has it.
    pub async fn has(&self, profile: usize, id: Uuid) -> bool {
        let read = move |state: &rusqlite::Transaction<'_>| {
            Ok::<_, StoreError>(queue::by_id(state, id)?.is_some())
        };
        let state = &self.profiles[profile].engine().stores().state;
        state.read(read).await.unwrap()
    }

    /// Somebody looks after what is held or waits.
    pub async fn somebody_sees_to_the_outbox(&mut self) {
        let laptop = self.rng.random_range(0..self.active.len());
        let profile = self.open_on(laptop);
        let open = self.profiles[profile].operations().await;
        let open: Vec<_> = open
            .into_iter()
            .filter(|operation| match operation.status {
                Status::Held => true,
                Status::Waiting => self.rng.random_bool(0.2),
                _ => false,
            })
            .collect();
        let Some(chosen) = open.choose(&mut self.rng) else {
            return;
        };
        let engine = self.profiles[profile].engine().clone();
        let (id, request) = (chosen.request.id, chosen.request.clone());
        let name = format!("{profile} {}", &id.to_string()[24..]);
        let (what, how) = match self.rng.random_range(0..5) {
            0 => {
                let text = id.to_string();
                let how = self.ask(profile, sync::retry(&engine, &text)).await;
                ("retries", how)
            }
            1 => {
                let amended = self
                    .act(profile, &request.record, &request.action, Some(id))
                    .await;
                self.note(format!("{name} amended: {}", amended.is_some()));
                return;
            }
            2 => return self.take_back(profile, id).await,
            3 => (
                "asks at once",
                self.ask(profile, sync::pull_now(&engine)).await,
            ),
            _ => {
                let text = id.to_string();
                let how = self.ask(profile, sync::discard(&engine, &text)).await;
                ("discards", how)
            }
        };
        let how = how.map(|how| how.map_err(|error| error.code));
        self.note(format!("{name} {what}: {how:?}"));
    }

    /// Another operator signs in on the laptop that two share; what the first left stays his.
    pub async fn switch_operator(&mut self) {
        let laptop = 0;
        let profile = self.open_on(laptop);
        self.abandon(crate::world::Who::Sync(profile));
        self.profiles[profile].close().await;
        self.active[laptop] = 1 - profile;
        self.profiles[1 - profile].open().await;
        self.note(format!(
            "profile {} signs in on laptop {laptop}",
            1 - profile
        ));
    }
}
