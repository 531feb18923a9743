//! Slack: posts to a channel.
//!
//! Facts that this rests on: posting knows no idempotency key, so a message that is sent again stands there
//! twice. It carries our key in its metadata, and the channel's history is read before each send, back to
//! a day before the operation was made. Where the history cannot be read nobody knows, and nothing is
//! sent. Slack answers 200 also when it refuses; some of its errors leave open whether the message
//! stands.

mod stand_in;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reqwest::{Client, Url};
use serde_json::{Value, json};
use uuid::Uuid;
use watchkeeper_model::Call;

use super::line::{Line, list, short, text};
use super::{Connector, Look, Sent};
use crate::clock::Clock;

pub use stand_in::{SlackStandIn, routes};

/// What our messages say they are.
const EVENT: &str = "watchkeeper_call";
/// Messages read at once.
const PAGE: &str = "200";
/// Pages of a channel's history that are read, at most.
const MAX_PAGES: usize = 50;
/// The history is read from so long before the operation, in seconds: clocks differ.
const BEFORE: u64 = 24 * 3600;
/// Errors after which the message may stand in the channel.
const UNCERTAIN: [&str; 4] = [
    "fatal_error",
    "internal_error",
    "service_unavailable",
    "request_timeout",
];

/// Errors by which it does not let the platform in; nothing was looked at.
const KEPT_OUT: [&str; 10] = [
    "access_denied",
    "account_inactive",
    "ekm_access_denied",
    "invalid_auth",
    "missing_scope",
    "no_permission",
    "not_allowed_token_type",
    "not_authed",
    "token_expired",
    "token_revoked",
];

/// Speaks to Slack, or to what stands in for it.
#[derive(Clone)]
pub struct Slack {
    line: Line,
    clock: Arc<dyn Clock>,
}

impl Slack {
    /// At this base address (ending in `/api/`), with this token. A post without an answer within
    /// the client's time is ambiguous.
    pub fn new(client: Client, base: Url, token: &str, clock: Arc<dyn Clock>) -> Self {
        let line = Line::new(client, base, format!("Bearer {token}"));
        Self { line, clock }
    }
}

/// Channel and text of a call.
fn arguments(call: &Call) -> Option<(&str, &str)> {
    let channel = call.args.get("channel")?.as_str()?;
    let text = call.args.get("text")?.as_str()?;
    (!channel.is_empty() && !text.is_empty()).then_some((channel, text))
}

/// From when on a message of this key may stand there, in seconds since 1970. The operation's id says when
/// it was made, by the clock of a laptop: where it does not, or that was far ahead, the whole history is
/// asked.
fn oldest(key: &str, now: DateTime<Utc>) -> u64 {
    let id = key
        .split(':')
        .next()
        .and_then(|id| Uuid::parse_str(id).ok());
    let made = id.and_then(|id| id.get_timestamp());
    let made = made.map(|made| made.to_unix().0);
    let latest = u64::try_from(now.timestamp()).unwrap_or_default() + BEFORE / 2;
    made.filter(|made| *made <= latest)
        .map_or(0, |made| made.saturating_sub(BEFORE))
}

/// What it means that Slack has no history of a channel. A post also goes to a channel by its name, a
/// history is found by the id alone: by a name nobody could tell whether the message stands there. Pure.
fn not_found(channel: &str) -> Look {
    let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    match channel.starts_with(['C', 'D', 'G']) && channel.bytes().all(plain) {
        // In a channel that is not there nothing stands.
        true => Look::Absent,
        false => Look::Failed("Slack finds a channel's history by its id, not by its name.".into()),
    }
}

/// The message is ours.
fn is_ours(message: &Value, key: &str) -> bool {
    let metadata = message.get("metadata");
    metadata.and_then(|metadata| text(metadata, "event_type")) == Some(EVENT)
        && message
            .pointer("/metadata/event_payload/key")
            .and_then(Value::as_str)
            == Some(key)
}

fn posted(channel: &str, ts: &str) -> Value {
    json!({"id": ts, "channel": channel})
}

/// How a post ended by what was answered. Pure.
fn answered(answer: &Value, channel: &str) -> Sent {
    if answer.get("ok") == Some(&Value::Bool(true)) {
        return match text(answer, "ts") {
            Some(ts) => Sent::Done(posted(channel, ts)),
            None => Sent::Ambiguous,
        };
    }
    match text(answer, "error") {
        Some("ratelimited" | "rate_limited") => Sent::NotNow(None),
        Some(error) if UNCERTAIN.contains(&error) => Sent::Ambiguous,
        Some(error) if KEPT_OUT.contains(&error) => Sent::KeptOut(None),
        Some(error) => Sent::Refused(format!("Slack refused: {}", short(error))),
        None => Sent::Ambiguous,
    }
}

#[async_trait]
impl Connector for Slack {
    fn honours_keys(&self, _call: &Call) -> bool {
        false
    }

    async fn look(&self, call: &Call, key: &str) -> Look {
        let wanted = arguments(call).filter(|_| call.operation == "post");
        let Some((channel, _)) = wanted else {
            return Look::Absent;
        };
        let oldest = oldest(key, self.clock.now()).to_string();
        let mut cursor = String::new();
        for _ in 0..MAX_PAGES {
            let answer = {
                let mut pairs = vec![
                    ("channel", channel),
                    ("oldest", oldest.as_str()),
                    ("limit", PAGE),
                    ("include_all_metadata", "true"),
                ];
                if !cursor.is_empty() {
                    pairs.push(("cursor", cursor.as_str()));
                }
                self.line.read("conversations.history", &pairs).await
            };
            let answer = match answer {
                Ok(answer) => answer,
                Err(silence) => return silence.into(),
            };
            let messages = match answer.get("ok") {
                Some(Value::Bool(true)) => list(&answer, "messages"),
                _ if text(&answer, "error") == Some("channel_not_found") => {
                    return not_found(channel);
                }
                _ if text(&answer, "error").is_some_and(|error| KEPT_OUT.contains(&error)) => {
                    return Look::KeptOut;
                }
                _ => None,
            };
            let Some(messages) = messages else {
                return Look::Unclear;
            };
            if let Some(ours) = messages.iter().find(|message| is_ours(message, key)) {
                return match text(ours, "ts") {
                    Some(ts) => Look::Found(posted(channel, ts)),
                    None => Look::Unclear,
                };
            }
            let next = answer.pointer("/response_metadata/next_cursor");
            match next.and_then(Value::as_str).filter(|next| !next.is_empty()) {
                Some(next) => cursor = next.to_owned(),
                None => return Look::Absent,
            }
        }
        Look::Unclear
    }

    async fn send(&self, call: &Call, key: &str, _idempotency_key: &str) -> Sent {
        if call.operation != "post" {
            return super::cannot(&call.operation, "Slack");
        }
        let Some((channel, text)) = arguments(call) else {
            return Sent::Refused("the call names no channel or no text".into());
        };
        let message = json!({
            "channel": channel,
            "text": text,
            "metadata": {"event_type": EVENT, "event_payload": {"key": key}},
        });
        match self.line.ask("chat.postMessage", None, &message).await {
            Ok(answer) => answered(&answer, channel),
            Err(sent) => sent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_slack_says_it_posted_is_posted() {
        let done = json!({"ok": true, "ts": "1.2", "channel": "c"});
        let sent = Sent::Done(json!({"id": "1.2", "channel": "c"}));
        assert_eq!(answered(&done, "c"), sent);
        let error = |error: &str| answered(&json!({"ok": false, "error": error}), "c");
        let refused = Sent::Refused("Slack refused: channel_not_found".into());
        assert_eq!(error("channel_not_found"), refused);
        assert_eq!(error("ratelimited"), Sent::NotNow(None));
        assert_eq!(error("internal_error"), Sent::Ambiguous);
        assert_eq!(error("token_revoked"), Sent::KeptOut(None));
        for nothing in [json!({}), json!({"ok": true}), json!([])] {
            assert_eq!(answered(&nothing, "c"), Sent::Ambiguous, "{nothing}");
        }
    }

    #[test]
    fn the_history_is_read_from_a_day_before_the_operation() {
        // Made at 2023-11-14T22:13:20Z.
        let key = "018bcfe5-6800-7000-8000-000000000000:2";
        let at = |seconds| DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(seconds);
        let later = at(1_700_000_600);
        assert_eq!(oldest(key, later), 1_700_000_000 - 86_400);
        assert_eq!(oldest("something else", later), 0);
        // A laptop that is a minute ahead, and one that is a year.
        assert_eq!(oldest(key, at(1_699_999_940)), 1_700_000_000 - 86_400);
        assert_eq!(oldest(key, at(1_668_464_000)), 0);
    }

    #[test]
    fn where_a_history_is_not_found_by_a_name_nothing_is_sent() {
        assert_eq!(not_found("C024BE91L"), Look::Absent);
        for name in ["#ops", "ops", "COPs"] {
            assert!(matches!(not_found(name), Look::Failed(_)), "{name}");
        }
    }
}
