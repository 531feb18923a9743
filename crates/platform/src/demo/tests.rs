#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use watchkeeper_pack::Bundle;
use watchkeeper_pack::value::{instant, normalise};
use watchkeeper_wire::ingest::{Incoming, Ingest};

use super::*;
use crate::clock::Clock;
use crate::intake;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../packs")
        .join(PACK)
}

fn start() -> DateTime<Utc> {
    "2026-11-20T03:00:00Z".parse().unwrap()
}

fn of<'a>(world: &'a Generated, kind: &'a str) -> impl Iterator<Item = &'a Incoming> {
    world
        .records
        .iter()
        .filter(move |record| record.kind == kind)
}

fn text<'a>(record: &'a Incoming, field: &str) -> &'a str {
    record
        .body
        .get(field)
        .and_then(|v| v.as_str())
        .unwrap_or("")
}

fn when(record: &Incoming, field: &str) -> DateTime<Utc> {
    instant(text(record, field)).unwrap()
}

#[test]
fn the_same_seed_and_start_make_the_same_world_and_another_seed_another() {
    let world = World::read(&folder()).unwrap();
    let first = generate(&world, (1, start()), None);
    assert_eq!(first, generate(&world, (1, start()), None));
    assert_ne!(first, generate(&world, (2, start()), None));
}

/// A world as it stands on a day: what is generated, and the rows.
fn stands(world: &World, seed: u64, scenario: Option<&str>) -> Generated {
    let day = scenario.and_then(|name| world.days.get(name));
    let mut generated = generate(world, (seed, start()), day);
    world
        .situations(&pack(), start(), scenario, &mut generated.records)
        .unwrap();
    generated
}

fn pack() -> watchkeeper_pack::Pack {
    let bundle = Bundle::from_dir(&folder()).unwrap();
    Bundle::open(bundle.bytes(), bundle.hash()).unwrap()
}

/// Every day, and each other.
fn days(world: &World) -> impl Iterator<Item = Option<&str>> {
    let others = world.scenarios.iter().map(|day| Some(day.id.as_str()));
    std::iter::once(None).chain(others)
}

#[test]
fn every_record_is_as_its_kind_says_and_every_reference_leads_somewhere() {
    let world = World::read(&folder()).unwrap();
    let pack = pack();
    for day in days(&world) {
        let generated = stands(&world, 3, day);
        let mut names = std::collections::BTreeSet::new();
        for record in &generated.records {
            assert!(
                names.insert((record.kind.as_str(), record.id.as_str())),
                "{record:?} twice"
            );
        }
        for record in &generated.records {
            let kind = pack.kind(&record.kind).unwrap();
            let body = normalise(kind, record.body.clone()).unwrap();
            assert_eq!(body, record.body, "not canonical");
            assert!(
                body.keys()
                    .all(|field| field == "state" || kind.fields.contains_key(field)),
                "{record:?}"
            );
            for (field, of) in crate::decide::refs_of(kind) {
                if let Some(id) = body.get(&field).and_then(|v| v.as_str()) {
                    assert!(
                        names.contains(&(of.as_str(), id)),
                        "{}/{} {field}",
                        record.kind,
                        record.id
                    );
                }
            }
        }
    }
}

/// Rows put situations beside the figures, and leave those as they are.
#[test]
fn the_rows_of_every_day_change_no_figure() {
    let world = World::read(&folder()).unwrap();
    let states = |world: &Generated, kind: &str| {
        let mut states: BTreeMap<String, usize> = BTreeMap::new();
        for record in of(world, kind).filter(|record| text(record, "deleted_at").is_empty()) {
            *states.entry(text(record, "state").to_owned()).or_default() += 1;
        }
        states
    };
    let generated = generate(&world, (4, start()), None);
    let stands = stands(&world, 4, None);
    for kind in ["placement", "refund", "charge", "job", "ai_provider"] {
        assert_eq!(states(&stands, kind), states(&generated, kind), "{kind}");
    }
    let listings = |world: &Generated| states(world, "business").values().sum::<usize>();
    assert_eq!((listings(&stands), listings(&generated)), (500, 500));
    let pending = |world: &Generated| states(world, "review")["pending"];
    assert_eq!((pending(&stands), pending(&generated)), (51, 51));
    let about: std::collections::BTreeSet<_> = of(&stands, "complaint")
        .filter(|complaint| text(complaint, "state") == "open")
        .map(|complaint| text(complaint, "about"))
        .collect();
    assert_eq!(about.len(), 5, "{about:?}");
}

/// On every day but those that say so, the provider's book is ours.
#[test]
fn both_books_are_equal_but_for_the_days_on_which_they_are_not() {
    let world = World::read(&folder()).unwrap();
    let apart = |day: Option<&str>| {
        let stands = stands(&world, 2, day);
        let good = |record: &&Incoming| ["succeeded", "refunded"].contains(&text(record, "status"));
        let book = |kind: &'static str, at: &'static str| {
            let lately = of(&stands, kind)
                .filter(good)
                .filter(|record| when(record, at) >= start() - TimeDelta::days(7));
            let entry = |record: &Incoming| {
                let status = text(record, "status").to_owned();
                (record.id.clone(), (record.body["amount"].clone(), status))
            };
            lately.map(entry).collect::<BTreeMap<_, _>>()
        };
        let ours = book("charge", "charged_at");
        let theirs = book("provider_charge", "created_at");
        assert!(ours.len() > 10, "{day:?}");
        let only_ours = ours.keys().filter(|id| !theirs.contains_key(*id)).count();
        let only_theirs = theirs.keys().filter(|id| !ours.contains_key(*id)).count();
        let differ = ours
            .iter()
            .filter(|(id, entry)| theirs.get(*id).is_some_and(|theirs| theirs != *entry))
            .count();
        (only_ours, only_theirs, differ)
    };
    assert_eq!(apart(None), (0, 0, 0));
    assert_eq!(apart(Some("bad_week")), (0, 0, 0));
    assert_eq!(apart(Some("ledger_more")), (0, 1, 0));
    assert_eq!(apart(Some("ledger_less")), (1, 0, 0));
    assert_eq!(apart(Some("ledger_refunds")), (0, 0, 2));
}

#[test]
fn d_35_a_week_is_quiet_and_another_is_bad_with_every_seed() {
    let world = World::read(&folder()).unwrap();
    for name in world.days.keys() {
        assert!(world.scenarios.iter().any(|day| day.id == *name), "{name}");
    }
    for (day, refunds, of_one) in [("quiet_week", 1, 1), ("bad_week", 9, 3)] {
        for seed in 1..6 {
            let stands = stands(&world, seed, Some(day));
            let since = start() - TimeDelta::days(7);
            let week: Vec<_> = of(&stands, "charge")
                .filter(|charge| when(charge, "charged_at") >= since)
                .collect();
            let mut buyers: BTreeMap<&str, usize> = BTreeMap::new();
            for charge in week.iter().filter(|c| text(c, "status") == "refunded") {
                *buyers.entry(text(charge, "business")).or_default() += 1;
            }
            let refunded: usize = buyers.values().sum();
            assert_eq!((week.len(), refunded), (50, refunds), "{day}");
            assert_eq!(buyers.values().max(), Some(&of_one), "{day}");
            for refund in of(&stands, "refund").filter(|r| when(r, "purchased_at") >= since) {
                let decided = text(refund, "decided_at");
                if let Some(decided) = instant(decided) {
                    let after = decided - when(refund, "purchased_at");
                    assert!(
                        after < TimeDelta::hours(72) && decided < start(),
                        "{refund:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_figures_of_the_documents_are_there_with_every_seed() {
    let world = World::read(&folder()).unwrap();
    let mut suspended = 0;
    for seed in 1..6 {
        let generated = generate(&world, (seed, start()), None);
        let listings = of(&generated, "business");
        suspended += listings.filter(|b| text(b, "state") == "suspended").count();
        assert_eq!(of(&generated, "business").count(), 500);
        assert_eq!(of(&generated, "council").count(), 43);
        let placements: Vec<_> = of(&generated, "placement").collect();
        let in_state = |state| placements.iter().filter(move |p| text(p, "state") == state);
        assert_eq!(in_state("active").count(), 90);
        let mut queued: BTreeMap<&str, usize> = BTreeMap::new();
        in_state("queued").for_each(|p| *queued.entry(text(p, "council")).or_default() += 1);
        assert_eq!(queued.values().sum::<usize>(), 87);
        assert_eq!(queued["melbourne"], 24);
        assert_eq!(queued["monash"], 18);
        assert_eq!(queued["stonnington"], 15);
        assert_eq!(queued["boroondara"], 12);
        for council in queued.keys() {
            let here = |state| in_state(state).filter(|p| text(p, "council") == *council);
            assert_eq!(here("active").count(), world.slots, "{council} is full");
            // First come, first served.
            let newest = here("active")
                .map(|p| when(p, "purchased_at"))
                .max()
                .unwrap();
            let oldest = here("queued")
                .map(|p| when(p, "purchased_at"))
                .min()
                .unwrap();
            assert!(newest <= oldest, "{council}");
        }
        assert!(in_state("active").all(|p| when(p, "featured_until") > start()));
        let pending: Vec<_> = of(&generated, "review")
            .filter(|r| text(r, "state") == "pending")
            .collect();
        let sure = pending
            .iter()
            .filter(|r| r.body["confidence"].as_f64().unwrap() >= 0.90);
        assert_eq!((pending.len(), sure.count()), (51, 40));
        let open: Vec<_> = of(&generated, "refund")
            .filter(|r| text(r, "state") == "requested")
            .collect();
        let left = |r: &&&Incoming| when(r, "purchased_at") + TimeDelta::hours(72) - start();
        assert_eq!(open.len(), 3);
        assert_eq!(
            open.iter().filter(|r| left(r) < TimeDelta::zero()).count(),
            1
        );
        let today = |r: &&&Incoming| (TimeDelta::zero()..TimeDelta::hours(8)).contains(&left(r));
        assert_eq!(open.iter().filter(today).count(), 1);
        let charges = of(&generated, "charge").count();
        let refunded = of(&generated, "refund")
            .filter(|r| text(r, "state") == "refunded")
            .count();
        let share = refunded as f64 / charges as f64;
        assert!((0.01..0.035).contains(&share), "{share}");
        // Every charge is at the provider; the orphans are those without a placement.
        assert_eq!(generated.charges.len(), charges);
        assert_eq!(charges - placements.len(), world.orphans.len());
        assert_eq!(generated.refunds.len(), refunded);
    }
    assert!((5..60).contains(&suspended), "{suspended} of 2,500");
}

/// A world that has just begun. Nobody evaluates its alerts but the test: they come when they come.
struct Begun {
    server: Server,
    clock: Arc<crate::clock::ManualClock>,
    world: World,
    state: State,
    _data: tempfile::TempDir,
}

async fn begun() -> Begun {
    begun_on(None).await
}

async fn begun_on(scenario: Option<&str>) -> Begun {
    let data = tempfile::tempdir().unwrap();
    let clock = Arc::new(crate::clock::ManualClock::new(start()));
    let server = Server::bind(Options {
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        stand_ins: true,
        evaluates: false,
        ..Options::new(data.path().to_owned())
    })
    .await
    .unwrap();
    let world = World::read(&folder()).unwrap();
    let mut state = State {
        start: start(),
        ..State::new(&DemoOptions {
            packs: PathBuf::new(),
            data: PathBuf::new(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            seed: 5,
            start: Some(start()),
            lives: true,
            all: false,
            scenario: None,
        })
        .unwrap()
    };
    let place = Place::drawn(&folder()).unwrap();
    fill::settle(&server.platform, &place, &mut state, scenario)
        .await
        .unwrap();
    Begun {
        server,
        clock,
        world,
        state,
        _data: data,
    }
}

/// Alerts that fire, by rule.
async fn firing(begun: &Begun) -> BTreeMap<String, usize> {
    let question = crate::store::Question {
        text: "json_extract(body, '$.state') = 'firing'".into(),
        params: Vec::new(),
    };
    let store = &begun.server.platform.store;
    let rows = store
        .records(&begun.world.tenant.id, "alert", &question)
        .await;
    let mut rules = BTreeMap::new();
    for row in rows.unwrap() {
        let rule = row.body["rule"].as_str().unwrap().to_owned();
        *rules.entry(rule).or_default() += 1;
    }
    rules
}

fn counts<const N: usize>(counts: [(&str, usize); N]) -> BTreeMap<String, usize> {
    counts.map(|(rule, count)| (rule.to_owned(), count)).into()
}

#[tokio::test]
async fn d_08_and_d_09_the_world_begins_with_its_alerts_and_they_come_and_go() {
    let begun = begun().await;
    let platform = Arc::clone(&begun.server.platform);
    let mut evaluator = crate::alerts::Evaluator::new(Arc::clone(&platform));
    evaluator.step(start()).await.unwrap();
    let at_first = counts([
        ("ai_down", 1),
        ("job_retrying", 1),
        ("orphan_charge", 1),
        ("queue_long", 4),
    ]);
    let orphans = counts([("orphan_charge", begun.world.orphans.len())]);
    assert_eq!(
        firing(&begun).await,
        at_first.into_iter().chain(orphans).collect()
    );
    let rate = crate::alerts::reading(&platform, &begun.world.tenant.id, "refund_rate", start());
    let rate = rate.await.unwrap().unwrap();
    assert!(rate.value.unwrap() < 0.10, "{rate:?}");

    let mut life = life::Life::new(
        Arc::clone(&platform),
        begun.world.clone(),
        begun.state.seed,
        begun.state.next.clone(),
    );
    let (mut recovered, mut succeeded, mut down_again) = (false, false, false);
    while !(recovered && succeeded && down_again) {
        let now = begun.clock.now();
        assert!(now < start() + TimeDelta::days(4), "nothing happens");
        match life.step().await {
            Some(wait) => begun.clock.advance(TimeDelta::from_std(wait).unwrap()),
            None => {
                evaluator.step(now).await.unwrap();
                let fires = firing(&begun).await;
                down_again |= recovered && fires.contains_key("ai_down");
                recovered |= !fires.contains_key("ai_down");
                succeeded |= !fires.contains_key("job_retrying");
            }
        }
    }
    begun.server.stop().await;
}

#[tokio::test]
async fn other_days_begin_with_other_alerts() {
    for (day, fire, silent) in [
        ("ai_down_4", "", "ai_faltering"),
        ("ai_down_12", "ai_faltering", "ai_down"),
        ("job_failed_b", "job_failed", "job_retrying"),
        ("job_25h", "job_late", "job_overdue"),
        ("job_49h", "job_overdue", "job_late"),
        (
            "position_wrong",
            "queue_position_wrong",
            "queue_order_broken",
        ),
        ("order_broken", "queue_order_broken", "queue_beside_free"),
        ("bad_week", "refund_rate_high", "refund_rate_raised"),
    ] {
        let begun = begun_on(Some(day)).await;
        let mut evaluator = crate::alerts::Evaluator::new(Arc::clone(&begun.server.platform));
        evaluator.step(start()).await.unwrap();
        let rules = firing(&begun).await;
        assert!(fire.is_empty() || rules.contains_key(fire), "{day}");
        assert!(!rules.contains_key(silent), "{day}");
        begun.server.stop().await;
    }
}

#[tokio::test]
async fn d_27_d_44_and_x_84_the_nightly_job_ends_what_ran_out_and_promotes_who_bought_first() {
    let begun = begun().await;
    let platform = Arc::clone(&begun.server.platform);
    let tenant = begun.world.tenant.id.as_str();
    let placements = |state: &'static str| {
        let (store, tenant) = (Arc::clone(&platform.store), tenant.to_owned());
        async move {
            let question = crate::store::Question {
                text: "json_extract(body, '$.state') = ? AND json_extract(body, '$.council') = ?"
                    .into(),
                params: vec![state.into(), "melbourne".into()],
            };
            let mut rows = store
                .records(&tenant, "placement", &question)
                .await
                .unwrap();
            rows.sort_by_key(|row| row.body["purchased_at"].to_string());
            rows
        }
    };
    let queued = placements("queued").await;
    // One slot of a full council ends with a refund.
    let freed = placements("active").await.remove(0);
    let mut body = freed.body.clone();
    body.insert("state".into(), "ended".into());
    body.insert("refund_status".into(), "refunded".into());
    let brought = Ingest {
        records: vec![Incoming {
            kind: "placement".into(),
            id: freed.id.clone(),
            body,
        }],
        removed: Vec::new(),
    };
    intake::take(&platform, tenant, &brought).await.unwrap();
    nightly::run(&platform, &begun.world, start())
        .await
        .unwrap();
    let promoted = platform.store.record(tenant, "placement", &queued[0].id);
    let promoted = promoted.await.unwrap().unwrap();
    assert_eq!(promoted.body["state"], "active");
    assert_eq!(
        promoted.body["featured_from"],
        watchkeeper_pack::value::instant_text(start())
    );
    let until = instant(promoted.body["featured_until"].as_str().unwrap());
    assert_eq!(until, Some(start() + TimeDelta::days(30)));
    assert_eq!(placements("queued").await.len(), queued.len() - 1);
    // A month later all that runs now has run out, and the next are featured.
    let later = start() + TimeDelta::days(31);
    nightly::run(&platform, &begun.world, later).await.unwrap();
    let active = placements("active").await;
    assert_eq!(active.len(), begun.world.slots);
    let next: Vec<_> = queued[1..=begun.world.slots]
        .iter()
        .map(|row| &row.id)
        .collect();
    assert_eq!(active.iter().map(|row| &row.id).collect::<Vec<_>>(), next);
    let job = platform
        .store
        .record(tenant, "job", systems::JOB)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (&job.body["state"], job.body.get("failed_since")),
        (&"ok".into(), None)
    );
    assert!(job.body["promoted"].as_u64().unwrap() >= 5);
    begun.server.stop().await;
}

#[tokio::test]
async fn d_27_and_x_97_a_placement_is_active_at_its_last_moment_and_ended_after_it() {
    // A world for each: a night has one run.
    for (milliseconds, state) in [(-1, "active"), (0, "active"), (1, "ended")] {
        let begun = begun().await;
        let platform = Arc::clone(&begun.server.platform);
        let tenant = begun.world.tenant.id.as_str();
        let question = crate::store::Question {
            text: "json_extract(body, '$.state') = ?".into(),
            params: vec!["active".into()],
        };
        let active = platform.store.records(tenant, "placement", &question);
        let one = active.await.unwrap().remove(0);
        let until = instant(one.body["featured_until"].as_str().unwrap()).unwrap();
        let now = until + TimeDelta::milliseconds(milliseconds);
        nightly::run(&platform, &begun.world, now).await.unwrap();
        let found = platform.store.record(tenant, "placement", &one.id);
        assert_eq!(found.await.unwrap().unwrap().body["state"], state);
        begun.server.stop().await;
    }
}

#[tokio::test]
async fn x_64_and_x_65_a_night_has_one_run_by_its_hour_or_by_hand() {
    let begun = begun().await;
    let platform = Arc::clone(&begun.server.platform);
    let (tenant, zone) = (begun.world.tenant.id.as_str(), systems::zone(&begun.world));
    let two = systems::next_run(zone, start() + TimeDelta::days(31));
    let run = |at| by_hand::run(&platform, &begun.world, systems::JOB, None, at);
    let ran_for = async || {
        let job = platform.store.record(tenant, "job", systems::JOB).await;
        job.unwrap().unwrap().body["ran_for"].clone()
    };
    // Before two it is still the night before.
    let before = run(two - TimeDelta::seconds(1)).await.unwrap();
    assert!(before > 0, "a month's placements are over");
    let yesterday = two.with_timezone(&zone).date_naive().pred_opt().unwrap();
    assert_eq!(ran_for().await, yesterday.to_string());
    assert_eq!(run(two - TimeDelta::milliseconds(1)).await.unwrap(), 0);
    // What has a new night has its run, and no second one: neither by hand nor at its hour.
    let later = two + TimeDelta::days(31);
    assert!(run(later).await.unwrap() > 0);
    let night = later.with_timezone(&zone).date_naive().to_string();
    assert_eq!(ran_for().await, night);
    let hours = later + TimeDelta::hours(23);
    assert_eq!(run(hours).await.unwrap(), 0);
    let again = nightly::run(&platform, &begun.world, hours).await;
    assert_eq!(again.unwrap(), 0);
    assert_eq!(ran_for().await, night);
    begun.server.stop().await;
}

#[tokio::test]
async fn x_60_a_lost_payment_gets_its_placement_once_by_the_time_of_its_purchase() {
    let begun = begun().await;
    let platform = Arc::clone(&begun.server.platform);
    let tenant = begun.world.tenant.id.as_str();
    let question = |text: &str, value: &str| crate::store::Question {
        text: text.into(),
        params: vec![value.into()],
    };
    const OF_CHARGE: &str = "json_extract(body, '$.charge_id') = ?";
    let paid = question("json_extract(body, '$.status') = ?", "succeeded");
    let paid = platform.store.records(tenant, "charge", &paid).await;
    let mut orphan = None;
    for charge in paid.unwrap() {
        let its = question(OF_CHARGE, &charge.id);
        let placements = platform.store.records(tenant, "placement", &its).await;
        if placements.unwrap().is_empty() {
            orphan = Some(charge);
        }
    }
    let orphan = orphan.expect("the world has orphans");
    let fulfil = || {
        let charge = Some(orphan.id.as_str());
        by_hand::run(&platform, &begun.world, "fulfil-charge", charge, start())
    };
    assert_eq!(fulfil().await.unwrap(), 1);
    assert_eq!(fulfil().await.unwrap(), 0, "it is done");
    let its = question(OF_CHARGE, &orphan.id);
    let placements = platform.store.records(tenant, "placement", &its).await;
    let placements = placements.unwrap();
    assert_eq!(placements.len(), 1);
    let body = &placements[0].body;
    assert_eq!(body["purchased_at"], orphan.body["charged_at"]);
    assert_eq!(body["business"], orphan.body["business"]);
    assert!(
        ["active", "queued"]
            .map(Some)
            .contains(&body["state"].as_str())
    );
    // What is not known to this world changes nothing.
    let other = by_hand::run(&platform, &begun.world, "sweep", None, start());
    assert_eq!(other.await.unwrap(), 0);
    begun.server.stop().await;
}

/// A world that has lived through so many arrivals: its feed, and what came.
async fn lived(arrivals: usize) -> (Vec<String>, BTreeMap<String, usize>) {
    let Begun {
        server,
        clock,
        world,
        state,
        _data,
    } = begun().await;
    let tenant = world.tenant.id.clone();
    let at = server
        .platform
        .store
        .tenant(&tenant)
        .await
        .unwrap()
        .unwrap()
        .head;
    let platform = Arc::clone(&server.platform);
    let mut life = life::Life::new(platform, world, state.seed, state.next);
    let mut arrived = 0;
    while arrived < arrivals {
        match life.step().await {
            Some(wait) => clock.advance(TimeDelta::from_std(wait).unwrap()),
            None => arrived += 1,
        }
    }
    let asked = crate::store::PageAsked {
        tenant,
        operator: "kim".into(),
        regions: Vec::new(),
        sight: Default::default(),
        from: crate::store::Place::Delta { at },
        limit: 5000,
        bytes: 1 << 24,
    };
    let page = server.platform.store.page(&asked).await.unwrap();
    let crate::store::PageRead::Lines { lines, .. } = page else {
        panic!("gone")
    };
    let mut kinds = BTreeMap::new();
    for line in &lines {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let kind = line["record"]["kind"].as_str().unwrap().to_owned();
        *kinds.entry(kind).or_default() += 1;
    }
    server.stop().await;
    (lines, kinds)
}

#[tokio::test]
async fn the_world_goes_on_and_the_same_one_goes_on_the_same() {
    let (lines, kinds) = lived(120).await;
    assert_eq!(lines, lived(120).await.0);
    for kind in ["review", "charge", "placement", "refund"] {
        assert!(kinds.get(kind).is_some_and(|count| *count > 0), "{kinds:?}");
    }
    assert_eq!(kinds["charge"], kinds["placement"]);
    assert_eq!(kinds["charge"], kinds["provider_charge"]);
}
