// How dates, times and numbers stand in a page of any language: digits as telephones have them, never turned around.
import { PAGE_LANGUAGE } from "./page-language.js";

const PAGE = PAGE_LANGUAGE;
/** What stands in where a browser has no dates of a language. @type {Object<string, string>} */
const NEAREST = { ht: "fr", yi: "en-GB" };

/** For Intl: the page's language with the digits 0 to 9 (Unicode locale extension `nu`). */
export const LANGUAGE = [PAGE, NEAREST[PAGE]].filter(Boolean).map((code) => `${code}-u-nu-latn`);

// Right-to-left letters, Arabic numbers, and the marks that set a direction: an English line needs care around these.
const TURNS = /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
// Embeddings, overrides, line separators and tags: shown as a replacement character.
const UNSHOWN = /[\u2028\u2029\u202a-\u202e\u206a-\u206f\u{e0000}-\u{e007f}]+/gu;

/**
 * A text, number, code or address, kept in its own order inside a line of words (first strong isolate, UAX 9).
 * In a right-to-left line everything is isolated, in another only what can turn its neighbors.
 * @param {string|number} text
 * @param {boolean} [rtl] whether the line runs from right to left; the page's direction when left out
 */
export function isolated(text, rtl = document.documentElement.dir === "rtl") {
  const words = shown(text);
  return words && (rtl || TURNS.test(words)) ? `\u2068${words}\u2069` : words;
}

/**
 * A text for an element of its own: what would turn its letters around is replaced.
 * @param {string|number} text
 */
export function shown(text) {
  return closed(String(text).replace(UNSHOWN, "\ufffd"));
}

/** The text, or one without isolates where one of them is never closed, or closes nothing. @param {string} text */
function closed(text) {
  let [before, rest] = ["", text];
  while (rest !== before) [before, rest] = [rest, rest.replace(/[\u2066-\u2068][^\u2066-\u2069]*\u2069/g, "")];
  return /[\u2066-\u2069]/.test(rest) ? text.replace(/[\u2066-\u2069]/g, "\ufffd") : text;
}

/**
 * A sentence with its gaps filled, each part isolated: `{time}` takes `parts.time`. A gap without a part stays.
 * @param {string} sentence
 * @param {Object<string, string|number>} parts
 */
export function filled(sentence, parts) {
  const rtl = TURNS.test(sentence) || document.documentElement.dir === "rtl";
  return sentence.replace(/\{(\w+)\}/g, (gap, part) => (parts[part] === undefined ? gap : isolated(parts[part], rtl)));
}
