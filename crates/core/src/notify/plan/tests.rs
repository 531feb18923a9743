#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::notify::Hours;

fn at(seconds: i64) -> DateTime<Utc> {
    // Friday 20 November 2026, 10:00 in Melbourne.
    DateTime::parse_from_rfc3339("2026-11-19T23:00:00Z")
        .unwrap()
        .to_utc()
        + TimeDelta::seconds(seconds)
}

fn alert(id: &str, severity: Severity) -> Firing {
    Firing {
        id: id.into(),
        severity,
        label: format!("rule of {id}"),
        since: at(0),
    }
}

fn reds(number: usize) -> Vec<Firing> {
    (0..number)
        .map(|n| alert(&format!("r{n:05}"), Severity::Red))
        .collect()
}

/// A laptop that carries steps out, as the round does.
#[derive(Default)]
struct Screen {
    standing: Standing,
    wanted: NotificationSettings,
    approvals: BTreeSet<String>,
    seconds: i64,
    next: u32,
}

impl Screen {
    fn look(&mut self, firing: &[Firing], held: u32) -> Plan {
        let plan = plan(
            &Input {
                firing,
                held,
                approvals: &self.approvals,
                wanted: &self.wanted,
                tenant: "Harbour",
                zone: Tz::Australia__Melbourne,
                now: at(self.seconds),
            },
            &self.standing,
        );
        for step in &plan.steps {
            match step {
                Step::Close(about) => {
                    self.standing.bubbles.remove(about);
                }
                Step::Show(bubble, count) => {
                    self.next += 1;
                    let shown = Shown {
                        bubble: Some(BubbleId(self.next.to_string())),
                        by_us: true,
                        count: *count,
                        at: at(self.seconds),
                    };
                    self.standing.bubbles.insert(bubble.about.clone(), shown);
                    if bubble.about == About::Approvals {
                        self.standing.approvals_told.clone_from(&self.approvals);
                    }
                }
            }
        }
        self.standing.held_told = held;
        let told = &mut self.standing.approvals_told;
        told.retain(|id| self.approvals.contains(id));
        plan
    }

    /// A look while these approvals wait and nothing else is to be told, two seconds after the last.
    fn ask(&mut self, waiting: &[&str]) -> Plan {
        self.seconds += 2;
        self.approvals = waiting.iter().map(ToString::to_string).collect();
        self.look(&[], 0)
    }
}

fn shown(plan: &Plan) -> Vec<&Bubble> {
    plan.steps
        .iter()
        .filter_map(|step| match step {
            Step::Show(bubble, _) => Some(bubble),
            Step::Close(_) => None,
        })
        .collect()
}

#[test]
fn a_red_alert_is_shown_once_critically_and_with_buttons() {
    let mut screen = Screen::default();
    let plan = screen.look(&reds(1), 0);
    let bubbles = shown(&plan);
    assert_eq!(bubbles.len(), 1);
    assert_eq!(bubbles[0].urgency, Urgency::Critical);
    assert_eq!(bubbles[0].buttons, [Button::Open, Button::Acknowledge]);
    assert_eq!(bubbles[0].title, "rule of r00000");
    assert_eq!(screen.look(&reds(1), 0), Plan::default());
}

#[test]
fn what_is_over_or_acknowledged_is_taken_away() {
    let mut screen = Screen::default();
    screen.look(&reds(2), 0);
    let plan = screen.look(&reds(1), 0);
    assert_eq!(plan.steps, [Step::Close(About::Alert("r00001".into()))]);
}

#[test]
fn a_bubble_of_the_run_before_is_replaced_not_stacked() {
    let mut screen = Screen::default();
    screen.look(&reds(1), 0);
    for shown in screen.standing.bubbles.values_mut() {
        shown.by_us = false;
    }
    let plan = screen.look(&reds(1), 0);
    assert_eq!(shown(&plan)[0].replaces, Some(BubbleId("1".into())));
}

#[test]
fn one_closed_by_hand_does_not_come_back() {
    let mut screen = Screen::default();
    screen.look(&reds(1), 0);
    for shown in screen.standing.bubbles.values_mut() {
        shown.bubble = None;
    }
    assert_eq!(screen.look(&reds(1), 0), Plan::default());
}

#[test]
fn fault_36_ten_thousand_alerts_in_ten_seconds_are_one_bubble() {
    let mut screen = Screen::default();
    let mut bubbles = 0;
    // A thousand a second, looked at ten times a second.
    for tenth in 0..100 {
        screen.seconds = tenth / 10;
        let plan = screen.look(&reds(usize::try_from((tenth + 1) * 100).unwrap()), 0);
        let now = shown(&plan);
        assert!(now.iter().all(|bubble| bubble.about == About::Alerts));
        bubbles += now.len();
        assert_eq!(screen.standing.bubbles.len(), 1);
    }
    assert!(bubbles <= 11, "{bubbles} bubbles");
    screen.seconds = 11;
    let plan = screen.look(&reds(10_000), 0);
    assert_eq!(shown(&plan)[0].title, "10000 red alerts are firing");
    assert!(shown(&plan)[0].replaces.is_some());
    // It follows downwards too, and goes at the end.
    screen.seconds = 13;
    assert_eq!(
        shown(&screen.look(&reds(2), 0))[0].title,
        "2 red alerts are firing"
    );
    assert_eq!(screen.look(&[], 0).steps, [Step::Close(About::Alerts)]);
}

#[test]
fn single_bubbles_give_way_to_the_one_for_many() {
    let mut screen = Screen::default();
    screen.look(&reds(2), 0);
    let plan = screen.look(&reds(7), 0);
    assert_eq!(
        plan.steps[..2],
        [
            Step::Close(About::Alert("r00000".into())),
            Step::Close(About::Alert("r00001".into()))
        ]
    );
    assert_eq!(shown(&plan).len(), 1);
    assert_eq!(screen.standing.bubbles.len(), 1);
}

#[test]
fn a_number_that_moves_too_fast_is_said_a_second_later() {
    let mut screen = Screen::default();
    screen.look(&reds(5), 0);
    let plan = screen.look(&reds(6), 0);
    assert!(plan.steps.is_empty());
    assert_eq!(plan.again_at, Some(at(1)));
    screen.seconds = 1;
    assert_eq!(shown(&screen.look(&reds(6), 0)).len(), 1);
}

#[test]
fn x_46_outside_the_hours_nothing_is_shown_and_at_their_beginning_what_still_fires() {
    let mut screen = Screen {
        wanted: NotificationSettings {
            hours: Some(Hours {
                from: 11 * 60,
                to: 17 * 60,
                days: vec![5],
            }),
            ..NotificationSettings::default()
        },
        ..Screen::default()
    };
    let plan = screen.look(&reds(1), 0);
    assert!(plan.steps.is_empty());
    assert_eq!(plan.again_at, Some(at(3600)));
    screen.seconds = 3600;
    assert_eq!(shown(&screen.look(&reds(1), 0)).len(), 1);
    // What is over goes at any hour.
    screen.seconds = 8 * 3600;
    assert_eq!(screen.look(&[], 0).steps.len(), 1);
}

#[test]
fn yellow_alerts_and_refused_operations_are_as_the_operator_wants() {
    let mut screen = Screen::default();
    let yellow = [alert("y", Severity::Yellow)];
    assert!(screen.look(&yellow, 0).steps.is_empty());
    screen.wanted.yellow = true;
    assert_eq!(shown(&screen.look(&yellow, 0))[0].urgency, Urgency::Normal);
    let plan = screen.look(&yellow, 1);
    assert_eq!(shown(&plan)[0].about, About::Sync);
    assert!(screen.look(&yellow, 1).steps.is_empty());
    assert_eq!(screen.look(&yellow, 0).steps, [Step::Close(About::Sync)]);
    screen.wanted.refused = false;
    assert!(screen.look(&yellow, 3).steps.is_empty());
    screen.wanted.red = false;
    assert!(
        screen
            .look(&reds(1), 3)
            .steps
            .iter()
            .all(|step| matches!(step, Step::Close(_)))
    );
}

#[test]
fn after_a_failure_nothing_is_tried_before_its_time() {
    let mut screen = Screen::default();
    screen.standing.not_before = Some(at(5));
    let plan = screen.look(&reds(1), 0);
    assert_eq!((plan.steps.len(), plan.again_at), (0, Some(at(5))));
    screen.seconds = 5;
    assert_eq!(shown(&screen.look(&reds(1), 0)).len(), 1);
}

#[test]
fn a_44_approvals_that_wait_are_one_bubble_without_a_name() {
    let mut screen = Screen::default();
    let plan = screen.ask(&["a1"]);
    let one = shown(&plan)[0];
    assert_eq!(
        (&one.about, one.urgency),
        (&About::Approvals, Urgency::Normal)
    );
    assert_eq!(
        (one.title.as_str(), one.body.as_str()),
        ("An approval waits for you", "Harbour")
    );
    assert_eq!(
        (one.buttons.as_slice(), &one.replaces),
        ([Button::Open].as_slice(), &None)
    );
    assert_eq!(screen.ask(&["a1"]), Plan::default());
    let plan = screen.ask(&["a1", "a2", "a3"]);
    assert_eq!(shown(&plan)[0].title, "3 approvals wait for you");
    assert_eq!(shown(&plan)[0].replaces, Some(BubbleId("1".into())));
    // As many as before, of which one is new.
    let plan = screen.ask(&["a2", "a3", "a4"]);
    assert_eq!(shown(&plan)[0].title, "3 approvals wait for you");
    let plan = screen.ask(&["a4"]);
    assert_eq!(shown(&plan)[0].title, "An approval waits for you");
    assert_eq!(screen.standing.bubbles.len(), 1);
    assert_eq!(screen.ask(&[]).steps, [Step::Close(About::Approvals)]);
    assert_eq!(shown(&screen.ask(&["a4"])).len(), 1);
}

#[test]
fn a_44_the_bubble_closed_by_hand_comes_back_for_another_approval_only() {
    let mut screen = Screen::default();
    screen.ask(&["a1", "a2"]);
    for shown in screen.standing.bubbles.values_mut() {
        shown.bubble = None;
    }
    assert_eq!(screen.ask(&["a1", "a2"]), Plan::default());
    assert_eq!(screen.ask(&["a1"]), Plan::default());
    let plan = screen.ask(&["a1", "a3"]);
    assert_eq!(shown(&plan)[0].title, "2 approvals wait for you");
}

#[test]
fn a_44_what_the_run_before_left_is_replaced_and_a_burst_is_said_a_second_later() {
    let mut screen = Screen::default();
    screen.ask(&["a1"]);
    for shown in screen.standing.bubbles.values_mut() {
        shown.by_us = false;
    }
    let plan = screen.ask(&["a1"]);
    assert_eq!(shown(&plan)[0].replaces, Some(BubbleId("1".into())));
    screen.approvals.insert("a2".into());
    let plan = screen.look(&[], 0);
    assert_eq!(
        (plan.steps.len(), plan.again_at),
        (0, Some(at(screen.seconds + 1)))
    );
    screen.seconds += 1;
    assert_eq!(shown(&screen.look(&[], 0)).len(), 1);
}

#[test]
fn a_44_and_x_46_approvals_keep_the_hours_and_are_as_the_operator_wants() {
    let mut screen = Screen {
        wanted: NotificationSettings {
            hours: Some(Hours {
                from: 11 * 60,
                to: 17 * 60,
                days: vec![5],
            }),
            ..NotificationSettings::default()
        },
        ..Screen::default()
    };
    let plan = screen.ask(&["a1"]);
    assert_eq!((plan.steps.len(), plan.again_at), (0, Some(at(3600))));
    screen.seconds = 3600;
    assert_eq!(shown(&screen.ask(&["a1"])).len(), 1);
    // Answered at night by somebody else: the bubble goes at any hour.
    screen.seconds = 8 * 3600;
    assert_eq!(screen.ask(&[]).steps, [Step::Close(About::Approvals)]);
    screen.wanted.hours = None;
    assert_eq!(shown(&screen.ask(&["a2"])).len(), 1);
    screen.wanted.approvals = false;
    assert_eq!(screen.ask(&["a2"]).steps, [Step::Close(About::Approvals)]);
    assert_eq!(screen.ask(&["a2", "a3"]), Plan::default());
    screen.wanted.approvals = true;
    assert_eq!(shown(&screen.ask(&["a2", "a3"])).len(), 1);
}
