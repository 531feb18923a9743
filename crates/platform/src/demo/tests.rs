#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod alive;
mod night;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use watchkeeper_pack::Bundle;
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
