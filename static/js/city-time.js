// Days and hours of the city, which every page shows whatever zone the phone is set to. The page names the zone
// (`data-time-zone` of <html>); a browser that does not know it uses the phone's own.
import { LANGUAGE } from "./spoken.js";

/** The city's time zone for Intl; undefined is the phone's own. */
export const ZONE = known(document.documentElement.dataset.timeZone);

/** @param {string|undefined} name */
function known(name) {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) && name;
  } catch (error) {
    console.warn(error); // an old browser without this zone: the phone of a city employee is in the city
    return undefined;
  }
}

/**
 * A moment as the city's clocks show it, in the page's language; empty for what is none.
 * @param {Date} moment @param {Intl.DateTimeFormatOptions} form
 */
export function inCity(moment, form) {
  if (Number.isNaN(moment.getTime())) return "";
  return new Intl.DateTimeFormat(LANGUAGE, { timeZone: ZONE, ...form }).format(moment);
}

/** A day that is no moment, `2026-11-24`, in the page's language. @param {string} day */
export function dayWords(day) {
  return inCity(new Date(`${day}T12:00Z`), { day: "numeric", month: "long", timeZone: "UTC" });
}
