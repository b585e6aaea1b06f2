// The listener's session: the piece that is playing, and the requests that continue and change it.

import * as composer from "./composer.js";
import { ApiError, messageOf, statusOf } from "./request.js";
/** @import { BeginOptions, Begun, FileKind, Settings } from "./composer.js" */
/** @import { Player } from "./player.js" */

/** How many seconds of music to have ready. A hidden page needs more, as browsers delay its timers. */
const AHEAD = { visible: 6, hidden: 20 };

/** How many measures to ask for at once. */
const MEASURES = 2;

/** The longest time to hold back requests because the server is busy, in seconds. */
const LONGEST_WAIT = 20;

/**
 * The piece that is playing.
 * @typedef {object} Piece
 * @property {string} name the server's name for it
 * @property {number} seed
 * @property {number} changes how many changes can be undone
 * @property {object | null} recipe what to replay it by if the server drops it
 */

/**
 * What a session tells the page and asks of it.
 * @typedef {object} Page
 * @property {(text: string, isError?: boolean) => void} showStatus shows a sentence to the listener
 * @property {() => boolean} showsError whether that sentence is an error
 * @property {() => Settings} settings where the dials are
 * @property {() => void} updateButtons is called when the piece, `playing` or the number of changes is another
 */

export class Session {
  /** @type {Piece | null} */
  piece = null;
  playing = false;
  /** @type {number[] | null} */
  #sounds = null;
  /** When requests may go out again after the server was busy, in milliseconds on the page's clock. */
  #waitUntil = 0;
  /**
   * The end of the last request that continues or changes the piece. They go out one after the other.
   * @type {Promise<unknown>}
   */
  #queue = Promise.resolve();
  /** Whether measures have been asked for and have not come yet. */
  #composing = false;

  /**
   * @param {Player} player
   * @param {Page} page
   */
  constructor(player, page) {
    this.player = player;
    this.page = page;
  }

  /** The piece, for what can only be done once there is one. */
  get #begun() {
    if (!this.piece) throw new Error("Begin a piece first.");
    return this.piece;
  }

  /**
   * Does something for the listener and shows the error if it fails.
   * @template T
   * @param {() => T | Promise<T>} work
   * @returns {Promise<T | undefined>}
   */
  async attempt(work) {
    try {
      return await work();
    } catch (error) {
      this.page.showStatus(messageOf(error), true);
      if (error instanceof ApiError && error.retryAfter) this.#wait(error.retryAfter);
      return undefined;
    }
  }

  /** @param {number} seconds */
  #wait(seconds) {
    this.#waitUntil = performance.now() + 1000 * Math.min(seconds, LONGEST_WAIT);
  }

  /**
   * Does something after all that was asked for before.
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  #enqueue(work) {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }

  /**
   * The MIDI pitches of the piano's samples.
   * @returns {Promise<number[]>}
   */
  async sounds() {
    this.#sounds ??= (await composer.about()).sounds;
    return this.#sounds;
  }

  async #openPiano() {
    const sounds = await this.sounds();
    if (!this.player.piano.ready) this.page.showStatus("Loading the piano…");
    await this.player.piano.open(sounds);
  }

  /**
   * Begins a piece and plays it.
   * @param {BeginOptions} options
   * @param {ArrayBuffer} [midi] a MIDI file to continue
   * @returns {Promise<Begun>}
   */
  async begin(options, midi) {
    this.page.showStatus("Composing…");
    await this.#openPiano();
    const begun = await this.#enqueue(async () => {
      const instead = this.piece ? { instead_of: this.piece.name } : {};
      const begun = await composer.begin({ ...options, ...instead }, midi);
      this.player.clear();
      this.piece = { name: begun.piece, seed: begun.seed, changes: 0, recipe: null };
      this.player.add(begun);
      return begun;
    });
    this.playing = true;
    await this.player.piano.resume();
    const sentences = [`Seed ${begun.seed}, after ${begun.opening}`, ...begun.notices];
    this.page.showStatus(["Playing", ...sentences].join(". ") + ".");
    this.page.updateButtons();
    this.#saveRecipe();
    this.composeAhead();
    return begun;
  }

  /** Plays on after a pause. */
  async play() {
    this.playing = true;
    await this.#openPiano();
    await this.player.piano.resume();
    this.page.showStatus(`Playing. Seed ${this.#begun.seed}.`);
    this.composeAhead();
    this.page.updateButtons();
  }

  async pause() {
    this.playing = false;
    await this.player.piano.suspend();
    this.page.showStatus("Paused.");
    this.page.updateButtons();
  }

  /** Has the server compose what is about to be needed. */
  async composeAhead() {
    if (!this.playing || !this.piece || this.#composing || performance.now() < this.#waitUntil) return;
    if (this.player.ahead > (document.hidden ? AHEAD.hidden : AHEAD.visible)) return;
    this.#composing = true;
    try {
      await this.#enqueue(async () => {
        const { player } = this;
        const within = Math.max(player.ahead, 0);
        player.add(await composer.compose(this.#begun.name, player.nextStep, MEASURES, within));
      });
      if (this.page.showsError()) this.page.showStatus(`Playing. Seed ${this.#begun.seed}.`);
    } catch (error) {
      const status = statusOf(error);
      if (status === 404) await this.#enqueue(() => this.#restore());
      else if (status === 409) this.player.dropFrom(0);
      else if (status !== 429) this.page.showStatus(messageOf(error), true);
      this.#wait((error instanceof ApiError && error.retryAfter) || 1);
    } finally {
      this.#composing = false;
    }
  }

  /** Keeps the recipe here, as the server drops the piece if the computer sleeps for long. */
  #saveRecipe() {
    const { name } = this.#begun;
    return this.attempt(async () => {
      const recipe = JSON.parse(await composer.recipe(name, this.player.nextStep));
      if (this.piece?.name === name) this.piece.recipe = recipe;
    });
  }

  /** Replays a piece that the server has dropped, or begins a new one if it is too long for that. */
  async #restore() {
    // The listener may have begun another piece meanwhile.
    const isGone = await composer.keepAlive(this.#begun.name).then(() => false, (error) => statusOf(error) === 404);
    if (!isGone) return;
    let { recipe, changes } = this.#begun;
    const steps = this.player.nextStep;
    await this.attempt(async () => {
      let begun;
      try {
        begun = await composer.begin({ recipe: JSON.stringify({ ...recipe, steps }) });
      } catch (error) {
        if (statusOf(error) !== 422) throw error;
        begun = await composer.begin(this.page.settings());
        [recipe, changes] = [null, 0];
        this.player.clear();
        this.page.showStatus("The piece was too long to resume, so this is a new one.");
      }
      this.piece = { name: begun.piece, seed: begun.seed, changes, recipe };
      this.player.add(begun);
      this.page.updateButtons();
      if (!recipe) this.#saveRecipe();
    });
  }

  /**
   * Changes settings from the next measure on.
   * @param {Settings} settings
   */
  async change(settings) {
    if (!this.piece) return;
    await this.attempt(async () => {
      await this.#enqueue(async () => {
        const step = this.player.nextBarLine();
        this.player.dropFrom(step);
        this.player.add(await composer.change(this.#begun.name, { step, ...settings }));
        this.#begun.changes += 1;
      });
      this.page.updateButtons();
      this.#saveRecipe();
      this.composeAhead();
    });
  }

  /** Undoes the last change. */
  async undo() {
    await this.#enqueue(async () => {
      const music = await composer.undo(this.#begun.name);
      this.player.dropFrom(music.measures[0].step);
      this.player.add(music);
      this.#begun.changes = Math.max(0, this.#begun.changes - 1);
    });
    this.page.showStatus("Undone. The music goes on as it did before the change.");
    this.page.updateButtons();
    this.#saveRecipe();
  }

  /**
   * What has been heard, as a file.
   * @param {FileKind} kind
   */
  file(kind) {
    return composer.file(this.#begun.name, kind, this.player.heardUntil());
  }

  /** The recipe of what has been heard. */
  recipe() {
    return composer.recipe(this.#begun.name, this.player.heardUntil());
  }

  /** Keeps the piece on the server while it is paused. */
  keepAlive() {
    if (this.piece && !this.playing) composer.keepAlive(this.piece.name).catch(() => {});
  }

  leave() {
    if (this.piece) composer.leave(this.piece.name);
  }
}
