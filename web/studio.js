// The studio page: what its buttons do, and what it shows while music plays.

import { Dials } from "./dials.js";
import { element } from "./element.js";
import { Keyboard } from "./keyboard.js";
import { Piano } from "./piano.js";
import { Player } from "./player.js";
import { Recorder } from "./recorder.js";
import { RollView } from "./roll.js";
import { Session } from "./session.js";
/** @import { BeginOptions, FileKind, Settings } from "./composer.js" */
/** @import { Voice } from "./piano.js" */

/** The largest MIDI file that the server takes, in bytes. */
const LARGEST_FILE = 1 << 20;

const button = (/** @type {string} */ id) => element(id, HTMLButtonElement);
const exportButtons = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll(".export"));

const player = new Player(new Piano());
const roll = new RollView(element("roll", HTMLCanvasElement), player);
const session = new Session(player, { showStatus, showsError, settings: () => dials.settings(), updateButtons });
const dials = new Dials((settings) => session.change(settings));

// The state of the session.

/**
 * @param {string} text
 * @param {boolean} [isError]
 */
function showStatus(text, isError = false) {
  const status = element("status", HTMLElement);
  // Screen readers read out every change, so nothing is written twice.
  if (status.textContent !== text) status.textContent = text;
  status.classList.toggle("error", isError);
}

function showsError() {
  return element("status", HTMLElement).classList.contains("error");
}

function updateButtons() {
  const { piece, playing } = session;
  for (const each of [...exportButtons, button("recipe"), button("fork")]) each.disabled = !piece;
  button("undo").disabled = !piece || piece.changes === 0;
  element("play-sign", HTMLElement).textContent = playing ? "❚❚" : "▶";
  element("play-word", HTMLElement).textContent = playing ? "Pause" : "Play";
}

// Playing and changing a piece.

/**
 * The seed that the listener has typed, if any.
 * @returns {Settings}
 */
function typedSeed() {
  const text = element("seed", HTMLInputElement).value.trim();
  if (!text) return {};
  if (!/^\d{1,16}$/.test(text)) throw new Error("A seed is a whole number of up to 16 digits.");
  return { seed: Number(text) };
}

/**
 * @param {BeginOptions} options
 * @param {ArrayBuffer} [midi]
 */
async function begin(options, midi) {
  const { tempo } = await session.begin(options, midi);
  dials.followTempo(tempo);
}

const beginNew = () => begin({ ...dials.settings(), ...typedSeed() });

function playOrPause() {
  if (!session.piece) return beginNew();
  return session.playing ? session.pause() : session.play();
}

button("play").addEventListener("click", () => session.attempt(playOrPause));
button("new").addEventListener("click", () => session.attempt(beginNew));
button("fork").addEventListener("click", () => session.change({ seed: Math.floor(Math.random() * 1e9) }));
button("undo").addEventListener("click", () => session.attempt(() => session.undo()));

// Continuing a MIDI file.

/** @param {File | undefined} file */
async function continueFile(file) {
  if (!file) return;
  if (file.size > LARGEST_FILE) {
    throw new Error("This file is larger than a megabyte. A MIDI file of a piano piece is smaller.");
  }
  await begin(dials.settings(), await file.arrayBuffer());
}

const fileInput = element("file", HTMLInputElement);
fileInput.addEventListener("change", async () => {
  await session.attempt(() => continueFile(fileInput.files?.[0]));
  fileInput.value = "";
});
for (const type of /** @type {const} */ (["dragover", "dragleave", "drop"])) {
  window.addEventListener(type, (event) => {
    event.preventDefault();
    element("drop", HTMLElement).classList.toggle("over", type === "dragover");
    if (type === "drop") session.attempt(() => continueFile(event.dataTransfer?.files[0]));
  });
}

// Playing by hand.

/** The listener's own piano: it sounds while the piece is paused, too. */
const ownPiano = new Piano();
/**
 * The keys that are down, as MIDI pitches.
 * @type {Set<number>}
 */
const pressed = new Set();
/**
 * Their sounds, by MIDI pitch.
 * @type {Map<number, Voice>}
 */
const voices = new Map();

const recorder = new Recorder();
const keyboard = new Keyboard(element("keyboard", HTMLElement), {
  press(pitch) {
    recorder.press(pitch);
    if (recorder.recording) showRecording();
    session.attempt(async () => {
      pressed.add(pitch);
      await ownPiano.open(await session.sounds());
      // Loading the sounds may have taken longer than the key was down.
      if (pressed.has(pitch)) voices.set(pitch, ownPiano.strike(pitch, ownPiano.now));
    });
  },
  release(pitch) {
    recorder.release(pitch);
    pressed.delete(pitch);
    const voice = voices.get(pitch);
    if (voice) ownPiano.damp(voice, ownPiano.now);
    voices.delete(pitch);
  },
});

const volume = element("volume", HTMLInputElement);
volume.addEventListener("input", () => {
  for (const piano of [player.piano, ownPiano]) piano.setVolume(Number(volume.value) / 100);
});

if ("requestMIDIAccess" in navigator) {
  element("midi-word", HTMLElement).textContent = ", or on a MIDI keyboard";
  button("devices").hidden = false;
  button("devices").addEventListener("click", () =>
    session.attempt(async () => {
      const count = await keyboard.connectMidi();
      showStatus(count ? "Your MIDI keyboard is connected." : "Connect a MIDI keyboard now, and it will play.");
    }),
  );
}

// Continuing what the listener has recorded.

function showRecording() {
  const { recording, count } = recorder;
  button("record").setAttribute("aria-pressed", String(recording));
  button("record").textContent = recording ? "Recording: play now" : "Record what I play";
  element("played", HTMLElement).textContent = count === 1 ? "1 note" : `${count} notes`;
  button("answer").disabled = count === 0;
}

button("record").addEventListener("click", () => {
  if (recorder.recording) recorder.stop();
  else recorder.start();
  if (recorder.recording && session.playing) session.attempt(playOrPause);
  showRecording();
});
button("answer").addEventListener("click", () =>
  session.attempt(async () => {
    await begin({ ...dials.settings(), ...typedSeed(), notes: recorder.notes() });
    // The recording is dropped only now, so that it survives a failure.
    recorder.clear();
    showRecording();
    element("played", HTMLElement).textContent = "";
  }),
);

// Saving what was heard.

/**
 * @param {Blob} blob
 * @param {string} name
 */
function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

for (const each of exportButtons) {
  each.addEventListener("click", () =>
    session.attempt(async () => {
      const kind = /** @type {FileKind} */ (each.dataset.kind);
      each.disabled = true;
      showStatus("Writing the file…");
      try {
        const blob = await session.file(kind);
        download(blob, `deep-jammer-${session.piece?.seed}.${kind}`);
        showStatus("The file is saved.");
      } finally {
        each.disabled = false;
      }
    }),
  );
}

const recipeText = element("recipe-text", HTMLTextAreaElement);
button("recipe").addEventListener("click", () =>
  session.attempt(async () => {
    recipeText.value = await session.recipe();
    try {
      await navigator.clipboard.writeText(recipeText.value);
      showStatus("The recipe is on the clipboard.");
    } catch {
      // Browsers have no clipboard for pages without HTTPS.
      element("recipe-details", HTMLDetailsElement).open = true;
      recipeText.select();
      showStatus("The recipe is selected below. Copy it from there.");
    }
  }),
);
button("recipe-play").addEventListener("click", () => session.attempt(() => begin({ recipe: recipeText.value })));

// As time goes by.

setInterval(() => session.composeAhead(), 250);
setInterval(() => session.keepAlive(), 30_000);
window.addEventListener("pagehide", () => session.leave());
document.addEventListener("visibilitychange", () => session.composeAhead());

function drawFrame() {
  roll.draw();
  keyboard.light(session.playing ? player.sounding() : new Set());
  const position = player.position();
  if (position && session.piece) {
    const { metre, seconds } = position.measure;
    const text = `${metre}, ${Math.round(15 / seconds)} quarter notes per minute`;
    const now = element("now", HTMLElement);
    if (now.textContent !== text) now.textContent = text;
  }
  // For tests, which watch the page from outside.
  Object.assign(document.body.dataset, {
    step: position ? position.step : -1,
    struck: player.struck,
    gaps: player.gaps,
    ahead: player.ahead.toFixed(2),
    clock: player.piano.now.toFixed(2),
  });
  requestAnimationFrame(drawFrame);
}
requestAnimationFrame(drawFrame);
updateButtons();
