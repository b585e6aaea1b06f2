// The piano: the program's own sounds, tuned and cut by the browser.

/** How fast a damper takes the sound away, in seconds. */
const DAMPING = 0.09;

/** The lowest key without a damper. */
const UNDAMPED = 90;

export class Piano {
  constructor() {
    this.context = null;
    this.sounds = new Map();
    this.volume = 0.8;
  }

  /** Makes the sound ready; browsers want a click before. */
  async open(pitches) {
    if (!this.context) {
      this.context = new AudioContext({ latencyHint: "playback" });
      // A chord of many keys must not crack.
      const limiter = new DynamicsCompressorNode(this.context, { threshold: -9, ratio: 12, knee: 6, attack: 0.002, release: 0.2 });
      this.master = new GainNode(this.context, { gain: this.volume ** 2 });
      this.master.connect(limiter).connect(this.context.destination);
    }
    await this.context.resume();
    this.loading ??= Promise.all(pitches.map((pitch) => this.#load(pitch)));
    await this.loading.catch((error) => {
      this.loading = undefined;
      throw error;
    });
  }

  async #load(pitch) {
    const answer = await fetch(`/sounds/${pitch}.wav`);
    if (!answer.ok) throw new Error("The sounds of the piano cannot be had.");
    this.sounds.set(pitch, await this.context.decodeAudioData(await answer.arrayBuffer()));
  }

  get ready() {
    return this.sounds.size > 0;
  }

  get now() {
    return this.context ? this.context.currentTime : 0;
  }

  setVolume(volume) {
    this.volume = volume;
    if (this.context) this.master.gain.setTargetAtTime(volume ** 2, this.now, 0.03);
  }

  /** Strikes a key at a time of the audio clock; what comes back can be damped. */
  strike(pitch, when, loudness = 1) {
    let nearest = null;
    for (const sampled of this.sounds.keys()) {
      if (nearest === null || Math.abs(sampled - pitch) < Math.abs(nearest - pitch)) nearest = sampled;
    }
    const source = new AudioBufferSourceNode(this.context, {
      buffer: this.sounds.get(nearest),
      playbackRate: 2 ** ((pitch - nearest) / 12),
    });
    const gain = new GainNode(this.context, { gain: loudness });
    const side = new StereoPannerNode(this.context, { pan: (pitch - 64) / 90 });
    source.connect(gain).connect(side).connect(this.master);
    source.onended = () => side.disconnect();
    source.start(when);
    return { pitch, source, gain: gain.gain, loudness };
  }

  /** Lets a key go at a time. */
  damp(note, when) {
    if (note.pitch >= UNDAMPED) return;
    note.gain.setTargetAtTime(0, when, DAMPING);
    note.source.stop(when + 8 * DAMPING);
  }

  /** Takes back from a time on that a key was let go. */
  undamp(note, when) {
    note.gain.cancelScheduledValues(when);
    note.source.stop(when + 30);
  }

  /** Makes a note unheard that has not begun, or breaks it off. */
  silence(note) {
    note.gain.cancelScheduledValues(this.now);
    note.gain.setTargetAtTime(0, this.now, 0.02);
    note.source.stop(this.now + 0.2);
  }
}
