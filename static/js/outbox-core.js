// Sending the outbox: reports go out again and again until the server's receipt proves that it has them.
// A classic script: the service worker carries it after outbox-store.js; pages import both for their effect (outbox.js).
// An entry leaves only by a receipt whose hash is ours, by undo within five seconds, or by a person's own discard.
(() => {
  "use strict";
  if (self.GuidanceOutbox) return;

  /** @typedef {import("./outbox-store.js").Entry} Entry */

  const store = self.GuidanceOutboxStore;
  const { judged } = self.GuidanceAnswers;
  const { now } = self.GuidanceClock;
  const LOCK = "outbox";
  const SEND_TIMEOUT = 30_000;
  /** How long a sender waits for another tab, and for the browser's word on the lock, in milliseconds. */
  const LOCK_PATIENCE = 8_000;
  const LONGEST_WAIT = 300_000;
  const FIRST_WAIT = 2_000;
  const AT_ONCE = 4;
  /** A request that outlives its page may be 64 KiB, all such together; a longer text is sent the usual way. */
  const KEEPALIVE_MOST = 16_000;
  /** Where each lane goes. An entry of another lane goes nowhere. */
  const ROUTES = new Map([["report", "/api/reports/"], ["practice", "/api/practice/runs/"]]);
  /** @type {Promise<{waiting: number, next: number|null}>|null} */
  let queued = null;

  /**
   * Try an entry again that needed attention, unchanged.
   * @param {string} id
   */
  async function retry(id) {
    await store.revise(id, (entry) => ({ ...entry, state: "saved", problem: null, next_try_at: 0, attempts: 0 }));
    return flush();
  }

  /**
   * Send what is due. One sender at a time on this phone, whichever tab or worker it is.
   * @param {{now?: boolean}} options `now`: forget the waiting times first (network is back, someone pressed retry)
   * @returns {Promise<{waiting: number, next: number|null}>} how many still wait, and when the next is due
   */
  async function flush({ now: anew = false } = {}) {
    if (anew) await forgetWaiting();
    queued ??= alone(() => {
      // From here on new entries may be missed by this round, so the next call asks for a round of its own.
      queued = null;
      return drain();
    }).catch((error) => {
      queued = null;
      throw error;
    });
    return queued;
  }

  /**
   * Send an entry now, though it could still be undone: the page that shows the seconds goes away and may never run again.
   * @param {Entry} entry as it was frozen
   */
  async function release(entry) {
    const sent = put(entry, entry.text.length < KEEPALIVE_MOST); // begins before anything is waited for
    await store.revise(entry.id, (kept) => ({ ...kept, not_before: 0 }));
    const { receipt } = await sent;
    if (receipt) await store.received(entry, receipt);
    return flush();
  }

  /**
   * Act while no other sender of this phone does. A tab that the phone froze keeps its lock for ever, and some browsers
   * have no locks for us: sending twice is harmless, since it is the same revision; not sending is not.
   * @param {() => Promise<{waiting: number, next: number|null}>} act
   */
  async function alone(act) {
    let done = () => {};
    const finished = new Promise((resolve) => (done = () => resolve(undefined)));
    const impatient = new AbortController();
    await new Promise((resolve) => {
      const mine = () => {
        resolve(undefined);
        return finished;
      };
      const timer = setTimeout(() => {
        impatient.abort();
        lock({ steal: true }, mine).catch(resolve);
        resolve(undefined);
      }, LOCK_PATIENCE);
      finished.then(() => clearTimeout(timer));
      lock({ signal: impatient.signal }, mine).catch(resolve).finally(() => clearTimeout(timer));
    });
    return act().finally(done);
  }

  /** @param {LockOptions} options @param {() => Promise<any>} act */
  async function lock(options, act) {
    return navigator.locks.request(LOCK, options, act);
  }

  async function forgetWaiting() {
    for (const entry of (await store.look()).found) {
      if (entry.state !== "waiting" || !entry.next_try_at) continue;
      await store.revise(entry.id, (kept) => (kept.state === "waiting" ? { ...kept, next_try_at: 0 } : null));
    }
  }

  async function drain() {
    const { found, trouble: unread } = await store.look();
    const chains = [...chainsOf(found)];
    const trouble = unread ? [unread] : [];
    const lane = async () => {
      for (let chain = chains.shift(); chain; chain = chains.shift()) {
        await sendChain(chain).catch((error) => trouble.push(error));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    if (trouble.length) throw trouble[0];
    return outlook((await store.look()).found);
  }

  /** @param {Entry[]} found @returns {Iterable<Entry[]>} the entries of each report, lowest revision first */
  function chainsOf(found) {
    const chains = new Map();
    for (const entry of found) {
      const name = String(entry.report);
      chains.set(name, [...(chains.get(name) ?? []), entry]);
    }
    for (const chain of chains.values()) chain.sort((a, b) => a.revision - b.revision);
    return [...chains.values()].sort((a, b) => rank(a) - rank(b));
  }

  /** However many details and practice runs wait, alerts go first, and practice last. @param {Entry[]} chain */
  function rank(chain) {
    if (laneOf(chain[0]) === "practice") return 2;
    return turnOf(chain)?.part === "alert" ? 0 : 1;
  }

  /** @param {Entry[]} chain @returns {Entry|undefined} the entry whose turn it is: later ones of its report wait for it */
  function turnOf(chain) {
    return chain.find((entry) => entry.state !== "needs_attention");
  }

  /** @param {Entry} entry */
  function laneOf(entry) {
    return entry.lane ?? "report";
  }

  /** @param {Entry[]} found */
  function outlook(found) {
    const waiting = found.filter((entry) => entry.state !== "needs_attention");
    const turns = [...chainsOf(waiting)].map((chain) => dueAt(chain[0]));
    const next = turns.length ? Math.min(...turns) : null;
    return { waiting: waiting.length, next };
  }

  /** @param {Entry} entry @returns {number} milliseconds since 1970; a clock that was set back cannot move it far off */
  function dueAt(entry) {
    const at = Math.max(Number(entry.not_before) || 0, Number(entry.next_try_at) || 0);
    return at > now() + LONGEST_WAIT ? 0 : at;
  }

  /** @param {Entry[]} chain */
  async function sendChain(chain) {
    for (const entry of chain) {
      if (entry.state === "needs_attention") continue;
      if (!(await sendOne(entry))) return;
    }
  }

  /** @param {Entry} entry @returns {Promise<boolean>} whether a later revision may go */
  async function sendOne(entry) {
    const damage = await damageOf(entry);
    if (damage) {
      await needsAttention(entry.id, { kind: "unreadable", status: 0, detail: damage, errors: [] });
      return true;
    }
    const claimed = await store.revise(entry.id, claim);
    if (!claimed) return false;
    const answer = await put(claimed);
    if (answer.receipt) await store.received(claimed, answer.receipt);
    else if (answer.taken && !claimed.renumbered) return !(await store.renumber(claimed, answer.taken));
    else if (answer.refusal) await needsAttention(claimed.id, answer.refusal);
    else await wait(claimed.id, answer);
    return Boolean(answer.receipt || answer.refusal);
  }

  /** @param {Entry} kept @returns {Entry|null} null when it is not its time, or not its turn any more */
  function claim(kept) {
    return kept.state !== "needs_attention" && dueAt(kept) <= now() ? { ...kept, state: "sending" } : null;
  }

  /** @param {Entry} entry @returns {Promise<string>} what is wrong with the entry itself, in a code; empty when whole */
  async function damageOf(entry) {
    if (entry.id !== `${entry.report}/${entry.revision}` || !Number.isInteger(entry.revision)) return "id";
    if (typeof entry.text !== "string" || typeof entry.sha256 !== "string") return "fields";
    if (!ROUTES.has(laneOf(entry))) return "lane";
    if ((await store.digest(entry.text)) !== entry.sha256) return "hash";
    return "";
  }

  /**
   * One attempt.
   * @param {Entry} entry @param {boolean} [keepalive] whether it goes on when the page does not
   * @returns {Promise<ReturnType<typeof judged>>}
   */
  async function put(entry, keepalive = false) {
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), SEND_TIMEOUT);
    try {
      const response = await fetch(`${ROUTES.get(laneOf(entry))}${entry.report}`, {
        method: "PUT", body: entry.text, signal: giveUp.signal,
        headers: { "Content-Type": "application/json", "X-Guidance": "1", ...departure(entry) },
        credentials: "same-origin", redirect: "manual", cache: "no-store", keepalive,
      });
      return judged(entry, response, await response.text());
    } catch (error) {
      if (error instanceof TypeError || error.name === "AbortError") return { status: 0, why: "offline" };
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * When it leaves, by the clock that dated the body: the server takes its age from the two, whatever that clock says.
   * @param {Entry} entry @returns {Object<string, string>} a header
   */
  function departure(entry) {
    const at = Date.parse(entry.created_at) + store.ageOf(entry);
    return Number.isFinite(at) ? { "X-Guidance-Sent-At": new Date(at).toISOString() } : {};
  }

  /** @param {IDBValidKey} id @param {Entry["problem"]} problem */
  function needsAttention(id, problem) {
    const last_try = tried(problem?.status ?? 0);
    return store.revise(id, (entry) => ({ ...entry, state: "needs_attention", problem, last_try }));
  }

  /** @param {string} id @param {{status: number, why?: string, pause?: number}} answer status 0 for none */
  function wait(id, { status, why, pause: asked = 0 }) {
    return store.revise(id, (entry) => {
      const attempts = (entry.attempts || 0) + 1;
      const next_try_at = now() + Math.max(pause(attempts), asked);
      return { ...entry, state: "waiting", attempts, next_try_at, waited: store.mark(store.ageOf(entry)), last_try: tried(status, why) };
    });
  }

  /** @param {number} status @param {string} [why] */
  function tried(status, why) {
    return { at: new Date(now()).toISOString(), status, ...(why ? { why } : {}) };
  }

  /** @param {number} attempts @returns {number} milliseconds: doubling, at most five minutes, spread by half */
  function pause(attempts) {
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(attempts - 1, 10));
    return longest * (0.5 + Math.random() / 2);
  }

  self.GuidanceOutbox = Object.freeze({ ...store, retry, release, flush });
})();
