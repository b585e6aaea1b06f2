//! Surveys on disk: one SQLite file for all of them.

use super::report::Answer;
use super::{Excerpt, Report};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// For how long a participant may go on after having begun, in milliseconds: 30 days.
const PATIENCE: i64 = 30 * 24 * 3600 * 1000;

/// By how much a listener's clock may be faster than ours, in milliseconds.
const CLOCKS: i64 = 250;

/// How many participants a survey has at most, so that nobody fills the disk.
const MOST_PARTICIPANTS: i64 = 10_000;

/// How long another program that writes the same file is waited for.
const WAIT: Duration = Duration::from_secs(20);

/// The version of the tables.
const VERSION: i64 = 1;

const TABLES: &str = "
CREATE TABLE surveys (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, link TEXT NOT NULL UNIQUE, told TEXT NOT NULL,
    seconds REAL NOT NULL, created INTEGER NOT NULL, closed INTEGER) STRICT;
CREATE TABLE excerpts (
    id INTEGER PRIMARY KEY, survey INTEGER NOT NULL REFERENCES surveys, number INTEGER NOT NULL,
    model TEXT NOT NULL, real INTEGER NOT NULL CHECK (real IN (0, 1)), title TEXT NOT NULL,
    sound BLOB NOT NULL, UNIQUE (survey, number)) STRICT;
CREATE TABLE participants (
    id INTEGER PRIMARY KEY, survey INTEGER NOT NULL REFERENCES surveys, token TEXT NOT NULL UNIQUE,
    began INTEGER NOT NULL) STRICT;
CREATE TABLE turns (
    participant INTEGER NOT NULL REFERENCES participants, place INTEGER NOT NULL,
    excerpt INTEGER NOT NULL REFERENCES excerpts, fetched INTEGER, heard INTEGER,
    rating INTEGER CHECK (rating BETWEEN 1 AND 10), human INTEGER CHECK (human IN (0, 1)), answered INTEGER,
    PRIMARY KEY (participant, place), UNIQUE (participant, excerpt),
    CHECK ((rating IS NULL) = (answered IS NULL) AND (human IS NULL) = (answered IS NULL)),
    CHECK (answered IS NULL OR heard IS NOT NULL)) STRICT, WITHOUT ROWID;
";

/// A file of surveys.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
}

/// Why a file of surveys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be opened.
    #[error("{} cannot be used as a file of surveys: {reason}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// There is none.
    #[error("there are no surveys in {}; make one with deep-jammer survey new", .0.display())]
    Missing(PathBuf),
    /// The name is taken.
    #[error("there is a survey {0:?} already; choose another name")]
    Exists(String),
    /// There is no such survey.
    #[error("there is no survey {name:?}; there is {}", if others.is_empty() { "none" } else { others })]
    Unknown {
        /// The name.
        name: String,
        /// Those that there are.
        others: String,
    },
    /// The database has failed.
    #[error(
        "the file of surveys has failed: {0}; see whether its folder may be written to and has room"
    )]
    Database(#[from] rusqlite::Error),
}

/// Why something that a participant wants is refused.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such survey.
    #[error("there is no such survey; ask whoever sent you the link")]
    NoSurvey,
    /// There is no such participant.
    #[error("nobody of that name takes part; open the link of the survey again")]
    Forged,
    /// The participant has begun too long ago.
    #[error(
        "you have begun this survey over 30 days ago; what you have answered is kept, but it cannot be gone on with"
    )]
    Stale,
    /// The survey is over.
    #[error("this survey is over; thank you")]
    Closed,
    /// Too many take part.
    #[error("this survey is full; thank you")]
    Full,
    /// There is no such excerpt.
    #[error("there is no excerpt {0}")]
    NoExcerpt(usize),
    /// It has not been listened to.
    #[error("listen to the excerpt to its end before you rate it")]
    NotHeard,
    /// A rating that is none.
    #[error("a rating is a whole number from 1 to 10")]
    OutOfRange,
    /// There is an answer.
    #[error("you have rated this excerpt already; the first answer counts")]
    Twice,
    /// The database has failed.
    #[error("the answer could not be kept: {0}; try again")]
    Database(#[from] rusqlite::Error),
}

/// What participants are told before they listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Told {
    /// That some excerpts were composed by people and some by a program: the truth.
    Mixed,
    /// That every excerpt was composed by a program, as the article's listeners were.
    AllGenerated,
}

/// A survey that is to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey<'a> {
    /// Its name, for the organiser.
    pub name: &'a str,
    /// What participants are told.
    pub told: Told,
    /// How long each excerpt is.
    pub seconds: f64,
}

/// A survey in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// By what its participants find it.
    pub link: String,
    /// How many excerpts it has.
    pub excerpts: usize,
    /// How many have begun it.
    pub participants: usize,
    /// How many answers there are.
    pub answers: usize,
    /// Whether it is over.
    pub closed: bool,
}

/// What can be known of a survey by its link, before taking part.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct About {
    /// What participants are told.
    pub told: Told,
    /// How long each excerpt is, in seconds.
    pub seconds: f64,
    /// How many there are.
    pub excerpts: usize,
}

/// Where a participant stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Taking {
    /// What they are told.
    pub told: Told,
    /// How long each excerpt is, in seconds.
    pub seconds: f64,
    /// The excerpts, in the participant's order. Nothing in it depends on what they are.
    pub turns: Vec<Turn>,
}

/// One excerpt of a participant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Turn {
    /// Whether it has been listened to.
    pub heard: bool,
    /// Whether it has been rated.
    pub answered: bool,
}

impl Store {
    /// Opens a file of surveys, and makes it where there is none.
    pub fn open_or_make(path: &Path) -> Result<Store, StoreError> {
        let unusable = |reason: String| StoreError::Unusable { path: path.to_owned(), reason };
        let mut connection = Connection::open(path).map_err(|error| unusable(error.to_string()))?;
        let prepared = (|| {
            connection.busy_timeout(WAIT)?;
            // An answer is on the disk when its transaction is over, whatever happens then.
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "foreign_keys", true)?;
            let making = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let version: i64 = making.pragma_query_value(None, "user_version", |row| row.get(0))?;
            if version == 0 {
                making.execute_batch(TABLES)?;
                making.pragma_update(None, "user_version", VERSION)?;
            }
            making.commit()?;
            Ok(version)
        })();
        match prepared {
            Ok(0 | VERSION) => Ok(Store { connection }),
            Ok(version) => Err(unusable(format!(
                "it is of version {version}, and this program knows version {VERSION}"
            ))),
            Err(error @ rusqlite::Error::SqliteFailure(..)) => Err(unusable(error.to_string())),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens a file of surveys that must be there.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        match path.is_file() {
            true => Store::open_or_make(path),
            false => Err(StoreError::Missing(path.to_owned())),
        }
    }

    /// Makes a survey of some excerpts, in their order; all of it or nothing. Tells the link by which
    /// participants find it.
    pub fn make(
        &mut self,
        survey: &Survey<'_>,
        excerpts: &[Excerpt],
        now: i64,
    ) -> Result<String, StoreError> {
        let making = self.writing()?;
        let exists = "SELECT 1 FROM surveys WHERE name = ?1";
        if making.query_row(exists, [survey.name], |_| Ok(())).optional()?.is_some() {
            return Err(StoreError::Exists(survey.name.to_owned()));
        }
        let link = name_of(8);
        let told = match survey.told {
            Told::Mixed => "mixed",
            Told::AllGenerated => "all-generated",
        };
        making.execute(
            "INSERT INTO surveys (name, link, told, seconds, created) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![survey.name, link, told, survey.seconds, now],
        )?;
        let id = making.last_insert_rowid();
        for (number, Excerpt { model, real, title, sound }) in excerpts.iter().enumerate() {
            making.execute(
                "INSERT INTO excerpts (survey, number, model, real, title, sound)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![id, number as i64, model, real, title, sound],
            )?;
        }
        making.commit()?;
        Ok(link)
    }

    /// All surveys, the oldest first.
    pub fn surveys(&self) -> Result<Vec<Listed>, StoreError> {
        let mut query = self.connection.prepare(
            "SELECT name, link, closed IS NOT NULL,
                (SELECT count(*) FROM excerpts WHERE survey = surveys.id),
                (SELECT count(*) FROM participants WHERE survey = surveys.id),
                (SELECT count(answered) FROM turns JOIN participants ON participant = participants.id
                 WHERE survey = surveys.id)
             FROM surveys ORDER BY id",
        )?;
        let listed = query.query_map([], |row| {
            let count = |index| row.get::<_, i64>(index).map(|count| count as usize);
            Ok(Listed {
                name: row.get(0)?,
                link: row.get(1)?,
                closed: row.get(2)?,
                excerpts: count(3)?,
                participants: count(4)?,
                answers: count(5)?,
            })
        })?;
        Ok(listed.collect::<Result<_, _>>()?)
    }

    /// Ends a survey: nobody can take part any more.
    pub fn close(&mut self, name: &str, now: i64) -> Result<(), StoreError> {
        let id = self.id_of(name)?;
        let close = "UPDATE surveys SET closed = coalesce(closed, ?2) WHERE id = ?1";
        self.connection.execute(close, params![id, now])?;
        Ok(())
    }

    /// What a survey is, for who has its link.
    pub fn about(&self, link: &str) -> Result<About, Refusal> {
        let find = "SELECT told, seconds, (SELECT count(*) FROM excerpts WHERE survey = surveys.id)
                    FROM surveys WHERE link = ?1";
        let found = self.connection.query_row(find, [link], |row| {
            let excerpts = row.get::<_, i64>(2)? as usize;
            Ok(About { told: told(row.get(0)?), seconds: row.get(1)?, excerpts })
        });
        found.optional()?.ok_or(Refusal::NoSurvey)
    }

    /// Somebody takes part. Tells the name by which that participant alone is known; the order of the
    /// excerpts is drawn.
    pub fn join(&mut self, link: &str, now: i64) -> Result<String, Refusal> {
        let joining = self.writing()?;
        let find = "SELECT id, closed IS NOT NULL FROM surveys WHERE link = ?1";
        let found = joining.query_row(find, [link], |row| Ok((row.get(0)?, row.get(1)?)));
        let (survey, closed): (i64, bool) = found.optional()?.ok_or(Refusal::NoSurvey)?;
        if closed {
            return Err(Refusal::Closed);
        }
        let count = "SELECT count(*) FROM participants WHERE survey = ?1";
        if joining.query_row(count, [survey], |row| row.get::<_, i64>(0))? >= MOST_PARTICIPANTS {
            return Err(Refusal::Full);
        }
        let token = name_of(16);
        joining.execute(
            "INSERT INTO participants (survey, token, began) VALUES (?1, ?2, ?3)",
            params![survey, token, now],
        )?;
        let participant = joining.last_insert_rowid();
        let mut excerpts: Vec<i64> = joining
            .prepare("SELECT id FROM excerpts WHERE survey = ?1 ORDER BY number")?
            .query_map([survey], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        shuffle(&mut excerpts);
        for (place, excerpt) in excerpts.iter().enumerate() {
            joining.execute(
                "INSERT INTO turns (participant, place, excerpt) VALUES (?1, ?2, ?3)",
                params![participant, place as i64, excerpt],
            )?;
        }
        joining.commit()?;
        Ok(token)
    }

    /// Where a participant stands.
    pub fn taking(&self, token: &str, now: i64) -> Result<Taking, Refusal> {
        let (participant, told, seconds) = participant(&self.connection, token, now)?;
        let turns = self
            .connection
            .prepare(
                "SELECT heard IS NOT NULL, answered IS NOT NULL FROM turns
                 WHERE participant = ?1 ORDER BY place",
            )?
            .query_map([participant], |row| Ok(Turn { heard: row.get(0)?, answered: row.get(1)? }))?
            .collect::<Result<_, _>>()?;
        Ok(Taking { told, seconds, turns })
    }

    /// The sound of an excerpt, by its place in the participant's order from 0.
    pub fn sound(&mut self, token: &str, place: usize, now: i64) -> Result<Vec<u8>, Refusal> {
        let fetching = self.writing()?;
        let (participant, ..) = participant(&fetching, token, now)?;
        let fetched = "UPDATE turns SET fetched = coalesce(fetched, ?3) WHERE participant = ?1 AND place = ?2";
        fetching.execute(fetched, params![participant, place as i64, now])?;
        let sound = "SELECT sound FROM turns JOIN excerpts ON excerpt = id WHERE participant = ?1 AND place = ?2";
        let sound = fetching.query_row(sound, params![participant, place as i64], |row| row.get(0));
        let sound = sound.optional()?.ok_or(Refusal::NoExcerpt(place + 1))?;
        fetching.commit()?;
        Ok(sound)
    }

    /// A participant has listened to an excerpt: believed if it can have been heard to its end since it
    /// was first fetched.
    pub fn heard(&mut self, token: &str, place: usize, now: i64) -> Result<(), Refusal> {
        let hearing = self.writing()?;
        let (participant, _, seconds) = participant(&hearing, token, now)?;
        let fetched = "SELECT fetched FROM turns WHERE participant = ?1 AND place = ?2";
        let fetched =
            hearing.query_row(fetched, params![participant, place as i64], |row| row.get(0));
        let fetched: Option<i64> = fetched.optional()?.ok_or(Refusal::NoExcerpt(place + 1))?;
        let earliest = fetched.ok_or(Refusal::NotHeard)? + (1000.0 * seconds) as i64 - CLOCKS;
        if now < earliest {
            return Err(Refusal::NotHeard);
        }
        let heard =
            "UPDATE turns SET heard = coalesce(heard, ?3) WHERE participant = ?1 AND place = ?2";
        hearing.execute(heard, params![participant, place as i64, now])?;
        Ok(hearing.commit()?)
    }

    /// Takes an answer. When this returns, it is on the disk.
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
        let answering = self.writing()?;
        let (participant, ..) = participant(&answering, token, now)?;
        let turn = "SELECT heard, answered FROM turns WHERE participant = ?1 AND place = ?2";
        let turn = answering.query_row(turn, params![participant, place as i64], |row| {
            Ok((row.get(0)?, row.get(1)?))
        });
        let (heard, answered): (Option<i64>, Option<i64>) =
            turn.optional()?.ok_or(Refusal::NoExcerpt(place + 1))?;
        if answered.is_some() {
            return Err(Refusal::Twice);
        }
        heard.ok_or(Refusal::NotHeard)?;
        let answer = "UPDATE turns SET rating = ?3, human = ?4, answered = ?5 WHERE participant = ?1 AND place = ?2";
        answering.execute(answer, params![participant, place as i64, rating, human, now])?;
        Ok(answering.commit()?)
    }

    /// All answers of a survey, in the order in which they were given.
    pub fn answers(&self, name: &str) -> Result<Vec<Answer>, StoreError> {
        let mut query = self.connection.prepare(
            "SELECT participant, number, place, rating, human, answered
             FROM turns JOIN excerpts ON excerpt = excerpts.id
             WHERE excerpts.survey = ?1 AND answered IS NOT NULL ORDER BY answered, participant, place",
        )?;
        let answers = query.query_map([self.id_of(name)?], |row| {
            Ok(Answer {
                participant: row.get(0)?,
                excerpt: row.get::<_, i64>(1)? as usize,
                place: row.get::<_, i64>(2)? as usize + 1,
                rating: row.get(3)?,
                human: row.get(4)?,
                at: row.get(5)?,
            })
        })?;
        Ok(answers.collect::<Result<_, _>>()?)
    }

    /// The figures of a survey.
    pub fn report(&mut self, name: &str) -> Result<Report, StoreError> {
        // All of one moment.
        let reading = self.connection.unchecked_transaction()?;
        let id = self.id_of(name)?;
        let participants = "SELECT count(*) FROM participants WHERE survey = ?1";
        let participants: i64 = reading.query_row(participants, [id], |row| row.get(0))?;
        let excerpts: Vec<(String, String, bool)> = reading
            .prepare("SELECT title, model, real FROM excerpts WHERE survey = ?1 ORDER BY number")?
            .query_map([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        let answers = self.answers(name)?;
        Ok(Report::of(name, participants as usize, &excerpts, &answers))
    }

    fn id_of(&self, name: &str) -> Result<i64, StoreError> {
        let find = "SELECT id FROM surveys WHERE name = ?1";
        let found = self.connection.query_row(find, [name], |row| row.get(0)).optional()?;
        found.map_or_else(
            || {
                let others: Vec<_> = self.surveys()?.into_iter().map(|it| it.name).collect();
                Err(StoreError::Unknown { name: name.to_owned(), others: others.join(", ") })
            },
            Ok,
        )
    }

    /// A transaction that writes; others wait for it.
    fn writing(&mut self) -> rusqlite::Result<Transaction<'_>> {
        self.connection.transaction_with_behavior(TransactionBehavior::Immediate)
    }
}

/// A participant who may go on: the number, what was told, and how long excerpts are.
fn participant(
    connection: &Connection,
    token: &str,
    now: i64,
) -> Result<(i64, Told, f64), Refusal> {
    let find = "SELECT participants.id, began, closed IS NOT NULL, told, seconds
                FROM participants JOIN surveys ON survey = surveys.id WHERE token = ?1";
    let found = connection.query_row(find, [token], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
    });
    let (id, began, closed, told, seconds): (i64, i64, bool, String, f64) =
        found.optional()?.ok_or(Refusal::Forged)?;
    if closed {
        return Err(Refusal::Closed);
    }
    if now - began > PATIENCE {
        return Err(Refusal::Stale);
    }
    Ok((id, self::told(told), seconds))
}

fn told(word: String) -> Told {
    if word == "mixed" { Told::Mixed } else { Told::AllGenerated }
}

/// A name of so many bytes that nobody can guess.
pub(super) fn name_of(bytes: usize) -> String {
    let mut drawn = vec![0; bytes];
    getrandom::fill(&mut drawn).expect("the system has random numbers");
    drawn.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Draws an order, each as likely as any other (Fisher and Yates).
fn shuffle(numbers: &mut [i64]) {
    for last in (1..numbers.len()).rev() {
        let mut drawn = [0; 8];
        getrandom::fill(&mut drawn).expect("the system has random numbers");
        // Uneven by less than one in 2⁵⁰, for fewer than 2¹⁴ excerpts.
        numbers.swap(last, (u64::from_le_bytes(drawn) % (last as u64 + 1)) as usize);
    }
}
