// Moments in the reader's own time, and ages that stay true while the page is open. For the board's pages.
import { LANGUAGE } from "./spoken.js";
import { now } from "./time.js";

/**
 * Show every `<time data-clock>` in the reader's own time zone; without a script the page says UTC.
 * `data-seconds` adds seconds; `data-day` shows the day alone.
 * @param {ParentNode} [root]
 */
export function showClocks(root = document) {
  for (const each of root.querySelectorAll("time[data-clock]")) {
    const time = /** @type {HTMLTimeElement} */ (each);
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    time.textContent = "day" in time.dataset ? dayOf(moment) : clockOf(moment, "seconds" in time.dataset);
    time.title = time.dateTime;
  }
}

/** @param {Date} moment @param {boolean} seconds */
function clockOf(moment, seconds) {
  /** @type {Intl.DateTimeFormatOptions} */
  const parts = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(seconds ? { second: "2-digit" } : {}) };
  const clock = moment.toLocaleTimeString(LANGUAGE, parts);
  return sameDay(moment, new Date()) ? clock : `${dayOf(moment)}, ${clock}`;
}

/** @param {Date} moment */
function dayOf(moment) {
  return moment.toLocaleDateString(LANGUAGE, { day: "numeric", month: "short" });
}

/** @param {Date} one @param {Date} other */
function sameDay(one, other) {
  return one.toDateString() === other.toDateString();
}

/**
 * Keep every `<time data-age>` true, with the words that `words` holds as data-age-now, -minutes, -hours, -long and -days.
 * @param {HTMLElement} words
 */
export function keepAges(words) {
  const show = () => document.querySelectorAll("time[data-age]").forEach((each) => {
    const time = /** @type {HTMLTimeElement} */ (each);
    if (time.dateTime) time.textContent = ageOf(new Date(time.dateTime), words.dataset);
  });
  show();
  setInterval(show, 15_000);
}

/** @param {Date} moment @param {DOMStringMap} words */
export function ageOf(moment, words) {
  const minutes = Math.max(0, Math.floor((now() - moment.getTime()) / 60_000));
  if (minutes < 1) return words.ageNow ?? "";
  if (minutes < 60) return (words.ageMinutes ?? "").replace("{m}", String(minutes));
  const hours = Math.floor(minutes / 60);
  if (hours >= 10 && hours < 24) return (words.ageLong ?? "").replace("{h}", String(hours));
  if (hours < 10) return (words.ageHours ?? "").replace("{h}", String(hours)).replace("{m}", String(minutes % 60));
  return (words.ageDays ?? "").replace("{d}", String(Math.floor(hours / 24))).replace("{h}", String(hours % 24));
}
