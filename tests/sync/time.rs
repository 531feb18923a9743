//! E. Time: a clock that jumps.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Days, TimeDelta, Utc};
use chrono_tz::{Asia, Australia, Europe, Tz};
use serde_json::{Map, Value, json};
use watchkeeper_core::Code;
use watchkeeper_core::clock::{Clock, SystemClock};
use watchkeeper_core::features::queues::view::CellValue;
use watchkeeper_core::features::sync::view::Link;
use watchkeeper_core::features::{queues, tenant};

use crate::scripted::{Reply, now};
use crate::world::{World, pack_with};

/// The tenant says its zone.
const SAYS_ZONE: &str = "zone_setting: place\nsettings:\n  \
                         place: {row: P-6, label: Zone, type: string, needed: true}\n";

/// A machine whose wall clock is off, in this boot or after another one.
struct Off {
    machine: SystemClock,
    by: TimeDelta,
    rebooted: bool,
}

impl Off {
    fn new(by: TimeDelta, rebooted: bool) -> Arc<Self> {
        Arc::new(Self {
            machine: SystemClock::new(),
            by,
            rebooted,
        })
    }
}

impl Clock for Off {
    fn wall(&self) -> DateTime<Utc> {
        self.machine.wall() + self.by
    }
    fn boot(&self) -> Duration {
        self.machine.boot()
    }
    fn boot_id(&self) -> String {
        match self.rebooted {
            true => "another boot".to_owned(),
            false => self.machine.boot_id(),
        }
    }
}

/// What the list shows, but for the seconds that run.
async fn rows(world: &World) -> Vec<Value> {
    let mut rows = Vec::new();
    for row in world.page().await.rows {
        let mut row = serde_json::to_value(row).unwrap();
        for cell in row["cells"].as_array_mut().unwrap() {
            if let Some(clock) = cell["value"]["clock"].as_object_mut() {
                assert!(clock.remove("seconds_left").is_some());
            }
        }
        rows.push(row);
    }
    rows
}

#[tokio::test]
async fn fault_52_a_clock_ten_years_ahead_lapses_nothing_expires_no_token_and_sends_all_the_same() {
    for rebooted in [false, true] {
        let mut world = World::synced(5).await;
        // In step, and in the middle of its work.
        for id in ["p1", "p2", "p3"] {
            world.release(id).await.unwrap();
        }
        let before = rows(&world).await;
        world
            .restart_with(Off::new(TimeDelta::days(3_653), rebooted))
            .await;
        let view = queues::navigation(&world.engine).await.unwrap();
        assert_eq!(view.clock_unsure, rebooted);
        // While the platform is silent: nothing lapses by this clock alone.
        world.platform.behave(|_, _| Some(Reply::Nothing));
        for _ in 0..3 {
            assert!(world.engine.sync_once().await.is_err());
        }
        let status = world.status().await;
        assert_eq!(
            (status.waiting.len(), status.held.len()),
            (3, 0),
            "{rebooted}"
        );
        assert_eq!(
            status.link,
            Link::CutOff,
            "the token is not taken for expired"
        );
        assert_eq!(rows(&world).await.len(), before.len());
        if !rebooted {
            // The time is carried on a clock that cannot be set: everything is as it was.
            assert_eq!(rows(&world).await, before);
        }
        // The platform speaks, and its time counts.
        world.platform.behave_well();
        world.engine.sync_once().await.unwrap();
        let status = world.status().await;
        assert!(!status.clock_unsure);
        assert_eq!(
            (status.settled.len(), status.held.len()),
            (3, 0),
            "{rebooted}"
        );
        world
            .platform
            .with(|state| assert_eq!(state.effects.values().sum::<u32>(), 3));
        assert!(
            world
                .record("p4")
                .await
                .actions
                .iter()
                .any(|action| action.allowed)
        );
        let token = world.platform.with(|state| state.asked("/v1/me").len());
        assert!(token > 0);
        world.check().await;
    }
}

#[tokio::test]
async fn fault_52_a_profile_first_opened_under_a_wrong_clock_believes_the_platform() {
    let mut world = World::new(2).await;
    world
        .restart_with(Off::new(TimeDelta::days(3_653), true))
        .await;
    assert!(world.status().await.clock_unsure);
    world.engine.sync_once().await.unwrap();
    assert!(!world.status().await.clock_unsure);
    world.release("p1").await.unwrap();
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.status().await.settled.len(), 1);
}

#[tokio::test]
async fn fault_54_the_platform_s_instants_count_where_zones_are_reckoned_by_other_rules() {
    let mut world = World::synced(1).await;
    let own = {
        let pack = world.engine.pack().unwrap();
        let session = pack.sessions.values().next().unwrap();
        let first = session.schedule.next_after(now()).unwrap();
        [first, session.schedule.next_after(first).unwrap()]
    };
    // With the same rules nothing is to be said.
    world
        .platform
        .with(|state| state.sessions = json!({"morning": own}));
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.status().await.problem, None);
    // The platform knows of a law by which clocks are put back before the second one.
    let theirs = [own[0], own[1] + TimeDelta::hours(1)];
    world
        .platform
        .with(|state| state.sessions = json!({"morning": theirs}));
    world.engine.sync_once().await.unwrap();
    let problem = world.status().await.problem.unwrap();
    assert_eq!(problem.code, Code::ZonesDiffer);
    assert_eq!(problem.detail.as_deref(), Some("Morning"));
    // Both are the platform's, without a line as well; after them the laptop goes on by itself.
    world.restart().await;
    let rights = world.engine.rights();
    let pack = world.engine.pack().unwrap();
    assert_eq!(rights.next_session(&pack, now()), Some(theirs[0]));
    assert_eq!(rights.next_session(&pack, theirs[0]), Some(theirs[1]));
    let later = rights.next_session(&pack, theirs[1]).unwrap();
    assert!(
        later > theirs[1] + TimeDelta::days(1),
        "not the second one again"
    );
}

#[tokio::test]
async fn the_zone_that_the_tenant_says_moves_its_sessions_and_its_wall_clock() {
    let world = World::new(1).await;
    let bound = pack_with(1, SAYS_ZONE, &[], ToOwned::to_owned);
    world.platform.with(|state| state.pack = Some(bound));
    world.engine.sync_once().await.unwrap();
    let begins = |zone: Tz| {
        let (rights, pack) = (world.engine.rights(), world.engine.pack().unwrap());
        let next = rights.next_session(&pack, now()).unwrap();
        next.with_timezone(&zone).format("%H:%M").to_string()
    };
    assert_eq!(world.engine.zone(), Australia::Melbourne);
    assert_eq!(begins(Australia::Melbourne), "09:00");
    for (said, zone) in [
        ("Europe/Paris", Europe::Paris),
        ("Asia/Tokyo", Asia::Tokyo),
        // What is no zone counts as not said, and is told on Tenant.
        ("Mars/Olympus", Australia::Melbourne),
    ] {
        let settings = Map::from_iter([("place".to_owned(), json!(said))]);
        world.platform.with(|state| state.settings = settings);
        world.engine.sync_once().await.unwrap();
        assert_eq!(world.engine.zone(), zone);
        assert_eq!(begins(zone), "09:00", "{said}");
        let view = tenant::tenant(&world.engine).await.unwrap();
        let told = view.settings[0].misfit.is_some();
        assert_eq!(told, said == "Mars/Olympus");
    }
}

#[tokio::test]
async fn x_13_a_day_of_the_tenant_ends_in_the_zone_that_it_says_as_shown_and_as_decided() {
    let world = World::new(1).await;
    let bound = pack_with(1, SAYS_ZONE, &[], |parcel| {
        let ends = "ends_at: {type: timestamp, label: Ends, \
                    expr: 'end_of_day(record.arrived_at, 30)'}";
        parcel
            .replace("  due_at: {", &format!("  {ends}\n  due_at: {{"))
            .replace(
                "found: 'of 72 h'",
                "found: '{{ record.ends_at | datetime }}'",
            )
            .replace("detail: [number,", "detail: [number, ends_at,")
    });
    world.platform.with(|state| state.pack = Some(bound));
    // What is kept of the parcel does not change: only what the tenant says does.
    for said in ["Australia/Melbourne", "Europe/Warsaw", "Pacific/Auckland"] {
        let settings = Map::from_iter([("place".to_owned(), json!(said))]);
        world.platform.with(|state| state.settings = settings);
        world.engine.sync_once().await.unwrap();
        let record = world.record("p1").await;
        let wall = |field: &str| {
            let fact = record.facts.iter().find(|fact| fact.field == field);
            match fact.map(|fact| &fact.value) {
                Some(CellValue::Instant { at }) => at.clone(),
                other => panic!("{field} in {said}: {other:?}"),
            }
        };
        let arrived = DateTime::parse_from_rfc3339(&wall("arrived_at")).unwrap();
        let last = arrived.date_naive() + Days::new(30);
        let ends = wall("ends_at");
        assert!(
            ends.starts_with(&format!("{last}T23:59:59")),
            "{said}: {ends}"
        );
        let release = record.actions.iter().find(|one| one.action == "release");
        let found = &release.unwrap().policy[0].found;
        assert_eq!(
            *found,
            last.format("%-d %B %Y, 23:59").to_string(),
            "{said}"
        );
    }
}
