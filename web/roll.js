// The piano roll: it scrolls from right to left past the line of now, a keyboard at its left.

const LOWEST = 21;
const KEYS = 88;
const BLACK = new Set([1, 3, 6, 8, 10]);

export class RollView {
  constructor(canvas, player) {
    this.canvas = canvas;
    this.player = player;
    this.pen = canvas.getContext("2d");
    this.resized = new ResizeObserver(() => this.#measure());
    this.resized.observe(canvas);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.#colours());
    this.#colours();
    this.#measure();
  }

  #colours() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.colours = Object.fromEntries(
      ["panel", "lane", "bar", "line", "ink", "soft", "struck", "held", "yours"].map((name) => [name, colour(name)]),
    );
  }

  #measure() {
    const scale = window.devicePixelRatio || 1;
    const { width, height } = this.canvas.getBoundingClientRect();
    this.canvas.width = Math.max(1, Math.round(width * scale));
    this.canvas.height = Math.max(1, Math.round(height * scale));
    this.pen.setTransform(scale, 0, 0, scale, 0, 0);
    [this.width, this.height] = [width, height];
  }

  draw() {
    const { pen, width, height, colours, player } = this;
    const keyboard = Math.min(42, width * 0.1);
    const lane = height / KEYS;
    const y = (pitch) => height - (pitch - LOWEST + 1) * lane;
    const perSecond = Math.max(60, (width - keyboard) / 9);
    const line = keyboard + (width - keyboard) * 0.4;
    const now = player.piano.now;
    const x = (time) => line + (time - now) * perSecond;
    pen.fillStyle = colours.panel;
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = colours.lane;
    for (let pitch = LOWEST; pitch < LOWEST + KEYS; pitch += 1) {
      if (BLACK.has(pitch % 12)) pen.fillRect(keyboard, y(pitch), width, lane);
    }
    pen.fillStyle = colours.bar;
    for (const measure of player.measures) pen.fillRect(Math.round(x(measure.time)), 0, 1, height);
    const tall = Math.max(lane - 0.5, 2);
    for (const note of player.notes) {
      const left = Math.max(x(note.start), keyboard);
      const right = note.end === null ? x(player.endTime ?? now) : x(note.end);
      if (right < keyboard || left > width) continue;
      const step = Math.min(4, (right - left) / 2);
      const yours = note.step < player.leadIn;
      pen.fillStyle = yours ? colours.yours : colours.held;
      pen.fillRect(left, y(note.pitch), Math.max(right - left - 1, 2), tall);
      if (!yours) pen.fillStyle = colours.struck;
      if (x(note.start) >= keyboard) pen.fillRect(left, y(note.pitch), Math.max(step, 2), tall);
    }
    pen.fillStyle = colours.ink;
    pen.globalAlpha = 0.55;
    pen.fillRect(Math.round(line), 0, 1.5, height);
    pen.globalAlpha = 1;
    this.#keyboard(keyboard, y, lane);
  }

  #keyboard(width, y, lane) {
    const { pen, colours, player } = this;
    const sounding = player.sounding();
    pen.fillStyle = "#fdfcf9";
    pen.fillRect(0, 0, width, this.height);
    for (let pitch = LOWEST; pitch < LOWEST + KEYS; pitch += 1) {
      const black = BLACK.has(pitch % 12);
      if (sounding.has(pitch)) {
        pen.fillStyle = colours.struck;
        pen.fillRect(0, y(pitch), width, Math.max(lane, 2));
      } else if (black) {
        pen.fillStyle = "#20242b";
        pen.fillRect(0, y(pitch), width * 0.62, lane);
      }
      if (pitch % 12 === 0 && this.height > 150) {
        pen.fillStyle = "#5a6472";
        pen.font = "9px system-ui, sans-serif";
        pen.textAlign = "right";
        pen.fillText(`C${pitch / 12 - 1}`, width - 2, y(pitch) + lane);
      }
    }
    pen.fillStyle = colours.line;
    pen.fillRect(width, 0, 1, this.height);
  }
}
