// What happens to the outbox's entries: frozen, taken back, thrown away, renumbered, and turned into a receipt in one
// transaction. A classic script for pages and the service worker alike.
(() => {
  "use strict";
  if (self.GuidanceOutboxStore) return;

  /**
   * @typedef {{
   *   id: string, report: string, revision: number, lane?: "report"|"practice", part: "alert"|"details"|"run",
   *   kind: string, locale: string, site: string,
   *   text: string, sha256: string, state: "saved"|"waiting"|"sending"|"needs_attention",
   *   created_at: string, not_before: number, next_try_at: number, attempts: number, renumbered?: boolean,
   *   waited?: {age: number, page: string, steady: number, wall: number}, unkept?: boolean, last_try: {at: string, status: number, why?: string}|null,
   *   problem: {kind: "refused"|"unreadable", status: number, detail: string,
   *     errors: {field: string, detail: string}[]}|null
   * }} Entry `text` is the frozen body in RFC 8785 form; moments named *_at in numbers are milliseconds since 1970;
   *   without a lane it is of a report; in the lane of practice `report` is the run
   */

  const { transact } = self.GuidanceStorage;
  const { now } = self.GuidanceClock;
  const kept = self.GuidanceOutboxEntries;
  const { CHANNEL, announce, read, receiptFor } = kept;
  /** This page's or worker's own life. */
  const PAGE = `${performance.timeOrigin}-${Math.random()}`;
  /** Before a report's id in `settings`. */
  const USED = "revisions-";
  /** @param {string} text @returns {Promise<string>} SHA-256 in hex over the text's UTF-8 */
  async function digest(text) {
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /**
   * Freeze one revision. Once the disk has it, it is sent however often the phone dies; where the disk fails, the entry
   * is `unkept` and is sent while this page lives.
   * @param {{report: string, revision: number, part: "alert"|"details", kind: string, locale: string, site: string,
   *   text: string, wait?: number, draft?: {id: string}}} given `wait`: milliseconds in which it can be undone;
   *   `draft`: written in the same transaction; a practice run has a way of its own
   * @returns {Promise<Entry>} rejects when this revision is already there
   */
  async function enqueue({ report, revision, part, kind, locale, site, text, wait = 0, draft }) {
    const entry = fresh({ report, revision, lane: "report", part, kind, locale, site, text, sha256: await digest(text) }, wait);
    const added = await kept.add(entry, (t) => draft && t.objectStore("drafts").put(draft), ["drafts"]);
    announce(report);
    return added;
  }

  /** @param {any} content @param {number} wait milliseconds @returns {Entry} */
  function fresh(content, wait) {
    const at = now();
    return {
      id: `${content.report}/${content.revision}`, ...content,
      state: "saved", created_at: new Date(at).toISOString(), not_before: wait ? at + wait : 0,
      next_try_at: 0, attempts: 0, last_try: null, problem: null, waited: mark(0),
    };
  }

  /** @param {number} age milliseconds that an entry has waited until now @returns {NonNullable<Entry["waited"]>} */
  const mark = (age) => ({ age, page: PAGE, steady: now(), wall: Date.now() });

  /**
   * How long an entry has waited. While the page that noted it lives, a clock that is set in between changes nothing; over
   * pages the wall clock has to do, from the last note on.
   * @param {Entry} entry @returns {number} milliseconds, never less than none
   */
  function ageOf({ waited, created_at }) {
    const noted = waited ?? { age: 0, page: "", steady: 0, wall: Date.parse(created_at) };
    const since = noted.page === PAGE ? now() - noted.steady : Date.now() - noted.wall;
    return noted.age + Math.max(0, since || 0);
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
    return kept.remove(id, (entry) => entry.state === "saved" && now() < entry.not_before, forgetDraft);
  }

  /**
   * Throw an entry away because a person said so, twice; the draft that it was made from goes with it. Its number is
   * never given again, since the server may have it.
   * @param {string} id
   * @returns {Promise<boolean>} false when it is being sent at this moment or is gone
   */
  function discard(id) {
    return kept.remove(id, (entry) => entry.state !== "sending", (transaction, entry) => {
      forgetDraft(transaction, entry);
      noteRevision(transaction, entry);
    });
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
    const found = await read("settings", USED + report);
    return found?.revision ?? 0;
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
    const found = (await kept.look()).found.filter((each) => each.report === entry.report).map((each) => each.revision);
    const revision = Math.max(taken, await revisionUsed(entry.report), ...found) + 1;
    const text = JSON.stringify({ ...JSON.parse(entry.text), revision }); // the order of a canonical text stays as it is
    const next = { ...entry, id: `${entry.report}/${revision}`, revision, text, sha256: await digest(text) };
    const renumbered = await kept.end(["outbox", "drafts"], entry, (t, done) => {
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
    }, () => {
      kept.hold(next.id, { ...next, state: "saved", next_try_at: 0, renumbered: true, unkept: true });
      return true;
    });
    if (renumbered) announce(entry.report);
    return renumbered;
  }

  /**
   * The server has it: keep the receipt, forget the body and the draft that it was made from, all at once or not at all.
   * @param {Entry} entry @param {any} said
   */
  async function received(entry, said) {
    if (entry.lane === "practice") return runReceived(entry, said);
    const before = await receiptFor(entry.report);
    await kept.end(["outbox", "receipts", "drafts"], entry, (t) => {
      const receipts = t.objectStore("receipts");
      receipts.get(entry.report).onsuccess = (event) => receipts.put(receiptOf(entry, said, event.target.result));
      t.objectStore("outbox").delete(entry.id);
      forgetDraft(t, entry);
    }, () => kept.holdReceipt(entry.report, receiptOf(entry, said, before)));
    announce(entry.report);
  }

  /** The same for a practice run, whose receipt stays with the run. @param {Entry} entry @param {any} said */
  async function runReceived(entry, said) {
    await kept.end(["outbox", "practice_runs"], entry, (t) => {
      const runs = t.objectStore("practice_runs");
      const { received_at, sha256, signature, code } = said;
      runs.get(entry.report).onsuccess = (event) => {
        if (event.target.result) runs.put({ ...event.target.result, receipt: { received_at, sha256, signature, code } });
      };
      t.objectStore("outbox").delete(entry.id);
    }, () => {});
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
      kept_at: before?.kept_at ?? new Date(now()).toISOString(),
      revisions: lines, progress: before?.progress ?? null,
    };
  }

  const { look, entries, revise, reviseReceipt, onlyHere } = kept;
  self.GuidanceOutboxStore = Object.freeze({
    CHANNEL, look, entries, revise, receiptFor, reviseReceipt, digest, enqueue, enqueueRun, undo, discard, received, renumber,
    revisionUsed, onlyHere, ageOf, mark,
  });
})();
