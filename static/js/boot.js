// What every page does when it opens: register the service worker, say whether the phone works without a network, and
// send what waits in the outbox.
// Loaded by base.html. Registers through the one Trusted Types policy of this product, which knows one address.
import { PAGE_LANGUAGE } from "./page-language.js";
import { showSite } from "./site.js";
import { askWorker, atRest } from "./worker.js";

const WORKER = "/service-worker.js";
/** How long a page rests before it fetches other languages, in milliseconds. */
const AT_LEISURE = 20_000;

/** @returns {Promise<ServiceWorkerRegistration|null>} null where the browser has no service workers */
async function register() {
  if (!navigator.serviceWorker) return null;
  const policy = /** @type {any} */ (window).trustedTypes?.createPolicy("guidance", { createScriptURL: onlyOurWorker });
  const url = policy ? policy.createScriptURL(WORKER) : WORKER;
  return navigator.serviceWorker.register(url, { scope: "/", updateViaCache: "none" });
}

/** @param {string} url */
function onlyOurWorker(url) {
  if (url !== WORKER) throw new TypeError(`${url} is not our service worker`);
  return url;
}

/** Words, not colour alone: "Offline" without a network, "Works offline" when everything is kept here. */
async function showNetwork() {
  const pill = document.querySelector("[data-net]");
  const words = document.getElementById("words");
  if (!(pill instanceof HTMLElement) || !words) return;
  const kept = navigator.onLine && (await askWorker("status"))?.missing.length === 0;
  const text = navigator.onLine ? (kept ? words.dataset.worksOffline : "") : words.dataset.offline;
  pill.textContent = text ?? "";
  pill.hidden = !text;
  pill.className = `pill ${navigator.onLine ? "good" : "wait"}`;
}

/** @param {"keep"|"keep-rest"} type */
function tellWorker(type) {
  navigator.serviceWorker?.controller?.postMessage({ type });
}

/** The language was chosen before the script of that page was there: its plain link says so. */
function keepChoice() {
  history.replaceState(history.state, "", location.pathname + location.search);
  import("./reader.js").then(({ choose }) => choose(PAGE_LANGUAGE)).catch((error) => console.warn(error));
}

if (location.hash === "#chosen") keepChoice();
showNetwork();
addEventListener("online", showNetwork);
addEventListener("offline", showNetwork);
navigator.serviceWorker?.addEventListener("controllerchange", showNetwork);
showSite();
// No storage, or not to be had: a later page sends it.
atRest().then(() => import("./outbox-pump.js")).catch((error) => console.warn(error));
atRest().then(() => {
  tellWorker("keep");
  import("./reader.js").then(({ remindServer }) => remindServer()).catch((error) => console.warn(error)); // no storage
  // Languages that nobody asked for: never while a guide is open, and the worker itself looks at the connection.
  if (!document.querySelector("main[data-guide]")) setTimeout(() => tellWorker("keep-rest"), AT_LEISURE);
});
document.querySelector("[data-language]")?.addEventListener("click", (event) => {
  const link = /** @type {HTMLAnchorElement} */ (event.currentTarget);
  link.hash = `at=${encodeURIComponent(location.pathname + location.search + location.hash)}`;
});
register().then(
  (registration) => registration && import("./update.js").then(({ watchForUpdate }) => watchForUpdate(registration)),
  // Without a worker the page itself still works; Ready? shows what is missing.
).catch((error) => console.warn(error));
