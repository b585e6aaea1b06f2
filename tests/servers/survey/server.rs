//! Makes a survey of short excerpts and serves it.

use crate::http::{Answer, ask, get, post};
use crate::process::Process;
use crate::sandbox::Sandbox;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

/// How long excerpts are, in seconds.
pub const SECONDS: u64 = 1;

impl Sandbox {
    /// A folder with a survey "first" of two generated pieces and one real one: it does not matter here
    /// whose they are.
    pub fn with_survey() -> Sandbox {
        let sandbox = Sandbox::new();
        sandbox.succeed(&format!(
            "survey new first --generated ours=PIECES/study-in-d.mid ours=PIECES/minuet-in-g.mid \
             --real theirs=PIECES --most 2 --seconds {SECONDS}"
        ));
        sandbox
    }

    /// The report of a survey.
    pub fn report(&self, name: &str) -> Value {
        self.json(&format!("survey report {name}"))
    }
}

/// A server; it is killed when it is dropped.
pub struct Server {
    pub port: u16,
    /// By survey, its link.
    pub links: Vec<(String, String)>,
    /// The organiser's token.
    pub token: String,
    process: Process,
}

impl Server {
    pub fn open(sandbox: &Sandbox) -> Server {
        let mut process = sandbox
            .command("survey serve --port 0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (mut port, mut links, mut token) = (0, Vec::new(), None);
        for line in BufReader::new(process.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            let (name, address) = line.split_once(": ").unwrap();
            let (host, path) = address.strip_prefix("http://").unwrap().split_once('/').unwrap();
            port = host.rsplit_once(':').unwrap().1.parse().unwrap();
            match path.split_once('#') {
                Some((_, found)) => token = Some(found.to_owned()),
                None => links.push((name.to_owned(), path.replace("s/", ""))),
            }
            if token.is_some() {
                break;
            }
        }
        let (token, process) = (token.expect("the organiser's token"), Process(process));
        Server { port, links, token, process }
    }

    /// The link of a survey.
    pub fn link(&self, name: &str) -> &str {
        &self.links.iter().find(|(found, _)| found == name).unwrap().1
    }

    /// Asks it by a signal to close, as Ctrl-C does, and tells how long that took.
    pub fn close(self) -> (ExitStatus, Duration) {
        self.process.close()
    }

    /// Kills it as `kill -9` would, or a power cut.
    pub fn kill(self) {
        self.process.kill();
    }

    /// Somebody takes part.
    pub fn join(&self, name: &str) -> String {
        let joined =
            post(self.port, &format!("/api/surveys/{}/participants", self.link(name)), &json!({}));
        assert_eq!(joined.status, 201, "{}", joined.text());
        joined.json()["participant"].as_str().unwrap().to_owned()
    }

    pub fn fetch(&self, who: &str, place: usize) -> Answer {
        get(self.port, &format!("/api/participants/{who}/{place}/sound.wav"))
    }

    pub fn heard(&self, who: &str, place: usize) -> Answer {
        post(self.port, &format!("/api/participants/{who}/{place}/heard"), &json!({}))
    }

    /// Listens to some excerpts at once: as fast as nobody can, but time is all that can be known.
    pub fn listen(&self, who: &str, places: impl IntoIterator<Item = usize> + Clone) {
        for place in places.clone() {
            assert_eq!(self.fetch(who, place).status, 200);
        }
        std::thread::sleep(Duration::from_secs(SECONDS));
        for place in places {
            let heard = self.heard(who, place);
            assert_eq!(heard.status, 204, "{}", heard.text());
        }
    }

    pub fn rate(&self, who: &str, place: usize, what: Value) -> Answer {
        post(self.port, &format!("/api/participants/{who}/{place}/answer"), &what)
    }

    /// As the organiser, with a token.
    pub fn organise(&self, path: &str, token: &str) -> Answer {
        let headers = [("Authorization", &*format!("Bearer {token}"))];
        ask(self.port, "GET", &format!("/api/organiser/{path}"), &headers, b"")
    }
}
