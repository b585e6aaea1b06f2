// The organiser's page. The token stands behind the # of the address, which browsers send nowhere.

const token = location.hash.slice(1);
const element = (id) => document.getElementById(id);

async function ask(path) {
  const answer = await fetch(path, { headers: { Authorization: `Bearer ${token}` } });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error || `The server says ${answer.status}.`);
  return told;
}

/** An element with a text or with children. */
function make(kind, ...content) {
  const made = document.createElement(kind);
  made.append(...content);
  return made;
}

function table(caption, head, rows) {
  const made = make("table", make("caption", caption));
  made.append(make("thead", make("tr", ...head.map((text) => make("th", text)))));
  made.append(make("tbody", ...rows.map((row) => make("tr", ...row.map((cell) => make("td", cell))))));
  return make("div", made);
}

const number = (value, digits = 1) => (value === null || value === undefined ? "–" : value.toFixed(digits));
const percent = (value) => (value === null || value === undefined ? "–" : `${Math.round(100 * value)} %`);
const range = (interval, show) => (interval ? `${show(interval[0])} to ${show(interval[1])}` : "–");

const RATED = ["answers", "rating", "sd", "95 %", "believed", "95 %", "taken for a machine's", "preferred to the real"];

function figures({ rating, believed, taken_for_a_machines: machine, preference }) {
  return [
    String(believed.of),
    number(rating?.mean),
    number(rating?.sd),
    range(rating?.interval, number),
    percent(believed.share),
    range(believed.of ? believed.interval : null, percent),
    String(machine),
    preference ? `${preference.preferred.count} of ${preference.preferred.of}` : "–",
  ];
}

async function showReport(name) {
  const report = await ask(`/api/organiser/surveys/${encodeURIComponent(name)}`);
  const { agreement } = report;
  element("report").replaceChildren(
    make("h2", report.survey),
    make("p", `${report.participants} have begun, ${report.finished} have rated everything; ${report.answers} answers.`),
    make(
      "p",
      agreement
        ? `Agreement on the order (Kendall's W): ${agreement.w.toFixed(2)}, p = ${agreement.p.toFixed(3)}.`
        : "For an agreement on the order two must have rated everything.",
    ),
    table("By model", ["", "excerpts", ...RATED], report.models.map((it) => [it.real ? `${it.model} (real)` : it.model, String(it.excerpts), ...figures(it)])),
    table("By excerpt", ["", "of", ...RATED], report.excerpts.map((it) => [it.title, it.real ? `${it.model} (real)` : it.model, ...figures(it)])),
    table("Published", ["", "rating", "sd", "believed", "where"], report.published.map((it) => [it.what, number(it.rating), number(it.sd), percent(it.believability), it.source])),
  );
  element("report").hidden = false;
}

async function start() {
  const surveys = await ask("/api/organiser/surveys");
  const rows = surveys.map((survey) => {
    const button = make("button", survey.name);
    button.type = "button";
    button.addEventListener("click", () => showReport(survey.name).catch(fail));
    const link = make("a", `${location.origin}/s/${survey.link}`);
    link.href = `/s/${survey.link}`;
    return [button, survey.closed ? "closed" : link, String(survey.excerpts), String(survey.participants), String(survey.answers)];
  });
  element("surveys").replaceChildren(table("", ["survey", "link for participants", "excerpts", "participants", "answers"], rows));
  element("surveys").hidden = false;
  if (surveys.length === 1) await showReport(surveys[0].name);
}

function fail(error) {
  element("status").textContent = error.message;
  element("status").classList.add("trouble");
}

start().catch(fail);
