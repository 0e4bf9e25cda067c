// What the choice of a language notes for the walk that was left for it.
import { recall, remember } from "./db.js";
import { now } from "./time.js";
import { CHOSEN, GOES_ON, LEFT, pageOf, parsed } from "./walk-left.js";

/** A language was chosen, or the reader goes back: the walk that was left goes on. */
export function goesOn() {
  const { id } = parsed(LEFT);
  remember(LEFT, null);
  if (id) remember(GOES_ON, JSON.stringify({ id, at: now() }));
}

/**
 * A language was chosen for the walk that stands one step behind: its page takes it up there.
 * @param {string} locale @param {string} path of the page that was left
 * @returns {boolean} false when no walk was left on that page in this tab
 */
export function goesOnIn(locale, path) {
  const left = parsed(LEFT);
  if (!left.id || left.page !== pageOf(path) || history.length < 2) return false;
  remember(CHOSEN, JSON.stringify({ page: left.page, locale }));
  return Boolean(recall(CHOSEN));
}
