//! What a page may ask: to begin a piece, to go on with it, to change it, to have it as a file.

use super::Studio;
use super::measures::{Measures, begins_measure, measures};
use crate::composing::{Change, Opening, Script, Sitting, USUAL_REPEATS};
use crate::door::Failure;
use crate::midi;
use crate::output::Output;
use crate::primer::{Primer, Record};
use crate::roll::{LOWEST_PITCH, Roll};
use crate::score::{At, Metre, Note, Score};
use crate::writing::Existing;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How many measures are sent at once at most.
const MOST_MEASURES: usize = 8;

/// How many steps and seconds of music are composed before a piece begins to sound, at least.
const FIRST_STEPS: usize = 24;
const FIRST_SECONDS: f64 = 4.0;

/// How soon the first measures of a piece are wanted, if music that others hear is about to end.
const BEGINS_WITHIN: Duration = Duration::from_secs(2);

/// How soon measures are wanted if a page does not say, and at most.
const WANTED_WITHIN: f64 = 2.0;
const LATEST: f64 = 10.0;

/// How many notes somebody may have played.
const MOST_NOTES: usize = 4096;

/// How long a recipe is played again, in steps: of longer ones the command line makes a file.
const LONGEST_REPLAY: usize = 4096;

/// How much of a piece becomes one file, in steps: the last of it, half an hour at 120 quarters a minute.
const LONGEST_FILE: usize = 14_400;

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

/// Which measures.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct From {
    from: usize,
    count: usize,
    /// How soon, in seconds: what is wanted first is composed first.
    within: Option<f64>,
}

/// Up to which step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Until {
    until: Option<usize>,
}

type Studios = State<Arc<Studio>>;
type Asked<T> = Result<Json<T>, JsonRejection>;

/// What the studio is.
pub async fn about(State(studio): Studios) -> Json<Value> {
    Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "model": studio.model,
        "listeners": studio.listeners(),
        "room_for": studio.hall.room_for(),
        "sounds": studio.sounds.pitches().collect::<Vec<_>>(),
    }))
}

/// Begins a piece, out of nothing, after notes that were played, or by a recipe.
pub async fn begin(
    State(studio): Studios,
    beginning: Asked<Beginning>,
) -> Result<Response, Failure> {
    let Json(mut beginning) = beginning.map_err(|error| Failure::bad(error.body_text()))?;
    if let Some(recipe) = &beginning.recipe {
        let script = Script::from_text(recipe).map_err(Failure::unusable)?;
        if script.model != studio.model {
            let reason =
                format!("this recipe is for the model {}, not for {}", script.model, studio.model);
            return Err(Failure::unusable(reason));
        }
        return begin_with(studio, script).await;
    }
    let opening = match beginning.notes.take() {
        Some(notes) => own(&score_of(&notes, &beginning)?, "what you played")?,
        None => kept(&studio, &beginning)?,
    };
    begin_with(studio.clone(), script(&studio, opening, &beginning)?).await
}

/// Begins a piece after a MIDI file.
pub async fn begin_after(
    State(studio): Studios,
    beginning: Result<Query<Beginning>, QueryRejection>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let Query(beginning) = beginning.map_err(|error| Failure::bad(error.body_text()))?;
    let opening = studio.work(BEGINS_WITHIN, move || {
        let reading = midi::read(&bytes).map_err(Failure::unusable)?;
        own(&reading.score, "your file")
    });
    let opening = opening.await??;
    begin_with(studio.clone(), script(&studio, opening, &beginning)?).await
}

/// Composes on, if need be, and sends measures.
pub async fn go_on(
    State(studio): Studios,
    Path(piece): Path<String>,
    asked: Asked<From>,
) -> Result<Json<Measures>, Failure> {
    let asked = asked.map_err(|error| Failure::bad(error.body_text()))?;
    let Json(From { from, count, within }) = asked;
    let within = within.filter(|seconds| !seconds.is_nan()).unwrap_or(WANTED_WITHIN);
    let within = Duration::from_secs_f64(within.clamp(0.0, LATEST));
    on(&studio, &piece, (from, count), within, |_| Ok(from)).await
}

/// Changes something from a measure on, and sends what comes now.
pub async fn change(
    State(studio): Studios,
    Path(piece): Path<String>,
    asked: Asked<Change>,
) -> Result<Json<Measures>, Failure> {
    let Json(change) = asked.map_err(|error| Failure::bad(error.body_text()))?;
    change.check().map_err(Failure::unusable)?;
    let apply = move |sitting: &mut Sitting| {
        if sitting.script().changes.len() >= Script::MOST_CHANGES {
            return Err(Failure::unusable(
                "this piece has been changed too often; begin a new one",
            ));
        }
        sitting.change(change).map_err(Failure::conflict)?;
        Ok(change.step)
    };
    on(&studio, &piece, (change.step, 1), Duration::ZERO, apply).await
}

/// Takes the last change back, and sends what comes now.
pub async fn take_back(
    State(studio): Studios,
    Path(piece): Path<String>,
) -> Result<Json<Measures>, Failure> {
    let apply = |sitting: &mut Sitting| {
        sitting.take_back().ok_or_else(|| Failure::conflict("there is nothing to take back"))
    };
    on(&studio, &piece, (0, 1), Duration::ZERO, apply).await
}

/// The recipe of a piece.
pub async fn recipe(
    State(studio): Studios,
    Path(piece): Path<String>,
    until: Result<Query<Until>, QueryRejection>,
) -> Result<String, Failure> {
    let Query(Until { until }) = until.map_err(|error| Failure::bad(error.body_text()))?;
    let seat = studio.hall.find(&piece).ok_or_else(gone)?;
    let sitting = seat.sitting.lock().await;
    Ok(sitting.script_until(until.unwrap_or(usize::MAX)).to_text())
}

/// A listener is still there, though nothing is asked for.
pub async fn stay(
    State(studio): Studios,
    Path(piece): Path<String>,
) -> Result<StatusCode, Failure> {
    studio.hall.find(&piece).map(|_| StatusCode::NO_CONTENT).ok_or_else(gone)
}

/// A listener leaves.
pub async fn leave(State(studio): Studios, Path(piece): Path<String>) -> StatusCode {
    studio.hall.leave(&piece);
    StatusCode::NO_CONTENT
}

/// What was heard, as a file: `name` is `music.` and an extension of those that `compose -o` knows.
pub async fn file(
    State(studio): Studios,
    Path((piece, name)): Path<(String, String)>,
    until: Result<Query<Until>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(Until { until }) = until.map_err(|error| Failure::bad(error.body_text()))?;
    let kind = match name.as_str() {
        "music.mid" => "audio/midi",
        "music.wav" => "audio/wav",
        "music.png" => "image/png",
        "music.svg" => "image/svg+xml",
        "music.musicxml" => "application/vnd.recordare.musicxml+xml",
        _ => return Err(Failure::bad("there is music.mid, .wav, .png, .svg and .musicxml")),
    };
    let seat = studio.hall.find(&piece).ok_or_else(gone)?;
    let Ok(_writer) = studio.writers.acquire().await else {
        return Err(Failure::busy("another file is being written"));
    };
    let sitting = seat.sitting.clone().lock_owned().await;
    let (until, seed) = (until.unwrap_or(usize::MAX).min(sitting.len()), sitting.script().seed);
    if until <= sitting.remembered_from() {
        return Err(Failure::conflict("nothing has been heard yet"));
    }
    let title = format!("Deep Jammer, seed {seed}");
    let score = sitting.score(until.saturating_sub(LONGEST_FILE), until, &title);
    drop(sitting);
    let folder = studio.folder.clone();
    let written = tokio::task::spawn_blocking(move || {
        let folder = tempfile::tempdir_in(folder).map_err(Failure::broken)?;
        let output = Output::new(folder.path().join(&name)).map_err(Failure::broken)?;
        let written = output.write(&score, &title, None, Existing::Replace, &mut |_| true);
        written.map_err(Failure::broken)?;
        // The open file stays when its folder goes.
        std::fs::File::open(output.path()).map_err(Failure::broken)
    });
    let file = written.await.map_err(Failure::broken)??;
    let length = file.metadata().map_err(Failure::broken)?.len();
    let stream = tokio_util::io::ReaderStream::new(tokio::fs::File::from_std(file));
    let mut response = Body::from_stream(stream).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}

/// A sound of the piano: `name` is a pitch and `.wav`.
pub async fn sound(State(studio): Studios, Path(name): Path<String>) -> Result<Response, Failure> {
    let pitch = name.strip_suffix(".wav").and_then(|pitch| pitch.parse().ok());
    let studio = &studio;
    let there = pitch.filter(|pitch| studio.sounds.pitches().any(|other| other == *pitch));
    let pitch: u8 = there.ok_or_else(|| Failure::bad("there is no such sound"))?;
    let shared = studio.clone();
    let bytes = studio
        .work(Duration::ZERO, move || shared.sounds.wav(pitch).unwrap_or_default().to_vec())
        .await?;
    let headers = [(header::CONTENT_TYPE, "audio/wav"), (header::CACHE_CONTROL, "max-age=86400")];
    Ok((headers, bytes).into_response())
}

/// Does something to a piece and sends `count` measures from the step that it tells; more is composed,
/// to be there `within` a time, where they are not there yet.
async fn on(
    studio: &Arc<Studio>,
    piece: &str,
    (from, count): (usize, usize),
    within: Duration,
    first: impl FnOnce(&mut Sitting) -> Result<usize, Failure>,
) -> Result<Json<Measures>, Failure> {
    if !(1..=MOST_MEASURES).contains(&count) {
        return Err(Failure::bad(format!("1 to {MOST_MEASURES} measures can be had at once")));
    }
    let seat = studio.hall.find(piece).ok_or_else(gone)?;
    let mut sitting = seat.sitting.clone().lock_owned().await;
    if from > sitting.len() {
        return Err(Failure::conflict("the piece is not that long yet"));
    }
    let from = first(&mut sitting)?;
    if from < sitting.remembered_from() {
        return Err(Failure::conflict("that is too long ago to be remembered"));
    }
    if !begins_measure(&sitting, from) {
        return Err(Failure::bad(format!("no measure begins with step {from}")));
    }
    loop {
        let found = measures(&sitting, from, count);
        if found.measures.len() == count && (sitting.is_at_bar_line() || !ends_with(&found)) {
            return Ok(Json(found));
        }
        if let Err(wait) = seat.may_go_on() {
            // What there is already is better than nothing.
            let whole = sitting.is_at_bar_line() && !found.measures.is_empty();
            return if whole { Ok(Json(found)) } else { Err(Failure::too_far_ahead(wait)) };
        }
        // A measure at a time, so that the others have their turn.
        let (composer, before) = (studio.composer.clone(), sitting.len());
        sitting = studio
            .work(within, move || {
                sitting.compose_measure(&composer, &mut composer.workspace());
                sitting
            })
            .await?;
        let seconds = f64::from(sitting.tempo_at(before)) / 4e6;
        seat.has_composed(seconds * (sitting.len() - before) as f64);
    }
}

/// Whether the last measure found is the last there is.
fn ends_with(found: &Measures) -> bool {
    found.measures.last().is_none_or(|last| last.step + last.steps == found.end)
}

async fn begin_with(studio: Arc<Studio>, script: Script) -> Result<Response, Failure> {
    if !studio.hall.has_room() {
        return Err(full(&studio));
    }
    let seed = script.seed;
    let steps = match script.steps {
        steps if steps > LONGEST_REPLAY => {
            let longest = LONGEST_REPLAY;
            return Err(Failure::unusable(format!(
                "this recipe has {steps} steps, and the studio plays at most {longest} again; \
                 deep-jammer compose --recipe makes a file of it"
            )));
        }
        steps => steps,
    };
    let opening = match &script.opening {
        Opening::Kept(number) => studio.kept.get(*number).map(|primer| primer.source.clone()),
        Opening::Own(own) => own.primer().ok().map(|primer| primer.source),
    };
    let shared = studio.clone();
    let begin = move || Sitting::begin(&shared.composer, &shared.kept, script);
    let begun = studio.work(BEGINS_WITHIN, begin).await?;
    let mut sitting = begun.map_err(Failure::unusable)?;
    // Enough to begin with, and all that a recipe has, a measure at a time.
    let seconds = f64::from(sitting.tempo_at(sitting.len())) / 4e6;
    let first = FIRST_STEPS.max((FIRST_SECONDS / seconds).ceil() as usize);
    let enough = steps.max(sitting.len() + first);
    loop {
        let composer = studio.composer.clone();
        sitting = studio
            .work(BEGINS_WITHIN, move || {
                sitting.compose_measure(&composer, &mut composer.workspace());
                sitting
            })
            .await?;
        if sitting.len() >= enough {
            break;
        }
    }
    let begun = Begun {
        piece: String::new(),
        seed,
        opening: opening.unwrap_or_default(),
        tempo: 6e7 / f64::from(sitting.tempo_at(sitting.len() - 1)),
        metre: sitting.roll().metre_at(sitting.roll().len() - 1).metre.to_string(),
        music: measures(&sitting, 0, usize::MAX),
    };
    let piece = studio.hall.seat(sitting).ok_or_else(|| full(&studio))?;
    Ok((StatusCode::CREATED, Json(Begun { piece, ..begun })).into_response())
}

fn gone() -> Failure {
    Failure::gone("this piece has been left; its recipe plays it again")
}

fn full(studio: &Studio) -> Failure {
    let room_for = studio.hall.room_for();
    Failure::busy(format!("the studio is full: {room_for} are listening; try again in a moment"))
}

/// The script of a piece that is to begin like that.
fn script(studio: &Studio, opening: Opening, beginning: &Beginning) -> Result<Script, Failure> {
    let Beginning { seed, temperature, density, tempo, .. } = *beginning;
    let seed = seed.unwrap_or_else(|| {
        let mut bytes = [0; 8];
        // Small enough to be said aloud.
        getrandom::fill(&mut bytes).map_or(1, |()| u64::from_le_bytes(bytes) % 1_000_000_000)
    });
    let metre = beginning.metre.as_deref().map(str::parse::<Metre>).transpose();
    let metre = metre.map_err(Failure::unusable)?;
    // Where the opening is in that metre, it is gone on with.
    let metre = metre.filter(|metre| match &opening {
        Opening::Kept(number) => last_metre(&studio.kept[*number].roll) != *metre,
        Opening::Own(own) => own.primer().map_or(true, |primer| last_metre(&primer.roll) != *metre),
    });
    let change = Change { step: 0, seed: None, temperature, density, tempo, metre };
    change.check().map_err(Failure::unusable)?;
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
fn kept(studio: &Studio, beginning: &Beginning) -> Result<Opening, Failure> {
    let metre = beginning.metre.as_deref().map(str::parse::<Metre>).transpose();
    let metre = metre.map_err(Failure::unusable)?;
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
fn own(score: &Score, source: &str) -> Result<Opening, Failure> {
    let roll = Roll::from_score(score).map_err(Failure::unusable)?.roll;
    if roll.steps().iter().all(|step| step.play.is_empty()) {
        return Err(Failure::unusable("there is no note in it for the composer to hear"));
    }
    Ok(Opening::Own(Box::new(Record::of(&Primer { source: source.to_owned(), roll }))))
}

/// What somebody has played, as a score, in the tempo and metre that were asked for.
fn score_of(notes: &[Played], beginning: &Beginning) -> Result<Score, Failure> {
    if notes.len() > MOST_NOTES {
        return Err(Failure::unusable(format!("more than {MOST_NOTES} notes were played")));
    }
    let possible = |note: &Played| {
        (LOWEST_PITCH..LOWEST_PITCH + 88).contains(&note.pitch)
            && (0.0..600.0).contains(&note.start)
            && (0.0..60.0).contains(&note.seconds)
    };
    if !notes.iter().all(possible) {
        return Err(Failure::unusable("notes must lie on the 88 keys and within ten minutes"));
    }
    let tempo = beginning.tempo.unwrap_or(100).clamp(20, 300);
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
            value: metre.map_err(Failure::unusable)?.unwrap_or(Metre::COMMON),
        }],
        keys: Vec::new(),
        pedal: Vec::new(),
        texts: Vec::new(),
    })
}
