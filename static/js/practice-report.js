// The short practice report: questions of the real form, then the debrief. Loaded by practice/report.html.
// The walk's id is the address's fragment; what is typed goes into the run and nowhere else.
import { outermost, pressed } from "./form-controls.js";
import { fill, judge, keepAlone, questionsIn, showCounter, showProblem } from "./form-fields.js";
import { settleMoment } from "./form-moments.js";
import { point } from "./mistakes.js";
import { finishRun } from "./practice-runs.js";
import { address, guideOf, realGuide, scenarioOfWalk, shelf } from "./practice-scenarios.js";
import { practiceOf } from "./practice-trail.js";
import { say } from "./words.js";
import { holdVersion } from "./hold-version.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("practice-form"));
const edge = /** @type {HTMLElement} */ (document.querySelector("[data-form-edge]"));
const send = /** @type {HTMLButtonElement} */ (edge.querySelector("[data-send]"));

/** @type {import("./practice-trail.js").PracticeWalk} */
let walk;
/** @type {import("./practice-scenarios.js").Found} */
let found;

async function begin() {
  const kept = await practiceOf(location.hash.slice(1));
  const scenario = kept && (await scenarioOfWalk(kept.scenario));
  if (!kept || !scenario) return trouble("no-run");
  [walk, found] = [kept, scenario];
  await choose();
  prefill();
  listen();
  form.hidden = false;
  edge.hidden = false;
  document.querySelector("h1")?.focus({ preventScroll: true });
  return undefined;
}

/** Ask what any scenario of this guide and kind of place asks for, so that the questions do not give the answer away. */
async function choose() {
  const { scenarios } = await shelf();
  const { protocol, site_type } = found.scenario;
  const like = scenarios.filter((each) => each.protocol.id === protocol.id && each.site_type === site_type);
  const asked = new Set([...like, found.scenario].flatMap((each) => each.expected.report.map((fact) => fact.id)));
  for (const each of questionsIn(form)) if (!asked.has(each.dataset.field ?? "")) each.remove();
  for (const screen of form.querySelectorAll("section")) if (!screen.querySelector("[data-field]")) screen.remove();
}

function prefill() {
  for (const each of questionsIn(form)) {
    const value = walk.facts[each.dataset.field ?? ""];
    fill(each, value);
    each.querySelector("[data-prefilled]")?.toggleAttribute("hidden", value === undefined);
    showProblem(each, {});
  }
}

function listen() {
  const back = /** @type {HTMLAnchorElement} */ (edge.querySelector("[data-to-guide]"));
  back.href = guideOf(found.scenario);
  back.addEventListener("click", (event) => {
    if (history.length < 2) return;
    event.preventDefault();
    history.back(); // the guide goes on with this very walk
  });
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("[data-leave]"))) {
    link.href = realGuide(walk.protocol.id);
  }
  form.addEventListener("input", (event) => {
    keepAlone(/** @type {HTMLInputElement} */ (event.target));
    settleMoment(/** @type {HTMLInputElement} */ (event.target));
    changed(outermost(/** @type {Element} */ (event.target)));
  });
  form.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    const question = button?.closest("[data-field]") ? outermost(button) : null;
    if (button && question && pressed(button, question)) changed(question);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  send.addEventListener("click", finish);
  addEventListener("pageshow", (event) => event.persisted && (send.disabled = false));
}

/** @param {HTMLElement} question */
function changed(question) {
  question.querySelector("[data-prefilled]")?.toggleAttribute("hidden", true);
  for (const each of [question, ...questionsIn(question)]) showCounter(each);
  showProblem(question, {});
}

async function finish() {
  const judged = questionsIn(form).map((question) => ({ question, judged: judge(question) }));
  const wrong = judged.find((each) => each.judged.problem);
  if (wrong) return point(wrong);
  const given = judged.map(({ question, judged: { value } }) => [question.dataset.field, value]);
  send.disabled = true;
  try {
    await finishRun(walk, found, Object.fromEntries(given.filter(([, value]) => value !== undefined)));
    location.replace(address(`debrief#${walk.id}`));
  } catch (error) {
    console.error(error);
    trouble("not-saved");
    send.disabled = false;
  }
  return undefined;
}

/** @param {string} words */
function trouble(words) {
  const place = /** @type {HTMLElement} */ (document.querySelector("[data-trouble]"));
  place.textContent = say(words);
  place.hidden = false;
}

holdVersion();
begin().catch((error) => {
  console.error(error);
  trouble("no-run");
});
