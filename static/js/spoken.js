// How dates, times and numbers stand in a page of any language: digits as telephones have them, never turned around.

const PAGE = document.documentElement.lang;
/** What stands in where a browser has no dates of a language. @type {Object<string, string>} */
const NEAREST = { ht: "fr", yi: "en-GB" };

/** For Intl: the page's language with the digits 0 to 9 (Unicode locale extension `nu`). */
export const LANGUAGE = [PAGE, NEAREST[PAGE]].filter(Boolean).map((code) => `${code}-u-nu-latn`);

/** @param {string} text a number or code, kept in its own order inside a line of either direction (UAX 9) */
export function isolated(text) {
  return `\u2068${text}\u2069`;
}
