// Practice's first screen: what is assigned, the class, the scenarios by kind of place, this phone's record.
// Loaded by practice/home.html; everything personal comes from the phone's own store.
import { dayWords } from "./city-time.js";
import { askAssigned, followClass, keptAssigned, keptClass } from "./practice-class.js";
import { watch } from "./practice-outbox.js";
import { showRecord } from "./practice-record.js";
import { bestRuns, duration, runs } from "./practice-runs.js";
import { guideOf, shelf } from "./practice-scenarios.js";
import { keptProfile } from "./site.js";
import { make, say } from "./words.js";

/** @typedef {import("./practice-scenarios.js").Scenario} Scenario */

const main = /** @type {HTMLElement} */ (document.querySelector("[data-practice-home]"));

/** @param {ParentNode} root @param {string} query @returns {HTMLElement} */
function part(root, query) {
  return /** @type {HTMLElement} */ (root.querySelector(query));
}

/** @type {Scenario[]} */
let scenarios = [];
/** @type {Map<string, import("./practice-runs.js").KeptRun>} */
let best = new Map();

async function show() {
  scenarios = (await shelf()).scenarios;
  best = bestRuns(await runs());
  showKinds((await keptProfile())?.site.type ?? "");
  showAssigned(await keptAssigned());
  showClass(await keptClass());
  await showRecord(scenarios);
}

/** @param {string} own the kind of place where this phone is, first and open; empty when it has joined none */
function showKinds(own) {
  const kinds = /** @type {HTMLDetailsElement[]} */ ([...main.querySelectorAll("[data-site-type]")]);
  for (const kind of kinds) {
    const here = scenarios.filter((each) => each.site_type === kind.dataset.siteType);
    const passed = here.filter((each) => best.get(each.id)?.debrief.passed).length;
    part(kind, "[data-count]").textContent = say("count", { n: here.length, passed });
    part(kind, "[data-list]").replaceChildren(...here.map((each) => link(each)));
    if (kind.dataset.siteType === own && kind.parentElement?.querySelector("details") !== kind) {
      kind.parentElement?.insertBefore(kind, kinds[0]);
      kind.open = true;
    } else if (kind.dataset.siteType === own && !kind.dataset.shown) kind.open = true;
    kind.dataset.shown = "yes";
  }
}

/** @param {Scenario} scenario @param {string} [note] */
function link(scenario, note) {
  const run = best.get(scenario.id);
  const small = [make("small", {}, note ?? scenario.summary)];
  const mark = run ? [make("span", { class: `result ${run.debrief.passed ? "good" : "open"}` }, resultWords(run))] : [];
  const words = make("span", {}, scenario.title, ...small, ...mark);
  return make("a", { class: "answer", href: guideOf(scenario), "data-scenario": scenario.id }, words);
}

/** @param {import("./practice-runs.js").KeptRun} run */
function resultWords({ debrief: { passed, seconds_to_outcome } }) {
  if (!passed) return say("tried");
  const time = duration(seconds_to_outcome, say);
  return time ? say("done-in", { time }) : say("done");
}

/** @param {{scenario: string, due_on: string}[]} assigned */
function showAssigned(assigned) {
  const place = part(main, "[data-assigned]");
  const links = assigned.flatMap(({ scenario, due_on }) => {
    const found = scenarios.find((each) => each.id === scenario);
    return found ? [link(found, say("due", { date: dayWords(due_on) }))] : [];
  });
  place.hidden = !links.length;
  part(place, "[data-list]").replaceChildren(...links);
}

let classShown = "";

/** @param {import("./practice-class.js").Class|null} found */
function showClass(found) {
  const now = JSON.stringify([found, [...best.keys()]]);
  if (now === classShown) return;
  classShown = now;
  const place = part(main, "[data-class]");
  place.hidden = !found;
  if (!found) return;
  const of = found.scenarios.flatMap((id) => scenarios.filter((each) => each.id === id));
  const words = found.ended ? "class-ended" : found.kind === "tabletop" ? "class-tabletop" : "class-as";
  part(place, "[data-class-title]").textContent = say("class", { title: found.title });
  part(place, "[data-class-words]").textContent = say(words, { name: found.nickname });
  const shown = found.kind === "tabletop" ? of.flatMap((each) => each.injects).slice(0, found.revealed) : [];
  const lines = part(place, "[data-revealed]");
  lines.replaceChildren(...shown.map(({ text }) => make("p", {}, text)).reverse());
  part(place, "[data-list]").replaceChildren(...(found.ended ? [] : of.map((each) => link(each))));
}

/** @param {any} error */
function trouble(error) {
  console.error(error);
  part(main, "[data-trouble]").hidden = false;
}

watch(() => show().catch(trouble));
show()
  .then(async () => {
    showAssigned(await askAssigned());
    await followClass(showClass);
  })
  .catch(trouble);
