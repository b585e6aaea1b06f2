// Requests to the server that sent this page.

/** The server refused a request, or could not be reached (status 0). */
export class ApiError extends Error {
  /**
   * @param {number} status the HTTP status; 0 if no answer came
   * @param {string} message a sentence for the user
   * @param {number} [retryAfter] how many seconds to wait before the next request; 0 if the server named none
   */
  constructor(status, message, retryAfter = 0) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/**
 * @typedef {object} RequestOptions
 * @property {unknown} [body] sent as it is if it is an `ArrayBuffer`, otherwise as JSON
 * @property {Record<string, any>} [query] what stands behind the `?` of the address
 * @property {Record<string, string>} [headers]
 * @property {string} [unreachable] what to tell the user if no answer comes
 */

/**
 * Sends a request.
 * @param {string} method
 * @param {string} path
 * @param {RequestOptions} [options]
 * @returns {Promise<Response>} an answer with a status of 200 to 299
 * @throws {ApiError}
 */
export async function request(method, path, options = {}) {
  const { body, query, unreachable = "The server is not responding." } = options;
  const headers = { ...options.headers };
  /** @type {RequestInit} */
  const init = { method, headers };
  if (body instanceof ArrayBuffer) {
    init.body = body;
    headers["Content-Type"] = "application/octet-stream";
  } else if (body !== undefined) {
    init.body = JSON.stringify(body);
    headers["Content-Type"] = "application/json";
  }
  const search = query ? `?${new URLSearchParams(query)}` : "";
  let response;
  try {
    response = await fetch(path + search, init);
  } catch {
    throw new ApiError(0, unreachable, 2);
  }
  if (!response.ok) {
    const { error } = await response.json().catch(() => ({}));
    const retryAfter = Number(response.headers.get("Retry-After")) || 0;
    throw new ApiError(response.status, error || `The server answered with status ${response.status}.`, retryAfter);
  }
  return response;
}

/**
 * Sends a request whose answer is JSON.
 * @param {string} method
 * @param {string} path
 * @param {RequestOptions} [options]
 * @returns {Promise<any>} null if the answer is empty (status 204)
 * @throws {ApiError}
 */
export async function requestJson(method, path, options) {
  const response = await request(method, path, options);
  return response.status === 204 ? null : response.json();
}

/**
 * The HTTP status of an error: 0 if no answer came, undefined if the error has another cause.
 * @param {unknown} error
 */
export const statusOf = (error) => (error instanceof ApiError ? error.status : undefined);

/**
 * What an error tells the user.
 * @param {unknown} error
 */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));
