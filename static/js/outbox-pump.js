// The sending of the outbox on a page: when there is a chance, again by itself, and telling who watches.
// Importing it starts the sending.
import { now } from "./time.js";
import "./storage.js";
import "./outbox-entries.js";
import "./outbox-store.js";
import "./outbox-answers.js";
import "./outbox-core.js";

/** The outbox that pages and service worker share. */
export const core = /** @type {any} */ (self).GuidanceOutbox;
const SYNC = "outbox";
const AFTER_TROUBLE = 30_000;

/** @type {ReturnType<typeof setTimeout>|undefined} */
let timer;

/**
 * Send what is due, and come back by itself for the rest.
 * @param {{now?: boolean}} [options] `now`: do not wait out the pauses
 * @returns {Promise<void>}
 */
export async function kick(options = {}) {
  clearTimeout(timer);
  try {
    const { next } = await core.flush(options);
    if (next !== null) later(next - now());
  } catch (error) {
    // The phone's storage failed (full, or taken away). What it has stays, what this page has was sent; the console says it.
    console.warn(error);
    later(AFTER_TROUBLE);
  }
  guardPage();
}

/** @param {number} pause milliseconds */
function later(pause) {
  clearTimeout(timer);
  timer = setTimeout(kick, Math.max(200, pause));
}

/** Where the browser can, it wakes our worker when the network is back, even if this page is closed. */
export async function askForSync() {
  try {
    const registration = await navigator.serviceWorker?.getRegistration();
    await /** @type {any} */ (registration)?.sync?.register(SYNC);
  } catch (error) {
    console.info(error); // a browser may refuse (a private window does); the page's own tries go on without it
  }
}

/** While something stands on this page alone, leaving it asks first. */
function guardPage() {
  const act = core.onlyHere() ? addEventListener : removeEventListener;
  act("beforeunload", askFirst);
}

/** @param {Event} event */
function askFirst(event) {
  event.preventDefault();
}

/** What `watch` tells when any report may have changed: the page lay in the browser's back-forward cache and heard nothing. */
export const ANY = "";

/**
 * Call `changed` with a report's id whenever something of it changed, in whichever tab or worker; with `ANY` after a rest.
 * @param {(report: string) => void} changed
 * @returns {() => void} stops watching
 */
export function watch(changed) {
  const wake = (/** @type {PageTransitionEvent} */ event) => event.persisted && changed(ANY);
  addEventListener("pageshow", wake);
  const stop = listen(changed);
  return () => {
    removeEventListener("pageshow", wake);
    stop();
  };
}

/** @param {(report: string) => void} changed */
function listen(changed) {
  try {
    const channel = new BroadcastChannel(core.CHANNEL);
    channel.onmessage = (event) => changed(event.data.report);
    return () => channel.close();
  } catch {
    return watchHere(changed); // the browser has none, or not for us
  }
}

/** @param {(report: string) => void} changed @returns {() => void} */
function watchHere(changed) {
  const hear = (/** @type {any} */ event) => changed(event.detail.report);
  addEventListener(core.CHANNEL, hear);
  return () => removeEventListener(core.CHANNEL, hear);
}

addEventListener("online", () => kick({ now: true }));
addEventListener("pageshow", (event) => event.persisted && kick({ now: true }));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") kick({ now: true });
});
navigator.serviceWorker?.addEventListener("message", (event) => {
  if (event.data?.type === "flush-outbox") kick({ now: true });
});
kick({ now: true });
