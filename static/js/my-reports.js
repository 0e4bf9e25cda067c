// My reports: everything that waits on this phone and everything it has a receipt for, by report, the newest first.
// Loaded by my_reports.html. Shows, tries again, exports, and throws away only after a second, explicit yes.
import { all, get } from "./db.js";
import { discardDraft, unsent } from "./drafts.js";
import { discard, entries as allEntries, kick, retry, watch } from "./outbox.js";
import { plainPage, showProgress } from "./progress.js";
import { isolated } from "./spoken.js";
import { now, since } from "./time.js";
import { clock, kindWords, make, say } from "./words.js";

const WATCHED = 48 * 3600 * 1000;
/** What stands in the way on the network itself, for good. */
const BARRED = new Set(["portal", "proxy", "blocked"]);

const main = /** @type {HTMLElement} */ (document.querySelector("[data-my-reports]"));
const list = part(main, "[data-list]");
/** @type {Map<string, {element: HTMLElement, shown: string, stop: () => void}>} */
const cards = new Map();

/** @typedef {{id: string, kind: string, at: string, entries: any[], receipt: any, draft: any}} Report */

/** @param {Element} root @param {string} query @returns {HTMLElement} */
function part(root, query) {
  return /** @type {HTMLElement} */ (root.querySelector(query));
}

/** @returns {Promise<Report[]>} the newest first */
async function reports() {
  const [waiting, receipts] = [await allEntries(), await all("receipts")];
  const drafts = (await Promise.all((await all("drafts")).map(unsent))).filter(Boolean);
  const ids = new Set([...waiting.map(reportOf), ...receipts.map((each) => each.id), ...drafts.map((each) => each.id)]);
  const found = [...ids].map((id) => {
    const entries = waiting.filter((each) => reportOf(each) === id).sort((a, b) => a.revision - b.revision);
    const receipt = receipts.find((each) => each.id === id);
    const draft = drafts.find((each) => each.id === id);
    const first = receipt ?? entries[0] ?? draft;
    return { id, kind: first.kind, at: first.saved_at ?? first.created_at ?? first.edited_at, entries, receipt, draft };
  });
  return found.sort((a, b) => (String(a.at) < String(b.at) ? 1 : -1));
}

/** @param {any} entry a damaged one is a report of its own */
function reportOf(entry) {
  return typeof entry.report === "string" ? entry.report : String(entry.id);
}

async function show() {
  const found = await reports();
  part(main, "[data-empty]").hidden = found.length > 0;
  const waiting = found.flatMap((each) => each.entries).filter((each) => each.state === "waiting");
  part(main, "[data-waiting]").hidden = !waiting.length;
  part(main, "[data-waiting-words]").textContent = say("still-waiting", { n: waiting.length });
  for (const [id, card] of cards) {
    if (found.some((each) => each.id === id)) continue;
    card.stop();
    card.element.remove();
    cards.delete(id);
  }
  found.forEach((report, place) => {
    const element = cardOf(report);
    if (list.children[place] !== element) list.insertBefore(element, list.children[place] ?? null);
  });
}

/** @param {Report} report */
function cardOf(report) {
  const { progress: _, ...receipt } = report.receipt ?? {};
  const now = JSON.stringify({ ...report, receipt });
  const known = cards.get(report.id);
  if (known?.shown === now) return known.element;
  const card = known ?? { element: clone("report-card"), shown: "", stop: () => {} };
  card.shown = now;
  cards.set(report.id, card);
  fillCard(card, report);
  return card.element;
}

/** @param {string} id @returns {HTMLElement} */
function clone(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
}

/** @param {{element: HTMLElement, stop: () => void}} card @param {Report} report */
function fillCard(card, report) {
  const { element } = card;
  const site = report.receipt?.site || report.entries[0]?.site || "";
  part(element, "[data-kind]").textContent = kindWords(String(report.kind ?? ""));
  part(element, "[data-when]").textContent = [clock(report.at), site].filter(Boolean).map((each) => isolated(each)).join(" · ");
  const views = report.entries.map((each) => entryView(each, report));
  if (isWritten(report)) views.unshift(draftView(report.draft));
  part(element, "[data-entries]").replaceChildren(...views);
  showReceipt(card, report);
  part(element, "[data-card-actions]").replaceChildren(...actions(report));
}

/** @param {{element: HTMLElement, stop: () => void}} card @param {Report} report */
function showReceipt(card, { id, receipt }) {
  card.stop();
  const place = part(card.element, "[data-progress-here]");
  place.hidden = !receipt;
  const asks = receipt && !receipt.progress?.closed && since(receipt.received_at) < WATCHED;
  card.stop = receipt ? showProgress(place, id, { received: true, ask: asks }) : () => {};
}

/** @param {Report} report whether something was typed that no entry holds */
function isWritten({ draft }) {
  return Boolean(draft && !draft.frozen);
}

/** @param {Report} report @returns {Element[]} */
function actions({ id, draft, entries, receipt }) {
  const refused = entries.some((each) => each.problem?.kind === "refused" && each.part === "details");
  if (!draft && !refused && !receipt) return [];
  const words = say(refused ? "correct" : draft && !draft.frozen ? "go-on" : "add-details");
  return [make("a", { class: "button", href: `report#${id}` }, words)];
}

/** Details that were begun and not sent, with their age. @param {any} draft */
function draftView(draft) {
  const view = clone("draft-view");
  part(view, "[data-part]").textContent = say("draft-changed", { time: clock(draft.edited_at) });
  view.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    if (button?.matches("[data-discard]")) ask(view, true);
    if (button?.matches("[data-keep]")) ask(view, false);
    if (button?.matches("[data-discard-sure]")) discardDraft(draft.id).then(show).catch(trouble);
  });
  return view;
}

/** @param {any} entry @param {Report} report */
function entryView(entry, report) {
  const view = clone("entry-view");
  const attention = entry.state === "needs_attention";
  view.dataset.tone = attention ? "danger" : entry.state === "waiting" ? "wait" : "calm";
  part(view, "[data-state]").textContent = stateWords(entry);
  const time = clock(entry.created_at);
  part(view, "[data-part]").textContent = [partWords(entry), time && say("saved-when", { time })].filter(Boolean).join(" · ");
  const why = whyWords(entry);
  part(view, "[data-why]").textContent = why;
  part(view, "[data-why]").hidden = !why;
  const unsure = entry.attempts > 0 || entry.state === "sending";
  part(view, "[data-sure-words]").textContent = say(unsure ? "sure-unknown" : "sure-unsent");
  part(view, "[data-retry]").hidden = entry.state === "sending" || entry.problem?.kind === "unreadable";
  if (entry.part === "alert" && entry.state === "waiting" && BARRED.has(entry.last_try?.why)) {
    part(view, ".entry-actions").append(make("a", { class: "button", href: plainPage(entry.kind, entry.report) }, say("plain-page")));
  }
  view.addEventListener("click", (event) => Promise.resolve(onEntry(event, view, entry, report)).catch(trouble));
  return view;
}

/** @param {any} entry */
function stateWords(entry) {
  if (entry.state === "needs_attention") return say("attention");
  if (entry.state === "sending") return say("sending");
  if (entry.state === "waiting" && BARRED.has(entry.last_try?.why)) return say("barred");
  if (entry.not_before > now()) return say("undoing");
  return say(entry.state === "waiting" ? "waiting" : "saved");
}

/** @param {any} entry */
function partWords(entry) {
  return entry.part === "alert" || entry.part === "details" ? say(`part-${entry.part}`) : "";
}

/** @param {any} entry */
function whyWords({ state, problem, last_try }) {
  if (problem?.kind === "unreadable") return say("why-unreadable");
  if (problem) return say("why-refused");
  if (state !== "waiting" || !last_try) return "";
  const time = clock(last_try.at);
  if (BARRED.has(last_try.why)) return say(`why-${last_try.why}`, { status: last_try.status });
  return say(last_try.status ? "why-busy" : "why-offline", { time });
}

/**
 * What the service answered, in this page's words: which fields, and the number. Its own English stands in the saved file.
 * @param {any} entry @returns {Element[]}
 */
function answerOf({ problem, last_try }) {
  const status = problem?.status || last_try?.status;
  const errors = Array.isArray(problem?.errors) ? problem.errors : [];
  const fields = errors.map((/** @type {any} */ each) => make("li", {}, make("code", { dir: "ltr" }, String(each?.field ?? ""))));
  const lines = [status ? say("answer", { status }) : "", fields.length ? say("answer-fields") : ""].filter(Boolean);
  return [...lines.map((line) => make("li", {}, line)), ...fields];
}

/** @param {MouseEvent} event @param {HTMLElement} view @param {any} entry @param {Report} report */
function onEntry(event, view, entry, report) {
  const button = /** @type {Element} */ (event.target).closest("button");
  if (!button) return undefined;
  if (button.matches("[data-retry]")) return entry.state === "needs_attention" ? retry(entry.id) : kick({ now: true });
  if (button.matches("[data-export]")) return exportFile(entry.id, report.id);
  if (button.matches("[data-look]")) return lookInside(view, button, entry);
  if (button.matches("[data-discard]")) return ask(view, true);
  if (button.matches("[data-keep]")) return ask(view, false);
  return button.matches("[data-discard-sure]") ? discard(entry.id) : undefined;
}

/** @param {HTMLElement} view @param {boolean} open */
function ask(view, open) {
  part(view, "[data-sure]").hidden = !open;
  part(view, ".entry-actions").hidden = open;
  part(view, open ? "[data-keep]" : "[data-discard]").focus();
}

/** @param {HTMLElement} view @param {Element} button @param {any} entry */
function lookInside(view, button, entry) {
  const raw = part(view, "[data-raw]");
  raw.hidden = !raw.hidden;
  const answer = answerOf(entry);
  part(view, "[data-errors]").replaceChildren(...answer);
  part(view, "[data-errors]").hidden = raw.hidden || !answer.length;
  button.setAttribute("aria-expanded", String(!raw.hidden));
  raw.textContent = readable(entry);
}

/** @param {any} entry @returns {string} the body as it will be sent, or all that is left of a damaged entry */
function readable(entry) {
  try {
    return JSON.stringify(JSON.parse(entry.text), null, 2);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return JSON.stringify(entry, null, 2);
  }
}

/** Everything the phone has of an unsent entry, as a file. @param {string} id @param {string} report */
async function exportFile(id, report) {
  const entry = await get("outbox", id);
  const url = URL.createObjectURL(new Blob([JSON.stringify(entry, null, 2)], { type: "application/json" }));
  const name = `report-${report.slice(0, 8)}-${entry?.revision ?? "damaged"}.json`;
  const link = /** @type {HTMLAnchorElement} */ (make("a", { href: url, download: name }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** @param {any} error */
function trouble(error) {
  console.error(error);
  part(main, "[data-trouble]").hidden = false;
}

part(main, "[data-retry-all]").addEventListener("click", () => kick({ now: true }));
watch(() => show().catch(trouble));
show().catch(trouble);
