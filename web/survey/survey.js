// A participant's way through a survey. The server knows how far each participant has come, so a page that is
// closed and opened again goes on from there. Only the participant's id is kept here.

import { element } from "../element.js";
import { messageOf, requestJson, statusOf } from "../request.js";

/** @typedef {{ told: "mixed" | "all-generated", seconds: number, excerpts: number }} About what a survey is */
/** @typedef {{ heard: boolean, answered: boolean }} Turn one excerpt of a participant */
/** @typedef {{ turns: Turn[] }} Progress how far a participant has come */

/** How often to tell the server again that an excerpt was heard, and after how many milliseconds. */
const TRIES = 5;
const RETRY_AFTER = 700;

const link = location.pathname.split("/").pop();
const sound = element("sound", HTMLAudioElement);
const playButton = element("play", HTMLButtonElement);
const beginButton = element("begin", HTMLButtonElement);
const nextButton = element("next", HTMLButtonElement);
const answerForm = element("answer", HTMLFormElement);

/** The participant's id, kept on this device; if it refuses to keep anything, until the page is closed. */
const participant = {
  key: `deep-jammer-survey-${link}`,
  /** @type {string | null} */
  id: null,
  get() {
    try {
      return localStorage.getItem(this.key) || this.id;
    } catch {
      return this.id;
    }
  },
  /** @param {string | null} id */
  set(id) {
    this.id = id;
    try {
      if (id) localStorage.setItem(this.key, id);
      else localStorage.removeItem(this.key);
    } catch {
      // Private windows may refuse.
    }
  },
};

/**
 * @param {"GET" | "POST"} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
const fetchJson = (method, path, body) =>
  requestJson(method, path, {
    body,
    unreachable: "The survey cannot be reached. Your answers so far are saved. Try again in a moment.",
  });

/**
 * The address of something of this participant's.
 * @param {string} [path]
 */
const participantPath = (path = "") => `/api/participants/${participant.get()}${path}`;

/**
 * @param {string} text
 * @param {boolean} [isError]
 */
function showStatus(text, isError = false) {
  const status = element("status", HTMLElement);
  status.textContent = text;
  status.classList.toggle("error", isError);
}

/**
 * Does something for the participant and shows the error if it fails.
 * @param {() => Promise<void>} work
 */
async function attempt(work) {
  try {
    await work();
  } catch (error) {
    showStatus(messageOf(error), true);
  }
}

/** @param {"welcome" | "excerpt" | "thanks"} stage */
function showStage(stage) {
  for (const section of ["welcome", "excerpt", "thanks"]) element(section, HTMLElement).hidden = section !== stage;
  document.body.dataset.stage = stage;
}

/** The place of the current excerpt in the participant's order, from 1. */
let place = 0;

const soundPath = () => participantPath(`/${place}/sound.wav`);

/** Shows the first excerpt without an answer. */
async function showNextExcerpt() {
  /** @type {Progress} */
  const { turns } = await fetchJson("GET", participantPath());
  const next = turns.findIndex((turn) => !turn.answered);
  if (next < 0) {
    showStage("thanks");
    showStatus("");
    element("thanks-title", HTMLElement).focus();
    return;
  }
  place = next + 1;
  document.body.dataset.place = String(place);
  const title = element("place", HTMLElement);
  title.textContent = `Excerpt ${place} of ${turns.length}`;
  const done = element("done", HTMLProgressElement);
  done.max = turns.length;
  done.value = next;
  element("time", HTMLProgressElement).value = 0;
  answerForm.reset();
  sound.src = soundPath();
  playButton.textContent = "Listen";
  allowAnswer(turns[next].heard);
  showStage("excerpt");
  title.focus();
}

/** @param {boolean} allowed */
function allowAnswer(allowed) {
  element("questions", HTMLFieldSetElement).disabled = !allowed;
  element("hint", HTMLElement).textContent = allowed ? "Your answer" : "Listen to the end, then answer.";
  document.body.dataset.heard = String(allowed);
}

/** Tells the server that the excerpt was played to its end. */
async function reportHeard(tries = TRIES) {
  const heard = place;
  try {
    await fetchJson("POST", participantPath(`/${heard}/heard`));
    if (heard === place) {
      allowAnswer(true);
      showStatus("Please answer now.");
    }
  } catch (error) {
    // Clocks differ a little, and networks fail for a moment.
    const mayPass = statusOf(error) === 409 || statusOf(error) === 0;
    if (mayPass && tries > 0) setTimeout(() => reportHeard(tries - 1), RETRY_AFTER);
    else showStatus(messageOf(error), true);
  }
}

for (let rating = 1; rating <= 10; rating += 1) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name: "rating", value: String(rating), required: true });
  const text = document.createElement("span");
  text.textContent = String(rating);
  label.append(input, text);
  element("ratings", HTMLElement).append(label);
}

beginButton.addEventListener("click", () =>
  attempt(async () => {
    beginButton.disabled = true;
    try {
      const joined = await fetchJson("POST", `/api/surveys/${link}/participants`);
      participant.set(joined.participant);
      await showNextExcerpt();
    } finally {
      beginButton.disabled = false;
    }
  }),
);

playButton.addEventListener("click", () =>
  attempt(async () => {
    if (!sound.paused) {
      sound.pause();
      return;
    }
    playButton.textContent = "Loading…";
    // After an error the browser does not load the sound again by itself.
    if (sound.error) sound.src = soundPath();
    try {
      await sound.play();
    } catch (error) {
      playButton.textContent = "Listen";
      throw error;
    }
  }),
);
sound.addEventListener("playing", () => {
  playButton.textContent = "Pause";
  showStatus("");
});
sound.addEventListener("pause", () => {
  playButton.textContent = sound.ended ? "Listen again" : "Continue";
});
sound.addEventListener("timeupdate", () => {
  if (sound.duration > 0) element("time", HTMLProgressElement).value = sound.currentTime / sound.duration;
});
sound.addEventListener("ended", () => {
  element("time", HTMLProgressElement).value = 1;
  playButton.textContent = "Listen again";
  reportHeard();
});
sound.addEventListener("error", () => {
  playButton.textContent = "Listen";
  showStatus("The excerpt cannot be played. Try again in a moment.", true);
});

answerForm.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(answerForm);
  attempt(async () => {
    nextButton.disabled = true;
    sound.pause();
    try {
      const answer = { rating: Number(form.get("rating")), human: form.get("human") === "yes" };
      try {
        await fetchJson("POST", participantPath(`/${place}/answer`), answer);
      } catch (error) {
        // The excerpt has been rated in another window. The first answer counts, and the survey goes on.
        if (statusOf(error) !== 409) throw error;
        showStatus(messageOf(error), true);
      }
      await showNextExcerpt();
    } finally {
      nextButton.disabled = false;
    }
  });
});

async function start() {
  /** @type {About} */
  const about = await fetchJson("GET", `/api/surveys/${link}`);
  element("told", HTMLElement).textContent =
    about.told === "all-generated"
      ? "Every excerpt that you will hear was composed by a computer program."
      : "Some of the excerpts that you will hear were composed by people, some by a computer program.";
  element("how-many", HTMLElement).textContent = String(about.excerpts);
  element("how-long", HTMLElement).textContent = String(about.seconds);
  if (!participant.get()) {
    showStage("welcome");
    return;
  }
  try {
    await showNextExcerpt();
  } catch (error) {
    if (statusOf(error) !== 403) throw error;
    // The server does not know this id, or no longer takes its answers.
    participant.set(null);
    showStage("welcome");
    showStatus(messageOf(error), true);
  }
}

attempt(start);
