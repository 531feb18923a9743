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
        let body = normalise(kind, &record.body).unwrap();
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

/// A world that has lived through so many arrivals: its feed, and what came.
async fn lived(arrivals: usize) -> (Vec<String>, BTreeMap<String, usize>) {
    let data = tempfile::tempdir().unwrap();
    let clock = Arc::new(crate::clock::ManualClock::new(start()));
    let server = Server::bind(Options {
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        stand_ins: true,
        // Alerts come when they come; what is compared here is what life brings.
        evaluates: false,
        ..Options::new(data.path().to_owned())
    })
    .await
    .unwrap();
    let world = World::read(&folder()).unwrap();
    let bundle = Bundle::from_dir(&folder()).unwrap();
    let mut state = State {
        start: start(),
        ..State::new(&DemoOptions {
            packs: PathBuf::new(),
            data: PathBuf::new(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            seed: 5,
            start: Some(start()),
            lives: true,
        })
    };
    fill(&server.platform, &world, &bundle, &mut state)
        .await
        .unwrap();
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
