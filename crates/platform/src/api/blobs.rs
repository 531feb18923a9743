//! `GET` and `PUT /v1/blobs/{sha256}`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;
use watchkeeper_wire::problem::{Code, Problem};

use crate::Platform;
use crate::auth::SignedIn;
use crate::blobs::{PutError, Took, is_name};
use crate::problem::ApiError;

/// A document, or a part of it, for whoever sees a record that names it.
#[utoipa::path(get, path = "/v1/blobs/{sha256}", tag = "blobs", params(
    ("sha256" = String, Path, description = "SHA-256 of the bytes, hex"),
    ("Range" = Option<String>, Header, description = "One range, such as `bytes=1000-`"),
), responses(
    (status = 200, content_type = "application/octet-stream", body = Vec<u8>),
    (status = 206, content_type = "application/octet-stream", body = Vec<u8>),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 416, description = "No such range; `Content-Range` says the size"),
))]
pub async fn get(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
    Path(sha256): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let sight = platform.packs.sight(&access).await?;
    let named = is_name(&sha256)
        && platform
            .store
            .names_blob(&access.tenant, &sha256, &access.regions, &sight)
            .await?;
    if !named {
        return Err(Code::NotFound.into());
    }
    let path = platform.blobs.path(&access.tenant, &sha256);
    let mut file = match tokio::fs::File::open(path).await {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Code::NotFound.into());
        }
        Err(error) => return Err(error.into()),
    };
    let size = file.metadata().await?.len();
    let range = headers.get(header::RANGE).and_then(|v| v.to_str().ok());
    let (from, to, status) = match range.map(|range| part(range, size)) {
        None | Some(Part::Ignored) => (0, size, StatusCode::OK),
        Some(Part::Of(from, to)) => (from, to, StatusCode::PARTIAL_CONTENT),
        Some(Part::Outside) => {
            let size = format!("bytes */{size}");
            let headers = [(header::CONTENT_RANGE, size)];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response());
        }
    };
    file.seek(std::io::SeekFrom::Start(from)).await?;
    let body = Body::from_stream(ReaderStream::new(file.take(to - from)));
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(to - from));
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(value) = HeaderValue::from_str(&format!("bytes {from}-{}/{size}", to - 1))
    {
        headers.insert(header::CONTENT_RANGE, value);
    }
    Ok(response)
}

/// Takes a document, whole or from where the last part ended.
#[utoipa::path(put, path = "/v1/blobs/{sha256}", tag = "blobs", params(
    ("sha256" = String, Path, description = "SHA-256 of the bytes, hex"),
    ("Content-Range" = Option<String>, Header, description = "Such as `bytes 1000-1999/5000`"),
), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 201, description = "Whole and verified"),
    (status = 202, description = "A part; `Range` says what is held"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 413, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
    (status = 507, body = Problem, content_type = "application/problem+json"),
))]
pub async fn put(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
    Path(sha256): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    if !is_name(&sha256) {
        return Err(Code::NotFound.into());
    }
    let (offset, total) = match headers.get(header::CONTENT_RANGE) {
        None => (0, None),
        Some(value) => {
            let range = value.to_str().ok().and_then(content_range);
            let (offset, total) = range.ok_or_else(|| {
                ApiError::new(Code::BodyInvalid, "Content-Range: bytes FIRST-LAST/SIZE")
            })?;
            (offset, Some(total))
        }
    };
    let stream = body.into_data_stream();
    let took = platform
        .blobs
        .put(&access.tenant, &sha256, offset, total, stream)
        .await;
    match took {
        Ok(Took::Whole) => Ok(StatusCode::CREATED.into_response()),
        Ok(Took::Part(held)) => {
            let mut response = StatusCode::ACCEPTED.into_response();
            if let Some(range) = held_range(held) {
                response.headers_mut().insert(header::RANGE, range);
            }
            Ok(response)
        }
        Err(PutError::Offset { held }) => {
            let error = ApiError::from(Code::BlobOffset);
            Err(match held_range(held) {
                Some(range) => error.header(header::RANGE, range),
                None => error,
            })
        }
        Err(PutError::Busy) => Err(ApiError::from(Code::Busy).retry_after(1)),
        Err(PutError::Mismatch) => Err(Code::BlobMismatch.into()),
        Err(PutError::TooLarge) => Err(Code::TooLarge.into()),
        Err(PutError::Full) => Err(Code::Quota.into()),
        Err(PutError::Broken) => Err(Code::BodyInvalid.into()),
        Err(PutError::Io(error)) => Err(error.into()),
    }
}

enum Part {
    Ignored,
    Of(u64, u64),
    Outside,
}

/// One range of bytes; several, or another unit, are answered with the whole (RFC 9110).
fn part(range: &str, size: u64) -> Part {
    let Some((first, last)) = range
        .strip_prefix("bytes=")
        .filter(|range| !range.contains(','))
        .and_then(|range| range.split_once('-'))
    else {
        return Part::Ignored;
    };
    let (from, to) = match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(from), Ok(last)) if last >= from => (from, last.saturating_add(1).min(size)),
        (Ok(from), Err(_)) if last.trim().is_empty() => (from, size),
        (Err(_), Ok(suffix)) if first.trim().is_empty() => (size.saturating_sub(suffix), size),
        _ => return Part::Ignored,
    };
    if from < to {
        Part::Of(from, to)
    } else {
        Part::Outside
    }
}

/// Offset and size of `bytes FIRST-LAST/SIZE`.
fn content_range(value: &str) -> Option<(u64, u64)> {
    let (range, size) = value.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, size): (u64, u64, u64) =
        (first.parse().ok()?, last.parse().ok()?, size.parse().ok()?);
    (first <= last && last < size).then_some((first, size))
}

/// What is held, as a range; none where nothing is.
fn held_range(held: u64) -> Option<HeaderValue> {
    let last = held.checked_sub(1)?;
    HeaderValue::from_str(&format!("bytes=0-{last}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(range: &str, size: u64) -> Option<(u64, u64)> {
        match part(range, size) {
            Part::Of(from, to) => Some((from, to)),
            Part::Ignored | Part::Outside => None,
        }
    }

    #[test]
    fn ranges_are_read_as_rfc_9110_says() {
        assert_eq!(of("bytes=0-9", 100), Some((0, 10)));
        assert_eq!(of("bytes=90-", 100), Some((90, 100)));
        assert_eq!(of("bytes=-5", 100), Some((95, 100)));
        assert_eq!(of("bytes=90-500", 100), Some((90, 100)));
        assert_eq!(of("bytes=-500", 100), Some((0, 100)));
        assert!(matches!(part("bytes=100-", 100), Part::Outside));
        for ignored in [
            "bytes=9-0",
            "bytes=0-1,4-5",
            "lines=0-1",
            "bytes=x-y",
            "bytes=-",
        ] {
            assert!(matches!(part(ignored, 100), Part::Ignored), "{ignored}");
        }
    }
}
