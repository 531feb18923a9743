#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use watchkeeper_pack::value::{instant, normalise};
use watchkeeper_wire::ingest::Incoming;

use super::*;

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
    let first = generate(&world, 1, start());
    assert_eq!(first, generate(&world, 1, start()));
    assert_ne!(first, generate(&world, 2, start()));
}

#[test]
fn every_record_is_as_its_kind_says_and_every_reference_leads_somewhere() {
    let world = World::read(&folder()).unwrap();
    let bundle = Bundle::from_dir(&folder()).unwrap();
    let pack = Bundle::open(bundle.bytes(), bundle.hash()).unwrap();
    let generated = generate(&world, 3, start());
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
                .all(|field| field == "state" || kind.fields.contains_key(field))
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

#[test]
fn the_figures_of_the_documents_are_there_with_every_seed() {
    let world = World::read(&folder()).unwrap();
    let mut suspended = 0;
    for seed in 1..6 {
        let generated = generate(&world, seed, start());
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
    let signed = state.sign(&folder()).unwrap();
    fill(&server.platform, &world, &signed, &mut state)
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
async fn x_84_and_d_44_the_nightly_job_ends_what_ran_out_and_promotes_who_bought_first() {
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
}
