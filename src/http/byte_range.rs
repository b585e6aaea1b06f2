//! Byte ranges in responses: some browsers (above all those of iPhones) play only sound that
//! they can request in parts.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::ops::RangeInclusive;

/// A response with `bytes` of media type `kind`, or the part of them that the request's `Range`
/// header asks for (RFC 9110, section 14). Several ranges, or an invalid one, get the whole
/// content.
pub fn whole_or_range(asked: &HeaderMap, kind: &'static str, mut bytes: Vec<u8>) -> Response {
    let all = bytes.len();
    let range = asked.get(header::RANGE).and_then(|range| range.to_str().ok());
    let told = |response: &mut Response, text: String| {
        let value = HeaderValue::from_str(&text).expect("numbers are plain text");
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::ACCEPT_RANGES, "bytes")];
    match range.and_then(|range| byte_range(range, all)) {
        None => (headers, bytes).into_response(),
        Some(None) => {
            let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            told(&mut response, format!("bytes */{all}"));
            response
        }
        Some(Some(byte_range)) => {
            let (first, last) = byte_range.into_inner();
            bytes.truncate(last + 1);
            bytes.drain(..first);
            let mut response = (StatusCode::PARTIAL_CONTENT, headers, bytes).into_response();
            told(&mut response, format!("bytes {first}-{last}/{all}"));
            response
        }
    }
}

/// The bytes that a `Range` header asks for, of content of length `all`. The outer `None` means
/// that the header is not a single byte range; the inner `None` that the content has no such
/// bytes.
fn byte_range(range: &str, all: usize) -> Option<Option<RangeInclusive<usize>>> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| text.parse::<usize>().ok();
    let byte_range = match (first.trim(), last.trim()) {
        // The last `count` bytes.
        ("", count) => all.saturating_sub(number(count)?)..=all.checked_sub(1)?,
        (first, "") => number(first)?..=all.checked_sub(1)?,
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            first..=last.min(all.checked_sub(1)?)
        }
    };
    Some((!byte_range.is_empty()).then_some(byte_range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_the_standard_says() {
        // The examples of RFC 9110, 14.1.2, for 10 000 bytes.
        let of = |range: &str| byte_range(range, 10_000);
        assert_eq!(of("bytes=0-499"), Some(Some(0..=499)));
        assert_eq!(of("bytes=500-999"), Some(Some(500..=999)));
        assert_eq!(of("bytes=-500"), Some(Some(9500..=9999)));
        assert_eq!(of("bytes=9500-"), Some(Some(9500..=9999)));
        assert_eq!(of("bytes=0-1"), Some(Some(0..=1)));
        assert_eq!(of("bytes=9999-20000"), Some(Some(9999..=9999)));
        assert_eq!(of("bytes=10000-"), Some(None));
        assert_eq!(of("bytes=-0"), Some(None));
        for none in ["bytes=5-2", "bytes=0-0,-1", "bytes=a-b", "bytes=", "steps=0-1", "bytes=-"] {
            assert_eq!(of(none), None, "{none}");
        }
        assert_eq!(byte_range("bytes=0-1", 0), None);
    }
}
