// Practice runs as this phone keeps them: finishing one, and what came of each scenario. For the practice pages.
import { canonical } from "./canonical.js";
import { all } from "./db.js";
import { asked, debrief } from "./practice-debrief.js";
import { freezeRun } from "./practice-outbox.js";
import { forgetPractice } from "./practice-trail.js";
import { moment } from "./time.js";

/** @typedef {import("./practice-trail.js").PracticeWalk} PracticeWalk */
/**
 * @typedef {{
 *   id: string, scenario: {id: string, hash: string, title: string}, protocol: {id: string, hash: string, title: string},
 *   site_type: string, trail: any[], facts: Object<string, any>, reported: boolean, started_at: string,
 *   alerted_at: string|null, finished_at: string, calls: {to: string, at: string}[], counsel: string,
 *   expected: {outcome: string, left_out: string[]}, reasons: {code: string, place: string, words: string}[],
 *   debrief: import("./practice-debrief.js").Debrief,
 *   receipt?: {received_at: string, sha256: string}
 * }} KeptRun
 */

/**
 * End a walk: debrief it, keep it as a run, send it when there is a network.
 * @param {PracticeWalk} walk @param {import("./practice-scenarios.js").Found} found
 * @param {Object<string, any>|null} facts those of the practice report; null when none was written
 * @returns {Promise<KeptRun>} rejects when the phone cannot keep it
 */
export async function finishRun(walk, found, facts) {
  const { scenario, protocol } = found;
  const trail = walk.entries.map(({ step, answer, at }) => ({ step, answer, at }));
  const { started_at, alerted_at } = walk;
  const sent = {
    revision: 1, kind: "practice", locale: walk.locale, sent_at: moment(),
    scenario: { id: scenario.id, hash: walk.scenario.hash }, protocol: { id: walk.protocol.id, hash: walk.protocol.hash },
    trail, facts: facts ?? {}, started_at, alerted_at, finished_at: moment(),
  };
  const told = debrief(scenario, protocol, sent);
  const run = {
    id: walk.id, scenario: { ...sent.scenario, title: scenario.title },
    protocol: { ...sent.protocol, title: scenario.protocol.title }, site_type: scenario.site_type, trail, facts: sent.facts,
    reported: facts !== null, started_at, alerted_at, finished_at: sent.finished_at, calls: walk.calls,
    counsel: scenario.counsel, debrief: told,
    reasons: told.reasons.map((each) => ({ ...each, words: each.place && asked(protocol, each.place) })),
    expected: { outcome: scenario.expected.outcome.headline, left_out: labels(scenario, told.left_out) },
  };
  await freezeRun(run, walk.locale, canonical(sent));
  await forgetPractice(walk.id);
  return run;
}

/** @param {import("./practice-scenarios.js").Scenario} scenario @param {string[]} facts */
function labels(scenario, facts) {
  return facts.map((id) => scenario.expected.report.find((each) => each.id === id)?.label ?? id);
}

/** @returns {Promise<KeptRun[]>} every run of this phone, the newest first */
export async function runs() {
  return (await all("practice_runs")).sort((a, b) => (a.finished_at < b.finished_at ? 1 : -1));
}

/**
 * The best run of each scenario: a passed one before others, then the faster.
 * @param {KeptRun[]} found
 * @returns {Map<string, KeptRun>}
 */
export function bestRuns(found) {
  const best = new Map();
  for (const run of found) {
    const other = best.get(run.scenario.id);
    if (!other || rank(run) < rank(other)) best.set(run.scenario.id, run);
  }
  return best;
}

/** @param {KeptRun} run */
function rank({ debrief: told }) {
  return (told.passed ? 0 : 1e9) + (told.seconds_to_outcome ?? 1e6);
}

/**
 * A number of seconds in the page's words.
 * @param {number|null} seconds @param {(name: string, parts: Object<string, number>) => string} say
 * @returns {string} empty where there is none
 */
export function duration(seconds, say) {
  if (seconds === null) return "";
  const whole = Math.round(seconds);
  return whole < 60 ? say("seconds", { s: whole }) : say("minutes", { m: Math.floor(whole / 60), s: whole % 60 });
}
