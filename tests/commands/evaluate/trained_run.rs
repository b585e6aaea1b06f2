//! A sandbox with a trained run, and access to the parts of an evaluation.

use crate::sandbox::{PIECES, Sandbox};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

impl Sandbox {
    /// A folder in which `music` holds copies of the three pieces, in folders of two composers, and `run`
    /// is a run that has learned from two of them.
    pub fn with_run() -> Sandbox {
        let sandbox = Sandbox::new();
        for (folder, name) in
            [("bach", "prelude-in-c"), ("petzold", "minuet-in-g"), ("petzold", "study-in-d")]
        {
            let folder = sandbox.path("music").join(folder);
            fs::create_dir_all(&folder).unwrap();
            let file = format!("{name}.mid");
            fs::copy(Path::new(PIECES).join(&file), folder.join(&file)).unwrap();
        }
        sandbox.succeed(
            "train music --run run --time 6,5 --note 4,3 --batch 2 --epochs 3 --validation 0.3",
        );
        sandbox
    }

    /// The files of one split of the run, as they are named from here.
    pub fn split(&self, split: &str) -> Vec<String> {
        let dataset: Value = serde_json::from_str(&self.text("run/dataset.json")).unwrap();
        let files = dataset["files"].as_array().unwrap().iter();
        let of_split = files.filter(|file| file["split"] == split);
        let name =
            |file: &Value| format!("music/{}/{}.mid", text(&file["folder"]), text(&file["name"]));
        of_split.map(name).collect()
    }
}

/// One sandbox for all tests that change nothing in it.
pub fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(Sandbox::with_run)
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// The names of those who were evaluated.
pub fn listeners(evaluation: &Value) -> Vec<&str> {
    let reports = evaluation["reports"].as_array().unwrap().iter();
    reports.map(|report| text(&report["listener"])).collect()
}
