// The alert that this phone sent last. Within an hour, what is alerted, walked and written about the same kind of event
// belongs to that report, unless the person says that something else happened. For alert.js, trail.js and report.js.

const KEY = "guidance-last-alert";
const SAME_EVENT = 3600 * 1000;

/** @typedef {{report: string, kind: string, at: string}} Alert */

/** @param {Alert} alert */
export function noteAlert({ report, kind, at }) {
  localStorage.setItem(KEY, JSON.stringify({ report, kind, at }));
}

/** An undone alert was never sent. @param {string} report */
export function forgetAlert(report) {
  if (lastAlert()?.report === report) localStorage.removeItem(KEY);
}

/**
 * The last alert that still counts as about the same event; null when there is none.
 * @param {string} [kind] of this kind only
 * @returns {Alert|null}
 */
export function lastAlert(kind) {
  const kept = JSON.parse(localStorage.getItem(KEY) ?? "null");
  const fresh = kept && Math.abs(Date.now() - Date.parse(kept.at)) < SAME_EVENT;
  return fresh && (kind === undefined || kept.kind === kind) ? kept : null;
}
