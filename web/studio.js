// The studio: what the buttons do.

import * as composer from "./composer.js";
import { Keyboard } from "./keyboard.js";
import { Piano } from "./piano.js";
import { Player } from "./player.js";
import { RollView } from "./roll.js";

/** How many seconds of music are kept ahead: more where the page is out of sight, and its timers late. */
const AHEAD = { seen: 6, unseen: 20 };

const element = (name) => document.getElementById(name);
const piano = new Piano();
const player = new Player(piano);
/** What is played by hand sounds on a piano of its own: a pause of the piece does not stop it. */
const hand = new Piano();
const view = new RollView(element("roll"), player);

let studio = null;
/** The piece that is playing: its name, seed, and recipe so far. */
let piece = null;
let playing = false;
let waitUntil = 0;
let recording = null;
/** Requests that change or continue the piece follow each other. */
let queue = Promise.resolve();

function say(text, trouble = false) {
  const status = element("status");
  if (status.textContent !== text) status.textContent = text;
  status.classList.toggle("trouble", trouble);
}

function inTurn(work) {
  const done = queue.then(work);
  queue = done.catch(() => {});
  return done;
}

/** Does something for the user, and says so if it could not be done. */
async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    say(error.message, true);
    if (error.wait) waitUntil = performance.now() + 1000 * Math.min(error.wait, 20);
    return undefined;
  }
}

/** What the dials say, of that what is not as the model knows it. */
function settings() {
  const said = {};
  const temperature = Number(element("temperature").value);
  const density = 2 ** Number(element("density").value);
  if (temperature !== 1) said.temperature = temperature;
  if (density !== 1) said.density = density;
  if (element("tempo").dataset.asked) said.tempo = Number(element("tempo").value);
  if (element("metre").value) said.metre = element("metre").value;
  return said;
}

function enable() {
  const has = piece !== null;
  for (const button of document.querySelectorAll(".keep")) button.disabled = !has;
  element("recipe").disabled = !has;
  element("fork").disabled = !has;
  element("undo").disabled = !has || piece.changes === 0;
  element("play-sign").textContent = playing ? "❚❚" : "▶";
  element("play-word").textContent = playing ? "Pause" : "Play";
}

/** Begins a piece and plays it. */
async function begin(asked, midi) {
  say("Composing …");
  await openPiano();
  const begun = await inTurn(async () => {
    const instead = piece ? { instead_of: piece.name } : {};
    const begun = await composer.begin({ ...asked, ...instead }, midi);
    player.clear();
    piece = { name: begun.piece, seed: begun.seed, opening: begun.opening, changes: 0, recipe: null };
    player.add(begun);
    return begun;
  });
  playing = true;
  if (!element("tempo").dataset.asked) element("tempo").value = begun.tempo;
  await piano.context.resume();
  say(`Playing. Seed ${begun.seed}, after ${begun.opening}.`);
  enable();
  remember();
  keepUp();
}

async function openPiano() {
  studio ??= await composer.about();
  if (!piano.ready) say("Tuning the piano …");
  await piano.open(studio.sounds);
}

/** Keeps the recipe here, in case the program forgets the piece while this page sleeps. */
function remember() {
  const { name } = piece;
  return attempt(async () => {
    const recipe = await composer.recipe(name, player.nextStep);
    if (piece?.name === name) piece.recipe = JSON.parse(recipe);
  });
}

/** Has the music composed that will soon be wanted. */
let asking = false;
async function keepUp() {
  if (!playing || !piece || asking || performance.now() < waitUntil) return;
  const wanted = document.hidden ? AHEAD.unseen : AHEAD.seen;
  if (player.ahead > wanted) return;
  asking = true;
  try {
    await inTurn(async () => {
      const music = await composer.goOn(piece.name, player.nextStep, 2, Math.max(player.ahead, 0));
      player.add(music);
    });
    if (element("status").classList.contains("trouble")) say(`Playing. Seed ${piece.seed}.`);
  } catch (error) {
    if (error.status === 404) await inTurn(comeBack);
    else if (error.status === 409) player.dropFrom(0);
    else if (error.status !== 429) say(error.message, true);
    waitUntil = performance.now() + 1000 * Math.min(error.wait || 1, 20);
  } finally {
    asking = false;
  }
}

/** The program has forgotten the piece: it is played again up to here, if it is not too long. */
async function comeBack() {
  // Somebody may have begun another one in the meantime.
  const gone = await composer.stay(piece.name).then(() => false, (error) => error.status === 404);
  if (!gone) return;
  let { recipe, changes } = piece;
  const from = player.nextStep;
  await attempt(async () => {
    let begun;
    try {
      begun = await composer.begin({ recipe: JSON.stringify({ ...recipe, steps: from }) });
    } catch (error) {
      if (error.status !== 422) throw error;
      begun = await composer.begin(settings());
      [recipe, changes] = [null, 0];
      player.clear();
      say("The piece was too long to be taken up again; this is a new one.");
    }
    piece = { name: begun.piece, seed: begun.seed, opening: begun.opening, changes, recipe };
    player.add(begun);
    enable();
    if (!recipe) remember();
  });
}

/** Changes something from the next measure on. */
function change(what) {
  if (!piece) return Promise.resolve();
  return attempt(async () => {
    await inTurn(async () => {
      const step = player.nextBar();
      player.dropFrom(step);
      player.add(await composer.change(piece.name, { step, ...what }));
      piece.changes += 1;
    });
    enable();
    remember();
    keepUp();
  });
}

async function toggle() {
  if (!piece) return begin({ ...settings(), ...seed() });
  playing = !playing;
  if (playing) {
    await openPiano();
    await piano.context.resume();
    say(`Playing. Seed ${piece.seed}.`);
    keepUp();
  } else {
    await piano.context.suspend();
    say("Paused.");
  }
  enable();
}

function seed() {
  const text = element("seed").value.trim();
  if (!text) return {};
  if (!/^\d{1,16}$/.test(text)) throw new Error("A seed is a whole number of at most 16 digits.");
  return { seed: Number(text) };
}

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

element("play").addEventListener("click", () => attempt(toggle));
element("new").addEventListener("click", () => attempt(() => begin({ ...settings(), ...seed() })));
element("fork").addEventListener("click", () => change({ seed: Math.floor(Math.random() * 1e9) }));
element("undo").addEventListener("click", () =>
  attempt(async () => {
    await inTurn(async () => {
      const music = await composer.takeBack(piece.name);
      player.dropFrom(music.measures[0].step);
      player.add(music);
      piece.changes = Math.max(0, piece.changes - 1);
    });
    say("Taken back: this is how it went on before.");
    enable();
    remember();
  }),
);
element("volume").addEventListener("input", (event) => {
  for (const each of [piano, hand]) each.setVolume(event.target.value / 100);
});

/** A dial: it shows its value at once, and takes effect when the hand rests. */
function dial(name, show, what) {
  const input = element(name);
  let resting;
  input.addEventListener("input", () => {
    input.dataset.asked = "yes";
    element(`${name}-value`).textContent = show(Number(input.value));
    input.setAttribute("aria-valuetext", show(Number(input.value)));
    clearTimeout(resting);
    resting = setTimeout(() => change(what(Number(input.value))), 300);
  });
}
dial("temperature", (value) => value.toFixed(2), (temperature) => ({ temperature }));
dial("density", (value) => (2 ** value).toFixed(1), (value) => ({ density: 2 ** value }));
dial("tempo", (value) => String(value), (tempo) => ({ tempo }));
element("metre").addEventListener("change", (event) => {
  if (event.target.value) change({ metre: event.target.value });
});

// Music of the listener's own.

async function takeFile(file) {
  if (!file) return;
  if (file.size > 1 << 20) throw new Error("This file is larger than a megabyte; a MIDI file of a piano piece is not.");
  await begin(settings(), await file.arrayBuffer());
}
element("file").addEventListener("change", async (event) => {
  await attempt(() => takeFile(event.target.files[0]));
  event.target.value = "";
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  window.addEventListener(kind, (event) => {
    event.preventDefault();
    element("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop") attempt(() => takeFile(event.dataTransfer.files[0]));
  });
}

/** The keys that are down, and what sounds of them. */
const held = new Set();
const sounding = new Map();
const keyboard = new Keyboard(element("keyboard"), {
  play(pitch) {
    const start = performance.now() / 1000;
    attempt(async () => {
      held.add(pitch);
      studio ??= await composer.about();
      await hand.open(studio.sounds);
      // The sounds may have taken longer than the key was held.
      if (held.has(pitch)) sounding.set(pitch, hand.strike(pitch, hand.now));
    });
    if (recording?.on) recording.notes.push({ pitch, start, seconds: null });
    report();
  },
  release(pitch) {
    held.delete(pitch);
    const note = sounding.get(pitch);
    if (note) hand.damp(note, hand.now);
    sounding.delete(pitch);
    const now = performance.now() / 1000;
    const open = recording?.notes.findLast((note) => note.pitch === pitch && note.seconds === null);
    if (open) open.seconds = Math.max(0.05, Math.min(now - open.start, 30));
  },
});

function report() {
  if (!recording) return;
  const count = recording.notes.length;
  element("played").textContent = count === 1 ? "1 note" : `${count} notes`;
  element("answer").disabled = count === 0;
}

element("record").addEventListener("click", () => {
  recording = recording?.on ? { ...recording, on: false } : { on: true, notes: [] };
  element("record").setAttribute("aria-pressed", String(recording.on));
  element("record").textContent = recording.on ? "Recording: play now" : "Record what I play";
  if (recording.on && playing) attempt(toggle);
  report();
});
element("answer").addEventListener("click", () =>
  attempt(async () => {
    const first = Math.min(...recording.notes.map((note) => note.start));
    const milliseconds = (seconds) => Math.round(1000 * seconds) / 1000;
    const notes = recording.notes.map(({ pitch, start, seconds }) => ({
      pitch,
      start: milliseconds(start - first),
      seconds: milliseconds(seconds ?? 0.5),
    }));
    const within = notes.filter((note) => note.start < 600);
    // What was played is let go only when it is being gone on from.
    await begin({ ...settings(), ...seed(), notes: within });
    recording = null;
    element("record").setAttribute("aria-pressed", "false");
    element("record").textContent = "Record what I play";
    element("answer").disabled = true;
    element("played").textContent = "";
  }),
);
if (navigator.requestMIDIAccess) {
  element("midi-word").textContent = ", or a MIDI keyboard";
  element("devices").hidden = false;
  element("devices").addEventListener("click", () =>
    attempt(async () => {
      const count = await keyboard.connect();
      say(count ? "Your MIDI keyboard is heard." : "No MIDI keyboard is connected yet; it is heard as soon as it is.");
    }),
  );
}

// Keeping.

for (const button of document.querySelectorAll(".keep")) {
  button.addEventListener("click", () =>
    attempt(async () => {
      const { kind } = button.dataset;
      button.disabled = true;
      say("Writing …");
      try {
        const blob = await composer.file(piece.name, kind, player.heardUntil());
        download(blob, `deep-jammer-${piece.seed}.${kind}`);
        say("Written.");
      } finally {
        button.disabled = false;
      }
    }),
  );
}
element("recipe").addEventListener("click", () =>
  attempt(async () => {
    const recipe = await composer.recipe(piece.name, player.heardUntil());
    element("recipe-text").value = recipe;
    try {
      await navigator.clipboard.writeText(recipe);
      say("The recipe is on the clipboard.");
    } catch {
      // Without a secure connection there is no clipboard.
      element("recipe-text").closest("details").open = true;
      element("recipe-text").select();
      say("The recipe is below, ready to be copied.");
    }
  }),
);
element("recipe-play").addEventListener("click", () =>
  attempt(() => begin({ recipe: element("recipe-text").value })),
);

// Time goes by.

setInterval(() => attempt(keepUp), 250);
setInterval(() => piece && !playing && composer.stay(piece.name).catch(() => {}), 30_000);
window.addEventListener("pagehide", () => piece && composer.leave(piece.name));
document.addEventListener("visibilitychange", () => attempt(keepUp));

function frame() {
  view.draw();
  const place = player.place();
  keyboard.light(playing ? player.sounding() : new Set());
  if (place && piece) {
    const seconds = place.measure.seconds;
    const text = `${place.measure.metre}, ${Math.round(15 / seconds)} quarters a minute`;
    if (element("now").textContent !== text) element("now").textContent = text;
  }
  // For whoever watches from outside.
  Object.assign(document.body.dataset, {
    step: place ? place.step : -1,
    struck: player.struck,
    gaps: player.gaps,
    ahead: player.ahead.toFixed(2),
    clock: piano.now.toFixed(2),
  });
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);
enable();
