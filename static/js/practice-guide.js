// The guide in the practice frame: the same walk, a scenario laid over it. Loaded by practice/guide.html.
// The walk goes into practice's own store; no module of a real alert or report is loaded here.
import { markAlerted, offerAlert } from "./practice-alert.js";
import { followClass, keptClass, tellProgress } from "./practice-class.js";
import { comeDue, revealedOf } from "./practice-injects.js";
import { drawPaper } from "./practice-paper.js";
import { finishRun } from "./practice-runs.js";
import { address, guideOf, keepScenario, realGuide, scenarioOf, shelf } from "./practice-scenarios.js";
import { newPractice, practiceOf, savePractice } from "./practice-trail.js";
import { moment, now } from "./time.js";
import { walkThrough } from "./walk.js";
import { make, say } from "./words.js";

/** @typedef {import("./practice-trail.js").PracticeWalk} PracticeWalk */

const SECOND = 1_000;
const facts = /** @type {HTMLDialogElement} */ (document.getElementById("facts"));
const happening = /** @type {HTMLDialogElement} */ (document.getElementById("event"));

/** @type {import("./practice-scenarios.js").Found} */
let found;
/** @type {PracticeWalk} */
let walk;
/** @type {number|null} */
let revealed = null;
let told = 0;

/** @param {ParentNode} root @param {string} query @returns {HTMLElement} */
function part(root, query) {
  return /** @type {HTMLElement} */ (root.querySelector(query));
}

async function begin() {
  const main = /** @type {HTMLElement} */ (document.querySelector("main[data-guide]"));
  const named = await scenarioOf(new URLSearchParams(location.search).get("scenario") ?? "");
  if (named?.scenario.protocol.id !== main.dataset.guide) return location.replace(address(""));
  found = named;
  if (await isOver()) return location.replace(guideOf(found.scenario));
  await keepScenario(found);
  fillCard();
  listen();
  revealed = revealedOf(await keptClass(), found.scenario.id, (await shelf()).scenarios);
  walk = /** @type {PracticeWalk} */ (await walkThrough(book));
  if (!walk.begun) openCard();
  offerAlert({ walk: () => walk, counsel: found.scenario.counsel, changed: keep });
  setInterval(happen, SECOND);
  followTabletop().catch((error) => console.warn(error));
  return undefined;
}

/** @returns {Promise<boolean>} whether the address names a step of a walk that has ended: a new one begins at the start */
async function isOver() {
  const kept = history.state?.walk ? await practiceOf(history.state.walk) : null;
  return Boolean(location.hash) && !kept;
}

/** In a class the trainer may show what happens; a phone that is in none asks nobody. */
async function followTabletop() {
  if (!(await keptClass())) return;
  const { scenarios } = await shelf();
  await followClass((now) => {
    revealed = revealedOf(now, found.scenario.id, scenarios);
  });
}

/** @type {import("./walk.js").Book} */
const book = {
  begin: (page) => newPractice(page, found.scenario),
  save: savePractice,
  walkOf: practiceOf,
  left: async () => [],
  // The place is that of the scenario, wherever this phone is; its numbers are nobody's.
  profile: async () => ({
    id: "practice", site: { id: "", name: "", type: found.scenario.site_type }, agency: { name: "" }, contacts: [],
    fetched_at: "",
  }),
  onProfile: () => {},
  shown: (now) => {
    walk = /** @type {PracticeWalk} */ (now);
    document.title = `${say("practice")} · ${document.title}`;
    markAlerted(walk.alerted_at, found.scenario.counsel);
    if (walk.entries.length !== told) tellProgress(walk);
    told = walk.entries.length;
    happen();
  },
};

function keep() {
  markAlerted(walk.alerted_at, found.scenario.counsel);
  tellProgress(walk);
  return savePractice(walk).catch((error) => console.warn(error));
}

function fillCard() {
  const { title, card } = found.scenario;
  part(facts, "[data-title]").textContent = title;
  part(facts, "[data-room]").textContent = card.room;
  part(facts, "[data-who]").textContent = card.who;
  const said = part(facts, "[data-say]");
  said.hidden = !card.say?.length;
  said.append(...(card.say ?? []).map((line, place) => heard(line, card.say_means?.[place] ?? "")));
  const figure = part(facts, "[data-paper]");
  figure.hidden = !card.paper;
  if (card.paper) figure.append(drawPaper(card.paper));
}

/** What officers say, in English as they say it, with what it means in the page's language. @param {string} line @param {string} means */
function heard(line, means) {
  const beneath = means ? [make("span", { class: "means" }, means)] : [];
  return make("p", {}, make("q", { translate: "no", ...(means ? { lang: "en", dir: "ltr" } : {}) }, line), ...beneath);
}

function openCard() {
  part(facts, "[data-begin]").hidden = walk.begun;
  part(facts, "[data-return]").hidden = !walk.begun;
  facts.showModal();
  part(facts, "h2").focus();
  facts.scrollTop = 0;
}

/** The clock runs from the moment that the card was read. */
function started() {
  if (!walk.begun) walk.started_at = moment();
  walk.begun = true;
  keep();
  part(document, "main > section:target h1, main > section h1").focus({ preventScroll: true });
}

/** Show the next thing that happens, when nothing else is in front. */
function happen() {
  if (!walk?.begun || document.querySelector("dialog[open]")) return;
  const [next] = comeDue(found.scenario.injects, walk, now(), revealed);
  if (next === undefined) return;
  walk.seen.push(next);
  openEvent(say("happens"), found.scenario.injects[next].text);
  savePractice(walk).catch((error) => console.warn(error));
}

/** @param {string} title @param {string} words */
function openEvent(title, words) {
  part(happening, "[data-event-title]").textContent = title;
  part(happening, "[data-event]").textContent = words;
  happening.showModal();
  part(happening, "h2").focus();
}

/** @param {HTMLElement} button */
function wouldCall(button) {
  const to = button.dataset.practiceCall ?? "";
  walk.calls.push({ to, at: moment() });
  keep();
  const what = button.querySelector("[data-call-words]")?.textContent ?? to;
  openEvent(/^\d+$/.test(to) ? say("would-call", { who: to }) : say("would-do", { what }), say("nothing-dialled"));
}

async function end() {
  await finishRun(walk, found, null);
  location.replace(address(`debrief#${walk.id}`));
}

/** The run may have ended on another page while this one lay in the browser's back-forward cache. */
async function lookAgain() {
  if (!(await practiceOf(walk.id))) location.replace(guideOf(found.scenario));
}

function listen() {
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("[data-leave]"))) {
    link.href = realGuide(found.scenario.protocol.id);
  }
  document.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("button"));
    if (!button || !walk) return;
    if (button.matches("[data-see]")) openCard();
    if (button.matches("[data-practice-call]")) wouldCall(button);
    if (button.matches("[data-end]")) end().catch(trouble);
    if (button.matches("#facts [data-close], #event [data-close]")) button.closest("dialog")?.close();
  });
  facts.addEventListener("close", started);
  addEventListener("pageshow", (event) => event.persisted && lookAgain().catch(trouble));
  for (const dialog of document.querySelectorAll("dialog")) dialog.addEventListener("close", () => setTimeout(happen, 400));
}

/** @param {any} error */
function trouble(error) {
  console.error(error);
  const line = make("p", { class: "notice danger", role: "alert" }, say("not-saved"));
  document.querySelector("main")?.prepend(line);
}

begin().catch(trouble);
