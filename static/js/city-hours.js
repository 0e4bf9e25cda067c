// The city's wall clock and back: what people read and type as an hour, also in the nights when the clocks change.
import { ZONE, inCity } from "./city-time.js";
import { isolated } from "./spoken.js";

const DAY = 24 * 3600 * 1000;
const MINUTE = 60_000;

const WALL = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
  timeZone: ZONE, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  second: "2-digit",
});

/**
 * What the city's clocks show, counted as if it were UTC, in milliseconds.
 * @param {number} moment milliseconds since 1970
 */
function wallTime(moment) {
  const parts = Object.fromEntries(WALL.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
}

/** How far the city is ahead of UTC at a moment, in milliseconds. @param {number} moment */
function offsetAt(moment) {
  return wallTime(moment) - Math.floor(moment / 1000) * 1000;
}

/** What the city's clocks show at a moment, as date inputs have it: `2026-11-01T01:50`. @param {Date} moment */
export function wallOf(moment) {
  return new Date(wallTime(moment.getTime())).toISOString().slice(0, 16);
}

/** A moment as the city's clocks show it, with their offset: `2026-11-01T01:50-04:00`. @param {Date} moment */
export function withOffset(moment) {
  const minutes = Math.round(offsetAt(moment.getTime()) / MINUTE);
  const two = (/** @type {number} */ number) => String(Math.floor(number)).padStart(2, "0");
  const ahead = Math.abs(minutes);
  return `${wallOf(moment)}${minutes < 0 ? "-" : "+"}${two(ahead / 60)}:${two(ahead % 60)}`;
}

/**
 * The moments at which the city's clocks show this: two in the hour that comes twice, none in the one that is skipped.
 * @param {string} wall as date inputs have it, `2026-11-01T01:50`
 * @returns {Date[]} the earlier first
 */
export function momentsOf(wall) {
  const near = Date.parse(`${wall}Z`);
  if (Number.isNaN(near)) return [];
  const offsets = [...new Set([offsetAt(near - DAY), offsetAt(near + DAY)])];
  const found = offsets.map((offset) => near - offset).filter((each) => wallTime(each) === near);
  return found.sort((a, b) => a - b).map((each) => new Date(each));
}

/** Whether the city's clocks show the hour and minute of a moment twice. @param {Date} moment */
export function comesTwice(moment) {
  return momentsOf(wallOf(moment)).length > 1;
}

/** @param {Date} moment @returns {string} the city's day: `2026-11-01` */
function dayKey(moment) {
  return wallOf(moment).slice(0, 10);
}

/** @param {Date} moment whether it is the city's day now */
export function isToday(moment) {
  return dayKey(moment) === dayKey(new Date());
}

// The names that the city's people know, EDT and EST, stand in no other language's data.
const NAMED = new Intl.DateTimeFormat("en-US", { timeZone: ZONE, timeZoneName: "short" });

/**
 * A moment in the page's language, with the zone's short name where the clocks show this hour twice.
 * @param {Date} moment @param {Intl.DateTimeFormatOptions} form
 */
export function written(moment, form) {
  const words = inCity(moment, form);
  if (!("hour" in form) || Number.isNaN(moment.getTime()) || !comesTwice(moment)) return words;
  const name = NAMED.formatToParts(moment).find(({ type }) => type === "timeZoneName")?.value ?? "";
  return `${words} ${isolated(name)}`;
}
