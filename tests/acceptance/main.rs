//! Rows of the source documents, each shown by tests that carry its number (`d_17_…`), through the
//! real pack and the real engine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod actions;
mod agreement;
mod alerts;
mod alerts_session;
mod all_packs;
mod amarise_approvals;
mod amarise_bodies;
mod amarise_machines;
mod amarise_numbers;
mod amarise_people;
mod amarise_privacy;
mod amarise_refunds;
mod amarise_stock;
mod amarise_texts;
mod amarise_walks;
mod amarise_work;
mod approval;
mod console_answers;
mod console_calls;
mod console_money;
mod console_paging;
mod console_partners;
mod console_revenue_session;
mod console_session;
mod console_texts;
mod controls;
mod demo_approvals;
mod desk;
mod dog_books_session;
mod dog_complaints;
mod dog_figures;
mod dog_job_session;
mod dog_operator;
mod dog_queue;
mod dog_texts;
mod dog_world;
mod golden;
mod harbour_clock;
mod integrations;
mod live_cases;
mod live_clocks;
mod live_disputes;
mod live_evidence;
mod live_figures;
mod live_fraud;
mod live_health;
mod live_orders;
mod live_payout_session;
mod live_payouts;
mod live_people;
mod live_playbooks;
mod live_playbooks_more;
mod live_rounds;
mod live_stock;
mod live_world;
mod modes;
mod modes_accounts;
mod modes_amarise;
mod modes_directory;
mod modes_evidence;
mod modes_live;
mod modes_made;
mod modes_money;
mod modes_trainers;
mod numbers;
mod packs;
mod pos_access;
mod pos_account;
mod pos_billing;
mod pos_data;
mod pos_numbers;
mod pos_promises;
mod pos_routines;
mod pos_usage;
mod pos_world;
mod records;
mod reference;
mod refund_list;
mod refund_session;
mod refund_window;
mod refusal;
mod reviews;
mod reviews_session;
mod saved_views;
mod schedules;
mod screen;
mod unanswered;
mod world;
