//! Beginning a piece: from an excerpt of the model, after notes that were played or a MIDI file, or by
//! a recipe.

use super::Studio;
use super::measures::{Measures, measures};
use super::pieces::{Asked, Studios};
use crate::composing::{Change, LeadIn, LivePiece, ModelExcerpt, Opening, Recipe};
use crate::http::ApiError;
use crate::midi;
use crate::primer::{Primer, Record, Request, chosen, select};
use crate::roll::{LOWEST_PITCH, Roll, TempoChange};
use crate::score::{At, Metre, MetreError, Note, Score};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// How many steps and seconds of music are composed, at least, before a piece begins to sound.
const FIRST_STEPS: usize = 24;
const FIRST_SECONDS: f64 = 4.0;

/// The deadline for the first measures of a piece. Others whose music ends sooner come first.
const BEGINS_WITHIN: Duration = Duration::from_secs(2);

/// The tempos that can be asked for, in quarters a minute.
const SLOWEST: u32 = 20;
const FASTEST: u32 = 300;

/// How many notes somebody may have played.
const MOST_NOTES: usize = 4096;

/// How many warnings of a damaged file are sent: one of a thousand tracks has thousands.
const MOST_WARNINGS: usize = 5;

/// How many steps of a recipe are played again. The command line makes files of longer ones.
const LONGEST_REPLAY: usize = 4096;

/// How a piece is to begin. Whatever is not given is as the model has learned it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BeginRequest {
    seed: Option<u64>,
    temperature: Option<f64>,
    density: Option<f64>,
    tempo: Option<u32>,
    metre: Option<String>,
    /// The notes that somebody has played.
    notes: Option<Vec<PlayedNote>>,
    /// The recipe of a piece that is to be replayed.
    recipe: Option<String>,
    /// The piece that the listener leaves for it once it has begun.
    instead_of: Option<String>,
}

/// A played note.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlayedNote {
    pitch: u8,
    /// Its start, in seconds.
    start: f64,
    /// Its length, in seconds.
    seconds: f64,
}

/// A piece that has begun.
#[derive(Debug, Serialize)]
pub struct BeginAnswer {
    piece: String,
    seed: u64,
    /// Where the opening comes from.
    opening: String,
    /// What is odd about a file, and what of it the composer does not hear, in sentences.
    notices: Vec<String>,
    /// Quarters to a minute.
    tempo: f64,
    metre: String,
    #[serde(flatten)]
    music: Measures,
}

/// Begins a piece: from an excerpt of the model, after notes that were played, or by a recipe.
pub async fn begin(
    State(studio): Studios,
    asked: Asked<BeginRequest>,
) -> Result<Response, ApiError> {
    let Json(mut asked) = asked.map_err(|error| ApiError::bad_request(error.body_text()))?;
    if let Some(recipe) = &asked.recipe {
        let recipe = Recipe::from_text(recipe).map_err(ApiError::unprocessable)?;
        check_pace(&recipe)?;
        return begin_with(studio, recipe, Vec::new(), asked.instead_of).await;
    }
    let (seed, metre) = (asked.seed.unwrap_or_else(any_seed), asked.metre()?);
    let opening = match asked.notes.take() {
        Some(notes) => {
            let played = Roll::from_score(&score_of(&notes, &asked)?);
            own(played.map_err(ApiError::unprocessable)?.roll, "what you played")?
        }
        None => excerpt(&studio, seed, metre)?,
    };
    let recipe = recipe(&studio, seed, opening, &asked)?;
    begin_with(studio, recipe, Vec::new(), asked.instead_of).await
}

/// Begins a piece after a MIDI file.
pub async fn begin_after(
    State(studio): Studios,
    asked: Result<Query<BeginRequest>, QueryRejection>,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    let Query(asked) = asked.map_err(|error| ApiError::bad_request(error.body_text()))?;
    let opening = studio.work(BEGINS_WITHIN, move || {
        let reading = midi::read(&bytes).map_err(ApiError::unprocessable)?;
        let found = Roll::from_midi(&reading).map_err(ApiError::unprocessable)?;
        let warnings = reading.warnings.iter().take(MOST_WARNINGS).map(ToString::to_string);
        let notices: Vec<String> = warnings.chain(found.losses.sentences()).collect();
        own(found.roll, "your file").map(|opening| (opening, notices))
    });
    let (opening, notices) = opening.await??;
    let recipe = recipe(&studio, asked.seed.unwrap_or_else(any_seed), opening, &asked)?;
    begin_with(studio, recipe, notices, asked.instead_of).await
}

async fn begin_with(
    studio: Arc<Studio>,
    recipe: Recipe,
    notices: Vec<String>,
    instead: Option<String>,
) -> Result<Response, ApiError> {
    let instead = instead.as_deref();
    if studio.sessions.is_full(instead) {
        return Err(full(&studio));
    }
    let shared = studio.clone();
    let begin = move || LivePiece::begin(&shared.composer, recipe);
    let begun = studio.work(BEGINS_WITHIN, begin).await?;
    let mut live_piece = begun.map_err(ApiError::unprocessable)?;
    let steps = live_piece.steps_asked_for().unwrap_or(0);
    if steps > LONGEST_REPLAY {
        return Err(ApiError::unprocessable(format!(
            "this recipe has {steps} steps, and the studio replays at most {LONGEST_REPLAY}; \
             the command line replays a recipe of any length into a file"
        )));
    }
    // Enough to begin with, and all that a recipe has, a measure at a time.
    let seconds = f64::from(live_piece.tempo_at(live_piece.len())) / 4e6;
    let first = FIRST_STEPS.max((FIRST_SECONDS / seconds).ceil() as usize);
    let enough = steps.max(live_piece.len() + first);
    loop {
        let composer = studio.composer.clone();
        live_piece = studio
            .work(BEGINS_WITHIN, move || {
                live_piece.compose_measure(&composer, &mut composer.workspace());
                live_piece
            })
            .await?;
        if live_piece.len() >= enough {
            break;
        }
    }
    let recipe = live_piece.recipe();
    let answer = BeginAnswer {
        piece: String::new(),
        seed: recipe.seed,
        opening: recipe.opening.source().unwrap_or_default().to_owned(),
        notices,
        tempo: 6e7 / f64::from(live_piece.tempo_at(live_piece.len() - 1)),
        metre: live_piece.roll().metre_at(live_piece.roll().len() - 1).metre.to_string(),
        music: measures(&live_piece, 0, usize::MAX),
    };
    let piece = studio.sessions.open(live_piece, instead).ok_or_else(|| full(&studio))?;
    Ok((StatusCode::CREATED, Json(BeginAnswer { piece, ..answer })).into_response())
}

fn full(studio: &Studio) -> ApiError {
    let capacity = studio.sessions.capacity();
    ApiError::unavailable(format!(
        "the studio is full: {capacity} are listening; try again in a moment"
    ))
}

/// A seed that is small enough to be said aloud.
fn any_seed() -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_or(1, |()| u64::from_le_bytes(bytes) % 1_000_000_000)
}

impl BeginRequest {
    fn metre(&self) -> Result<Option<Metre>, ApiError> {
        let metre = self.metre.as_deref().map(str::parse).transpose();
        metre.map_err(|error: MetreError| ApiError::unprocessable(error))
    }
}

/// The recipe of a piece that is to begin like that.
fn recipe(
    studio: &Studio,
    seed: u64,
    opening: Opening,
    asked: &BeginRequest,
) -> Result<Recipe, ApiError> {
    let BeginRequest { temperature, density, tempo, .. } = *asked;
    let change = Change { step: 0, seed: None, temperature, density, tempo, metre: asked.metre()? };
    change.check().map_err(ApiError::unprocessable)?;
    // If the opening is in that metre, the music continues within its measure.
    let (last, lead_in) = match &opening {
        Opening::Own(own) => (own.primer().ok().map(|own| own.metre()), LeadIn::LastMeasures),
        Opening::Excerpt(ModelExcerpt { number: Some(number), .. }) => {
            (studio.composer.excerpts().get(*number).map(Primer::metre), LeadIn::None)
        }
        _ => (None, LeadIn::None),
    };
    let change = Change { metre: change.metre.filter(|&metre| last != Some(metre)), ..change };
    let changes = if change.is_empty() { Vec::new() } else { vec![change] };
    Ok(Recipe { opening, lead_in, changes, ..Recipe::new(seed) })
}

/// The excerpt of the model that a seed chooses: one in the metre that is asked for, if there is one.
fn excerpt(studio: &Studio, seed: u64, metre: Option<Metre>) -> Result<Opening, ApiError> {
    let request = Request { metre, ..Request::default() };
    let fitting = select(studio.composer.excerpts(), &request).map_err(ApiError::unprocessable)?;
    let chosen = chosen(&fitting, seed).expect("there is at least one");
    Ok(Opening::excerpt(chosen.number))
}

/// The music of a recipe must continue at a pace, and in measures, that the studio can play.
fn check_pace(recipe: &Recipe) -> Result<(), ApiError> {
    let own = match &recipe.opening {
        Opening::Own(own) => Some(own.primer().map_err(ApiError::unprocessable)?),
        _ => None,
    };
    let tempos = own.iter().filter(|_| recipe.tempo.is_none()).flat_map(|own| own.roll.tempos());
    for &TempoChange { tempo, .. } in tempos {
        let asked = Change { tempo: Some(60_000_000 / tempo), ..Change::default() };
        asked.check().map_err(ApiError::unprocessable)?;
    }
    let metre = recipe.metre.or(own.as_ref().map(Primer::metre));
    Change { metre, ..Change::default() }.check().map_err(ApiError::unprocessable)
}

/// The musician's own music as an opening.
fn own(roll: Roll, source: &str) -> Result<Opening, ApiError> {
    if roll.steps().iter().all(|step| step.play.is_empty()) {
        return Err(ApiError::unprocessable("there is no note in it for the composer to hear"));
    }
    let mut primer = Primer { source: source.to_owned(), roll };
    // It continues at a pace, and in measures, that can be played to somebody.
    primer.roll.limit_tempos(&(60_000_000 / FASTEST..=60_000_000 / SLOWEST));
    let asked = Change { metre: Some(primer.metre()), ..Change::default() };
    if asked.check().is_err() {
        primer.roll.change_metre(Metre::COMMON);
    }
    Ok(Opening::Own(Box::new(Record::of(&primer))))
}

/// Notes that somebody has played, as a score in the tempo and metre that were asked for.
fn score_of(notes: &[PlayedNote], asked: &BeginRequest) -> Result<Score, ApiError> {
    if notes.len() > MOST_NOTES {
        return Err(ApiError::unprocessable(format!("more than {MOST_NOTES} notes were played")));
    }
    let possible = |note: &PlayedNote| {
        (LOWEST_PITCH..LOWEST_PITCH + 88).contains(&note.pitch)
            && (0.0..600.0).contains(&note.start)
            && (0.0..60.0).contains(&note.seconds)
    };
    if !notes.iter().all(possible) {
        return Err(ApiError::unprocessable(
            "notes must lie on the 88 keys and within ten minutes",
        ));
    }
    let tempo = asked.tempo.unwrap_or(100).clamp(SLOWEST, FASTEST);
    let metre = asked.metre()?;
    let ticks = |seconds: f64| (seconds * f64::from(tempo) / 60.0 * 480.0).round() as u64;
    // The first note is the first beat.
    let first = notes.iter().map(|note| note.start).fold(f64::INFINITY, f64::min);
    let mut notes: Vec<Note> = notes
        .iter()
        .map(|note| Note {
            start: ticks(note.start - first),
            pitch: note.pitch,
            length: ticks(note.seconds).max(1),
            velocity: 80,
        })
        .collect();
    notes.sort_by_key(|note| (note.start, note.pitch));
    Ok(Score {
        ticks_per_quarter: 480,
        title: None,
        notes,
        tempos: vec![At { tick: 0, value: 60_000_000 / tempo }],
        metres: vec![At { tick: 0, value: metre.unwrap_or(Metre::COMMON) }],
        keys: Vec::new(),
        pedal: Vec::new(),
        sostenuto: Vec::new(),
        soft: Vec::new(),
        texts: Vec::new(),
        length: 0,
    })
}
