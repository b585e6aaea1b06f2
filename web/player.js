// The player: it schedules measures on the audio clock, all that it has at once. So a page in the
// background, whose timers are late, plays on.

/** @import { Measure, Measures } from "./composer.js" */
/** @import { Piano, Voice } from "./piano.js" */

/** A measure must be there this long before it begins, in seconds. */
const LEAD = 0.12;

/** How long notes stay on the piano roll after they have ended, in seconds. */
const REMEMBERED = 30;

/** @typedef {Measure & { time: number }} ScheduledMeasure a measure and when it begins on the audio clock */

/**
 * A note on the audio clock.
 * @typedef {object} ScheduledNote
 * @property {number} pitch MIDI pitch
 * @property {number} step the step of the piece at which it begins
 * @property {number} start when it begins
 * @property {number | null} endStep the step before which it ends; null if it lasts beyond the last measure
 * @property {number | null} end when it ends; null likewise
 * @property {Voice} voice its sound
 */

export class Player {
  /** @type {ScheduledMeasure[]} */
  measures = [];
  /** @type {ScheduledNote[]} */
  notes = [];
  /**
   * The notes that last beyond the last measure, by MIDI pitch.
   * @type {Map<number, ScheduledNote>}
   */
  #open = new Map();
  /** The step after the last measure. */
  nextStep = 0;
  /**
   * When the last measure ends; null before the first.
   * @type {number | null}
   */
  endTime = null;
  /** How many steps at the beginning were given, not composed. */
  leadIn = 0;
  /** How often the music had to wait for the server. */
  gaps = 0;
  /** How many keys have been struck. */
  struck = 0;

  /** @param {Piano} piano */
  constructor(piano) {
    this.piano = piano;
  }

  /** Drops everything and silences what sounds. */
  clear() {
    for (const note of this.notes) this.piano.silence(note.voice);
    this.measures = [];
    this.notes = [];
    this.#open = new Map();
    this.nextStep = 0;
    this.endTime = null;
    this.leadIn = 0;
  }

  /** How many seconds of music are still to come. */
  get ahead() {
    return this.endTime === null ? 0 : this.endTime - this.piano.now;
  }

  /**
   * Schedules the measures that come next; others are ignored.
   * @param {Measures} music
   */
  add(music) {
    this.leadIn = music.lead_in;
    for (const measure of music.measures) {
      if (measure.step < this.nextStep) continue;
      const earliest = this.piano.now + LEAD;
      let time = this.endTime ?? earliest;
      if (time < earliest) {
        // The measure comes too late: the music pauses, and nothing of it is lost.
        this.gaps += 1;
        time = earliest;
      }
      this.#schedule(measure, time);
      this.measures.push({ ...measure, time });
      this.endTime = time + measure.steps * measure.seconds;
      this.nextStep = measure.step + measure.steps;
    }
    this.#forget();
  }

  /**
   * @param {Measure} measure
   * @param {number} time when it begins
   */
  #schedule(measure, time) {
    const timeOf = (/** @type {number} */ step) => time + step * measure.seconds;
    const end = (/** @type {[step: number, pitch: number]} */ [step, pitch]) => {
      const note = this.#open.get(pitch);
      if (!note) return;
      this.#open.delete(pitch);
      note.endStep = measure.step + step;
      note.end = timeOf(step);
      this.piano.damp(note.voice, note.end);
    };
    let next = 0;
    for (const [step, pitch] of measure.strikes) {
      while (next < measure.ends.length && measure.ends[next][0] <= step) end(measure.ends[next++]);
      const start = timeOf(step);
      const voice = this.piano.strike(pitch, start);
      /** @type {ScheduledNote} */
      const note = { pitch, step: measure.step + step, start, endStep: null, end: null, voice };
      this.#open.set(pitch, note);
      this.notes.push(note);
      this.struck += 1;
    }
    while (next < measure.ends.length) end(measure.ends[next++]);
  }

  /**
   * The step of the first bar line that is far enough ahead to change the music from there on.
   * @param {number} notice how far ahead, in seconds
   */
  nextBarLine(notice = 0.35) {
    const earliest = this.piano.now + notice;
    return this.measures.find((measure) => measure.time > earliest)?.step ?? this.nextStep;
  }

  /**
   * Drops the music from a step on. If that step has been played already, the music goes on from there
   * at once.
   * @param {number} step
   */
  dropFrom(step) {
    const kept = this.measures.findIndex((measure) => measure.step >= step);
    if (kept < 0) {
      if (step < this.nextStep) this.clear();
      this.nextStep = step;
      return;
    }
    const time = this.measures[kept].time;
    const now = this.piano.now;
    this.measures.length = kept;
    this.#open.clear();
    this.notes = this.notes.filter((note) => {
      if (note.step >= step) {
        if (note.start > now) {
          this.piano.silence(note.voice);
          return false;
        }
        if (note.end === null || note.end > now) {
          this.piano.damp(note.voice, now);
          note.end = now;
        }
      } else if (note.end === null || (note.endStep !== null && note.endStep >= step)) {
        // It lasted into what was dropped, so its end is open again.
        if (time >= now) {
          if (note.end !== null) this.piano.undamp(note.voice, time);
          note.end = note.endStep = null;
          this.#open.set(note.pitch, note);
        }
      }
      return true;
    });
    this.nextStep = step;
    this.endTime = time < now ? now + LEAD : time;
  }

  /** The measure and the step that sound now; null before the music begins. */
  position() {
    const now = this.piano.now;
    for (let index = this.measures.length - 1; index >= 0; index -= 1) {
      const measure = this.measures[index];
      if (measure.time <= now) {
        const step = Math.floor((now - measure.time) / measure.seconds);
        return { measure, step: Math.min(measure.step + step, measure.step + measure.steps) };
      }
    }
    return null;
  }

  /** The first step that has not been heard yet. */
  heardUntil() {
    const position = this.position();
    return position ? Math.min(position.step + 1, this.nextStep) : 0;
  }

  /**
   * The MIDI pitches that sound now.
   * @returns {Set<number>}
   */
  sounding() {
    const now = this.piano.now;
    const pitches = new Set();
    for (const note of this.notes) {
      if (note.start <= now && (note.end === null || note.end > now)) pitches.add(note.pitch);
    }
    return pitches;
  }

  /** Forgets what ended long ago. */
  #forget() {
    const old = this.piano.now - REMEMBERED;
    this.notes = this.notes.filter((note) => note.end === null || note.end > old);
    const first = this.measures.findIndex((it) => it.time + it.steps * it.seconds > old);
    if (first > 0) this.measures.splice(0, first);
  }
}
