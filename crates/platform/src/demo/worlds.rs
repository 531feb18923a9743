//! Scenario and clock are chosen while the demo runs.
//!
//! A choice replaces the records of one tenant by those of another day, told from where the clock is
//! then, and begins another history of the whole demo: laptops fill their mirrors anew, and what
//! waits in them is held and told (fault 7). Tokens, devices, operations with their verdicts and audit
//! chains stay. The clock is that of all tenants; what the others have keeps its instants.
//!
//! Nothing of a choice is lost with a kill: it is written down before it begins, and gone on with at
//! the next start. One that cannot be made any more by then is told, and keeps no demo from starting.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use watchkeeper_wire::demo::{self, ChooseWorld};
use watchkeeper_wire::problem::Code;

use super::life::Life;
use super::place::{Form, Made, Place};
use super::rows::ChargesOf;
use super::state::{self, Choice, State};
use super::world::World;
use super::{DemoError, Ready, by_hand, fill, jobs};
use crate::clock::{MovedClock, millis};
use crate::problem::ApiError;
use crate::{Platform, history};

/// Years in which a world can be told.
const YEARS: RangeInclusive<i32> = 2001..=2099;
/// Calls that were put off are looked for this far ahead.
const FAR: TimeDelta = TimeDelta::days(3_650);
/// Most calls that are looked at.
const MOST_CALLS: u32 = 10_000;

/// The worlds of a demo, and which of them is in force.
pub struct Worlds {
    places: Vec<Place>,
    /// Where it is written down.
    file: PathBuf,
    clock: Arc<MovedClock>,
    /// Held by whoever changes a world: what is chosen, and what arrives.
    state: Mutex<State>,
}

impl Worlds {
    pub(super) fn new(
        places: Vec<Place>,
        file: PathBuf,
        clock: Arc<MovedClock>,
        state: State,
    ) -> Self {
        Self {
            places,
            file,
            clock,
            state: Mutex::new(state),
        }
    }

    /// Makes the tenants that are not there yet, and goes on with a choice that a kill interrupted.
    pub(super) async fn begin(
        &self,
        platform: &Platform,
        address: String,
        scenario: Option<&str>,
    ) -> Result<Ready, DemoError> {
        let mut state = self.state.lock().await;
        for place in &self.places {
            fill::settle(platform, place, &mut state, scenario).await?;
            state::write(&self.file, &state)?;
        }
        // That of a tenant which this start does not serve waits for one that does.
        if let Some(interrupted) = state.choosing.clone()
            && self.place(&interrupted.0).is_ok()
        {
            self.go_on(platform, &mut state, interrupted).await?;
        }
        let first = self.places.first().map(|place| place.tenant().name);
        Ok(Ready {
            platform: address,
            token: state.token.clone(),
            tenant: first.unwrap_or_default(),
            admin: state.admin.clone(),
            others: state.others.values().cloned().collect(),
        })
    }

    /// Goes on with a choice that was interrupted. By now it may be one that cannot be made any more: another
    /// version has other scenarios and packs. Then it is every day from where that would have begun; whoever
    /// looks at the worlds is told, and the demo starts in any case.
    async fn go_on(
        &self,
        platform: &Platform,
        state: &mut State,
        (tenant, choice): (String, Choice),
    ) -> Result<(), DemoError> {
        tracing::warn!(%tenant, "a choice is gone on with");
        let every_day = Choice {
            scenario: None,
            ..choice.clone()
        };
        for tried in [&choice, &every_day] {
            match self.choose_again(platform, state, &tenant, tried).await {
                Ok(()) if *tried == choice => return Ok(()),
                Ok(()) => break,
                Err(error) => {
                    let scenario = tried.scenario.as_deref();
                    tracing::error!(%tenant, ?scenario, ?error, "a choice cannot be gone on with");
                }
            }
        }
        state.choosing = None;
        state.undone.insert(tenant, choice);
        state::write(&self.file, state)
    }

    async fn choose_again(
        &self,
        platform: &Platform,
        state: &mut State,
        tenant: &str,
        choice: &Choice,
    ) -> Result<(), ApiError> {
        let place = self.place(tenant)?;
        let scenario = choice.scenario.as_ref();
        if scenario.is_some_and(|name| !place.has(name)) {
            return Err(Code::NotFound.into());
        }
        let made = made(platform, place, state.seed, choice).await?;
        history::begin(platform).await?;
        self.carry_out(platform, place, state, (choice.clone(), made))
            .await
    }

    /// The tenants with records that follow the book of a provider, and which these are.
    pub(super) fn books(&self) -> Vec<(String, Vec<ChargesOf>)> {
        let books = self.places.iter().filter_map(|place| match &place.form {
            Form::Rows(world) => {
                let follow = world.charges.iter().filter(|of| of.refunded.is_some());
                Some((world.tenant.id.clone(), follow.cloned().collect()))
            }
            Form::Drawn(_) => None,
        });
        books.collect()
    }

    /// What goes on in the world that lives.
    pub(super) async fn life(&self, platform: Arc<Platform>) -> Option<Life> {
        let mut worlds = self.places.iter().filter_map(|place| match &place.form {
            Form::Drawn(world) => Some(world),
            Form::Rows(_) => None,
        });
        let world = World::clone(worlds.next()?);
        let state = self.state.lock().await;
        Some(Life::new(platform, world, state.seed, state.next.clone()))
    }

    /// Lets the next thing arrive, as it was left or chosen; or says how long it will still take.
    pub(super) async fn step(&self, life: &mut Life) -> Option<Duration> {
        let mut state = self.state.lock().await;
        life.follow(&state.next);
        let wait = life.step().await;
        if wait.is_none() {
            state.next = life.next().clone();
            if let Err(error) = state::write(&self.file, &state) {
                tracing::error!(%error, "remembering where life is");
            }
        }
        wait
    }

    /// Does the work of a job of these worlds, as somebody ran it by hand; answers how many records changed,
    /// none where no world knows the job.
    pub(crate) async fn run_job(
        &self,
        platform: &Platform,
        run: &jobs::RunOf<'_>,
    ) -> Result<usize, ApiError> {
        // Nothing arrives and no world is chosen meanwhile.
        let _state = self.state.lock().await;
        let now = platform.clock.now();
        let mut changed = 0;
        for place in &self.places {
            changed += match &place.form {
                Form::Drawn(world) => {
                    by_hand::run(platform, world, run.job, run.argument, now).await?
                }
                Form::Rows(world) => jobs::run(platform, world, run, now).await?,
            };
        }
        Ok(changed)
    }

    /// What a tenant may choose, and what it has.
    pub async fn of(&self, platform: &Platform, tenant: &str) -> Result<demo::Worlds, ApiError> {
        let place = self.place(tenant)?;
        let state = self.state.lock().await;
        Ok(shown(platform, place, &state))
    }

    /// Gives a tenant the world that was chosen, and the demo the clock. Refused while the platform has
    /// calls of that tenant under way: what comes of them would fall into another world.
    pub async fn choose(
        &self,
        platform: &Platform,
        tenant: &str,
        wanted: &ChooseWorld,
    ) -> Result<demo::Worlds, ApiError> {
        let place = self.place(tenant)?;
        let mut state = self.state.lock().await;
        if wanted
            .scenario
            .as_ref()
            .is_some_and(|name| !place.has(name))
        {
            let detail = "this tenant has no scenario of this name";
            return Err(ApiError::new(Code::BodyInvalid, detail));
        }
        let now = platform.clock.now();
        let start = wanted.now.map_or(now, millis);
        if !YEARS.contains(&start.year()) {
            let detail = "the clock of a demo is set between 2001 and 2099";
            return Err(ApiError::new(Code::BodyInvalid, detail));
        }
        let choice = Choice {
            scenario: wanted.scenario.clone(),
            start,
        };
        // Before anything is done: what cannot be made changes nothing.
        let made = made(platform, place, state.seed, &choice).await?;
        // Last of all: making a world takes a while, in which somebody may act.
        if is_busy(platform, tenant, now).await? {
            return Err(Code::DemoBusy.into());
        }
        state.choosing = Some((tenant.to_owned(), choice.clone()));
        let by = match wanted.now {
            Some(_) => start - now,
            None => TimeDelta::zero(),
        };
        let offset = self.clock.offset() + by;
        state.offset = offset.num_milliseconds();
        state.next.move_by(by);
        state::write(&self.file, &state).map_err(failed)?;
        self.clock.put(offset);
        // First of all, so that nothing that was meant for the world before is carried out on this one.
        history::begin(platform).await?;
        self.carry_out(platform, place, &mut state, (choice, made))
            .await?;
        Ok(shown(platform, place, &state))
    }

    /// Replaces a world. It may be done again.
    async fn carry_out(
        &self,
        platform: &Platform,
        place: &Place,
        state: &mut State,
        (choice, mut made): (Choice, Made),
    ) -> Result<(), ApiError> {
        let tenant = place.tenant().id;
        let known = platform.store.tenant(&tenant).await?;
        let known = known.ok_or(Code::NotFound)?;
        let pack = platform.packs.active(&known).await?;
        fill::clear(platform, &tenant, pack.as_ref().ok_or(Code::NotFound)?).await?;
        // What the new world does not say is taken back.
        let said = known.settings.into_iter().map(|(name, _)| name);
        let mut settings: Map<String, Value> = said.map(|name| (name, Value::Null)).collect();
        settings.extend(std::mem::take(&mut made.settings));
        made.settings = settings;
        if let Some(next) = made.next.take() {
            state.next = next;
        }
        fill::lay(platform, place, made).await.map_err(failed)?;
        state.undone.remove(&tenant);
        state.chosen.insert(tenant, choice);
        state.choosing = None;
        state::write(&self.file, state).map_err(failed)?;
        for tenant in platform.store.tenants().await? {
            platform.hint_all(&tenant).await?;
        }
        Ok(())
    }

    fn place(&self, tenant: &str) -> Result<&Place, ApiError> {
        let found = self.places.iter().find(|place| place.tenant().id == tenant);
        Ok(found.ok_or(Code::NotFound)?)
    }
}

/// What a world is made of, by the pack that its tenant has.
async fn made(
    platform: &Platform,
    place: &Place,
    seed: u64,
    choice: &Choice,
) -> Result<Made, ApiError> {
    let known = platform.store.tenant(&place.tenant().id).await?;
    let pack = platform
        .packs
        .active(&known.ok_or(Code::NotFound)?)
        .await?
        .ok_or(Code::NotFound)?;
    let made = place.made(&pack, (seed, choice.start), choice.scenario.as_deref());
    made.map_err(|problem| {
        tracing::error!(name = %place.name, %problem, "a world cannot be made");
        Code::Internal.into()
    })
}

/// Calls of this tenant to a provider wait or are being sent.
async fn is_busy(platform: &Platform, tenant: &str, now: DateTime<Utc>) -> Result<bool, ApiError> {
    let calls = platform.store.due_calls(now + FAR, MOST_CALLS).await?;
    Ok(calls.iter().any(|call| call.id.tenant == tenant))
}

fn shown(platform: &Platform, place: &Place, state: &State) -> demo::Worlds {
    let scenarios = place.scenarios().iter();
    demo::Worlds {
        scenarios: scenarios
            .map(|day| demo::Scenario {
                id: day.id.clone(),
                label: day.label.clone(),
            })
            .collect(),
        scenario: state
            .chosen
            .get(&place.tenant().id)
            .and_then(|choice| choice.scenario.clone()),
        now: platform.clock.now(),
        undone: state
            .undone
            .get(&place.tenant().id)
            .map(|choice| ChooseWorld {
                scenario: choice.scenario.clone(),
                now: Some(choice.start),
            }),
    }
}

fn failed(error: DemoError) -> ApiError {
    tracing::error!(%error, "a world was not replaced");
    Code::Internal.into()
}
