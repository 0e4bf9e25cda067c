// The class that this phone is in and what is assigned to its site: asked of the server, kept for times without a network.
// Progress is told as far as the network allows.
import { get, put } from "./db.js";

/**
 * @typedef {{title: string, kind: "class"|"tabletop", nickname: string, scenarios: string[], revealed: number,
 *   ended: boolean}} Class
 */

const CLASS = "practice-class";
const ASSIGNED = "practice-assigned";
const EVERY = 3_000;

/** @returns {Promise<Class|null>} as it was last told */
export async function keptClass() {
  return (await get("settings", CLASS))?.told ?? null;
}

/** @returns {Promise<{scenario: string, due_on: string}[]>} as it was last told */
export async function keptAssigned() {
  return (await get("settings", ASSIGNED))?.told ?? [];
}

/** Ask what is assigned to this phone's site. @returns {Promise<{scenario: string, due_on: string}[]>} */
export async function askAssigned() {
  return (await renew(ASSIGNED, "/api/practice/assigned", [401, 404])) ?? [];
}

/** @returns {Promise<Class|null>} */
function askClass() {
  return renew(CLASS, "/api/practice/class", [404]);
}

/**
 * Ask for the class now and, while there is one that goes on, every three seconds while this page is seen.
 * @param {(found: Class|null) => void} told
 */
export async function followClass(told) {
  let found = await askClass();
  told(found);
  while (found && !found.ended) {
    await new Promise((resolve) => setTimeout(resolve, EVERY));
    if (document.visibilityState !== "visible") continue;
    found = await askClass();
    told(found);
  }
}

/**
 * @param {string} id @param {string} address @param {number[]} none answers that say there is none
 * @returns {Promise<any>} what is kept now
 */
async function renew(id, address, none) {
  const answer = await ask(address, none);
  const before = (await get("settings", id))?.told ?? null;
  if (answer === undefined) return before;
  if (JSON.stringify(answer) !== JSON.stringify(before)) await put("settings", { id, told: answer });
  return answer;
}

/** @param {string} address @param {number[]} none @returns {Promise<any>} undefined when there is no telling */
async function ask(address, none) {
  let response;
  try {
    response = await fetch(address, { cache: "no-store", redirect: "error", headers: { accept: "application/json" } });
    const type = response.headers.get("content-type") ?? "";
    if (response.ok && type.startsWith("application/json")) return await response.json();
    await response.body?.cancel();
    return none.includes(response.status) && type.startsWith("application/problem+json") ? null : undefined;
  } catch {
    return undefined; // no network: what is kept stays
  }
}

/**
 * How many of a scenario's injects the trainer has shown; null when the scenario is in no tabletop that goes on.
 * @param {Class|null} found @param {string} scenario @param {(id: string) => number} injects how many one has
 * @returns {number|null}
 */
export function shownBy(found, scenario, injects) {
  if (!found || found.ended || found.kind !== "tabletop" || !found.scenarios.includes(scenario)) return null;
  const before = found.scenarios.slice(0, found.scenarios.indexOf(scenario));
  const earlier = before.reduce((sum, id) => sum + injects(id), 0);
  return Math.min(Math.max(found.revealed - earlier, 0), injects(scenario));
}

/**
 * Tell the trainer's board where this phone stands. Nothing depends on it: without a network it is not told.
 * @param {import("./practice-trail.js").PracticeWalk} walk
 */
export async function tellProgress(walk) {
  const found = await keptClass();
  if (!found || found.ended || !navigator.onLine) return;
  const body = {
    scenario: walk.scenario.id, position: walk.position, answers: walk.entries.length, alerted: walk.alerted_at !== null,
  };
  await fetch(`/api/practice/runs/${walk.id}/progress`, {
    method: "PUT", body: JSON.stringify(body), credentials: "same-origin", redirect: "error", keepalive: true,
    headers: { "Content-Type": "application/json", "X-Guidance": "1" },
  }).catch((error) => console.info(error)); // best effort: the finished run tells it all
}
