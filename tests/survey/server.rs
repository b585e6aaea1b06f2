//! A survey of short excerpts, and the program itself serving it.

use super::http::{Answer, ask, get, post};
use assert_cmd::cargo::CommandCargoExt;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long excerpts are, in seconds.
pub const SECONDS: u64 = 1;

/// A folder with a file of surveys.
pub struct Sandbox(pub TempDir);

pub fn program(folder: &Path, line: &str) -> Command {
    let mut program = Command::cargo_bin("deep-jammer").unwrap();
    let pieces = concat!(env!("CARGO_MANIFEST_DIR"), "/pieces");
    let words = line.split_whitespace().map(|word| word.replace("PIECES", pieces));
    program.current_dir(folder).args(words);
    program
}

impl Sandbox {
    /// With a survey "first" of two generated pieces and one real one: it does not matter here whose
    /// they are.
    pub fn new() -> Sandbox {
        let sandbox = Sandbox(tempfile::tempdir().unwrap());
        let line = format!(
            "survey new first --generated ours=PIECES/study-in-d.mid ours=PIECES/minuet-in-g.mid \
             --real theirs=PIECES --most 2 --seconds {SECONDS}"
        );
        sandbox.succeed(&line);
        sandbox
    }

    pub fn run(&self, line: &str) -> Output {
        program(self.0.path(), line).output().unwrap()
    }

    /// What is printed.
    pub fn succeed(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "{line}\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What is said.
    pub fn fail(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(1), "{line}");
        String::from_utf8(output.stderr).unwrap()
    }

    pub fn report(&self, name: &str) -> Value {
        serde_json::from_str(&self.succeed(&format!("survey report {name} --json"))).unwrap()
    }
}

/// A server; it is killed when it is dropped.
pub struct Server {
    pub port: u16,
    /// By survey, its link.
    pub links: Vec<(String, String)>,
    /// The organiser's token.
    pub token: String,
    process: Child,
}

impl Server {
    pub fn open(sandbox: &Sandbox) -> Server {
        let mut process = program(sandbox.0.path(), "survey serve --port 0")
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
        Server { port, links, token: token.expect("the organiser's token"), process }
    }

    /// The link of a survey.
    pub fn link(&self, name: &str) -> &str {
        &self.links.iter().find(|(found, _)| found == name).unwrap().1
    }

    /// Asks it by a signal to close, as Ctrl-C does, and tells how long that took.
    pub fn close(mut self) -> (ExitStatus, Duration) {
        let start = Instant::now();
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        (self.process.wait().unwrap(), start.elapsed())
    }

    /// As `kill -9`, or the power, would.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
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

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
