//! Operations: decided by the platform, exactly once, with a verdict for ever.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Map, json};
use uuid::Uuid;
use watchkeeper_pack::Bundle;
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};

use crate::support::{TENANT, World, issue, noon, pack_folder, problem, short, signed};

fn code(verdict: &Verdict) -> &str {
    &verdict.reason.as_ref().unwrap().code
}

fn row(verdict: &Verdict) -> Option<&str> {
    verdict.reason.as_ref().unwrap().row.as_deref()
}

#[tokio::test]
async fn d_17_the_72_hours_end_by_the_platforms_clock_whatever_the_laptop_says() {
    let world = World::new().await;
    let id = world.refund(1, 72).await;
    let lying = Operation {
        made_at: noon() - TimeDelta::days(2),
        not_after: Some(noon() + TimeDelta::days(2)),
        ..world.operation(&id, "approve")
    };
    let verdict = world.submit(&lying).await;
    assert_eq!(verdict.word, VerdictWord::Refused);
    assert_eq!(
        (code(&verdict), row(&verdict)),
        ("refund.window_passed", Some("D-17"))
    );
    assert_eq!(verdict.decided_at, noon());
    assert_eq!(world.body("refund", &id).await["state"], "requested");
    assert!(world.refunds().is_empty());

    let id = world.refund(2, 71).await;
    world
        .clock
        .advance(TimeDelta::minutes(59) + TimeDelta::seconds(59));
    let verdict = world.submit(&world.operation(&id, "approve")).await;
    assert_eq!(verdict.word, VerdictWord::Accepted);
}

#[tokio::test]
async fn x_42_a_tenant_may_measure_the_72_hours_to_the_request() {
    let world = World::new().await;
    let id = world.refund(1, 100).await;
    let literal = world.submit(&world.operation(&id, "approve")).await;
    assert_eq!(row(&literal), Some("D-17"));
    let settings = json!({"refund_clock": "requested_at"});
    let settings = settings.as_object().unwrap();
    world
        .platform()
        .say_settings(TENANT, settings)
        .await
        .unwrap();
    let operation = world.operation(&id, "approve");
    assert_eq!(world.submit(&operation).await.word, VerdictWord::Accepted);
    world.until(operation.id, VerdictWord::Confirmed).await;
    assert_eq!(world.refunds().len(), 1);
}

#[tokio::test]
async fn x_43_what_comes_after_its_not_after_has_lapsed_and_nothing_happens() {
    let world = World::new().await;
    let id = world.refund(1, 10).await;
    let late = Operation {
        not_after: Some(noon() - TimeDelta::seconds(1)),
        ..world.operation(&id, "approve")
    };
    let verdict = world.submit(&late).await;
    assert_eq!(verdict.word, VerdictWord::Lapsed);
    assert_eq!(code(&verdict), "operation.lapsed");
    assert_eq!(world.body("refund", &id).await["state"], "requested");
}

#[tokio::test]
async fn an_operation_its_record_and_its_verdict_come_with_the_feed() {
    let world = World::new().await;
    let id = world.refund(1, 90).await;
    let (_, cursor) = world.pages(&world.token, None).await;
    // Asked within the 72 hours and lapsed with us: a change without any provider.
    let operation = world.operation(&id, "escalate");
    let verdict = world.submit(&operation).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!(verdict.revision, Some(2));
    let record = verdict.record.as_ref().unwrap();
    assert_eq!(
        (record.revision, &record.body["state"]),
        (2, &json!("escalated"))
    );
    assert_eq!(record.body["decided_by"], "kim");
    let (lines, _) = world.pages(&world.token, Some(&cursor)).await;
    let lines = short(&lines);
    // The ticket at Product comes with it.
    assert_eq!((lines.len(), lines[0].as_str()), (3, "+refund/rf-1"));
    assert!(lines[1].starts_with("+ticket/"), "{lines:?}");
    assert_eq!(lines[2], "verdict Confirmed");
    // Nobody else is told what became of it.
    let (_, cursor) = world.pages(&world.admin, None).await;
    let other = world.refund(2, 90).await;
    world.submit(&world.operation(&other, "escalate")).await;
    let (lines, _) = world.pages(&world.admin, Some(&cursor)).await;
    assert!(
        short(&lines)
            .iter()
            .all(|line| !line.starts_with("verdict"))
    );
}

#[tokio::test]
async fn a_failure_stops_its_lane_and_no_other() {
    let world = World::new().await;
    let (old, open) = (world.refund(1, 100).await, world.refund(2, 5).await);
    let batch = [
        world.operation(&old, "approve"),
        world.operation(&open, "approve"),
        world.operation(&old, "escalate"),
    ];
    let verdicts = world.submit_as(&world.token, &batch).await;
    let words: Vec<VerdictWord> = verdicts.iter().map(|verdict| verdict.word).collect();
    assert_eq!(
        words,
        [
            VerdictWord::Refused,
            VerdictWord::Accepted,
            VerdictWord::NotTried
        ]
    );
    // What was not tried may come again under its own id.
    let again = world.submit(&batch[2]).await;
    assert_eq!(again.word, VerdictWord::Confirmed);
}

#[tokio::test]
async fn another_revision_is_a_conflict_that_shows_the_other_side() {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    let seen = Operation {
        base_revision: Some(7),
        ..world.operation(&id, "approve")
    };
    let verdict = world.submit(&seen).await;
    assert_eq!(verdict.word, VerdictWord::Conflict);
    assert_eq!(code(&verdict), "record.changed");
    assert_eq!(verdict.record.unwrap().revision, 1);
}

#[tokio::test]
async fn an_operation_of_somebody_else_and_one_of_another_version_are_refused() {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    let theirs = Operation {
        author: "lee".into(),
        ..world.operation(&id, "approve")
    };
    assert_eq!(
        code(&world.submit(&theirs).await),
        "operation.author_mismatch"
    );
    let newer = Operation {
        version: 2,
        ..world.operation(&id, "approve")
    };
    assert_eq!(
        code(&world.submit(&newer).await),
        "operation.version_unknown"
    );
    assert_eq!(world.body("refund", &id).await["state"], "requested");
}

#[tokio::test]
async fn fault_06_an_answer_lost_after_the_commit_is_replayed_after_a_crash() {
    let world = World::new().await;
    let id = world.refund(1, 90).await;
    let operation = world.operation(&id, "escalate");
    let first = world.submit(&operation).await;
    let world = world.crash().await;
    world.clock.advance(TimeDelta::days(40));
    let again = world.submit(&operation).await;
    assert_eq!(again, first);
    assert_eq!(world.body("refund", &id).await["state"], "escalated");
    let read_back = world.verdict(operation.id).await;
    assert_eq!(read_back, first);
}

#[tokio::test]
async fn fault_40_two_laptops_approve_one_refund_and_money_moves_once() {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    let second = issue(world.platform(), TENANT, "kim", &["operator"], &[]).await;
    let (a, b) = (
        world.operation(&id, "approve"),
        world.operation(&id, "approve"),
    );
    let b = Operation {
        device: Uuid::now_v7(),
        ..b
    };
    let (one, two) = tokio::join!(
        world.submit_as(&world.token, std::slice::from_ref(&a)),
        world.submit_as(&second, std::slice::from_ref(&b)),
    );
    let mut words = [one[0].word, two[0].word];
    words.sort_by_key(|word| format!("{word:?}"));
    assert_eq!(words, [VerdictWord::Accepted, VerdictWord::Conflict]);
    let winner = if one[0].word == VerdictWord::Accepted {
        a
    } else {
        b
    };
    let ended = world.until(winner.id, VerdictWord::Confirmed).await;
    assert_eq!(ended.record.unwrap().body["decided_by"], "kim");
    assert_eq!(world.refunds().len(), 1);
}

#[tokio::test]
async fn fault_44_an_id_used_for_something_else_is_refused_and_the_first_stands() {
    let world = World::new().await;
    let id = world.refund(1, 90).await;
    let first = world.operation(&id, "escalate");
    world.submit(&first).await;
    let other = Operation {
        params: Map::from_iter([("remark".to_owned(), json!("x"))]),
        ..first.clone()
    };
    let verdict = world.submit(&other).await;
    assert_eq!(verdict.word, VerdictWord::Refused);
    assert_eq!(code(&verdict), "operation.key_reused");
    assert_eq!(world.verdict(first.id).await.word, VerdictWord::Confirmed);
}

#[tokio::test]
async fn fault_48_a_role_taken_away_meanwhile_refuses() {
    let world = World::new().await;
    // The same pack, a version later: approving needs a role.
    let mut files = Bundle::from_dir(&pack_folder()).unwrap().files().clone();
    let pack = files.get_mut("pack.yaml").unwrap();
    // Whatever it is now: ninety-something is later.
    *pack = pack.replace("\nversion: ", "\nversion: 9");
    let refund = files.get_mut("records/refund.yaml").unwrap();
    let marked = refund.replace("    row: D-18\n", "    row: D-18\n    roles: [operator]\n");
    assert_ne!(*refund, marked);
    *refund = marked;
    let bundle = Bundle::from_files(files).unwrap();
    world
        .platform()
        .publish(TENANT, &signed(bundle))
        .await
        .unwrap();
    let id = world.refund(1, 5).await;
    let operation = world.operation(&id, "approve");
    let roles = vec!["viewer".to_owned()];
    let platform = world.platform();
    platform
        .change_rights(TENANT, "kim", &roles, &[])
        .await
        .unwrap();
    let verdict = world.submit(&operation).await;
    assert_eq!(verdict.word, VerdictWord::Refused);
    assert_eq!(code(&verdict), "rights.missing_role");
    assert_eq!(world.body("refund", &id).await["state"], "requested");
    assert!(world.refunds().is_empty());
}

#[tokio::test]
async fn a_record_outside_the_authors_regions_is_gone_for_them() {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    let mut body = world.body("refund", &id).await;
    body.insert("region".into(), json!("south"));
    world
        .ingest(json!([{"kind": "refund", "id": id, "body": body}]))
        .await;
    let north = issue(world.platform(), TENANT, "nora", &["operator"], &["north"]).await;
    let operation = Operation {
        author: "nora".into(),
        base_revision: Some(2),
        ..world.operation(&id, "approve")
    };
    let verdict = world.submit_as(&north, &[operation]).await.remove(0);
    assert_eq!(verdict.word, VerdictWord::Conflict);
    assert_eq!(code(&verdict), "record.gone");
    assert_eq!(verdict.record, None);
}

#[tokio::test]
async fn fault_49_a_record_deleted_meanwhile_is_a_conflict() {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    world.remove("refund", &id).await;
    let verdict = world.submit(&world.operation(&id, "approve")).await;
    assert_eq!(verdict.word, VerdictWord::Conflict);
    assert_eq!(code(&verdict), "record.gone");
    assert_eq!(verdict.record, None);
}

#[tokio::test]
async fn too_many_and_too_odd_batches_are_problems() {
    let world = World::new().await;
    let one = world.operation("rf-1", "approve");
    let many: Vec<&Operation> = std::iter::repeat_n(&one, 101).collect();
    let request = world.post("/v1/operations", &json!({"operations": many}));
    assert_eq!(problem(request).await.1, "too_large");
    let odd = world.post("/v1/operations", &json!({"operations": [{"id": 1}]}));
    assert_eq!(problem(odd).await.1, "body.invalid");
    let unknown = world.request(Method::GET, "/v1/operations/x", &world.token);
    assert_eq!(problem(unknown).await.0, 404);
}

/// The laptop's clock was years ahead when it drew the id: nothing of the platform goes by that time.
#[tokio::test]
async fn an_id_of_the_far_future_is_taken_like_any_other_and_counts_once() {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    let chance = [7; 10];
    let far = noon() + TimeDelta::days(3_650);
    let far = u64::try_from(far.timestamp_millis()).unwrap();
    let operation = Operation {
        id: uuid::Builder::from_unix_timestamp_millis(far, &chance).into_uuid(),
        ..world.operation(&id, "approve")
    };
    for _ in 0..2 {
        let verdict = world.submit(&operation).await;
        assert!(!verdict.word.is_final() || verdict.word == VerdictWord::Confirmed);
    }
    world.until(operation.id, VerdictWord::Confirmed).await;
    assert_eq!(world.refunds().len(), 1);
}
