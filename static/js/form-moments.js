// Questions of a form that ask for a day and an hour. What is typed is the city's wall clock; what is kept has its offset,
// so that the hour that comes twice when the clocks go back stays the one that was meant.
import { momentsOf, withOffset, written } from "./city-hours.js";

const WALL = 16; // characters of 2026-11-01T01:50

/** @param {Element} question @returns {HTMLInputElement} */
function inputOf(question) {
  return /** @type {HTMLInputElement} */ (question.querySelector("input"));
}

/** @param {Element} question @returns {string} the wall clock with its offset once it is settled; empty for nothing */
export function rawMoment(question) {
  const { value, dataset } = inputOf(question);
  const kept = dataset.moment ?? "";
  return value && kept.slice(0, WALL) === value.slice(0, WALL) ? kept : value;
}

/** Put a moment into its question; empty empties it. @param {Element} question @param {string} raw */
export function fillMoment(question, raw) {
  const input = inputOf(question);
  input.value = raw.slice(0, WALL);
  input.dataset.moment = raw.length > WALL ? raw : "";
  showTwice(question);
}

/** The present moment. @param {Element} question */
export function fillNow(question) {
  fillMoment(question, withOffset(new Date()));
}

/**
 * The moment that stands in a question.
 * @param {Element} question
 * @returns {Date|"bad"|"skipped"|null} null for nothing, `skipped` for an hour that the clocks skip
 */
export function momentIn(question) {
  const raw = rawMoment(question);
  if (!raw) return inputOf(question).validity.badInput ? "bad" : null;
  if (Number.isNaN(Date.parse(`${raw.slice(0, WALL)}Z`))) return "bad";
  if (raw.length > WALL && /[+-]\d\d:\d\d$/.test(raw)) return new Date(raw);
  return momentsOf(raw.slice(0, WALL))[0] ?? "skipped";
}

/**
 * After a change: say which moment is meant, and ask where the clocks show it twice.
 * @param {HTMLInputElement} input what was changed
 */
export function settleMoment(input) {
  const question = input.closest('[data-type="moment"]');
  if (!question) return;
  const field = inputOf(question);
  const found = momentsOf(field.value.slice(0, WALL));
  if (input.type === "radio") field.dataset.moment = withOffset(found[Number(input.value)] ?? found[0]);
  else if (rawMoment(question).length <= WALL) field.dataset.moment = found.length ? withOffset(likely(question, found)) : "";
  showTwice(question);
}

/** Of two moments the one that keeps the order: an end does not come before its start. @param {Element} question @param {Date[]} found */
function likely(question, found) {
  const all = [...(question.closest(".screen, form")?.querySelectorAll('[data-type="moment"]') ?? [])];
  const before = all.slice(0, all.indexOf(question)).map(momentIn).findLast((each) => each instanceof Date);
  return found.find((each) => !(before instanceof Date) || each >= before) ?? found[0];
}

/** Ask which of two hours it is, where there are two. @param {Element} question */
function showTwice(question) {
  const place = question.querySelector("[data-twice]");
  if (!place) return;
  const input = inputOf(question);
  const found = momentsOf(input.value.slice(0, WALL));
  place.toggleAttribute("hidden", found.length < 2);
  if (found.length < 2) return;
  const meant = momentIn(question);
  const radios = /** @type {NodeListOf<HTMLInputElement>} */ (place.querySelectorAll("input"));
  radios.forEach((each, number) => {
    each.checked = meant instanceof Date && meant.getTime() === found[number].getTime();
    const words = each.closest("label")?.querySelector("[data-time]");
    words?.replaceChildren(written(found[number], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }));
  });
}
