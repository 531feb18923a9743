//! X-23, X-79 to X-81, X-92: what holds in one pack and not in another, and what holds in all of them.

use serde_json::{Map, Value, json};
use watchkeeper_pack::format::{Confirm, EffectDef, FieldType, Nature};
use watchkeeper_pack::load_files;

use crate::amarise_bodies::{self, ROLES, eur};
use crate::live_world::{self, OP, live};
use crate::packs::{ADMIN_CONSOLE, AMARISE, LIVE_SHOPPING, POS_SAAS, every, files};
use crate::pos_world::{NOON, Refusal, by};
use crate::records::Records;
use crate::world::{BOUGHT, PACK, Refund};

#[test]
fn x_23_a_step_that_would_print_a_secret_is_refused_with_its_pack() {
    let file = "playbooks/payout_fails.yaml";
    let step = "Is our token at Wise there and accepted?";
    let with = |text: &str| {
        let mut files = files("live-shopping");
        let source = String::from_utf8(files[file].clone()).unwrap();
        assert!(source.contains(step), "{source}");
        files.insert(file.into(), source.replacen(step, text, 1).into_bytes());
        load_files(&files)
    };
    for text in [
        "Run echo $WISE_API_TOKEN",
        "Run printenv TWILIO_API_KEY_SID",
        "Look at $TWILIO_ACCOUNT_SID",
        "Run cat ${WISE_API_TOKEN}",
    ] {
        // In a flow of YAML braces and dollars stand in quotes.
        let found = with(&format!("'{text}'")).unwrap_err();
        let secret = found.iter().find(|one| one.code == "pack.secret");
        assert_eq!(secret.map(|one| one.file.as_str()), Some(file), "{text}");
    }
    assert!(with("Is WISE_API_TOKEN there and accepted?").is_ok());
}

#[test]
fn x_23_of_a_credential_there_is_what_may_be_seen_and_no_value() {
    let known: Vec<&str> = LIVE_SHOPPING.kinds["api_key"]
        .fields
        .keys()
        .map(String::as_str)
        .collect();
    let seen = [
        "last_four",
        "name",
        "present",
        "probed_at",
        "provider",
        "rotated_at",
        "works",
    ];
    assert_eq!(known, seen);
    for pack in every() {
        for kind in pack.kinds.values() {
            for field in kind.fields.keys() {
                let holds = ["secret", "token", "password"];
                let holds = holds.iter().any(|word| field.contains(word));
                assert!(!holds, "{}: {}.{field}", pack.id, kind.name);
            }
        }
    }
}

/// A refund of so many cents of an order of 2000 euro.
fn amarise(minor: i64) -> Refusal {
    let records = Records::of(&AMARISE);
    let order = amarise_bodies::order("A-1", json!({}));
    records.add("order", "o-1", order);
    let amount = json!({"amount": eur(minor), "asked": eur(minor)});
    records.add("refund", "r", amarise_bodies::refund("R-1", amount));
    let asked = ("pay", json!({}));
    records.refused(("refund", "r"), asked, ROLES, amarise_bodies::NOW)
}

fn live_shopping(minor: i64) -> Refusal {
    let records = live();
    records.add("order", "o-1", live_world::order("o-1", json!({})));
    let amount = json!({"amount": live_world::usd(minor)});
    records.add("refund", "r", live_world::refund("r", amount));
    let asked = ("approve", json!({}));
    records.refused(("refund", "r"), asked, &OP, live_world::NOW)
}

#[test]
fn x_79_one_refund_is_decided_by_the_rule_of_its_own_tenant() {
    // By the amount: at 500 euro nobody is asked, above it Finance is.
    assert_eq!(amarise(50_000), None);
    assert_eq!(amarise(50_001), by("approval.needed", "A-41"));
    // By support, whatever the amount.
    for minor in [1, 2_200, 10_000] {
        let support = by("approval.needed", "L-11");
        assert_eq!(live_shopping(minor), support, "{minor}");
    }
    // By the hours since the purchase, and by nobody's leave.
    Refund::new(BOUGHT, "2026-11-20T06:40:59.999Z").allowed("approve");
    let over = Refund::new(BOUGHT, "2026-11-20T06:41:00.000Z");
    assert_eq!(over.denied("approve").0, "refund.window_passed");
    // Each says so in words of its own, and none has the other's setting.
    for pack in every() {
        let theirs = pack.settings.contains_key("refund_clock");
        assert_eq!(theirs, pack.id == "dog-trainers", "{}", pack.id);
    }
}

#[test]
fn x_80_the_same_share_of_failed_payments_is_red_for_one_tenant_and_not_for_the_other() {
    for (failed, shopping, console) in [(1, 0, 0), (2, 0, 0), (3, 0, 1), (5, 0, 1), (6, 1, 1)] {
        let shop = live();
        let intents = Records::of(&ADMIN_CONSOLE);
        for n in 0..100 {
            let state = if n < failed { "failed" } else { "succeeded" };
            let id = format!("p-{n}");
            let payment = live_world::payment(&id, json!({ "state": state }));
            shop.add("payment", &id, payment);
            let gross = json!({"minor": 100, "currency": "USD"});
            let intent = json!({"intent_id": id, "at": "2026-11-19T12:00:00.000Z", "gross": gross,
                                "gross_base": gross, "customer": "c", "steps": 0, "state": state});
            intents.add("payment_intent", &id, intent);
        }
        let shop = shop.states("payment_failure_high", live_world::NOW);
        let intents = intents.states("intent_success_low", NOON);
        assert_eq!((shop.len(), intents.len()), (shopping, console), "{failed}");
    }
    assert_eq!(LIVE_SHOPPING.alerts["payment_failure_high"].def.row, "L-49");
}

/// The rows by which somebody has to agree to an action of a pack.
fn approvals(pack: &'static watchkeeper_pack::Pack) -> Vec<&'static str> {
    let actions = pack.kinds.values().flat_map(|kind| kind.actions.values());
    let approvals = actions.flat_map(|action| &action.def.approvals);
    approvals.map(|approval| approval.id.as_str()).collect()
}

#[test]
fn x_81_one_pack_asks_for_agreement_and_another_has_hard_limits_instead() {
    assert_eq!(approvals(&PACK), [""; 0]);
    let asked = approvals(&AMARISE);
    for row in ["A-39", "A-40", "A-41", "A-42", "A-43"] {
        assert!(asked.contains(&row), "{row} in {asked:?}");
    }
    // One operator decides about money alone there, and has a limit that nobody lifts.
    let refund = Refund::new(BOUGHT, "2026-11-20T06:40:59.999Z");
    assert_eq!(refund.roles, ["operator"]);
    refund.allowed("approve");
    for role in PACK.people.roles.keys() {
        let mut over = Refund::new(BOUGHT, "2026-11-20T06:41:00.000Z");
        over.roles = vec![role.as_str()];
        assert_eq!(over.denied("approve").0, "refund.window_passed", "{role}");
    }
    // Here nobody decides about as much, whatever their role.
    for role in AMARISE.people.roles.keys() {
        let records = Records::of(&AMARISE);
        let change = amarise_bodies::price_change("P-1", json!({}));
        records.add("price_change", "x", change);
        let asked = ("apply", json!({}));
        let said = records.refused(
            ("price_change", "x"),
            asked,
            &[role.as_str()],
            amarise_bodies::NOW,
        );
        let (code, _) = said.unwrap();
        assert!(
            ["approval.needed", "rights.missing_role"].contains(&code.as_str()),
            "{role}: {code}"
        );
    }
}

#[test]
fn x_92_who_is_called_the_tenant_says_and_nobody_is_made_up() {
    let people = &POS_SAAS.people;
    let unsaid = POS_SAAS.settings_in_force(&Map::new());
    for path in people.escalations.values() {
        for call in &path.calls {
            let contacts = people.contacts.values();
            let mut of_role =
                contacts.filter(|one| one.row == "X-92" && one.role.as_ref() == Some(&call.role));
            let contact = of_role.next().unwrap();
            assert_eq!(contact.at, None, "{}", contact.label);
            let setting = contact.setting.as_ref().unwrap();
            assert!(POS_SAAS.settings[setting].needed, "{setting}");
            assert_eq!(unsaid[setting], Value::Null, "{setting}");
            let tenant = json!({ setting.as_str(): "ring 7" });
            let said = POS_SAAS.settings_in_force(tenant.as_object().unwrap());
            assert_eq!(said[setting], "ring 7");
        }
    }
}

#[test]
fn what_is_typed_is_the_amount_that_moves() {
    let mut seen = 0;
    for pack in every() {
        for kind in pack.kinds.values() {
            for (name, action) in &kind.actions {
                let def = &action.def;
                if def.confirm != Confirm::Typed || def.nature != Nature::Money {
                    continue;
                }
                let mut fields = kind.fields.iter();
                let only = fields.find(|(_, field)| field.type_ == FieldType::Money);
                let types = def.types.as_ref().or(only.map(|(name, _)| name)).unwrap();
                let typed = match types.strip_prefix("params.") {
                    Some(_) => types.clone(),
                    None => format!("record.{types}"),
                };
                for effect in &def.effects {
                    if let EffectDef::Call(call) = effect
                        && let Some(moved) = call.args.get("amount")
                    {
                        assert_eq!(*moved, typed, "{}: {}.{name}", pack.id, kind.name);
                        seen += 1;
                    }
                }
            }
        }
    }
    assert!(seen >= 10, "{seen}");
}
