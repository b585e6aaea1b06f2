// The piano roll: it scrolls from right to left past a line that marks now, with a keyboard at its left.

/** @import { Player } from "./player.js" */

/** The MIDI pitch of the lowest key, A0. */
const LOWEST = 21;
const KEYS = 88;
const BLACK = new Set([1, 3, 6, 8, 10]);

/** @typedef {(pitch: number) => number} TopOfKey where the lane of a MIDI pitch begins, from above */

export class RollView {
  #width = 0;
  #height = 0;
  /**
   * Colours by the names that they have in the style sheet.
   * @type {Record<string, string>}
   */
  #colours = {};

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Player} player
   */
  constructor(canvas, player) {
    this.canvas = canvas;
    this.player = player;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    new ResizeObserver(() => this.#resize()).observe(canvas);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.#readColours());
    this.#readColours();
    this.#resize();
  }

  #readColours() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["panel", "lane", "bar", "line", "ink", "struck", "held", "yours"]) {
      this.#colours[name] = style.getPropertyValue(`--${name}`).trim();
    }
  }

  #resize() {
    const scale = window.devicePixelRatio || 1;
    const { width, height } = this.canvas.getBoundingClientRect();
    this.canvas.width = Math.max(1, Math.round(width * scale));
    this.canvas.height = Math.max(1, Math.round(height * scale));
    this.context.setTransform(scale, 0, 0, scale, 0, 0);
    [this.#width, this.#height] = [width, height];
  }

  draw() {
    const { context, player } = this;
    const [width, height, colours] = [this.#width, this.#height, this.#colours];
    const keyboard = Math.min(42, width * 0.1);
    const lane = height / KEYS;
    const y = (/** @type {number} */ pitch) => height - (pitch - LOWEST + 1) * lane;
    const pixelsPerSecond = Math.max(60, (width - keyboard) / 9);
    const nowLine = keyboard + (width - keyboard) * 0.4;
    const now = player.piano.now;
    const x = (/** @type {number} */ time) => nowLine + (time - now) * pixelsPerSecond;
    context.fillStyle = colours.panel;
    context.fillRect(0, 0, width, height);
    context.fillStyle = colours.lane;
    for (let pitch = LOWEST; pitch < LOWEST + KEYS; pitch += 1) {
      if (BLACK.has(pitch % 12)) context.fillRect(keyboard, y(pitch), width, lane);
    }
    context.fillStyle = colours.bar;
    for (const measure of player.measures) context.fillRect(Math.round(x(measure.time)), 0, 1, height);
    const thickness = Math.max(lane - 0.5, 2);
    for (const note of player.notes) {
      const left = Math.max(x(note.start), keyboard);
      const right = x(note.end ?? player.endTime ?? now);
      if (right < keyboard || left > width) continue;
      const isYours = note.step < player.leadIn;
      context.fillStyle = isYours ? colours.yours : colours.held;
      context.fillRect(left, y(note.pitch), Math.max(right - left - 1, 2), thickness);
      if (!isYours) context.fillStyle = colours.struck;
      const onset = Math.min(4, (right - left) / 2);
      if (x(note.start) >= keyboard) context.fillRect(left, y(note.pitch), Math.max(onset, 2), thickness);
    }
    context.fillStyle = colours.ink;
    context.globalAlpha = 0.55;
    context.fillRect(Math.round(nowLine), 0, 1.5, height);
    context.globalAlpha = 1;
    this.#drawKeyboard(keyboard, y, lane);
  }

  /**
   * @param {number} width
   * @param {TopOfKey} y
   * @param {number} lane the height of a key
   */
  #drawKeyboard(width, y, lane) {
    const { context, player } = this;
    const sounding = player.sounding();
    context.fillStyle = "#fdfcf9";
    context.fillRect(0, 0, width, this.#height);
    for (let pitch = LOWEST; pitch < LOWEST + KEYS; pitch += 1) {
      if (sounding.has(pitch)) {
        context.fillStyle = this.#colours.struck;
        context.fillRect(0, y(pitch), width, Math.max(lane, 2));
      } else if (BLACK.has(pitch % 12)) {
        context.fillStyle = "#20242b";
        context.fillRect(0, y(pitch), width * 0.62, lane);
      }
      if (pitch % 12 === 0 && this.#height > 150) {
        context.fillStyle = "#5a6472";
        context.font = "9px system-ui, sans-serif";
        context.textAlign = "right";
        context.fillText(`C${pitch / 12 - 1}`, width - 2, y(pitch) + lane);
      }
    }
    context.fillStyle = this.#colours.line;
    context.fillRect(width, 0, 1, this.#height);
  }
}
