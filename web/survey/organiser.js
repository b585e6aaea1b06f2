// The organiser's page. The token stands behind the # of the address, which browsers do not send.

import { element } from "../element.js";
import { messageOf, requestJson } from "../request.js";

/** @typedef {[from: number, to: number]} Interval a 95% confidence interval */

/**
 * A survey in the list of all.
 * @typedef {object} Listed
 * @property {string} name
 * @property {string} link the last part of the address for participants
 * @property {boolean} closed
 * @property {number} excerpts
 * @property {number} participants
 * @property {number} answers
 */

/** @typedef {{ mean: number, sd: number | null, interval: Interval | null }} Rating */
/** @typedef {{ count: number, of: number, share: number | null, interval: Interval }} Share */

/**
 * The figures of an excerpt, or of all excerpts of a model.
 * @typedef {object} Figures
 * @property {string} model
 * @property {boolean} real whether people composed it
 * @property {Rating | null} rating
 * @property {Share} believed the answers that a human could have composed it
 * @property {number} taken_for_a_machines the answers that no human could have
 * @property {{ preferred: Share } | null} preference participants who rated it above the real music
 */

/** @typedef {{ what: string, rating: number, sd: number | null, believability: number | null, source: string }} Published */

/**
 * @typedef {object} Report
 * @property {string} survey
 * @property {number} participants
 * @property {number} finished how many participants have rated everything
 * @property {number} answers
 * @property {(Figures & { title: string })[]} excerpts
 * @property {(Figures & { excerpts: number })[]} models
 * @property {{ w: number, p: number } | null} agreement
 * @property {Published[]} published
 */

const token = location.hash.slice(1);

/**
 * @param {string} path
 * @returns {Promise<any>}
 */
const fetchJson = (path) => requestJson("GET", path, { headers: { Authorization: `Bearer ${token}` } });

/**
 * An element with a text or with children.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {...(Node | string)} children
 */
function create(tag, ...children) {
  const created = document.createElement(tag);
  created.append(...children);
  return created;
}

/**
 * @param {string} caption
 * @param {string[]} head
 * @param {(Node | string)[][]} rows
 */
function createTable(caption, head, rows) {
  const table = create("table", create("caption", caption));
  table.append(create("thead", create("tr", ...head.map((text) => create("th", text)))));
  table.append(create("tbody", ...rows.map((row) => create("tr", ...row.map((cell) => create("td", cell))))));
  return create("div", table);
}

/** @typedef {number | null | undefined} Missing a number, or nothing if there are too few answers for it */

const formatNumber = (/** @type {Missing} */ value) => value?.toFixed(1) ?? "–";
const formatPercent = (/** @type {Missing} */ value) =>
  value === null || value === undefined ? "–" : `${Math.round(100 * value)}%`;

/**
 * @param {Interval | null | undefined} interval
 * @param {(value: number) => string} format
 */
const formatInterval = (interval, format) => (interval ? `${format(interval[0])} to ${format(interval[1])}` : "–");

const formatModel = (/** @type {Figures} */ { model, real }) => (real ? `${model} (real)` : model);

const FIGURES = ["answers", "rating", "SD", "95% CI", "believed human", "95% CI", "taken for a machine’s", "preferred to the real"];

/** The cells under `FIGURES`.
 * @param {Figures} figures */
function figureCells({ rating, believed, taken_for_a_machines, preference }) {
  return [
    String(believed.of),
    formatNumber(rating?.mean),
    formatNumber(rating?.sd),
    formatInterval(rating?.interval, formatNumber),
    formatPercent(believed.share),
    formatInterval(believed.of ? believed.interval : null, formatPercent),
    String(taken_for_a_machines),
    preference ? `${preference.preferred.count} of ${preference.preferred.of}` : "–",
  ];
}

/** @param {string} name */
async function showReport(name) {
  /** @type {Report} */
  const report = await fetchJson(`/api/organiser/surveys/${encodeURIComponent(name)}`);
  const { agreement } = report;
  const section = element("report", HTMLElement);
  section.replaceChildren(
    create("h2", report.survey),
    create("p", `${report.participants} began, ${report.finished} rated everything. There are ${report.answers} answers.`),
    create(
      "p",
      agreement
        ? `Agreement on the order (Kendall’s W): ${agreement.w.toFixed(2)}, p = ${agreement.p.toFixed(3)}.`
        : "Agreement on the order (Kendall’s W) needs two participants who have rated everything.",
    ),
    createTable("By model", ["model", "excerpts", ...FIGURES], report.models.map((it) => [formatModel(it), String(it.excerpts), ...figureCells(it)])),
    createTable("By excerpt", ["excerpt", "model", ...FIGURES], report.excerpts.map((it) => [it.title, formatModel(it), ...figureCells(it)])),
    createTable("Published", ["music", "rating", "SD", "believed human", "source"], report.published.map((it) => [it.what, formatNumber(it.rating), formatNumber(it.sd), formatPercent(it.believability), it.source])),
  );
  section.hidden = false;
}

async function showSurveys() {
  /** @type {Listed[]} */
  const surveys = await fetchJson("/api/organiser/surveys");
  const rows = surveys.map((survey) => {
    const button = create("button", survey.name);
    button.type = "button";
    button.addEventListener("click", () => showReport(survey.name).catch(showError));
    const link = create("a", `${location.origin}/s/${survey.link}`);
    link.href = `/s/${survey.link}`;
    return [button, survey.closed ? "closed" : link, String(survey.excerpts), String(survey.participants), String(survey.answers)];
  });
  const section = element("surveys", HTMLElement);
  section.replaceChildren(createTable("", ["survey", "link for participants", "excerpts", "participants", "answers"], rows));
  section.hidden = false;
  if (surveys.length === 1) await showReport(surveys[0].name);
}

/** @param {unknown} error */
function showError(error) {
  const status = element("status", HTMLElement);
  status.textContent = messageOf(error);
  status.classList.add("error");
}

showSurveys().catch(showError);
