#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use watchkeeper_pack::format::Severity;

use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn waits(for_minutes: i64, keep: i64) -> Waits {
    Waits {
        for_: TimeDelta::minutes(for_minutes),
        keep_firing: TimeDelta::minutes(keep),
    }
}

/// Looks one after the other; the episode after each.
fn run(waits: Waits, looks: &[(i64, Found)]) -> Vec<Option<Episode>> {
    let mut before = None;
    let mut all = Vec::new();
    for (seconds, found) in looks {
        before = step(before.as_ref(), *found, at(*seconds), waits).episode;
        all.push(before.clone());
    }
    all
}

fn states(waits: Waits, looks: &[(i64, Found)]) -> Vec<Option<State>> {
    let episodes = run(waits, looks).into_iter();
    episodes.map(|e| e.map(|e| e.state)).collect()
}

const HOLDS: Found = Found::Holds(None);

#[test]
fn it_fires_once_it_has_held_longer_than_it_must() {
    let half_an_hour = waits(30, 0);
    let found = states(half_an_hour, &[(0, HOLDS), (1800, HOLDS), (1801, HOLDS)]);
    let expected = [State::Pending, State::Pending, State::Firing];
    assert_eq!(found, expected.map(Some));
    let first = step(None, HOLDS, at(0), half_an_hour);
    assert_eq!(
        first.look_again,
        Some(at(1800) + TimeDelta::milliseconds(1))
    );
    assert_eq!(states(waits(0, 0), &[(0, HOLDS)]), [Some(State::Firing)]);
}

#[test]
fn what_the_record_knows_counts() {
    let since = Found::Holds(Some(at(-1801)));
    let episode = step(None, since, at(0), waits(30, 0)).episode.unwrap();
    assert_eq!((episode.state, episode.since), (State::Firing, at(-1801)));
    assert_eq!(episode.fired_at, Some(at(0)));
}

#[test]
fn a_stamp_in_the_future_counts_from_when_it_was_seen() {
    let ahead = Found::Holds(Some(at(9999)));
    let found = run(waits(1, 0), &[(0, ahead), (30, ahead), (61, ahead)]);
    let last = found.last().unwrap().clone().unwrap();
    assert_eq!((last.state, last.since), (State::Firing, at(0)));
}

#[test]
fn a_pending_one_that_ends_vanishes_and_one_that_fired_is_resolved() {
    let found = states(waits(1, 0), &[(0, HOLDS), (30, Found::Quiet), (40, HOLDS)]);
    assert_eq!(found, [Some(State::Pending), None, Some(State::Pending)]);
    let found = states(waits(0, 0), &[(0, HOLDS), (30, Found::Quiet), (40, HOLDS)]);
    let expected = [State::Firing, State::Resolved, State::Firing];
    assert_eq!(found, expected.map(Some), "the last is another episode");
}

#[test]
fn a_flutter_is_one_alert() {
    let looks = [
        (0, HOLDS),
        (10, Found::Quiet),
        (200, HOLDS),
        (210, Found::Quiet),
        (509, Found::Quiet),
        (510, Found::Quiet),
    ];
    let found = run(waits(0, 5), &looks);
    let at_each: Vec<_> = found.iter().map(|e| e.as_ref().unwrap()).collect();
    let quiet: Vec<_> = at_each.iter().map(|e| e.quiet_since).collect();
    let ten_past = Some(at(210));
    assert_eq!(quiet, [None, Some(at(10)), None, ten_past, ten_past, None]);
    let last = at_each.last().unwrap();
    assert_eq!(
        (last.state, last.resolved_at),
        (State::Resolved, Some(at(510)))
    );
}

#[test]
fn what_is_not_known_keeps_its_state_and_says_so() {
    let looks = [
        (0, HOLDS),
        (10, Found::Unknown),
        (20, Found::Unknown),
        (30, HOLDS),
    ];
    let found = run(waits(0, 0), &looks);
    let unknown: Vec<_> = found
        .iter()
        .map(|e| e.as_ref().unwrap().unknown_since)
        .collect();
    assert_eq!(unknown, [None, Some(at(10)), Some(at(10)), None]);
    assert!(found.iter().flatten().all(|e| e.state == State::Firing));
    // Never green, never red by itself.
    let looks = [(0, Found::Unknown), (9999, Found::Unknown), (10_000, HOLDS)];
    let found = run(waits(1, 0), &looks);
    let last = found.last().unwrap().clone().unwrap();
    assert_eq!((last.state, last.since), (State::Pending, at(10_000)));
    assert_eq!(
        found.first().unwrap().as_ref().unwrap().unknown_since,
        Some(at(0))
    );
}

#[test]
fn an_acknowledged_one_stays_so_until_it_is_over() {
    let fired = step(None, HOLDS, at(0), waits(0, 5)).episode.unwrap();
    let seen = Episode {
        state: State::Acknowledged,
        ..fired
    };
    let again = step(Some(&seen), HOLDS, at(10), waits(0, 5))
        .episode
        .unwrap();
    assert_eq!(again.state, State::Acknowledged);
    let over = step(Some(&seen), Found::Quiet, at(10), waits(0, 0))
        .episode
        .unwrap();
    assert_eq!(over.state, State::Resolved);
}

#[test]
fn fingerprints_differ_where_anything_differs() {
    let all = [
        fingerprint("t", "r", &[("kind", "a"), ("id", "b")]),
        fingerprint("t", "r", &[("kind", "ab"), ("id", "")]),
        fingerprint("tr", "", &[("kind", "a"), ("id", "b")]),
        fingerprint("t", "r", &[("id", "b"), ("kind", "a")]),
        fingerprint("t", "r", &[]),
    ];
    let distinct: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
    let id = episode_id(all.first().unwrap(), 12);
    assert_eq!(episode_number(&id), Some(12));
}

#[test]
fn an_episode_survives_being_a_record() {
    let rule: AlertFile = serde_json::from_value(serde_json::json!({
        "id": "r", "row": "D-8", "label": "Down", "detail": "x", "severity": "red",
        "when": "true", "rule": "at once",
    }))
    .unwrap();
    assert_eq!(rule.severity, Severity::Red);
    let about = About {
        fingerprint: "f".into(),
        subject: Some(("job".into(), "j".into())),
        region: Some("eu".into()),
        detail: "d".into(),
        value: Some(0.5),
    };
    let episode = Episode {
        quiet_since: Some(at(3)),
        unknown_since: Some(at(4)),
        ..step(None, HOLDS, at(0), waits(0, 0)).episode.unwrap()
    };
    let mut body = write(None, &episode, &about, &rule);
    assert_eq!(super::episode(&body), Some(episode.clone()));
    assert_eq!(body.get("region").unwrap(), "eu");
    body.insert("acknowledged_by".into(), "kim".into());
    let calm = Episode {
        quiet_since: None,
        ..episode
    };
    let body = write(Some(&body), &calm, &about, &rule);
    assert_eq!(body.get("acknowledged_by").unwrap(), "kim");
    assert!(!body.contains_key("quiet_since"));
}

fn any_found() -> impl Strategy<Value = Found> {
    prop_oneof![
        3 => Just(HOLDS),
        2 => (-4000_i64..8000).prop_map(|s| Found::Holds(Some(at(s)))),
        3 => Just(Found::Quiet),
        1 => Just(Found::Unknown),
    ]
}

proptest! {
    #[test]
    fn whatever_is_found_nothing_fires_early_ends_early_or_is_forgotten(
        looks in prop::collection::vec((1_i64..600, any_found()), 1..60),
        for_minutes in 0_i64..20,
        keep in 0_i64..10,
    ) {
        let waits = waits(for_minutes, keep);
        let mut now = at(0);
        let mut before: Option<Episode> = None;
        let mut quiet_from: Option<DateTime<Utc>> = None;
        for (later, found) in looks {
            now += TimeDelta::seconds(later);
            let Step { episode, look_again } = step(before.as_ref(), found, now, waits);
            prop_assert!(look_again.is_none_or(|at| at > now));
            quiet_from = match found {
                Found::Quiet => quiet_from.or(Some(now)),
                Found::Holds(_) => None,
                Found::Unknown => quiet_from,
            };
            let open = before.as_ref().filter(|e| e.is_open());
            if let Some(episode) = &episode {
                prop_assert!(episode.since <= now);
                if episode.fires() && open.is_none_or(|e| !e.fires()) {
                    prop_assert!(matches!(found, Found::Holds(_)));
                    prop_assert!(now - episode.since >= waits.for_);
                    prop_assert_eq!(episode.fired_at, Some(now));
                }
                if episode.state == State::Resolved {
                    prop_assert!(open.is_some_and(Episode::fires));
                    prop_assert!(now - quiet_from.unwrap() >= waits.keep_firing);
                }
                prop_assert_eq!(episode.unknown_since.is_some(), found == Found::Unknown);
            }
            if open.is_some_and(Episode::fires) {
                prop_assert!(episode.is_some(), "one that fires never just vanishes");
            }
            if found == Found::Unknown {
                let known = open.map(|e| e.state);
                prop_assert_eq!(episode.as_ref().map(|e| e.state), known.or(Some(State::Pending)));
            }
            before = episode;
        }
    }
}
