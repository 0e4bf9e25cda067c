// Where practice walks are kept: a store of their own, so that no practice answer can get into a real report.
// What an answer does to a walk is trail.js's.
import { all, del, get, put } from "./db.js";
import { moment, since } from "./time.js";
import { lastAt, RESUME } from "./trail.js";

/**
 * @typedef {import("./trail.js").Walk & {
 *   scenario: {id: string, hash: string}, begun: boolean, seen: number[], calls: {to: string, at: string}[],
 *   alerted_at: string|null
 * }} PracticeWalk `begun` once the card was closed; `seen` are the numbers of the injects that came
 */

/**
 * A practice walk that has not left its first step.
 * @param {Parameters<typeof import("./trail.js").newWalk>[0]} page @param {{id: string, hash: string}} scenario
 * @returns {PracticeWalk}
 */
export function newPractice({ protocol, locale, start, urgency }, { id: scenario, hash }) {
  const id = crypto.randomUUID();
  return {
    id, report_id: id, protocol, kind: protocol.id, locale, started_at: moment(), entries: [], sets: [],
    outcome_sets: {}, urgency, facts: {}, outcome: null, position: start, scenario: { id: scenario, hash }, begun: false,
    seen: [], calls: [], alerted_at: null,
  };
}

/** @param {import("./trail.js").Walk} walk @returns {Promise<void>} */
export async function savePractice(walk) {
  await put("practice_walks", walk);
  if (walk.entries.length <= 1) await forgetOld();
}

/** @param {string} id @returns {Promise<PracticeWalk|null>} null when it is older than a day */
export async function practiceOf(id) {
  const walk = await get("practice_walks", id);
  return walk && fresh(walk) ? walk : null;
}

/** @param {string} id */
export function forgetPractice(id) {
  return del("practice_walks", id);
}

/** @param {PracticeWalk} walk */
function fresh(walk) {
  return since(lastAt(walk)) < RESUME;
}

async function forgetOld() {
  for (const walk of await all("practice_walks")) if (!fresh(walk)) await del("practice_walks", walk.id);
}
