//! An HTTP/1.1 client that sends exactly the bytes that a test means.

use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// What a header says; its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// Held by a test that opens many connections at once: often a process may have 1024 open files, and all tests
/// share them.
pub fn many_connections() -> MutexGuard<'static, ()> {
    static ONE_CROWD: Mutex<()> = Mutex::new(());
    ONE_CROWD.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Sends a request and reads the answer to its end.
pub fn ask(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    try_to_ask(port, method, path, headers, body).expect("an answer")
}

/// The same, where there may be no answer.
pub fn try_to_ask(
    port: u16,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        request += &format!("Host: 127.0.0.1:{port}\r\n");
    }
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("Content-Length: {}\r\n\r\n", body.len());
    stream.write_all(request.as_bytes())?;
    // Whoever refuses a body may close before it is all there.
    let _ = stream.write_all(body);
    let mut bytes = Vec::new();
    let mut buffer = [0; 1 << 14];
    let mut end = None;
    // To the end of the connection, or of what was promised: not everybody closes.
    while end.is_none_or(|end| bytes.len() < end + promised(&bytes[..end])) {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => bytes.extend(&buffer[..count]),
            Err(error) if bytes.is_empty() => return Err(error),
            Err(_) => break,
        }
        end = end.or_else(|| Some(bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4));
    }
    let Some(end) = end else { return Err(std::io::ErrorKind::UnexpectedEof.into()) };
    let end = end - 4;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let mut body = bytes.split_off(end + 4);
    if head.to_lowercase().contains("transfer-encoding: chunked") {
        body = unchunked(&body);
    }
    Ok(Answer { status, head, body })
}

/// Sends JSON.
pub fn post(port: u16, path: &str, body: &Value) -> Answer {
    let body = body.to_string();
    ask(port, "POST", path, &[("Content-Type", "application/json")], body.as_bytes())
}

pub fn get(port: u16, path: &str) -> Answer {
    ask(port, "GET", path, &[], b"")
}

/// How long the body is by the word of the head; without a word it goes on to the end.
fn promised(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    length.and_then(|length| length.trim().parse().ok()).unwrap_or(usize::MAX / 2)
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&bytes[..end]).unwrap_or("0");
        let size = usize::from_str_radix(size, 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        body.extend(&bytes[end + 2..end + 2 + size]);
        bytes = &bytes[end + 4 + size..];
    }
    body
}
