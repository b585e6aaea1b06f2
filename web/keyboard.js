// The keyboard on the page: mouse, touch, the computer's keys, MIDI keyboards.

const LOWEST = 21;
const HIGHEST = 108;
const BLACK = new Set([1, 3, 6, 8, 10]);
const NAMES = ["C", "C sharp", "D", "E flat", "E", "F", "F sharp", "G", "A flat", "A", "B flat", "B"];

/** The computer's keys, by their place on the board, as semitones above the octave's C. */
const PLACES = ["KeyA", "KeyW", "KeyS", "KeyE", "KeyD", "KeyF", "KeyT", "KeyG", "KeyY", "KeyH", "KeyU", "KeyJ", "KeyK", "KeyO", "KeyL", "KeyP", "Semicolon"];

export class Keyboard {
  /** `play(pitch)` and `release(pitch)` are told what is played. */
  constructor(element, { play, release }) {
    this.element = element;
    this.tell = { play, release };
    this.keys = new Map();
    this.held = new Map();
    this.octave = 60;
    this.lit = new Set();
    this.#build();
    this.#pointers();
    this.#letters();
  }

  #build() {
    for (let pitch = LOWEST; pitch <= HIGHEST; pitch += 1) {
      const key = document.createElement("button");
      key.type = "button";
      key.className = BLACK.has(pitch % 12) ? "key black" : "key";
      key.dataset.pitch = pitch;
      key.tabIndex = pitch === 60 ? 0 : -1;
      key.setAttribute("aria-label", `${NAMES[pitch % 12]} ${Math.floor(pitch / 12) - 1}`);
      if (pitch % 12 === 0) {
        const name = document.createElement("span");
        name.setAttribute("aria-hidden", "true");
        name.textContent = `C${pitch / 12 - 1}`;
        key.append(name);
      }
      this.keys.set(pitch, key);
      this.element.append(key);
    }
    requestAnimationFrame(() => {
      const middle = this.keys.get(64);
      this.element.scrollLeft = middle.offsetLeft - this.element.clientWidth / 2;
    });
  }

  press(pitch, by) {
    if (pitch < LOWEST || pitch > HIGHEST || this.held.has(by)) return;
    this.held.set(by, pitch);
    this.keys.get(pitch).classList.add("mine");
    this.tell.play(pitch);
  }

  lift(by) {
    const pitch = this.held.get(by);
    if (pitch === undefined) return;
    this.held.delete(by);
    if ([...this.held.values()].includes(pitch)) return;
    this.keys.get(pitch).classList.remove("mine");
    this.tell.release(pitch);
  }

  /** The key under a pointer: a black key reaches over the white ones beside it. */
  #under(event) {
    const key = document.elementFromPoint(event.clientX, event.clientY)?.closest(".key");
    return key && this.element.contains(key) ? Number(key.dataset.pitch) : null;
  }

  #pointers() {
    const by = (event) => `pointer ${event.pointerId}`;
    this.element.addEventListener("pointerdown", (event) => {
      const pitch = this.#under(event);
      if (pitch === null || event.button > 0) return;
      event.target.releasePointerCapture?.(event.pointerId);
      this.press(pitch, by(event));
    });
    this.element.addEventListener("pointermove", (event) => {
      const before = this.held.get(by(event));
      const pitch = this.#under(event);
      if (before === undefined || pitch === null || pitch === before) return;
      this.lift(by(event));
      this.press(pitch, by(event));
    });
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      const where = end === "pointerleave" ? this.element : window;
      where.addEventListener(end, (event) => this.lift(by(event)));
    }
    this.element.addEventListener("keydown", (event) => this.#walk(event));
    this.element.addEventListener("keyup", (event) => {
      if (event.code === "Space" || event.code === "Enter") this.lift("walk");
    });
  }

  #walk(event) {
    const pitch = Number(event.target.dataset?.pitch);
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 12, PageDown: -12 }[event.code];
    if ((event.code === "Space" || event.code === "Enter") && pitch) {
      event.preventDefault();
      if (!event.repeat) this.press(pitch, "walk");
    } else if (step && pitch) {
      event.preventDefault();
      const next = Math.min(HIGHEST, Math.max(LOWEST, pitch + step));
      this.keys.get(pitch).tabIndex = -1;
      this.keys.get(next).tabIndex = 0;
      this.keys.get(next).focus();
    }
  }

  #letters() {
    const writes = (event) => event.target.closest?.("input:not([type=range]), textarea, select");
    window.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || writes(event)) return;
      const place = PLACES.indexOf(event.code);
      if (place >= 0) this.press(this.octave + place, event.code);
      if (event.code === "KeyZ") this.octave = Math.max(24, this.octave - 12);
      if (event.code === "KeyX") this.octave = Math.min(96, this.octave + 12);
    });
    window.addEventListener("keyup", (event) => this.lift(event.code));
    window.addEventListener("blur", () => [...this.held.keys()].forEach((by) => this.lift(by)));
  }

  /** Listens to MIDI keyboards; tells how many there are. */
  async connect() {
    const access = await navigator.requestMIDIAccess();
    const listen = () => {
      for (const input of access.inputs.values()) {
        input.onmidimessage = ({ data: [status, pitch, velocity] }) => {
          const by = `${input.id} ${pitch}`;
          if (status >> 4 === 9 && velocity > 0) this.press(pitch, by);
          else if (status >> 4 === 8 || status >> 4 === 9) this.lift(by);
        };
      }
    };
    access.onstatechange = listen;
    listen();
    return access.inputs.size;
  }

  /** Lights the keys that sound. */
  light(pitches) {
    for (const pitch of this.lit) if (!pitches.has(pitch)) this.keys.get(pitch)?.classList.remove("lit");
    for (const pitch of pitches) if (!this.lit.has(pitch)) this.keys.get(pitch)?.classList.add("lit");
    this.lit = pitches;
  }
}
