//! The results of a survey.

use super::rating::mean;
use super::{Agreement, PUBLISHED, Published, Rating, Share};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One participant's answer about one excerpt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The participant's number.
    pub participant: i64,
    /// The excerpt's position in the survey.
    pub excerpt: usize,
    /// The position at which the participant heard it, from 1.
    pub place: usize,
    /// The rating, 1 to 10.
    pub rating: u8,
    /// Whether the participant believes that a human could have composed it.
    pub human: bool,
    /// The time of the answer, in milliseconds since 1970.
    pub at: i64,
}

/// The results of a survey.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The name of the survey.
    pub survey: String,
    /// How many participants have joined.
    pub participants: usize,
    /// How many of them have rated everything.
    pub finished: usize,
    /// How many answers there are.
    pub answers: usize,
    /// The excerpts in the order of the survey.
    pub excerpts: Vec<ExcerptResult>,
    /// The models, and the common names of the real pieces.
    pub models: Vec<ModelResult>,
    /// How much the participants who have rated everything agree.
    pub agreement: Option<Agreement>,
    /// Published results for comparison.
    pub published: &'static [Published],
}

/// The results for one excerpt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExcerptResult {
    /// Its title.
    pub title: String,
    /// Its model.
    pub model: String,
    /// Whether it is real music.
    pub real: bool,
    /// Its rating, if anybody has rated it.
    pub rating: Option<Rating>,
    /// Believability: how many answers say that a human could have composed it.
    pub believed: Share,
    /// How many answers say that a machine composed it. For a real excerpt, these are
    /// wrong.
    pub taken_for_a_machines: usize,
    /// Whether participants preferred it to the real music: for a generated excerpt, if
    /// some have rated both.
    pub preference: Option<Preference>,
}

/// The results for all excerpts of a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelResult {
    /// The name of the model.
    pub model: String,
    /// Whether it is real music.
    pub real: bool,
    /// How many excerpts it has.
    pub excerpts: usize,
    /// The rating of its excerpts.
    pub rating: Option<Rating>,
    /// How many answers say that a human could have composed them (answers, not
    /// participants).
    pub believed: Share,
    /// How many answers say that a machine composed them.
    pub taken_for_a_machines: usize,
    /// Whether participants preferred them to the real music.
    pub preference: Option<Preference>,
}

/// Participants' preference between some music and the real music, by the mean of each one's
/// ratings of either.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Preference {
    /// Those who rated this music higher.
    pub preferred: Share,
    /// Those who rated both equally.
    pub alike: usize,
    /// Those who rated the real music higher.
    pub real_preferred: usize,
}

impl Report {
    /// The results of all answers. `excerpts` has the title and the model of each, and
    /// whether it is real, in the survey's order.
    pub fn of(
        survey: &str,
        participants: usize,
        excerpts: &[(String, String, bool)],
        answers: &[Answer],
    ) -> Report {
        let of_participants = |which: &dyn Fn(usize) -> bool| {
            let mut ratings: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
            for answer in answers.iter().filter(|answer| which(answer.excerpt)) {
                ratings.entry(answer.participant).or_default().push(f64::from(answer.rating));
            }
            ratings
        };
        let real = of_participants(&|excerpt| excerpts[excerpt].2);
        let figures = |which: &dyn Fn(usize) -> bool, is_real: bool| {
            let ratings = of_participants(which);
            let believed = answers.iter().filter(|it| which(it.excerpt) && it.human).count();
            let of = answers.iter().filter(|it| which(it.excerpt)).count();
            let preference = if is_real { None } else { Preference::of(&ratings, &real) };
            let by_participant: Vec<_> = ratings.into_values().collect();
            (Rating::of(&by_participant), Share::new(believed, of), of - believed, preference)
        };
        let of_excerpt = |(index, (title, model, real)): (usize, &(String, String, bool))| {
            let (rating, believed, taken_for_a_machines, preference) =
                figures(&|excerpt| excerpt == index, *real);
            let (title, model, real) = (title.clone(), model.clone(), *real);
            ExcerptResult { title, model, real, rating, believed, taken_for_a_machines, preference }
        };
        let names: BTreeSet<(bool, &String)> =
            excerpts.iter().map(|(_, model, real)| (*real, model)).collect();
        let of_model = |(real, model): (bool, &String)| {
            let of_it =
                |excerpt: usize| excerpts[excerpt].1 == *model && excerpts[excerpt].2 == real;
            let (rating, believed, taken_for_a_machines, preference) = figures(&of_it, real);
            let count = (0..excerpts.len()).filter(|&excerpt| of_it(excerpt)).count();
            let (model, excerpts) = (model.clone(), count);
            ModelResult {
                model,
                real,
                excerpts,
                rating,
                believed,
                taken_for_a_machines,
                preference,
            }
        };
        let complete: Vec<_> = complete(answers, excerpts.len());
        Report {
            survey: survey.to_owned(),
            participants,
            finished: complete.len(),
            answers: answers.len(),
            excerpts: excerpts.iter().enumerate().map(of_excerpt).collect(),
            models: names.into_iter().map(of_model).collect(),
            agreement: Agreement::of(&complete),
            published: &PUBLISHED,
        }
    }
}

/// The ratings by participants who have rated everything, in the order of the excerpts.
fn complete(answers: &[Answer], excerpts: usize) -> Vec<Vec<f64>> {
    let mut by_participant: BTreeMap<i64, BTreeMap<usize, f64>> = BTreeMap::new();
    for answer in answers {
        let ratings = by_participant.entry(answer.participant).or_default();
        ratings.insert(answer.excerpt, f64::from(answer.rating));
    }
    let all = by_participant.into_values().filter(|ratings| ratings.len() == excerpts);
    all.map(|ratings| ratings.into_values().collect()).collect()
}

impl Preference {
    /// From ratings by participant; `None` if no participant has rated both.
    fn of(these: &BTreeMap<i64, Vec<f64>>, real: &BTreeMap<i64, Vec<f64>>) -> Option<Preference> {
        let both = these.iter().filter_map(|(participant, ratings)| {
            Some((mean(ratings)?, mean(real.get(participant)?)?))
        });
        let both: Vec<(f64, f64)> = both.collect();
        let count = |which: fn(&&(f64, f64)) -> bool| both.iter().filter(which).count();
        (!both.is_empty()).then(|| Preference {
            preferred: Share::new(count(|(this, real)| this > real), both.len()),
            alike: count(|(this, real)| this == real),
            real_preferred: count(|(this, real)| this < real),
        })
    }
}
