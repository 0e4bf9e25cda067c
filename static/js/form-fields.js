// One question of the report form: what stands in it, whether that is right, and in which words to show it.
// Raw values (as typed, kept in the draft) are one thing, facts (as sent) another.
import { wellFormed } from "./canonical.js";
import { written } from "./city-hours.js";
import { fillMoment, momentIn, rawMoment } from "./form-moments.js";
import { isolated, shown } from "./spoken.js";
import { cleared, wholeNumber } from "./typed.js";
import { make, say } from "./words.js";

/** @typedef {string|string[]|Object<string, any>[]} Raw "" in a list or alone means "I do not know" */
/** @typedef {{value?: any, problem?: string, at?: HTMLElement}} Judged `value` is undefined for no fact */

/**
 * The questions inside `root`, without those inside a row of another.
 * @param {Element} root
 * @returns {HTMLElement[]}
 */
export function questionsIn(root) {
  const found = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-field]")]);
  return found.filter((each) => each.parentElement?.closest("[data-field]") === root.closest("[data-field]"));
}

/**
 * What stands in a question, undefined when nobody touched it.
 * @param {HTMLElement} question
 * @returns {Raw|undefined}
 */
export function rawOf(question) {
  const type = question.dataset.type;
  if (type === "rows") return rowsOf(question).map((row) => rawOfAll(row));
  if (type === "moment") return rawMoment(question) || undefined;
  if (type !== "choice" && type !== "multi") return inputOf(question).value || undefined;
  const chosen = inputsOf(question).filter((each) => each.checked).map((each) => each.value);
  if (!chosen.length) return undefined;
  return type === "choice" ? chosen[0] : chosen;
}

/**
 * What stands in all questions inside `root`.
 * @param {Element} root
 * @returns {Object<string, Raw>}
 */
export function rawOfAll(root) {
  const pairs = questionsIn(root).map((each) => [each.dataset.field, rawOf(each)]);
  return Object.fromEntries(pairs.filter(([, raw]) => raw !== undefined && !(Array.isArray(raw) && !raw.length)));
}

/**
 * Put a raw value into a question; undefined or null empties it.
 * @param {HTMLElement} question @param {Raw|null|undefined} raw
 */
export function fill(question, raw) {
  const type = question.dataset.type;
  if (type === "rows") fillRows(question, /** @type {any[]} */ (raw ?? []));
  else if (type === "moment") fillMoment(question, String(raw ?? ""));
  else if (type === "choice" || type === "multi") {
    const chosen = raw === undefined || raw === null ? [] : [raw].flat();
    for (const each of inputsOf(question)) each.checked = chosen.includes(each.value);
  } else {
    inputOf(question).value = String(raw ?? "");
    showCounter(question);
  }
}

/** @param {HTMLElement} question @param {Object<string, Raw>[]} rows */
function fillRows(question, rows) {
  question.querySelector("[data-rows]")?.replaceChildren();
  for (const row of rows) {
    const place = addRow(question);
    for (const each of questionsIn(place)) fill(each, row[each.dataset.field ?? ""]);
  }
}

let rowNumber = 0;

/**
 * One more row, empty.
 * @param {HTMLElement} question
 * @returns {HTMLElement} the row
 */
export function addRow(question) {
  const template = /** @type {HTMLTemplateElement} */ (question.querySelector("template[data-row]"));
  const row = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
  rowNumber += 1;
  for (const each of row.querySelectorAll("input, textarea")) {
    // Radios of two rows must not switch each other off.
    each.setAttribute("name", `${each.getAttribute("name")}-${rowNumber}`);
    if (each.id) each.id = `${each.id}-${rowNumber}`;
  }
  for (const label of row.querySelectorAll("label[for]")) {
    label.setAttribute("for", `${label.getAttribute("for")}-${rowNumber}`);
  }
  question.querySelector("[data-rows]")?.append(row);
  return row;
}

/** @param {HTMLElement} question @returns {HTMLElement[]} */
function rowsOf(question) {
  return /** @type {HTMLElement[]} */ ([...(question.querySelector("[data-rows]")?.children ?? [])]);
}

/** @param {HTMLElement} question @returns {HTMLInputElement[]} */
function inputsOf(question) {
  return [...question.querySelectorAll("input")];
}

/** @param {HTMLElement} question @returns {HTMLInputElement} */
function inputOf(question) {
  return /** @type {HTMLInputElement} */ (question.querySelector("input, textarea"));
}

/**
 * The fact that a question gives, or what is wrong with it.
 * @param {HTMLElement} question
 * @returns {Judged}
 */
export function judge(question) {
  const raw = rawOf(question);
  const judges = { choice, multi, count, text, moment, rows };
  return judges[/** @type {keyof judges} */ (question.dataset.type)](question, raw);
}

/** @param {HTMLElement} _question @param {any} raw @returns {Judged} */
function choice(_question, raw) {
  return { value: raw || undefined };
}

/** @param {HTMLElement} _question @param {any} raw @returns {Judged} */
function multi(_question, raw = []) {
  const known = raw.filter(Boolean);
  return { value: known.length ? known : undefined };
}

/** @param {HTMLElement} question @param {any} raw @returns {Judged} */
function count(question, raw = "") {
  const most = Number(question.dataset.max);
  if (!raw.trim()) return {};
  const value = wholeNumber(raw);
  if (value !== null && value <= most) return { value };
  return { problem: say("bad-count", { max: most }), at: inputOf(question) };
}

/** @param {HTMLElement} question @param {any} raw @returns {Judged} */
function text(question, raw = "") {
  const value = cleared(wellFormed(raw)).trim();
  const over = lengthOf(value) - Number(question.dataset.max);
  if (over > 0) return { problem: say("too-long", { n: over }), at: inputOf(question) };
  return { value: value || undefined };
}

/** @param {string} value @returns {number} characters as the server counts them */
function lengthOf(value) {
  return [...value].length;
}

/** @param {HTMLElement} question @returns {Judged} */
function moment(question) {
  const at = momentIn(question);
  if (at instanceof Date) return { value: at.toISOString() };
  return at === null ? {} : { problem: say(`${at}-moment`), at: inputOf(question) };
}

/** @param {HTMLElement} question @returns {Judged} */
function rows(question) {
  const found = rowsOf(question).map((row) => questionsIn(row).map((each) => ({ each, judged: judge(each) })));
  const wrong = found.flat().find(({ judged }) => judged.problem);
  if (wrong) return wrong.judged;
  const facts = found.map((row) => factsOfRow(row)).filter((row) => Object.keys(row).length);
  return { value: facts.length ? facts : undefined };
}

/** @param {{each: HTMLElement, judged: Judged}[]} row */
function factsOfRow(row) {
  const pairs = row.map(({ each, judged }) => [each.dataset.field, judged.value]);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

/**
 * Show what is wrong beside the question, or take the words away.
 * @param {HTMLElement} question @param {Judged} judged
 */
export function showProblem(question, judged) {
  const at = judged.at ?? question.querySelector("input");
  const place = at?.closest("[data-field]")?.querySelector("[data-error]") ?? question.querySelector("[data-error]");
  for (const each of question.querySelectorAll("[aria-invalid]")) each.removeAttribute("aria-invalid");
  for (const each of question.querySelectorAll("[data-error]")) each.toggleAttribute("hidden", true);
  if (!judged.problem || !place) return;
  place.textContent = judged.problem;
  place.id ||= `error-${question.dataset.field}`;
  place.toggleAttribute("hidden", false);
  at?.setAttribute("aria-invalid", "true");
  at?.setAttribute("aria-describedby", place.id);
}

/** @param {HTMLElement} question how many characters are left in a long text */
export function showCounter(question) {
  const counter = question.querySelector("[data-counter]");
  if (!counter) return;
  const left = Number(question.dataset.max) - lengthOf(inputOf(question).value);
  counter.textContent = left < 0 ? say("too-long", { n: -left }) : say("left", { n: left });
  counter.classList.toggle("over", left < 0);
}

/**
 * A fact in the words of its question.
 * @param {HTMLElement} question @param {any} value a judged value
 * @returns {Node[]}
 */
export function inWords(question, value) {
  if (question.dataset.type === "rows") return value.map((/** @type {any} */ row) => rowInWords(question, row));
  const plain = question.dataset.type === "moment" ? written(new Date(value), DAY_AND_HOUR) : null;
  const words = plain ?? [value].flat().map((code) => isolated(optionWords(question, code))).join(", ");
  return [make("bdi", {}, shown(words))];
}

/** @type {Intl.DateTimeFormatOptions} */
const DAY_AND_HOUR = { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

/** @param {HTMLElement} question @param {Object<string, any>} row */
function rowInWords(question, row) {
  const template = /** @type {HTMLTemplateElement} */ (question.querySelector("template[data-row]"));
  const parts = questionsIn(/** @type {Element} */ (template.content.firstElementChild))
    .filter((each) => (each.dataset.field ?? "") in row)
    .map((each) => inWords(each, row[each.dataset.field ?? ""]).map((node) => isolated(node.textContent ?? "")).join(""));
  return make("span", { class: "row-words" }, parts.join(" · "));
}

/** @param {HTMLElement} question @param {any} code */
function optionWords(question, code) {
  const input = inputsOf(question).find((each) => each.type !== "text" && each.value === code);
  return input?.closest("label")?.textContent?.trim() ?? String(code);
}

/** @param {HTMLElement} question the words that ask it */
export function labelOf(question) {
  return question.querySelector("legend, label")?.textContent?.trim() ?? "";
}

/**
 * "I do not know" and "none" stand alone; the others put them out.
 * @param {HTMLInputElement} changed a ticked box
 */
export function keepAlone(changed) {
  const question = /** @type {HTMLElement} */ (changed.closest("[data-field]"));
  if (question.dataset.type !== "multi" || !changed.checked) return;
  const alone = (/** @type {HTMLInputElement} */ each) => each.value === "" || each.value === "none";
  for (const each of inputsOf(question)) {
    if (each !== changed && (alone(changed) || alone(each))) each.checked = false;
  }
}
