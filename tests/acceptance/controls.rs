//! from end to end: controls are switched with a reason, set at a host
//! whose variables reach new deployments only, read back, and kept to with and without a line.

use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::{NoContext, Timestamp, Uuid};
use watchkeeper_tests::client::{Client, Launch};
use watchkeeper_tests::line::Line;
use watchkeeper_tests::platform::Platform;
use watchkeeper_tests::wait_for;

const SHOP: &str = "AMARISÉ Global Commerce";

struct World {
    client: Client,
    line: Line,
    platform: Platform,
    folder: TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let platform = Platform::start_beside(folder.path(), "amarise", &["--still"]).unwrap();
        platform.deployments_take(0).unwrap();
        let line = Line::to(&platform.ready.platform).unwrap();
        let demo = line.demo_file(&platform.ready_file()).unwrap();
        let client = signed_in(&folder, "app", &demo);
        Self {
            client,
            line,
            platform,
            folder,
        }
    }

    /// Another laptop of the same operator, on a line of its own.
    fn another(&self) -> Client {
        signed_in(&self.folder, "other", &self.platform.ready_file())
    }
}

fn signed_in(folder: &TempDir, name: &str, demo: &std::path::Path) -> Client {
    let mut client = Client::launch(&Launch {
        tenant: Some(SHOP.to_owned()),
        ..Launch::new(&folder.path().join(name), demo)
    })
    .unwrap();
    client.filled().unwrap();
    client
}

fn control(client: &mut Client, id: &str) -> Value {
    let view = client.ask(&json!({"do": "controls"})).unwrap();
    let mut all = view["controls"].as_array().unwrap().iter();
    all.find(|one| one["id"] == id).cloned().unwrap()
}

fn act(client: &mut Client, record: &Value, action: &str, params: &Value) {
    let typed = offered(record, action)["typed"].clone();
    let request = json!({
        "do": "act",
        "operation": Uuid::new_v7(Timestamp::now(NoContext)).to_string(),
        "kind": record["kind"], "id": record["id"], "action": action, "params": params,
        "typed": typed, "seen_revision": record["revision"], "amends": record["amends"],
    });
    client.ask(&request).unwrap();
}

/// An action of a record as it is offered.
fn offered(record: &Value, action: &str) -> Value {
    let mut actions = record["actions"].as_array().into_iter().flatten();
    let found = actions.find(|offered| offered["action"] == action);
    found.cloned().unwrap_or_default()
}

/// Parameters are JSON texts, and a control's value is one itself.
fn switch(client: &mut Client, id: &str, value: &Value, banner: Option<&str>) {
    let shown = control(client, id);
    assert_eq!(shown["denied"], Value::Null, "{id}");
    let mut params = json!({
        "value": json!(value.to_string()).to_string(),
        "reason": json!("Looked into since nine.").to_string(),
    });
    if let Some(banner) = banner {
        params["banner"] = json!(json!(banner).to_string());
    }
    let record = json!({"kind": "control", "id": id, "revision": shown["revision"]});
    act(client, &record, "switch", &params);
}

/// Waits until a control stands at a value and nothing is under way.
fn settled(client: &mut Client, id: &str, value: &Value) -> Value {
    wait_for("the control to be read back", || {
        let shown = control(client, id);
        let is_so = shown["value"]["json"] == json!(value.to_string())
            && shown["own"].is_null()
            && shown["asked"].is_null();
        Ok(is_so.then_some(shown))
    })
    .unwrap()
}

#[test]
fn a_15_and_a_16_and_a_17_and_a_18_and_a_19_each_is_switched_read_back_and_lifted() {
    let mut world = World::new();
    let client = &mut world.client;
    let ids = [
        ("incident_mode", "A-15"),
        ("freeze_checkout", "A-16"),
        ("freeze_refunds", "A-17"),
        ("freeze_prices", "A-18"),
        ("freeze_cms", "A-19"),
    ];
    // The demo begins with an incident under way.
    switch(client, "incident_mode", &json!(false), None);
    settled(client, "incident_mode", &json!(false));
    for (id, row) in ids {
        let before = control(client, id);
        assert_eq!(
            (&before["row"], &before["on"]),
            (&json!(row), &json!(false))
        );
        let freezes = before["freezes"].as_array().unwrap();
        assert_eq!(
            freezes.is_empty(),
            id == "incident_mode",
            "{id}: {freezes:?}"
        );
        assert!(freezes.iter().all(|action| action["row"] == row));
        switch(client, id, &json!(true), None);
    }
    for (id, _) in ids {
        let on = settled(client, id, &json!(true));
        assert_eq!(on["on"], true);
        assert_eq!(on["since"]["by"], "Léna Vidal");
        assert_eq!(on["since"]["reason"], "Looked into since nine.");
        switch(client, id, &json!(false), None);
    }
    for (id, _) in ids {
        assert_eq!(settled(client, id, &json!(false))["on"], false);
    }
    let set = world.platform.set_at_the_host().unwrap();
    assert_eq!(set.len(), 11, "each once");
}

/// Activate, communicate, deactivate and document. Who assesses the incident and works through its steps
/// is the playbook's, which this does not show.
#[test]
fn part_of_a_14_incident_mode_goes_on_without_a_line_with_its_banner_and_off_again_by_the_log() {
    let mut world = World::new();
    switch(&mut world.client, "incident_mode", &json!(false), None);
    settled(&mut world.client, "incident_mode", &json!(false));

    // Switched without a line it is asked for, and not in effect.
    world.line.cut(true);
    wait_for("the client to notice", || {
        Ok((world.client.status()?["link"] == "cut_off").then_some(()))
    })
    .unwrap();
    let words = "Card payments fail for some of you. We are on it.";
    switch(
        &mut world.client,
        "incident_mode",
        &json!(true),
        Some(words),
    );
    let asked = control(&mut world.client, "incident_mode");
    assert_eq!(
        (&asked["on"], &asked["value"]["json"]),
        (&json!(false), &json!("false"))
    );
    assert!(!asked["own"].is_null(), "{asked}");
    assert_eq!(world.platform.set_at_the_host().unwrap().len(), 1);

    // Confirmed once the host answers with it: its banner, and why.
    world.line.cut(false);
    let on = settled(&mut world.client, "incident_mode", &json!(true));
    assert_eq!((&on["on"], &on["banner"]), (&json!(true), &json!(words)));
    assert_eq!(on["since"]["by"], "Léna Vidal");
    assert_eq!(on["since"]["reason"], "Looked into since nine.");
    let mut other = world.another();
    assert_eq!(
        settled(&mut other, "incident_mode", &json!(true))["banner"],
        words
    );

    // Off once it is resolved, and both are in the log.
    switch(&mut world.client, "incident_mode", &json!(false), None);
    assert_eq!(
        settled(&mut world.client, "incident_mode", &json!(false))["on"],
        false
    );
    settled(&mut other, "incident_mode", &json!(false));
    assert_eq!(world.client.drained().unwrap()["held"], json!([]));
    world.client.ask(&json!({"do": "verify"})).unwrap();
    let asked = json!({"do": "log", "search": "", "sorts": [], "before": null, "limit": 200});
    let log = world.client.ask(&asked).unwrap();
    let entries = log["entries"].as_array().unwrap().iter();
    let of_mode = entries.filter(|entry| entry["record"]["id"] == "incident_mode");
    let sorts: Vec<&str> = of_mode
        .map(|entry| entry["sort"].as_str().unwrap())
        .collect();
    let queued = sorts.iter().filter(|sort| **sort == "queued").count();
    assert_eq!(queued, 3, "off, on, off: {sorts:?}");
    assert_eq!(sorts.first(), Some(&"confirmed"));
    assert_eq!(log["broken"], Value::Null);
    assert!(!log["checked_at"].is_null());
    assert_eq!(
        world.platform.set_at_the_host().unwrap().len(),
        3,
        "each once"
    );
}

/// An order that waits to be confirmed, and may be.
fn confirmable(client: &mut Client) -> Value {
    let rows = client.rows("open_orders").unwrap();
    rows.iter()
        .map(|row| client.record("order", row["id"].as_str().unwrap()).unwrap())
        .find(|record| offered(record, "confirm")["allowed"] == true)
        .expect("the demo world has an order to confirm")
}

#[test]
fn a_16_a_freeze_holds_what_waited_without_a_line_and_refuses_there_too() {
    let mut world = World::new();
    let order = confirmable(&mut world.client);
    let id = order["id"].as_str().unwrap().to_owned();
    world.line.cut(true);
    wait_for("the client to notice", || {
        Ok((world.client.status()?["link"] == "cut_off").then_some(()))
    })
    .unwrap();
    act(&mut world.client, &order, "confirm", &json!({}));
    let mut other = world.another();
    switch(&mut other, "freeze_checkout", &json!(true), None);
    settled(&mut other, "freeze_checkout", &json!(true));

    // The freeze is heard of before anything of this laptop gets through.
    world.line.without_operations(true);
    world.line.cut(false);
    settled(&mut world.client, "freeze_checkout", &json!(true));
    world.line.without_operations(false);
    let held = wait_for("the order to be held", || {
        let status = world.client.status()?;
        Ok(status["held"]
            .as_array()
            .and_then(|held| held.first().cloned()))
    })
    .unwrap();
    assert_eq!(held["record"], json!(id));
    assert_eq!(held["reason"]["row"], "A-16");
    assert_eq!(held["standing"], "held_frozen", "by the laptop itself");

    // What is in the mirror counts without a line as well.
    world.line.cut(true);
    wait_for("the client to notice", || {
        Ok((world.client.status()?["link"] == "cut_off").then_some(()))
    })
    .unwrap();
    let rows = world.client.rows("open_orders").unwrap();
    for row in rows.iter().filter(|row| row["id"] != json!(id)) {
        let record = world.client.record("order", row["id"].as_str().unwrap());
        assert_ne!(offered(&record.unwrap(), "confirm")["allowed"], true);
    }
    world.line.cut(false);

    switch(&mut other, "freeze_checkout", &json!(false), None);
    settled(&mut other, "freeze_checkout", &json!(false));
    settled(&mut world.client, "freeze_checkout", &json!(false));
    assert_eq!(
        world.client.status().unwrap()["held"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let retry = json!({"do": "retry", "operation": held["id"]});
    world.client.ask(&retry).unwrap();
    let status = world.client.drained().unwrap();
    assert_eq!(status["held"], json!([]));
    let order = world.client.record("order", &id).unwrap();
    assert_eq!(order["state"]["id"], "confirmed");
}

#[test]
fn a_54_and_a_55_sales_are_paused_in_one_country_with_a_banner_of_their_own() {
    let mut world = World::new();
    let client = &mut world.client;
    let paused = control(client, "sales_paused/uae");
    assert_eq!(
        (&paused["on"], &paused["row"]),
        (&json!(true), &json!("A-55"))
    );
    assert_eq!(control(client, "sales_paused/us")["on"], false);
    let words = "A strike holds up parcels. We are back on Monday.";
    switch(client, "sales_paused/us", &json!(true), Some(words));
    let us = settled(client, "sales_paused/us", &json!(true));
    assert_eq!(us["banner"], words);
    assert_eq!(us["since"]["reason"], "Looked into since nine.");
    for region in ["eu", "uk"] {
        let id = format!("sales_paused/{region}");
        assert_eq!(control(client, &id)["on"], false, "{region}");
    }
    switch(client, "sales_paused/uae", &json!(false), None);
    settled(client, "sales_paused/uae", &json!(false));
    assert_eq!(control(client, "sales_paused/us")["on"], true);
    let set = world.platform.set_at_the_host().unwrap();
    let flags: Vec<&Value> = set.iter().map(|one| &one["flag"]).collect();
    assert_eq!(
        flags,
        ["amarise/sales_paused/us", "amarise/sales_paused/uae"]
    );
}

/// Orders under way of a region, as their section shows them, and what may be told to each now.
fn told_of_a_pause(client: &mut Client, region: &str) -> Value {
    let why = json!("A strike holds up parcels.").to_string();
    client
        .ask(&json!({
            "do": "select", "view": "open_orders", "section": region, "search": "", "chips": [],
            "ids": [], "action": "tell_of_pause", "params": {"reason": why},
        }))
        .unwrap()
}

#[test]
fn a_38_a_country_is_paused_with_a_banner_and_a_reason_and_its_customers_are_told() {
    let mut world = World::new();
    let client = &mut world.client;
    // 1: the switches, one for each country. Nobody is told of a pause that is none.
    assert_eq!(control(client, "sales_paused/us")["on"], false);
    let before = told_of_a_pause(client, "us");
    assert_eq!(before["allowed"], json!([]));
    assert_eq!(before["denied"][0]["row"], "A-55");

    // 2 and 3: this country's switch, with its banner.
    let banner = "We are back on Monday.";
    switch(client, "sales_paused/us", &json!(true), Some(banner));
    let paused = settled(client, "sales_paused/us", &json!(true));
    assert_eq!(
        (&paused["on"], &paused["banner"]),
        (&json!(true), &json!(banner))
    );

    // 4: the reason stands beside it, and the log has who switched what.
    assert_eq!(paused["since"]["reason"], "Looked into since nine.");
    let asked = json!({"do": "log", "search": "", "sorts": [], "before": null, "limit": 50});
    let log = client.ask(&asked).unwrap();
    let mut entries = log["entries"].as_array().unwrap().iter();
    assert!(
        entries
            .any(|entry| entry["record"]["id"] == "sales_paused/us"
                && entry["actor"] == "Léna Vidal")
    );

    // 5: who has an order under way there is written to, once, and nobody else.
    let selection = told_of_a_pause(client, "us");
    let many = selection["allowed"].as_array().unwrap().len();
    let rows = client.rows("open_orders").unwrap();
    let of_country = rows.iter().filter(|row| row["section"] == "us").count();
    assert!(many > 0 && many == of_country, "{many} of {of_country}");
    let why = json!("A strike holds up parcels.").to_string();
    let asked = json!({
        "do": "act_many", "batch": Uuid::new_v7(Timestamp::now(NoContext)).to_string(),
        "kind": "order", "action": "tell_of_pause", "params": {"reason": why},
        "typed": selection["typed"], "records": selection["allowed"],
    });
    assert_eq!(client.ask(&asked).unwrap()["queued"], json!(many));
    assert_eq!(client.drained().unwrap()["held"], json!([]));
    let told = |mail: &&Value| mail.to_string().contains("A strike holds up parcels.");
    let sent = wait_for("the mails", || {
        let mails = world.platform.mails()?;
        let sent = mails.iter().filter(told).count();
        Ok((sent >= many).then_some(sent))
    })
    .unwrap();
    assert_eq!(sent, many);
    let uk = told_of_a_pause(client, "uk");
    assert_eq!(uk["allowed"], json!([]), "of another country nobody");
    // Who takes the rest in a second round writes to nobody twice.
    let told_today = |again: &Value| {
        let mut denied = again["denied"].as_array().unwrap().iter();
        denied.all(|each| each["row"] == "A-38")
    };
    let again = wait_for("all of them to be told", || {
        let again = told_of_a_pause(client, "us");
        Ok(told_today(&again).then_some(again))
    })
    .unwrap();
    assert_eq!(again["allowed"], json!([]));
    assert_eq!(again["denied"].as_array().unwrap().len(), many);
}

#[test]
fn x_52_what_the_host_has_and_does_not_answer_with_is_not_in_effect() {
    let mut world = World::new();
    world.platform.misbehave_as_host("stuck", 1).unwrap();
    switch(&mut world.client, "freeze_prices", &json!(true), None);
    let under_way = wait_for("the host to have it", || {
        let shown = control(&mut world.client, "freeze_prices");
        let sent = shown["own"]["operation"]["word"] == "sent";
        let set = !world.platform.set_at_the_host()?.is_empty();
        Ok((sent && set && !shown["asked"].is_null()).then_some(shown))
    })
    .unwrap();
    assert_eq!(under_way["on"], false, "not in effect");
    assert_eq!(under_way["value"]["json"], "false");
    assert_eq!(under_way["asked"]["by"], "Léna Vidal");
    // Another laptop sees the same, and nobody decides by it.
    let mut other = world.another();
    let seen = control(&mut other, "freeze_prices");
    assert_eq!(
        (&seen["on"], &seen["asked"]["value"]["json"]),
        (&json!(false), &json!("true"))
    );
    assert_eq!(seen["since"], Value::Null);
}
