//! Primers as model files hold them.

use super::Primer;
use crate::roll::{Keys, Roll, Step};
use crate::score::{KeySignature, Metre};
use serde::{Deserialize, Serialize};

/// A primer as model files and recipes hold it. A step is the keys that sound and, after a colon,
/// the keys among them that are struck, as hexadecimal numbers with key 0 (A0) in the lowest bit. Steps
/// are separated by spaces, and `-` is a rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    source: String,
    /// The mean tempo.
    tempo: u32,
    /// The changes of tempo by step, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tempos: Option<Vec<(usize, u32)>>,
    sharps: Option<i8>,
    minor: Option<bool>,
    metres: Vec<(usize, String)>,
    steps: String,
}

/// Why a primer cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("its primer from \"{from}\" cannot be read: {what}")]
pub struct PrimerError {
    /// The primer's source.
    pub from: String,
    /// What is wrong with it.
    pub what: String,
}

/// Primers as model files hold them.
pub fn to_records(primers: &[Primer]) -> Vec<Record> {
    primers.iter().map(Record::of).collect()
}

/// Primers from what a model file holds.
pub fn from_records(records: Vec<Record>) -> Result<Vec<Primer>, PrimerError> {
    records.iter().map(Record::primer).collect()
}

/// The primers that can be read back from a model file, and why others cannot.
pub fn readable(primers: Vec<Primer>) -> (Vec<Primer>, Vec<PrimerError>) {
    let (mut readable, mut errors) = (Vec::new(), Vec::new());
    for primer in primers {
        let json = serde_json::to_string(&Record::of(&primer)).expect("a record is always text");
        let record: Result<Record, _> = serde_json::from_str(&json);
        let failed = |what: String| PrimerError { from: primer.source.clone(), what };
        match record.map_err(|error| failed(error.to_string())).and_then(|it| it.primer()) {
            Ok(_) => readable.push(primer),
            Err(error) => errors.push(error),
        }
    }
    (readable, errors)
}

impl Record {
    /// Writes a primer down.
    pub fn of(primer: &Primer) -> Record {
        record(primer)
    }

    /// Where the primer comes from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// How many steps the primer has.
    pub fn steps(&self) -> usize {
        self.steps.split_whitespace().count()
    }

    /// Reads it again.
    pub fn primer(&self) -> Result<Primer, PrimerError> {
        primer(self).map_err(|what| PrimerError { from: self.source.clone(), what })
    }
}

fn record(primer: &Primer) -> Record {
    let Primer { source, roll } = primer;
    let step = |step: &Step| match step.play.is_empty() {
        true => "-".to_owned(),
        false => format!("{:x}:{:x}", step.play.bits(), step.articulate.bits()),
    };
    Record {
        source: source.clone(),
        tempo: roll.mean_tempo(),
        tempos: (roll.tempos().len() > 1)
            .then(|| roll.tempos().iter().map(|at| (at.step, at.tempo)).collect()),
        sharps: roll.key.map(|key| key.sharps),
        minor: roll.key.map(|key| key.minor),
        metres: roll.metres().iter().map(|at| (at.step, at.metre.to_string())).collect(),
        steps: roll.steps().iter().map(step).collect::<Vec<_>>().join(" "),
    }
}

fn primer(record: &Record) -> Result<Primer, String> {
    let mut metres = Vec::new();
    for (step, metre) in &record.metres {
        let metre: Metre = metre.parse().map_err(|error| format!("{error}"))?;
        metres.push((*step, metre));
    }
    let Some((0, first)) = metres.first() else {
        return Err("it has no metre at its start".to_owned());
    };
    let mut roll = Roll::new(*first);
    roll.set_tempo(record.tempo);
    roll.key = record
        .sharps
        .map(|sharps| KeySignature { sharps, minor: record.minor.unwrap_or_default() });
    let mut changes = metres.into_iter().skip(1).peekable();
    for (index, text) in record.steps.split_whitespace().enumerate() {
        while let Some((_, metre)) = changes.next_if(|(step, _)| *step <= index) {
            roll.change_metre(metre);
        }
        roll.push(step(text).ok_or_else(|| format!("\"{text}\" is not a step"))?);
    }
    let tempos = record.tempos.as_deref().unwrap_or_default();
    if !tempos.iter().map(|(step, _)| *step).is_sorted_by(|one, next| one < next) {
        return Err("its tempos are out of order".to_owned());
    }
    let steps = roll.len();
    for &(step, tempo) in tempos.iter().filter(|(step, _)| *step == 0 || *step < steps) {
        roll.change_tempo(step, tempo);
    }
    // Where it ends another may begin.
    while let Some((_, metre)) = changes.next_if(|(step, _)| *step <= roll.len()) {
        roll.change_metre(metre);
    }
    Ok(Primer { source: record.source.clone(), roll })
}

fn step(text: &str) -> Option<Step> {
    if text == "-" {
        return Some(Step::SILENCE);
    }
    let (play, articulate) = text.split_once(':')?;
    let keys = |text| u128::from_str_radix(text, 16).ok().map(Keys::from_bits);
    Some(Step { play: keys(play)?, articulate: keys(articulate)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_primer_survives_being_written_down() {
        let mut roll = Roll::new("6/8".parse().unwrap());
        let chord = Keys::from_iter([0, 39, 87]);
        roll.push(Step { play: chord, articulate: chord });
        roll.push(Step { play: chord, articulate: Keys::from_iter([39]) });
        roll.change_metre("3/4".parse().unwrap());
        roll.push(Step::SILENCE);
        roll.change_metre("2/4".parse().unwrap());
        roll.set_tempo(612_345);
        roll.key = Some(KeySignature { sharps: -3, minor: true });
        let primers = vec![Primer { source: "Bach/fugue".into(), roll }];
        assert_eq!(from_records(to_records(&primers)).unwrap(), primers);
    }

    #[test]
    fn a_primer_in_one_tempo_is_written_as_before_and_others_keep_their_map() {
        let mut roll = Roll::new(Metre::COMMON);
        (0..8).for_each(|_| roll.push(Step::SILENCE));
        roll.set_tempo(612_345);
        let mut primer = Primer { source: "x".into(), roll };
        let before = "{\"source\":\"x\",\"tempo\":612345,\"sharps\":null,\"minor\":null,\
                      \"metres\":[[0,\"4/4\"]],\"steps\":\"- - - - - - - -\"}";
        assert_eq!(serde_json::to_string(&Record::of(&primer)).unwrap(), before);
        let read: Record = serde_json::from_str(before).unwrap();
        assert_eq!(read.primer().unwrap(), primer);

        primer.roll.change_tempo(4, 500_000);
        let text = serde_json::to_string(&Record::of(&primer)).unwrap();
        assert!(text.contains("\"tempos\":[[0,612345],[4,500000]]"), "{text}");
        let read: Record = serde_json::from_str(&text).unwrap();
        assert_eq!(read.primer().unwrap(), primer);

        let with = |tempos: &str| {
            let text = text.replace("[[0,612345],[4,500000]]", tempos);
            serde_json::from_str::<Record>(&text).unwrap().primer().map(|read| read.roll)
        };
        assert!(with("[[4,1],[0,2]]").unwrap_err().to_string().contains("out of order"));
        // What is after its end, and what no file can hold, is not kept.
        let odd = with("[[2,0],[8,7],[9,8]]").unwrap();
        assert_eq!([0, 2, 9].map(|step| odd.tempo_at(step)), [556_173, 60_000, 60_000]);
    }

    #[test]
    fn a_primer_that_could_not_be_read_back_is_told_from_the_others() {
        let primer = |source: &str, numerator| Primer {
            source: source.to_owned(),
            roll: Roll::new(Metre { numerator, denominator_power: 2 }),
        };
        let good = [primer("a \u{0} \u{FFFF} \"b\"", 3), primer("c", 255)];
        let (found, errors) = readable(vec![good[0].clone(), primer("odd", 0), good[1].clone()]);
        assert_eq!(found, good);
        assert_eq!(errors.len(), 1);
        assert!(errors[0].to_string().contains("from \"odd\""), "{}", errors[0]);
    }

    #[test]
    fn what_is_no_primer_is_refused_with_a_reason() {
        let read = |metres: &[(usize, &str)], steps: &str| {
            let metres = metres.iter().map(|(step, metre)| (*step, metre.to_string())).collect();
            let (source, steps) = ("x".to_owned(), steps.to_owned());
            let record = Record {
                source,
                tempo: 500_000,
                tempos: None,
                sharps: None,
                minor: None,
                metres,
                steps,
            };
            from_records(vec![record])
        };
        assert!(read(&[(0, "4/4")], "- 1:1").is_ok());
        let broken =
            [(&[][..], "-"), (&[(3, "4/4")], "-"), (&[(0, "0/4")], "-"), (&[(0, "4/4")], "1")];
        for (metres, steps) in broken {
            let error = read(metres, steps).unwrap_err().to_string();
            assert!(error.contains("from \"x\""), "{error}");
        }
    }
}
