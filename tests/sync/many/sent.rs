//! Many on their way: which share a request, and what becomes of the others where one fails.

use watchkeeper_core::features::queues::view::OperationWord;
use watchkeeper_core::features::sync;
use watchkeeper_wire::problem;

use super::{act, large, request, select, sent};
use crate::crash::lose_answers;
use crate::scripted::Reply;

#[tokio::test]
async fn plain_changes_share_a_request_and_what_moves_money_goes_alone() {
    let (world, many) = large(130).await;
    assert_eq!(act(&world, &many).await.queued, 130);
    world.engine.sync_once().await.unwrap();
    assert_eq!(sent(&world), [100, 30]);
    world
        .platform
        .with(|state| assert!(state.effects.values().all(|effects| *effects == 1)));
    assert_eq!(world.status().await.settled.len(), 20);
    let done = "SELECT count(*) FROM operation WHERE status = 'confirmed'";
    assert_eq!(world.stated(done).await, 130);
    world.check().await;

    let (world, _) = large(2).await;
    let mut many = request(&select(&world, "release", &[]).await);
    many.params.clear();
    assert_eq!(act(&world, &many).await.queued, 2);
    world.engine.sync_once().await.unwrap();
    assert_eq!(sent(&world), [1, 1]);
}

#[tokio::test]
async fn fault_43_one_that_is_not_understood_among_many_is_held_alone() {
    let (world, many) = large(20).await;
    act(&world, &many).await;
    world.platform.behave(|request, _| {
        let text = String::from_utf8_lossy(&request.body);
        let poisoned = request.path == "/v1/operations" && text.contains("\"record\":\"p7\"");
        poisoned.then(|| Reply::problem(problem::Code::BodyInvalid))
    });
    world.engine.sync_once().await.unwrap();
    let status = world.status().await;
    let held: Vec<&str> = status.held.iter().map(|one| one.record.as_str()).collect();
    assert_eq!(held, ["p7"]);
    assert!(status.waiting.is_empty() && status.under_way.is_empty());
    world.platform.with(|state| {
        assert_eq!(state.effects.len(), 19);
        assert!(state.effects.values().all(|effects| *effects == 1));
    });
    world.check().await;
}

#[tokio::test]
async fn fault_43_one_over_which_the_platform_fails_spoils_the_others_once_at_most() {
    let (world, many) = large(5).await;
    act(&world, &many).await;
    world.platform.behave(|request, _| {
        let text = String::from_utf8_lossy(&request.body);
        let poisoned = request.path == "/v1/operations" && text.contains("\"record\":\"p3\"");
        poisoned.then_some(Reply::Nothing)
    });
    world.engine.sync_once().await.unwrap();
    // Nobody knows of any of them; what is read back and unknown goes out by itself.
    for _ in 0..2 {
        sync::pull_now(&world.engine).await.unwrap();
        world.engine.sync_once().await.unwrap();
    }
    let status = world.status().await;
    let left: Vec<&str> = status
        .waiting
        .iter()
        .map(|one| one.record.as_str())
        .collect();
    assert_eq!(left, ["p3"]);
    let done = "SELECT count(*) FROM operation WHERE status = 'confirmed'";
    assert_eq!(world.stated(done).await, 4);
}

#[tokio::test]
async fn fault_21_the_lost_answer_of_many_is_read_back_and_each_has_one_effect() {
    let (world, many) = large(12).await;
    act(&world, &many).await;
    lose_answers(&world);
    world.engine.sync_once().await.unwrap();
    let words: Vec<OperationWord> = world
        .status()
        .await
        .waiting
        .iter()
        .map(|one| one.word)
        .collect();
    assert_eq!(words, [OperationWord::Unknown; 12]);
    world.platform.behave_well();
    sync::pull_now(&world.engine).await.unwrap();
    world.engine.sync_once().await.unwrap();
    assert_eq!(sent(&world).len(), 1, "nothing is sent again");
    world.platform.with(|state| {
        assert_eq!(state.effects.len(), 12);
        assert!(state.effects.values().all(|effects| *effects == 1));
    });
    world.check().await;
}
