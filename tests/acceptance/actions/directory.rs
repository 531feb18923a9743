//! Of the directory: what its operator does, and what its document leaves out.

use watchkeeper_pack::format::{KeepDef, TextChannel};

use super::{action, all_there, doing};
use crate::world::PACK;

#[test]
fn d_54_what_the_operator_does_is_there() {
    all_there(
        &PACK,
        &[
            (
                "approve or reject a review",
                "review.approve",
                "Change: becomes published",
            ),
            (
                "approve or reject a review",
                "review.reject",
                "Change: becomes rejected",
            ),
            (
                "approve or deny a refund",
                "refund.approve",
                "Money: becomes approved, asks stripe refund, mails refund_approved",
            ),
            (
                "approve or deny a refund",
                "refund.refuse",
                "Submission: becomes denied, mails refund_denied",
            ),
            (
                "run the job",
                "job.run",
                "Change: becomes running, asks job run",
            ),
            (
                "reprocess a lost payment",
                "charge.reprocess",
                "Change: sets notes reprocessed_at reprocessed_by, asks job run",
            ),
            (
                "flag an account",
                "business.flag",
                "Change: sets flag_reason flagged_at flagged_by",
            ),
            (
                "send a mail",
                "placement.tell_position",
                "Submission: sets told_at, mails queue_position",
            ),
            (
                "send a mail",
                "charge.tell_active",
                "Submission: sets told_at, mails placement_active",
            ),
            (
                "send a mail",
                "complaint.answer_featured",
                "Submission: becomes answered, mails complaint_featured",
            ),
            (
                "post to Slack",
                "ai_provider.post",
                "Submission: sets post_error posted_at, asks slack post",
            ),
            (
                "archive a reconciliation",
                "payment_week.archive",
                "Change: becomes archived",
            ),
            (
                "archive a reconciliation",
                "payment_week.archive_differing",
                "Change: becomes archived",
            ),
            (
                "file an incident report",
                "incident_report.file",
                "Change: becomes filed",
            ),
        ],
    );
    // A report begins on whatever it is about.
    for kind in [
        "ai_provider",
        "charge",
        "council",
        "database",
        "job",
        "webhook_endpoint",
    ] {
        let begin = action(&PACK, &format!("{kind}.report_incident"));
        assert_eq!(doing(begin), "Change: makes incident_report", "{kind}");
    }
    // What is filed or archived stays as it is: nothing starts there.
    for (kind, end) in [("incident_report", "filed"), ("payment_week", "archived")] {
        let mut actions = PACK.kind(kind).unwrap().actions.values();
        assert!(
            actions.all(|action| !action.def.from.iter().any(|from| from == end)),
            "{kind}"
        );
    }
    // Reviews one by one and many at once.
    for name in ["review.approve", "review.reject"] {
        assert!(action(&PACK, name).def.bulk.is_some(), "{name}");
    }
    // The mode of the AI is a switch, and a report is a text; the steps of playbook 1 use them.
    let steps = &PACK.playbooks["ai_down"].steps;
    let switches = steps.iter().filter_map(|step| step.def.switch.as_ref());
    assert!(switches.clone().count() > 0);
    assert!(
        switches
            .into_iter()
            .all(|switch| switch.control == "ai_mode")
    );
    let channel = |template: &str| PACK.templates[template].def.channel;
    let sent = steps.iter().filter_map(|step| step.def.send.as_ref());
    let sent: Vec<&str> = sent.map(|send| send.template.as_str()).collect();
    assert!(sent.contains(&"ai_switched") && sent.contains(&"incident_report"));
    assert_eq!(channel("ai_switched"), TextChannel::Chat);
    assert_eq!(channel("incident_report"), TextChannel::File);
    let name = &PACK.templates["incident_report"].def.subject;
    assert_eq!(name, "incident_{{ params.day }}_{{ params.slug }}.txt");
    // What is archived is the report of the reconciliation, and its class keeps it for seven years.
    let report = &PACK.reports["payment_reconciliation"].def;
    assert!(
        report
            .parts
            .iter()
            .any(|part| part.reconciliation.is_some())
    );
    let class = &PACK.retention.classes[report.retention.as_ref().unwrap()];
    assert_eq!(class.keep, KeepDef::Years(7));
    assert!(class.kinds.iter().any(|kind| kind == "payment_week"));
    let session = &PACK.routines["thursday_3_reconciliation"];
    assert!(session.items.iter().any(|item| item.def.id == "archive"));
}

#[test]
fn d_60_the_six_that_the_document_leaves_out_are_there() {
    all_there(
        &PACK,
        &[
            (
                "correct a charge",
                "charge.correct_status",
                "Change: sets corrected_at notes status",
            ),
            (
                "approve a rejected review",
                "review.reinstate",
                "Change: becomes published",
            ),
            (
                "clear the cache",
                "business.clear_cache",
                "Change: asks job run",
            ),
            (
                "a test event",
                "webhook_endpoint.test",
                "Change: sets error tested_at tested_by, asks webhook test",
            ),
            (
                "a ticket",
                "complaint.pass_on",
                "Change: becomes with_team, makes ticket",
            ),
            (
                "a ticket",
                "business.propose",
                "Change: sets proposed_at, makes ticket",
            ),
            (
                "a ticket",
                "refund.escalate",
                "Change: becomes escalated, makes ticket",
            ),
            ("a reminder", "job.remind", "Change: makes reminder"),
            ("a reminder", "charge.remind", "Change: makes reminder"),
            (
                "a reminder",
                "provider_charge.remind",
                "Change: makes reminder",
            ),
            ("a reminder", "reminder.done", "Change: becomes done"),
            ("a reminder", "reminder.later", "Change: sets due_at"),
            (
                "a reminder",
                "reminder.dismiss",
                "Change: becomes dismissed",
            ),
        ],
    );
    // It stands on the first screen, and a run of the playbook waits by itself, a night long.
    assert!(PACK.queues.iter().any(|view| view == "reminders"));
    let reminder = PACK.playbooks["job_failed"].step("tomorrow").unwrap();
    assert_eq!(reminder.def.wait.as_ref().unwrap().minutes, 24 * 60);
}
