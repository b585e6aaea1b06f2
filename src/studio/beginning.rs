//! How a piece begins: out of nothing, after what somebody has played or a MIDI file, or by a recipe.

use super::Studio;
use super::measures::{Measures, measures};
use super::pieces::{Asked, Studios};
use crate::composing::{Change, LivePiece, Opening, Script, USUAL_REPEATS};
use crate::http::ApiError;
use crate::midi;
use crate::primer::{Primer, Record};
use crate::roll::{LOWEST_PITCH, Roll};
use crate::score::{At, Metre, Note, Score};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// How many steps and seconds of music are composed before a piece begins to sound, at least.
const FIRST_STEPS: usize = 24;
const FIRST_SECONDS: f64 = 4.0;

/// How soon the first measures of a piece are wanted, if music that others hear is about to end.
const BEGINS_WITHIN: Duration = Duration::from_secs(2);

/// The tempos that can be asked for, in quarters a minute.
const SLOWEST: u32 = 20;
const FASTEST: u32 = 300;

/// How many notes somebody may have played.
const MOST_NOTES: usize = 4096;

/// How long a recipe is played again, in steps: of longer ones the command line makes a file.
const LONGEST_REPLAY: usize = 4096;

/// How a piece is to begin; whatever is not said is as the model knows it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Beginning {
    seed: Option<u64>,
    temperature: Option<f64>,
    density: Option<f64>,
    tempo: Option<u32>,
    metre: Option<String>,
    /// What somebody has played.
    notes: Option<Vec<Played>>,
    /// A piece that is to be played again.
    recipe: Option<String>,
    /// The piece that the listener leaves for it, when it has begun.
    instead_of: Option<String>,
}

/// A note that somebody has played.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Played {
    pitch: u8,
    /// When, in seconds.
    start: f64,
    /// For how long.
    seconds: f64,
}

/// A piece that has begun.
#[derive(Debug, Serialize)]
pub struct Begun {
    piece: String,
    seed: u64,
    /// What the composer has heard before.
    opening: String,
    /// Quarters to a minute.
    tempo: f64,
    metre: String,
    #[serde(flatten)]
    music: Measures,
}

/// Begins a piece, out of nothing, after notes that were played, or by a recipe.
pub async fn begin(
    State(studio): Studios,
    beginning: Asked<Beginning>,
) -> Result<Response, ApiError> {
    let Json(mut beginning) = beginning.map_err(|error| ApiError::bad(error.body_text()))?;
    if let Some(recipe) = &beginning.recipe {
        let script = Script::from_text(recipe).map_err(ApiError::unusable)?;
        if script.model != studio.model {
            let reason =
                format!("this recipe is for the model {}, not for {}", script.model, studio.model);
            return Err(ApiError::unusable(reason));
        }
        return begin_with(studio, script, beginning.instead_of).await;
    }
    let opening = match beginning.notes.take() {
        Some(notes) => own(&score_of(&notes, &beginning)?, "what you played")?,
        None => kept(&studio, &beginning)?,
    };
    begin_with(studio.clone(), script(&studio, opening, &beginning)?, beginning.instead_of).await
}

/// Begins a piece after a MIDI file.
pub async fn begin_after(
    State(studio): Studios,
    beginning: Result<Query<Beginning>, QueryRejection>,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    let Query(beginning) = beginning.map_err(|error| ApiError::bad(error.body_text()))?;
    let opening = studio.work(BEGINS_WITHIN, move || {
        let reading = midi::read(&bytes).map_err(ApiError::unusable)?;
        own(&reading.score, "your file")
    });
    let opening = opening.await??;
    begin_with(studio.clone(), script(&studio, opening, &beginning)?, beginning.instead_of).await
}

async fn begin_with(
    studio: Arc<Studio>,
    script: Script,
    instead: Option<String>,
) -> Result<Response, ApiError> {
    let instead = instead.as_deref();
    if !studio.sessions.has_room(instead) {
        return Err(full(&studio));
    }
    let seed = script.seed;
    let steps = match script.steps {
        steps if steps > LONGEST_REPLAY => {
            let longest = LONGEST_REPLAY;
            return Err(ApiError::unusable(format!(
                "this recipe has {steps} steps, and the studio replays at most {longest}; \
                 the command line replays a recipe of any length into a file"
            )));
        }
        steps => steps,
    };
    let opening = match &script.opening {
        Opening::Kept(number) => studio.kept.get(*number).map(|primer| primer.source.clone()),
        Opening::Own(own) => own.primer().ok().map(|primer| primer.source),
    };
    let shared = studio.clone();
    let begin = move || LivePiece::begin(&shared.composer, &shared.kept, script);
    let begun = studio.work(BEGINS_WITHIN, begin).await?;
    let mut live_piece = begun.map_err(ApiError::unusable)?;
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
    let begun = Begun {
        piece: String::new(),
        seed,
        opening: opening.unwrap_or_default(),
        tempo: 6e7 / f64::from(live_piece.tempo_at(live_piece.len() - 1)),
        metre: live_piece.roll().metre_at(live_piece.roll().len() - 1).metre.to_string(),
        music: measures(&live_piece, 0, usize::MAX),
    };
    let piece = studio.sessions.session(live_piece, instead).ok_or_else(|| full(&studio))?;
    Ok((StatusCode::CREATED, Json(Begun { piece, ..begun })).into_response())
}

fn full(studio: &Studio) -> ApiError {
    let room_for = studio.sessions.room_for();
    ApiError::busy(format!("the studio is full: {room_for} are listening; try again in a moment"))
}

/// The script of a piece that is to begin like that.
fn script(studio: &Studio, opening: Opening, beginning: &Beginning) -> Result<Script, ApiError> {
    let Beginning { seed, temperature, density, tempo, .. } = *beginning;
    let seed = seed.unwrap_or_else(|| {
        let mut bytes = [0; 8];
        // Small enough to be said aloud.
        getrandom::fill(&mut bytes).map_or(1, |()| u64::from_le_bytes(bytes) % 1_000_000_000)
    });
    let metre = beginning.metre.as_deref().map(str::parse::<Metre>).transpose();
    let metre = metre.map_err(ApiError::unusable)?;
    let asked = Change { step: 0, seed: None, temperature, density, tempo, metre };
    asked.check().map_err(ApiError::unusable)?;
    // Where the opening is in that metre, it is gone on with.
    let metre = metre.filter(|metre| match &opening {
        Opening::Kept(number) => last_metre(&studio.kept[*number].roll) != *metre,
        Opening::Own(own) => own.primer().map_or(true, |primer| last_metre(&primer.roll) != *metre),
    });
    let change = Change { metre, ..asked };
    Ok(Script {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        model: studio.model.clone(),
        seed,
        opening,
        repeats: USUAL_REPEATS,
        changes: if change.is_empty() { Vec::new() } else { vec![change] },
        steps: 0,
    })
}

fn last_metre(roll: &Roll) -> Metre {
    roll.metre_at(roll.len()).metre
}

/// An excerpt that the model has kept, by the seed; one in the metre that is asked for, if there is one.
fn kept(studio: &Studio, beginning: &Beginning) -> Result<Opening, ApiError> {
    let metre = beginning.metre.as_deref().map(str::parse::<Metre>).transpose();
    let metre = metre.map_err(ApiError::unusable)?;
    let of_metre =
        |number: &usize| metre.is_none_or(|metre| last_metre(&studio.kept[*number].roll) == metre);
    let mut fitting: Vec<usize> = (0..studio.kept.len()).filter(of_metre).collect();
    if fitting.is_empty() {
        fitting = (0..studio.kept.len()).collect();
    }
    let mut bytes = [0; 8];
    let by = match beginning.seed {
        Some(seed) => seed,
        None => getrandom::fill(&mut bytes).map_or(0, |()| u64::from_le_bytes(bytes)),
    };
    Ok(Opening::Kept(fitting[(by % fitting.len() as u64) as usize]))
}

/// Music of somebody's own to begin with.
fn own(score: &Score, source: &str) -> Result<Opening, ApiError> {
    let roll = Roll::from_score(score).map_err(ApiError::unusable)?.roll;
    if roll.steps().iter().all(|step| step.play.is_empty()) {
        return Err(ApiError::unusable("there is no note in it for the composer to hear"));
    }
    let mut primer = Primer { source: source.to_owned(), roll };
    // It goes on at a pace, and in measures, that can be played to somebody.
    let pace = 60_000_000 / FASTEST..=60_000_000 / SLOWEST;
    primer.roll.tempo = primer.roll.tempo.clamp(*pace.start(), *pace.end());
    let asked = Change { metre: Some(primer.metre()), ..Change::default() };
    if asked.check().is_err() {
        primer.roll.change_metre(Metre::COMMON);
    }
    Ok(Opening::Own(Box::new(Record::of(&primer))))
}

/// What somebody has played, as a score, in the tempo and metre that were asked for.
fn score_of(notes: &[Played], beginning: &Beginning) -> Result<Score, ApiError> {
    if notes.len() > MOST_NOTES {
        return Err(ApiError::unusable(format!("more than {MOST_NOTES} notes were played")));
    }
    let possible = |note: &Played| {
        (LOWEST_PITCH..LOWEST_PITCH + 88).contains(&note.pitch)
            && (0.0..600.0).contains(&note.start)
            && (0.0..60.0).contains(&note.seconds)
    };
    if !notes.iter().all(possible) {
        return Err(ApiError::unusable("notes must lie on the 88 keys and within ten minutes"));
    }
    let tempo = beginning.tempo.unwrap_or(100).clamp(SLOWEST, FASTEST);
    let metre = beginning.metre.as_deref().map(str::parse::<Metre>).transpose();
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
        metres: vec![At {
            tick: 0,
            value: metre.map_err(ApiError::unusable)?.unwrap_or(Metre::COMMON),
        }],
        keys: Vec::new(),
        pedal: Vec::new(),
        texts: Vec::new(),
        length: 0,
    })
}
