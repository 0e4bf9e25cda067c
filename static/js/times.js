// Moments in the city's time, and ages that stay true while the page is open.
import { isToday, written } from "./city-hours.js";
import { filled } from "./spoken.js";
import { now } from "./time.js";

/**
 * Show every `<time data-clock>` in the page's language, in the city's time; without a script it stands there plainly.
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
  const clock = written(moment, parts);
  return isToday(moment) ? clock : `${dayOf(moment)}, ${clock}`;
}

/** @param {Date} moment */
function dayOf(moment) {
  return written(moment, { day: "numeric", month: "short" });
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
  if (minutes < 60) return filled(words.ageMinutes ?? "", { m: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours >= 10 && hours < 24) return filled(words.ageLong ?? "", { h: hours });
  if (hours < 10) return filled(words.ageHours ?? "", { h: hours, m: minutes % 60 });
  return filled(words.ageDays ?? "", { d: Math.floor(hours / 24), h: hours % 24 });
}
