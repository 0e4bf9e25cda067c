// What an alert from this page is about, under which report it was sent already, and what there is to tell beyond that.
import { get } from "./db.js";
import { lastAlert } from "./last-alert.js";
import { lastAlertOf, stateOf } from "./outbox.js";
import { keptProfile } from "./site.js";
import { currentWalk, standing } from "./trail.js";

/**
 * @typedef {{report: string, kind: string, protocol: {id: string, hash: string}, trail: any[],
 *   facts: Object<string, any>, urgency: string, walk?: import("./trail.js").Walk, reached?: string|null}} Subject
 *   what an alert would be about; `walk` is this page's own, `reached` the urgency of the outcome where it stands
 */
/** @typedef {{word: "got-worse"|"send-again", subject: Subject}} More */

const ORDER = ["low", "normal", "urgent"];

/** @returns {Promise<Subject|null>} null when this page does not know what is happening */
export async function subjectHere() {
  const main = document.querySelector("main");
  if (main?.matches("[data-guide][data-hash]")) return fromGuide(/** @type {HTMLElement} */ (main));
  if (main?.matches("[data-report-page]")) return fromDraft(await draftHere());
  return null;
}

/** @returns {Promise<any>} the page asks what is happening where there is none, or storage fails */
function draftHere() {
  return get("drafts", location.hash.slice(1)).catch((error) => console.warn(error));
}

/** @param {HTMLElement} main @returns {Promise<Subject>} */
async function fromGuide({ dataset }) {
  const protocol = { id: dataset.guide ?? "", hash: dataset.hash ?? "" };
  const walk = await currentWalk();
  if (walk?.protocol.id !== protocol.id) return bare(protocol, moreUrgent(urgencyShown(), dataset.urgency ?? ""));
  const { report_id, kind, entries, facts } = walk;
  const reached = walk.outcome ? document.getElementById(walk.outcome)?.dataset.urgency ?? null : null;
  const urgency = reached ?? dataset.urgency ?? "";
  return { report: report_id, kind, protocol: walk.protocol, trail: entries, facts, urgency, walk, reached };
}

/** @returns {Subject|null} what the page itself says, asking no storage; null when it does not know what is happening */
export function subjectShown() {
  const main = document.querySelector("main");
  if (!main?.matches("[data-guide][data-hash]")) return null;
  const { guide, hash, urgency } = /** @type {HTMLElement} */ (main).dataset;
  return bare({ id: guide ?? "", hash: hash ?? "" }, moreUrgent(urgencyShown(), urgency ?? ""));
}

/** @returns {string} of the outcome that shows, where no walk is recorded: they may just have gone in */
function urgencyShown() {
  const shown = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  return shown?.dataset.urgency ?? "";
}

/** @param {string} one @param {string} other */
function moreUrgent(one, other) {
  return ORDER.indexOf(one) > ORDER.indexOf(other) ? one : other;
}

/** @param {any} draft @returns {Subject|null} */
function fromDraft(draft) {
  if (!draft?.protocol) return null;
  const { id, kind, protocol, trail, walked, urgency } = draft;
  return { report: id, kind, protocol, trail, facts: walked, urgency };
}

/**
 * A subject with nothing walked yet, of a report of its own.
 * @param {{id: string, hash: string}} protocol @param {string} urgency @returns {Subject}
 */
export function bare(protocol, urgency) {
  return { report: crypto.randomUUID(), kind: protocol.id, protocol, trail: [], facts: {}, urgency };
}

/** @param {HTMLElement} choice a kind of event as the dialog offers it @returns {Subject} */
export function chosen({ dataset }) {
  return bare({ id: dataset.choice ?? "", hash: dataset.hash ?? "" }, dataset.urgency ?? "");
}

/** @param {string} report whether an alert of it is on its way or received */
async function isAlerted(report) {
  const { entries, receipt } = await stateOf(report);
  return entries.length > 0 || Boolean(receipt);
}

/** @param {Subject|null} about @returns {Promise<string|null>} the report under which this event was alerted already */
export async function alertedAs(about) {
  if (about && (await isAlerted(about.report))) return about.report;
  const last = lastAlert(about?.kind);
  return last && (await isAlerted(last.report)) ? last.report : null;
}

/**
 * What a further alert of a report would tell: that it got worse, or what did not get through the first time.
 * @param {Subject|null} about @param {string} report under which it was alerted
 * @returns {Promise<More|null>} null when the last alert says it all
 */
export async function moreToTell(about, report) {
  const state = await stateOf(report);
  const last = lastAlertOf(state);
  const subject = about ?? choiceOf(lastAlert()?.kind);
  if (!last || !subject) return null;
  const lost = last.attention || (!last.waiting && !state.receipt?.verified && Boolean(await keptProfile()));
  if (lost) return { word: "send-again", subject: { ...subject, report } };
  return gotWorse(subject, last) ? { word: "got-worse", subject: { ...subject, report } } : null;
}

/** @param {string|undefined} kind @returns {Subject|null} null when the dialog does not offer it */
function choiceOf(kind) {
  const choice = document.querySelector(`[data-choice="${CSS.escape(kind ?? "")}"]`);
  return choice ? chosen(/** @type {HTMLElement} */ (choice)) : null;
}

/** @param {Subject} subject @param {{at: string, urgency: string}} last */
function gotWorse({ walk, reached }, last) {
  if (!walk) return false;
  const interrupts = [...document.querySelectorAll(".edge .interrupt")].map((each) => /** @type {HTMLElement} */ (each).dataset.answer);
  const pressed = standing(walk).some(({ entry }) => entry.at > last.at && interrupts.includes(entry.answer));
  return pressed || ORDER.indexOf(reached ?? "") > ORDER.indexOf(last.urgency);
}
