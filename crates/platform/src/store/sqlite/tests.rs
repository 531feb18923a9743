#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::SqliteStore;
use crate::store::contract;

macro_rules! keeps {
    ($($rule:ident),* $(,)?) => {$(
        #[tokio::test]
        async fn $rule() {
            let folder = tempfile::tempdir().unwrap();
            let store = SqliteStore::open(&folder.path().join("platform.db")).unwrap();
            contract::$rule(&store).await;
        }
    )*};
}

// Every rule of the contract.
keeps!(
    secrets_are_made_once,
    packs_only_rise,
    a_token_gives_what_it_was_given_until_revoked,
    a_device_belongs_to_one_operator,
    one_change_per_record_and_transaction,
    nothing_is_skipped_while_many_write,
    facts_are_of_one_moment,
    a_region_that_is_no_text_is_nobodys,
    facts_are_those_that_the_reader_may_see,
    what_is_one_operators_alone_reaches_no_other,
    a_control_is_in_force_with_its_record,
    a_decision_on_old_facts_writes_nothing,
    an_operation_id_is_taken_once,
    an_operation_is_known_of_whichever_tenant_it_is,
    what_follows_an_answer_comes_with_it_once,
    what_nobody_answered_ends_once_and_never_what_was_decided,
    what_was_asked_with_an_erased_record_beside_it_is_cut,
    what_was_asked_is_cut_where_the_records_are_gone,
    a_history_is_everybodys_and_comes_newest_first_page_by_page,
    a_history_has_no_words_where_somebody_was_erased,
    a_commit_is_all_or_nothing,
    a_call_waits_is_counted_and_ends_once,
    a_doubt_is_said_over_what_was_seen_alone,
    who_waits_is_found_by_what_is_said_of_it,
    in_another_history_a_call_that_waits_may_have_been_sent,
    in_another_history_what_is_not_at_its_end_may_have_come_to_it,
    what_is_only_looked_for_is_told_with_the_record,
    whose_call_waits_is_told_with_the_record,
    what_waits_for_other_calls_is_not_due_and_takes_no_place,
    what_follows_a_failed_call_is_given_up,
    tenants_share_nothing,
    a_chain_grows_only_at_its_head,
    old_and_future_places_are_gone,
    tenants_are_listed,
    an_episode_is_written_only_as_it_was_seen,
    episodes_are_those_of_the_rule,
    changes_are_named_until_they_are_forgotten,
    lookups_and_measures_reach_no_other_tenant,
    what_comes_late_is_not_written_whoever_changed_the_record_since,
    an_end_is_remembered_though_it_came_first,
    a_file_that_became_older_meanwhile_writes_nothing,
);

#[tokio::test]
async fn a_store_opens_again_with_what_it_had() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("platform.db");
    contract::one_change_per_record_and_transaction(&SqliteStore::open(&path).unwrap()).await;
    let again = SqliteStore::open(&path).unwrap();
    let tenant = crate::store::Store::tenant(&again, contract::TENANT)
        .await
        .unwrap();
    assert!(tenant.unwrap().head > 0);
}
