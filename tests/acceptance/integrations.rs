//! the six integrations that the back end still lacks, fed by the platform's own systems.

use std::collections::BTreeMap;

use serde_json::json;
use watchkeeper_core::features::queues;
use watchkeeper_core::features::queues::view::ViewRequest;
use watchkeeper_platform::bring::bring;
use watchkeeper_platform::{Grant, intake};

use crate::agreement::{Laptop, Office, TENANT};
use crate::packs::AMARISE;

const SIX: &str = "id,name,what,specified_in,since,state\n\
    in-orders,Orders in real time,orders,BACKEND_HANDOFF.md,2026-11-01T00:00:00Z,missing\n\
    in-payments,Messages of the payment gateway,payments,BACKEND_HANDOFF.md,2026-11-01T00:00:00Z,missing\n\
    in-inventory,Inventory system,inventory,BACKEND_HANDOFF.md,2026-11-01T00:00:00Z,missing\n\
    in-crm,CRM,crm,BACKEND_HANDOFF.md,2026-11-01T00:00:00Z,missing\n\
    in-messages,Mail and notifications,messages,BACKEND_HANDOFF.md,2026-11-01T00:00:00Z,missing\n\
    in-analytics,Analytics,analytics,BACKEND_HANDOFF.md,2026-11-01T00:00:00Z,missing\n";

/// How many integrations the laptop shows in each section.
async fn shown(laptop: &Laptop) -> BTreeMap<String, u32> {
    let request = ViewRequest {
        view: "integrations".into(),
        limit: 50,
        ..ViewRequest::default()
    };
    let page = queues::page(&laptop.engine, request).await.unwrap();
    let sections = page.sections.into_iter();
    let sections = sections.filter(|each| each.count > 0);
    sections.map(|each| (each.id, each.count)).collect()
}

fn sections(of: &[(&str, u32)]) -> BTreeMap<String, u32> {
    of.iter()
        .map(|(id, count)| ((*id).to_owned(), *count))
        .collect()
}

#[tokio::test]
async fn a_53_six_integrations_are_named_fed_and_shown_as_they_stand() {
    // Nothing else may be the subject of one.
    let what = &AMARISE.kind("integration").unwrap().fields["what"].one_of;
    assert_eq!(
        *what,
        [
            "orders",
            "payments",
            "inventory",
            "crm",
            "messages",
            "analytics"
        ]
    );
    let office = Office::new().await;
    let kim = office.laptop("kim", &["operator"]).await;
    let grant = Grant {
        operator: "systems".into(),
        name: "Systems".into(),
        roles: vec!["system".into()],
        regions: Vec::new(),
    };
    let platform = &office.server.platform;
    let token = platform.issue(TENANT, &grant).await.unwrap();

    // The list comes as a file. Looking at it changes nothing.
    let to = office.server.url().parse().unwrap();
    let file = || ("integration", SIX.as_bytes().to_vec());
    let said = bring(&to, &token, file(), false).await.unwrap();
    assert!(said.contains("6 new"), "{said}");
    kim.turn().await;
    assert_eq!(shown(&kim).await.values().sum::<u32>(), 0);
    bring(&to, &token, file(), true).await.unwrap();
    kim.turn().await;
    let all_missing = sections(&[("missing", 6)]);
    assert_eq!(shown(&kim).await, all_missing);

    // Each system tells by itself how it stands.
    let record = |id: &str, name: &str, what: &str, state: &str| {
        json!({"kind": "integration", "id": id, "body": {
            "name": name, "what": what, "specified_in": "BACKEND_HANDOFF.md", "state": state,
            "since": "2026-11-20T00:00:00Z", "last_event_at": "2026-11-20T00:00:00Z"}})
    };
    for (id, name, what, state) in [
        ("in-orders", "Orders in real time", "orders", "connected"),
        (
            "in-payments",
            "Messages of the payment gateway",
            "payments",
            "connected",
        ),
        ("in-inventory", "Inventory system", "inventory", "failing"),
        (
            "in-messages",
            "Mail and notifications",
            "messages",
            "connected",
        ),
        ("in-analytics", "Analytics", "analytics", "connected"),
    ] {
        let brought = json!({"records": [record(id, name, what, state)]});
        let brought = serde_json::from_value(brought).unwrap();
        let answer = intake::take(platform, TENANT, &brought).await.unwrap();
        assert!(answer.rejected.is_empty(), "{:?}", answer.rejected);
    }
    kim.turn().await;
    assert_eq!(
        shown(&kim).await,
        sections(&[("failing", 1), ("missing", 1), ("connected", 4)])
    );
    let inventory = queues::record(&kim.engine, "integration", "in-inventory").await;
    assert_eq!(inventory.unwrap().title, "Inventory system");
}
