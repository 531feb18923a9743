//! Reading an answer: status, content type, size; nothing is believed before all three hold.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use http::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use http::{Response, StatusCode};
use serde::de::DeserializeOwned;
use watchkeeper_wire::PROBLEM_JSON;
use watchkeeper_wire::problem::{Code, Problem};

use super::error::ClientError;
use super::transport::Body;

/// The most bytes that a problem may have.
const MAX_PROBLEM_BYTES: u64 = 64 * 1024;

/// True when the answer says that it is of this media type.
fn is_type(response: &Response<Body>, wanted: &str) -> bool {
    response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim().eq_ignore_ascii_case(wanted))
}

/// Lets a success of the wanted type through; turns everything else into its error.
pub(super) async fn check(
    response: Response<Body>,
    wanted: &str,
) -> Result<Response<Body>, ClientError> {
    let status = response.status();
    if status.is_success() {
        return if is_type(&response, wanted) {
            Ok(response)
        } else {
            Err(ClientError::NotAPlatform(
                "something answers there, but not in the way a platform does",
            ))
        };
    }
    if status.is_redirection() {
        return Err(ClientError::NotAPlatform(
            "the answer leads to another address, which is not followed",
        ));
    }
    let wait = retry_after(response.headers());
    let problem = match is_type(&response, PROBLEM_JSON) {
        true => serde_json::from_slice::<Problem>(&bytes(response, MAX_PROBLEM_BYTES).await?).ok(),
        false => None,
    };
    Err(refusal(status, wait, problem))
}

/// What a status and a problem mean. An unknown code is handled by the status.
fn refusal(status: StatusCode, wait: Option<Duration>, problem: Option<Problem>) -> ClientError {
    match (status.as_u16(), problem) {
        (429, _) => ClientError::RateLimited(wait.unwrap_or(Duration::from_secs(1))),
        (503, _) if wait.is_some() => ClientError::Unavailable(wait.unwrap_or_default()),
        (408 | 425 | 500..=599, _) => {
            ClientError::Transient(format!("the platform answered {}", status.as_u16()))
        }
        // Only a problem is the platform's word; a web page with this status is somebody else's.
        (_, None) => {
            ClientError::NotAPlatform("something refuses there, but not in the way a platform does")
        }
        (401, Some(problem)) => match Code::parse(&problem.code) {
            Some(Code::TokenRevoked) => ClientError::Revoked,
            _ => ClientError::SignedOut,
        },
        (410, Some(_)) => ClientError::Gone,
        (_, Some(problem)) if problem.code == Code::HistoryChanged.as_str() => {
            ClientError::Restored
        }
        (_, Some(problem)) if problem.code == Code::CursorInvalid.as_str() => ClientError::Gone,
        (_, Some(problem)) => ClientError::Rejected(problem),
    }
}

/// `Retry-After` in either form; a date counts from the answer's own `Date`. Nonsense and the past
/// are no wait at all, which the caller clamps (fault 30).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<i64>() {
        return Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)));
    }
    let until = http_date(text);
    let from = headers
        .get(DATE)
        .and_then(|date| http_date(date.to_str().ok()?));
    let wait = until.zip(from).map(|(until, from)| until - from);
    Some(wait.and_then(|wait| wait.to_std().ok()).unwrap_or_default())
}

fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text)
        .ok()
        .map(|date| date.to_utc())
}

/// The whole body, refused as soon as it grows beyond `most`.
pub(super) async fn bytes(response: Response<Body>, most: u64) -> Result<Bytes, ClientError> {
    let mut body = response.into_body();
    let mut all = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        if (all.len() as u64).saturating_add(chunk.len() as u64) > most {
            return Err(ClientError::TooLarge(most));
        }
        all.extend_from_slice(&chunk);
    }
    Ok(all.into())
}

/// The whole body as JSON.
pub(super) async fn json<T: DeserializeOwned>(
    response: Response<Body>,
    most: u64,
) -> Result<T, ClientError> {
    let body = bytes(response, most).await?;
    serde_json::from_slice(&body).map_err(|error| {
        ClientError::Protocol(format!("the platform's answer does not read: {error}"))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    http::header::HeaderName::from_static(name),
                    value.parse().unwrap(),
                )
            })
            .collect()
    }

    #[test]
    fn retry_after_reads_seconds_and_dates() {
        let wait = |pairs: &[(&'static str, &str)]| retry_after(&headers(pairs));
        assert_eq!(wait(&[]), None);
        assert_eq!(
            wait(&[("retry-after", "3600")]),
            Some(Duration::from_secs(3600))
        );
        assert_eq!(wait(&[("retry-after", "-5")]), Some(Duration::ZERO));
        assert_eq!(wait(&[("retry-after", "soon")]), Some(Duration::ZERO));
        let date = ("date", "Fri, 20 Nov 2026 03:00:00 GMT");
        assert_eq!(
            wait(&[("retry-after", "Fri, 20 Nov 2026 03:00:30 GMT"), date]),
            Some(Duration::from_secs(30))
        );
        assert_eq!(
            wait(&[("retry-after", "Thu, 19 Nov 2026 03:00:30 GMT"), date]),
            Some(Duration::ZERO)
        );
    }

    #[test]
    fn only_a_problem_is_the_platforms_word() {
        let problem = |code: Code| Some(Problem::new(code, None));
        let read =
            |status: u16, problem| refusal(StatusCode::from_u16(status).unwrap(), None, problem);
        assert_eq!(
            read(401, problem(Code::TokenMissing)),
            ClientError::SignedOut
        );
        assert_eq!(read(401, problem(Code::TokenRevoked)), ClientError::Revoked);
        assert!(matches!(read(401, None), ClientError::NotAPlatform(_)));
        assert!(matches!(read(404, None), ClientError::NotAPlatform(_)));
        assert_eq!(read(410, problem(Code::CursorGone)), ClientError::Gone);
        assert_eq!(read(400, problem(Code::CursorInvalid)), ClientError::Gone);
        assert!(matches!(
            read(403, problem(Code::Forbidden)),
            ClientError::Rejected(_)
        ));
        assert!(matches!(read(502, None), ClientError::Transient(_)));
        assert!(matches!(read(503, None), ClientError::Transient(_)));
    }
}
