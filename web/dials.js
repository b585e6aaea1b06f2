// The dials that shape the music: temperature, density, tempo, metre.

import { element } from "./element.js";
/** @import { Settings } from "./composer.js" */

/** How long a dial must rest before it takes effect, in milliseconds. */
const REST = 300;

export class Dials {
  #temperature = element("temperature", HTMLInputElement);
  #density = element("density", HTMLInputElement);
  #tempo = element("tempo", HTMLInputElement);
  #metre = element("metre", HTMLSelectElement);
  /** Whether the listener has set the tempo. */
  #tempoIsSet = false;

  /** @param {(settings: Settings) => void} change is told every new setting */
  constructor(change) {
    this.#connect(this.#temperature, (value) => value.toFixed(2), (temperature) => change({ temperature }));
    this.#connect(this.#density, (value) => (2 ** value).toFixed(1), (value) => change({ density: 2 ** value }));
    this.#connect(this.#tempo, (value) => String(value), (tempo) => change({ tempo }));
    this.#tempo.addEventListener("input", () => (this.#tempoIsSet = true));
    this.#metre.addEventListener("change", () => {
      if (this.#metre.value) change({ metre: this.#metre.value });
    });
  }

  /**
   * Shows the value of a dial at once, and lets it take effect when the dial rests.
   * @param {HTMLInputElement} input
   * @param {(value: number) => string} format
   * @param {(value: number) => void} change
   */
  #connect(input, format, change) {
    const output = element(`${input.id}-value`, HTMLOutputElement);
    let timer = 0;
    input.addEventListener("input", () => {
      const text = format(Number(input.value));
      output.textContent = text;
      input.setAttribute("aria-valuetext", text);
      clearTimeout(timer);
      timer = setTimeout(() => change(Number(input.value)), REST);
    });
  }

  /**
   * The settings that differ from the default.
   * @returns {Settings}
   */
  settings() {
    /** @type {Settings} */
    const settings = {};
    const temperature = Number(this.#temperature.value);
    const density = 2 ** Number(this.#density.value);
    if (temperature !== 1) settings.temperature = temperature;
    if (density !== 1) settings.density = density;
    if (this.#tempoIsSet) settings.tempo = Number(this.#tempo.value);
    if (this.#metre.value) settings.metre = this.#metre.value;
    return settings;
  }

  /**
   * Moves the tempo dial to the tempo of a piece, unless the listener has set it.
   * @param {number} tempo in quarter notes per minute
   */
  followTempo(tempo) {
    if (!this.#tempoIsSet) this.#tempo.value = String(tempo);
  }
}
