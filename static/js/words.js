// The words that scripts of alert, report and My reports say. They stand in the page, in the visitor's language.
// A page that uses them holds <template class="words"> with an element data-word="…" for each.
import { isToday, written } from "./city-hours.js";
import { filled } from "./spoken.js";

/** @type {Map<string, string>|null} */
let known = null;

/**
 * A sentence of the page with its gaps filled and isolated: `{time}` takes `parts.time`.
 * @param {string} name
 * @param {Object<string, string|number>} [parts]
 * @returns {string}
 * @throws {Error} when the page lacks the word: a page and its script that do not fit must not go unnoticed
 */
export function say(name, parts = {}) {
  known ??= read();
  const words = known.get(name);
  if (words === undefined) throw new Error(`This page lacks the words for ${name}`);
  return filled(words, parts);
}

function read() {
  /** @type {NodeListOf<HTMLTemplateElement>} */
  const templates = document.querySelectorAll("template.words");
  const found = [...templates].flatMap((each) => [...each.content.querySelectorAll("[data-word]")]);
  return new Map(found.map((each) => [each.dataset.word, each.textContent.trim().replace(/\s+/g, " ")]));
}

/**
 * The name of a protocol's kind as the home screen has it, or the kind itself when this page does not know it.
 * @param {string} kind
 */
export function kindWords(kind) {
  known ??= read();
  return known.get(`kind-${kind}`) ?? kind;
}

/**
 * Why an incident was closed: the page's words for the code, else what the City wrote.
 * @param {{code?: string, reason: string}} closed
 */
export function closedWords({ code, reason }) {
  known ??= read();
  return known.get(`closed-${code}`) ?? reason;
}

/**
 * A moment in the page's language and the city's time: the hour alone today, with the day otherwise.
 * @param {string} moment RFC 3339
 * @returns {string}
 */
export function clock(moment) {
  const at = new Date(moment);
  if (Number.isNaN(at.getTime())) return "";
  /** @type {Intl.DateTimeFormatOptions} */
  const day = isToday(at) ? {} : { day: "numeric", month: "short" };
  return written(at, { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/**
 * An element with text and attributes.
 * @param {string} name
 * @param {Object<string, string>} [attributes]
 * @param {...(Node|string)} content
 * @returns {HTMLElement}
 */
export function make(name, attributes = {}, ...content) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...content);
  return element;
}
