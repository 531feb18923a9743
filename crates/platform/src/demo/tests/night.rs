//! The nightly job, at its hour and by hand.

use watchkeeper_wire::ingest::Ingest;

use super::alive::begun;
use super::*;
use crate::intake;

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
            version: None,
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
