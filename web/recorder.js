// The recorder: it notes down what the listener plays.

/** @import { PlayedNote } from "./composer.js" */

/** Notes later than this are left out, in seconds: the server takes no longer recording. */
const LONGEST_RECORDING = 600;

/** Notes are at least and at most this long, in seconds. */
const SHORTEST_NOTE = 0.05;
const LONGEST_NOTE = 30;

/** The length of a note whose key is still down, in seconds. */
const OPEN_NOTE = 0.5;

/** The time in seconds on the page's clock. */
const now = () => performance.now() / 1000;

/** @param {number} seconds */
const roundToMilliseconds = (seconds) => Math.round(1000 * seconds) / 1000;

export class Recorder {
  /** Whether keys are being recorded. */
  recording = false;

  /**
   * The notes so far, in the order in which they were struck; `seconds` is null while the key is down.
   * @type {{ pitch: number, start: number, seconds: number | null }[]}
   */
  #notes = [];

  /** How many notes there are. */
  get count() {
    return this.#notes.length;
  }

  /** Begins a new recording. */
  start() {
    this.#notes = [];
    this.recording = true;
  }

  /** Ends the recording; its notes stay. */
  stop() {
    this.recording = false;
  }

  /** Ends the recording and drops its notes. */
  clear() {
    this.#notes = [];
    this.recording = false;
  }

  /**
   * A key goes down.
   * @param {number} pitch MIDI pitch
   */
  press(pitch) {
    if (this.recording) this.#notes.push({ pitch, start: now(), seconds: null });
  }

  /**
   * A key comes up. If the recording has ended meanwhile, its last note ends here all the same.
   * @param {number} pitch MIDI pitch
   */
  release(pitch) {
    const note = this.#notes.filter((note) => note.pitch === pitch && note.seconds === null).at(-1);
    if (note) note.seconds = Math.max(SHORTEST_NOTE, Math.min(now() - note.start, LONGEST_NOTE));
  }

  /**
   * The notes for the composer to continue, the first one at 0 seconds.
   * @returns {PlayedNote[]}
   */
  notes() {
    const first = Math.min(...this.#notes.map((note) => note.start));
    return this.#notes
      .map(({ pitch, start, seconds }) => ({
        pitch,
        start: roundToMilliseconds(start - first),
        seconds: roundToMilliseconds(seconds ?? OPEN_NOTE),
      }))
      .filter((note) => note.start < LONGEST_RECORDING);
  }
}
