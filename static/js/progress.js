// What became of one report, on the reporter's phone: where it stands in the outbox, then what the City answers.
// Used in the alert's dialog, on outcomes, after the form and on My reports. Needs partials/report_words.html.
import { ANY, reviseReceipt, stateOf, watch } from "./outbox.js";
import { keptProfile, telephone } from "./site.js";
import { isolated, shown } from "./spoken.js";
import { now, since } from "./time.js";
import { clock, closedWords, make, say } from "./words.js";

const OFTEN = { every: 3_000, until: 120_000 };
const SELDOM = { every: 15_000, until: 600_000 };
const RARELY = 60_000;
const UNANSWERED = 120_000;
/** Whom the desk calls when the alert itself cannot get through, the nearest first. */
const FIRST_TO_CALL = ["supervisor", "counsel", "principal", "administrator", "director", "facility", "agency-legal"];
const CALLS_SHOWN = 2;

/**
 * Show a report's progress inside `place` for as long as the page lives.
 * @param {Element} place is emptied
 * @param {string} report
 * @param {{received?: boolean, ask?: boolean}} [how] `received`: leave out what still waits; `ask`: false for kept answers only
 * @returns {() => void} stops it
 */
export function showProgress(place, report, { received = false, ask = true } = {}) {
  const view = viewIn(place);
  const ended = new AbortController();
  let shown = "";
  const refresh = async () => {
    const facts = await factsOf(report);
    if (received) facts.pending = [];
    const told = JSON.stringify(facts);
    if (ended.signal.aborted || told === shown) return;
    shown = told;
    render(view, facts);
  };
  const trouble = (/** @type {any} */ error) => console.error(error);
  const stopWatching = watch((changed) => (changed === report || changed === ANY) && refresh().catch(trouble));
  ended.signal.addEventListener("abort", stopWatching);
  (ask ? poll(report, refresh, ended.signal) : refresh()).catch(trouble);
  return () => ended.abort();
}

/** @param {Element} place */
function viewIn(place) {
  /** @type {HTMLTemplateElement} */
  const template = document.querySelector("template#progress-view");
  const view = /** @type {Element} */ (template.content.firstElementChild.cloneNode(true));
  place.replaceChildren(view);
  return view;
}

/** @param {string} report */
async function factsOf(report) {
  const { entries, receipt } = await stateOf(report);
  const site = await keptProfile();
  const pending = entries.map(({ part, state, kind, problem, last_try, not_before, unkept }) => ({
    part, state, kind, report, unkept: Boolean(unkept), refused: Boolean(problem), status: last_try?.status ?? null,
    why: last_try?.why ?? "", held: not_before > now(),
  }));
  const late = receipt ? since(receipt.kept_at ?? receipt.saved_at) > UNANSWERED : false;
  return { pending, receipt, late, offline: !navigator.onLine, contacts: site?.contacts ?? [] };
}

/** @param {Element} view @param {Awaited<ReturnType<typeof factsOf>>} facts */
function render(view, facts) {
  const worst = worstOf(facts.pending);
  const tone = toneOf(worst, facts);
  view.setAttribute("data-tone", tone);
  view.querySelector("[data-state]").textContent = stateWords(worst, facts);
  const hint = hintWords(worst, facts);
  const small = view.querySelector("[data-hint]");
  small.textContent = hint;
  small.toggleAttribute("hidden", !hint);
  renderCode(view, facts.receipt);
  view.querySelector("[data-steps]").replaceChildren(...steps(facts));
  view.querySelector("[data-notes]").replaceChildren(...notes(facts.receipt?.progress?.notes ?? []));
  renderPlain(view.querySelector("[data-plain]"), worst);
  renderCalls(view.querySelector("[data-calls]"), callsNeeded(worst, facts) ? facts.contacts : null);
}

const RANK = ["needs_attention", "sending", "waiting", "saved"];

/** @param {any[]} pending @returns {any} the entry whose state a person should know first; undefined when none waits */
function worstOf(pending) {
  return [...pending].sort((a, b) => RANK.indexOf(a.state) - RANK.indexOf(b.state))[0];
}

/** @param {any} worst @param {any} facts @returns {"good"|"wait"|"danger"|"calm"} */
function toneOf(worst, facts) {
  if (worst?.state === "needs_attention") return "danger";
  if (worst?.state === "waiting" || (worst && facts.offline)) return "wait";
  if (worst) return "calm";
  return facts.receipt && !facts.receipt.verified ? "wait" : "good";
}

/** What stands in the way for good, where it is neither the phone nor the service. */
const BARRED = new Set(["portal", "proxy", "blocked"]);

/** @param {any} worst @param {any} facts */
function stateWords(worst, { receipt, offline }) {
  if (!worst) return receipt ? say("received", { time: clock(receipt.received_at) }) : say("nothing");
  if (worst.state === "sending") return say("sending");
  if (worst.state === "needs_attention") return say("attention");
  if (worst.unkept) return say("unkept");
  if (worst.state !== "waiting") return say(offline ? "waiting" : "saved");
  if (offline || !worst.status && worst.why !== "portal") return say("waiting");
  return say(BARRED.has(worst.why) ? "barred" : "not-yet");
}

/** @param {any} worst @param {any} facts */
function hintWords(worst, { receipt, offline }) {
  if (!worst && receipt && !receipt.verified) return say(receipt.reason ? "enrollment-ended" : "unverified");
  if (!worst) return "";
  if (worst.state === "needs_attention") return say("attention-hint");
  const waits = worst.state === "waiting" && !offline;
  if (waits && BARRED.has(worst.why)) return [say(`why-${worst.why}`, worst), say(worst.unkept ? "unkept-hint" : "tries-again")].join(" ");
  if (worst.unkept && worst.state !== "sending") return say("unkept-hint");
  if (waits && worst.status) return say("waiting-answered");
  if (worst.state === "waiting" || offline) return say("waiting-offline");
  return worst.part === "details" && receipt ? say("details-after") : "";
}

/** @param {Element} view @param {any} receipt */
function renderCode(view, receipt) {
  const place = view.querySelector("[data-code]");
  place.toggleAttribute("hidden", !receipt?.code);
  place.querySelector("b").textContent = isolated(receipt?.code ?? "");
}

/** @param {any} facts @returns {Element[]} what happened since it was received, oldest first */
function steps({ receipt, late }) {
  if (!receipt?.verified) return [];
  const progress = receipt.progress;
  const people = progress?.alerted?.people ?? 0;
  const lines = [people ? step("done", say("alerted", { people })) : step("done", say("on-board"))];
  if (progress?.acknowledged) {
    const { by, at } = progress.acknowledged;
    lines.push(step("done", say("has-it", { who: by, time: clock(at) })));
  } else if (!progress?.closed) {
    lines.push(step("open", say(late ? "nobody-yet" : "waiting-for-person")));
  }
  if (progress?.closed) {
    lines.push(step("done", say("closed", { time: clock(progress.closed.at), reason: closedWords(progress.closed) })));
  }
  return lines;
}

/** @param {"done"|"open"} state @param {string} words */
function step(state, words) {
  return make("li", { "data-step": state }, words);
}

/** @param {{at: string, by: string, text: string}[]} found @returns {Element[]} */
function notes(found) {
  return found.map(({ at, by, text }) =>
    make("blockquote", { class: "note" }, make("b", {}, say("note-by", { who: by, time: clock(at) })), make("p", {}, make("bdi", {}, shown(text)))),
  );
}

/** @param {any} worst @param {any} facts */
function callsNeeded(worst, { receipt, offline, late }) {
  if (worst) return worst.state === "waiting" || worst.state === "needs_attention" || offline;
  if (!receipt) return false;
  return !receipt.verified || (late && !receipt.progress?.acknowledged && !receipt.progress?.closed);
}

/** To the page that files the same alert by a form, which many filters let through. @param {HTMLElement} place @param {any} worst */
function renderPlain(place, worst) {
  const offered = worst?.part === "alert" && worst.state === "waiting" && BARRED.has(worst.why);
  place.hidden = !offered;
  place.replaceChildren(...(offered ? [make("a", { class: "button", href: plainPage(worst.kind, worst.report) }, say("plain-page"))] : []));
}

/**
 * The address of the page that files an alert by a form, under the same report.
 * @param {string} kind @param {string} report
 */
export function plainPage(kind, report) {
  const [, locale] = location.pathname.split("/");
  return `/${locale}/alert/${encodeURIComponent(kind)}?report=${encodeURIComponent(report)}`;
}

/** @param {Element} place @param {any[]|null} contacts null: nobody needs to be called */
function renderCalls(place, contacts) {
  place.toggleAttribute("hidden", contacts === null);
  place.replaceChildren(...(contacts === null ? [] : callLinks(contacts)));
}

/**
 * Buttons to the people who are called first; without an enrolled site, words alone.
 * @param {{role: string, label: string, phone: string, fictional?: boolean}[]} contacts
 * @returns {Element[]}
 */
export function callLinks(contacts) {
  const order = (/** @type {any} */ contact) => FIRST_TO_CALL.indexOf(contact.role);
  const nearest = contacts.filter((each) => order(each) >= 0).sort((a, b) => order(a) - order(b));
  if (!nearest.length) return [make("p", {}, say("call-someone"))];
  return nearest.slice(0, CALLS_SHOWN).map(({ label, phone, fictional }) =>
    make("a", { class: "call", href: telephone(phone) },
      make("span", {}, say("call", { who: label }), make("small", { translate: "no" }, fictional ? say("demo-number", { phone }) : isolated(phone)))),
  );
}

/** @param {string} report @param {() => Promise<void>} refresh @param {AbortSignal} ended */
async function poll(report, refresh, ended) {
  const began = now();
  while (!ended.aborted) {
    if (document.visibilityState === "visible") await askCity(report);
    await refresh();
    await pause(intervalAfter(now() - began), ended);
  }
}

/** @param {number} age milliseconds since the page began to ask */
function intervalAfter(age) {
  if (age < OFTEN.until) return OFTEN.every;
  return age < SELDOM.until ? SELDOM.every : RARELY;
}

/** @param {number} milliseconds @param {AbortSignal} ended */
function pause(milliseconds, ended) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
    ended.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}

/** Ask the City once; only an answer about this report counts. @param {string} report */
async function askCity(report) {
  const { receipt } = await stateOf(report);
  if (!receipt) return;
  const answer = await fetch(`/api/reports/${report}/progress`, {
    credentials: "same-origin", redirect: "error", cache: "no-store", headers: { Accept: "application/json" },
  }).then((response) => (response.ok ? response.json() : null), noAnswer).catch(noAnswer);
  if (answer?.id === report) await keep(report, answer);
}

/** @param {Error} error no network, or something that is not JSON: the next round asks again */
function noAnswer(error) {
  if (error instanceof TypeError || error instanceof SyntaxError || error.name === "AbortError") return null;
  throw error;
}

/** @param {string} report @param {any} progress */
function keep(report, progress) {
  return reviseReceipt(report, (receipt) => ({ ...receipt, verified: progress.verified === true, progress }));
}
