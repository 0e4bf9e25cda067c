// A class board: keeps its cells true while it is open. Rows are made from the page's own <template data-line>; every
// word comes from the server.
import { askFor, watch } from "./live.js";
import { write } from "./written.js";

/**
 * @typedef {{state: string, word: string, position: string, more: string}} Cell
 * @typedef {{id: string, nickname: string, cells: Cell[]}} Line
 */

const table = /** @type {HTMLTableElement} */ (document.querySelector("[data-class-board]"));
const body = table.tBodies[0];
const pill = /** @type {HTMLElement|null} */ (document.querySelector("[data-live]"));

if (!("over" in table.dataset)) {
  watch({ since: "0", address: table.dataset.liveAddress, look: refresh, link: showLink });
}

/** Ask for the board and bring the cells up to date. @returns {Promise<import("./live.js").Link>} */
async function refresh() {
  const { state, answer } = await askFor(table.dataset.source ?? "");
  if (!answer) return state;
  const told = await answer.json();
  showLines(told.lines);
  table.querySelectorAll("[data-passed]").forEach((each, place) => (each.textContent = String(told.passed[place])));
  /** @type {HTMLElement} */ (table.querySelector("[data-people]")).textContent = String(told.lines.length);
  document.querySelectorAll("input[name=csrf_token]").forEach((each) => {
    /** @type {HTMLInputElement} */ (each).value = told.form_token;
  });
  // Another trainer revealed something or ended the class: what is typed here must not be lost to a reload.
  const news = /** @type {HTMLElement} */ (document.querySelector("[data-news]"));
  news.hidden = !(told.ended || String(told.revealed) !== table.dataset.revealed);
  return state;
}

/** @param {Line[]} lines */
function showLines(lines) {
  const before = new Map([...body.rows].map((each) => [each.dataset.id, each]));
  const wanted = lines.map((line) => fill(before.get(line.id) ?? newLine(), line));
  if (wanted.length !== body.rows.length || wanted.some((each, place) => each !== body.rows[place])) {
    body.replaceChildren(...wanted);
  }
  /** @type {HTMLElement} */ (document.querySelector("[data-empty]")).hidden = lines.length > 0;
}

/** @returns {HTMLTableRowElement} */
function newLine() {
  const template = /** @type {HTMLTemplateElement} */ (document.querySelector("template[data-line]"));
  return /** @type {HTMLTableRowElement} */ (template.content.querySelector("tr")?.cloneNode(true));
}

/** @param {HTMLTableRowElement} row @param {Line} line */
function fill(row, line) {
  row.dataset.id = line.id;
  put(row, "nickname", line.nickname);
  [...row.cells].slice(1).forEach((cell, place) => {
    const told = line.cells[place];
    if (!told) return;
    cell.dataset.state = told.state;
    put(cell, "word", told.word);
    put(cell, "position", told.position);
    put(cell, "more", told.more);
  });
  return row;
}

/** @param {HTMLElement} inside @param {string} field @param {string} words */
function put(inside, field, words) {
  write(inside.querySelector(`[data-field="${field}"]`), words);
}

/** @param {import("./live.js").Link} state */
function showLink(state) {
  if (!pill) return;
  pill.textContent = pill.dataset[state] ?? "";
  pill.className = `pill ${state === "on" ? "good" : "wait"}`;
  pill.hidden = false;
  if (state === "ended") location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
}
