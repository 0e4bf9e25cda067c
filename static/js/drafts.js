// A report being written, kept on the phone as it is typed. One tab writes it at a time.
import { all, del, get, transact, within } from "./db.js";

/**
 * @typedef {{
 *   id: string, kind: string, protocol: {id: string, hash: string}|null, trail: any[], walked: Object<string, any>,
 *   urgency: string, answers: Object<string, any>, screen: string, edited_at: string,
 *   frozen: number|null, last_revision: number
 * }} Draft `answers` are raw, as typed, of touched questions only; `walked` are the trail's facts;
 *   null for one that was emptied; `frozen` is the revision that holds this very content and waits in the outbox
 */

const PAUSE = 300;
const ASK_OTHER = 800;
const CHANNEL = "guidance-draft";
/** What ends each lock that this page has, by the id of its draft. @type {Map<string, () => void>} */
const held = new Map();

/**
 * The draft of a report as it was left, or a new one. The trail is copied into it, since walks are forgotten sooner.
 * @param {string} id
 * @returns {Promise<Draft>}
 */
export async function loadDraft(id) {
  const kept = await unsent(await get("drafts", id));
  const walks = (await all("walks")).filter((each) => each.report_id === id);
  const walk = walks.sort((a, b) => (a.started_at < b.started_at ? 1 : -1))[0];
  const draft = kept ?? { ...blank(id), ...(await knownOf(id)) };
  return walk ? { ...draft, ...fromWalk(walk) } : draft;
}

/**
 * What the City has received this phone forgets.
 * @param {Draft|undefined} draft
 * @returns {Promise<Draft|undefined>} undefined for a draft that was received as it is
 */
export async function unsent(draft) {
  if (!draft?.frozen) return draft;
  const receipt = await get("receipts", draft.id);
  if (!(draft.frozen <= receipt?.revision)) return draft;
  await discardDraft(draft.id);
  return undefined;
}

/** Throw a draft away: it was received, or a person said so, twice. @param {string} id */
export function discardDraft(id) {
  return del("drafts", id);
}

/** A draft with nothing in it. @param {string} id @returns {Draft} */
export function blank(id) {
  return {
    id, kind: "", protocol: null, trail: [], walked: {}, urgency: "", answers: {}, screen: "", edited_at: "",
    frozen: null, last_revision: 0,
  };
}

/** What was alerted already says what the details are about. @param {string} id */
async function knownOf(id) {
  const entry = (await all("outbox")).find((each) => each.report === id);
  const kind = entry?.kind ?? (await get("receipts", id))?.kind;
  return kind ? { kind } : {};
}

/** @param {import("./trail.js").Walk} walk */
function fromWalk(walk) {
  const { id, hash } = walk.protocol;
  return { kind: walk.kind, protocol: { id, hash }, trail: walk.entries, walked: walk.facts, urgency: walk.urgency };
}

/**
 * A saver that writes the first change at once, then at most every 300 ms, and never two writes at a time. A write that
 * only begins as the page goes may be lost with it.
 * @param {() => Draft} current
 * @param {{saved: () => void, failed: (error: any) => void}} tell
 * @returns {{touch: () => void, flush: () => Promise<void>, stop: () => void}} `touch` after each change; `stop` for good
 */
export function autosaver(current, { saved, failed }) {
  /** @type {ReturnType<typeof setTimeout>|null} */
  let timer = null;
  let dirty = false;
  let stopped = false;
  let writing = Promise.resolve();
  const write = async () => {
    if (!dirty || stopped) return;
    dirty = false;
    try {
      await keep(current());
      saved();
    } catch (error) {
      dirty = true;
      failed(error);
    }
  };
  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    writing = writing.then(write);
    return writing;
  };
  const touch = () => {
    dirty = true;
    if (timer) return;
    flush();
    timer = setTimeout(flush, PAUSE);
  };
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && flush());
  addEventListener("pagehide", flush);
  const stop = () => {
    stopped = true;
  };
  return { touch, flush, stop };
}

/** @param {Draft} draft */
async function keep(draft) {
  if (draft.frozen && !(await unsent(draft))) return;
  await transact("drafts", "readwrite", (t) => {
    t.objectStore("drafts").put(draft);
    // A page that is going away never hears that the write went well, and would give it up without this.
    t.commit?.();
  });
}

/**
 * Become the one tab that writes this draft.
 * @param {string} id
 * @param {{steal?: boolean, lost: () => void}} how `steal`: take it from the tab that has it; `lost`: another did so to us
 * @returns {Promise<boolean>} false when another tab has it
 */
export function hold(id, { steal = false, lost }) {
  if (!navigator.locks) return Promise.resolve(true);
  const options = steal ? { steal } : { ifAvailable: true };
  let ours = false;
  const asked = new Promise((granted, refused) => {
    navigator.locks
      .request(`draft-${id}`, options, (lock) => {
        ours = Boolean(lock);
        granted(ours);
        return lock ? new Promise((done) => held.set(id, () => done(undefined))) : undefined;
      })
      .catch((error) => (ours ? lost() : refused(error)));
  });
  // A browser that has no locks for us, or does not answer, must not keep the form closed.
  return within(ASK_OTHER, asked).catch((error) => {
    console.warn(error);
    return true;
  });
}

/** Give the draft back, so that this page may rest in the browser's back-forward cache. @param {string} id */
export function letGo(id) {
  held.get(id)?.();
  held.delete(id);
}

/**
 * Let the tab that has the draft save what was typed last, then take it over.
 * @param {string} id @param {() => void} lost
 */
export async function takeOver(id, lost) {
  const channel = openChannel();
  if (!channel) return hold(id, { steal: true, lost });
  const answered = new Promise((resolve) => {
    channel.onmessage = (event) => event.data.left === id && resolve(undefined);
  });
  channel.postMessage({ leave: id });
  await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, ASK_OTHER))]);
  channel.close();
  return hold(id, { steal: true, lost });
}

/** @returns {BroadcastChannel|null} null where the browser has none, or not for us */
function openChannel() {
  try {
    return new BroadcastChannel(CHANNEL);
  } catch {
    return null;
  }
}

/**
 * Answer a tab that wants to take over: save first, then say so.
 * @param {string} id @param {() => Promise<void>} save
 * @returns {() => void} stops answering
 */
export function giveWay(id, save) {
  const channel = openChannel();
  if (!channel) return () => {};
  channel.onmessage = async (event) => {
    if (event.data.leave !== id) return;
    await save();
    channel.postMessage({ left: id });
  };
  return () => channel.close();
}
