// Where the outbox's entries and receipts stand: on the disk, and on this page alone where the disk fails, is full or does
// not answer. So an alert goes out whatever storage does. A classic script for pages and the service worker alike.
(() => {
  "use strict";
  if (self.GuidanceOutboxEntries) return;

  /** @typedef {import("./outbox-store.js").Entry} Entry */

  const CHANNEL = "guidance-outbox";
  const { transact } = self.GuidanceStorage;
  const channel = openChannel();
  /** @type {Promise<void>|null} */
  let late = null;
  /** What the disk would not take stands here while this page lives. Of entries, null is one that is done with. */
  /** @type {Map<IDBValidKey, Entry|null>} */
  const unkept = new Map();
  /** @type {Map<string, any>} */
  const unkeptReceipts = new Map();
  /** @type {Map<IDBValidKey, Entry>} the entries as the disk gave them last: it may die after that */
  const seen = new Map();

  /**
   * @returns {Promise<{found: Entry[], trouble: any}>} what waits, oldest first, as far as it is known; an entry may be
   *   damaged. `trouble` is what storage said where it failed, else null
   */
  async function look() {
    let trouble = null;
    try {
      await keepLate();
      const kept = await transact(["outbox"], "readonly", (t, done) => {
        t.objectStore("outbox").getAll().onsuccess = (event) => done(event.target.result);
      });
      seen.clear();
      for (const entry of kept) seen.set(entry.id, entry);
    } catch (error) {
      trouble = error;
    }
    const found = [...new Map([...seen, ...unkept]).values()].filter((entry) => entry !== null);
    return { found: found.sort((a, b) => (String(a.created_at) < String(b.created_at) ? -1 : 1)), trouble };
  }

  /** @returns {Promise<Entry[]>} oldest first; an entry may be damaged; rejects where storage fails and nothing is known */
  async function entries() {
    const { found, trouble } = await look();
    if (trouble && !found.length) throw trouble;
    return found;
  }

  /** @returns {boolean} whether something that was not received yet would be lost with this page */
  const onlyHere = () => [...unkept.values()].some((entry) => entry?.unkept);

  /** The disk may take now what it refused before. */
  async function keepLate() {
    if (!unkept.size && !unkeptReceipts.size) return;
    late ??= keepUnkept().catch((error) => console.warn(error)).finally(() => (late = null));
    await late;
  }

  /** Everything or nothing. */
  async function keepUnkept() {
    const [changed, receipts] = [[...unkept], [...unkeptReceipts]];
    await transact(["outbox", "receipts"], "readwrite", (t) => {
      for (const [id, entry] of changed) {
        if (entry) t.objectStore("outbox").put({ ...entry, unkept: false });
        else t.objectStore("outbox").delete(id);
      }
      for (const [, receipt] of receipts) t.objectStore("receipts").put(receipt);
    });
    for (const [id, entry] of changed) if (unkept.get(id) === entry) unkept.delete(id);
    for (const [id, receipt] of receipts) if (unkeptReceipts.get(id) === receipt) unkeptReceipts.delete(id);
  }

  /**
   * Change an entry that is still there; `change` gets the record and returns the new one, or null to leave it. Where the
   * disk fails, the change holds on this page alone.
   * @param {IDBValidKey} id @param {(entry: Entry) => Entry|null} change
   * @returns {Promise<Entry|null>} what is kept now, null where nothing was changed
   */
  async function revise(id, change) {
    const kept = unkept.has(id) ? reviseHere(id, change) : await reviseKept(id, change);
    if (kept) announce(kept.report);
    return kept;
  }

  /** @param {IDBValidKey} id @param {(entry: Entry) => Entry|null} change */
  async function reviseKept(id, change) {
    try {
      return await transact(["outbox"], "readwrite", (t, done) => {
        const store = t.objectStore("outbox");
        store.get(id).onsuccess = (event) => {
          const next = event.target.result ? change(event.target.result) : null;
          if (next) store.put(next);
          done(next);
        };
      });
    } catch (error) {
      console.warn(error);
      return reviseHere(id, change);
    }
  }

  /** @param {IDBValidKey} id @param {(entry: Entry) => Entry|null} change */
  function reviseHere(id, change) {
    const before = unkept.has(id) ? unkept.get(id) : seen.get(id);
    const next = before ? change(before) : null;
    if (next) unkept.set(id, next);
    return next;
  }

  /** @param {string} report @returns {Promise<any>} its receipt, undefined where this phone has none or cannot read it */
  async function receiptFor(report) {
    return unkeptReceipts.get(report) ?? read("receipts", report);
  }

  /** @param {string} store @param {string} id @returns {Promise<any>} undefined where there is none or storage fails */
  async function read(store, id) {
    try {
      return await transact([store], "readonly", (t, done) => {
        t.objectStore(store).get(id).onsuccess = (event) => done(event.target.result);
      });
    } catch (error) {
      console.warn(error);
      return undefined;
    }
  }

  /** Change a receipt that is there, on this page alone where the disk fails. @param {string} report @param {(kept: any) => any} change */
  async function reviseReceipt(report, change) {
    if (unkeptReceipts.has(report)) return unkeptReceipts.set(report, change(unkeptReceipts.get(report)));
    try {
      return await transact(["receipts"], "readwrite", (t) => {
        const store = t.objectStore("receipts");
        store.get(report).onsuccess = (event) => event.target.result && store.put(change(event.target.result));
      });
    } catch (error) {
      return console.warn(error); // the next answer brings it again
    }
  }

  /** @returns {BroadcastChannel|null} null where the browser has none, or not for us */
  function openChannel() {
    try {
      return new BroadcastChannel(CHANNEL);
    } catch {
      return null;
    }
  }

  /** @param {string} report */
  function announce(report) {
    if (channel) channel.postMessage({ report });
    else self.dispatchEvent(new CustomEvent(CHANNEL, { detail: { report } })); // other tabs do not hear it, this page does
  }

  /**
   * @param {Entry} entry @param {(t: IDBTransaction) => void} also @param {string[]} stores that `also` writes
   * @returns {Promise<Entry>} with `unkept` where the disk did not take it; rejects when the number is taken
   */
  async function add(entry, also, stores) {
    if (unkept.has(entry.id)) throw new DOMException(entry.id, "ConstraintError");
    try {
      await transact(["outbox", ...stores], "readwrite", (t) => {
        t.objectStore("outbox").add(entry);
        also(t);
      });
      return entry;
    } catch (error) {
      if (error?.name === "ConstraintError") throw error;
      console.warn(error);
      const held = { ...entry, unkept: true };
      unkept.set(entry.id, held);
      return held;
    }
  }

  /**
   * @param {IDBValidKey} id @param {(entry: Entry) => boolean} allowed
   * @param {(transaction: IDBTransaction, entry: Entry) => void} also in the same transaction
   */
  async function remove(id, allowed, also) {
    const removed = unkept.has(id) ? removeHere(id, allowed) : await transact(["outbox", "drafts", "settings"], "readwrite", (t, done) => {
      const store = t.objectStore("outbox");
      store.get(id).onsuccess = (event) => {
        const entry = event.target.result;
        if (!entry || !allowed(entry)) return done(null);
        store.delete(id);
        also(t, entry);
        return done(entry);
      };
    });
    if (removed) seen.delete(removed.id);
    if (removed) announce(removed.report);
    return Boolean(removed);
  }

  /** @param {IDBValidKey} id @param {(entry: Entry) => boolean} allowed */
  function removeHere(id, allowed) {
    const entry = unkept.get(id);
    if (!entry || !allowed(entry)) return null;
    unkept.set(id, null);
    return entry;
  }

  /**
   * End an entry on the disk; on this page alone where it is only here or the disk fails.
   * @param {string[]} stores @param {Entry} entry @param {any} act as of a transaction @param {() => any} here
   */
  async function end(stores, entry, act, here) {
    seen.delete(entry.id);
    try {
      if (!unkept.has(entry.id)) return await transact(stores, "readwrite", act);
    } catch (error) {
      console.warn(error);
    }
    unkept.set(entry.id, null);
    return here();
  }

  /** @param {string} id @param {Entry} entry that stands on this page alone */
  const hold = (id, entry) => unkept.set(id, entry);
  /** @param {string} report @param {any} receipt that stands on this page alone */
  const holdReceipt = (report, receipt) => unkeptReceipts.set(report, receipt);

  self.GuidanceOutboxEntries = Object.freeze({
    CHANNEL, announce, look, entries, revise, read, receiptFor, reviseReceipt, add, remove, end, hold, holdReceipt, onlyHere,
  });
})();
