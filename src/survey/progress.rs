//! What participants do in a survey. Every request is one transaction, and all refusals are
//! decided here.

use super::{Disclosure, Store};
use crate::http::unguessable_name;
use crate::random::shuffle;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

/// How long after joining a participant may continue, in milliseconds: 30 days.
const PARTICIPATION_LIMIT: i64 = 30 * 24 * 3600 * 1000;

/// By how much a participant's clock may run fast, in milliseconds.
const CLOCK_TOLERANCE: i64 = 250;

/// The most participants of a survey, so that nobody can fill the disk.
const MAX_PARTICIPANTS: i64 = 10_000;

/// Why a participant's request is refused.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such survey.
    #[error("there is no such survey; ask whoever sent you the link")]
    NoSurvey,
    /// There is no participant of that name.
    #[error("there is no such participant; open the survey's link again")]
    UnknownParticipant,
    /// The participant joined too long ago.
    #[error(
        "you joined this survey more than 30 days ago; your answers are kept, but you cannot continue"
    )]
    Expired,
    /// The survey is closed.
    #[error("this survey is closed; thank you")]
    Closed,
    /// The survey has the most participants that it can have.
    #[error("this survey is full; thank you")]
    Full,
    /// There is no such excerpt.
    #[error("there is no excerpt {0}")]
    NoExcerpt(usize),
    /// The participant has not listened to the excerpt.
    #[error("listen to the excerpt to its end before you rate it")]
    NotHeard,
    /// The rating is out of range.
    #[error("a rating is a whole number from 1 to 10")]
    OutOfRange,
    /// The participant has rated the excerpt already.
    #[error("you have rated this excerpt already; the first answer counts")]
    AlreadyRated,
    /// The database has failed.
    #[error("the answer could not be saved: {0}; try again")]
    Database(#[from] rusqlite::Error),
}

/// What the link of a survey shows before one joins.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SurveyInfo {
    /// What participants are told about the excerpts.
    pub told: Disclosure,
    /// How long each excerpt is, in seconds.
    pub seconds: f64,
    /// How many excerpts there are.
    pub excerpts: usize,
}

/// What a participant has done so far.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Progress {
    /// What the participant was told about the excerpts.
    pub told: Disclosure,
    /// How long each excerpt is, in seconds.
    pub seconds: f64,
    /// The excerpts in the participant's order. They do not depend on what the excerpts
    /// are.
    pub turns: Vec<ExcerptProgress>,
}

/// What a participant has done with one excerpt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ExcerptProgress {
    /// Whether the participant has listened to it.
    pub heard: bool,
    /// Whether the participant has rated it.
    pub answered: bool,
}

impl Store {
    /// Describes the survey with that link.
    pub fn about(&self, link: &str) -> Result<SurveyInfo, Refusal> {
        let find = "SELECT told, seconds, (SELECT count(*) FROM excerpts WHERE survey = surveys.id)
                    FROM surveys WHERE link = ?1";
        let found = self.connection.query_row(find, [link], |row| {
            let excerpts = row.get::<_, i64>(2)? as usize;
            Ok(SurveyInfo { told: told(row.get(0)?), seconds: row.get(1)?, excerpts })
        });
        found.optional()?.ok_or(Refusal::NoSurvey)
    }

    /// Joins a survey: draws a random order of the excerpts, and returns the secret name of
    /// the participant.
    pub fn join(&mut self, link: &str, now: i64) -> Result<String, Refusal> {
        let joining = self.begin_write()?;
        let find = "SELECT id, closed IS NOT NULL FROM surveys WHERE link = ?1";
        let found = joining.query_row(find, [link], |row| Ok((row.get(0)?, row.get(1)?)));
        let (survey, closed): (i64, bool) = found.optional()?.ok_or(Refusal::NoSurvey)?;
        if closed {
            return Err(Refusal::Closed);
        }
        let count = "SELECT count(*) FROM participants WHERE survey = ?1";
        if joining.query_row(count, [survey], |row| row.get::<_, i64>(0))? >= MAX_PARTICIPANTS {
            return Err(Refusal::Full);
        }
        let token = unguessable_name(16);
        joining.execute(
            "INSERT INTO participants (survey, token, began) VALUES (?1, ?2, ?3)",
            params![survey, token, now],
        )?;
        let participant = joining.last_insert_rowid();
        let mut excerpts: Vec<i64> = joining
            .prepare("SELECT id FROM excerpts WHERE survey = ?1 ORDER BY number")?
            .query_map([survey], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        shuffle(&mut excerpts, &mut ChaCha8Rng::from_seed(system_seed()));
        for (place, excerpt) in excerpts.iter().enumerate() {
            joining.execute(
                "INSERT INTO turns (participant, place, excerpt) VALUES (?1, ?2, ?3)",
                params![participant, place as i64, excerpt],
            )?;
        }
        joining.commit()?;
        Ok(token)
    }

    /// What a participant has done so far.
    pub fn progress(&self, token: &str, now: i64) -> Result<Progress, Refusal> {
        let (participant, told, seconds) = participant(&self.connection, token, now)?;
        let turns = self
            .connection
            .prepare(
                "SELECT heard IS NOT NULL, answered IS NOT NULL FROM turns
                 WHERE participant = ?1 ORDER BY place",
            )?
            .query_map([participant], |row| {
                Ok(ExcerptProgress { heard: row.get(0)?, answered: row.get(1)? })
            })?
            .collect::<Result<_, _>>()?;
        Ok(Progress { told, seconds, turns })
    }

    /// The sound of an excerpt, by its position in the participant's order, from 0.
    pub fn sound(&mut self, token: &str, place: usize, now: i64) -> Result<Vec<u8>, Refusal> {
        let fetching = self.begin_write()?;
        let (participant, ..) = participant(&fetching, token, now)?;
        let fetched = "UPDATE turns SET fetched = coalesce(fetched, ?3) WHERE participant = ?1 AND place = ?2";
        fetching.execute(fetched, params![participant, place as i64, now])?;
        let sound = "SELECT sound FROM turns JOIN excerpts ON excerpt = id WHERE participant = ?1 AND place = ?2";
        let sound = fetching.query_row(sound, params![participant, place as i64], |row| row.get(0));
        let sound = sound.optional()?.ok_or(Refusal::NoExcerpt(place + 1))?;
        fetching.commit()?;
        Ok(sound)
    }

    /// Records that a participant has listened to an excerpt, if enough time has passed
    /// since it was first fetched.
    pub fn heard(&mut self, token: &str, place: usize, now: i64) -> Result<(), Refusal> {
        let hearing = self.begin_write()?;
        let (participant, _, seconds) = participant(&hearing, token, now)?;
        let fetched = "SELECT fetched FROM turns WHERE participant = ?1 AND place = ?2";
        let fetched =
            hearing.query_row(fetched, params![participant, place as i64], |row| row.get(0));
        let fetched: Option<i64> = fetched.optional()?.ok_or(Refusal::NoExcerpt(place + 1))?;
        let earliest =
            fetched.ok_or(Refusal::NotHeard)? + (1000.0 * seconds) as i64 - CLOCK_TOLERANCE;
        if now < earliest {
            return Err(Refusal::NotHeard);
        }
        let heard =
            "UPDATE turns SET heard = coalesce(heard, ?3) WHERE participant = ?1 AND place = ?2";
        hearing.execute(heard, params![participant, place as i64, now])?;
        Ok(hearing.commit()?)
    }

    /// Records an answer. When this returns, the answer is on the disk.
    pub fn answer(
        &mut self,
        token: &str,
        place: usize,
        (rating, human): (i64, bool),
        now: i64,
    ) -> Result<(), Refusal> {
        if !(1..=10).contains(&rating) {
            return Err(Refusal::OutOfRange);
        }
        let answering = self.begin_write()?;
        let (participant, ..) = participant(&answering, token, now)?;
        let turn = "SELECT heard, answered FROM turns WHERE participant = ?1 AND place = ?2";
        let turn = answering.query_row(turn, params![participant, place as i64], |row| {
            Ok((row.get(0)?, row.get(1)?))
        });
        let (heard, answered): (Option<i64>, Option<i64>) =
            turn.optional()?.ok_or(Refusal::NoExcerpt(place + 1))?;
        if answered.is_some() {
            return Err(Refusal::AlreadyRated);
        }
        heard.ok_or(Refusal::NotHeard)?;
        let answer = "UPDATE turns SET rating = ?3, human = ?4, answered = ?5 WHERE participant = ?1 AND place = ?2";
        answering.execute(answer, params![participant, place as i64, rating, human, now])?;
        Ok(answering.commit()?)
    }
}

/// A participant who may continue: the number, what was disclosed, and the length of excerpts.
fn participant(
    connection: &Connection,
    token: &str,
    now: i64,
) -> Result<(i64, Disclosure, f64), Refusal> {
    let find = "SELECT participants.id, began, closed IS NOT NULL, told, seconds
                FROM participants JOIN surveys ON survey = surveys.id WHERE token = ?1";
    let found = connection.query_row(find, [token], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
    });
    let (id, began, closed, told, seconds): (i64, i64, bool, String, f64) =
        found.optional()?.ok_or(Refusal::UnknownParticipant)?;
    if closed {
        return Err(Refusal::Closed);
    }
    if now - began > PARTICIPATION_LIMIT {
        return Err(Refusal::Expired);
    }
    Ok((id, self::told(told), seconds))
}

fn told(word: String) -> Disclosure {
    if word == "mixed" { Disclosure::Mixed } else { Disclosure::AllGenerated }
}

/// A random seed from the operating system, so that nobody can predict the order.
fn system_seed() -> [u8; 32] {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).expect("the system has random numbers");
    seed
}
