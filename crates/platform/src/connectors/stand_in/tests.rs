use futures_util::FutureExt;

use super::*;
use crate::connectors::flag::FlagStandIn;
use crate::connectors::slack::SlackStandIn;
use crate::connectors::stripe::StripeStandIn;
use crate::connectors::wise::WiseStandIn;

/// What comes in a stand-in's stead at once; the outer none is that nothing ever comes.
fn before<S: StandIn>(mode: Mode) -> Option<Option<StatusCode>> {
    let answer = instead::<S>(mode).now_or_never()?;
    Some(answer.map(|answer| answer.status()))
}

fn after(mode: Mode) -> Option<StatusCode> {
    let answer = response((StatusCode::CREATED, json!({})));
    let answer = passed_on::<StripeStandIn>(mode, answer).now_or_never()?;
    Some(answer.status())
}

#[test]
fn what_is_lost_before_is_neither_done_nor_answered() {
    for mode in [Mode::TimeoutBefore, Mode::DeployLost] {
        assert_eq!(before::<FlagStandIn>(mode), None, "{mode:?}");
    }
    for mode in [Mode::None, Mode::TimeoutAfter, Mode::Late, Mode::Twice] {
        assert_eq!(before::<FlagStandIn>(mode), Some(None), "{mode:?}");
    }
}

#[test]
fn each_says_no_in_its_own_words() {
    let no = |answer: Option<Option<StatusCode>>| answer.flatten().map(|status| status.as_u16());
    assert_eq!(no(before::<FlagStandIn>(Mode::Refuse)), Some(422));
    assert_eq!(no(before::<SlackStandIn>(Mode::Refuse)), Some(200));
    assert_eq!(no(before::<WiseStandIn>(Mode::Refuse)), Some(201));
    // Stripe's no is kept with the key, so it comes with the doing.
    assert_eq!(no(before::<StripeStandIn>(Mode::Refuse)), None);
    assert_eq!(no(before::<WiseStandIn>(Mode::RateLimit)), Some(429));
}

#[test]
fn an_answer_is_lost_after_it_was_given() {
    assert_eq!(after(Mode::None), Some(StatusCode::CREATED));
    for mode in [
        Mode::TimeoutAfter,
        Mode::Late,
        Mode::MadeTimeout,
        Mode::DeployTimeout,
    ] {
        assert_eq!(after(mode), None, "{mode:?}");
    }
    assert_eq!(after(Mode::LostAnswer), Some(StatusCode::BAD_GATEWAY));
    let broke = Some(StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(after(Mode::Error500After), broke);
}
