// An incident's page (and the page of a site's phones): times in the reader's zone, news of changes, no double press.
import { areKeysOff } from "./board-keys.js";
import { askFor, watch } from "./live.js";
import { keepAges, showClocks } from "./times.js";

const main = /** @type {HTMLElement} */ (document.getElementById("main"));

showClocks();
pressOnce();
focusProblems();
if (main.dataset.incident) watchIncident(main.dataset.incident);

/** @param {string} incident */
function watchIncident(incident) {
  keepAges(main);
  startKeys();
  watch({
    since: main.dataset.since ?? "0",
    look: () => lookAt(incident),
    link: showLink,
  });
}

/** Say that something changed only when something of this incident did. @param {string} incident */
async function lookAt(incident) {
  const { state, answer } = await askFor(`/board/incidents/${incident}`);
  const [, newest] = (await answer?.text())?.match(/data-since="(\d+)"/) ?? [];
  if (Number(newest) > Number(main.dataset.since)) show("[data-news]");
  return state;
}

/** @param {import("./live.js").Link} state */
function showLink(state) {
  if (state === "ended") show("[data-ended]");
  const pill = /** @type {HTMLElement|null} */ (document.querySelector("[data-live]"));
  if (!pill) return;
  pill.textContent = pill.dataset[state] ?? "";
  pill.className = `pill ${state === "on" ? "good" : "wait"}`;
  pill.hidden = state === "ended";
}

/** @param {string} selector */
function show(selector) {
  const line = /** @type {HTMLElement|null} */ (document.querySelector(selector));
  if (line) line.hidden = false;
}

/** The server takes a second press as the first; this only spares the reader the doubt. */
function pressOnce() {
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));
}

function focusProblems() {
  /** @type {HTMLElement|null} */ (document.querySelector("[data-problems]"))?.focus();
}

/** a says "I have it", as on the board. */
function startKeys() {
  const button = /** @type {HTMLButtonElement|null} */ (document.querySelector("[data-acknowledge]"));
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.altKey || event.ctrlKey || event.metaKey || target.matches("input, textarea, select")) return;
    if (event.key !== "a" || !button || areKeysOff()) return;
    button.form?.requestSubmit(button);
    event.preventDefault();
  });
}
