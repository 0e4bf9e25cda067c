// A walk that is left to choose a language, and goes on in the other one. Each of its steps has a place in the browser's
// history; going back to one that was made in another language shows it in the chosen one.
import { recall, remember } from "./db.js";
import { now } from "./time.js";

export const LEFT = "walk-left";
export const GOES_ON = "walk-goes-on";
/** Which language this tab's walk goes on in: {path, locale}, and the step's mark that is carried over. */
export const CHOSEN = "walk-language";
const CARRIED = "walk-carried";
/** How long after the choice a walk is taken up again at an outcome too, in milliseconds. */
const SOON = 60_000;

/** Note which walk stands behind the tap on the globe. @param {string} id */
export function leave(id) {
  remember(LEFT, JSON.stringify({ id, page: pageOf(location.pathname) }));
}

/** @param {string} path @returns {string} the same page whatever its language */
export function pageOf(path) {
  return path.split("/").slice(2).join("/");
}

/** @returns {any} */
export function parsed(/** @type {string} */ key) {
  try {
    return JSON.parse(recall(key) ?? "null") ?? {};
  } catch {
    return {}; // not ours
  }
}

/**
 * On a step that was walked in another language than the one chosen since: to the same step in that one, in its place.
 * @param {any} mark what the history keeps of this step; null for a page that was opened anew
 * @returns {boolean} whether this page is being left
 */
export function carriedOver(mark) {
  const { page, locale } = parsed(CHOSEN);
  const [, here] = location.pathname.split("/");
  if (!mark?.walk || page !== pageOf(location.pathname) || !locale || locale === here) return false;
  remember(CARRIED, JSON.stringify(mark));
  location.replace(`/${locale}/${page}${location.search}${location.hash}`);
  return true;
}

/** @returns {any} the mark of the step that this page carries over from another language, if any */
export function carriedHere() {
  const mark = parsed(CARRIED);
  remember(CARRIED, null);
  return mark.walk ? mark : null;
}

/** A page that was opened anew begins in its own language. */
export function forgetLanguage() {
  remember(CHOSEN, null);
}

/** @returns {string|null} the walk that was just left for this page, if any */
export function leftWalk() {
  const { id, at } = parsed(GOES_ON);
  return id && now() - at < SOON ? id : null;
}

/** From here on a walk at an outcome is over for good. */
export function forgetLeft() {
  remember(LEFT, null);
  remember(GOES_ON, null);
}
