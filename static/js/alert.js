// The early alert: press, confirm, five seconds to undo, then what becomes of it. Works with and without a network.
// Loaded by guides, home and the report page. A press on [data-alert] opens partials/alert_dialog.html; where the
// browser keeps nothing for us, the press follows its link to the page that files the alert by a form.
import { get } from "./db.js";
import { forgetAlert, lastAlert, noteAlert } from "./last-alert.js";
import { freeze, stateOf, undo, watch } from "./outbox.js";
import { callLinks, showProgress } from "./progress.js";
import { keptProfile } from "./site.js";
import { currentWalk } from "./trail.js";
import { kindWords, say } from "./words.js";

/**
 * @typedef {{report: string, kind: string, protocol: {id: string, hash: string}, trail: any[],
 *   facts: Object<string, any>, urgency: string}} Subject what an alert would be about
 */

const UNDO = 5_000;

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("alert-dialog"));
/** @type {Subject|null} */
let subject = null;
/** @type {any} */
let entry = null;
/** @type {ReturnType<typeof setInterval>|undefined} */
let ticking;
let stopProgress = () => {};
/** @type {{place: Element|undefined, report: string|null, stop: () => void}} */
let onPage = { place: undefined, report: null, stop: () => {} };

/** @param {string} query @returns {HTMLElement} */
function part(query) {
  return /** @type {HTMLElement} */ (dialog.querySelector(query));
}

/** @returns {Promise<Subject|null>} null when this page does not know what is happening */
async function subjectHere() {
  const main = document.querySelector("main");
  if (main?.matches("[data-guide][data-hash]")) return fromGuide(/** @type {HTMLElement} */ (main));
  if (main?.matches("[data-report-page]")) return fromDraft(await get("drafts", location.hash.slice(1)));
  return null;
}

/** @param {HTMLElement} main @returns {Promise<Subject>} */
async function fromGuide({ dataset }) {
  const protocol = { id: dataset.guide ?? "", hash: dataset.hash ?? "" };
  const walk = await currentWalk();
  if (walk?.protocol.id !== protocol.id) return bare(protocol, dataset.urgency ?? "");
  const { report_id, kind, entries, facts } = walk;
  const reached = walk.outcome ? document.getElementById(walk.outcome)?.dataset.urgency : null;
  const urgency = reached ?? dataset.urgency ?? "";
  return { report: report_id, kind, protocol: walk.protocol, trail: entries, facts, urgency };
}

/** @param {any} draft @returns {Subject|null} */
function fromDraft(draft) {
  if (!draft?.protocol) return null;
  const { id, kind, protocol, trail, walked, urgency } = draft;
  return { report: id, kind, protocol, trail, facts: walked, urgency };
}

/** @param {{id: string, hash: string}} protocol @param {string} urgency @returns {Subject} with nothing walked yet */
function bare(protocol, urgency) {
  return { report: crypto.randomUUID(), kind: protocol.id, protocol, trail: [], facts: {}, urgency };
}

/** @param {string} report whether an alert of it is on its way or received */
async function isAlerted(report) {
  const { entries, receipt } = await stateOf(report);
  return entries.length > 0 || Boolean(receipt);
}

/** @param {Subject|null} about @returns {Promise<string|null>} the report under which this event was alerted already */
async function alertedAs(about) {
  if (about && (await isAlerted(about.report))) return about.report;
  const last = lastAlert(about?.kind);
  return last && (await isAlerted(last.report)) ? last.report : null;
}

/** @param {string} name show one part of the dialog */
function show(name) {
  for (const each of dialog.querySelectorAll("[data-part]")) {
    each.toggleAttribute("hidden", /** @type {HTMLElement} */ (each).dataset.part !== name);
  }
  const title = /** @type {HTMLElement} */ (part(`[data-part="${name}"]`).querySelector("h2"));
  for (const each of dialog.querySelectorAll("h2")) each.removeAttribute("id");
  title.id = "alert-title";
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  title.focus();
}

async function press() {
  subject = await subjectHere();
  const report = await alertedAs(subject);
  if (report) return showSent(report, true);
  if (subject) return confirm();
  return show("choose");
}

/** @param {HTMLElement} button */
function choose({ dataset }) {
  subject = bare({ id: dataset.choice ?? "", hash: dataset.hash ?? "" }, dataset.urgency ?? "");
  return confirm();
}

async function confirm() {
  const profile = await keptProfile();
  part("[data-site]").textContent = profile?.site.name ?? say("not-joined");
  part("[data-kind]").textContent = kindWords(subject?.kind ?? "");
  for (const each of dialog.querySelectorAll("[data-if-joined]")) each.toggleAttribute("hidden", !profile);
  for (const each of dialog.querySelectorAll("[data-if-unjoined]")) each.toggleAttribute("hidden", Boolean(profile));
  show("confirm");
}

async function send() {
  const about = /** @type {Subject} */ (subject);
  const content = { ...about, part: /** @type {"alert"} */ ("alert"), locale: document.documentElement.lang };
  const urgency = about.urgency === "low" ? "normal" : about.urgency;
  try {
    entry = await freeze({ ...content, urgency }, { site: (await keptProfile())?.site.name ?? "", wait: UNDO });
    noteAlert({ report: about.report, kind: about.kind, at: entry.created_at });
  } catch (error) {
    console.error(error);
    return end(say("storage-failed"), true);
  }
  countDown();
}

function countDown() {
  part("[data-say]").textContent = say("undo-seconds", { seconds: UNDO / 1000 });
  tick();
  show("undo");
  clearInterval(ticking);
  ticking = setInterval(tick, 250);
}

function tick() {
  const left = Math.ceil((entry.not_before - Date.now()) / 1000);
  part("[data-seconds]").textContent = String(Math.max(0, left));
  if (left > 0) return;
  clearInterval(ticking);
  if (dialog.open) showSent(entry.report, false);
}

async function takeBack() {
  clearInterval(ticking);
  if (await undo(entry.id)) {
    forgetAlert(entry.report);
    return end(say("undone"), false);
  }
  showSent(entry.report, false);
  part('[data-part="sent"] h2').textContent = say("undo-late");
}

/** @param {string} words @param {boolean} calls */
async function end(words, calls) {
  part("[data-ended]").textContent = words;
  const place = part("[data-ended-calls]");
  place.hidden = !calls;
  if (calls) place.replaceChildren(...callLinks((await keptProfile().catch(() => null))?.contacts ?? []));
  show("ended");
}

/** @param {string} report @param {boolean} earlier whether it was alerted before this press */
function showSent(report, earlier) {
  stopProgress();
  stopProgress = showProgress(part("[data-progress-here]"), report);
  part("[data-another]").hidden = !earlier;
  const details = /** @type {HTMLAnchorElement} */ (part("[data-add-details]"));
  details.hash = report;
  details.hidden = document.querySelector("main")?.matches("[data-report-page]") ?? false;
  show("sent");
}

/** Another event than the one alerted: on a guide it is a new report without this walk's answers. */
function another() {
  if (!subject) return show("choose");
  subject = bare(subject.protocol, subject.urgency);
  return confirm();
}

/** @param {MouseEvent} event */
function onClick(event) {
  const target = /** @type {Element} */ (event.target);
  if (target.closest("[data-alert]")) {
    if (!crypto.subtle || !window.indexedDB) return undefined;
    event.preventDefault();
    return press().catch(followLink(/** @type {HTMLAnchorElement} */ (target.closest("[data-alert]"))));
  }
  const button = /** @type {HTMLElement|null} */ (target.closest("#alert-dialog button"));
  if (!button) return undefined;
  if (button.matches("[data-choice]")) return choose(button);
  if (button.matches("[data-send]")) return send();
  if (button.matches("[data-undo]")) return takeBack();
  if (button.matches("[data-another]")) return another();
  return dialog.close();
}

/** @param {HTMLAnchorElement} link where the alert can be filed without this phone's storage */
function followLink(link) {
  return (/** @type {any} */ error) => {
    console.error(error);
    location.assign(link.href);
  };
}

/** The alert's state on the page itself: on each alert button, and on the outcome that is shown. */
async function markPage() {
  const report = await alertedAs(await subjectHere());
  const { entries, receipt } = report ? await stateOf(report) : { entries: [], receipt: null };
  const attention = entries.some((each) => each.state === "needs_attention");
  const word = attention ? "alert-attention" : receipt ? "alert-sent" : "alert-waits";
  for (const button of document.querySelectorAll("[data-alert]")) markButton(button, report ? say(word) : null);
  const place = [...document.querySelectorAll("[data-progress]")].find((each) => each.parentElement?.offsetParent);
  if (place !== onPage.place || report !== onPage.report) moveProgress(place, report);
}

/** @param {Element|undefined} place @param {string|null} report */
function moveProgress(place, report) {
  onPage.stop();
  onPage.place?.replaceChildren();
  onPage = { place, report, stop: place && report ? showProgress(place, report) : () => {} };
}

/** @param {Element} button @param {string|null} words null: nothing was alerted */
function markButton(button, words) {
  const text = [...button.childNodes].findLast((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
  if (!(button instanceof HTMLElement) || !text) return;
  button.dataset.words ??= text.textContent ?? "";
  text.textContent = words ?? button.dataset.words;
  button.toggleAttribute("data-alerted", words !== null);
}

document.addEventListener("click", onClick);
dialog.addEventListener("cancel", (event) => {
  // An Escape meant for something else must neither send nor undo; the two buttons do.
  if (!part('[data-part="undo"]').hidden) event.preventDefault();
});
dialog.addEventListener("close", () => stopProgress());
watch(() => markPage());
addEventListener("hashchange", () => markPage());
markPage().catch((error) => console.warn(error)); // no storage: the button's link works
