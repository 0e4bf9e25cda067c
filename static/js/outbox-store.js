// Where the outbox is kept: its entries, and the one transaction that turns an entry into a receipt.
// A classic script beside outbox-core.js, for pages and the service worker alike; nobody else writes these stores.
(() => {
  "use strict";
  if (self.GuidanceOutboxStore) return;

  /**
   * @typedef {{
   *   id: string, report: string, revision: number, lane?: "report"|"practice", part: "alert"|"details"|"run",
   *   kind: string, locale: string, site: string,
   *   text: string, sha256: string, state: "saved"|"waiting"|"sending"|"needs_attention",
   *   created_at: string, not_before: number, next_try_at: number, attempts: number, renumbered?: boolean,
   *   last_try: {at: string, status: number}|null,
   *   problem: {kind: "refused"|"unreadable", status: number, detail: string,
   *     errors: {field: string, detail: string}[]}|null
   * }} Entry `text` is the frozen body in RFC 8785 form; moments named *_at in numbers are milliseconds since 1970;
   *   without a lane it is of a report; in the lane of practice `report` is the run
   */

  // The same name, version and stores as db.js: whoever comes first makes them, the service worker included.
  const NAME = "guidance";
  const VERSION = 2;
  const STORES = [
    "site", "walks", "drafts", "outbox", "receipts", "settings", "practice_walks", "practice_runs", "scenarios",
  ];

  /** Before a report's id in `settings`. */
  const USED = "revisions-";
  const CHANNEL = "guidance-outbox";
  const channel = "BroadcastChannel" in self ? new BroadcastChannel(CHANNEL) : null;
  /** How long storage may take to answer, in milliseconds. */
  const PATIENCE = 1_500;
  /** What a connection says that the system took away while the page slept. */
  const DEAD = new Set(["InvalidStateError", "UnknownError"]);
  /** @type {Promise<IDBDatabase>|null} */
  let opened = null;

  /** @returns {Promise<IDBDatabase>} */
  function open() {
    opened ??= connect(VERSION).catch((error) => {
      opened = null;
      throw error;
    });
    return opened;
  }

  /** @param {number} [version] without one: as it is @returns {Promise<IDBDatabase>} rejects when storage does not answer */
  function connect(version) {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, version);
      const silent = setTimeout(() => reject(new Error("The phone's storage does not answer")), PATIENCE);
      request.onupgradeneeded = () => {
        for (const name of STORES) {
          if (request.result.objectStoreNames.contains(name)) continue;
          request.result.createObjectStore(name, { keyPath: "id" });
        }
      };
      request.onblocked = () => reject(new Error("A page of an older version holds the phone's storage"));
      request.onsuccess = () => {
        clearTimeout(silent);
        const late = watched(request.result);
        resolve(late);
        opened ??= Promise.resolve(late);
      };
      request.onerror = () => {
        clearTimeout(silent);
        // A newer version of the product is on this phone: its stores hold all of ours.
        if (request.error?.name === "VersionError") resolve(connect());
        else reject(request.error);
      };
    });
  }

  /** @param {IDBDatabase} database */
  function watched(database) {
    database.onversionchange = () => {
      database.close();
      opened = null;
    };
    database.onclose = () => {
      opened = null;
    };
    return database;
  }

  /**
   * One transaction; resolves with `act`'s result when the disk has it.
   * @param {string[]} stores @param {IDBTransactionMode} mode @param {(t: IDBTransaction, done: (v: any) => void) => void} act
   * @returns {Promise<any>}
   */
  async function transact(stores, mode, act) {
    const database = await open();
    try {
      return await attempt(database, stores, mode, act);
    } catch (error) {
      if (!DEAD.has(error?.name)) throw error;
      opened = null;
      return attempt(await open(), stores, mode, act);
    }
  }

  /** @param {IDBDatabase} database @param {string[]} stores @param {IDBTransactionMode} mode @param {any} act */
  function attempt(database, stores, mode, act) {
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(stores, mode, { durability: "strict" });
      let result;
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(transaction.error ?? new Error("The phone's storage gave up"));
      act(transaction, (value) => {
        result = value;
      });
    });
  }

  /** @returns {Promise<Entry[]>} oldest first; an entry may be damaged */
  async function entries() {
    const found = await transact(["outbox"], "readonly", (t, done) => {
      t.objectStore("outbox").getAll().onsuccess = (event) => done(event.target.result);
    });
    return found.sort((a, b) => (String(a.created_at) < String(b.created_at) ? -1 : 1));
  }

  /**
   * Change an entry that is still there; `change` gets the record and returns the new one, or null to leave it.
   * @param {IDBValidKey} id @param {(entry: Entry) => Entry|null} change
   * @returns {Promise<Entry|null>} what is kept now, null where nothing was changed
   */
  async function revise(id, change) {
    const kept = await transact(["outbox"], "readwrite", (t, done) => {
      const store = t.objectStore("outbox");
      store.get(id).onsuccess = (event) => {
        const next = event.target.result ? change(event.target.result) : null;
        if (next) store.put(next);
        done(next);
      };
    });
    if (kept) announce(kept.report);
    return kept;
  }

  /** @param {string} report */
  function announce(report) {
    if (channel) channel.postMessage({ report });
    else self.dispatchEvent(new CustomEvent(CHANNEL, { detail: { report } })); // other tabs do not hear it, this page does
  }

  /** @param {string} text @returns {Promise<string>} SHA-256 in hex over the text's UTF-8 */
  async function digest(text) {
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /**
   * Freeze one revision. Resolves once the disk has it; from then on it is sent however often the phone dies.
   * @param {{report: string, revision: number, part: "alert"|"details", kind: string, locale: string, site: string,
   *   text: string, wait?: number, draft?: {id: string}}} given `wait`: milliseconds in which it can be undone;
   *   `draft`: written in the same transaction; a practice run has a way of its own
   * @returns {Promise<Entry>} rejects when this revision is already there, or the disk is full
   */
  async function enqueue({ report, revision, part, kind, locale, site, text, wait = 0, draft }) {
    const entry = fresh({ report, revision, lane: "report", part, kind, locale, site, text, sha256: await digest(text) }, wait);
    await transact(["outbox", "drafts"], "readwrite", (t) => {
      t.objectStore("outbox").add(entry);
      if (draft) t.objectStore("drafts").put(draft);
    });
    announce(report);
    return entry;
  }

  /** @param {any} content @param {number} wait milliseconds @returns {Entry} */
  function fresh(content, wait) {
    const now = Date.now();
    return {
      id: `${content.report}/${content.revision}`, ...content,
      state: "saved", created_at: new Date(now).toISOString(), not_before: wait ? now + wait : 0,
      next_try_at: 0, attempts: 0, last_try: null, problem: null,
    };
  }

  /**
   * Freeze a finished practice run, kept in the same transaction. It goes to practice's own address and nowhere else.
   * @param {{run: {id: string}, locale: string, text: string}} given
   * @returns {Promise<Entry>} rejects when it is already there, or the disk is full
   */
  async function enqueueRun({ run, locale, text }) {
    const named = { report: run.id, revision: 1, lane: "practice", part: "run", kind: "practice", locale, site: "" };
    const entry = fresh({ ...named, text, sha256: await digest(text) }, 0);
    await transact(["outbox", "practice_runs"], "readwrite", (t) => {
      t.objectStore("outbox").add(entry);
      t.objectStore("practice_runs").put(run);
    });
    announce(run.id);
    return entry;
  }

  /**
   * Take an entry back before it went out.
   * @param {string} id
   * @returns {Promise<boolean>} false when it is too late
   */
  function undo(id) {
    return removeIf(id, (entry) => entry.state === "saved" && Date.now() < entry.not_before);
  }

  /**
   * Throw an entry away because a person said so, twice; the draft that it was made from goes with it. Its number is
   * never given again, since the server may have it.
   * @param {string} id
   * @returns {Promise<boolean>} false when it is being sent at this moment or is gone
   */
  function discard(id) {
    return removeIf(id, (entry) => entry.state !== "sending", noteRevision);
  }

  /** The highest number that left or may have left this phone for a report. */
  function noteRevision(transaction, { report, revision }) {
    if (typeof report !== "string" || !Number.isInteger(revision)) return;
    const settings = transaction.objectStore("settings");
    const id = USED + report;
    settings.get(id).onsuccess = (event) => {
      settings.put({ id, revision: Math.max(revision, event.target.result?.revision ?? 0) });
    };
  }

  /** @param {string} report @returns {Promise<number>} the highest revision that was thrown away; 0 for none */
  async function revisionUsed(report) {
    const found = await transact(["settings"], "readonly", (t, done) => {
      t.objectStore("settings").get(USED + report).onsuccess = (event) => done(event.target.result);
    });
    return found?.revision ?? 0;
  }

  /**
   * @param {IDBValidKey} id @param {(entry: Entry) => boolean} allowed
   * @param {(transaction: IDBTransaction, entry: Entry) => void} [also] in the same transaction
   */
  async function removeIf(id, allowed, also) {
    const removed = await transact(["outbox", "drafts", "settings"], "readwrite", (t, done) => {
      const store = t.objectStore("outbox");
      store.get(id).onsuccess = (event) => {
        const entry = event.target.result;
        if (!entry || !allowed(entry)) return done(null);
        store.delete(id);
        forgetDraft(t, entry);
        also?.(t, entry);
        return done(entry);
      };
    });
    if (removed) announce(removed.report);
    return Boolean(removed);
  }

  /** The draft that was frozen as this very entry; one that was written on since then stays. */
  function forgetDraft(transaction, { report, revision }) {
    if (typeof report !== "string") return;
    const drafts = transaction.objectStore("drafts");
    drafts.get(report).onsuccess = (event) => {
      if (event.target.result?.frozen === revision) drafts.delete(report);
    };
  }

  /**
   * The server has another content under this number: keep ours under the next one that is free, and its draft with it.
   * @param {Entry} entry @param {number} taken the number that the server's receipt names
   * @returns {Promise<boolean>} false when it is gone
   */
  async function renumber(entry, taken) {
    const found = (await entries()).filter((each) => each.report === entry.report).map((each) => each.revision);
    const revision = Math.max(taken, await revisionUsed(entry.report), ...found) + 1;
    const text = JSON.stringify({ ...JSON.parse(entry.text), revision }); // the order of a canonical text stays as it is
    const next = { ...entry, id: `${entry.report}/${revision}`, revision, text, sha256: await digest(text) };
    const kept = await transact(["outbox", "drafts"], "readwrite", (t, done) => {
      const [outbox, drafts] = [t.objectStore("outbox"), t.objectStore("drafts")];
      outbox.get(entry.id).onsuccess = (event) => {
        if (!event.target.result) return done(false);
        outbox.delete(entry.id);
        outbox.add({ ...next, state: "saved", next_try_at: 0, renumbered: true });
        return done(true);
      };
      drafts.get(entry.report).onsuccess = (event) => {
        const draft = event.target.result;
        if (draft?.frozen === entry.revision) drafts.put({ ...draft, frozen: revision, last_revision: revision });
      };
    });
    if (kept) announce(entry.report);
    return kept;
  }

  /**
   * The server has it: keep the receipt, forget the body and the draft that it was made from, all at once or not at all.
   * @param {Entry} entry @param {any} said
   */
  async function received(entry, said) {
    if (entry.lane === "practice") return runReceived(entry, said);
    await transact(["outbox", "receipts", "drafts"], "readwrite", (t) => {
      const receipts = t.objectStore("receipts");
      receipts.get(entry.report).onsuccess = (event) => receipts.put(receiptOf(entry, said, event.target.result));
      t.objectStore("outbox").delete(entry.id);
      forgetDraft(t, entry);
    });
    announce(entry.report);
  }

  /** The same for a practice run, whose receipt stays with the run. @param {Entry} entry @param {any} said */
  async function runReceived(entry, said) {
    await transact(["outbox", "practice_runs"], "readwrite", (t) => {
      const runs = t.objectStore("practice_runs");
      const { received_at, sha256, signature, code } = said;
      runs.get(entry.report).onsuccess = (event) => {
        if (event.target.result) runs.put({ ...event.target.result, receipt: { received_at, sha256, signature, code } });
      };
      t.objectStore("outbox").delete(entry.id);
    });
    announce(entry.report);
  }

  /** @param {Entry} entry @param {any} said @param {any} before an earlier revision's receipt */
  function receiptOf(entry, said, before) {
    const { received_at, sha256, signature } = said;
    const stated = JSON.parse(entry.text).urgency ?? null;
    const line = {
      revision: entry.revision, part: entry.part, received_at, sha256, signature, urgency: stated, saved_at: entry.created_at,
    };
    const lines = [...(before?.revisions ?? []).filter((each) => each.revision !== entry.revision), line];
    return {
      id: entry.report, kind: entry.kind, site: entry.site, code: String(said.code ?? before?.code ?? ""),
      verified: said.verified === true, reason: String(said.reason ?? ""), revision: Math.max(...lines.map((each) => each.revision)),
      received_at: before?.received_at ?? said.received_at, saved_at: before?.saved_at ?? entry.created_at,
      // By this phone's own clock: the server's may be minutes off from it.
      kept_at: before?.kept_at ?? new Date().toISOString(),
      revisions: lines, progress: before?.progress ?? null,
    };
  }

  self.GuidanceOutboxStore = Object.freeze({
    CHANNEL, entries, revise, digest, enqueue, enqueueRun, undo, discard, received, renumber, revisionUsed,
  });
})();
