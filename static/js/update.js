// A new version of the product waits until no walk is open anywhere on this phone, so that what was begun ends unchanged.
import { LOCK } from "./hold-version.js";
import { now } from "./time.js";
import { unfinishedWalk } from "./trail.js";

const HOUR = 3600 * 1000;
/** A page that is being left lets go of its version a moment after this one opens, in milliseconds. */
const PATIENCE = 1000;
/** How long to hold other pages up while the change-over is under way, in milliseconds. */
const BUSY = 5000;

/**
 * Put a waiting version in place when nothing is in its way; else say on the home screen that it waits.
 * @param {ServiceWorkerRegistration} registration
 */
export function watchForUpdate(registration) {
  const look = () => considerWaiting(registration);
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", look);
  });
  let asked = now();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || now() - asked < HOUR) return;
    asked = now();
    registration.update().catch((error) => console.info(error)); // no network: the next opening asks again
  });
  look();
}

/** @param {ServiceWorkerRegistration} registration */
async function considerWaiting(registration) {
  if (!registration.waiting || !navigator.serviceWorker.controller) return;
  if (document.querySelector("[data-guide][data-hash], [data-languages]")) return; // there a walk goes on
  const free = async () => !(await unfinishedWalk()) && (await putInPlace(registration));
  if (await free()) return;
  sayThatItWaits(registration);
  await new Promise((resolve) => setTimeout(resolve, PATIENCE));
  if (registration.waiting) await free();
}

/** This page is of the version before, and what it would still load is of the new one. */
function renew() {
  document.querySelector("[data-update]")?.toggleAttribute("hidden", true);
  if (!document.querySelector("dialog[open]")) location.reload();
}

/**
 * @param {ServiceWorkerRegistration} registration
 * @returns {Promise<boolean>} false when a page somewhere holds its version, or the change-over is not done yet
 */
async function putInPlace(registration) {
  if (!navigator.locks) return false; // the browser does it by itself when every page of ours is closed
  return navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (!lock) return false;
    const done = new Promise((resolve) => {
      navigator.serviceWorker.addEventListener("controllerchange", () => resolve(true), { once: true });
      navigator.serviceWorker.addEventListener("controllerchange", renew, { once: true });
      // The worker in charge may be busy; the browser then changes over by itself when it is not. Nobody waits for it.
      setTimeout(() => resolve(false), BUSY);
    });
    registration.waiting?.postMessage({ type: "skip-waiting" });
    return done;
  });
}

/** @param {ServiceWorkerRegistration} registration */
function sayThatItWaits(registration) {
  const line = /** @type {HTMLElement|null} */ (document.querySelector("[data-update]"));
  const words = document.getElementById("words")?.dataset;
  if (!line || !words) return;
  const button = document.createElement("button");
  button.className = "button";
  button.textContent = words.useNow ?? "";
  button.addEventListener("click", () => putInPlace(registration));
  line.replaceChildren(words.newVersion ?? "", button);
  line.hidden = false;
}
