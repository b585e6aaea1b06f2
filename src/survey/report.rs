//! What the answers say.

use super::rating::mean;
use super::{Agreement, PUBLISHED, Published, Rating, Share};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What one participant has said of one excerpt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The participant, by a number that means nothing else.
    pub participant: i64,
    /// The excerpt, by its place in the survey.
    pub excerpt: usize,
    /// At which place the participant heard it, from 1.
    pub place: usize,
    /// 1 to 10.
    pub rating: u8,
    /// Whether a human could have composed it.
    pub human: bool,
    /// When it was given, in milliseconds since 1970.
    pub at: i64,
}

/// A survey in figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Its name.
    pub survey: String,
    /// How many have begun it.
    pub participants: usize,
    /// How many have rated everything.
    pub finished: usize,
    /// How many answers there are.
    pub answers: usize,
    /// The excerpts, in the order of the survey.
    pub excerpts: Vec<ExcerptResult>,
    /// The models, and what the real pieces are called together.
    pub models: Vec<ModelResult>,
    /// How much those agree who have rated everything.
    pub agreement: Option<Agreement>,
    /// Published figures, to be put beside.
    pub published: &'static [Published],
}

/// The figures of one excerpt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExcerptResult {
    /// What it is.
    pub title: String,
    /// Whose it is.
    pub model: String,
    /// Whether it is real.
    pub real: bool,
    /// How it was rated; nothing if nobody has.
    pub rating: Option<Rating>,
    /// Believability: who thought that a human could have composed it.
    pub believed: Share,
    /// Who took it for a machine's: for a real one, those who were wrong.
    pub taken_for_a_machines: usize,
    /// Whether it was preferred to the real music; for generated ones, where somebody has rated both.
    pub preference: Option<Preference>,
}

/// The figures of all excerpts of a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelResult {
    /// Its name.
    pub model: String,
    /// Whether it is real music.
    pub real: bool,
    /// How many excerpts of it there are.
    pub excerpts: usize,
    /// How they were rated.
    pub rating: Option<Rating>,
    /// Who thought that a human could have composed them: answers, not participants.
    pub believed: Share,
    /// Which answers took them for a machine's.
    pub taken_for_a_machines: usize,
    /// Whether they were preferred to the real music.
    pub preference: Option<Preference>,
}

/// How participants rated something, and how the real music: the mean of what they rated of either.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Preference {
    /// Those who rated it higher.
    pub preferred: Share,
    /// Those who rated both alike.
    pub alike: usize,
    /// Those who rated the real music higher.
    pub real_preferred: usize,
}

impl Report {
    /// Of all answers. `excerpts` are title, model, and whether it is real, in the survey's order.
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

/// The ratings of those who have rated everything, in the order of the excerpts.
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
    /// Of ratings by participant; nothing if nobody has rated both.
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
