//! D-47, L-51 to L-53, P-20, X-05: what an operator looks up, from the real packs.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use watchkeeper_core::engine::Rights;
use watchkeeper_core::features::reference::of_pack;
use watchkeeper_core::features::reference::view::{Reach, ReferenceView, RegionView};
use watchkeeper_model::Actor;
use watchkeeper_pack::Pack;
use watchkeeper_pack::format::TextChannel;

use crate::packs::{ADMIN_CONSOLE, AMARISE, LIVE_SHOPPING, POS_SAAS};
use crate::world::{PACK, at, map};

/// Friday, 20 November 2026, 14:45 in Melbourne.
const NOW: &str = "2026-11-20T03:45:00.000Z";

fn look(pack: &Pack, settings: Value, controls: Value, now: DateTime<Utc>) -> ReferenceView {
    let rights = Rights {
        actor: Actor::default(),
        settings: map(settings),
        controls: map(controls),
        zone: pack.zone,
        sessions: std::collections::BTreeMap::new(),
        operators: std::collections::BTreeMap::new(),
        pack: None,
        demo: false,
    };
    of_pack(pack, &rights, now)
}

/// Before anybody has said anything.
fn untold(pack: &Pack) -> ReferenceView {
    look(pack, json!({}), json!({}), at(NOW))
}

fn region(id: &str, controls: Value) -> RegionView {
    let view = look(&AMARISE, json!({}), controls, at(NOW));
    view.regions.into_iter().find(|each| each.id == id).unwrap()
}

#[test]
fn a_34_and_a_35_and_a_36_and_a_37_each_region_is_shown_with_its_money_its_tax_and_its_clock() {
    let view = untold(&AMARISE);
    let regions = view.regions.iter().map(|region| {
        let time = region.now.get(11..16).unwrap();
        (region.row.as_str(), region.currency.as_str(), time)
    });
    let regions: Vec<_> = regions.collect();
    let wanted = [
        ("A-34", "EUR", "04:45"),
        ("A-37", "AED", "07:45"),
        ("A-35", "GBP", "03:45"),
        ("A-36", "USD", "22:45"),
    ];
    assert_eq!(regions, wanted);
    for region in &view.regions {
        // Its own morning begins at nine, there.
        let morning = &region.rounds[0].at;
        assert_eq!(morning.get(11..19), Some("09:00:00"), "{}", region.label);
    }
}

#[test]
fn a_37_and_x_05_the_tax_of_the_uae_is_shown_beside_the_ruling_that_disputes_it() {
    let uae = region("uae", json!({}));
    assert!(uae.tax.contains("No VAT"), "{}", uae.tax);
    let disputed = uae.disputed.unwrap();
    assert_eq!(disputed, "X-05");
    let rulings = untold(&AMARISE).rulings;
    let ruling = rulings.iter().find(|ruling| ruling.id == disputed).unwrap();
    assert!(ruling.holds.contains("Finance"), "{}", ruling.holds);
    for id in ["eu", "uk", "us"] {
        assert_eq!(region(id, json!({})).disputed, None, "{id}");
    }
}

#[test]
fn a_34_a_pause_of_one_region_is_shown_there_and_nowhere_else() {
    let paused = |id: &str| {
        let switches = region(id, json!({"sales_paused": {"eu": true}})).switches;
        let found = switches.iter().find(|switch| switch.id == "sales_paused");
        found.unwrap().on
    };
    assert_eq!(paused("eu"), Some(true));
    for id in ["uk", "us", "uae"] {
        assert_eq!(paused(id), Some(false), "{id}");
    }
}

#[test]
fn d_47_what_is_promised_and_what_is_not_is_ready_to_be_given() {
    let view = untold(&PACK);
    let answers = view.texts.iter().filter(|text| text.answer);
    let answers: Vec<_> = answers.filter(|text| text.row == "D-47").collect();
    assert_eq!(answers.len(), 3);
    for text in &answers {
        assert!(text.ready, "{}", text.label);
        assert_eq!(text.channel, TextChannel::Answer);
        assert!(!text.body.contains("{{"), "{}", text.body);
    }
    let of = |id: &str| answers.iter().find(|text| text.id == id).unwrap();
    assert_eq!(of("our_promises").body.trim().lines().count(), 5);
    for id in ["wait_website", "wait_submitted"] {
        assert!(of(id).body.contains("1–2 weeks"), "{}", of(id).body);
    }
    // Another habit stands in the words at once.
    let other = json!({"review_wait": "ten days"});
    let texts = look(&PACK, other, json!({}), at(NOW)).texts;
    let website = texts.iter().find(|text| text.id == "wait_website").unwrap();
    assert!(website.body.contains("ten days"), "{}", website.body);
    // No time is promised to anybody.
    assert_eq!(view.plans, []);
    for severity in &view.severities {
        let clocks = [
            severity.respond_minutes,
            severity.resolve_minutes,
            severity.notify_minutes,
        ];
        assert_eq!(clocks, [None; 3], "{}", severity.label);
    }
}

#[test]
fn l_52_five_companies_outside_are_shown_with_their_addresses() {
    let view = untold(&LIVE_SHOPPING);
    let companies = view.contacts.iter().filter(|each| each.row == "L-52");
    let companies: Vec<_> = companies
        .map(|each| {
            assert!(each.outside, "{}", each.label);
            (each.at.as_deref().unwrap(), each.reach)
        })
        .collect();
    let wanted = [
        ("https://help.manus.im", Reach::Page),
        ("1-888-221-1161", Reach::Phone),
        ("https://support.stripe.com", Reach::Page),
        ("https://support.twilio.com", Reach::Page),
        ("https://wise.com/help", Reach::Page),
    ];
    assert_eq!(companies, wanted);
}

#[test]
fn l_51_and_l_53_who_is_called_has_no_address_until_the_tenant_says_one() {
    let view = untold(&LIVE_SHOPPING);
    let inside = view.contacts.iter().filter(|each| !each.outside);
    assert_eq!(inside.clone().count(), 7);
    for contact in inside {
        assert_eq!(contact.at, None, "{}", contact.label);
    }
    let path = view.escalations.iter().find(|path| path.id == "standard");
    let calls = path.unwrap().calls.iter();
    let calls: Vec<_> = calls
        .map(|call| (call.contacts[0].as_str(), call.after_minutes))
        .collect();
    let wanted = [
        ("on_call", 0),
        ("technical_lead", 60),
        ("cto", 240),
        ("ceo", 240),
    ];
    assert_eq!(calls, wanted);
    let said = json!({"cto_at": "+1 555 0100 200"});
    let contacts = look(&LIVE_SHOPPING, said, json!({}), at(NOW)).contacts;
    let cto = contacts.iter().find(|each| each.id == "cto").unwrap();
    assert_eq!(cto.at.as_deref(), Some("+1 555 0100 200"));
    assert_eq!(cto.reach, Reach::Phone);
}

#[test]
fn p_20_how_long_the_data_of_a_customer_is_kept_is_shown() {
    let view = untold(&POS_SAAS);
    let of = |id: &str| view.retention.iter().find(|class| class.id == id).unwrap();
    let (standard, enterprise) = (of("standard"), of("enterprise"));
    assert_eq!((standard.days, enterprise.days), (Some(30), Some(90)));
    for class in [standard, enterprise] {
        assert_eq!(class.row, "P-20");
        assert!(class.from.contains("cancellation"), "{}", class.from);
    }
    assert!(of("audit").audit);
    assert_eq!(of("audit").years, Some(7));
}

/// What a pack holds is all there, by a name that says something, with its row.
#[test]
fn the_reference_of_each_pack_is_whole() {
    for pack in [
        &*AMARISE,
        &*LIVE_SHOPPING,
        &*POS_SAAS,
        &*PACK,
        &*ADMIN_CONSOLE,
    ] {
        let view = untold(pack);
        let name = &pack.id;
        assert_eq!(view.texts.len(), pack.templates.len(), "{name}");
        let procedures = pack.playbooks.len() + pack.routines.len();
        assert_eq!(view.library.len(), procedures, "{name}");
        assert_eq!(view.rulings.len(), pack.rulings.len(), "{name}");
        assert_eq!(view.contacts.len(), pack.people.contacts.len(), "{name}");
        for text in &view.texts {
            assert!(
                text.label.chars().any(char::is_alphabetic),
                "{name}: {}",
                text.id
            );
            let whole = !text.body.contains("{{") && !text.body.contains("{%");
            assert!(whole || !text.ready, "{name}: {}", text.id);
        }
        for procedure in &view.library {
            assert!(!procedure.steps.is_empty(), "{name}: {}", procedure.id);
        }
        let in_force = pack.settings_in_force(&Map::new());
        for contact in &view.contacts {
            let setting = pack.people.contacts[&contact.id].setting.as_ref();
            let open = setting.is_some_and(|setting| in_force[setting].is_null());
            assert_eq!(contact.at.is_none(), open, "{name}: {}", contact.label);
        }
    }
}
