// What must be put right on a screen of the report form before going on, and pointing there.
import { judge, questionsIn, showProblem } from "./form-fields.js";
import { say } from "./words.js";

/** @typedef {{question: HTMLElement, judged: import("./form-fields.js").Judged}} Mistake */

/**
 * The first mistake on a screen; nothing given is never one, except what the report is about and the sender's word.
 * @param {HTMLElement} screen
 * @param {import("./drafts.js").Draft} draft
 * @returns {Mistake|null}
 */
export function mistakeOn(screen, draft) {
  if (screen.dataset.screen === "kind") return draft.protocol ? null : missing(screen, "kind", "choose-kind");
  const found = questionsIn(screen).map((question) => ({ question, judged: judge(question) }));
  const attested = found.find(({ question }) => question.dataset.field === "attested");
  if (attested && !attested.judged.value) return missing(screen, "attested", "attest");
  return found.find(({ judged }) => judged.problem) ?? endBeforeStart(screen);
}

/** @param {HTMLElement} screen @param {string} field @param {string} words @returns {Mistake} */
function missing(screen, field, words) {
  const question = /** @type {HTMLElement} */ (screen.querySelector(`[data-field="${field}"]`));
  return { question, judged: { problem: say(words), at: /** @type {HTMLElement} */ (question.querySelector("input")) } };
}

/** @param {HTMLElement} screen @returns {Mistake|null} */
function endBeforeStart(screen) {
  const [from, until] = ["started_at", "ended_at"].map((field) => {
    const question = /** @type {HTMLElement|null} */ (screen.querySelector(`[data-field="${field}"]`));
    return question && judge(question).value;
  });
  return from && until && until < from ? missing(screen, "ended_at", "before-start") : null;
}

/**
 * Say it beside the question and move there.
 * @param {Mistake} mistake
 */
export function point({ question, judged }) {
  showProblem(question, judged);
  judged.at?.focus({ preventScroll: true });
  (question.querySelector("[data-error]:not([hidden])") ?? question).scrollIntoView({ block: "center" });
}
