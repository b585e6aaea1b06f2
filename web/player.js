// The player: measures on the audio clock. All that is known of the music to come is scheduled there
// at once, so a page in the background, whose timers are late, goes on sounding.

/** How long before its first note a measure must be known, in seconds. */
const LEAD = 0.12;

/** How long what has been heard stays on the roll, in seconds. */
const REMEMBERED = 30;

export class Player {
  constructor(piano) {
    this.piano = piano;
    this.clear();
    this.gaps = 0;
    this.struck = 0;
  }

  /** Leaves everything; what sounds is damped. */
  clear() {
    for (const note of this.notes ?? []) this.#end(note);
    /** Measures with the time of their first step. */
    this.measures = [];
    /** Notes: pitch, steps and times of beginning and end (null while it is open), and the sound. */
    this.notes = [];
    this.open = new Map();
    this.nextStep = 0;
    this.endTime = null;
    this.leadIn = 0;
  }

  /** Seconds of music that are scheduled. */
  get ahead() {
    return this.endTime === null ? 0 : this.endTime - this.piano.now;
  }

  /** Adds measures that follow what there is. */
  add(music) {
    this.leadIn = music.lead_in;
    for (const measure of music.measures) {
      if (measure.step < this.nextStep) continue;
      const soonest = this.piano.now + LEAD;
      if (this.endTime === null || this.endTime < soonest) {
        // Nobody could compose fast enough: the music waits, and goes on whole.
        if (this.endTime !== null) this.gaps += 1;
        this.endTime = soonest;
      }
      this.#schedule(measure, this.endTime);
      this.measures.push({ ...measure, time: this.endTime });
      this.endTime += measure.steps * measure.seconds;
      this.nextStep = measure.step + measure.steps;
    }
    this.#forget();
  }

  #schedule(measure, time) {
    const at = (step) => time + step * measure.seconds;
    const close = ([step, pitch]) => {
      const note = this.open.get(pitch);
      if (!note) return;
      this.open.delete(pitch);
      note.endStep = measure.step + step;
      note.end = at(step);
      this.piano.damp(note.sound, note.end);
    };
    let next = 0;
    for (const [step, pitch] of measure.strikes) {
      while (next < measure.ends.length && measure.ends[next][0] <= step) close(measure.ends[next++]);
      const sound = this.piano.strike(pitch, at(step));
      const note = { pitch, step: measure.step + step, start: at(step), endStep: null, end: null, sound };
      this.open.set(pitch, note);
      this.notes.push(note);
      this.struck += 1;
    }
    while (next < measure.ends.length) close(measure.ends[next++]);
  }

  #end(note) {
    this.piano.silence(note.sound);
  }

  /** The first bar line that is far enough ahead to change something there, as a step. */
  nextBar(notice = 0.35) {
    const soonest = this.piano.now + notice;
    return this.measures.find((measure) => measure.time > soonest)?.step ?? this.nextStep;
  }

  /** Drops all from a step on. What has been heard of it is not to be unheard, so if that step is past,
   * the music goes on from there at once. */
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
    this.open.clear();
    this.notes = this.notes.filter((note) => {
      if (note.step >= step) {
        if (note.start > now) {
          this.#end(note);
          return false;
        }
        if (note.end === null || note.end > now) {
          this.piano.damp(note.sound, now);
          note.end = now;
        }
      } else if (note.end === null || note.endStep >= step) {
        if (time >= now) {
          if (note.end !== null) this.piano.undamp(note.sound, time);
          note.end = note.endStep = null;
          this.open.set(note.pitch, note);
        }
      }
      return true;
    });
    this.nextStep = step;
    this.endTime = Math.max(time, now);
    if (time < now) this.endTime = now + LEAD;
  }

  /** What is heard now: the measure and the step, or nothing. */
  place() {
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
    const place = this.place();
    return place ? Math.min(place.step + 1, this.nextStep) : 0;
  }

  /** The pitches that sound now. */
  sounding() {
    const now = this.piano.now;
    const pitches = new Set();
    for (const note of this.notes) {
      if (note.start <= now && (note.end === null || note.end > now)) pitches.add(note.pitch);
    }
    return pitches;
  }

  #forget() {
    const old = this.piano.now - REMEMBERED;
    this.notes = this.notes.filter((note) => note.end === null || note.end > old);
    const first = this.measures.findIndex((it) => it.time + it.steps * it.seconds > old);
    if (first > 0) this.measures.splice(0, first);
  }
}
