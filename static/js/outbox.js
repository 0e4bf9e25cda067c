// The outbox as pages about reports use it: freeze a revision, look at what waits.
// Importing it starts the sending on this page.
import { canonical } from "./canonical.js";
import { get } from "./db.js";
import { ANY, askForSync, core, kick, watch } from "./outbox-pump.js";
import { moment } from "./time.js";

export { ANY, kick, watch };

/** @typedef {import("./canonical.js").Json} Json */
/**
 * @typedef {{
 *   report: string, part: "alert"|"details", kind: string, locale: string, protocol: {id: string, hash: string},
 *   trail: {step: string, answer: string, at: string}[], facts: {[fact: string]: Json}, urgency?: string
 * }} Content what a person wants to send, before it is frozen
 */

/**
 * Freeze a content as the report's next revision. When this resolves the phone has it for good; where the entry says
 * `unkept`, storage failed, and it goes out while this page is open.
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
  const sent_at = moment();
  const plain = { revision, kind, locale, sent_at, protocol: { id: protocol.id, hash: protocol.hash } };
  const walked = trail.map(({ step, answer, at }) => ({ step, answer, at }));
  const stated = urgency === "urgent" || urgency === "normal" ? { urgency } : {};
  const offline = navigator.onLine ? {} : { queued_offline: true };
  return { ...plain, trail: walked, facts, ...stated, ...offline };
}

/** @param {string} report @returns {Promise<number>} a number that this phone never used for the report */
async function nextRevision(report) {
  const { entries, receipt } = await stateOf(report);
  const draft = await get("drafts", report).catch((error) => console.warn(error)); // the server tells a number that is taken
  const used = [receipt?.revision ?? 0, draft?.last_revision ?? 0, await core.revisionUsed(report)];
  return Math.max(...used, ...entries.map((e) => e.revision)) + 1;
}

/**
 * Everything that this phone knows of one report. Where storage fails: everything that this page knows.
 * @param {string} report
 * @returns {Promise<{entries: any[], receipt: any}>} entries by revision; no receipt is undefined
 */
export async function stateOf(report) {
  const { found } = await core.look();
  const own = found.filter((/** @type {any} */ entry) => entry.report === report && entry.lane !== "practice");
  own.sort((/** @type {any} */ a, /** @type {any} */ b) => a.revision - b.revision);
  return { entries: own, receipt: await core.receiptFor(report) };
}

/**
 * The alert of a report that was pressed last, on its way or received.
 * @param {{entries: any[], receipt: any}} state
 * @returns {{at: string, urgency: string, waiting: boolean, attention: boolean}|null} `at` by this phone's clock; null when none was pressed
 */
export function lastAlertOf({ entries, receipt }) {
  const waiting = entries.filter((each) => each.part === "alert").map((each) => ({
    revision: each.revision, at: each.created_at, urgency: statedIn(each.text),
    waiting: true, attention: each.state === "needs_attention",
  }));
  const received = (receipt?.revisions ?? []).filter((/** @type {any} */ each) => each.part === "alert").map((/** @type {any} */ each) => ({
    revision: each.revision, at: each.saved_at ?? each.received_at, urgency: each.urgency ?? "",
    waiting: false, attention: false,
  }));
  return [...received, ...waiting].sort((a, b) => a.revision - b.revision).at(-1) ?? null;
}

/** @param {string} text a frozen body, perhaps damaged @returns {string} */
function statedIn(text) {
  try {
    return JSON.parse(text)?.urgency ?? "";
  } catch (error) {
    if (error instanceof SyntaxError) return "";
    throw error;
  }
}

/** Every entry that is no practice run, oldest first. @returns {Promise<any[]>} rejects where storage fails */
export const entries = async () => (await core.entries()).filter((/** @type {any} */ entry) => entry.lane !== "practice");
/** Take an alert back. @param {string} id @returns {Promise<boolean>} false when it is too late */
export const undo = (id) => core.undo(id);
/** Change a report's receipt, if there is one. @param {string} report @param {(receipt: any) => any} change */
export const reviseReceipt = (report, change) => core.reviseReceipt(report, change);
/** Send an alert now, its seconds of undo not over. @param {any} entry as frozen */
export const release = (entry) => core.release(entry);
/** Throw an entry away. @param {string} id @returns {Promise<boolean>} false when it is just being sent */
export const discard = (id) => core.discard(id);
/** Try a refused entry again as it is. @param {string} id */
export const retry = (id) => core.retry(id);
