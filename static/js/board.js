// The board: keeps its rows true while it is open, and lets a hand stay on the keyboard.
// Rows are made from the page's own <template data-row>; every word comes from the server.
import { areKeysOff, turnKeys } from "./board-keys.js";
import { showWaiting } from "./board-waiting.js";
import { askFor, watch } from "./live.js";
import { filled, isolated } from "./spoken.js";
import { keepAges } from "./times.js";
import { write } from "./written.js";

/**
 * @typedef {{id: string, state: string, urgency: string, verified: boolean, opened_at: string, href: string,
 *   words: Object<string, string>}} Row
 */

const table = /** @type {HTMLTableElement} */ (document.querySelector("[data-board]"));
const body = table.tBodies[0];
const pill = /** @type {HTMLElement} */ (document.querySelector("[data-live]"));
const news = /** @type {HTMLElement} */ (document.querySelector("[data-news]"));
const pageTitle = document.title;

keepAges(table);
showCount(rowsWhere("open").length);
watch({ since: table.dataset.since ?? "0", look: refresh, link: showLink });
startKeys();

/** Ask for the list and bring the rows up to date, in the server's order. @returns {Promise<import("./live.js").Link>} */
async function refresh() {
  const { state, answer } = await askFor(table.dataset.source ?? "");
  if (!answer) return state;
  const told = await answer.json();
  showRows(told.rows);
  showWaiting(told.waiting);
  for (const [tab, count] of Object.entries(told.counts)) setText(`[data-count="${tab}"]`, String(count));
  document.querySelectorAll("input[name=csrf_token]").forEach((each) => {
    /** @type {HTMLInputElement} */ (each).value = told.form_token;
  });
  showCount(told.counts.open);
  return state;
}

/** @param {Row[]} rows */
function showRows(rows) {
  const before = new Map([...body.rows].map((each) => [each.dataset.id, each]));
  const added = [];
  const changed = [];
  const wanted = rows.map((row) => {
    const present = before.get(row.id);
    const element = present ?? newRow();
    if (!present) added.push(row);
    else if (present.dataset.state !== row.state) changed.push(row);
    fill(element, row);
    return element;
  });
  const focused = document.activeElement;
  if ([...body.rows].some((each, place) => each !== wanted[place]) || body.rows.length !== wanted.length) {
    body.replaceChildren(...wanted);
    if (focused instanceof HTMLElement && body.contains(focused)) focused.focus();
  }
  /** @type {HTMLElement} */ (document.querySelector("[data-empty]")).hidden = rows.length > 0;
  tell(added, changed);
}

/** @returns {HTMLTableRowElement} */
function newRow() {
  const template = /** @type {HTMLTemplateElement} */ (document.querySelector("template[data-row]"));
  const row = /** @type {HTMLTableRowElement} */ (template.content.querySelector("tr")?.cloneNode(true));
  row.classList.add("arrived");
  return row;
}

/** @param {HTMLTableRowElement} element @param {Row} row */
function fill(element, row) {
  element.dataset.id = row.id;
  element.dataset.state = row.state;
  element.dataset.urgency = row.urgency;
  element.dataset.verified = row.verified ? "yes" : "no";
  for (const each of element.querySelectorAll("[data-field]")) {
    const place = /** @type {HTMLElement} */ (each);
    write(place, row.words[place.dataset.field ?? ""] ?? "");
  }
  /** @type {HTMLTimeElement} */ (element.querySelector("time")).dateTime = row.opened_at;
  /** @type {HTMLAnchorElement} */ (element.querySelector("a.open")).href = row.href;
  const form = /** @type {HTMLFormElement} */ (element.querySelector("form"));
  form.action = `${row.href}/acknowledge`;
  form.hidden = row.state !== "open";
}

/** Say aloud what came or changed; a list that moves in silence is no news to someone who cannot see it. */
function tell(/** @type {Row[]} */ added, /** @type {Row[]} */ changed) {
  const [first] = added.length ? added : changed;
  if (!first) return;
  const words = added.length > 1 ? news.dataset.many : added.length ? news.dataset.one : news.dataset.changed;
  const { kind: what, site: where, code, state } = first.words;
  news.textContent = filled(words ?? "", { n: added.length, what, where, code, state });
  news.hidden = false;
}

/** The tab's title carries the number that nobody has, for someone who works in another tab. */
function showCount(/** @type {number} */ open) {
  document.title = open ? `${isolated(`(${open})`)} ${pageTitle}` : pageTitle;
}

/** @param {string} state */
function rowsWhere(state) {
  return [...body.rows].filter((each) => each.dataset.state === state);
}

/** @param {string} selector @param {string} text */
function setText(selector, text) {
  const place = document.querySelector(selector);
  if (place) place.textContent = text;
}

/** @param {import("./live.js").Link} state */
function showLink(state) {
  pill.textContent = pill.dataset[state] ?? "";
  pill.className = `pill ${state === "on" ? "good" : "wait"}`;
  pill.hidden = false;
  if (state === "ended") location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** j and k walk the rows, Enter opens (the focus is on a link), a says "I have it". */
function startKeys() {
  const hint = /** @type {HTMLElement} */ (document.querySelector("[data-keys]"));
  const box = /** @type {HTMLInputElement} */ (document.querySelector("[data-keys-on]"));
  box.checked = !areKeysOff();
  box.addEventListener("change", () => turnKeys(box.checked));
  hint.hidden = false;
  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
    if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
    else if (event.key === "a" && !event.repeat) acknowledge();
    else return;
    event.preventDefault();
  });
}

/** @param {EventTarget|null} target */
function isTyping(target) {
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox]), textarea, select");
}

/** @returns {HTMLTableRowElement|null} */
function chosen() {
  return /** @type {HTMLTableRowElement|null} */ (document.activeElement?.closest("[data-board] tbody tr") ?? null);
}

/** @param {number} by */
function step(by) {
  const rows = [...body.rows];
  const present = rows.findIndex((each) => each === chosen());
  const next = rows[present < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, present + by))];
  /** @type {HTMLElement|undefined} */ (next?.querySelector("a.open"))?.focus();
}

function acknowledge() {
  const form = chosen()?.querySelector("form");
  if (form && !form.hidden) form.requestSubmit();
}
