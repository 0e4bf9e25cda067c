// The practice alert: the same press, confirmation and five seconds to undo as the real one. It is noted in the
// walk and goes nowhere: this module knows no outbox.
import { showAnswer } from "./practice-answer.js";
import { moment, now } from "./time.js";
import { say } from "./words.js";

const UNDO = 5_000;
const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("practice-alert"));

/**
 * @typedef {{walk: () => import("./practice-trail.js").PracticeWalk, counsel: string, changed: () => void}} Subject
 *   `changed` hears when the walk was alerted or that was undone
 */

/** @type {Subject} */
let subject;
/** @type {ReturnType<typeof setInterval>|undefined} */
let ticking;
/** Until when it can be undone; 0 when there is nothing to undo. */
let due = 0;

/** Make the page's alert buttons work for a walk. @param {Subject} given */
export function offerAlert(given) {
  subject = given;
  document.addEventListener("click", onClick);
  dialog.addEventListener("cancel", (event) => due && event.preventDefault());
}

/** @param {MouseEvent} event */
function onClick(event) {
  const target = /** @type {Element} */ (event.target);
  if (target.closest("[data-practice-alert]")) return subject.walk().alerted_at ? sent() : show("confirm");
  if (!dialog.contains(target)) return undefined;
  if (target.closest("[data-send]")) return send();
  if (target.closest("[data-undo]")) return undo();
  return target.closest("[data-close]") ? dialog.close() : undefined;
}

function send() {
  subject.walk().alerted_at = moment();
  due = now() + UNDO;
  subject.changed();
  part("[data-undo-words]").textContent = say("undo-seconds", { seconds: UNDO / 1000 });
  show("undo");
  tick();
  ticking = setInterval(tick, 250);
}

function tick() {
  const left = Math.ceil((due - now()) / 1000);
  part("[data-seconds]").textContent = String(Math.max(0, left));
  if (left <= 0) sent();
}

function undo() {
  clearInterval(ticking);
  due = 0;
  subject.walk().alerted_at = null;
  subject.changed();
  dialog.close();
}

function sent() {
  clearInterval(ticking);
  due = 0;
  showAnswer(part("[data-answer]"), subject.walk().alerted_at ?? "", subject.counsel);
  show("sent");
}

/** @param {string|null} alerted_at @param {string} counsel show it on the outcome that is seen, and on the buttons */
export function markAlerted(alerted_at, counsel) {
  for (const button of document.querySelectorAll("[data-practice-alert]")) {
    button.toggleAttribute("data-alerted", Boolean(alerted_at));
    button.querySelector("[data-alert-words]")?.replaceChildren(say(alerted_at ? "alert-sent" : "alert"));
  }
  for (const place of document.querySelectorAll("main > section [data-progress]")) {
    const seen = alerted_at && /** @type {HTMLElement} */ (place.parentElement).offsetParent;
    if (seen && !place.firstElementChild) showAnswer(place, alerted_at, counsel);
    if (!seen) place.replaceChildren();
  }
}

/** @param {string} name show one part of the dialog */
function show(name) {
  for (const each of /** @type {NodeListOf<HTMLElement>} */ (dialog.querySelectorAll("[data-part]"))) {
    each.hidden = each.dataset.part !== name;
    each.querySelector("h2")?.toggleAttribute("id", false);
  }
  const title = part(`[data-part="${name}"] h2`);
  title.id = "practice-alert-title";
  if (!dialog.open) dialog.showModal();
  title.focus();
}

/** @param {string} query @returns {HTMLElement} */
function part(query) {
  return /** @type {HTMLElement} */ (dialog.querySelector(query));
}
