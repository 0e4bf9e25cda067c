// The trail: what one person answered, in order, with times. Kept in the store `walks`; walk.js writes it,
// the alert and the report read it. A walk belongs to one protocol version (its hash) from start to end.
import { lastAlert } from "./last-alert.js";
import { all, del, get, put, recall, remember, transact } from "./db.js";
import { moment, now, since } from "./time.js";

/**
 * @typedef {{step: string, answer: string, at: string}} Entry
 * @typedef {Object<string, string>} Sets what an answer or an outcome says of the report's facts
 * @typedef {{
 *   id: string, protocol: {id: string, hash: string, version: number}, kind: string, locale: string,
 *   started_at: string, entries: Entry[], sets: Sets[], outcome_sets: Sets, urgency: string,
 *   facts: Object<string, string|string[]>, outcome: string|null, position: string, report_id: string
 * }} Walk
 */

/** How long a walk can be taken up again, and how long it is kept, in milliseconds. */
export const RESUME = 24 * 3600 * 1000;
const KEEP = 2 * RESUME;

/** Facts that can hold several values; an answer adds one. */
const MULTIPLE = new Set(["request", "staging_activity"]);
const CURRENT = "current-walk";
/** @type {Walk|null} this page's own walk, for times when storage fails */
let latest = null;

/**
 * A walk that has not left its first step, not kept yet.
 * @param {{protocol: {id: string, hash: string, version: number}, locale: string, start: string, urgency: string,
 *   kind?: string}} page what the guide page says of itself
 * @returns {Walk}
 */
export function newWalk({ protocol, locale, start, urgency, kind = protocol.id }) {
  return {
    id: crypto.randomUUID(),
    protocol,
    kind,
    locale,
    started_at: moment(),
    entries: [],
    sets: [],
    outcome_sets: {},
    urgency,
    facts: {},
    outcome: null,
    position: start,
    report_id: lastAlert(kind)?.report ?? crypto.randomUUID(),
  };
}

/**
 * Begin a walk and make it the current one.
 * @param {Parameters<typeof newWalk>[0]} page
 * @returns {Promise<Walk>}
 */
export async function startWalk(page) {
  const walk = newWalk(page);
  await saveWalk(walk);
  return walk;
}

/**
 * Note an answer in the walk. Changes `walk` at once; keep it with saveWalk.
 * @param {Walk} walk
 * @param {string} answer the answer's or interrupt's id
 * @param {{to: string, sets?: Sets, outcome?: {report: Sets, urgency: string}|null}} edge where it leads and what it says
 * @returns {Walk} the same walk
 */
export function recordAnswer(walk, answer, { to, sets = {}, outcome = null }) {
  walk.entries.push({ step: walk.position, answer, at: moment() });
  walk.sets.push(sets);
  return moveTo(walk, to, outcome);
}

/**
 * Note that the walker went back by one answer. What that answer said of the facts is taken back; the entry stays.
 * @param {Walk} walk
 * @param {{to: string, outcome?: {report: Sets, urgency: string}|null}} edge where the walker stands now
 * @returns {Walk} the same walk
 */
export function recordBack(walk, { to, outcome = null }) {
  walk.entries.push({ step: walk.position, answer: "back", at: moment() });
  walk.sets.push({});
  return moveTo(walk, to, outcome);
}

/**
 * @param {Walk} walk
 * @param {string} to
 * @param {{report: Sets, urgency: string}|null} outcome
 */
function moveTo(walk, to, outcome) {
  walk.position = to;
  walk.outcome = outcome ? to : null;
  walk.outcome_sets = outcome ? outcome.report : {};
  walk.facts = factsOf(walk);
  return walk;
}

/**
 * The answers that still stand: each "back" takes away the one before it.
 * @param {Walk} walk
 * @returns {{entry: Entry, sets: Sets}[]} oldest first
 */
export function standing(walk) {
  const kept = [];
  walk.entries.forEach((entry, index) => {
    if (entry.answer === "back") kept.pop();
    else kept.push({ entry, sets: walk.sets[index] ?? {} });
  });
  return kept;
}

/**
 * The report's facts as far as the walk knows them: what the standing answers said, then the outcome's defaults
 * where no answer spoke. Facts of several values are lists.
 * @param {Walk} walk
 * @returns {Object<string, string|string[]>}
 */
export function factsOf(walk) {
  /** @type {Object<string, string|string[]>} */
  const facts = {};
  for (const { sets } of standing(walk)) {
    for (const [field, value] of Object.entries(sets)) tell(facts, field, value);
  }
  for (const [field, value] of Object.entries(walk.outcome_sets)) {
    if (MULTIPLE.has(field) || !(field in facts)) tell(facts, field, value);
  }
  return facts;
}

/** @param {Object<string, string|string[]>} facts @param {string} field @param {string} value */
function tell(facts, field, value) {
  const before = facts[field] ?? [];
  facts[field] = MULTIPLE.has(field) ? [...new Set([...before, value])] : value;
}

/**
 * Keep the walk and make it the current one.
 * @param {Walk} walk
 * @returns {Promise<void>}
 */
export async function saveWalk(walk) {
  latest = walk;
  if (recall(CURRENT) !== walk.id) remember(CURRENT, walk.id);
  await transact(["walks", "settings"], "readwrite", (t) => {
    t.objectStore("walks").put(walk);
    t.objectStore("settings").put({ id: CURRENT, walk: walk.id });
  });
  if (walk.entries.length <= 1) await forgetOldWalks();
}

/**
 * A walk by its id; null when there is none of that id younger than a day.
 * @param {string} id
 * @returns {Promise<Walk|null>}
 */
export async function walkOf(id) {
  const walk = await get("walks", id);
  return walk && isFresh(walk) ? walk : null;
}

/**
 * The walk of this tab, else the last one on this phone; null when there is none younger than a day. Where storage fails:
 * this page's own, if any.
 * @returns {Promise<Walk|null>}
 */
export async function currentWalk() {
  try {
    const id = recall(CURRENT) ?? (await get("settings", CURRENT))?.walk;
    return id ? await walkOf(id) : null;
  } catch (error) {
    console.warn(error);
    return latest;
  }
}

/** Told on `document` when a walk's report is another one from now on; `detail` is {walk, report}. */
export const ADOPTED = "guidance:report";

/**
 * What was alerted from a walk's page is this walk's report from now on: details and progress go there.
 * @param {string} report
 * @returns {Promise<string|null>} the report that was the walk's before; null when nothing changed
 */
export async function adoptReport(report) {
  const walk = await currentWalk();
  if (!walk || walk.report_id === report) return null;
  const adopted = { ...walk, report_id: report };
  if (latest?.id === walk.id) latest = adopted;
  await put("walks", adopted).catch((error) => console.warn(error)); // the page that is open goes on with it
  document.dispatchEvent(new CustomEvent(ADOPTED, { detail: { walk: walk.id, report } }));
  return walk.report_id;
}

/**
 * The youngest walk that was left before an outcome, for "continue where you were"; null when there is none.
 * @returns {Promise<Walk|null>}
 */
export async function unfinishedWalk() {
  const left = (await all("walks")).filter((w) => w.entries.length && !w.outcome && isFresh(w));
  left.sort((a, b) => (lastAt(a) < lastAt(b) ? 1 : -1));
  return left[0] ?? null;
}

/**
 * When the walk last moved.
 * @param {Walk} walk
 * @returns {string} RFC 3339
 */
export function lastAt(walk) {
  return walk.entries.at(-1)?.at ?? walk.started_at;
}

/** @param {Walk} walk */
function isFresh(walk) {
  return since(lastAt(walk)) < RESUME;
}

async function forgetOldWalks() {
  for (const walk of await all("walks")) {
    if (now() - Date.parse(lastAt(walk)) > KEEP) await del("walks", walk.id);
  }
}
