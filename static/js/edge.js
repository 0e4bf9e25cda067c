// The bottom edge's alert button: its machinery is fetched when the page has come to rest, or at once when pressed.
// Loaded by home, guides and the offline page, so that the first step on a slow network does not wait for it.
import { atRest } from "./worker.js";

const load = () => import("./alert.js");
let ready = false;

/** @param {MouseEvent} event */
function onPress(event) {
  const link = /** @type {HTMLAnchorElement|null} */ (/** @type {Element} */ (event.target).closest("a[data-alert]"));
  if (!link || ready) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  prepare().then(
    () => link.click(),
    () => location.assign(link.href), // not to be had: the plain page behind the button does the same
  );
}

async function prepare() {
  await Promise.all([load(), dress()]);
  ready = true;
}

/** @returns {Promise<unknown>} when the dialog's style is here */
function dress() {
  if (document.querySelector("link[href='/static/css/alert.css']")) return Promise.resolve();
  const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "/static/css/alert.css" });
  const come = new Promise((resolve) => ["load", "error"].forEach((name) => style.addEventListener(name, resolve)));
  document.head.append(style);
  return come;
}

document.addEventListener("click", onPress, { capture: true });
atRest().then(prepare).catch((error) => console.warn(error)); // the next press tries again
