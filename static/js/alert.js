// The early alert: press, confirm, five seconds to undo, then what becomes of it. Works with and without a network.
// Loaded by guides, home and the report page. A press on [data-alert] opens partials/alert_dialog.html; where the
// browser keeps nothing for us, it goes out directly; where that cannot be, the page behind the button files it by a form.
import { alertedAs, bare, chosen, moreToTell, subjectHere, subjectShown } from "./alert-subject.js";
import { within } from "./db.js";
import { lastAlert, noteAlert, takeBackAlert } from "./last-alert.js";
import { freeze, kick, release, stateOf, undo, watch } from "./outbox.js";
import { PAGE_LANGUAGE } from "./page-language.js";
import { callLinks, plainPage, showProgress } from "./progress.js";
import { CHANGED, keptProfile } from "./site.js";
import { isolated } from "./spoken.js";
import { adoptReport } from "./trail.js";
import { now } from "./time.js";
import { kindWords, say } from "./words.js";
import { write } from "./written.js";

/** @typedef {import("./alert-subject.js").Subject} Subject */
/** @typedef {import("./site.js").Profile} Profile */

const UNDO = 5_000;
/** The second tap of a double tap is no undo, in milliseconds. */
const DOUBLE = 350;
/** How long a press waits for what the phone knows, in milliseconds; then it goes on with what the page says. */
const PATIENCE = 1_500;

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("alert-dialog"));
/** @type {Subject|null} what the page itself is about, and what the alert being confirmed is about */
let here = null;
/** @type {Subject|null} */
let subject = null;
let sending = false;
/** @type {any} the alert that can still be undone */
let held = null;
/** @type {{alert: import("./last-alert.js").Alert|null, report: string|null}} what an undo brings back */
let before = { alert: null, report: null };
/** @type {ReturnType<typeof setInterval>|undefined} */
let ticking;
let stopProgress = () => {};
/** @type {{place: Element|undefined, report: string|null, stop: () => void}} */
let onPage = { place: undefined, report: null, stop: () => {} };
/** @type {Profile|null|undefined} undefined: nobody can say */
let profile;
/** Counts the presses: what one still waits for must not come up after a later one went on. */
let presses = 0;

/** @param {string} query @returns {HTMLElement} */
function part(query) {
  return /** @type {HTMLElement} */ (dialog.querySelector(query));
}

/** @param {string} name show one part of the dialog @param {string} [focus] */
function show(name, focus = `[data-part="${name}"] h2`) {
  for (const each of dialog.querySelectorAll("[data-part]")) {
    each.toggleAttribute("hidden", /** @type {HTMLElement} */ (each).dataset.part !== name);
  }
  for (const each of dialog.querySelectorAll("h2")) each.removeAttribute("id");
  part(`[data-part="${name}"] h2`).id = "alert-title";
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  part(focus).focus();
}

async function press() {
  presses += 1;
  try {
    return await within(PATIENCE, known(presses));
  } catch (error) {
    console.warn(error);
    presses += 1;
    subject = subjectShown();
    return subject ? confirm() : show("choose");
  }
}

/** @param {number} turn */
async function known(turn) {
  const about = await subjectHere();
  const report = await alertedAs(about);
  const more = report && (await moreToTell(about, report));
  if (turn !== presses) return undefined;
  here = about;
  if (report && !more) return showSent(report, true);
  subject = more ? more.subject : here;
  return subject ? confirm(Boolean(more)) : show("choose");
}

/** @param {HTMLElement} button */
function choose(button) {
  subject = chosen(button);
  return confirm();
}

/** @param {boolean} [further] whether an alert of this report went out already */
async function confirm(further = false) {
  const turn = presses;
  profile = await within(PATIENCE, keptProfile()).catch(() => undefined);
  if (turn !== presses) return;
  const unjoined = profile === null;
  const site = part("[data-site]");
  site.translate = !profile;
  site.textContent = profile ? isolated(profile.site.name) : say("not-joined");
  /** @type {HTMLElement} */ (site.parentElement).hidden = profile === undefined;
  part("[data-kind]").textContent = kindWords(subject?.kind ?? "");
  for (const each of dialog.querySelectorAll("[data-if-joined]")) each.toggleAttribute("hidden", unjoined);
  for (const each of dialog.querySelectorAll("[data-if-unjoined]")) each.toggleAttribute("hidden", !unjoined);
  part('[data-part="confirm"] [data-another]').hidden = !further;
  show("confirm");
}

async function send() {
  if (sending) return;
  sending = true;
  try {
    held = await freezeAlert(/** @type {Subject} */ (subject));
    countDown();
  } catch (error) {
    await goPlain(error, subject);
  } finally {
    sending = false;
  }
}

/** @param {Subject} about @returns {Promise<any>} the entry, which the phone has for good, or this page where storage fails */
async function freezeAlert({ report, kind, protocol, trail, facts, urgency }) {
  const content = { report, part: /** @type {"alert"} */ ("alert"), kind, protocol, trail, facts, locale: PAGE_LANGUAGE };
  const stated = urgency === "low" ? "normal" : urgency;
  const entry = await freeze({ ...content, urgency: stated }, { site: profile?.site.name ?? "", wait: UNDO });
  before = { alert: lastAlert(), report: null };
  noteAlert({ report, kind, at: entry.created_at });
  if (here?.walk) before.report = await adoptReport(report).catch(nothingAdopted);
  return entry;
}

/** @param {any} error the alert is kept; only the details would go to the report before */
function nothingAdopted(error) {
  console.warn(error);
  return null;
}

function countDown() {
  part("[data-say]").textContent = "";
  tick();
  show("undo", "[data-undo]");
  // A screen reader tells what is written into a status that it knows already.
  setTimeout(() => (part("[data-say]").textContent = say("undo-seconds", { seconds: UNDO / 1000 })), 100);
  clearInterval(ticking);
  ticking = setInterval(tick, 250);
}

function tick() {
  const left = held ? Math.ceil((held.not_before - now()) / 1000) : 0;
  part("[data-seconds]").textContent = String(Math.max(0, left));
  if (left > 0) return;
  const entry = letGo();
  kick();
  if (entry && dialog.open) showSent(entry.report, false);
}

/** @returns {any} the alert that could be undone until now */
function letGo() {
  clearInterval(ticking);
  const entry = held;
  held = null;
  return entry;
}

async function takeBack() {
  if (!held || now() < held.not_before - UNDO + DOUBLE) return;
  const { report } = letGo();
  try {
    if (!(await undoAlerts(report))) return showSent(report, false, say("undo-late"));
    takeBackAlert(before.alert);
    if (before.report) await adoptReport(before.report);
    end(say("undone"), false);
  } catch (error) {
    console.error(error);
    showSent(report, false);
  }
}

/** @param {string} report @returns {Promise<boolean>} whether nothing of it goes out */
async function undoAlerts(report) {
  const { entries } = await stateOf(report);
  const late = entries.filter((each) => each.part === "alert" && each.not_before > now());
  const undone = await Promise.all(late.map((each) => undo(each.id)));
  return undone.length > 0 && undone.every(Boolean);
}

/** The page goes away while the seconds run: nobody may be there to send it when they are over. */
function leave() {
  const entry = letGo();
  if (!entry) return;
  release(entry).catch((error) => console.warn(error)); // it is kept, and the next page or the worker sends it
  showSent(entry.report, false);
}

/** @param {string} words @param {boolean} calls */
async function end(words, calls) {
  part("[data-ended]").textContent = words;
  const place = part("[data-ended-calls]");
  place.hidden = !calls;
  if (calls) place.replaceChildren(...callLinks((await keptProfile().catch(() => null))?.contacts ?? []));
  show("ended");
}

/** @param {string} report @param {boolean} earlier whether it was alerted before this press @param {string} [heading] */
function showSent(report, earlier, heading) {
  const title = part('[data-part="sent"] h2');
  title.dataset.words ??= title.textContent ?? "";
  title.textContent = heading ?? title.dataset.words;
  stopProgress();
  stopProgress = showProgress(part("[data-progress-here]"), report);
  part('[data-part="sent"] [data-another]').hidden = !earlier;
  const details = /** @type {HTMLAnchorElement} */ (part("[data-add-details]"));
  details.hash = report;
  details.hidden = document.querySelector("main")?.matches("[data-report-page]") ?? false;
  show("sent");
}

/** Another event than the one alerted: on a guide it is a new report without this walk's answers. */
function another() {
  if (!here) return show("choose");
  subject = bare(here.protocol, here.urgency);
  return confirm();
}

/** @param {MouseEvent} event */
function onClick(event) {
  const target = /** @type {Element} */ (event.target);
  if (target.closest("[data-alert]")) {
    if (!crypto.subtle) return; // no secure connection: the link leads to the plain page
    event.preventDefault();
    press().catch((error) => goPlain(error, here));
    return;
  }
  const button = /** @type {HTMLElement|null} */ (target.closest("#alert-dialog button"));
  if (button) Promise.resolve(pressed(button)).catch((error) => goPlain(error, subject));
}

/** @param {HTMLElement} button of the dialog */
function pressed(button) {
  if (button.matches("[data-choice]")) return choose(button);
  if (button.matches("[data-send]")) return send();
  if (button.matches("[data-undo]")) return takeBack();
  if (button.matches("[data-another]")) return another();
  return dialog.close();
}

/**
 * Nothing works here: to the page that files the alert by a form, under the same report; without a network, say whom to call.
 * @param {any} error @param {Subject|null} about
 */
function goPlain(error, about) {
  console.error(error);
  if (!navigator.onLine) return end(say("storage-failed"), true);
  const link = /** @type {HTMLAnchorElement} */ (document.querySelector("[data-alert]"));
  return location.assign(about ? plainPage(about.kind, about.report) : link.href);
}

/** The alert's state on the page itself: on each alert button, and on the outcome that is shown. */
async function markPage() {
  const about = await subjectHere();
  const report = await alertedAs(about);
  const word = report ? (await moreToTell(about, report))?.word ?? (await wordOf(report)) : null;
  for (const button of document.querySelectorAll("[data-alert]")) markButton(button, word && say(word));
  const place = [...document.querySelectorAll("[data-progress]")].find((each) => each.parentElement?.offsetParent);
  if (place !== onPage.place || report !== onPage.report) moveProgress(place, report);
}

/** @param {string} report */
async function wordOf(report) {
  const { entries, receipt } = await stateOf(report);
  if (entries.some((each) => each.state === "needs_attention")) return "alert-attention";
  return receipt ? "alert-sent" : "alert-waits";
}

/** @param {Element|undefined} place @param {string|null} report */
function moveProgress(place, report) {
  onPage.stop();
  onPage.place?.replaceChildren();
  onPage = { place, report, stop: place && report ? showProgress(place, report) : () => {} };
}

/** @param {Element} button @param {string|null} words null: nothing was alerted */
function markButton(button, words) {
  const text = /** @type {HTMLElement|null} */ (button.querySelector("[data-alert-words]"));
  const plain = text?.dataset.alertWords ?? "";
  if (words !== null || text?.dataset.said) write(text, words ?? plain);
  button.toggleAttribute("data-alerted", words !== null);
}

document.addEventListener("click", onClick);
dialog.addEventListener("cancel", (event) => {
  // An Escape meant for something else must neither send nor undo; the two buttons do.
  if (!part('[data-part="undo"]').hidden) event.preventDefault();
});
dialog.addEventListener("close", () => {
  presses += 1;
  stopProgress();
});
addEventListener("pagehide", leave);
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leave());
const mark = () => markPage().catch((error) => console.warn(error)); // no storage: the button's link works
watch(mark);
document.addEventListener(CHANGED, mark);
// walk.js tells it; the next step stands first.
document.addEventListener("guidance:step", () => (window.requestIdleCallback ?? setTimeout)(mark));
mark();
