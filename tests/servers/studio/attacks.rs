//! Attackers cannot stop the music of other listeners.

use super::server::Studio;
use crate::http::{ask, get, many_connections, post, try_to_ask};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Somebody who listens, and notices if nothing comes.
struct Listener<'a> {
    studio: &'a Studio,
    piece: String,
    from: u64,
}

impl<'a> Listener<'a> {
    fn new(studio: &'a Studio) -> Listener<'a> {
        let begun = post(studio.port, "/api/pieces", &json!({ "tempo": 120, "metre": "2/4" }));
        assert_eq!(begun.status, 201, "{}", begun.text());
        let begun = begun.json();
        let piece = format!("/api/pieces/{}", begun["piece"].as_str().unwrap());
        Listener { studio, piece, from: begun["end"].as_u64().unwrap() }
    }

    /// A measure lasts a second; it must be there before it is over.
    fn hears_on(&mut self) {
        let start = Instant::now();
        let asked = json!({ "from": self.from, "count": 1 });
        let music = post(self.studio.port, &format!("{}/measures", self.piece), &asked);
        assert_eq!(music.status, 200, "{}", music.text());
        assert!(start.elapsed() < Duration::from_secs(5), "it took {:?}", start.elapsed());
        self.from = music.json()["end"].as_u64().unwrap();
    }
}

#[test]
fn hostile_requests_are_refused_with_a_reason_and_nobody_else_notices() {
    let studio = Studio::open("");
    let mut listener = Listener::new(&studio);
    let port = studio.port;
    let deep = "[".repeat(100_000);
    let long = format!("{{\"seed\": {}}}", "9".repeat(5000));
    let bodies: [&[u8]; 7] =
        [b"", b"{", b"null", b"{\"seed\": -1}", b"\xff\xfe", deep.as_bytes(), long.as_bytes()];
    for body in bodies {
        let answer =
            ask(port, "POST", "/api/pieces", &[("Content-Type", "application/json")], body);
        assert!((400..500).contains(&answer.status), "{}: {}", answer.status, answer.text());
        assert!(answer.json()["error"].is_string());
    }
    // What is not said to be JSON is not taken as such: no form of another page can send it.
    assert_eq!(
        ask(port, "POST", "/api/pieces", &[("Content-Type", "text/plain")], b"{}").status,
        400
    );
    listener.hears_on();

    // MIDI files that are none, that are cut off, that promise too much, that are too long.
    let minuet =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/pieces/minuet-in-g.mid")).unwrap();
    let mut promise = b"MThd\0\0\0\x06\0\x01\xff\xff\x01\xe0".to_vec();
    promise.extend(b"MTrk\xff\xff\xff\xff");
    let mut late = b"MThd\0\0\0\x06\0\0\0\x01\0\x01MTrk\0\0\0\x18".to_vec();
    late.extend(
        b"\x00\x90\x3c\x40\xff\xff\xff\x7f\x80\x3c\x40\xff\xff\xff\x7f\x90\x3c\x40\x00\xff\x2f\x00",
    );
    let huge = vec![0u8; 3 << 20];
    for midi in [&b""[..], b"MThd", &minuet[..40], &promise, &late, &vec![0; 1000], &huge] {
        if let Ok(answer) = try_to_ask(port, "POST", "/api/pieces/midi", &[], midi) {
            let fine = (400..500).contains(&answer.status) || answer.status == 201;
            assert!(fine, "{}: {}", answer.status, answer.text());
        }
    }
    listener.hears_on();

    // Ways out of the page's folder, and things that are not there.
    for path in [
        "/page/../Cargo.toml",
        "/page/..%2fCargo.toml",
        "/page/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/page/",
        "/sounds/22.wav",
        "/sounds/x.wav",
        "/sounds/../60.wav",
        "/api/pieces/x/music.mid",
        "/api/pieces/..%2f..%2f/music.mid",
        "/nowhere",
        "/page/index.html%00.js",
    ] {
        let answer = get(port, path);
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
        assert!(!answer.text().contains("[package]") && !answer.text().contains("root:"));
    }
    assert_eq!(ask(port, "PUT", "/api/pieces", &[], b"{}").status, 405);
    listener.hears_on();
}

#[test]
fn pages_of_others_are_not_answered_and_ours_runs_nothing_but_its_own() {
    let studio = Studio::open("");
    let port = studio.port;
    let foreign = [("Origin", "http://evil.example"), ("Content-Type", "application/json")];
    assert_eq!(ask(port, "POST", "/api/pieces", &foreign, b"{}").status, 403);
    assert_eq!(ask(port, "GET", "/", &[("Host", "evil.example")], b"").status, 403);
    assert_eq!(ask(port, "GET", "/api/studio", &[("Host", "evil.example:80")], b"").status, 403);
    let page = get(port, "/");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"));
    assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    // The page and its scripts name nobody else, and hold no script within.
    for file in [
        "index.html",
        "studio.css",
        "studio.js",
        "session.js",
        "composer.js",
        "request.js",
        "element.js",
        "dials.js",
        "recorder.js",
        "player.js",
        "piano.js",
        "roll.js",
        "keyboard.js",
        "icon.svg",
    ] {
        let answer = get(port, &format!("/page/{file}"));
        assert_eq!(answer.status, 200, "{file}");
        let text = answer.text().replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains("://") && !text.contains("//cdn"), "{file}");
        if file == "index.html" {
            assert!(
                !text.contains("onclick") && !text.contains("style=") && !text.contains("<style")
            );
            assert_eq!(
                text.matches("<script").count(),
                text.matches("<script type=\"module\" src=").count()
            );
        }
    }
}

#[test]
fn slow_clients_and_floods_of_connections_do_not_stop_the_music() {
    let _alone = many_connections();
    let studio = Studio::open("");
    let mut listener = Listener::new(&studio);
    // Nine hundred who say nothing, half a request, or a letter now and then.
    let mut crowd = Vec::new();
    for number in 0..900 {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", studio.port)) else { continue };
        let begun: &[u8] = match number % 3 {
            0 => b"",
            1 => b"POST /api/pieces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{",
            _ => b"GET / HT",
        };
        let _ = stream.write_all(begun);
        crowd.push(stream);
        if number % 150 == 0 {
            listener.hears_on();
        }
    }
    for _ in 0..5 {
        for stream in crowd.iter_mut().step_by(7) {
            let _ = stream.write_all(b"x");
        }
        listener.hears_on();
    }
    // Somebody who asks for much and takes none of it.
    let mut deaf = Vec::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(("127.0.0.1", studio.port)).unwrap();
        let request =
            format!("GET /sounds/21.wav HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", studio.port);
        let _ = stream.write_all(request.repeat(20).as_bytes());
        deaf.push(stream);
    }
    listener.hears_on();
    drop(crowd);
    listener.hears_on();
}

#[test]
fn it_closes_within_a_second_while_people_listen() {
    let _alone = many_connections();
    let studio = Studio::open("");
    let port = studio.port;
    Listener::new(&studio).hears_on();
    // Connections that stay open, one of them in the middle of a request, and files under way.
    let mut open: Vec<TcpStream> = (0..20)
        .map(|number| {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
            let request: Value = json!({ "seed": number, "recipe": null });
            let body = request.to_string();
            let head = format!(
                "POST /api/pieces HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                body.len() + usize::from(number == 3)
            );
            stream.write_all((head + &body).as_bytes()).unwrap();
            stream
        })
        .collect();
    std::thread::sleep(Duration::from_millis(200));
    let (status, took) = studio.close();
    assert_eq!(status.code(), Some(130));
    // A second is promised; a busy machine has some more time to say so.
    assert!(took < Duration::from_secs(5), "{took:?}");
    let mut rest = Vec::new();
    let _ = open[0].set_read_timeout(Some(Duration::from_secs(2)));
    let _ = open[0].read_to_end(&mut rest);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "nobody is there any more");
}
