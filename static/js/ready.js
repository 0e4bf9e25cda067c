// The Ready page: what this phone has, looked up here and now, without a network too.
import { CHANGED, keptProfile } from "./site.js";
import { filled } from "./spoken.js";
import { askWorker } from "./worker.js";

const list = /** @type {HTMLElement} */ (document.querySelector("[data-ready]"));
/** @type {any} the browser's own offer to install, where it makes one */
let offer = null;

/** @param {string} name @returns {HTMLElement} */
function row(name) {
  return /** @type {HTMLElement} */ (list.querySelector(`[data-check="${name}"]`));
}

/**
 * Show one line as yes or no, with the fix for a no.
 * @param {string} name
 * @param {boolean} yes
 * @param {string} [text] instead of the page's own words for yes
 */
function tell(name, yes, text) {
  const line = row(name);
  const no = "optional" in line.dataset ? "unknown" : "no";
  line.className = yes ? "yes" : no;
  line.querySelector("use")?.setAttribute("href", { yes: "#i-yes", no: "#i-no", unknown: "#i-dot" }[line.className] ?? "");
  for (const [part, shown] of [["yes", yes], ["no", !yes], ["unknown", false], ["fix", !yes]]) {
    line.querySelector(`[data-${part}]`)?.toggleAttribute("hidden", !shown);
  }
  if (text) line.querySelector("[data-yes] b")?.replaceChildren(text);
}

/** @param {"status"|"repair"} type */
async function lookOffline(type) {
  const found = await askWorker(type);
  tell("offline", found?.missing.length === 0);
  const build = /** @type {HTMLElement|null} */ (document.querySelector("[data-build]"));
  if (!found || !build) return;
  build.textContent = filled(build.dataset.text ?? "", { version: found.version });
  const detail = row("offline").querySelector("[data-detail]");
  const words = list.dataset.lacking ?? "";
  detail?.replaceChildren(filled(words, { missing: found.missing.length, files: found.files }));
}

/** @param {boolean} ask whether to ask the browser for it */
async function lookStorage(ask) {
  const storage = navigator.storage;
  tell("storage", Boolean(storage?.persisted) && ((await storage.persisted()) || (ask && (await storage.persist()))));
}

function lookInstalled() {
  const installed = matchMedia("(display-mode: standalone)").matches || /** @type {any} */ (navigator).standalone === true;
  const apple = "standalone" in navigator;
  const line = row("installed");
  tell("installed", installed);
  line.querySelectorAll("[data-ios]").forEach((each) => each.toggleAttribute("hidden", !apple));
  line.querySelector("[data-do=install]")?.toggleAttribute("hidden", !offer);
  line.querySelector("[data-elsewhere-install]")?.toggleAttribute("hidden", apple || Boolean(offer));
}

/** @param {import("./site.js").Profile|null} profile */
function showJoined(profile) {
  const words = list.dataset.joined ?? "";
  tell("site", Boolean(profile), profile ? filled(words, { site: profile.site.name }) : "");
  if (!profile) lookEnded().catch((error) => console.info(error)); // no network: nothing more to say
}

/** Say so where this phone had joined and the server ended it. Without a network nothing is said. */
async function lookEnded() {
  const response = await fetch("/api/device", { cache: "no-store", headers: { accept: "application/json" } });
  const told = response.status === 404 ? await response.json() : null;
  row("site").querySelector("[data-ended]")?.toggleAttribute("hidden", !told?.reason);
}

async function lookNotifications() {
  const registration = await navigator.serviceWorker?.getRegistration();
  const subscription = await registration?.pushManager?.getSubscription();
  tell("notifications", "Notification" in window && Notification.permission === "granted" && Boolean(subscription));
}

/** @type {Object<string, () => Promise<unknown>>} */
const actions = {
  repair: async () => {
    await (await navigator.serviceWorker?.getRegistration())?.update();
    await lookOffline("repair");
  },
  persist: () => lookStorage(true),
  install: async () => {
    await offer?.prompt();
    offer = null;
    lookInstalled();
  },
};

list.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-do]"));
  if (button) actions[button.dataset.do ?? ""]().catch((error) => console.warn(error)); // no network: the "no" stays
});
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event;
  lookInstalled();
});
addEventListener("appinstalled", lookInstalled);
document.addEventListener(CHANGED, (event) => showJoined(/** @type {CustomEvent} */ (event).detail));
navigator.serviceWorker?.addEventListener("controllerchange", () => lookOffline("status"));

lookInstalled();
await Promise.allSettled([lookOffline("status"), lookStorage(true), lookNotifications(), keptProfile().then(showJoined)]);
