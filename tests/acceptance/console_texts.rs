//! H-03, X-95: what is said of an incident, word for word.

use serde_json::json;
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::format::TextChannel;

use crate::packs::ADMIN_CONSOLE;
use crate::pos_world::{map, needs};

/// The params that a text of an incident takes, and the address of enterprise customers.
fn said() -> Scope<'static> {
    Scope {
        params: map(json!({
            "severity": "S1", "what": "checkout",
            "since": "2026-11-20T12:00:00.000Z", "over": "2026-11-20T13:30:00.000Z",
            "effect": "Orders wait.", "news": "We found the cause.", "cause": "A full disk",
        })),
        settings: map(json!({"enterprise_address": "all@customers.example"})),
        ..Scope::default()
    }
}

fn text(template: &str) -> (String, String) {
    let template = &ADMIN_CONSOLE.templates[template];
    let body = template.body.render(&said()).unwrap();
    (
        template.subject.render(&said()).unwrap(),
        body.trim_end().to_owned(),
    )
}

fn pair(subject: &str, body: &str) -> (String, String) {
    (subject.to_owned(), body.to_owned())
}

#[test]
fn h_03_and_x_95_the_texts_for_the_community_word_for_word() {
    assert_eq!(
        text("incident_community"),
        pair(
            "We are looking into a problem",
            "Since 20 November 2026, 12:00 (UTC) this does not work as usual: checkout.\n\n\
         We are working on it and will write here as soon as there is news.",
        )
    );
    assert_eq!(
        text("incident_community_news"),
        pair(
            "News: checkout",
            "We found the cause.\n\nIt is not over yet. We stay on it.",
        )
    );
    assert_eq!(
        text("incident_community_over"),
        pair(
            "It works again",
            "This works again since 20 November 2026, 13:30 (UTC): checkout.\n\n\
         Thank you for your patience. If something still looks wrong, tell us here.",
        )
    );
    needs(
        &ADMIN_CONSOLE,
        "incident_community",
        "params",
        &["what", "since"],
        &said(),
    );
    needs(
        &ADMIN_CONSOLE,
        "incident_community_news",
        "params",
        &["news"],
        &said(),
    );
    needs(
        &ADMIN_CONSOLE,
        "incident_community_over",
        "params",
        &["what", "over"],
        &said(),
    );
}

#[test]
fn h_03_and_x_95_the_texts_for_enterprise_customers_word_for_word() {
    assert_eq!(
        text("incident_enterprise"),
        pair(
            "S1: checkout",
            "Hello,\n\nsince 20 November 2026, 12:00 (UTC) there is a problem on our platform: checkout. We rate it S1.\n\n\
         What it means for you: Orders wait.\n\n\
         Our operator on call is working on it. You will hear from us when there is news, and when it is over.\n\n\
         Kind regards\nOperations",
        )
    );
    assert_eq!(
        text("incident_enterprise_news"),
        pair(
            "News: checkout",
            "Hello,\n\nwe wrote to you about this: checkout.\n\nWe found the cause.\n\nKind regards\nOperations",
        )
    );
    assert_eq!(
        text("incident_enterprise_over"),
        pair(
            "Over: checkout",
            "Hello,\n\nthe problem is over: checkout. It lasted from 20 November 2026, 12:00 to 20 November 2026, 13:30 (UTC).\n\n\
         The cause: A full disk\n\n\
         We go through every such incident afterwards, so that it does not happen again. \
         If something still looks wrong on your side, reply to this mail.\n\nKind regards\nOperations",
        )
    );
    needs(
        &ADMIN_CONSOLE,
        "incident_enterprise",
        "params",
        &["severity", "what", "since", "effect"],
        &said(),
    );
    needs(
        &ADMIN_CONSOLE,
        "incident_enterprise_news",
        "params",
        &["what", "news"],
        &said(),
    );
    needs(
        &ADMIN_CONSOLE,
        "incident_enterprise_over",
        "params",
        &["what", "since", "over", "cause"],
        &said(),
    );
    for (id, template) in &ADMIN_CONSOLE.templates {
        if id.starts_with("incident_enterprise") {
            assert_eq!(
                (template.def.row.as_str(), template.def.channel),
                ("H-03", TextChannel::Mail),
                "{id}"
            );
            let to = template.to.as_ref().unwrap().eval(&said()).unwrap();
            assert_eq!(to, "all@customers.example", "{id}");
        } else if id.starts_with("incident_community") {
            assert_eq!(
                (template.def.row.as_str(), template.def.channel),
                ("H-03", TextChannel::Banner),
                "{id}"
            );
        }
    }
}
