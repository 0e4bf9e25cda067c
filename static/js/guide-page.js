// The pieces of the guide page that walk.js reads and fills: sections, lines for some places only, call buttons.
// Words come from the page.

import { telephone } from "./site.js";
import { dayWords, inCity } from "./city-time.js";
import { filled, isolated } from "./spoken.js";
import { since } from "./time.js";

/** @typedef {import("./site.js").Profile} Profile */
/** @typedef {import("./site.js").Contact} Contact */

const words = /** @type {HTMLElement} */ (document.getElementById("guide-words")).dataset;

/** @param {string} id @returns {HTMLElement|null} the section of a step or outcome */
export function section(id) {
  const found = document.getElementById(id);
  return found?.matches("main > section") ? found : null;
}

/** @param {string} id @returns {boolean} whether this step asks what kind of place it is */
export function placeStep(id) {
  return section(id)?.hasAttribute("data-place") ?? false;
}

/**
 * What an outcome says for the report.
 * @param {string} id
 * @returns {{report: Object<string, string>, urgency: string}|null} null for a step
 */
export function outcomeOf(id) {
  const found = section(id);
  if (!found?.dataset.report) return null;
  return { report: JSON.parse(found.dataset.report), urgency: found.dataset.urgency ?? "" };
}

/** @type {WeakMap<Element, {type: string|null, profile: Profile|null}>} what each section was made for */
const dressed = new WeakMap();

/**
 * Make a section what it is at this place: the lines that hold there, and the calls as links.
 * @param {Element|null} part @param {string|null} type @param {Profile|null} profile
 */
export function dress(part, type, profile) {
  const before = part && dressed.get(part);
  if (!part || (before?.type === type && before.profile === profile)) return;
  dressed.set(part, { type, profile });
  showOnly(part, type);
  fillCalls(part, profile);
}

/** The same for every section. @param {string|null} type @param {Profile|null} profile */
export function dressAll(type, profile) {
  for (const part of document.querySelectorAll("main > section")) dress(part, type, profile);
}

/**
 * Show what holds at this kind of place only; while the kind is unknown, show everything with its label.
 * @param {Element} part @param {string|null} type
 */
function showOnly(part, type) {
  for (const line of /** @type {NodeListOf<HTMLElement>} */ (part.querySelectorAll("[data-only]"))) {
    line.toggleAttribute("data-other-place", Boolean(type) && !(line.dataset.only ?? "").split(" ").includes(type ?? ""));
    line.querySelector(".only")?.toggleAttribute("hidden", Boolean(type));
  }
}

/**
 * Make the calls of an outcome into telephone links, as far as the site's profile has the number.
 * @param {Element} part @param {Profile|null} profile
 */
function fillCalls(part, profile) {
  part.querySelectorAll("a.call[data-role]").forEach((link) => link.remove());
  for (const line of /** @type {NodeListOf<HTMLElement>} */ (part.querySelectorAll("p.call[data-role]"))) {
    const contacts = profile?.contacts.filter((contact) => contact.role === line.dataset.role) ?? [];
    line.hidden = contacts.length > 0;
    line.after(...contacts.map((contact) => callLink(line, contact, contacts.length > 1)));
  }
}

/** @param {HTMLElement} line @param {Contact} contact @param {boolean} named whether to say whose number it is */
function callLink(line, contact, named) {
  const link = document.createElement("a");
  link.className = "call";
  link.href = telephone(contact.phone);
  Object.assign(link.dataset, line.dataset);
  link.append(...[...line.children].map((child) => child.cloneNode(true)));
  const small = document.createElement("small");
  small.translate = false;
  small.textContent = [named ? isolated(contact.label) : "", numberWords(contact), contact.fictional ? words.demo : ""].filter(Boolean).join(" · ");
  link.lastElementChild?.append(small);
  return link;
}

/** @param {Contact} contact */
function numberWords({ phone, checked_on }) {
  return filled(words.number ?? "", { number: phone, date: dayWords(checked_on).replaceAll(" ", "\u00a0") });
}

/** Lead to the details form of this walk's report. @param {string} report */
export function askForDetails(report) {
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("a[data-details]"))) {
    link.hash = report;
  }
}

/** Say when the walk began. @param {string} started_at RFC 3339 */
export function showElapsed(started_at) {
  const line = document.querySelector("[data-elapsed]");
  if (!line) return;
  const time = inCity(new Date(started_at), { hour: "numeric", minute: "2-digit" });
  const minutes = Math.floor(since(started_at) / 60_000);
  line.textContent = filled(words.elapsed ?? "", { time, minutes });
  line.toggleAttribute("hidden", false);
}
