// What the page asks of the program.

/** An answer that is not the one that was hoped for. */
export class Refusal extends Error {
  constructor(status, reason, wait) {
    super(reason);
    this.status = status;
    this.wait = wait;
  }
}

async function ask(method, path, body, query) {
  const options = { method, headers: {} };
  if (body instanceof ArrayBuffer) {
    options.body = body;
    options.headers["Content-Type"] = "application/octet-stream";
  } else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  const search = query ? `?${new URLSearchParams(query)}` : "";
  let answer;
  try {
    answer = await fetch(path + search, options);
  } catch {
    throw new Refusal(0, "The studio does not answer. Is the program still running?", 2);
  }
  if (!answer.ok) {
    const told = await answer.json().catch(() => ({}));
    const wait = Number(answer.headers.get("Retry-After")) || 0;
    throw new Refusal(answer.status, told.error || `The studio says ${answer.status}.`, wait);
  }
  return answer;
}

const json = async (...request) => (await ask(...request)).json();

/** What the studio is. */
export const about = () => json("GET", "/api/studio");

/** Begins a piece: `settings` as the program knows them, after a MIDI file where there is one. */
export const begin = (settings, midi) =>
  midi ? json("POST", "/api/pieces/midi", midi, settings) : json("POST", "/api/pieces", settings);

/** Measures from a step on; what is wanted within few seconds is composed first. */
export const goOn = (piece, from, count, within) =>
  json("POST", `/api/pieces/${piece}/measures`, { from, count, within });

/** Changes something from a step on. */
export const change = (piece, what) => json("POST", `/api/pieces/${piece}/changes`, what);

/** Takes the last change back. */
export const takeBack = (piece) => json("POST", `/api/pieces/${piece}/changes/last`);

/** The recipe of all up to a step. */
export const recipe = async (piece, until) =>
  (await ask("GET", `/api/pieces/${piece}/recipe`, undefined, { until })).text();

/** What was heard, as a file. */
export const file = async (piece, kind, until) =>
  (await ask("GET", `/api/pieces/${piece}/music.${kind}`, undefined, { until })).blob();

/** Says that somebody is still listening. */
export const stay = (piece) => ask("POST", `/api/pieces/${piece}`);

/** Leaves a piece. */
export const leave = (piece) =>
  fetch(`/api/pieces/${piece}`, { method: "DELETE", keepalive: true }).catch(() => {});
