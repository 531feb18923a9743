//! A-56, L-56, P-32, D-54, D-60, H-14: each action that a document needs is there, and does what it is
//! called. What is no action of a record is where it belongs: a switch, a step, a text, a report.

mod directory;

use watchkeeper_pack::Pack;
use watchkeeper_pack::format::{EffectDef, KeepDef};
use watchkeeper_pack::pack::Action;

use crate::packs::{ADMIN_CONSOLE, AMARISE, LIVE_SHOPPING, POS_SAAS, every};

fn action<'a>(pack: &'a Pack, name: &str) -> &'a Action {
    let (kind, action) = name.split_once('.').unwrap();
    let kind = pack.kind(kind).unwrap();
    let found = kind.actions.get(action);
    found.unwrap_or_else(|| panic!("{}: {name} is wanting", pack.id))
}

/// What an action does to its own record, what it makes and whom it asks, in a line.
fn doing(action: &Action) -> String {
    let one = |effect: &EffectDef| match effect {
        EffectDef::Set(set) => Some(match set.get("state") {
            Some(state) => format!("becomes {}", state.trim_matches('"')),
            None => {
                let fields: Vec<&str> = set.keys().map(String::as_str).collect();
                format!("sets {}", fields.join(" "))
            }
        }),
        EffectDef::SetOn(_) | EffectDef::Erase(_) => None,
        EffectDef::Create(create) => Some(format!("makes {}", create.kind)),
        EffectDef::Call(call) => Some(match &call.template {
            Some(template) => format!("mails {template}"),
            None => {
                let connector = serde_json::to_value(call.connector).unwrap();
                format!("asks {} {}", connector.as_str().unwrap(), call.operation)
            }
        }),
    };
    let done: Vec<String> = action.def.effects.iter().filter_map(one).collect();
    format!("{:?}: {}", action.def.nature, done.join(", "))
}

/// Each need with the actions that meet it, and what they do.
fn all_there(pack: &Pack, needs: &[(&str, &str, &str)]) {
    for (need, name, does) in needs {
        assert_eq!(doing(action(pack, name)), *does, "{need}: {name}");
    }
}

/// Whom an action needs the agreement of.
fn agrees<'a>(pack: &'a Pack, name: &str) -> Vec<&'a str> {
    let asked = action(pack, name).def.approvals.iter();
    asked.map(|approval| approval.role.as_str()).collect()
}

#[test]
fn a_56_what_the_document_does_to_returns_refunds_stock_and_data_is_there() {
    all_there(
        &AMARISE,
        &[
            (
                "decide a return",
                "return_case.approve",
                "Change: becomes approved",
            ),
            (
                "decide a return",
                "return_case.reject",
                "Submission: becomes rejected, mails return_rejected",
            ),
            (
                "a return label",
                "return_case.label",
                "Change: becomes labelled, mails return_label",
            ),
            (
                "a return without a parcel",
                "return_case.not_come",
                "Submission: becomes closed, mails return_not_come",
            ),
            (
                "a refund in part",
                "refund.set_part",
                "Change: sets amount part_reason scope",
            ),
            (
                "a refund in part",
                "refund.pay",
                "Money: becomes approved, asks stripe refund, mails refund_paid",
            ),
            (
                "a refund in whole",
                "refund.set_full",
                "Change: sets amount part_reason scope",
            ),
            (
                "a refund in whole",
                "refund.pay",
                "Money: becomes approved, asks stripe refund, mails refund_paid",
            ),
            ("archive", "product.archive", "Change: becomes archived"),
            (
                "discontinue",
                "product.discontinue",
                "Change: becomes discontinued",
            ),
            (
                "restock",
                "stock.restock",
                "Change: sets restock_asked_at, makes stock_move",
            ),
            (
                "transfer",
                "stock.transfer",
                "Change: sets units, makes stock_move",
            ),
            (
                "export of data",
                "privacy_request.start_export",
                "Change: becomes in_work",
            ),
            (
                "export of data",
                "privacy_request.send_export",
                "Submission: becomes done, mails export_ready",
            ),
            (
                "deletion of data",
                "privacy_request.erase",
                "Deletion: becomes done, mails erasure_done",
            ),
            (
                "consent",
                "privacy_request.apply_consent",
                "Change: becomes done, mails consent_done",
            ),
            (
                "notify customers",
                "order.tell_of_pause",
                "Submission: sets told_of_pause_at, mails pause_notice",
            ),
        ],
    );
    // To decide an approval is nobody's record: whoever has to agree is asked by the action itself.
    for (name, role) in [
        ("price_change.apply", "finance_lead"),
        ("promotion.start", "regional_lead"),
        ("refund.pay", "finance_lead"),
        ("product.launch", "product_lead"),
        ("content_change.publish", "content_lead"),
    ] {
        assert!(agrees(&AMARISE, name).contains(&role), "{name}");
    }
    assert!(AMARISE.playbooks.contains_key("approval"));
}

#[test]
fn l_56_what_the_document_does_to_orders_payouts_fraud_and_evidence_is_there() {
    all_there(
        &LIVE_SHOPPING,
        &[
            (
                "sync with PayPal",
                "order.sync_payment",
                "Change: sets synced_at, asks paypal sync",
            ),
            (
                "refunds",
                "refund.approve",
                "Money: becomes approved, asks paypal refund, mails refund_done",
            ),
            (
                "refunds",
                "order.refund_full",
                "Money: sets refund_error refund_pending refund_reason, asks paypal refund, mails order_refunded_full",
            ),
            (
                "refunds",
                "order.refund_part",
                "Money: sets refund_error refund_pending refund_reason, asks paypal refund, mails order_refunded_part",
            ),
            (
                "generate a batch",
                "payout_batch.generate",
                "Change: becomes generated, asks job run",
            ),
            (
                "process a batch",
                "payout_batch.process",
                "Money: becomes processing, asks job run",
            ),
            (
                "retry what failed",
                "payout.retry",
                "Money: becomes sent, asks wise transfer",
            ),
            (
                "an adjustment payout",
                "payout.adjust",
                "Change: sets adjustment adjustment_reason",
            ),
            (
                "an adjustment payout",
                "payout.pay_adjustment",
                "Change: makes payout",
            ),
            (
                "a purchase order",
                "product.order_more",
                "Change: makes purchase_order, makes purchase_line",
            ),
            (
                "a purchase order",
                "purchase_order.submit",
                "Submission: becomes sent, mails purchase_order",
            ),
            (
                "fraud: approve",
                "fraud_case.approve",
                "Change: becomes approved, asks job run",
            ),
            (
                "fraud: hold",
                "fraud_case.hold",
                "Change: becomes holding, mails fraud_documents",
            ),
            (
                "fraud: decline",
                "fraud_case.decline",
                "Money: becomes declined, asks paypal refund, mails fraud_declined",
            ),
            (
                "blocklist",
                "fraud_case.block",
                "Change: sets blocked_at, makes blocklist_entry",
            ),
            (
                "report",
                "fraud_case.report",
                "Change: sets report_reference reported_at",
            ),
            ("an RMA", "order.open_return", "Change: makes return_case"),
            ("an RMA", "return_case.approve", "Change: becomes approved"),
            (
                "a label",
                "return_case.send_label",
                "Change: becomes label_sent, asks job run, mails return_instructions",
            ),
            (
                "a replacement",
                "return_case.replace",
                "Change: becomes replaced, asks job run, mails replacement_sent",
            ),
            ("a flag for quality", "return_case.flag_quality", "Change: "),
            (
                "a flag for quality",
                "product.flag_quality",
                "Change: sets quality_flagged_at quality_note",
            ),
            (
                "add evidence",
                "dispute.add_evidence",
                "Change: makes evidence_document",
            ),
            (
                "submit evidence",
                "dispute.submit",
                "Submission: becomes submitted, asks paypal submit_evidence",
            ),
        ],
    );
}

#[test]
fn p_32_what_the_document_does_to_organisations_and_their_data_is_there() {
    all_there(
        &POS_SAAS,
        &[
            (
                "notify",
                "organisation.tell_payment_failed",
                "Change: sets notice_asked_at, mails update_payment_method",
            ),
            (
                "notify",
                "usage.tell_near",
                "Change: sets warning_asked_at, mails usage_threshold",
            ),
            (
                "notify",
                "data_case.tell",
                "Submission: sets telling_at, mails data_restored",
            ),
            (
                "notify",
                "exposure.tell",
                "Submission: sets telling_at, mails leak_notice",
            ),
            (
                "sync one organisation",
                "organisation.synchronise",
                "Change: sets difference_seen keep_until plan subscription_status synced_at",
            ),
            (
                "restore",
                "data_case.restore",
                "Change: becomes restoring, asks job run",
            ),
            (
                "mend RLS",
                "rls_policy.correct",
                "Change: becomes correcting, asks job run",
            ),
            (
                "reactivate",
                "organisation.reactivate",
                "Change: becomes active",
            ),
            (
                "suspend",
                "organisation.suspend_trial",
                "Change: becomes suspended",
            ),
            (
                "suspend",
                "organisation.suspend_unpaid",
                "Change: becomes suspended, mails account_suspended",
            ),
            ("cancel", "organisation.cancel", "Change: becomes cancelled"),
            (
                "delete",
                "organisation.erase",
                "Deletion: sets deletion_asked_at, asks job run",
            ),
            (
                "export",
                "organisation.export_data",
                "Change: sets export_asked_at, asks job run",
            ),
        ],
    );
}

#[test]
fn h_14_what_the_console_does_is_there() {
    all_there(
        &ADMIN_CONSOLE,
        &[
            (
                "retry a delivery",
                "webhook_delivery.retry",
                "Change: becomes retrying, asks webhook retry",
            ),
            (
                "rotate a key",
                "api_key.rotate",
                "Change: becomes rotating, asks job run",
            ),
            (
                "register a key",
                "api_key.register",
                "Change: becomes registered, makes register_entry",
            ),
            (
                "configure at run time",
                "api_key.configure",
                "Change: becomes configuring, asks job run",
            ),
            (
                "page",
                "activity.raise_page",
                "Change: sets paged_at, makes page",
            ),
            (
                "page",
                "page.send",
                "Change: becomes sending, asks pagerduty trigger",
            ),
            (
                "file a retrospective",
                "retrospective.file",
                "Change: becomes filing, asks job run",
            ),
            (
                "archive an export",
                "audit_export.export_log",
                "Change: becomes exporting, asks job run",
            ),
            (
                "archive an export",
                "audit_export.archive",
                "Change: becomes archiving, asks job run",
            ),
        ],
    );
}

/// Days, a year having 365 of them.
fn days(keep: KeepDef) -> u32 {
    match keep {
        KeepDef::Days(days) => days,
        KeepDef::Years(years) => years * 365,
    }
}

#[test]
fn x_82_the_log_is_kept_as_long_as_the_longest_term_of_any_document() {
    let classes = every()
        .into_iter()
        .flat_map(|pack| pack.retention.classes.values());
    let longest = classes.map(|class| days(class.keep)).max().unwrap();
    assert_eq!(longest, 7 * 365);
    for pack in every() {
        let of_log = |class: &&watchkeeper_pack::format::RetentionDef| {
            class.kinds.iter().any(|kind| kind == "audit")
        };
        let mut kept = pack.retention.classes.values().filter(of_log).peekable();
        assert!(kept.peek().is_some(), "{}: the log is in no class", pack.id);
        assert!(kept.all(|class| days(class.keep) == longest), "{}", pack.id);
    }
}
