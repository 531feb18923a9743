//! Calls to providers: exactly once, whatever is lost, late, refused or killed.

use chrono::TimeDelta;
use serde_json::json;
use watchkeeper_platform::clock::Clock;
use watchkeeper_platform::connectors::stripe::Mode;
use watchkeeper_platform::store::{CallRow, CallStatus};
use watchkeeper_wire::operation::{Operation, VerdictWord};

use crate::approvals::{CLAIM, grant, world_of};
use crate::support::{TENANT, World, short};
use crate::waits::until;

#[tokio::test]
async fn d_18_an_approval_refunds_books_ends_the_placement_and_writes() {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    let (_, cursor) = world.pages(&world.token, None).await;
    let operation = world.operation(&id, "approve");
    let accepted = world.submit(&operation).await;
    assert_eq!(accepted.word, VerdictWord::Accepted);
    assert_eq!(accepted.record.unwrap().body["state"], "approved");
    let ended = world.until(operation.id, VerdictWord::Confirmed).await;
    assert_eq!(ended.reason, None);
    let refunds = world.refunds();
    assert_eq!(refunds.len(), 1);
    assert_eq!(refunds[0]["amount"], 2200);
    assert_eq!(refunds[0]["charge"], "ch_1");
    assert_eq!(
        refunds[0]["metadata"]["watchkeeper_call"],
        format!("{}:1", operation.id)
    );
    let refund = world.body("refund", &id).await;
    assert_eq!(refund["state"], "refunded");
    assert_eq!(refund["provider_refund"], refunds[0]["id"]);
    assert_eq!(world.body("charge", "ch_1").await["status"], "refunded");
    let placement = world.body("placement", "p-1").await;
    assert_eq!(placement["refund_status"], "refunded");
    assert_eq!(placement["state"], "ended");
    let mails = world.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0]["to"], "hello@goodpaws.example");
    assert!(mails[0]["body"].as_str().unwrap().contains("$22.00 AUD"));
    let (lines, _) = world.pages(&world.token, Some(&cursor)).await;
    let mut lines = short(&lines);
    assert_eq!(lines.pop().unwrap(), "verdict Confirmed");
    lines.sort();
    assert_eq!(lines, ["+charge/ch_1", "+placement/p-1", "+refund/rf-1"]);
}

/// Approves one refund while the provider is in a mood; it must end refunded once.
async fn refunded_once_despite(mode: Mode, times: u32) -> World {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    world.misbehave(mode, times);
    let operation = world.operation(&id, "approve");
    world.submit(&operation).await;
    world.until_after_waits(operation.id).await;
    assert_eq!(world.refunds().len(), 1);
    assert_eq!(world.body("refund", &id).await["state"], "refunded");
    assert_eq!(world.mails().len(), 1);
    world
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_read_back_and_gets_it_again_where_it_has_it_not() {
    refunded_once_despite(Mode::TimeoutAfter, 1).await;
    refunded_once_despite(Mode::TimeoutBefore, 2).await;
}

#[tokio::test]
async fn a_provider_that_broke_and_replays_it_is_asked_under_a_fresh_key() {
    refunded_once_despite(Mode::Error500, 2).await;
}

#[tokio::test]
async fn a_fresh_key_waits_until_what_went_under_the_old_one_has_had_its_time() {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    world.misbehave(Mode::Error500, 1);
    let operation = world.operation(&id, "approve");
    world.submit(&operation).await;
    until("another key", async || {
        world.first_call(&operation).await.generation > 0
    })
    .await;
    let due = async |seconds: i64| {
        let at = world.clock.now() + TimeDelta::seconds(seconds);
        let due = world.platform().store.due_calls(at, 9).await.unwrap();
        due.len()
    };
    assert_eq!((due(59).await, due(60).await), (0, 1));
}

/// Approves one refund that stays pending at the provider.
async fn pending() -> (World, String, Operation) {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    world.misbehave(Mode::Pending, 1);
    let operation = world.operation(&id, "approve");
    world.submit(&operation).await;
    world.rests_after(&operation, 1).await;
    assert_eq!(
        world.verdict(operation.id).await.word,
        VerdictWord::Accepted
    );
    assert_eq!(world.body("refund", &id).await["state"], "approved");
    assert!(world.mails().is_empty());
    (world, id, operation)
}

#[tokio::test]
async fn a_refund_that_is_pending_at_the_provider_is_not_done_before_it_succeeds() {
    let (world, id, operation) = pending().await;
    world.refunds_are("succeeded");
    world.until_after_waits(operation.id).await;
    assert_eq!(world.refunds().len(), 1);
    assert_eq!(world.body("refund", &id).await["state"], "refunded");
    assert_eq!(world.mails().len(), 1);
}

#[tokio::test]
async fn a_refund_that_fails_after_it_was_pending_is_refused() {
    let (world, id, operation) = pending().await;
    world.refunds_are("failed");
    world.clock.advance(TimeDelta::minutes(1));
    let ended = world.until(operation.id, VerdictWord::Refused).await;
    assert_eq!(ended.reason.unwrap().code, "provider.refused");
    assert_eq!(world.refunds().len(), 1);
    assert_eq!(world.body("refund", &id).await["state"], "failed");
    assert!(world.mails().is_empty());
}

#[tokio::test]
async fn what_a_refund_that_failed_was_of_goes_back_by_another_approval_and_once() {
    let (world, id, first) = pending().await;
    // Nothing is left of the charge beside it.
    let ledger = &world.platform().stand_ins.as_ref().unwrap().ledger;
    let amount =
        ledger.transact(|tx| tx.execute("UPDATE charge SET amount = 2200 WHERE id = 'ch_1'", []));
    assert_eq!(amount.unwrap(), 1);
    world.refunds_are("failed");
    world.clock.advance(TimeDelta::minutes(1));
    world.until(first.id, VerdictWord::Refused).await;
    let second = Operation {
        base_revision: None,
        ..world.operation(&id, "approve")
    };
    world.submit(&second).await;
    world.until(second.id, VerdictWord::Confirmed).await;
    let statuses: Vec<_> = world
        .refunds()
        .iter()
        .map(|r| r["status"].clone())
        .collect();
    assert_eq!(statuses, ["failed", "succeeded"]);
    assert_eq!(world.body("refund", &id).await["state"], "refunded");
}

#[tokio::test]
async fn what_the_provider_took_and_does_not_list_yet_is_not_given_up() {
    let (world, id, operation) = pending().await;
    let listed_under = |charge: &str| {
        let stand_ins = world.platform().stand_ins.as_ref().unwrap();
        let moved = stand_ins
            .ledger
            .transact(|tx| tx.execute("UPDATE refund SET charge = ?", [charge]));
        assert_eq!(moved.unwrap(), 1);
    };
    listed_under("ch_of_nobody");
    world.freezes_refunds().await;
    world.clock.advance(TimeDelta::seconds(30));
    world.rests_after(&operation, 1).await;
    let verdict = world.verdict(operation.id).await;
    assert_eq!(verdict.word, VerdictWord::Accepted, "{verdict:?}");
    listed_under("ch_1");
    world.refunds_are("succeeded");
    world.until_after_waits(operation.id).await;
    assert_eq!(world.refunds().len(), 1);
    assert_eq!(world.body("refund", &id).await["state"], "refunded");
}

#[tokio::test]
async fn a_refusal_is_final_once_an_earlier_send_cannot_come_any_more() {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    world.misbehave(Mode::TimeoutBefore, 1_000_000);
    let operation = world.operation(&id, "approve");
    world.submit(&operation).await;
    world.until(operation.id, VerdictWord::Unknown).await;
    world.misbehave(Mode::Refuse, 1_000_000);
    world.rests_after(&operation, 1).await;
    world.clock.advance(TimeDelta::seconds(10));
    world.rests_after(&operation, 2).await;
    let verdict = world.verdict(operation.id).await;
    assert_eq!(verdict.word, VerdictWord::Unknown, "{verdict:?}");
    world.clock.advance(TimeDelta::seconds(70));
    let ended = world.until(operation.id, VerdictWord::Refused).await;
    assert_eq!(ended.reason.unwrap().code, "provider.refused");
    assert_eq!(world.body("refund", &id).await["state"], "failed");
    assert!(world.refunds().is_empty());
}

#[tokio::test]
async fn a_provider_that_is_busy_or_down_is_asked_later() {
    refunded_once_despite(Mode::Down, 3).await;
    refunded_once_despite(Mode::RateLimit, 2).await;
}

#[tokio::test]
async fn an_answer_that_never_came_is_unknown_until_read_back() {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    let (_, cursor) = world.pages(&world.token, None).await;
    world.misbehave(Mode::TimeoutBefore, 1_000_000);
    let operation = world.operation(&id, "approve");
    world.submit(&operation).await;
    let unknown = world.until(operation.id, VerdictWord::Unknown).await;
    assert_eq!(unknown.reason.unwrap().code, "provider.ambiguous");
    let (lines, _) = world.pages(&world.token, Some(&cursor)).await;
    assert!(short(&lines).contains(&"verdict Unknown".to_owned()));
    world.misbehave(Mode::None, 0);
    world.until_after_waits(operation.id).await;
    assert_eq!(world.refunds().len(), 1);
}

#[tokio::test]
async fn fault_45_a_provider_that_forgets_its_keys_refunds_once_all_the_same() {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    world.misbehave(Mode::TimeoutAfter, 1);
    let operation = world.operation(&id, "approve");
    world.submit(&operation).await;
    world.is_refunded().await;
    // Whatever is sent from now on would be a new refund.
    world.misbehave(Mode::ForgetKeys, 1_000_000);
    world.until_after_waits(operation.id).await;
    assert_eq!(world.refunds().len(), 1);
}

#[tokio::test]
async fn fault_45_after_days_away_a_call_is_looked_for_before_anything_is_sent_again() {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    world.misbehave(Mode::TimeoutAfter, 1);
    let operation = world.operation(&id, "approve");
    world.submit(&operation).await;
    world.is_refunded().await;
    // The platform is down for longer than the provider remembers a key.
    let world = world.crash().await;
    world.misbehave(Mode::ForgetKeys, 1_000_000);
    world.clock.advance(TimeDelta::hours(25));
    let ended = world.until(operation.id, VerdictWord::Confirmed).await;
    assert_eq!(ended.record.unwrap().body["state"], "refunded");
    assert_eq!(world.refunds().len(), 1);
    assert_eq!(world.first_call(&operation).await.attempts, 1);
    // Its own ids it honours for ever.
    world.clock.advance(TimeDelta::days(400));
    let again = world.submit(&operation).await;
    assert_eq!(again.word, VerdictWord::Confirmed);
    assert_eq!(world.refunds().len(), 1);
}

#[tokio::test]
async fn fault_01_a_kill_between_the_providers_effect_and_our_commit_refunds_once() {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    world.misbehave(Mode::TimeoutAfter, 1);
    let operation = world.operation(&id, "approve");
    world.submit(&operation).await;
    world.is_refunded().await;
    let world = world.crash().await;
    world.until_after_waits(operation.id).await;
    assert_eq!(world.refunds().len(), 1);
    assert_eq!(world.body("refund", &id).await["state"], "refunded");
    let again = world.submit(&operation).await;
    assert_eq!(again.word, VerdictWord::Confirmed);
}

#[tokio::test]
async fn a_final_refusal_is_refused_and_nothing_follows() {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    world.misbehave(Mode::Refuse, 1);
    let operation = world.operation(&id, "approve");
    world.submit(&operation).await;
    let ended = world.until(operation.id, VerdictWord::Refused).await;
    assert_eq!(ended.reason.unwrap().code, "provider.refused");
    let record = ended.record.unwrap();
    assert_eq!(ended.revision, Some(record.revision));
    assert_eq!(record.body["state"], "failed");
    assert!(
        record.body["provider_error"]
            .as_str()
            .unwrap()
            .contains("disputed")
    );
    assert!(world.refunds().is_empty());
    assert!(world.mails().is_empty());
    assert_eq!(world.body("charge", "ch_1").await["status"], "succeeded");
}

#[tokio::test]
async fn what_is_under_way_beside_a_call_that_was_refused_is_not_called_refused() {
    let pays = "      - call:\n          connector: stripe";
    let tells = "      - call: {connector: job, operation: run, args: {job: '\"tell\"'}}\n";
    let both = CLAIM.replacen(pays, &format!("{tells}{pays}"), 1);
    for (mode, word, state, paid) in [
        (Mode::None, VerdictWord::Confirmed, "paid", 1),
        (Mode::Refuse, VerdictWord::Refused, "failed", 0),
    ] {
        let world = world_of(&both, 4_000).await;
        world.misbehave(Mode::Down, 1_000_000);
        let stand_ins = world.platform().stand_ins.as_ref().unwrap();
        stand_ins.job.misbehave(Mode::Refuse, 1);
        let operation = grant(&world);
        world.submit(&operation).await;
        let store = &world.platform().store;
        until("the run is refused", async || {
            let calls = store.calls_of(TENANT, operation.id).await.unwrap();
            calls[0].status == CallStatus::Refused
        })
        .await;
        // Whoever reads refused asks for it again.
        let verdict = world.verdict(operation.id).await;
        assert_eq!(verdict.word, VerdictWord::Accepted, "{verdict:?}");
        world.misbehave(mode, 1_000_000);
        let verdict = world.ended(operation.id, TimeDelta::seconds(1)).await;
        assert_eq!(verdict.word, word, "{verdict:?}");
        assert_eq!(verdict.reason.unwrap().code, "provider.refused");
        assert_eq!(world.refunds().len(), paid);
        assert_eq!(world.body("claim", "c1").await["state"], state);
    }
}

#[tokio::test]
async fn a_charge_that_the_provider_does_not_know_is_refused_and_not_asked_about_for_ever() {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    let stand_ins = world.platform().stand_ins.as_ref().unwrap();
    let forgotten = stand_ins
        .ledger
        .transact(|tx| tx.execute("DELETE FROM charge", []));
    assert_eq!(forgotten.unwrap(), 1);
    let operation = world.operation(&id, "approve");
    world.submit(&operation).await;
    let ended = world.until(operation.id, VerdictWord::Refused).await;
    assert_eq!(ended.reason.unwrap().detail, "No such charge");
    assert_eq!(world.body("refund", &id).await["state"], "failed");
}

#[tokio::test]
async fn d_52_a_freeze_between_decision_and_sending_stops_the_money() {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    world.misbehave(Mode::RateLimit, 1);
    let operation = world.operation(&id, "approve");
    world.submit(&operation).await;
    // The provider puts us off for two seconds of a clock that stands still.
    world.is_attempted(&operation).await;
    world.freezes_refunds().await;
    world.settled_put_off(&operation).await;
    world.clock.advance(TimeDelta::minutes(2));
    let ended = world.until(operation.id, VerdictWord::Refused).await;
    assert_eq!(ended.reason.unwrap().row.as_deref(), Some("D-52"));
    assert!(world.refunds().is_empty());
    assert_eq!(world.body("refund", &id).await["state"], "failed");
}

#[tokio::test]
async fn a_control_stands_as_the_pack_allows_or_as_before() {
    let world = World::new().await;
    let mut stands = serde_json::Map::new();
    for (controls, fits) in [
        (json!({"ai_mode": "standby"}), true),
        (json!({"ai_mode": "guess"}), false),
        (
            json!({"ai_mode": "primary", "freeze_refunds": "yes"}),
            false,
        ),
        (json!({"freeze_refunds": true, "of_a_later_pack": 1}), true),
    ] {
        let controls = controls.as_object().unwrap().clone();
        let said = world.platform().set_controls(TENANT, &controls).await;
        assert_eq!(said.is_ok(), fits, "{controls:?}");
        if fits {
            stands.extend(controls);
        }
        let tenant = world.platform().store.tenant(TENANT).await.unwrap();
        assert_eq!(tenant.unwrap().controls, stands);
    }
}

#[tokio::test]
async fn x_43_a_call_whose_time_passes_while_the_provider_is_away_lapses() {
    let world = World::new().await;
    let id = world.refund(1, 71).await;
    world.misbehave(Mode::RateLimit, 1);
    let operation = world.operation(&id, "approve");
    world.submit(&operation).await;
    world.is_attempted(&operation).await;
    world.settled_put_off(&operation).await;
    world.clock.advance(TimeDelta::hours(2));
    let ended = world.until(operation.id, VerdictWord::Lapsed).await;
    assert_eq!(ended.reason.unwrap().code, "operation.lapsed");
    assert!(world.refunds().is_empty());
}

impl World {
    /// The provider has it, whatever came of its answer.
    async fn is_refunded(&self) {
        until("it is refunded", async || !self.refunds().is_empty()).await;
    }

    /// The bank has decided on all refunds.
    fn refunds_are(&self, status: &str) {
        let stand_ins = self.platform().stand_ins.as_ref().unwrap();
        let changed = stand_ins
            .ledger
            .transact(|tx| tx.execute("UPDATE refund SET status = ?", [status]));
        assert_eq!(changed.unwrap(), 1);
    }

    async fn first_call(&self, operation: &Operation) -> CallRow {
        let store = &self.platform().store;
        let calls = store.calls_of(TENANT, operation.id).await.unwrap();
        calls.into_iter().next().unwrap()
    }

    async fn freezes_refunds(&self) {
        let controls = json!({"freeze_refunds": true}).as_object().unwrap().clone();
        let frozen = self.platform().set_controls(TENANT, &controls).await;
        frozen.unwrap();
    }

    /// An attempt is counted.
    async fn is_attempted(&self, operation: &Operation) {
        until("an attempt", async || {
            self.first_call(operation).await.attempts > 0
        })
        .await;
    }

    /// Waits until so many attempts are counted and nothing is due, by a clock that stands still.
    async fn rests_after(&self, operation: &Operation, attempts: u32) {
        until("at rest", async || {
            let due = self.platform().store.due_calls(self.clock.now(), 9).await;
            self.first_call(operation).await.attempts >= attempts && due.unwrap().is_empty()
        })
        .await;
    }

    /// Waits until a counted attempt is known to have had no effect.
    async fn settled_put_off(&self, operation: &Operation) {
        until("without effect", async || {
            !self.first_call(operation).await.ambiguous
        })
        .await;
    }
}
