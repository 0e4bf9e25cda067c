// The outbox as pages use it: freeze a revision, send when there is a chance, tell who watches.
// For alert.js, report.js, my-reports.js and progress.js. Importing it starts the sending on this page.
import "./outbox-store.js";
import "./outbox-core.js";
import { canonical } from "./canonical.js";
import { get } from "./db.js";

/** @typedef {import("./canonical.js").Json} Json */
/**
 * @typedef {{
 *   report: string, part: "alert"|"details", kind: string, locale: string, protocol: {id: string, hash: string},
 *   trail: {step: string, answer: string, at: string}[], facts: {[fact: string]: Json}, urgency?: string
 * }} Content what a person wants to send, before it is frozen
 */

const core = /** @type {any} */ (self).GuidanceOutbox;
const SYNC = "outbox";
const AFTER_TROUBLE = 30_000;

/** @type {ReturnType<typeof setTimeout>|undefined} */
let timer;

/**
 * Freeze a content as the report's next revision. When this resolves the phone has it for good.
 * @param {Content} content
 * @param {{site?: string, wait?: number, draft?: any}} [options] `wait`: milliseconds for undo;
 *   `draft`: the draft it came from, kept beside it until the receipt
 * @returns {Promise<any>} the entry
 */
export async function freeze(content, { site = "", wait = 0, draft } = {}) {
  const revision = await nextRevision(content.report);
  const { report, part, kind, locale } = content;
  const text = canonical(body(content, revision));
  const kept = draft && { ...draft, frozen: revision, last_revision: revision };
  try {
    return await core.enqueue({ report, revision, part, kind, locale, site, text, wait, draft: kept });
  } catch (error) {
    // Another tab of this phone took the number in the meantime; the next one is free.
    if (error.name === "ConstraintError") return freeze(content, { site, wait, draft });
    throw error;
  } finally {
    askForSync();
    kick();
  }
}

/** @param {Content} content @param {number} revision */
function body({ kind, locale, protocol, trail, facts, urgency }, revision) {
  const sent_at = new Date().toISOString();
  const plain = { revision, kind, locale, sent_at, protocol: { id: protocol.id, hash: protocol.hash } };
  const walked = trail.map(({ step, answer, at }) => ({ step, answer, at }));
  const stated = urgency === "urgent" || urgency === "normal" ? { urgency } : {};
  const offline = navigator.onLine ? {} : { queued_offline: true };
  return { ...plain, trail: walked, facts, ...stated, ...offline };
}

/** @param {string} report @returns {Promise<number>} a number that this phone never used for the report */
async function nextRevision(report) {
  const { entries, receipt } = await stateOf(report);
  const draft = await get("drafts", report);
  return Math.max(0, receipt?.revision ?? 0, draft?.last_revision ?? 0, ...entries.map((e) => e.revision)) + 1;
}

/**
 * Everything that this phone knows of one report.
 * @param {string} report
 * @returns {Promise<{entries: any[], receipt: any}>} entries by revision; no receipt is undefined
 */
export async function stateOf(report) {
  const entries = (await core.entries()).filter((entry) => entry.report === report);
  entries.sort((a, b) => a.revision - b.revision);
  return { entries, receipt: await get("receipts", report) };
}

/**
 * Send what is due, and come back by itself for the rest.
 * @param {{now?: boolean}} [options] `now`: do not wait out the pauses
 * @returns {Promise<void>}
 */
export async function kick(options = {}) {
  clearTimeout(timer);
  try {
    const { next } = await core.flush(options);
    if (next !== null) later(next - Date.now());
  } catch (error) {
    // The phone's storage failed (full, or taken away). The reports stay; say it to whoever reads the console.
    console.error(error);
    later(AFTER_TROUBLE);
  }
}

/** @param {number} pause milliseconds */
function later(pause) {
  clearTimeout(timer);
  timer = setTimeout(kick, Math.max(200, pause));
}

/** Where the browser can, it wakes our worker when the network is back, even if this page is closed. */
async function askForSync() {
  const registration = await navigator.serviceWorker?.getRegistration();
  const sync = /** @type {any} */ (registration)?.sync;
  // A browser may refuse (a private window does); the page's own tries go on without it.
  await sync?.register(SYNC).catch((error) => console.info(error));
}

/**
 * Call `changed` with a report's id whenever something of it changed, in whichever tab or worker.
 * @param {(report: string) => void} changed
 * @returns {() => void} stops watching
 */
export function watch(changed) {
  const channel = new BroadcastChannel(core.CHANNEL);
  channel.onmessage = (event) => changed(event.data.report);
  return () => channel.close();
}

/** Every entry, oldest first. @returns {Promise<any[]>} */
export const entries = () => core.entries();
/** Take an alert back. @param {string} id @returns {Promise<boolean>} false when it is too late */
export const undo = (id) => core.undo(id);
/** Throw an entry away. @param {string} id @returns {Promise<boolean>} false when it is just being sent */
export const discard = (id) => core.discard(id);
/** Try a refused entry again as it is. @param {string} id */
export const retry = (id) => core.retry(id);

addEventListener("online", () => kick({ now: true }));
addEventListener("pageshow", (event) => event.persisted && kick({ now: true }));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") kick({ now: true });
});
navigator.serviceWorker?.addEventListener("message", (event) => {
  if (event.data?.type === "flush-outbox") kick({ now: true });
});
kick({ now: true });
