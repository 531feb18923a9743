//! Several laptops, one platform (faults 40, 42, 46).

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use tempfile::TempDir;
use uuid::Uuid;
use watchkeeper_core::features::queues::view::{CellValue, OperationView, Standing};

use crate::office::{Laptop, Office};

/// What the other side of a conflict says of a field.
fn theirs(held: &OperationView, field: &str) -> CellValue {
    let fact = held.theirs.iter().find(|fact| fact.field == field);
    fact.unwrap_or_else(|| panic!("no {field} in {held:?}"))
        .value
        .clone()
}

fn text(value: CellValue) -> String {
    match value {
        CellValue::Text { text } => text,
        other => panic!("no text: {other:?}"),
    }
}

/// The one operation that is held.
async fn held(laptop: &Laptop) -> OperationView {
    let mut held = laptop.status().await.held;
    assert_eq!(held.len(), 1, "{held:?}");
    held.remove(0)
}

#[tokio::test]
async fn fault_40_of_two_who_grant_one_claim_offline_one_pays_and_the_other_sees_who_and_when() {
    let office = Office::new(1).await;
    let (kim, lee) = (office.laptop("kim").await, office.laptop("lee").await);
    kim.act("c1", "grant").await.unwrap();
    lee.act("c1", "grant").await.unwrap();
    kim.drained().await;
    lee.drained().await;
    let parked = held(&lee).await;
    assert_eq!(parked.standing, Standing::HeldConflict);
    assert_eq!(text(theirs(&parked, "decided_by")), "kim");
    let became = parked.became.as_deref();
    assert!(matches!(became, Some("granted" | "paid")), "{became:?}");
    assert!(!parked.may_retry, "it would get the same verdict");
    assert!(matches!(
        theirs(&parked, "decided_at"),
        CellValue::Instant { .. }
    ));
    assert_eq!(office.payments().len(), 1);
    for laptop in [&kim, &lee] {
        assert_eq!(laptop.state_of("c1").await, "paid");
        laptop.check().await;
    }
}

#[tokio::test]
async fn fault_42_grant_and_reject_in_either_order_end_as_the_platform_decides_and_the_loser_is_parked()
 {
    let office = Office::new(2).await;
    let (kim, lee) = (office.laptop("kim").await, office.laptop("lee").await);
    for claim in ["c1", "c2"] {
        kim.act(claim, "grant").await.unwrap();
    }
    // Made later, there sooner.
    lee.act("c1", "reject").await.unwrap();
    lee.drained().await;
    kim.drained().await;
    let parked = held(&kim).await;
    assert_eq!(parked.standing, Standing::HeldConflict);
    assert_eq!(text(theirs(&parked, "decided_by")), "lee");
    assert_eq!(kim.state_of("c1").await, "rejected");
    // And the other way round: it was queued before the grant was known.
    let other = office.laptop("mo").await;
    assert!(other.act("c2", "reject").await.is_err(), "it is paid");
    let paid = office.payments();
    assert_eq!(paid.len(), 1);
    assert_eq!(paid[0]["charge"], "ch_2");
}

/// Who acts when, who speaks to the platform when, and in which order, drawn anew for each claim: a
/// hundred of them, or as many as `WATCHKEEPER_INTERLEAVINGS` asks for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_40_no_double_approval_in_any_interleaving() {
    const CLAIMS: u32 = 25;
    let asked = std::env::var("WATCHKEEPER_INTERLEAVINGS").ok();
    let rounds = asked.map_or(100, |many| many.parse::<u32>().unwrap()) / CLAIMS;
    let office = Office::new(0).await;
    let (kim, lee) = (office.laptop("kim").await, office.laptop("lee").await);
    for round in 0..rounds {
        let mut random = StdRng::seed_from_u64(u64::from(round));
        let numbers = round * CLAIMS..(round + 1) * CLAIMS;
        office.claims(numbers.clone()).await;
        tokio::join!(kim.turn(), lee.turn());
        let mut steps: Vec<(u32, bool)> = numbers.flat_map(|n| [(n, true), (n, false)]).collect();
        steps.shuffle(&mut random);
        for (n, first) in steps {
            let laptop = if first { &kim } else { &lee };
            // Refused where this laptop has heard already that the other was faster.
            let _heard = laptop.act(&format!("c{n}"), "grant").await;
            match random.random_range(0..100) {
                0 => kim.turn().await,
                1 => lee.turn().await,
                2 => drop(tokio::join!(kim.turn(), lee.turn())),
                _ => {}
            }
        }
        tokio::join!(kim.turn(), lee.turn());
    }
    tokio::join!(kim.drained(), lee.drained());
    let mut paid: BTreeMap<String, u32> = BTreeMap::new();
    for payment in office.payments() {
        *paid
            .entry(payment["charge"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    assert_eq!(paid.len(), (rounds * CLAIMS) as usize);
    assert!(paid.values().all(|times| *times == 1), "{paid:?}");
    // Every one that lost is parked, and says who was faster.
    let lost = [("lee", &kim), ("kim", &lee)];
    for (winner, laptop) in lost {
        for parked in laptop.status().await.held {
            assert_eq!(parked.standing, Standing::HeldConflict);
            assert_eq!(text(theirs(&parked, "decided_by")), winner);
        }
        laptop.check().await;
    }
}

#[tokio::test]
async fn fault_46_what_another_operator_left_pending_is_shown_as_theirs_and_not_sent() {
    let office = Office::new(2).await;
    let kim = office.laptop("kim").await;
    kim.act("c1", "grant").await.unwrap();
    let (folder, kims) = close(kim).await;

    let lee = office.laptop_on(folder, "lee", Uuid::now_v7()).await;
    lee.act("c2", "reject").await.unwrap();
    lee.turn().await;
    lee.turn().await;
    let status = lee.status().await;
    assert_eq!(status.waiting.len(), 1);
    let pending = &status.waiting[0];
    assert_eq!((pending.author.as_str(), pending.foreign), ("KIM", true));
    assert!(office.payments().is_empty());
    assert_eq!(lee.state_of("c2").await, "rejected");
    let (folder, _) = close(lee).await;

    let kim = office.laptop_on(folder, "kim", kims).await;
    kim.drained().await;
    assert_eq!(office.payments().len(), 1);
    assert_eq!(kim.state_of("c1").await, "paid");
    assert_eq!(
        text_of_fact(&kim, "c1", "decided_by").await,
        "kim",
        "under the name of who decided"
    );
}

async fn text_of_fact(laptop: &Laptop, id: &str, field: &str) -> String {
    let record = laptop.record(id).await;
    let fact = record.facts.iter().find(|fact| fact.field == field);
    text(fact.unwrap().value.clone())
}

async fn close(laptop: Laptop) -> (TempDir, Uuid) {
    laptop.engine.stores().close().await;
    (laptop.folder, laptop.device)
}
