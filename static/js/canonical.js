// The one text of a report's body (RFC 8785), so that phone and server take the hash of the same bytes.
// Bodies hold strings, integers, booleans, null, lists and objects; nothing else.

/**
 * @typedef {string|number|boolean|null|Json[]|{[name: string]: Json}} Json
 */

/**
 * Write a value in RFC 8785 form.
 * @param {Json} value
 * @returns {string}
 * @throws {TypeError} for what a body never holds: a fraction, a number beyond 2^53, undefined, half an emoji
 */
export function canonical(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return integer(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) return object(value);
  throw new TypeError(`A report's body cannot hold a ${typeof value}`);
}

/** @param {{[name: string]: Json}} value */
function object(value) {
  // Array.prototype.sort without a function orders by UTF-16 code units, as RFC 8785 §3.2.3 asks.
  const members = Object.keys(value).sort().map((name) => `${text(name)}:${canonical(value[name])}`);
  return `{${members.join(",")}}`;
}

/** @param {number} value */
function integer(value) {
  if (!Number.isSafeInteger(value)) throw new TypeError("A report's body holds whole numbers only");
  return String(value === 0 ? 0 : value);
}

/** @param {string} value */
function text(value) {
  if (wellFormed(value) !== value) throw new TypeError("A report's body cannot hold half of a character");
  return JSON.stringify(value);
}

/**
 * The text with each lone surrogate (half of a character, as a length limit can leave it) replaced.
 * @param {string} value
 * @returns {string}
 */
export function wellFormed(value) {
  return value.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]|[\uD800-\uDFFF]/g, (found) =>
    found.length === 2 ? found : "\uFFFD",
  );
}
