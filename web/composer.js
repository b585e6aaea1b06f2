// The API of the studio's server, which composes the music.

import { request, requestJson } from "./request.js";
/** @import { RequestOptions } from "./request.js" */

/**
 * A measure of music. A step is a 16th note.
 * @typedef {object} Measure
 * @property {number} step its first step, counted from the beginning of the piece
 * @property {number} steps its length in steps
 * @property {string} metre such as "3/4"
 * @property {number} seconds the length of each step in seconds
 * @property {[step: number, pitch: number][]} strikes keys that are struck: step in the measure and MIDI pitch
 * @property {[step: number, pitch: number][]} ends keys that are released before a step: step in the measure and MIDI pitch
 */

/**
 * Measures in a row.
 * @typedef {object} Measures
 * @property {number} end the length of the piece so far, in steps
 * @property {number} lead_in how many steps at the beginning were given, not composed
 * @property {Measure[]} measures
 */

/**
 * A piece that has begun, with its first measures.
 * @typedef {object} BegunFields
 * @property {string} piece the server's name for it
 * @property {number} seed
 * @property {string} opening the music that it continues
 * @property {string[]} notices what is odd about a file, and what of it the composer does not hear
 * @property {number} tempo in quarter notes per minute
 * @property {string} metre
 * @typedef {BegunFields & Measures} Begun
 */

/**
 * How the model composes. By default temperature and density are 1, tempo and metre those of the music
 * that the piece continues, and the seed is random.
 * @typedef {object} Settings
 * @property {number} [temperature] above 1 makes unlikely notes more likely, below 1 less likely
 * @property {number} [density] how many notes, as a multiple of what the model predicts
 * @property {number} [tempo] in quarter notes per minute
 * @property {string} [metre]
 * @property {number} [seed]
 */

/**
 * A note that the listener has played.
 * @typedef {object} PlayedNote
 * @property {number} pitch MIDI pitch
 * @property {number} start in seconds
 * @property {number} seconds its length
 */

/**
 * How a piece begins: after notes, by a recipe, or, without either, after an excerpt of the model's choice.
 * @typedef {object} BeginFields
 * @property {PlayedNote[]} [notes] notes to continue
 * @property {string} [recipe] a recipe to replay
 * @property {string} [instead_of] the listener's last piece, which ends when this one begins
 * @typedef {Settings & BeginFields} BeginOptions
 */

/** @typedef {Settings & { step: number }} Change settings that hold from a step on, which must begin a measure */

/** @typedef {"mid" | "wav" | "png" | "svg" | "musicxml"} FileKind the extension of a file */

const unreachable = "The studio is not responding. Is the program still running?";

/** @type {(method: string, path: string, options?: RequestOptions) => Promise<any>} */
const json = (method, path, options) => requestJson(method, path, { ...options, unreachable });

/** @type {(method: string, path: string, options?: RequestOptions) => Promise<Response>} */
const send = (method, path, options) => request(method, path, { ...options, unreachable });

/**
 * What the studio is; `sounds` are the MIDI pitches of its piano's samples.
 * @returns {Promise<{ version: string, model: string, sounds: number[] }>}
 */
export const about = () => json("GET", "/api/studio");

/**
 * Begins a piece.
 * @param {BeginOptions} options
 * @param {ArrayBuffer} [midi] a MIDI file to continue
 * @returns {Promise<Begun>}
 */
export const begin = (options, midi) =>
  midi
    ? json("POST", "/api/pieces/midi", { body: midi, query: options })
    : json("POST", "/api/pieces", { body: options });

/**
 * Fetches measures, and has them composed if they are not there yet.
 * @param {string} piece
 * @param {number} from the first step
 * @param {number} count how many measures
 * @param {number} within the seconds until they are needed; the most urgent request is served first
 * @returns {Promise<Measures>}
 */
export const compose = (piece, from, count, within) =>
  json("POST", `/api/pieces/${piece}/measures`, { body: { from, count, within } });

/**
 * Changes settings, and fetches what comes now.
 * @param {string} piece
 * @param {Change} change
 * @returns {Promise<Measures>}
 */
export const change = (piece, change) => json("POST", `/api/pieces/${piece}/changes`, { body: change });

/**
 * Undoes the last change, and fetches what comes now.
 * @param {string} piece
 * @returns {Promise<Measures>}
 */
export const undo = (piece) => json("POST", `/api/pieces/${piece}/changes/last`);

/**
 * The recipe of a piece up to a step.
 * @param {string} piece
 * @param {number} until
 * @returns {Promise<string>} JSON
 */
export const recipe = async (piece, until) =>
  (await send("GET", `/api/pieces/${piece}/recipe`, { query: { until } })).text();

/**
 * A piece up to a step as a file.
 * @param {string} piece
 * @param {FileKind} kind
 * @param {number} until
 * @returns {Promise<Blob>}
 */
export const file = async (piece, kind, until) =>
  (await send("GET", `/api/pieces/${piece}/music.${kind}`, { query: { until } })).blob();

/**
 * Tells the server that somebody is still listening, so that it keeps the piece.
 * @param {string} piece
 */
export const keepAlive = (piece) => send("POST", `/api/pieces/${piece}`);

/**
 * Tells the server that nobody is listening any more.
 * @param {string} piece
 */
export const leave = (piece) =>
  fetch(`/api/pieces/${piece}`, { method: "DELETE", keepalive: true }).catch(() => {});
