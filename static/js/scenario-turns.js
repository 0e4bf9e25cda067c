// The expected path in the scenario editor: a select for each step, whose options come from the protocol and follow the
// answers chosen before, and the decisions that matter.

/**
 * @typedef {{place: string, ask: string, answers: string[][], sudden: string[][], chosen: string, ends: boolean}} Turn
 */

/**
 * Show the path. Rows that stay the same stay in the page, with what is typed into them.
 * @param {HTMLElement} editor @param {{turns: Turn[], document: any, sources: {id: string, title: string}[]}} told
 */
export function showTurns(editor, told) {
  const list = /** @type {HTMLElement} */ (editor.querySelector("[data-turns]"));
  const before = new Map(rowsOf(editor).map((row) => [row.dataset.signature, row]));
  const decisions = Array.isArray(told.document?.decisions) ? told.document.decisions : [];
  const sources = told.sources ?? [];
  const rows = (told.turns ?? []).map((turn) => {
    const signature = JSON.stringify([turn.place, turn.answers, sources.length]);
    const row = before.get(signature) ?? newRow(editor, turn, sources);
    row.dataset.signature = signature;
    select(row).value = turn.chosen;
    return row;
  });
  const focused = document.activeElement;
  if (rows.length !== list.children.length || rows.some((row, place) => row !== list.children[place])) {
    list.replaceChildren(...rows);
    if (focused instanceof HTMLElement && list.contains(focused)) focused.focus();
  }
  for (const row of rows) if (!row.dataset.known || !row.contains(document.activeElement)) showDecision(row, decisions);
}

/** @param {HTMLElement} editor @returns {string[][]} the path as the selects say it, as far as they are chosen */
export function turnsPath(editor) {
  return rowsOf(editor).filter((row) => select(row).value).map((row) => [row.dataset.place ?? "", select(row).value]);
}

/** @param {HTMLElement} editor @returns {object[]} the decisions that are marked, in the order of the path */
export function decisionsOf(editor) {
  return rowsOf(editor).filter((row) => box(row).checked).map((row) => ({
    step: row.dataset.place,
    answer: select(row).value,
    why: why(row).value,
    source: sourcesOf(row).filter((each) => each.checked).map((each) => each.value),
  }));
}

/** @param {HTMLElement} editor @param {Turn} turn @param {{id: string, title: string}[]} sources @returns {HTMLElement} */
function newRow(editor, turn, sources) {
  const row = cloned(editor, "[data-turn]");
  row.dataset.place = turn.place;
  /** @type {HTMLElement} */ (row.querySelector("[data-ask]")).textContent = turn.ask;
  const first = new Option((turn.ends ? editor.dataset.stop : editor.dataset.choose) ?? "", "");
  const sudden = document.createElement("optgroup");
  sudden.label = editor.dataset.sudden ?? "";
  sudden.append(...turn.sudden.map(([value, label]) => new Option(label, value)));
  select(row).replaceChildren(first, ...turn.answers.map(([value, label]) => new Option(label, value)), sudden);
  row.querySelector("[data-sources]")?.replaceChildren(...sources.map((source) => {
    const made = cloned(editor, "[data-box]");
    const input = /** @type {HTMLInputElement} */ (made.querySelector("input"));
    input.value = source.id;
    /** @type {HTMLElement} */ (made.querySelector("span")).textContent = source.title;
    return made;
  }));
  row.addEventListener("change", () => showOpen(row));
  return row;
}

/** @param {HTMLElement} row @param {any[]} decisions */
function showDecision(row, decisions) {
  const found = decisions.find((each) => each?.step === row.dataset.place);
  row.dataset.known = "yes";
  box(row).checked = Boolean(found);
  if (found) {
    why(row).value = String(found.why ?? "");
    const wanted = Array.isArray(found.source) ? found.source : [];
    sourcesOf(row).forEach((each) => (each.checked = wanted.includes(each.value)));
  }
  showOpen(row);
}

/** @param {HTMLElement} row */
function showOpen(row) {
  /** @type {HTMLElement} */ (row.querySelector("[data-decision]")).hidden = !box(row).checked;
  const many = sourcesOf(row).filter((each) => each.checked).length;
  /** @type {HTMLElement} */ (row.querySelector("[data-source-count]")).textContent = String(many);
}

/** @param {HTMLElement} editor @returns {HTMLElement[]} */
function rowsOf(editor) {
  return /** @type {HTMLElement[]} */ ([...editor.querySelectorAll("[data-turns] > li")]);
}

/** @param {HTMLElement} row @returns {HTMLSelectElement} */
function select(row) {
  return /** @type {HTMLSelectElement} */ (row.querySelector("[data-choice]"));
}

/** @param {HTMLElement} row @returns {HTMLInputElement} */
function box(row) {
  return /** @type {HTMLInputElement} */ (row.querySelector("[data-matters]"));
}

/** @param {HTMLElement} row @returns {HTMLTextAreaElement} */
function why(row) {
  return /** @type {HTMLTextAreaElement} */ (row.querySelector("[data-why]"));
}

/** @param {HTMLElement} row @returns {HTMLInputElement[]} */
function sourcesOf(row) {
  return /** @type {HTMLInputElement[]} */ ([...row.querySelectorAll("[data-sources] input")]);
}

/** @param {HTMLElement} editor @param {string} selector @returns {HTMLElement} */
function cloned(editor, selector) {
  const template = /** @type {HTMLTemplateElement} */ (editor.querySelector(`template${selector}`));
  return /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
}
