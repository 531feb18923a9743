//! L-21, L-26 to L-28, L-32, L-34 to L-36, L-39 to L-42: every way through a procedure about disputes,
//! shows, goods and customers.

use serde_json::{Value, json};

use crate::live_playbooks::{acts, credentials, has, playbook, proposed, ways};
use crate::live_world::{fraud, payment, return_case, show, with};

#[test]
fn data_of_l_21_evidence_is_reviewed_added_and_submitted_by_hand() {
    let rest = ["gather", "tracking", "complete", "last_look"];
    let walk =
        |a: &[&'static str], b: &[&'static str]| [&["queue", "state"][..], a, &rest, b].concat();
    ways(
        "dispute_by_hand",
        &[
            (
                &["open", "send", "well", "won"],
                &walk(
                    &["review", "build"],
                    &["submit", "monitor", "decided", "close"],
                ),
            ),
            (
                &["required", "leave", "well", "lost", "appeal"],
                &walk(
                    &["build"],
                    &["monitor", "decided", "appeal_or_not", "appeal"],
                ),
            ),
            (
                &["building", "send", "fails", "lost", "leave_it"],
                &walk(
                    &[],
                    &[
                        "submit",
                        "monitor",
                        "ask",
                        "decided",
                        "appeal_or_not",
                        "close",
                    ],
                ),
            ),
            (
                &["ready", "give_in"],
                &["queue", "state", "last_look", "accept"],
            ),
            (&["gone"], &["queue", "state"]),
        ],
    );
}

#[test]
fn data_of_l_26_when_a_stream_does_not_start() {
    let wanted = ["TWILIO_ACCOUNT_SID", "TWILIO_API_KEY_SID"];
    assert_eq!(credentials("stream_wont_start"), wanted);
    has(
        "stream_wont_start",
        &[
            "5 Mbit/s",
            "Chrome from 74",
            "Firefox from 66",
            "Safari from 12.1",
        ],
    );
    ways(
        "stream_wont_start",
        &[
            (
                &["made", "fast", "good", "well"],
                &["account", "key", "room", "speed", "browser", "again"],
            ),
            (
                &["made", "slow", "old", "fails"],
                &[
                    "account", "key", "room", "speed", "line", "browser", "change", "again",
                    "engineer", "twilio",
                ],
            ),
            (&["none"], &["account", "key", "room", "engineer", "twilio"]),
        ],
    );
    for (mbps, wanted) in [
        (json!(4.9), "slow"),
        (json!(5.0), "fast"),
        (json!(5.1), "fast"),
        (Value::Null, "unknown"),
    ] {
        let record = show("s", json!({"upload_mbps": mbps}));
        assert_eq!(
            proposed("stream_wont_start", "speed", record, json!({})),
            [wanted]
        );
    }
}

#[test]
fn data_of_l_27_when_the_picture_is_poor() {
    ways(
        "poor_video",
        &[
            (
                &["slow", "well"],
                &["speed", "is_slow", "lower", "region", "viewer", "better"],
            ),
            (
                &["fine", "fails"],
                &[
                    "speed", "is_slow", "region", "viewer", "better", "backup", "back",
                ],
            ),
        ],
    );
    has(
        "poor_video",
        &["Twilio", "viewers", "resolution", "backup stream"],
    );
}

#[test]
fn data_of_l_28_when_the_chat_does_not_work() {
    ways(
        "chat_broken",
        &[
            (
                &["better"],
                &["socket", "cors", "console", "browser", "tell"],
            ),
            (
                &["same", "limits"],
                &["socket", "cors", "console", "browser", "limits", "raise"],
            ),
            (
                &["same", "other"],
                &["socket", "cors", "console", "browser", "limits", "engineer"],
            ),
        ],
    );
    has(
        "chat_broken",
        &["WebSocket", "CORS", "console", "browser", "limit"],
    );
}

#[test]
fn data_of_l_32_goods_are_ordered_by_hand() {
    let all = [
        "purchasing",
        "open",
        "needed",
        "create",
        "lines",
        "costs",
        "landed",
        "submit",
    ];
    ways(
        "manual_reorder",
        &[(&["needed"], &all), (&["coming"], &all[..3])],
    );
    assert_eq!(acts("manual_reorder"), ["order_more"]);
}

#[test]
fn data_of_l_34_when_a_product_was_oversold() {
    let head = ["orders", "contact", "told", "all"];
    let tail = ["cause", "prevent", "close"];
    ways(
        "oversold",
        &[
            (
                &["all", "well"],
                &[&head[..], &["count", "settle"], &tail].concat(),
            ),
            (
                &["some", "all", "fails"],
                &[&head[..], &head[1..], &["count", "settle", "chase"], &tail].concat(),
            ),
        ],
    );
}

#[test]
fn data_of_l_35_a_flagged_order_is_approved_reviewed_or_declined() {
    let head = [
        "console",
        "checks",
        "signs",
        "same_mail",
        "reasoning",
        "decide",
    ];
    let walk = |tail: &[&'static str]| [&head[..], tail].concat();
    ways(
        "fraud_review",
        &[
            (&["approve"], &walk(&["approve"])),
            (
                &["review", "good"],
                &walk(&["hold", "wait", "final", "approve"]),
            ),
            (
                &["extend", "bad", "confirmed"],
                &walk(&[
                    "extend",
                    "wait",
                    "final",
                    "decline",
                    "confirmed",
                    "block",
                    "report",
                ]),
            ),
            (&["decline", "not_sure"], &walk(&["decline", "confirmed"])),
        ],
    );
    for (state, extended, wanted) in [
        ("flagged", false, vec!["review"]),
        ("holding", false, vec!["extend"]),
        ("holding", true, vec![]),
    ] {
        let record = fraud("f", json!({"state": state, "extended": extended}));
        assert_eq!(
            proposed("fraud_review", "decide", record, json!({})),
            wanted,
            "{state}"
        );
    }
    let wait = playbook("fraud_review")
        .step("wait")
        .unwrap()
        .def
        .wait
        .clone()
        .unwrap();
    assert_eq!((wait.minutes, wait.most), (24 * 60, Some(48 * 60)));
}

#[test]
fn l_36_five_checks_and_six_signs_are_gone_through() {
    let lines = |step: &str| {
        let step = playbook("fraud_review").step(step).unwrap();
        step.def
            .detail
            .clone()
            .unwrap()
            .lines()
            .filter(|line| line.starts_with("- "))
            .count()
    };
    assert_eq!((lines("checks"), lines("signs")), (5, 6));
}

#[test]
fn data_of_l_39_where_is_my_order() {
    ways(
        "where_is_order",
        &[
            (
                &["shipped"],
                &[
                    "look_up",
                    "status",
                    "sent",
                    "link",
                    "expectation",
                    "tell",
                    "proactive",
                ],
            ),
            (
                &["not_yet"],
                &[
                    "look_up",
                    "status",
                    "sent",
                    "expectation",
                    "tell",
                    "proactive",
                ],
            ),
        ],
    );
}

#[test]
fn data_of_l_40_i_want_to_return_this() {
    let sent = ["window", "eligible", "approve", "label", "wait"];
    ways(
        "return_item",
        &[
            (
                &["inside", "may", "well"],
                &[&sent[..], &["receive", "pay"]].concat(),
            ),
            (
                &["inside", "may", "fails"],
                &[&sent[..], &["ask", "receive", "pay"]].concat(),
            ),
            (&["inside", "may_not"], &["window", "eligible", "refuse"]),
            (&["outside"], &["window", "refuse"]),
        ],
    );
    for (ends, wanted) in [
        // The last moment counts, as it does where the return is decided.
        ("2026-11-19T15:00:00.000Z", "inside"),
        ("2026-11-19T14:59:59.999Z", "outside"),
    ] {
        let record = with(return_case(json!({})), json!({"window_ends": ends}));
        assert_eq!(
            proposed("return_item", "window", record, json!({})),
            [wanted],
            "{ends}"
        );
    }
}

#[test]
fn data_of_l_41_i_was_charged_twice() {
    let head = ["history", "transactions", "count", "twice"];
    ways(
        "charged_twice",
        &[
            (&["twice"], &[&head[..], &["refund", "apologise"]].concat()),
            (&["once"], &[&head[..], &["explain"]].concat()),
        ],
    );
    for (charges, wanted) in [(1, "once"), (2, "twice")] {
        let answers = json!({"charges": charges});
        let record = payment("c", json!({}));
        assert_eq!(
            proposed("charged_twice", "twice", record, answers),
            [wanted]
        );
    }
}

#[test]
fn data_of_l_42_a_product_is_defective() {
    ways(
        "defective",
        &[
            (
                &["have", "replacement"],
                &["details", "date", "approve", "wish", "replace", "flag"],
            ),
            (
                &["missing", "money"],
                &[
                    "details", "ask", "photos", "date", "approve", "wish", "label", "flag",
                ],
            ),
        ],
    );
}
