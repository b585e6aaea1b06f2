//! A real browser: headless Chromium, driven by WebDriver. Without one, tests say that they are skipped.

use crate::http::{Answer, ask};
use crate::skipped::skipped;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// A browser with one page.
pub struct Browser {
    port: u16,
    session: String,
    driver: Child,
    /// One at a time: two browsers would take each other's processors.
    _alone: MutexGuard<'static, ()>,
}

static ALONE: Mutex<()> = Mutex::new(());

impl Browser {
    /// Opens a page in a window of a size, with a folder for what is downloaded; nothing where there is
    /// no browser.
    pub fn open(page: &str, (width, height): (u32, u32), downloads: &Path) -> Option<Browser> {
        let alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut driver) = driver else {
            skipped("no chromedriver here (Debian: apt-get install chromium chromium-driver)");
            return None;
        };
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let (_, port) = line.strip_suffix('.').unwrap_or(&line).rsplit_once("on port ")?;
            // First it says that it begins on port 0, which is any.
            port.parse().ok().filter(|&port: &u16| port > 0)
        });
        let port = port.expect("the driver's port");
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--autoplay-policy=no-user-gesture-required".to_owned(),
        ];
        let options = json!({
            "args": arguments,
            "prefs": { "download.default_directory": downloads.display().to_string() },
        });
        let wanted =
            json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        let body = json!({ "capabilities": { "alwaysMatch": wanted } });
        let begun = send(port, "POST", "/session", &body);
        if begun.status != 200 {
            let _ = driver.kill();
            skipped(&format!("no browser for the driver: {}", begun.text()));
            return None;
        }
        let session = begun.json()["value"]["sessionId"].as_str().unwrap().to_owned();
        let browser = Browser { port, session, driver, _alone: alone };
        // Narrower than any desktop window may be, where a phone is meant.
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        let command = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": metrics });
        browser.tell("POST", "goog/cdp/execute", command);
        browser.tell("POST", "url", json!({ "url": page }));
        Some(browser)
    }

    pub fn tell(&self, method: &str, what: &str, body: Value) -> Value {
        let path = format!("/session/{}/{what}", self.session);
        let answer = send(self.port, method, &path, &body);
        assert_eq!(answer.status, 200, "{what}: {}", answer.text());
        answer.json()["value"].clone()
    }

    pub fn run(&self, script: &str) -> Value {
        self.tell("POST", "execute/sync", json!({ "script": script, "args": [] }))
    }

    pub fn find(&self, css: &str) -> String {
        let found = self.tell("POST", "element", json!({ "using": "css selector", "value": css }));
        found.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned()
    }

    pub fn click(&self, css: &str) {
        // As a person would, out from behind the keyboard.
        self.run(&format!("document.querySelector({css:?}).scrollIntoView({{ block: 'center' }})"));
        let element = self.find(css);
        self.tell("POST", &format!("element/{element}/click"), json!({}));
    }

    pub fn type_into(&self, css: &str, text: &str) {
        let element = self.find(css);
        self.tell("POST", &format!("element/{element}/value"), json!({ "text": text }));
    }

    /// A number that the page tells of itself.
    pub fn number(&self, name: &str) -> f64 {
        let value = self.run(&format!("return document.body.dataset.{name}"));
        value.as_str().and_then(|text| text.parse().ok()).unwrap_or(-1.0)
    }

    pub fn text(&self, css: &str) -> String {
        let script = format!("return document.querySelector({css:?}).textContent");
        self.run(&script).as_str().unwrap().to_owned()
    }

    /// Waits until something is so.
    pub fn wait(&self, what: &str, so: impl Fn(&Browser) -> bool) {
        let start = Instant::now();
        while !so(self) {
            let status = self.text("#status");
            assert!(start.elapsed() < Duration::from_secs(60), "{what}; the page says {status:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// What went wrong in the page, by its own word.
    pub fn faults(&self) -> Vec<String> {
        let log = self.tell("POST", "se/log", json!({ "type": "browser" }));
        let severe = log.as_array().unwrap().iter().filter(|line| line["level"] == "SEVERE");
        severe.map(|line| line["message"].to_string()).collect()
    }

    pub fn is_within_the_window(&self) -> bool {
        let script = "return document.documentElement.scrollWidth <= window.innerWidth";
        self.run(script) == true
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = send(self.port, "DELETE", &format!("/session/{}", self.session), &json!({}));
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn send(port: u16, method: &str, path: &str, body: &Value) -> Answer {
    let body = if method == "POST" { body.to_string() } else { String::new() };
    ask(port, method, path, &[("Content-Type", "application/json")], body.as_bytes())
}
