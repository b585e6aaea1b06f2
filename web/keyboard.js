// The piano keyboard on the page. It is played with the mouse, by touch, on the computer's keyboard, or on
// MIDI keyboards.

/** The MIDI pitches of the lowest and the highest key, A0 and C8. */
const LOWEST = 21;
const HIGHEST = 108;
const MIDDLE_C = 60;
const BLACK = new Set([1, 3, 6, 8, 10]);
const NAMES = ["C", "C sharp", "D", "E flat", "E", "F", "F sharp", "G", "A flat", "A", "B flat", "B"];

/** The computer's keys that play, from C upwards in semitones, by their place on the board. */
const LETTERS = ["KeyA", "KeyW", "KeyS", "KeyE", "KeyD", "KeyF", "KeyT", "KeyG", "KeyY", "KeyH", "KeyU", "KeyJ", "KeyK", "KeyO", "KeyL", "KeyP", "Semicolon"];

/**
 * How far keys move the focus, in semitones.
 * @type {Record<string, number>}
 */
const FOCUS_MOVES = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 12, PageDown: -12 };

/** MIDI messages, by the upper four bits of their status byte. */
const NOTE_OFF = 8;
const NOTE_ON = 9;

/**
 * What is told of every key.
 * @typedef {object} Listener
 * @property {(pitch: number) => void} press a key goes down
 * @property {(pitch: number) => void} release it comes up
 */

export class Keyboard {
  /**
   * The keys by MIDI pitch.
   * @type {Map<number, HTMLButtonElement>}
   */
  #keys = new Map();
  /**
   * Which MIDI pitch a finger holds down, by the name of that finger: a pointer, a letter, a MIDI key.
   * @type {Map<string, number>}
   */
  #held = new Map();
  /** The MIDI pitch of the letter A. */
  #octave = MIDDLE_C;
  /**
   * The keys that are lit.
   * @type {Set<number>}
   */
  #lit = new Set();

  /**
   * @param {HTMLElement} element where the keys go
   * @param {Listener} listener
   */
  constructor(element, listener) {
    this.element = element;
    this.listener = listener;
    this.#addKeys();
    this.#listenToPointers();
    this.#listenToFocusedKey();
    this.#listenToLetters();
  }

  #addKeys() {
    for (let pitch = LOWEST; pitch <= HIGHEST; pitch += 1) {
      const key = document.createElement("button");
      key.type = "button";
      key.className = BLACK.has(pitch % 12) ? "key black" : "key";
      key.dataset.pitch = String(pitch);
      key.tabIndex = pitch === MIDDLE_C ? 0 : -1;
      key.setAttribute("aria-label", `${NAMES[pitch % 12]} ${Math.floor(pitch / 12) - 1}`);
      if (pitch % 12 === 0) {
        const name = document.createElement("span");
        name.setAttribute("aria-hidden", "true");
        name.textContent = `C${pitch / 12 - 1}`;
        key.append(name);
      }
      this.#keys.set(pitch, key);
      this.element.append(key);
    }
    requestAnimationFrame(() => {
      this.element.scrollLeft = this.#key(MIDDLE_C + 4).offsetLeft - this.element.clientWidth / 2;
    });
  }

  /** @param {number} pitch */
  #key(pitch) {
    return /** @type {HTMLButtonElement} */ (this.#keys.get(pitch));
  }

  /**
   * A finger presses a key.
   * @param {number} pitch
   * @param {string} finger
   */
  #press(pitch, finger) {
    if (pitch < LOWEST || pitch > HIGHEST || this.#held.has(finger)) return;
    this.#held.set(finger, pitch);
    this.#key(pitch).classList.add("pressed");
    this.listener.press(pitch);
  }

  /**
   * A finger lets go of its key, if it has one.
   * @param {string} finger
   */
  #release(finger) {
    const pitch = this.#held.get(finger);
    if (pitch === undefined) return;
    this.#held.delete(finger);
    if ([...this.#held.values()].includes(pitch)) return;
    this.#key(pitch).classList.remove("pressed");
    this.listener.release(pitch);
  }

  /**
   * The MIDI pitch of a key of ours.
   * @param {EventTarget | null | undefined} target
   */
  #pitchOf(target) {
    const key = target instanceof Element ? target.closest(".key") : null;
    return key instanceof HTMLElement && this.element.contains(key) ? Number(key.dataset.pitch) : null;
  }

  #listenToPointers() {
    const fingerOf = (/** @type {PointerEvent} */ event) => `pointer ${event.pointerId}`;
    // A touch belongs to the element where it began, so the key under it has to be looked up.
    const pitchUnder = (/** @type {PointerEvent} */ event) =>
      this.#pitchOf(document.elementFromPoint(event.clientX, event.clientY));
    this.element.addEventListener("pointerdown", (event) => {
      const pitch = pitchUnder(event);
      if (pitch === null || event.button > 0) return;
      if (event.target instanceof Element) event.target.releasePointerCapture(event.pointerId);
      this.#press(pitch, fingerOf(event));
    });
    this.element.addEventListener("pointermove", (event) => {
      const finger = fingerOf(event);
      const before = this.#held.get(finger);
      const pitch = pitchUnder(event);
      if (before === undefined || pitch === null || pitch === before) return;
      this.#release(finger);
      this.#press(pitch, finger);
    });
    this.element.addEventListener("pointerleave", (event) => this.#release(fingerOf(event)));
    window.addEventListener("pointerup", (event) => this.#release(fingerOf(event)));
    window.addEventListener("pointercancel", (event) => this.#release(fingerOf(event)));
  }

  /** Space and Enter play the key that has the focus; arrows and Page Up and Down move it. */
  #listenToFocusedKey() {
    const plays = (/** @type {KeyboardEvent} */ event) => event.code === "Space" || event.code === "Enter";
    this.element.addEventListener("keydown", (event) => {
      const pitch = this.#pitchOf(event.target);
      const move = FOCUS_MOVES[event.code];
      if (pitch === null || !(plays(event) || move)) return;
      event.preventDefault();
      if (plays(event)) {
        if (!event.repeat) this.#press(pitch, "focus");
        return;
      }
      const next = Math.min(HIGHEST, Math.max(LOWEST, pitch + move));
      this.#key(pitch).tabIndex = -1;
      this.#key(next).tabIndex = 0;
      this.#key(next).focus();
    });
    this.element.addEventListener("keyup", (event) => {
      if (plays(event)) this.#release("focus");
    });
  }

  #listenToLetters() {
    const isTyping = (/** @type {KeyboardEvent} */ event) =>
      event.target instanceof Element && event.target.closest("input:not([type=range]), textarea, select");
    window.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event)) return;
      const semitones = LETTERS.indexOf(event.code);
      if (semitones >= 0) this.#press(this.#octave + semitones, event.code);
      if (event.code === "KeyZ") this.#octave = Math.max(24, this.#octave - 12);
      if (event.code === "KeyX") this.#octave = Math.min(96, this.#octave + 12);
    });
    window.addEventListener("keyup", (event) => this.#release(event.code));
    // A page without the focus is not told when a key comes up.
    window.addEventListener("blur", () => [...this.#held.keys()].forEach((finger) => this.#release(finger)));
  }

  /**
   * Listens to MIDI keyboards, those that are connected later as well.
   * @returns {Promise<number>} how many are connected now
   */
  async connectMidi() {
    const access = await navigator.requestMIDIAccess();
    const listen = () => {
      for (const input of access.inputs.values()) {
        input.onmidimessage = ({ data }) => {
          if (!data) return;
          const [status, pitch, velocity] = data;
          const finger = `${input.id} ${pitch}`;
          // A note on with velocity 0 is a note off.
          if (status >> 4 === NOTE_ON && velocity > 0) this.#press(pitch, finger);
          else if (status >> 4 === NOTE_OFF || status >> 4 === NOTE_ON) this.#release(finger);
        };
      }
    };
    access.onstatechange = listen;
    listen();
    return access.inputs.size;
  }

  /**
   * Lights the keys that sound, and no others.
   * @param {Set<number>} pitches MIDI pitches
   */
  light(pitches) {
    for (const pitch of this.#lit) if (!pitches.has(pitch)) this.#keys.get(pitch)?.classList.remove("lit");
    for (const pitch of pitches) if (!this.#lit.has(pitch)) this.#keys.get(pitch)?.classList.add("lit");
    this.#lit = pitches;
  }
}
