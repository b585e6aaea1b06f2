// A participant's way through a survey. The server knows where somebody stands, so a page that is closed and
// opened again goes on; all that is kept here is the participant's name.

const link = location.pathname.split("/").pop();
const element = (id) => document.getElementById(id);
const sound = element("sound");

/** The participant's name on this device; where nothing may be kept, until the page is closed. */
const name = {
  key: `deep-jammer-survey-${link}`,
  held: null,
  get() {
    try {
      return localStorage.getItem(this.key) || this.held;
    } catch {
      return this.held;
    }
  },
  set(value) {
    this.held = value;
    try {
      if (value) localStorage.setItem(this.key, value);
      else localStorage.removeItem(this.key);
    } catch {
      // Private windows may refuse.
    }
  },
};

/** What the server refuses, with its status. */
class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function ask(method, path, body) {
  const request = { method, headers: {} };
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, request);
  } catch {
    throw new Refusal(0, "The survey cannot be reached. Your answers so far are kept; try again in a moment.");
  }
  if (!answer.ok) {
    const told = await answer.json().catch(() => ({}));
    throw new Refusal(answer.status, told.error || `The server says ${answer.status}.`);
  }
  return answer.status === 204 ? null : answer.json();
}

function say(message, trouble = false) {
  const status = element("status");
  status.textContent = message;
  status.classList.toggle("trouble", trouble);
}

function show(stage) {
  for (const section of ["welcome", "excerpt", "thanks"]) element(section).hidden = section !== stage;
  document.body.dataset.stage = stage;
}

const mine = (what = "") => `/api/participants/${name.get()}${what}`;

/** The excerpt that is listened to, from 1. */
let place = 0;

/** Shows the first excerpt without an answer. */
async function goOn() {
  const { turns } = await ask("GET", mine());
  const next = turns.findIndex((turn) => !turn.answered);
  if (next < 0) {
    show("thanks");
    say("");
    element("thanks-title").focus();
    return;
  }
  place = next + 1;
  document.body.dataset.place = place;
  element("place").textContent = `Excerpt ${place} of ${turns.length}`;
  element("done").max = turns.length;
  element("done").value = next;
  element("time").value = 0;
  element("answer").reset();
  sound.src = mine(`/${place}/sound.wav`);
  element("play").textContent = "Listen";
  allowAnswer(turns[next].heard);
  show("excerpt");
  element("place").focus();
}

function allowAnswer(allowed) {
  element("questions").disabled = !allowed;
  element("hint").textContent = allowed ? "Your answer" : "Listen to the end, then answer.";
  document.body.dataset.heard = allowed;
}

/** The excerpt has been played to its end. */
async function heard(tries = 5) {
  const now = place;
  try {
    await ask("POST", mine(`/${now}/heard`));
    if (now === place) {
      allowAnswer(true);
      say("Your answer, please.");
    }
  } catch (refusal) {
    // Clocks differ a little, and networks fail for a moment.
    if ((refusal.status === 409 || refusal.status === 0) && tries > 0) setTimeout(() => heard(tries - 1), 700);
    else say(refusal.message, true);
  }
}

async function attempt(what) {
  try {
    await what();
  } catch (refusal) {
    say(refusal.message, true);
  }
}

for (let rating = 1; rating <= 10; rating += 1) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name: "rating", value: String(rating), required: true });
  const text = document.createElement("span");
  text.textContent = String(rating);
  label.append(input, text);
  element("ratings").append(label);
}

element("begin").addEventListener("click", () =>
  attempt(async () => {
    element("begin").disabled = true;
    try {
      const { participant } = await ask("POST", `/api/surveys/${link}/participants`);
      name.set(participant);
      await goOn();
    } finally {
      element("begin").disabled = false;
    }
  }),
);

element("play").addEventListener("click", () =>
  attempt(async () => {
    if (!sound.paused) {
      sound.pause();
    } else {
      element("play").textContent = "Loading …";
      // What could not be had is not asked for again by itself.
      if (sound.error) sound.src = mine(`/${place}/sound.wav`);
      try {
        await sound.play();
      } catch (error) {
        element("play").textContent = "Listen";
        throw error;
      }
    }
  }),
);
sound.addEventListener("playing", () => {
  element("play").textContent = "Pause";
  say("");
});
sound.addEventListener("pause", () => {
  element("play").textContent = sound.ended ? "Listen again" : "Go on listening";
});
sound.addEventListener("timeupdate", () => {
  if (sound.duration > 0) element("time").value = sound.currentTime / sound.duration;
});
sound.addEventListener("ended", () => {
  element("time").value = 1;
  element("play").textContent = "Listen again";
  heard();
});
sound.addEventListener("error", () => {
  element("play").textContent = "Listen";
  say("The excerpt cannot be played; try again in a moment.", true);
});

element("answer").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(element("answer"));
  attempt(async () => {
    element("next").disabled = true;
    sound.pause();
    try {
      const what = { rating: Number(form.get("rating")), human: form.get("human") === "yes" };
      try {
        await ask("POST", mine(`/${place}/answer`), what);
      } catch (refusal) {
        // Rated already, in another window say: what is first counts, and it goes on.
        if (refusal.status !== 409) throw refusal;
        say(refusal.message, true);
      }
      await goOn();
    } finally {
      element("next").disabled = false;
    }
  });
});

async function start() {
  const about = await ask("GET", `/api/surveys/${link}`);
  element("told").textContent =
    about.told === "all-generated"
      ? "Every excerpt that you will hear was composed by a computer program."
      : "Some of the excerpts that you will hear were composed by people, some by a computer program.";
  element("how-many").textContent = String(about.excerpts);
  element("how-long").textContent = String(about.seconds);
  if (!name.get()) {
    show("welcome");
    return;
  }
  try {
    await goOn();
  } catch (refusal) {
    if (refusal.status !== 403) throw refusal;
    // The name means nothing any more, here or at all.
    name.set(null);
    show("welcome");
    say(refusal.message, true);
  }
}

attempt(start);
