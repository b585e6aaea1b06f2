//! The security policy for every request and response.

use super::ApiError;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Duration;

/// The page may load, run and show only what this server sends, and no other page may frame it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
    connect-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// How long a response may take to begin.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(120);

/// Whether the server can be reached from this machine only. It then rejects requests for any
/// other host name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoopbackOnly(pub bool);

/// Rejects requests of pages from other sites, and adds the security headers to every response.
pub async fn enforce_policy(
    State(loopback_only): State<LoopbackOnly>,
    request: Request,
    next: Next,
) -> Response {
    let allowed = is_ours(request.headers(), request.method(), loopback_only.0);
    let mut response = match allowed {
        true => match tokio::time::timeout(RESPONSE_TIMEOUT, next.run(request)).await {
            Ok(response) => response,
            Err(_) => {
                ApiError::unavailable("this took too long; try again in a moment").into_response()
            }
        },
        false => ApiError::cross_origin().into_response(),
    };
    let headers = response.headers_mut();
    let rules: [(HeaderName, &'static str); 5] = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in rules {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let kept = headers.entry(header::CACHE_CONTROL);
    kept.or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whether a request comes from a page that this server sent. A page of another site must not
/// use a server on this machine, neither through another host name that resolves to it (so the
/// `Host` header is checked) nor by its own requests (so the `Origin` header is).
fn is_ours(headers: &HeaderMap, method: &Method, loopback_only: bool) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let Some(host) = text(header::HOST) else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let here = name == "localhost"
        || name.trim_matches(['[', ']']).parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    if loopback_only && !here {
        return false;
    }
    let of_page = match headers.get(header::ORIGIN) {
        None => text(HeaderName::from_static("sec-fetch-site"))
            .is_none_or(|site| matches!(site, "same-origin" | "none")),
        Some(origin) => origin.to_str().is_ok_and(|origin| {
            origin.split_once("://").is_some_and(|(_, origin)| origin.eq_ignore_ascii_case(host))
        }),
    };
    of_page || *method == Method::GET && headers.get(header::ORIGIN).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(host: &str, origin: Option<&str>, loopback_only: bool) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        is_ours(&headers, &Method::POST, loopback_only)
    }

    #[test]
    fn only_pages_of_this_studio_are_answered() {
        for host in ["localhost:8765", "127.0.0.1:8765", "[::1]:8765", "127.0.0.1"] {
            assert!(ours(host, Some(&format!("http://{host}")), true), "{host}");
            assert!(ours(host, None, true), "{host}");
            assert!(!ours(host, Some("http://evil.example"), true), "{host}");
            assert!(!ours(host, Some("null"), true), "{host}");
        }
        // A name of somebody else's that leads to this machine.
        assert!(!ours("evil.example:8765", Some("http://evil.example:8765"), true));
        assert!(!ours("127.0.0.1.evil.example", None, true));
        // A page of another site that does not say which.
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "localhost:8765".parse().unwrap());
        headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
        assert!(!is_ours(&headers, &Method::POST, true));
        assert!(is_ours(&headers, &Method::GET, true), "a link to the page");
        // In a house with other machines its name is whatever they call it.
        assert!(ours("piano.local:8765", Some("http://piano.local:8765"), false));
        assert!(!ours("piano.local:8765", Some("http://evil.example"), false));
        assert!(!is_ours(&HeaderMap::new(), &Method::GET, false));
    }
}
