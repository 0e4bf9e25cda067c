// The scenarios and the outlines of their protocols: one file that the phone keeps. For the practice pages.
import { get, put } from "./db.js";
import { PAGE_LANGUAGE } from "./page-language.js";

/**
 * @typedef {{
 *   id: string, hash: string, title: string, summary: string, site_type: string,
 *   protocol: {id: string, hash: string, title: string},
 *   card: {room: string, who: string, say?: string[], say_means?: string[], paper?: any},
 *   injects: {at: {step?: string, outcome?: string, seconds?: number}, text: string}[],
 *   expected: {outcome: {id: string, headline: string}, path: any[], alert: boolean, report: {id: string, label: string}[]},
 *   decisions: any[], counsel: string
 * }} Scenario
 * @typedef {{scenario: Scenario, protocol: import("./practice-replay.js").Outline}} Found
 */

/** @type {Promise<{scenarios: Scenario[], protocols: Object<string, import("./practice-replay.js").Outline>}>|null} */
let asked = null;

/**
 * Everything that can be practised.
 * @returns {Promise<{scenarios: Scenario[], protocols: Object<string, import("./practice-replay.js").Outline>}>}
 *   rejects when the phone neither keeps the file nor can fetch it
 */
export function shelf() {
  asked ??= fetch(address("scenarios.json")).then((response) => {
    if (!response.ok) throw new TypeError(`scenarios.json: status ${response.status}`);
    return response.json();
  });
  return asked;
}

/**
 * A practice address in the page's language.
 * @param {string} name what comes after `practice/`
 */
export function address(name) {
  return `/${PAGE_LANGUAGE}/practice${name ? `/${name}` : ""}`;
}

/** @param {Scenario} scenario @returns {string} where its guide begins */
export function guideOf(scenario) {
  return address(`guide/${scenario.protocol.id}?scenario=${encodeURIComponent(scenario.id)}`);
}

/** @param {string} protocol @returns {string} the real guide of a protocol */
export function realGuide(protocol) {
  return `/${PAGE_LANGUAGE}/guide/${protocol}`;
}

/**
 * A scenario with its protocol; null for one that is not there (any more).
 * @param {string} id
 * @returns {Promise<Found|null>}
 */
export async function scenarioOf(id) {
  const { scenarios, protocols } = await shelf();
  const scenario = scenarios.find((each) => each.id === id);
  return scenario ? { scenario, protocol: protocols[scenario.protocol.id] } : null;
}

/** Keep what a walk begins with, so that a new version of the product cannot change it under way. @param {Found} found */
export function keepScenario({ scenario, protocol }) {
  return put("scenarios", { id: scenario.id, scenario, protocol });
}

/**
 * What a walk began with.
 * @param {{id: string, hash: string}} scenario
 * @returns {Promise<Found|null>}
 */
export async function scenarioOfWalk({ id, hash }) {
  const kept = await get("scenarios", id);
  return kept?.scenario.hash === hash ? kept : scenarioOf(id);
}
