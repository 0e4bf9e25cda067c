// The alert that this phone sent last. Within an hour, what is alerted, walked and written about the same kind of event
// belongs to that report, unless the person says that something else happened.
import { now } from "./time.js";

const KEY = "guidance-last-alert";
const SAME_EVENT = 3600 * 1000;
/** @type {Alert|null} what this page sent itself, where the browser keeps nothing for us */
let own = null;

/** @typedef {{report: string, kind: string, at: string}} Alert */

/** Where the browser keeps nothing for us, alerts go out all the same. @param {Alert} alert */
export function noteAlert({ report, kind, at }) {
  own = { report, kind, at };
  try {
    localStorage.setItem(KEY, JSON.stringify({ report, kind, at }));
  } catch (error) {
    console.warn(error);
  }
}

/** An undone alert was never sent; what was the last before it is so again. @param {Alert|null} before */
export function takeBackAlert(before) {
  own = null;
  if (before) return noteAlert(before);
  try {
    localStorage.removeItem(KEY);
  } catch (error) {
    console.warn(error);
  }
}

/**
 * The last alert that still counts as about the same event; null when there is none.
 * @param {string} [kind] of this kind only
 * @returns {Alert|null}
 */
export function lastAlert(kind) {
  const kept = read();
  const fresh = kept && Math.abs(now() - Date.parse(kept.at)) < SAME_EVENT;
  return fresh && (kind === undefined || kept.kind === kind) ? kept : null;
}

/** @returns {Alert|null} */
function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null") ?? own;
  } catch (error) {
    console.warn(error); // blocked, or not ours
    return own;
  }
}
