// Where this phone is: the profile of its site, asked of the server and kept for use without a network.
import { del, get, put, within } from "./db.js";
import { isolated } from "./spoken.js";
import { moment } from "./time.js";

/**
 * @typedef {{role: string, label: string, phone: string, checked_on: string, fictional: boolean}} Contact
 * @typedef {{id: string, site: {id: string, name: string, type: string}, agency: {name: string},
 *   contacts: Contact[], fetched_at: string}} Profile
 */

const ID = "site";
/** How long the server may take to say it where storage fails, in milliseconds. */
const PATIENCE = 2_000;
/** @type {Profile|null|undefined} what the server told this page last */
let told;
/** Told on `document` whenever the profile that is kept changed; `detail` is the profile or null. */
export const CHANGED = "guidance:site";

/**
 * What the phone knows without asking anyone; where its storage fails, what the server says.
 * @returns {Promise<Profile|null|undefined>} null when this phone is not enrolled; undefined when nobody can say
 */
export async function keptProfile() {
  try {
    return (await get("site", ID)) ?? told ?? null; // a full disk keeps none
  } catch (error) {
    console.warn(error);
    if (told === undefined) told = await within(PATIENCE, ask()).catch(() => undefined);
    return told;
  }
}

/**
 * Ask the server, keep its answer. Only the server's own "not enrolled" wipes what is kept: a captive portal's does not.
 * @returns {Promise<Profile|null>} the profile as it is kept now
 */
export async function renewProfile() {
  const before = await keptProfile();
  const answer = await ask();
  if (answer === undefined) return before ?? null;
  const after = answer && { ...answer, id: ID, fetched_at: moment() };
  told = after;
  await (after ? put("site", after) : del("site", ID)).catch((error) => console.warn(error)); // this page knows it
  if (facts(before) !== facts(after)) document.dispatchEvent(new CustomEvent(CHANGED, { detail: after }));
  return after;
}

/** @param {Profile|null|undefined} profile */
function facts(profile) {
  return profile ? JSON.stringify([profile.site, profile.agency, profile.contacts]) : "";
}

/** @returns {Promise<any>} the profile, null when the server says that this phone is not enrolled, undefined when unknown */
async function ask() {
  let response;
  try {
    response = await fetch("/api/device", { cache: "no-store", redirect: "error", headers: { accept: "application/json" } });
  } catch {
    return undefined; // no network: what is kept stays
  }
  const type = response.headers.get("content-type") ?? "";
  if (response.status === 200 && type.startsWith("application/json")) {
    const told = await response.json();
    return told?.site?.id ? told : undefined;
  }
  await response.body?.cancel();
  return response.status === 404 && type.startsWith("application/problem+json") ? null : undefined;
}

/**
 * The address of a telephone button; an extension goes with it (RFC 3966).
 * @param {string} phone as the directory has it: digits, spaces, dashes, x or ext. before an extension
 * @returns {string}
 */
export function telephone(phone) {
  const [number, extension = ""] = phone.split(/;ext=|ext\.?|x/i);
  const digits = extension.replace(/\D/g, "");
  return `tel:${number.replace(/[^\d+*#]/g, "")}${digits && `;ext=${digits}`}`;
}

/** Show the site's name in the header, first from what is kept, then from the server. */
export async function showSite() {
  document.addEventListener(CHANGED, (event) => showName(/** @type {CustomEvent} */ (event).detail));
  addEventListener("pageshow", (event) => event.persisted && lookAgain().catch((error) => console.warn(error)));
  try {
    showName((await keptProfile()) ?? null);
    await renewProfile();
  } catch (error) {
    console.warn(error); // the browser keeps no storage for us: the header says "not joined"
  }
}

/** The page lay in the browser's back-forward cache; meanwhile the phone may have joined a site on another one. */
async function lookAgain() {
  const kept = await keptProfile();
  if (kept !== undefined) document.dispatchEvent(new CustomEvent(CHANGED, { detail: kept }));
  await renewProfile();
}

/** @param {Profile|null} profile */
function showName(profile) {
  const where = /** @type {HTMLElement|null} */ (document.querySelector("[data-where]"));
  if (!where) return;
  where.dataset.none ??= where.textContent ?? "";
  where.translate = !profile; // a name is no sentence
  where.textContent = profile ? isolated(profile.site.name) : where.dataset.none;
}
