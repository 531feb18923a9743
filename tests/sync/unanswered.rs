//! Who is to be called for an alert that nobody acknowledges.

use chrono::TimeDelta;
use serde_json::json;
use watchkeeper_core::features::reference::view::Reach;
use watchkeeper_core::features::watch;
use watchkeeper_core::features::watch::view::{CallView, UnansweredView};
use watchkeeper_pack::value::instant_text;

use crate::scripted::now;
use crate::world::{World, pack_with};

const PEOPLE: &str = "roles:
  clerk: {row: P-8, label: Clerk}
  lead: {row: P-8, label: Depot lead}
  press: {row: P-8, label: Press}
contacts:
  clerk: {row: P-8, label: Kim, role: clerk, at: '+44 20 7946 0000'}
  lead: {row: P-8, label: Lead, role: lead, setting: lead_at}
  press: {row: P-8, label: Press, role: press, at: press@depot.example}
escalations:
  office:
    row: P-8
    label: The office
    purpose: Nobody looks after the depot.
    calls:
      - {role: clerk}
      - {role: press, informed: true}
      - {role: lead, after_minutes: 30}
    meanwhile: Parcels stay where they are.
";

const RULE: &str = "id: forgotten
row: P-7
label: A parcel is forgotten
severity: red
each: {kind: parcel, where: {state: waiting}}
when: 'true'
rule: at once
detail: A parcel is forgotten
escalation: {row: P-8, path: office, setting: patience}
";

const SETTINGS: &str = "settings:
  patience: {row: P-8, label: Patience, type: integer, unit: minutes, default: 5}
  lead_at: {row: P-8, label: Where the lead is reached, type: string, needed: true}
";

/// A world in which the alert fires since so many minutes.
async fn firing(minutes: i64) -> World {
    let world = World::new(1).await;
    let files = [("people.yaml", PEOPLE), ("alerts/forgotten.yaml", RULE)];
    let calling = pack_with(2, SETTINGS, &files, ToOwned::to_owned);
    let fired = instant_text(now() - TimeDelta::minutes(minutes));
    let alert = json!({
        "fingerprint": "f", "rule": "forgotten", "row": "P-7", "severity": "red",
        "label": "A parcel is forgotten", "detail": "p1", "rule_text": "at once",
        "since": fired, "fired_at": fired, "state": "firing",
    });
    world.platform.with(|state| {
        state.pack = Some(calling);
        state.put("alert", "a-1", alert);
    });
    world.engine.sync_once().await.unwrap();
    world
}

async fn said(world: &World) -> Option<UnansweredView> {
    let view = watch::watch(&world.engine).await.unwrap();
    view.alerts[0].unanswered.clone()
}

fn roles(calls: &[CallView]) -> Vec<&str> {
    calls.iter().map(|call| call.role.as_str()).collect()
}

#[tokio::test]
async fn nobody_is_to_be_called_before_the_tenants_time() {
    assert_eq!(said(&firing(3).await).await, None);
}

#[tokio::test]
async fn whose_turn_it_is_stands_at_the_alert_until_somebody_acknowledges() {
    let world = firing(17).await;
    let unanswered = said(&world).await.unwrap();
    assert_eq!(unanswered.path, "The office");
    assert_eq!(unanswered.row, "P-8");
    assert!((720..780).contains(&unanswered.seconds), "{unanswered:?}");
    assert_eq!(roles(&unanswered.due), ["Clerk"]);
    assert_eq!(roles(&unanswered.told), ["Press"]);
    assert_eq!(roles(&unanswered.next), ["Depot lead"]);
    let kim = &unanswered.due[0].contacts[0];
    assert_eq!((kim.label.as_str(), kim.reach), ("Kim", Reach::Phone));
    let lead = &unanswered.next[0].contacts[0];
    assert_eq!((lead.label.as_str(), lead.at.as_deref()), ("Lead", None));
    assert_eq!(
        unanswered.meanwhile.as_deref(),
        Some("Parcels stay where they are.")
    );
    // Ours counts before the platform has answered.
    watch::acknowledge(&world.engine, "a-1").await.unwrap();
    assert_eq!(said(&world).await, None);
}

#[tokio::test]
async fn the_last_of_a_path_leaves_nobody_to_come() {
    let unanswered = said(&firing(40).await).await.unwrap();
    assert_eq!(roles(&unanswered.due), ["Clerk", "Depot lead"]);
    assert_eq!(roles(&unanswered.next), [""; 0]);
}
