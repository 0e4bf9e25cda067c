// The scenario editor: fields instead of YAML. After each pause in typing the page sends what it holds; the answer is the
// text of the file, what is wrong with it, and the expected path with the answers that can follow. Words are the page's.
import { decisionsOf, showTurns, turnsPath } from "./scenario-turns.js";
import { filled } from "./spoken.js";
import { asciiDigits } from "./typed.js";

/**
 * @typedef {{place: string, line: number, message: string}} Complaint
 * @typedef {import("./scenario-turns.js").Turn} Turn
 * @typedef {{yaml: string, document: any, complaints: Complaint[], turns: Turn[], outcome: string,
 *   sources: {id: string, title: string}[]}} Checked
 */

const PAUSE = 600;
/** Fields that hold numbers, codes or days, in the digits of any script. */
const NUMBERS = new Set(["id", "version", "rows", "checked"]);
const editor = /** @type {HTMLElement} */ (document.querySelector("[data-editor]"));
const words = editor.dataset;
const text = /** @type {HTMLTextAreaElement} */ (document.querySelector("[data-yaml]"));
const token = /** @type {HTMLInputElement} */ (document.querySelector("[data-text-form] [name=csrf_token]"));
const injects = /** @type {HTMLElement} */ (editor.querySelector("[data-injects]"));
/** @type {Checked} */
let present = JSON.parse(words.start ?? "{}");
let timer = 0;
let wave = 0;

editor.hidden = false;
document.querySelector("[data-as-text]")?.removeAttribute("open");
fillFields(present.document);
show(present);
editor.addEventListener("input", () => soon(() => ({ document: collect() })));
text.addEventListener("input", () => soon(() => ({ yaml: text.value })));
editor.querySelector("[data-add-inject]")?.addEventListener("click", () => {
  injects.append(newInject({}));
  /** @type {HTMLElement|null} */ (injects.lastElementChild?.querySelector("textarea"))?.focus();
});

/** Send after a pause. What is sent is what the page holds then. @param {() => object} what */
function soon(what) {
  showPaper();
  clearTimeout(timer);
  timer = setTimeout(() => send(what()), PAUSE);
}

/** @param {any} body `document` from the fields, or `yaml` from the text */
async function send(body) {
  const mine = ++wave;
  showSaved("saving");
  let answer;
  try {
    answer = await fetch(words.check ?? "", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json", "X-CSRFToken": token.value },
      body: JSON.stringify(body),
    });
  } catch {
    return showSaved("off");
  }
  if (!answer.ok) return showSaved("off");
  const told = await answer.json();
  if (mine !== wave) return; // something newer is on its way
  showSaved("kept");
  if ("yaml" in body) fillFields(told.document);
  else text.value = told.yaml;
  show(told);
}

/** @param {"saving"|"kept"|"off"} state */
function showSaved(state) {
  const pill = /** @type {HTMLElement} */ (document.querySelector("[data-saved]"));
  pill.textContent = pill.dataset[state] ?? "";
  pill.className = `pill ${state === "off" ? "wait" : "good"}`;
  pill.hidden = false;
}

/** @param {Checked} told */
function show(told) {
  present = told;
  showTurns(editor, told);
  [...injects.children].forEach((row) => showPlaces(/** @type {HTMLElement} */ (row)));
  const outcome = /** @type {HTMLElement} */ (editor.querySelector("[data-outcome]"));
  outcome.textContent = told.outcome ? filled(words.ends ?? "", { outcome: told.outcome }) : (words.open ?? "");
  showComplaints(told.complaints);
  showPaper();
  countFacts();
}

/** @param {Complaint[]} complaints */
function showComplaints(complaints) {
  const list = /** @type {HTMLElement} */ (document.querySelector("[data-complaints]"));
  list.replaceChildren(...complaints.map((each) => {
    const row = cloned("[data-complaint]");
    /** @type {HTMLElement} */ (row.querySelector("b")).textContent = placeWords(each);
    /** @type {HTMLElement} */ (row.querySelector("span")).textContent = each.message;
    row.querySelector("button")?.addEventListener("click", () => goTo(each.place));
    return row;
  }));
  /** @type {HTMLElement} */ (document.querySelector("[data-complaint-count]")).textContent = String(complaints.length);
  /** @type {HTMLElement} */ (document.querySelector("[data-fit]")).hidden = complaints.length > 0;
}

/** The label of the field that a complaint is about, else its key. @param {Complaint} complaint */
function placeWords({ place }) {
  const label = controlOf(place)?.closest("label, li, fieldset")?.querySelector("span, legend")?.textContent;
  return label || place;
}

/** @param {string} place */
function goTo(place) {
  const control = controlOf(place);
  control?.closest("details")?.setAttribute("open", "");
  control?.scrollIntoView({ block: "center" });
  control?.focus();
}

/** @param {string} place a key such as `card.room`, `injects[1].text` or `expected.path[2]` @returns {HTMLElement|null} */
function controlOf(place) {
  const [, list, number] = /^(injects|decisions|expected\.path)\[(\d+)\]/.exec(place) ?? [];
  if (list === "injects") return injects.children[Number(number)]?.querySelector("[data-text]") ?? null;
  if (list === "expected.path") return editor.querySelectorAll(/** @type {any} */ ("[data-choice]"))[Number(number)] ?? null;
  if (list === "decisions") {
    const open = [...editor.querySelectorAll("[data-matters]")].filter((each) => /** @type {any} */ (each).checked);
    return open[Number(number)]?.closest("li")?.querySelector("[data-why]") ?? null;
  }
  if (place.startsWith("decisions")) return editor.querySelector("[data-matters]");
  if (place.startsWith("expected.report")) return editor.querySelector("[data-fact]");
  if (place.startsWith("expected")) return editor.querySelector("[data-choice]");
  if (place === "card.paper") return editor.querySelector('[data-field="card.paper.shown"]');
  const key = place.replace(/\[\d+\]$/, "");
  return editor.querySelector(`[data-field="${CSS.escape(key)}"]`);
}

/** Everything that the fields hold, in the shape of a scenario file. */
function collect() {
  /** @type {any} */
  const found = { card: { paper: {} }, expected: {} };
  for (const each of editor.querySelectorAll("[data-field]")) {
    const control = /** @type {HTMLInputElement} */ (each);
    const keys = (control.dataset.field ?? "").split(".");
    const last = /** @type {string} */ (keys.pop());
    keys.reduce((inside, key) => inside[key], found)[last] = NUMBERS.has(control.dataset.field ?? "") ? asciiDigits(String(valueOf(control))) : valueOf(control);
  }
  found.rows = String(found.rows).split(/[\s,]+/).filter(Boolean);
  found.expected.path = turnsPath(editor);
  found.expected.report = ticked("[data-fact]", "fact");
  found.decisions = decisionsOf(editor);
  found.injects = [...injects.children].map((row) => injectOf(/** @type {HTMLElement} */ (row)));
  return found;
}

/** @param {HTMLInputElement} control */
function valueOf(control) {
  if (control.type === "checkbox") return control.checked;
  return "lines" in control.dataset ? control.value.split("\n").map((each) => each.trim()).filter(Boolean) : control.value;
}

/** @param {string} selector @param {string} key */
function ticked(selector, key) {
  const boxes = /** @type {HTMLInputElement[]} */ ([...editor.querySelectorAll(selector)]);
  return boxes.filter((each) => each.checked).map((each) => each.dataset[key]);
}

/** @param {any} found the scenario as a file holds it; anything may be missing or of another kind */
function fillFields(found) {
  for (const each of editor.querySelectorAll("[data-field]")) {
    const control = /** @type {HTMLInputElement} */ (each);
    const value = (control.dataset.field ?? "").split(".").reduce((inside, key) => inside?.[key], found);
    if (control.type === "checkbox") control.checked = value === "true" || value === true;
    else control.value = Array.isArray(value) ? value.join("lines" in control.dataset ? "\n" : ", ") : String(value ?? "");
  }
  const report = listOf(found?.expected?.report);
  for (const each of editor.querySelectorAll("[data-fact]")) {
    const box = /** @type {HTMLInputElement} */ (each);
    box.checked = report.includes(box.dataset.fact);
  }
  injects.replaceChildren(...listOf(found?.injects).map(newInject));
}

/** @param {any} inject @returns {HTMLElement} */
function newInject(inject) {
  const row = cloned("[data-inject]");
  const at = inject?.at ?? {};
  const when = at.step ? `step ${at.step}` : at.outcome ? `outcome ${at.outcome}` : at.seconds ? "seconds" : "";
  row.dataset.when = when;
  row.dataset.expects = String(inject?.expects ?? "");
  field(row, "[data-text]").value = String(inject?.text ?? "");
  field(row, "[data-seconds]").value = String(at.seconds ?? "");
  row.querySelector("[data-remove]")?.addEventListener("click", () => {
    row.remove();
    soon(() => ({ document: collect() }));
  });
  row.addEventListener("change", () => {
    row.dataset.when = field(row, "[data-when]").value;
    row.dataset.expects = field(row, "[data-expects]").value;
    showPlaces(row);
  });
  showPlaces(row);
  return row;
}

/** The moments that an inject can come at: the places of the path, and time. @param {HTMLElement} row */
function showPlaces(row) {
  const wanted = row.dataset.when ?? "";
  const turns = present.turns ?? [];
  const places = turns.map((turn) => [`${turn.ends ? "outcome" : "step"} ${turn.place}`, filled(words.at ?? "", { place: turn.ask })]);
  if (wanted && wanted !== "seconds" && !places.some(([value]) => value === wanted)) places.push([wanted, wanted]);
  offer(field(row, "[data-when]"), [["", ""], ...places, ["seconds", words.after ?? ""]], wanted);
  offer(field(row, "[data-expects]"), [["", words.none ?? ""], ...(turns[0]?.sudden ?? [])], row.dataset.expects ?? "");
  /** @type {HTMLElement} */ (row.querySelector("[data-seconds-field]")).hidden = wanted !== "seconds";
  /** @type {HTMLElement} */ (row.querySelector("[data-expects-field]")).hidden = wanted === "seconds";
}

/** @param {HTMLElement} row */
function injectOf(row) {
  const [kind, place] = (row.dataset.when ?? "").split(" ");
  const at = kind === "seconds" ? { seconds: asciiDigits(field(row, "[data-seconds]").value).trim() } : kind ? { [kind]: place } : {};
  return { at, text: field(row, "[data-text]").value, expects: kind === "seconds" ? "" : row.dataset.expects };
}

/** @param {any} select @param {string[][]} options @param {string} chosen */
function offer(select, options, chosen) {
  select.replaceChildren(...options.map(([value, label]) => new Option(label, value, false, value === chosen)));
}

function showPaper() {
  const shown = field(editor, '[data-field="card.paper.shown"]').value;
  /** @type {HTMLElement} */ (editor.querySelector("[data-paper]")).hidden = !shown;
}

function countFacts() {
  for (const count of editor.querySelectorAll("[data-fact-count]")) {
    const many = count.closest("details")?.querySelectorAll("[data-fact]:checked").length ?? 0;
    count.textContent = String(many);
    /** @type {HTMLElement} */ (count).hidden = many === 0;
  }
}

/** @param {any} value @returns {any[]} */
function listOf(value) {
  return Array.isArray(value) ? value : [];
}

/** @param {ParentNode} inside @param {string} selector @returns {HTMLInputElement} */
function field(inside, selector) {
  return /** @type {HTMLInputElement} */ (inside.querySelector(selector));
}

/** @param {string} selector @returns {HTMLElement} */
function cloned(selector) {
  const template = /** @type {HTMLTemplateElement} */ (document.querySelector(`template${selector}`));
  return /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
}
