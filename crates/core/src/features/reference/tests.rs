#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use watchkeeper_model::Actor;
use watchkeeper_pack::Pack;

use super::of_pack;
use super::view::{OccasionView, Reach, ReferenceView, StepWork};
use crate::engine::Rights;

const PACK: &str = r"format: 1
id: small
version: 4
name: Small
zone: Europe/London
currency: EUR
language: en
document:
  row: S-1
  version: v1.0
  owner: The team
  updated: 2026-01-02
  next_review: 2026-11-20
  names: [a list]
queues: []
regions:
  north: {row: S-2, label: North, zone: Europe/London, currency: GBP, tax: included}
  south:
    row: S-3
    label: South
    zone: Australia/Melbourne
    zone_setting: south_zone
    currency: AUD
    tax: at the till
    disputed: X-1
settings:
  lead_at: {row: S-4, label: Lead, type: string, needed: true}
  wait: {row: S-5, label: How long, default: a week}
  south_zone: {row: S-5, label: Zone of the south, type: string, needed: true}
controls:
  paused: {row: S-6, label: Paused, default: false, each_region: true}
  freeze: {row: S-7, label: Freeze, default: false, banner: We are closed.}
";

const PEOPLE: &str = r"roles:
  keeper: {row: S-8, label: Keeper}
  lead: {row: S-8, label: Lead}
  police: {row: S-8, label: Police, outside: true}
contacts:
  provider: {row: S-9, label: Provider, at: 1-888-555-0100}
  the_lead: {row: S-9, label: The lead, role: lead, setting: lead_at}
escalations:
  money:
    row: S-10
    label: Money
    purpose: Anything about money
    calls: [{role: lead}, {role: police, after_minutes: 60, only: theft}]
    freezes: [freeze]
capabilities:
  - {row: S-11, text: Give presents, may: propose, to: lead}
";

const RULINGS: &str = r"rulings:
  - {id: X-1, rows: [S-3], severity: harms, says: Two things, holds: One of them, settled: disputed}
  - id: X-2
    rows: [S-12]
    severity: minor
    says: Nothing
    holds: A week
    settled: setting
    setting: wait
";

const RETENTION: &str = r"classes:
  log: {row: S-12, label: The log, keep: {years: 7}, from: the entry, kinds: [audit]}
  rest: {row: S-13, label: The rest, keep: {days: 30}, from: the end}
";

const PROMISE: &str = "id: promise\nrow: S-14\nlabel: How long\nchannel: answer\n\
    subject: How long?\nbody: 'About {{ settings.wait }}.'\n";

const CALL: &str = "id: call\nrow: S-15\nlabel: Whom to call\nchannel: answer\n\
    subject: Whom?\nbody: 'Call {{ settings.lead_at }}.'\n";

const WORD: &str = "id: word\nrow: S-16\nchannel: chat\nlabel: A word\n\
    fields: {why: {type: string, label: The reason}}\nsubject: A word\nbody: '{{ params.why }}'\n";

const MORNING: &str = r"id: morning
row: S-17
label: Morning
when: {schedule: {rule: FREQ=DAILY;BYHOUR=9;BYMINUTE=0}}
each_region: true
due_minutes: 60
minutes: 10
items:
  - {id: key, text: Is the key there?, credential: SOME_KEY}
  - {id: look, text: Look, optional: true}
";

const TROUBLE: &str = r"id: trouble
row: S-18
label: Trouble
purpose: When something is wrong
minutes: 12
steps:
  - id: bad
    text: How bad?
    decide:
      ways:
        - {id: little, label: A little, next: wait}
        - {id: much, label: Much, next: call}
  - {id: wait, text: Wait, wait: {minutes: 5, most: 10}, next: end}
  - {id: call, text: Call somebody, page: {path: money}}
  - {id: freeze, text: Freeze, switch: {control: freeze, to: true}}
";

fn pack() -> Pack {
    let files = [
        ("pack.yaml", PACK),
        ("people.yaml", PEOPLE),
        ("rulings.yaml", RULINGS),
        ("retention.yaml", RETENTION),
        ("templates/promise.yaml", PROMISE),
        ("templates/call.yaml", CALL),
        ("templates/word.yaml", WORD),
        ("routines/morning.yaml", MORNING),
        ("playbooks/trouble.yaml", TROUBLE),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
    watchkeeper_pack::load_files(&files.into()).unwrap()
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

/// What the pack says to a keeper whose tenant said these settings and controls.
fn shown_at(now: &str, settings: Value, controls: Value) -> ReferenceView {
    let rights = Rights {
        actor: Actor {
            id: "op-1".to_owned(),
            roles: ["keeper".to_owned()].into(),
            ..Actor::default()
        },
        settings: map(settings),
        controls: map(controls),
        zone: chrono_tz::Europe::London,
        sessions: std::collections::BTreeMap::new(),
        operators: std::collections::BTreeMap::new(),
        pack: None,
        demo: false,
    };
    let now: DateTime<Utc> = now.parse().unwrap();
    of_pack(&pack(), &rights, now)
}

fn shown(settings: Value, controls: Value) -> ReferenceView {
    shown_at("2026-11-20T03:45:00Z", settings, controls)
}

#[test]
fn a_region_has_its_own_clock_and_what_comes_round_by_it() {
    let view = shown(json!({}), json!({}));
    assert_eq!(view.now, "2026-11-20T03:45:00+00:00");
    let [north, south] = &view.regions[..] else {
        unreachable!("two regions")
    };
    assert_eq!(
        (south.now.as_str(), south.zone.as_str()),
        ("2026-11-20T14:45:00+11:00", "Australia/Melbourne")
    );
    assert_eq!(
        (south.currency.as_str(), south.row.as_str()),
        ("AUD", "S-3")
    );
    assert_eq!(south.disputed.as_deref(), Some("X-1"));
    // Nine o'clock has passed in the south and is still to come in the north.
    assert_eq!(south.rounds[0].at, "2026-11-21T09:00:00+11:00");
    assert_eq!(north.rounds[0].at, "2026-11-20T09:00:00+00:00");
    // Another switch holds for all and belongs to none of them.
    assert_eq!(north.switches.len(), 1);
}

#[test]
fn a_region_s_clock_goes_by_the_zone_that_the_tenant_says_for_it() {
    let south = |zone: &str| {
        let view = shown(json!({"south_zone": zone}), json!({}));
        let south = view.regions.into_iter().nth(1).unwrap();
        let at = south.rounds[0].at.clone();
        let runs = view.library.into_iter().find(|run| run.id == "morning");
        let OccasionView::Schedule { next, .. } = runs.unwrap().occasion else {
            unreachable!("it comes round by a schedule")
        };
        assert_eq!((&next[1].zone, &next[1].at), (&south.zone, &at));
        (south.zone, south.now, at)
    };
    let told = |zone: &str, now: &str, at: &str| (zone.to_owned(), now.to_owned(), at.to_owned());
    let perth = told(
        "Australia/Perth",
        "2026-11-20T11:45:00+08:00",
        "2026-11-21T09:00:00+08:00",
    );
    assert_eq!(south("Australia/Perth"), perth);
    let melbourne = told(
        "Australia/Melbourne",
        "2026-11-20T14:45:00+11:00",
        "2026-11-21T09:00:00+11:00",
    );
    assert_eq!(south("Perth"), melbourne, "no zone");
}

#[test]
fn the_hours_that_come_know_of_a_clock_change() {
    // Clocks in London went back at one o'clock UTC.
    let view = shown_at("2026-10-24T23:30:00Z", json!({}), json!({}));
    let north = &view.regions[0].hours;
    assert_eq!((north.len(), &north[..5]), (24, &[0, 1, 1, 2, 3][..]));
    assert_eq!(view.hours, *north, "the tenant's own day is London's");
}

#[test]
fn a_switch_of_each_region_is_told_for_each() {
    let on = |controls: Value| -> Vec<Option<bool>> {
        let regions = shown(json!({}), controls).regions;
        regions.iter().map(|region| region.switches[0].on).collect()
    };
    assert_eq!(on(json!({})), [Some(false), Some(false)], "the default");
    let south = json!({"paused": {"south": true}});
    assert_eq!(on(south), [Some(false), Some(true)]);
    assert_eq!(on(json!({"paused": true})), [Some(true), Some(true)]);
    let odd = json!({"paused": {"south": "who knows"}});
    assert_eq!(on(odd), [Some(false), None], "never taken for off");
}

#[test]
fn where_somebody_is_reached_is_the_tenants_word_or_the_documents_and_never_made_up() {
    let of = |settings: Value| shown(settings, json!({})).contacts;
    let contacts = of(json!({}));
    let [lead, provider] = &contacts[..] else {
        unreachable!("two contacts")
    };
    assert_eq!((lead.at.as_deref(), lead.outside), (None, false));
    assert_eq!(lead.setting.as_deref(), Some("Lead"));
    assert_eq!(provider.at.as_deref(), Some("1-888-555-0100"));
    assert_eq!((provider.reach, provider.outside), (Reach::Phone, true));
    assert_eq!(of(json!({"lead_at": ""}))[0].at, None, "nothing was said");
    let lead = &of(json!({"lead_at": "lead@example.org"}))[0];
    assert_eq!(lead.at.as_deref(), Some("lead@example.org"));
    assert_eq!(lead.reach, Reach::Mail);
}

#[test]
fn a_path_says_who_is_called_after_how_long_and_who_that_is() {
    let view = shown(json!({}), json!({}));
    let path = &view.escalations[0];
    let calls = path.calls.iter();
    let calls: Vec<_> = calls
        .map(|call| (call.role.as_str(), call.after_minutes, call.contacts.len()))
        .collect();
    assert_eq!(calls, [("Lead", 0, 1), ("Police", 60, 0)]);
    assert_eq!(path.freezes, ["Freeze"]);
    let mine = view.roles.iter().filter(|role| role.mine);
    assert_eq!(mine.map(|role| &role.id).collect::<Vec<_>>(), ["keeper"]);
    assert_eq!(view.capabilities[0].to.as_deref(), Some("Lead"));
}

#[test]
fn a_text_that_needs_nobody_is_filled_in_and_the_others_say_what_they_need() {
    let of = |id: &str, settings: Value| {
        let texts = shown(settings, json!({})).texts;
        texts.into_iter().find(|text| text.id == id).unwrap()
    };
    let promise = of("promise", json!({}));
    assert_eq!(promise.body, "About a week.");
    assert!(promise.ready && promise.answer);
    let promise = of("promise", json!({"wait": "a month"}));
    assert_eq!(promise.body, "About a month.");
    // What the tenant has not said leaves no hole: the text is shown as it is written.
    let call = of("call", json!({}));
    assert_eq!(call.body, "Call {{ settings.lead_at }}.");
    assert!(!call.ready && call.answer && call.variables[0].missing);
    assert!(of("call", json!({"lead_at": "Ann"})).ready);
    let word = of("word", json!({}));
    assert!(!word.ready && !word.answer && !word.variables[0].missing);
    assert_eq!(word.variables[0].label.as_deref(), Some("The reason"));
}

#[test]
fn what_the_public_is_shown_while_a_switch_is_on_is_there_before_it_is() {
    let banners = shown(json!({}), json!({})).banners;
    let banners: Vec<_> = banners
        .iter()
        .map(|each| (&*each.id, &*each.words))
        .collect();
    assert_eq!(banners, [("freeze", "We are closed.")]);
}

#[test]
fn procedures_can_be_read_with_their_ways() {
    let view = shown(json!({}), json!({}));
    let [trouble, morning] = &view.library[..] else {
        unreachable!("a playbook and a routine")
    };
    let StepWork::Decide { ways } = &trouble.steps[0].work else {
        unreachable!("a decision")
    };
    assert_eq!(ways.iter().map(|way| way.next).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(trouble.steps[1].next, Some(0), "it ends there");
    assert_eq!(trouble.steps[2].next, None, "the next in the list");
    let page = StepWork::Page {
        path: "Money".to_owned(),
    };
    assert_eq!(trouble.steps[2].work, page);
    let switch = StepWork::Switch {
        control: "Freeze".to_owned(),
        to: "yes".to_owned(),
    };
    assert_eq!(trouble.steps[3].work, switch);
    let OccasionView::Schedule { rule, next, .. } = &morning.occasion else {
        unreachable!("a schedule")
    };
    assert_eq!(rule, "FREQ=DAILY;BYHOUR=9;BYMINUTE=0");
    let regions = next.iter().map(|run| run.region.as_deref());
    assert_eq!(regions.collect::<Vec<_>>(), [Some("North"), Some("South")]);
    let key = StepWork::Credential {
        name: "SOME_KEY".to_owned(),
    };
    assert_eq!(morning.steps[0].work, key);
    assert!(morning.steps[1].optional);
}

#[test]
fn what_is_kept_says_how_long_and_why_and_a_ruling_says_what_carries_it() {
    let view = shown(json!({}), json!({}));
    let [log, rest] = &view.retention[..] else {
        unreachable!("two classes")
    };
    assert_eq!((log.years, log.days, log.audit), (Some(7), None, true));
    assert_eq!(log.rulings, ["X-2"]);
    assert_eq!((rest.years, rest.days), (None, Some(30)));
    assert_eq!(rest.rulings, Vec::<String>::new());
    let carried = |settings: Value| {
        let rulings = shown(settings, json!({})).rulings;
        assert_eq!(rulings[0].setting, None);
        let setting = rulings[1].setting.clone().unwrap();
        (setting.value, setting.is_default)
    };
    assert_eq!(carried(json!({})), ("a week".to_owned(), true));
    assert_eq!(
        carried(json!({"wait": "a day"})),
        ("a day".to_owned(), false)
    );
}

#[test]
fn a_document_is_past_its_review_from_the_day_after() {
    let on = |now: &str| shown_at(now, json!({}), json!({})).document;
    assert!(!on("2026-11-20T23:59:59Z").overdue);
    let document = on("2026-11-21T00:00:00Z");
    assert!(document.overdue);
    assert_eq!(document.next_review.as_deref(), Some("2026-11-20"));
    assert_eq!(document.owner.as_deref(), Some("The team"));
    assert_eq!(
        (document.pack.as_str(), document.pack_version),
        ("Small", 4)
    );
}
