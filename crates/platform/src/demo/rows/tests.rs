#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::BTreeSet;

use chrono_tz::Tz;
use serde_json::json;
use sha2::{Digest, Sha256};
use watchkeeper_pack::format::FieldType;
use watchkeeper_pack::load_dir;

use super::*;

fn packs() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")
}

fn at(text: &str) -> DateTime<Utc> {
    value::instant(text).unwrap()
}

#[test]
fn instants_and_days_are_told_from_the_start_in_the_tenants_zone() {
    let pack = load_dir(&packs().join("pos-saas")).unwrap();
    // Friday, 20 November 2026, 09:30 in Melbourne; Thursday in UTC.
    let moment = Moment {
        start: at("2026-11-19T22:30:00.000Z"),
        zone: chrono_tz::Australia::Melbourne,
        pack: &pack,
    };
    let instant = |value: Value| moment.told(&value, Some(FieldType::Timestamp)).unwrap();
    let day = |value: Value| moment.told(&value, Some(FieldType::Date)).unwrap();
    assert_eq!(instant(json!({"ago": 1.5})), "2026-11-19T21:00:00.000Z");
    assert_eq!(instant(json!({"in": 2})), "2026-11-20T00:30:00.000Z");
    assert_eq!(
        instant(json!({"last": "01-31T10:00:00Z"})),
        "2026-01-31T10:00:00.000Z"
    );
    assert_eq!(
        instant(json!({"last": "12-31T10:00:00Z"})),
        "2025-12-31T10:00:00.000Z"
    );
    assert_eq!(instant(json!({"week": 0})), "2026-11-15T13:00:00.000Z");
    let friday = json!({"week": -1, "hours": 110});
    assert_eq!(
        instant(friday),
        "2026-11-13T03:00:00.000Z",
        "14:00 in Melbourne"
    );
    assert_eq!(instant(json!({"month": 0})), "2026-10-31T13:00:00.000Z");
    assert_eq!(instant(json!({"day": 0})), "2026-11-20T12:59:59.000Z");
    assert_eq!(day(json!({"day": -1})), "2026-11-19");
    assert_eq!(day(json!({"week": -1})), "2026-11-09");
    assert_eq!(day(json!({"month": -11})), "2025-12-01");
    assert_eq!(
        instant(json!("2026-01-01T00:00:00.000Z")),
        "2026-01-01T00:00:00.000Z"
    );
    assert!(
        moment
            .told(&json!({"sometime": 1}), Some(FieldType::Date))
            .is_err()
    );
}

#[test]
fn a_row_changes_the_fields_of_its_record_or_is_one_of_its_own() {
    let pack = load_dir(&packs().join("pos-saas")).unwrap();
    let moment = Moment {
        start: at("2026-11-20T01:00:00.000Z"),
        zone: Tz::UTC,
        pack: &pack,
    };
    let rows = |rows: Value| serde_json::from_value::<Records>(rows).unwrap();
    let mut all = Vec::new();
    let first = json!({"release": [{"id": "r", "what": "Gift cards", "by": "bot"}]});
    lay_over(&mut all, &rows(first), &moment).unwrap();
    let second = json!({"release": [
        {"id": "r", "by": null, "at": {"ago": 1}},
        {"id": "other", "what": "New terminals"},
    ]});
    lay_over(&mut all, &rows(second), &moment).unwrap();
    let told: Vec<_> = all.iter().map(|r| (r.id.as_str(), json!(r.body))).collect();
    let changed = json!({"what": "Gift cards", "at": "2026-11-20T00:00:00.000Z"});
    let added = json!({"what": "New terminals"});
    assert_eq!(told, [("r", changed), ("other", added)]);
    let nameless = rows(json!({"release": [{"what": "Nothing"}]}));
    assert!(lay_over(&mut all, &nameless, &moment).is_err());
    let unknown = rows(json!({"nothing": [{"id": "n"}]}));
    assert!(lay_over(&mut all, &unknown, &moment).is_err());
}

/// Two worlds of one seed are one; ids are each given once; another day brings more.
#[test]
fn worlds_of_rows_are_made_by_their_seed() {
    let start = at("2026-11-20T01:00:00.000Z");
    for folder in super::super::further(&packs()) {
        let world = RowsWorld::read(&folder).unwrap();
        let pack = load_dir(&folder).unwrap();
        let records = |scenario| world.records(&pack, (1, start), scenario).unwrap();
        let once = records(None);
        assert_eq!(once, records(None), "{}", folder.display());
        let names: BTreeSet<_> = once.iter().map(|r| (&r.kind, &r.id)).collect();
        assert_eq!(names.len(), once.len(), "{}: an id twice", folder.display());
        for scenario in &world.scenarios {
            let day = Some(scenario.id.as_str());
            let controls = controls(&world.controls, &world.scenarios, day);
            let other = records(day) != once || controls != world.controls;
            assert!(other, "{}: {}", folder.display(), scenario.id);
        }
        for of in world.charges.iter().filter(|of| !of.told_only) {
            let charges = charges(std::slice::from_ref(of), &once);
            assert!(!charges.is_empty(), "{}", of.kind);
        }
    }
}

/// PayPal's book is its own list, with what went back before; our payments only follow it.
#[test]
fn the_book_of_a_provider_is_made_from_its_own_list() {
    let folder = packs().join("live-shopping");
    let world = RowsWorld::read(&folder).unwrap();
    let pack = load_dir(&folder).unwrap();
    let start = at("2026-11-20T14:00:00.000Z");
    let records = world.records(&pack, (1, start), None).unwrap();
    let listed = records
        .iter()
        .filter(|record| record.kind == "paypal_entry");
    assert_eq!(charges(&world.charges, &records).len(), listed.count());
    let back = refunds(&world.charges, &records);
    let back: Vec<_> = back
        .iter()
        .map(|r| (r.of.id.as_str(), r.of.amount))
        .collect();
    assert_eq!(back, [("cap-48495", 64_000), ("cap-48480", 7_600)]);
}

/// Disputes have files in every state; one of them is not what it was.
#[test]
fn evidence_is_what_its_record_says_but_for_the_file_that_was_altered() {
    let folder = packs().join("live-shopping");
    let world = RowsWorld::read(&folder).unwrap();
    let pack = load_dir(&folder).unwrap();
    let start = at("2026-11-20T14:00:00.000Z");
    let (records, files) = world.filled(&pack, (1, start), None).unwrap();
    let of = |kind: &'static str| records.iter().filter(move |record| record.kind == kind);
    assert_eq!(of("evidence_document").count(), files.len());
    let kind = pack.kind("evidence_document").unwrap();
    let mut altered = Vec::new();
    for record in of("evidence_document") {
        let body = &record.body;
        assert_eq!(value::normalise(kind, body.clone()).unwrap(), *body);
        let stated = body["sha256"].as_str().unwrap();
        let file = files.iter().find(|file| file.stated == stated).unwrap();
        assert_eq!(body["bytes"], file.bytes.len(), "{}", record.id);
        let right = hex::encode(Sha256::digest(&file.bytes)) == stated;
        assert_eq!(body["verified"], right, "{}", record.id);
        if !right {
            altered.push(record.id.as_str());
        }
    }
    assert_eq!(altered, ["PP-D-908-5"]);

    // What counts of the seven items: files that PayPal takes, and the tracking number.
    let counted = |dispute: &Incoming| {
        let own = of("evidence_document").filter(|file| file.body["dispute_number"] == dispute.id);
        let computed = own.map(|file| (file, value::compute(kind, &file.body)));
        let taken = computed.filter(|(_, computed)| computed["taken"] == true);
        let items = taken.map(|(file, _)| file.body["item"].as_str().unwrap());
        let items: BTreeSet<_> = items.filter(|item| *item != "other").collect();
        items.len() + usize::from(dispute.body.contains_key("tracking_number"))
    };
    for (id, count) in [
        ("PP-D-904", 6),
        ("PP-D-906", 7),
        ("PP-D-907", 7),
        ("PP-D-908", 7),
    ] {
        let dispute = of("dispute").find(|dispute| dispute.id == id).unwrap();
        assert_eq!(counted(dispute), count, "{id}");
    }
    for state in &pack.kind("dispute").unwrap().states {
        let of_state = of("dispute").filter(|dispute| dispute.body["state"] == state.id);
        let of_state: Vec<_> = of_state.collect();
        assert!(!of_state.is_empty(), "{}", state.id);
        for dispute in of_state {
            let mut files = of("evidence_document");
            let has = files.any(|file| file.body["dispute_number"] == dispute.id);
            assert!(has, "{}", dispute.id);
        }
    }
}

#[test]
fn what_a_job_brings_and_does_fits_its_pack() {
    let folder = packs().join("live-shopping");
    let pack = load_dir(&folder).unwrap();
    let world = RowsWorld::read(&folder).unwrap();
    assert_eq!(world.jobs.len(), 2);
    let friday = at("2026-11-20T19:30:00.000Z");
    for job in &world.jobs {
        for record in world.told(&pack, &job.records, friday).unwrap() {
            let kind = pack.kind(&record.kind).unwrap();
            value::normalise(kind, record.body).unwrap();
        }
        let Some(acts) = &job.acts else { continue };
        let kind = pack.kind(&acts.kind).unwrap();
        assert!(kind.fields.contains_key(&acts.field));
        assert!(kind.actions.contains_key(&acts.action));
    }
}
