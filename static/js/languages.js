// The choice of language: kept on this phone, for the server and for the service worker; then back to the place before.
import { put, within } from "./db.js";
import { askWorker } from "./worker.js";

const YEAR = 365 * 24 * 3600;
/** How long a tap waits for the phone's storage, in milliseconds. */
const PATIENCE = 700;

const list = /** @type {HTMLElement} */ (document.querySelector("[data-languages]"));
const links = /** @type {HTMLAnchorElement[]} */ ([...list.querySelectorAll("a[data-code]")]);
const keep = /** @type {HTMLElement} */ (document.querySelector("[data-keep]"));

/** @param {string} code @returns {string} the place that the reader came from, in that language */
function placeIn(code) {
  const came = new URL(new URLSearchParams(location.search).get("at") ?? "/", location.origin);
  if (came.origin !== location.origin) return `/${code}/`;
  const [, first, ...rest] = came.pathname.split("/");
  const named = links.some((link) => link.dataset.code === first);
  const path = came.pathname === "/" ? `/${code}/` : named ? `/${code}/${rest.join("/")}` : came.pathname;
  return path + came.search + came.hash;
}

/** @param {string} code */
async function choose(code) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `guidance-language=${code}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
  try {
    await within(PATIENCE, put("settings", { id: "language", code }));
  } catch (error) {
    console.warn(error); // without storage the cookie still tells the server
  }
  navigator.serviceWorker?.controller?.postMessage({ type: "keep", locale: code });
  location.replace(placeIn(code));
}

/** @param {"status"|"keep-all"} type */
async function showKept(type) {
  const found = await askWorker(type);
  if (!found) return;
  for (const link of links) {
    const kept = found.locales.includes(link.dataset.code ?? "");
    const state = link.querySelector("[data-state]");
    if (state) state.textContent = (kept ? list.dataset.kept : list.dataset.needs) ?? "";
  }
  keep.hidden = found.locales.length === links.length;
}

for (const link of links) link.href = placeIn(link.dataset.code ?? "");
list.addEventListener("click", (event) => {
  const link = /** @type {HTMLAnchorElement|null} */ (/** @type {Element} */ (event.target).closest("a[data-code]"));
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  choose(link.dataset.code ?? "");
});
keep.addEventListener("click", (event) => {
  if (!/** @type {Element} */ (event.target).closest("[data-keep-all]")) return;
  /** @type {HTMLButtonElement} */ (keep.querySelector("button")).disabled = true;
  showKept("keep-all");
});
navigator.serviceWorker?.addEventListener("controllerchange", () => showKept("status"));
await showKept("status");
