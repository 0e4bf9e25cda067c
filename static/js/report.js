// The details form: one short screen at a time, saved as it is typed, checked in words, then frozen into the outbox.
// Loaded by report.html, one document for everybody; the report's id is the address's fragment.
import { summarize } from "./check.js";
import { guardDraft } from "./draft-guard.js";
import { autosaver, blank, loadDraft } from "./drafts.js";
import { outermost, pressed } from "./form-controls.js";
import { fill, judge, keepAlone, questionsIn, rawOfAll, showCounter, showProblem } from "./form-fields.js";
import { settleMoment } from "./form-moments.js";
import { lastAlert } from "./last-alert.js";
import { mistakeOn, point } from "./mistakes.js";
import { freeze, stateOf } from "./outbox.js";
import { PAGE_LANGUAGE } from "./page-language.js";
import { showProgress } from "./progress.js";
import { keptProfile } from "./site.js";
import { moment } from "./time.js";
import { currentWalk } from "./trail.js";
import { holdVersion } from "./hold-version.js";
import { clock, say } from "./words.js";

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const main = /** @type {HTMLElement} */ (document.querySelector("[data-report-page]"));
const form = /** @type {HTMLFormElement} */ (document.getElementById("report"));
const edge = /** @type {HTMLElement} */ (document.querySelector("[data-form-edge]"));
const next = /** @type {HTMLButtonElement} */ (edge.querySelector("[data-next]"));

/** @type {import("./drafts.js").Draft} */
let draft;
/** @type {ReturnType<typeof autosaver>} */
let saver;
/** @type {HTMLElement[]} */
let screens = [];
let at = 0;
/** How many of the browser's steps back lead out of the form's screens. */
let depth = 0;
/** Whether this tab writes the draft, and whether the draft has just been sent: then nothing here shows or writes it. */
let ours = true;
let sent = false;

/** @param {string} query @returns {HTMLElement} */
function part(query) {
  return /** @type {HTMLElement} */ (main.querySelector(query));
}

/** @returns {Promise<string>} the report that the address names, else the one of the walk or alert just made, else a new one */
async function reportId() {
  const named = location.hash.slice(1).toLowerCase();
  if (ID.test(named)) return named;
  return (await currentWalk())?.report_id ?? lastAlert()?.report ?? crypto.randomUUID();
}

async function begin() {
  const id = await reportId();
  history.replaceState(history.state, "", `#${id}`);
  const flush = async () => saver?.flush();
  const page = { draft: () => (ours ? draft : undefined), open: () => open(id), lost, regained, flush, failed: notSaved };
  const guard = guardDraft(id, page);
  part("[data-take-over]").addEventListener("click", () => guard.takeOver().catch(notSaved));
  if (await guard.take()) return open(id);
  reveal(part("[data-elsewhere]"));
}

/** @param {string} id */
async function open(id) {
  depth = history.state?.depth ?? 0;
  draft = await loadDraft(id).catch((error) => withoutStorage(error, id));
  sent = false;
  saver?.stop();
  saver = autosaver(() => draft, { saved: sayNothing, failed: notSaved });
  if (draft.kind) adoptKind();
  fillForm();
  listen();
  const { entries, receipt } = await stateOf(id);
  const wasSent = draft.frozen || (!draft.edited_at && [...entries, ...(receipt?.revisions ?? [])].some(isDetails));
  if (wasSent) showSent();
  else go(Math.max(0, screens.findIndex((each) => each.dataset.screen === draft.screen)), "replaceState");
}

/** The form still sends, though it keeps nothing. @param {any} error @param {string} id */
function withoutStorage(error, id) {
  console.error(error);
  trouble(say("no-storage"));
  return blank(id);
}

/** @param {{part: string}} each */
const isDetails = (each) => each.part === "details";

/** A kind without a protocol version comes from the home screen's alert: it is about this page's version. */
function adoptKind() {
  const input = /** @type {HTMLInputElement|null} */ (form.querySelector(`[name="f-kind"][value="${CSS.escape(draft.kind)}"]`));
  if (!input) return;
  draft.protocol ??= { id: input.value, hash: input.dataset.hash ?? "" };
}

/** The screens that this kind of report needs; the question about the kind only where nothing tells it. */
function pickScreens(askKind = !draft.protocol) {
  const needed = (/** @type {HTMLElement} */ { dataset: { screen, kinds } }) =>
    screen === "kind" ? askKind : !kinds || !draft.kind || kinds.split(" ").includes(draft.kind);
  screens = /** @type {HTMLElement[]} */ ([...form.querySelectorAll("[data-screen]")]).filter(needed);
}

function fillForm() {
  pickScreens();
  for (const question of questions()) {
    const name = question.dataset.field ?? "";
    const walked = !(name in draft.answers) && name in draft.walked;
    fill(question, walked ? draft.walked[name] : draft.answers[name]);
    question.querySelector("[data-prefilled]")?.toggleAttribute("hidden", !walked);
    showProblem(question, {});
  }
}

/** @returns {HTMLElement[]} every question of the form */
function questions() {
  return questionsIn(form);
}

function listen() {
  if (form.dataset.heard) return;
  form.dataset.heard = "yes";
  form.addEventListener("input", onInput);
  form.addEventListener("click", onClick);
  form.addEventListener("submit", (event) => event.preventDefault());
  next.addEventListener("click", forward);
  edge.querySelector("[data-back-one]")?.addEventListener("click", () => (at > 0 ? go(at - 1) : location.assign("../")));
  part("[data-add-more]").addEventListener("click", () => addMore().catch(notSaved));
  addEventListener("popstate", onTravel);
}

/** @param {Event} event */
function onInput(event) {
  const input = /** @type {HTMLInputElement} */ (event.target);
  keepAlone(input);
  settleMoment(input);
  changed(outermost(input));
}

/** @param {HTMLElement} question */
function changed(question) {
  const name = question.dataset.field ?? "";
  if (name === "kind") return chooseKind(question);
  draft.answers[name] = rawOfAll(/** @type {Element} */ (question.parentElement))[name] ?? null;
  question.querySelector("[data-prefilled]")?.toggleAttribute("hidden", true);
  for (const each of [question, ...questionsIn(question)]) showCounter(each);
  showProblem(question, {});
  edited();
}

function edited() {
  draft.frozen = null;
  draft.edited_at = moment();
  draft.screen = screens[at].dataset.screen ?? "";
  saver.touch();
  nameNext();
}

/** @param {HTMLElement} question */
function chooseKind(question) {
  const input = /** @type {HTMLInputElement} */ (question.querySelector("input:checked"));
  draft.kind = input.value;
  draft.protocol = { id: input.value, hash: input.dataset.hash ?? "" };
  pickScreens(true);
  showProblem(question, {});
  edited();
}

/** @param {MouseEvent} event */
function onClick(event) {
  const button = /** @type {Element} */ (event.target).closest("button");
  if (!button) return;
  const question = button.closest("[data-field]") ? outermost(button) : null;
  if (button.matches("[data-to-check]")) return leave(screens.length - 1);
  if (button.matches("[data-change]")) return go(Number(button.dataset.change));
  if (question && pressed(button, question)) changed(question);
}

/** @param {number} screen @param {"pushState"|"replaceState"} [how] */
function go(screen, how = "pushState") {
  if (how === "pushState") depth += 1;
  history[how]({ ...history.state, screen, depth }, "");
  show(screen);
}

/** @param {PopStateEvent} event */
function onTravel({ state }) {
  depth = state?.depth ?? 0;
  if (sent) history.replaceState({ ...history.state, screen: undefined }, "");
  else if (state?.screen !== undefined) show(state.screen);
}

/** @param {number} screen */
function show(screen) {
  if (!ours) return;
  at = Math.min(Math.max(0, screen), screens.length - 1);
  draft.screen = screens[at].dataset.screen ?? "";
  reveal(form);
  for (const each of form.querySelectorAll("[data-screen]")) each.toggleAttribute("hidden", each !== screens[at]);
  part("[data-place]").textContent = say("place", { n: at + 1, all: screens.length });
  part("[data-bar]").dataset.tenths = String(Math.round((10 * (at + 1)) / screens.length));
  part("[data-to-check]").toggleAttribute("hidden", onCheck());
  if (onCheck()) check().catch((error) => console.error(error));
  edge.toggleAttribute("hidden", false);
  nameNext();
  if (draft.edited_at) saver.touch();
  scrollTo(0, 0);
  screens[at].querySelector("h1")?.focus({ preventScroll: true });
}

function onCheck() {
  return at === screens.length - 1;
}

function nameNext() {
  const empty = !Object.keys(rawOfAll(screens[at])).length;
  next.textContent = say(onCheck() ? "send" : empty ? "skip" : "next");
  next.classList.toggle("main", onCheck() || !empty);
}

function forward() {
  if (onCheck()) send();
  else leave(at + 1);
}

/** Go on only from a screen without mistakes. @param {number} to */
function leave(to) {
  const wrong = mistakeOn(screens[at], draft);
  if (wrong) point(wrong);
  else go(to);
}

/** @returns {Object<string, any>} the facts as they are sent: the form's, and those that only the trail knows */
function facts() {
  const asked = new Set(questions().map((each) => each.dataset.field));
  const trail = Object.entries(draft.walked).filter(([name]) => !asked.has(name));
  const own = questions()
    .filter((each) => each.dataset.field !== "kind")
    .map((each) => [each.dataset.field, judge(each).value]);
  return Object.fromEntries([...trail, ...own].filter(([, value]) => value !== undefined));
}

async function check() {
  const profile = await keptProfile();
  const where = profile ? say("goes-to", { site: profile.site.name }) : say("goes-unverified");
  part("[data-where-to]").textContent = profile === undefined ? "" : where;
  part("[data-summary]").replaceChildren(...summarize(screens.slice(0, -1), draft, facts()));
}

async function send() {
  const place = screens.findIndex((each) => mistakeOn(each, draft));
  if (place >= 0) {
    if (place !== at) go(place);
    return point(/** @type {any} */ (mistakeOn(screens[place], draft)));
  }
  next.disabled = true;
  try {
    await saver.flush();
    await keepForGood();
  } catch (error) {
    notSaved(error);
  } finally {
    next.disabled = false;
  }
}

async function keepForGood() {
  const site = (await keptProfile())?.site.name ?? "";
  const { id, kind, trail } = draft;
  const protocol = /** @type {{id: string, hash: string}} */ (draft.protocol);
  const content = { report: id, part: /** @type {"details"} */ ("details"), kind, locale: PAGE_LANGUAGE, protocol, trail };
  // How urgent it is the server reads from the trail; only an alert states it.
  const entry = await freeze({ ...content, facts: facts() }, { site, draft });
  draft = { ...draft, frozen: entry.revision, last_revision: entry.revision };
  showSent(entry.unkept);
}

/** @param {boolean} [unkept] whether what was typed stands on this page alone, and stays in the form until it is received */
function showSent(unkept = false) {
  sent = true;
  if (!unkept) for (const question of questions()) fill(question, undefined);
  history.replaceState({ ...history.state, screen: undefined }, "");
  if (depth) history.go(-depth); // the next Back leaves the form, not through each of its screens
  form.hidden = true;
  edge.hidden = true;
  const place = part('[data-screen="sent"]');
  reveal(place);
  stopProgress();
  stopProgress = showProgress(/** @type {Element} */ (place.querySelector("[data-progress-here]")), draft.id);
  place.querySelector("h1")?.focus();
}

let stopProgress = () => {};

/** A further revision: what was received is gone from this phone, so the questions are empty again. */
async function addMore() {
  stopProgress();
  sent = false;
  const kept = await loadDraft(draft.id).catch((error) => withoutStorage(error, draft.id));
  draft = { ...kept, kind: draft.kind, protocol: draft.protocol, last_revision: draft.last_revision, screen: "" };
  fillForm();
  go(0);
}

/** @param {HTMLElement} shown show this and none of its siblings of the page */
function reveal(shown) {
  for (const each of [part("[data-elsewhere]"), form, part('[data-screen="sent"]')]) each.hidden = each !== shown;
}

/** Another tab has the draft: say so, and offer to go on here. */
function lost() {
  ours = false;
  saver?.stop();
  form.inert = true;
  edge.hidden = true;
  reveal(part("[data-elsewhere]"));
  trouble(say("taken-over"));
}

function regained() {
  ours = true;
  form.inert = false;
  edge.hidden = form.hidden;
  part("[data-trouble]").hidden = true;
}

function sayNothing() {
  const place = part("[data-saved]");
  place.textContent = say("saved-at", { time: clock(moment()) });
  place.hidden = false;
  part("[data-trouble]").hidden = true;
}

/** @param {any} error */
function notSaved(error) {
  console.error(error);
  trouble(say("not-saved"));
}

/** @param {string} words */
function trouble(words) {
  const place = part("[data-trouble]");
  place.textContent = words;
  place.hidden = false;
}

holdVersion();
begin().catch((error) => {
  console.error(error);
  trouble(say("no-storage"));
});
