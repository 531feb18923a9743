//! A provider that does not let the platform in: it answers 401 or 403 (Slack: 200, and why), for a key that
//! was revoked or lacks a right.
//!
//! That is said with each operation that waits for it, and nowhere else: operators are told by what is said
//! there (`alerts::kept_out`), so it holds as long as that does, whatever is killed. When and whether anything
//! is sent does not follow from it.

use watchkeeper_pack::format::Connector as Name;
use watchkeeper_wire::operation::{Verdict, VerdictWord};

use super::doubt::{AMBIGUOUS, UNREADABLE, ambiguous, say};
use crate::Platform;
use crate::decide::reason;
use crate::problem::ApiError;
use crate::store::CallRow;

/// Code of the reason while it does not let the platform in.
pub(crate) const CODE: &str = "provider.keeps_out";
/// Code of the reason once it does again, until there is more to say.
const LETS_IN: &str = "provider.lets_in";

/// A provider, as a sentence about it begins.
pub(crate) fn name(provider: Name) -> &'static str {
    match provider {
        Name::Stripe => "Stripe",
        Name::Paypal => "PayPal",
        Name::Wise => "Wise",
        Name::Mail => "The mail service",
        Name::Slack => "Slack",
        Name::Pagerduty => "PagerDuty",
        Name::Job => "The runner of jobs",
        Name::Flag => "The host of flags",
        Name::Webhook => "The sender of events",
    }
}

/// An operation says that this provider does not let the platform in.
pub(crate) fn tells_of(said: &Verdict, provider: Name) -> bool {
    let why = said.reason.as_ref();
    why.is_some_and(|why| why.code == CODE && why.detail.starts_with(name(provider)))
}

/// Tells the author, once. What else a provider has shown stays said, and so does another one that does not let
/// the platform in.
pub(super) async fn say_kept_out(platform: &Platform, row: &CallRow) -> Result<(), ApiError> {
    let provider = row.call.connector;
    say(platform, row, |seen, _now| {
        // What may have been done is not under way only: nothing is sent before that is known.
        let word = if row.ambiguous {
            VerdictWord::Unknown
        } else {
            seen.word
        };
        let why = reason(CODE, None, &words(provider, word));
        let gives_way = seen.reason.as_ref().is_none_or(|said| {
            let weaker = [AMBIGUOUS, UNREADABLE, LETS_IN].contains(&said.code.as_str());
            weaker || tells_of(seen, provider) && *said != why
        });
        if gives_way {
            tracing::error!(?provider, operation = %row.id.operation, "does not let the platform in");
        }
        gives_way.then_some((word, why))
    })
    .await
}

/// Tells the author that a provider lets the platform in again, where the opposite was said.
pub(super) async fn say_let_in(platform: &Platform, row: &CallRow) -> Result<(), ApiError> {
    let provider = row.call.connector;
    say(platform, row, |seen, _now| {
        let why = match seen.word {
            VerdictWord::Unknown => ambiguous(),
            _ => {
                let detail = format!("{} lets the platform in again.", name(provider));
                reason(LETS_IN, None, &detail)
            }
        };
        tells_of(seen, provider).then_some((seen.word, why))
    })
    .await
}

fn words(provider: Name, word: VerdictWord) -> String {
    let doubt = match word {
        VerdictWord::Unknown => {
            "Nobody knows yet whether an earlier attempt was carried out, and nothing is sent before that is known."
        }
        _ => "Nothing is lost.",
    };
    format!(
        "{} does not let the platform in: its key is not accepted, or lacks a right. {doubt} It is asked again, and \
         this goes on by itself once the key is good. Whoever runs the platform has to check the key in its \
         configuration.",
        name(provider)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_one_provider_is_said_of_no_other() {
        let all = [
            Name::Stripe,
            Name::Paypal,
            Name::Wise,
            Name::Mail,
            Name::Slack,
            Name::Pagerduty,
            Name::Job,
            Name::Flag,
            Name::Webhook,
        ];
        for of in all {
            for word in [VerdictWord::Accepted, VerdictWord::Unknown] {
                let said = Verdict {
                    operation: uuid::Uuid::nil(),
                    word,
                    reason: Some(reason(CODE, None, &words(of, word))),
                    record: None,
                    kind: "dispute".into(),
                    record_id: "1".into(),
                    revision: None,
                    from_revision: None,
                    decided_at: chrono::DateTime::UNIX_EPOCH,
                };
                for other in all {
                    assert_eq!(tells_of(&said, other), other == of, "{of:?} {other:?}");
                }
            }
        }
    }
}
