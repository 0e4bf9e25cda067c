// Text that people type: what is taken out before it is kept or sent, and which digits count as numbers.
// The same rules as guidance/text.py.

// Controls, half characters, line and paragraph separators, bidi embeddings, overrides and isolates, deprecated format
// characters, annotations, tags, noncharacters. Tab and line ends stay.
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u206f\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Cs}\p{NChar}]/gu;

/**
 * A text without the invisible characters that turn or hide the words beside them; nothing visible is lost.
 * @param {string} text
 */
export function cleared(text) {
  return text.replace(FORBIDDEN, "");
}

/**
 * A text with every decimal digit of any script as 0 to 9.
 * @param {string} text
 */
export function asciiDigits(text) {
  return text.normalize("NFKC").replace(/\p{Nd}/gu, (digit) => String(valueOf(digit.codePointAt(0) ?? 0)));
}

/** Digits of a script stand in a row from 0 to 9 (Unicode, DerivedNumericType). @param {number} code */
function valueOf(code) {
  let value = 0;
  while (value < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(code - value - 1))) value += 1;
  return value;
}

/**
 * The whole number that was typed, in the digits of any script; null when it is none.
 * @param {string} text
 * @returns {number|null}
 */
export function wholeNumber(text) {
  // Marks of direction come along from keyboards of right-to-left scripts.
  const plain = asciiDigits(text).replace(/[\u200e\u200f\u061c]/g, "").trim();
  return /^\d{1,5}$/.test(plain) ? Number(plain) : null;
}
