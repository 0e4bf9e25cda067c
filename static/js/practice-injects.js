// What happens on the way of a scenario: shown over the guide one after the other, each to be read and closed.
// In a tabletop the trainer says when; else the scenario does, by step, outcome or time.
import { shownBy } from "./practice-class.js";

/** @typedef {import("./practice-trail.js").PracticeWalk} PracticeWalk */
/** @typedef {{at: {step?: string, outcome?: string, seconds?: number}, text: string}} Inject */

/**
 * The numbers of the injects whose moment has come and that were not shown yet, in their order.
 * @param {Inject[]} injects @param {PracticeWalk} walk @param {number} now milliseconds since 1970
 * @param {number|null} revealed how many the trainer has shown; null when the scenario itself says when
 * @returns {number[]}
 */
export function comeDue(injects, walk, now, revealed) {
  const age = (now - Date.parse(walk.started_at)) / 1000;
  const has = ({ at }, /** @type {number} */ number) => {
    if (revealed !== null) return number < revealed;
    return at.seconds ? age >= at.seconds : [at.step, at.outcome].includes(walk.position);
  };
  return injects.flatMap((each, number) => (has(each, number) && !walk.seen.includes(number) ? [number] : []));
}

/**
 * How many of a scenario's injects a tabletop has shown.
 * @param {import("./practice-class.js").Class|null} found @param {string} scenario
 * @param {import("./practice-scenarios.js").Scenario[]} scenarios
 * @returns {number|null} null when the phone is in no tabletop with it
 */
export function revealedOf(found, scenario, scenarios) {
  return shownBy(found, scenario, (id) => scenarios.find((each) => each.id === id)?.injects.length ?? 0);
}
