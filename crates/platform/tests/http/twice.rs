//! Who comes second while a provider has not answered: nothing is done twice, and nothing is called done.

use watchkeeper_platform::connectors::stripe::Mode;
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};

use crate::approvals::{CLAIM, code, grant, said, world_of};
use crate::support::World;

/// One claim, of a pack in which granting says nothing on it before the money has gone; no provider answers.
async fn silent(from: &str, to: &str) -> World {
    let text = CLAIM.replacen(from, to, 1);
    assert_ne!(text, CLAIM);
    let world = world_of(&text, 4_000).await;
    world.misbehave(Mode::Down, 1_000_000);
    world
}

/// The same where granting shows on no record.
async fn unmarked() -> World {
    let granted = "      - set: {state: '\"granted\"', decided_by: actor.id}\n";
    let text = CLAIM.replacen(granted, "", 1);
    let state = "  - {id: granted, label: granted, tone: blue}\n";
    let text = text.replacen(state, "", 1);
    assert_eq!(text.len() + granted.len() + state.len(), CLAIM.len());
    let world = world_of(&text, 4_000).await;
    world.misbehave(Mode::Down, 1_000_000);
    world
}

/// What a verdict says first of who had begun.
fn first_of(verdict: &Verdict) -> &str {
    let detail = &verdict.reason.as_ref().unwrap().detail;
    detail.split([';', ',']).next().unwrap()
}

/// The same is wanted by somebody else.
async fn by_lee(world: &World) -> Verdict {
    let wanted = Operation {
        author: "lee".into(),
        ..grant(world)
    };
    said(world, &["operator"], &wanted).await
}

#[tokio::test]
async fn fault_40_two_who_want_a_payment_that_shows_on_no_record_yet_pay_once() {
    let world = unmarked().await;
    let first = grant(&world);
    assert_eq!(world.submit(&first).await.word, VerdictWord::Accepted);
    // The record is what both saw: neither its state nor its revision tells.
    let second = world.submit(&grant(&world)).await;
    assert_eq!(
        (second.word, code(&second)),
        (VerdictWord::Refused, "operation.under_way")
    );
    assert_eq!(first_of(&second), "The same person has done this already");
    let third = by_lee(&world).await;
    assert_eq!(code(&third), "operation.under_way");
    assert_eq!(first_of(&third), "KIM has done this already");
    world.misbehave(Mode::None, 0);
    world.until_after_waits(first.id).await;
    assert_eq!(world.refunds().len(), 1);
    let late = world.submit(&grant(&world)).await;
    assert!(late.word.is_final() && late.word != VerdictWord::Confirmed);
    assert_eq!(world.refunds().len(), 1);
}

#[tokio::test]
async fn fault_40_what_stopped_one_may_be_wanted_again_once_it_has_ended() {
    let world = unmarked().await;
    world.misbehave(Mode::Refuse, 1);
    let first = grant(&world);
    world.submit(&first).await;
    world.until(first.id, VerdictWord::Refused).await;
    // It failed, which the record says; somebody puts it right.
    crate::approvals::claim(&world, 4_000).await;
    let again = Operation {
        base_revision: Some(3),
        ..grant(&world)
    };
    assert_eq!(world.submit(&again).await.word, VerdictWord::Accepted);
    world.until_after_waits(again.id).await;
    assert_eq!(world.refunds().len(), 1);
}

#[tokio::test]
async fn fault_40_who_was_slower_is_told_that_it_has_not_ended_yet() {
    let already = "    from: [open]\n    already: [granted, paid]\n";
    let world = silent("    from: [open]\n", already).await;
    let first = grant(&world);
    world.submit(&first).await;
    let second = world.submit(&grant(&world)).await;
    assert_eq!(
        (second.word, code(&second)),
        (VerdictWord::Confirmed, "operation.under_way")
    );
    assert_eq!(first_of(&second), "The same person came first");
    let slower = by_lee(&world).await;
    assert_eq!(code(&slower), "operation.under_way");
    assert_eq!(first_of(&slower), "KIM came first");
    world.misbehave(Mode::None, 0);
    world.until_after_waits(first.id).await;
    let third = world.submit(&grant(&world)).await;
    assert_eq!((third.word, code(&third)), (VerdictWord::Confirmed, ""));
    assert_eq!(world.refunds().len(), 1);
}

#[tokio::test]
async fn what_is_done_is_not_in_doubt_because_something_else_is_under_way() {
    let already = CLAIM.replacen("from: [open]\n", "from: [open]\n    already: [paid]\n", 1);
    let again = "  again:
    label: Pay again
    row: L-1
    from: [paid]
    policy: []
    not_after: now + duration(\"24h\")
    nature: money
    effects:
      - call:
          connector: stripe
          operation: refund
          args: {charge: record.charge_id, amount: record.amount}
          then: {paid_as: result.id}
          otherwise: {problem: result.message}
    will: ['pay {{ record.amount | money }} again']
views:
";
    let world = world_of(&already.replacen("views:\n", again, 1), 4_000).await;
    let first = grant(&world);
    world.submit(&first).await;
    world.until(first.id, VerdictWord::Confirmed).await;
    world.misbehave(Mode::Down, 1_000_000);
    let other = Operation {
        action: "again".into(),
        base_revision: None,
        ..grant(&world)
    };
    assert_eq!(world.submit(&other).await.word, VerdictWord::Accepted);
    let slower = world.submit(&grant(&world)).await;
    assert_eq!((slower.word, code(&slower)), (VerdictWord::Confirmed, ""));
}
