// A walk through a guide page: records the trail as answers are tapped, moves the focus, skips what is known, shows whom
// to call. The caller says where the walk is kept. No step costs a request.
import { within } from "./db.js";
import { askForDetails, dress, dressAll, outcomeOf, placeStep, section, showElapsed } from "./guide-page.js";
import { PAGE_LANGUAGE } from "./page-language.js";
import { recordAnswer, recordBack, standing } from "./trail.js";
import { carriedHere, carriedOver, forgetLanguage, forgetLeft, leave, leftWalk } from "./walk-left.js";

/** @typedef {import("./trail.js").Walk} Walk */
/** @typedef {import("./site.js").Profile} Profile */
/**
 * @typedef {{
 *   begin: (page: Parameters<typeof import("./trail.js").newWalk>[0]) => Walk, save: (walk: Walk) => Promise<void>,
 *   walkOf: (id: string) => Promise<Walk|null>, left: () => Promise<(Walk|null)[]>,
 *   profile: () => Promise<Profile|null>, onProfile: (told: (profile: Profile|null) => void) => void,
 *   onAdopted?: (told: (adopted: {walk: string, report: string}) => void) => void,
 *   shown: (walk: Walk) => void
 * }} Book where walks of one sort are kept; `left` are those that may be taken up again, `shown` hears of every showing
 */
/** @typedef {{step: string, answer: string}} Given */
/** @typedef {{walk: string, depth: number, opened: number, via: Given[]}} Mark what the browser's history keeps per step */

const main = /** @type {HTMLElement} */ (document.querySelector("main[data-guide]"));
const page = {
  protocol: { id: main.dataset.guide ?? "", hash: main.dataset.hash ?? "", version: Number(main.dataset.version) },
  locale: PAGE_LANGUAGE,
  start: main.dataset.start ?? "",
  urgency: main.dataset.urgency ?? "",
};
const title = document.title;
/** Told on `document` when another step or outcome shows. */
export const STEPPED = "guidance:step";
/** How long a tap waits for the phone's storage, in milliseconds; then the guidance goes on without a trail. */
const PATIENCE = 700;
/** How often the walk is begun before the page goes on without one. */
const ATTEMPTS = 3;

const leaving = carriedOver(history.state);
const carried = leaving ? null : carriedHere();
if (carried) history.replaceState(carried, "");

/** @type {Book} */
let book;
/** @type {Walk} */
let walk;
/** How many answers stand, and how many stood when this page opened: behind those there is no step of ours. */
let depth = 0;
let opened = 0;
/** @type {Profile|null} */
let profile = null;
/** @type {HTMLElement|null} */
let shown = null;
/** @type {string|null|undefined} the kind of place for which every section is made or about to be */
let dressedFor;
let begun = Promise.resolve();
let going = false;
let patience = PATIENCE;

/** @returns {string} the step or outcome that the address names, else the first step */
function named() {
  const id = decodeURIComponent(location.hash.slice(1));
  return section(id) ? id : page.start;
}

/** @returns {string|null} the kind of place: of the joined site, else as it was answered in this walk */
function placeType() {
  const answered = standing(walk).find(({ entry }) => placeStep(entry.step));
  return profile?.site.type ?? answered?.entry.answer ?? null;
}

/** @param {Given} given @returns {HTMLAnchorElement|null} the link of an answer, or of an interrupt */
function linkOf({ step, answer }) {
  const query = `a[data-answer="${CSS.escape(answer)}"]`;
  return section(step)?.querySelector(query) ?? document.querySelector(`.edge ${query}`);
}

/** @param {HTMLAnchorElement} link */
function targetOf(link) {
  return decodeURIComponent(link.hash.slice(1));
}

/**
 * Record an answer, and the one after it where that question is about the place and the place is known.
 * @param {HTMLAnchorElement} link
 * @returns {Given[]} the answers that were recorded
 */
function follow(link) {
  const given = { step: walk.position, answer: link.dataset.answer ?? "" };
  const to = targetOf(link);
  recordAnswer(walk, given.answer, { to, sets: JSON.parse(link.dataset.sets ?? "{}"), outcome: outcomeOf(to) });
  const next = knownPlace();
  return next ? [given, ...follow(next)] : [given];
}

/** @returns {HTMLAnchorElement|null} the answer that a known place gives where the walk stands */
function knownPlace() {
  const type = placeStep(walk.position) ? placeType() : null;
  return type ? linkOf({ step: walk.position, answer: type }) : null;
}

/** Take back the last answer that stands. */
function stepBack() {
  const last = standing(walk).at(-1);
  if (last) recordBack(walk, { to: last.entry.step, outcome: outcomeOf(last.entry.step) });
}

/** @param {Given[]} via how the walk came to where it stands @returns {Mark} */
function markOf(via) {
  depth = standing(walk).length;
  return { walk: walk.id, depth, opened, via };
}

/** @param {Given[]} via */
function mark(via) {
  history.replaceState(markOf(via), "");
}

/** @param {HTMLAnchorElement} link */
function take(link) {
  if (targetOf(link) === walk.position) return show();
  history.pushState(markOf(follow(link)), "", `#${encodeURIComponent(walk.position)}`);
  return show();
}

/** The browser went back or forward, or someone wrote another address: the trail follows. */
function onTravel() {
  const state = /** @type {Mark|null} */ (history.state);
  if (carriedOver(state)) return;
  if (state?.walk === walk.id && state.depth === depth && named() === walk.position) return focusHeading();
  if (state?.walk === walk.id) {
    for (; depth > state.depth; depth -= 1) stepBack();
    if (depth + state.via.length === state.depth) state.via.map(linkOf).forEach((link) => link && follow(link));
  }
  if (walk.position !== named()) jump();
  mark(state?.via ?? []);
  show();
}

/** Stand where the address says, though no answer led there. */
function jump() {
  const outcome = outcomeOf(named());
  walk.position = named();
  walk.outcome = outcome ? walk.position : null;
  walk.outcome_sets = outcome?.report ?? {};
}

function focusHeading() {
  section(walk.position)?.querySelector("h1")?.focus({ preventScroll: true });
}

/** Show where the walk stands; keep it on the phone. */
function show() {
  dressHere();
  reveal();
  focusHeading();
  scrollTo(0, 0);
  setTimeout(nameStep);
  book.save(walk).catch((error) => console.warn(error)); // a full disk must not stop the guidance
}

/** The walk says which section shows, not the address: two attributes change in less time than `:target` does. */
function reveal() {
  const here = section(walk.position);
  if (shown === here) return;
  shown?.removeAttribute("data-shown");
  here?.setAttribute("data-shown", "");
  shown = here;
  main.dataset.walked = "";
}

/** Only the section that shows waits for the tap; the others follow when the page is idle. */
function dressHere() {
  const type = placeType();
  dress(section(walk.position), type, profile);
  if (type === dressedFor) return;
  dressedFor = type;
  (window.requestIdleCallback ?? setTimeout)(() => dressAll(type, profile));
}

function nameStep() {
  document.title = `${section(walk.position)?.querySelector("h1")?.textContent ?? ""} · ${title}`;
  book.shown(walk);
  document.dispatchEvent(new CustomEvent(STEPPED));
}

/** This page comes back as it was left, but the walk may have gone on in another language: read it again. */
async function takeUpAgain() {
  if (carriedOver(history.state)) return;
  const now = await book.walkOf(walk.id);
  if (!now) return;
  walk = now;
  depth = standing(walk).length;
  onTravel();
}

/** What depends on the place and the walk but not on the step. */
function present() {
  dressedFor = placeType();
  dressAll(dressedFor, profile);
  reveal();
  askForDetails(walk.report_id);
  showElapsed(walk.started_at);
  nameStep();
}

/** @param {MouseEvent} event */
function onClick(event) {
  const target = /** @type {Element} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = /** @type {HTMLAnchorElement|null} */ (target.closest("a[data-answer]"));
  const back = target.closest("[data-back]");
  if (walk && target.closest("[data-language]")) leave(walk.id);
  if (link) {
    event.preventDefault();
    tapped(link);
  } else if (back && depth > opened) {
    event.preventDefault();
    history.back();
  }
}

/** @param {HTMLAnchorElement} link */
async function tapped(link) {
  try {
    if (!going) await within(patience, begun);
  } catch (error) {
    console.warn(error);
    patience = 0;
    location.hash = link.hash;
    return undefined;
  }
  return take(link);
}

/** @returns {Promise<Walk|null>} the walk that this page goes on with: after a reload, or left in the middle here */
async function earlierWalk() {
  const state = /** @type {Mark|null} */ (history.state);
  const same = state?.walk ? await book.walkOf(state.walk) : null;
  if (same) return same;
  const goesOn = await walkInAnotherLanguage();
  if (goesOn) return goesOn;
  const left = (await book.left()).filter((w) => w?.protocol.id === page.protocol.id && !w.outcome && w.entries.length);
  const older = left.find((w) => w?.protocol.hash !== page.protocol.hash);
  return left.find((w) => w?.position === named()) ?? older ?? null;
}

/** @returns {Promise<Walk|null>} the walk that was left by the choice of language, at an outcome too, if this is its place */
async function walkInAnotherLanguage() {
  const id = leftWalk();
  const left = id ? await book.walkOf(id) : null;
  return left?.protocol.id === page.protocol.id && left.position === named() ? left : null;
}

async function begin() {
  if (leaving) return new Promise(() => {});
  if (!history.state?.walk && !leftWalk()) forgetLanguage();
  profile = await book.profile();
  const earlier = await earlierWalk();
  if (earlier?.protocol.hash === page.protocol.hash) {
    walk = earlier;
    depth = standing(walk).length;
    opened = history.state?.opened ?? depth;
    onTravel();
  } else {
    main.querySelector("[data-renewed]")?.toggleAttribute("hidden", !earlier);
    beginAnew();
  }
}

function beginAnew() {
  walk = book.begin(page);
  const interrupt = [...document.querySelectorAll(".edge a[data-answer]")].find((link) => targetOf(/** @type {HTMLAnchorElement} */ (link)) === named());
  const link = /** @type {HTMLAnchorElement|undefined} */ (interrupt);
  if (!link) jump();
  const first = link ?? knownPlace();
  const via = first ? follow(first) : [];
  if (first) location.replace(`#${walk.position}`);
  opened = standing(walk).length;
  mark(via);
}

/** Storage may only be slow, on an old phone just started: ask again before the page goes on without a trail. */
async function beginAtLast() {
  for (let left = ATTEMPTS - 1; ; left -= 1) {
    try {
      begun = begin();
      return await begun;
    } catch (error) {
      if (!left) throw error;
      console.warn(error);
    }
  }
}

/**
 * Record this page's walk in a book, from now on.
 * @param {Book} kept
 * @returns {Promise<Walk>} the walk that begins or goes on; rejects where the browser keeps no storage for us
 */
export async function walkThrough(kept) {
  book = kept;
  import("./hold-version.js").then(({ holdVersion }) => holdVersion()).catch((error) => console.warn(error));
  document.addEventListener("click", onClick);
  try {
    await beginAtLast();
    forgetLeft();
    going = true;
    addEventListener("pageshow", (event) => event.persisted && takeUpAgain());
    addEventListener("popstate", onTravel);
    addEventListener("hashchange", onTravel);
    book.onProfile((told) => {
      profile = told;
      present();
    });
    book.onAdopted?.((adopted) => {
      if (adopted.walk !== walk.id) return;
      walk.report_id = adopted.report;
      present();
    });
    setInterval(() => showElapsed(walk.started_at), 15_000);
    present();
    await book.save(walk);
    return walk;
  } catch (error) {
    document.removeEventListener("click", onClick);
    throw error;
  }
}
