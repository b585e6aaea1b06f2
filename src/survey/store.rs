//! The file of all surveys: a SQLite database.

use super::report::Answer;
use super::{Excerpt, Report};
use crate::http::unguessable_name;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait for another process that writes to the same file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);

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

/// An open file of surveys.
#[derive(Debug)]
pub struct Store {
    pub(super) connection: Connection,
}

/// Why a file of surveys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened.
    #[error("{} is not a usable file of surveys: {reason}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// There is no such file.
    #[error("there are no surveys in {}; create one", .0.display())]
    Missing(PathBuf),
    /// A survey of that name exists.
    #[error("a survey {0:?} already exists; choose another name")]
    Exists(String),
    /// There is no such survey.
    #[error("there is no survey {name:?}; there is {}", if others.is_empty() { "none" } else { others })]
    Unknown {
        /// The name.
        name: String,
        /// The names of the surveys that exist.
        others: String,
    },
    /// The database has failed.
    #[error(
        "the survey database failed: {0}; check that its folder is writable and has space left"
    )]
    Database(#[from] rusqlite::Error),
}

/// What participants are told about the excerpts before they listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disclosure {
    /// The truth: people composed some of the excerpts, a program the others.
    Mixed,
    /// That a program composed every excerpt, as the article told its listeners.
    AllGenerated,
}

/// A new survey.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey<'a> {
    /// Its name, for the organiser.
    pub name: &'a str,
    /// What participants are told.
    pub told: Disclosure,
    /// How long each excerpt is, in seconds.
    pub seconds: f64,
}

/// A survey in the list of surveys.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SurveySummary {
    /// Its name.
    pub name: String,
    /// The part of its link that identifies it.
    pub link: String,
    /// How many excerpts it has.
    pub excerpts: usize,
    /// How many participants have joined.
    pub participants: usize,
    /// How many answers there are.
    pub answers: usize,
    /// Whether it is closed.
    pub closed: bool,
}

/// The version that stands for another program's database.
const NOT_OURS: i64 = -1;

impl Store {
    /// Opens a file of surveys, or creates it.
    pub fn open_or_make(path: &Path) -> Result<Store, StoreError> {
        let unusable = |reason: String| StoreError::Unusable { path: path.to_owned(), reason };
        let mut connection = Connection::open(path).map_err(|error| unusable(error.to_string()))?;
        let prepared = (|| {
            connection.busy_timeout(BUSY_TIMEOUT)?;
            // Another program's database is left unchanged.
            let version: i64 =
                connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
            let tables = "SELECT count(*) FROM sqlite_schema";
            let tables: i64 = connection.query_row(tables, [], |row| row.get(0))?;
            if version == 0 && tables > 0 {
                return Ok(NOT_OURS);
            }
            // An answer is on the disk when its transaction has ended, even if the
            // power fails afterwards.
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
            Ok(NOT_OURS) => {
                Err(unusable("it is a database of something else; choose another file".to_owned()))
            }
            Ok(version) => Err(unusable(format!(
                "it is of version {version}, and this program knows version {VERSION}"
            ))),
            Err(error @ rusqlite::Error::SqliteFailure(..)) => Err(unusable(error.to_string())),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens an existing file of surveys.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        match path.is_file() {
            true => Store::open_or_make(path),
            false => Err(StoreError::Missing(path.to_owned())),
        }
    }

    /// Creates a survey of some excerpts, in their order, in one transaction. Returns the
    /// part of the link with which participants find it.
    pub fn make(
        &mut self,
        survey: &Survey<'_>,
        excerpts: &[Excerpt],
        now: i64,
    ) -> Result<String, StoreError> {
        let making = self.begin_write()?;
        let exists = "SELECT 1 FROM surveys WHERE name = ?1";
        if making.query_row(exists, [survey.name], |_| Ok(())).optional()?.is_some() {
            return Err(StoreError::Exists(survey.name.to_owned()));
        }
        let link = unguessable_name(8);
        let told = match survey.told {
            Disclosure::Mixed => "mixed",
            Disclosure::AllGenerated => "all-generated",
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
    pub fn surveys(&self) -> Result<Vec<SurveySummary>, StoreError> {
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
            Ok(SurveySummary {
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

    /// Closes a survey: nobody can answer any more.
    pub fn close(&mut self, name: &str, now: i64) -> Result<(), StoreError> {
        let id = self.id_of(name)?;
        let close = "UPDATE surveys SET closed = coalesce(closed, ?2) WHERE id = ?1";
        self.connection.execute(close, params![id, now])?;
        Ok(())
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

    /// The results of a survey.
    pub fn report(&mut self, name: &str) -> Result<Report, StoreError> {
        // One snapshot of the database for all queries.
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

    /// Begins a transaction that writes; other writers wait for it.
    pub(super) fn begin_write(&mut self) -> rusqlite::Result<Transaction<'_>> {
        self.connection.transaction_with_behavior(TransactionBehavior::Immediate)
    }
}
