// The buttons inside a question of a form: one more row, one row less, now, one more, one less.
// What stands in a question is form-fields.js's.
import { addRow, showProblem } from "./form-fields.js";
import { fillNow } from "./form-moments.js";
import { wholeNumber } from "./typed.js";
import { say } from "./words.js";

/**
 * Do what a pressed button of a question says.
 * @param {Element} button @param {HTMLElement} question the outermost one around it
 * @returns {boolean} whether something in the question may have changed
 */
export function pressed(button, question) {
  if (button.matches("[data-add]")) {
    add(question);
    return false;
  }
  if (button.matches("[data-remove]")) button.closest(".row")?.remove();
  if (button.matches("[data-now]")) fillNow(/** @type {Element} */ (button.closest("[data-field]")));
  if (button.matches("[data-less], [data-more]")) count(button);
  return true;
}

/** @param {HTMLElement} question */
function add(question) {
  const most = Number(question.dataset.max);
  if (question.querySelectorAll(".row").length >= most) return showProblem(question, { problem: say("too-many-rows", { max: most }) });
  /** @type {HTMLElement|null} */ (addRow(question).querySelector("input, textarea"))?.focus();
}

/** One more or one less, whatever script the number is typed in; what is no number stays. @param {Element} button */
function count(button) {
  const input = /** @type {HTMLInputElement} */ (button.parentElement?.querySelector("input"));
  const typed = input.value.trim() ? wholeNumber(input.value) : 0;
  if (typed === null) return;
  const most = Number(button.closest("[data-field]")?.getAttribute("data-max"));
  const step = button.matches("[data-more]") ? 1 : -1;
  input.value = String(Math.min(most, Math.max(0, typed + step)));
}

/** @param {Element} inner @returns {HTMLElement} the question that a draft knows, around one of its rows too */
export function outermost(inner) {
  const question = /** @type {HTMLElement} */ (inner.closest("[data-field]"));
  return question.parentElement?.closest("[data-field]") ? outermost(/** @type {Element} */ (question.parentElement)) : question;
}
