// What a practice run teaches, computed on the phone by the rules of the server's debrief.py and compare.py. Pure.
// A test holds both against each other. Words are the protocol's; reasons are codes.
import { factsWalked, outcomeOf, replay, stepOf } from "./practice-replay.js";

/** @typedef {import("./practice-replay.js").Outline} Outline */
/** @typedef {import("./practice-replay.js").Replay} Replay */
/** @typedef {{answer: string, text: string}} Choice */
/** @typedef {{step: string, ask: string, expected: Choice|null, mine: Choice|null, same: boolean}} Row */
/**
 * @typedef {{
 *   scenario: {id: string, hash: string}, protocol: {id: string, hash: string}, trail: unknown, started_at: string,
 *   alerted_at: string|null, facts: Object<string, any>
 * }} Run
 * @typedef {{
 *   step: string, ask: string, expected: Choice, given: Choice|null, verdict: "right"|"wrong"|"not_reached",
 *   put_right: boolean, why: string, sources: string[]
 * }} Judged
 * @typedef {{
 *   rows: Row[], decisions: Judged[], outcome: string, outcome_right: boolean, seconds_to_outcome: number|null,
 *   seconds_to_alert: number|null, left_out: string[], problem: string|null,
 *   reasons: {code: string, place: string}[], passed: boolean
 * }} Debrief
 */

/**
 * Compare a run with its scenario; never throws.
 * @param {any} scenario as in scenarios.json @param {Outline} protocol @param {Run} run
 * @returns {Debrief}
 */
export function debrief(scenario, protocol, run) {
  const found = replay(protocol, run.trail, scenario.site_type);
  const decisions = scenario.decisions.map((/** @type {any} */ each) => judge(protocol, each, found));
  const outcome = outcomeOf(protocol, found.position) ? found.position : "";
  const reasons = reasonsOf(scenario, protocol, run, found, decisions);
  return {
    rows: sideBySide(protocol, scenario.expected.path, given(found.standing)),
    decisions,
    outcome,
    outcome_right: outcome === scenario.expected.outcome.id,
    seconds_to_outcome: outcome ? seconds(run.started_at, found.standing.at(-1)?.at ?? null) : null,
    seconds_to_alert: seconds(run.started_at, run.alerted_at),
    left_out: leftOut(scenario, run, factsWalked(protocol, found)),
    problem: found.problem,
    reasons,
    passed: !reasons.length,
  };
}

/**
 * Both ways as rows in walking order: where they stand at the same step, one row holds both.
 * @param {Outline} protocol
 * @param {{step: string, answer: string}[]} expected @param {{step: string, answer: string}[]} mine
 * @returns {Row[]}
 */
function sideBySide(protocol, expected, mine) {
  const rows = [];
  let met = 0;
  const passedBy = (/** @type {number} */ until) =>
    expected.slice(met, until).map(({ step, answer }) => row(protocol, step, answer, null));
  for (const { step, answer } of mine) {
    const ahead = expected.findIndex((each, at) => at >= met && each.step === step);
    if (ahead < 0) {
      rows.push(row(protocol, step, null, answer));
      continue;
    }
    rows.push(...passedBy(ahead), row(protocol, step, expected[ahead].answer, answer));
    met = ahead + 1;
  }
  return [...rows, ...passedBy(expected.length)];
}

/** @param {Outline} protocol @param {string} step @param {string|null} expected @param {string|null} mine @returns {Row} */
function row(protocol, step, expected, mine) {
  const words = (/** @type {string|null} */ answer) => (answer === null ? null : choice(protocol, step, answer));
  const same = expected !== null && expected === mine;
  return { step, ask: asked(protocol, step), expected: words(expected), mine: words(mine), same };
}

/** Going back gives none. @param {import("./practice-replay.js").Walked[]} walked @returns {{step: string, answer: string}[]} */
function given(walked) {
  return walked.flatMap(({ place, answer }) => (answer ? [{ step: place, answer: answer.id }] : []));
}

/**
 * The words of a step or outcome; the id itself where this version has none.
 * @param {Outline} protocol @param {string} id
 * @returns {string}
 */
export function asked(protocol, id) {
  return stepOf(protocol, id)?.ask ?? outcomeOf(protocol, id)?.headline ?? id;
}

/** @param {Outline} protocol @param {string} step @param {string} answer @returns {Choice} */
function choice(protocol, step, answer) {
  const known = [...(stepOf(protocol, step)?.answers ?? []), ...protocol.interrupts];
  return { answer, text: known.find(({ id }) => id === answer)?.text ?? answer };
}

/** @param {Outline} protocol @param {any} decision @param {Replay} found @returns {Judged} */
function judge(protocol, decision, found) {
  const here = (/** @type {{step: string}} */ each) => each.step === decision.step;
  const good = (/** @type {string} */ answer) => asGood(protocol, decision, answer);
  const stood = given(found.standing).find(here);
  const verdict = !stood ? "not_reached" : good(stood.answer) ? "right" : "wrong";
  const tried = given(found.walked).filter(here);
  return {
    step: decision.step,
    ask: asked(protocol, decision.step),
    expected: choice(protocol, decision.step, decision.answer),
    given: stood ? choice(protocol, decision.step, stood.answer) : null,
    verdict,
    put_right: verdict === "right" && tried.some(({ answer }) => !good(answer)),
    why: decision.why,
    sources: decision.sources,
  };
}

/** The expected answer, or an interrupt in its place that leads to the same outcome (or the other way round). */
function asGood(/** @type {Outline} */ protocol, /** @type {any} */ decision, /** @type {string} */ answer) {
  if (answer === decision.answer) return true;
  const ends = new Map(protocol.interrupts.map(({ id, to }) => [id, to]));
  const answers = stepOf(protocol, decision.step)?.answers ?? [];
  const ways = new Map([...ends, ...answers.map(({ id, to }) => /** @type {[string, string]} */ ([id, to]))]);
  return (ends.has(answer) || ends.has(decision.answer)) && ways.get(answer) === ways.get(decision.answer);
}

/**
 * @param {any} scenario @param {Outline} protocol @param {Run} run @param {Replay} found @param {Judged[]} decisions
 * @returns {{code: string, place: string}[]}
 */
function reasonsOf(scenario, protocol, run, found, decisions) {
  const { position, problem } = found;
  const expected = scenario.expected;
  const otherProtocol = protocol.id !== scenario.protocol.id || run.protocol.hash !== protocol.hash;
  /** @type {[boolean, string, string][]} */
  const tests = [
    [run.scenario.id !== scenario.id || run.scenario.hash !== scenario.hash, "other-scenario", ""],
    [otherProtocol, "other-protocol", ""],
    [problem !== null, "broken-trail", position],
    [!outcomeOf(protocol, position), "no-outcome", position],
    [Boolean(outcomeOf(protocol, position)) && position !== expected.outcome.id, "wrong-outcome", position],
    ...decisions.map(({ verdict, step }) => /** @type {[boolean, string, string]} */ ([
      verdict !== "right", verdict === "wrong" ? "wrong-decision" : "missed-decision", step,
    ])),
    [expected.alert && run.alerted_at === null, "no-alert", ""],
  ];
  return tests.filter(([holds]) => holds).map(([, code, place]) => ({ code, place }));
}

/** Expected facts that nothing holds. @param {any} scenario @param {Run} run @param {Set<string>} walked */
function leftOut(scenario, run, walked) {
  const empty = (/** @type {any} */ value) => value === null || value === undefined || value === "" ||
    (typeof value === "object" && !Object.keys(value).length);
  const held = new Set(Object.entries(run.facts).filter(([, value]) => !empty(value)).map(([name]) => name));
  const facts = scenario.expected.report.map((/** @type {{id: string}} */ fact) => fact.id);
  return facts.filter((/** @type {string} */ fact) => !held.has(fact) && !walked.has(fact));
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** @param {string} start @param {string|null} end @returns {number|null} null where it cannot be told */
function seconds(start, end) {
  if (end === null || !MOMENT.test(end)) return null;
  const passed = Date.parse(end) - Date.parse(start);
  return passed >= 0 ? passed / 1000 : null;
}
