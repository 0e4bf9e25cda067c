// The choice of language: kept on this phone, for the server and for the service worker; then back to the place before.
import { within } from "./db.js";
import { PAGE_LANGUAGE } from "./page-language.js";
import { choose, wantAll } from "./reader.js";
import { goesOn, goesOnIn } from "./walk-goes-on.js";
import { askWorker } from "./worker.js";

/** How long a tap waits for the phone's storage, in milliseconds. */
const PATIENCE = 700;
/** How long the step back to the guide may take, in milliseconds. */
const BACK = 3_000;

const list = /** @type {HTMLElement} */ (document.querySelector("[data-languages]"));
const links = /** @type {HTMLAnchorElement[]} */ ([...list.querySelectorAll("a[data-code]")]);
const keep = /** @type {HTMLElement} */ (document.querySelector("[data-keep]"));
const button = /** @type {HTMLButtonElement} */ (keep.querySelector("[data-keep-all]"));

/** @param {string} code @returns {string} the address of the place that the reader came from, in that language */
function placeIn(code) {
  const home = `${location.origin}/${code}/`;
  const came = cameFrom();
  if (!came) return home;
  const [, first, ...rest] = came.pathname.split("/");
  const named = links.some((link) => link.dataset.code === first);
  if (came.pathname === "/") came.pathname = `/${code}/`;
  else if (named) came.pathname = `/${code}/${rest.join("/")}`;
  else if (!document.cookie.includes(`guidance-language=${code}`)) came.searchParams.set("language", code); // cookies are blocked
  return came.href;
}

/** @returns {URL|null} the page of ours where the globe was tapped; it stands in the fragment, which no server sees */
function cameFrom() {
  const at = new URLSearchParams(location.hash.slice(1)).get("at");
  if (!at?.startsWith("/")) return null;
  try {
    const came = new URL(at, location.origin);
    return came.origin === location.origin ? came : null;
  } catch {
    return null; // no address at all
  }
}

/** @param {string} code */
async function take(code) {
  const came = cameFrom();
  const inPlace = came !== null && goesOnIn(code, came.pathname);
  goesOn();
  try {
    await within(PATIENCE, choose(code));
  } catch (error) {
    console.warn(error); // without storage the cookie still tells the server
  }
  navigator.serviceWorker?.controller?.postMessage({ type: "keep" });
  if (!inPlace) return location.replace(placeIn(code));
  return stepBack(placeIn(code));
}

/** The page of the walk takes its own place in the history, so that each step before it can still be gone back to. */
function stepBack(/** @type {string} */ place) {
  const late = setTimeout(() => location.replace(place), BACK);
  addEventListener("pagehide", () => clearTimeout(late), { once: true });
  history.back();
}

/** @param {"status"|"keep"} type */
async function showKept(type) {
  const found = await askWorker(type);
  if (!found) return;
  for (const link of links) {
    const kept = found.locales.includes(link.dataset.code ?? "");
    const state = link.querySelector("[data-state]");
    if (state) state.textContent = (kept ? list.dataset.kept : list.dataset.needs) ?? "";
  }
  keep.hidden = found.locales.length === links.length;
  button.disabled = false;
}

for (const link of links) link.href = placeIn(link.dataset.code ?? "");
const back = /** @type {HTMLAnchorElement|null} */ (document.querySelector("[data-back]"));
if (back) back.href = placeIn(PAGE_LANGUAGE);
back?.addEventListener("click", (event) => {
  const came = cameFrom();
  const inPlace = came !== null && goesOnIn(came.pathname.split("/")[1], came.pathname);
  goesOn();
  if (!inPlace) return;
  event.preventDefault();
  stepBack(back.href);
});
list.addEventListener("click", (event) => {
  const link = /** @type {HTMLAnchorElement|null} */ (/** @type {Element} */ (event.target).closest("a[data-code]"));
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  take(link.dataset.code ?? "");
});
button.addEventListener("click", async () => {
  button.disabled = true;
  await wantAll().catch((error) => console.warn(error));
  await showKept("keep");
});
navigator.serviceWorker?.addEventListener("controllerchange", () => showKept("status"));
await showKept("status");
