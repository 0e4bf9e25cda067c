// The steady clock for modules. Whatever is measured, or compared with a moment of this phone, uses it.
import "./steady-clock.js";

/** @type {() => number} milliseconds since 1970; never jumps while a page is open */
export const now = /** @type {any} */ (self).GuidanceClock.now;

/** @returns {string} the moment, in RFC 3339 */
export const moment = () => new Date(now()).toISOString();

/** @param {string} at RFC 3339 @returns {number} milliseconds since then, never less than none */
export const since = (at) => Math.max(0, now() - Date.parse(at));
