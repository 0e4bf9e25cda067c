// Walking a trail through a protocol again, as the server does (its replay.py), on the outline in scenarios.json. Pure.
// Total: whatever a trail is, the answer is a Replay, with a problem where the walk broke off.

/**
 * @typedef {{id: string, text: string, to: string, sets?: Object<string, string>, only?: string[]}} Answer
 * @typedef {{ask: string, place?: boolean, answers: Answer[]}} Step
 * @typedef {{headline: string, report: Object<string, string>}} Outcome
 * @typedef {{
 *   id: string, hash: string, version: number, start: string, steps: Object<string, Step>,
 *   outcomes: Object<string, Outcome>, interrupts: {id: string, text: string, to: string}[]
 * }} Outline
 * @typedef {{place: string, answer: Answer|null, at: string}} Walked `answer` is null when the person went back
 * @typedef {{position: string, walked: Walked[], standing: Walked[], problem: string|null}} Replay
 */

/**
 * @param {Outline} protocol @param {unknown} trail @param {string|null} siteType
 * @returns {Replay}
 */
export function replay(protocol, trail, siteType) {
  /** @type {{id: string, site: string|null, by: Walked|null}[]} */
  const way = [{ id: protocol.start, site: siteType, by: null }];
  /** @type {Walked[]} */
  const walked = [];
  let problem = Array.isArray(trail) ? null : "the trail is not a list";
  for (const [index, entry] of (Array.isArray(trail) ? trail : []).entries()) {
    const taken = take(protocol, way, entry);
    if (typeof taken === "string") {
      problem = `entry ${index}: ${taken}`;
      break;
    }
    walked.push(taken);
  }
  const standing = way.flatMap(({ by }) => (by ? [by] : []));
  return { position: way[way.length - 1].id, walked, standing, problem };
}

/**
 * Follow one entry, moving the way forward or back.
 * @param {Outline} protocol @param {{id: string, site: string|null, by: Walked|null}[]} way @param {any} entry
 * @returns {Walked|string} what is wrong, in a word, where the walk cannot go on
 */
function take(protocol, way, entry) {
  const here = way[way.length - 1];
  if (!known(protocol, here.id)) return "no such place";
  if (!entry || typeof entry !== "object" || Array.isArray(entry)) return "no object";
  if (typeof entry.step !== "string" || typeof entry.answer !== "string") return "no texts";
  if (entry.step !== here.id) return "another place";
  const at = typeof entry.at === "string" ? entry.at : "";
  if (entry.answer === "back") {
    if (way.length === 1) return "nothing to go back to";
    way.pop();
    return { place: here.id, answer: null, at };
  }
  const answer = answerOf(protocol, here.id, entry.answer, here.site);
  if (!answer) return "no such answer";
  if (!known(protocol, answer.to)) return "leads nowhere";
  const by = { place: here.id, answer, at };
  way.push({ id: answer.to, site: siteAfter(protocol, here, answer), by });
  return by;
}

/** @param {Outline} protocol @param {string} place @param {string} given @param {string|null} site */
function answerOf(protocol, place, given, site) {
  const step = stepOf(protocol, place);
  const offered = step ? offeredAt(step, site) : [];
  return offered.find(({ id }) => id === given) ?? protocol.interrupts.find(({ id }) => id === given) ?? null;
}

/** @param {Step} step @param {string|null} site @returns {Answer[]} */
function offeredAt(step, site) {
  if (site === null) return step.answers;
  if (step.place) return step.answers.filter(({ id }) => id === site);
  return step.answers.filter(({ only }) => !only?.length || only.includes(site));
}

/** @param {Outline} protocol @param {{id: string, site: string|null}} here @param {Answer} answer */
function siteAfter(protocol, here, answer) {
  const step = stepOf(protocol, here.id);
  return step?.place && here.site === null && step.answers.includes(answer) ? answer.id : here.site;
}

/**
 * @param {Outline} protocol @param {string} id
 * @returns {Step|null}
 */
export function stepOf(protocol, id) {
  return Object.hasOwn(protocol.steps, id) ? protocol.steps[id] : null;
}

/**
 * @param {Outline} protocol @param {string} id
 * @returns {Outcome|null}
 */
export function outcomeOf(protocol, id) {
  return Object.hasOwn(protocol.outcomes, id) ? protocol.outcomes[id] : null;
}

/** @param {Outline} protocol @param {string} id */
function known(protocol, id) {
  return Boolean(stepOf(protocol, id) ?? outcomeOf(protocol, id));
}

/**
 * The facts that the standing answers set and the outcome reached reports.
 * @param {Outline} protocol @param {Replay} found
 * @returns {Set<string>} their names
 */
export function factsWalked(protocol, found) {
  const sets = found.standing.map(({ answer }) => answer?.sets ?? {});
  const report = outcomeOf(protocol, found.position)?.report ?? {};
  return new Set([...sets, report].flatMap((each) => Object.keys(each)));
}
