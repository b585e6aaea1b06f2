// The piano: samples from the server, which the browser transposes and damps.

/** How fast a damper takes the sound away: the time constant of its decay, in seconds. */
const DAMPING = 0.09;

/** The lowest key without a damper, as a MIDI pitch. */
const UNDAMPED = 90;

/**
 * The sound of one struck key.
 * @typedef {object} Voice
 * @property {number} pitch MIDI pitch
 * @property {AudioBufferSourceNode} source
 * @property {AudioParam} gain
 */

export class Piano {
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {GainNode | null} */
  #output = null;
  /**
   * The samples by MIDI pitch.
   * @type {Map<number, AudioBuffer>}
   */
  #samples = new Map();
  /** @type {Promise<void[]> | undefined} */
  #loading;
  #volume = 0.8;

  /**
   * Opens the audio output and loads the samples. Browsers allow it only after a click or a key.
   * @param {number[]} pitches the MIDI pitches of the samples
   */
  async open(pitches) {
    const context = this.#open();
    await context.resume();
    this.#loading ??= Promise.all(pitches.map((pitch) => this.#load(context, pitch)));
    await this.#loading.catch((error) => {
      this.#loading = undefined;
      throw error;
    });
  }

  #open() {
    if (this.#context) return this.#context;
    const context = new AudioContext({ latencyHint: "playback" });
    // Big chords must not clip.
    const limiter = new DynamicsCompressorNode(context, { threshold: -9, ratio: 12, knee: 6, attack: 0.002, release: 0.2 });
    this.#output = new GainNode(context, { gain: this.#volume ** 2 });
    this.#output.connect(limiter).connect(context.destination);
    this.#context = context;
    return context;
  }

  /**
   * @param {AudioContext} context
   * @param {number} pitch
   */
  async #load(context, pitch) {
    const response = await fetch(`/sounds/${pitch}.wav`);
    if (!response.ok) throw new Error("The sounds of the piano could not be loaded.");
    this.#samples.set(pitch, await context.decodeAudioData(await response.arrayBuffer()));
  }

  /** Whether there are samples to play. */
  get ready() {
    return this.#samples.size > 0;
  }

  /** The audio clock in seconds. It stands still while the piano is suspended. */
  get now() {
    return this.#context ? this.#context.currentTime : 0;
  }

  async resume() {
    await this.#context?.resume();
  }

  async suspend() {
    await this.#context?.suspend();
  }

  /** @param {number} volume 0 to 1 */
  setVolume(volume) {
    this.#volume = volume;
    this.#output?.gain.setTargetAtTime(volume ** 2, this.now, 0.03);
  }

  /**
   * Strikes a key at a time of the audio clock.
   * @param {number} pitch MIDI pitch
   * @param {number} when
   * @returns {Voice}
   */
  strike(pitch, when) {
    const [sampled, buffer] = this.#nearestSample(pitch);
    if (!this.#context || !this.#output) throw new Error("The piano is not open yet.");
    const source = new AudioBufferSourceNode(this.#context, { buffer, playbackRate: 2 ** ((pitch - sampled) / 12) });
    const gain = new GainNode(this.#context, { gain: 1 });
    const panner = new StereoPannerNode(this.#context, { pan: (pitch - 64) / 90 });
    source.connect(gain).connect(panner).connect(this.#output);
    source.onended = () => panner.disconnect();
    source.start(when);
    return { pitch, source, gain: gain.gain };
  }

  /** @param {number} pitch */
  #nearestSample(pitch) {
    /** @type {[number, AudioBuffer] | undefined} */
    let nearest;
    for (const sample of this.#samples) {
      if (!nearest || Math.abs(sample[0] - pitch) < Math.abs(nearest[0] - pitch)) nearest = sample;
    }
    if (!nearest) throw new Error("The sounds of the piano are not loaded yet.");
    return nearest;
  }

  /**
   * Releases a key at a time.
   * @param {Voice} voice
   * @param {number} when
   */
  damp(voice, when) {
    if (voice.pitch >= UNDAMPED) return;
    voice.gain.setTargetAtTime(0, when, DAMPING);
    voice.source.stop(when + 8 * DAMPING);
  }

  /**
   * Cancels a release after a time.
   * @param {Voice} voice
   * @param {number} when
   */
  undamp(voice, when) {
    voice.gain.cancelScheduledValues(when);
    voice.source.stop(when + 30);
  }

  /**
   * Cancels a note that has not begun, or cuts it off.
   * @param {Voice} voice
   */
  silence(voice) {
    voice.gain.cancelScheduledValues(this.now);
    voice.gain.setTargetAtTime(0, this.now, 0.02);
    voice.source.stop(this.now + 0.2);
  }
}
