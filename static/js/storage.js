// The one opener of the phone's database `guidance`, and the time limit of every wait for it. Pages, modules and the
// service worker read and write through it. A classic script; modules use db.js.
// Stores: site, walks, drafts, outbox, receipts, settings; of practice: practice_walks, practice_runs, scenarios.
// Each is keyed by `id`. A newer version only ever adds stores.
(() => {
  "use strict";
  if (self.GuidanceStorage) return;

  const NAME = "guidance";
  const VERSION = 2;
  const STORES = [
    "site", "walks", "drafts", "outbox", "receipts", "settings", "practice_walks", "practice_runs", "scenarios",
  ];
  /** How long storage may take, in milliseconds; and, where it was silent the last time, how long it is asked again. */
  const OPENING = { limit: 1_500, silent: false };
  const READING = { limit: 1_200, silent: false };
  const WRITING = { limit: 2_500, silent: false };
  const SHORTLY = 300;
  /** What a connection says that the system took away while the page slept. */
  const DEAD = new Set(["InvalidStateError", "UnknownError"]);

  /** @type {Promise<IDBDatabase>|null} */
  let opened = null;

  /**
   * A promise that does not wait for ever.
   * @template T
   * @param {number} milliseconds @param {Promise<T>} promise
   * @returns {Promise<T>} rejects when the time is over
   */
  function within(milliseconds, promise) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`No answer within ${milliseconds} ms`)), milliseconds);
      promise.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  /** @param {{limit: number, silent: boolean}} wait @param {Promise<any>} promise of storage */
  async function answered(wait, promise) {
    const limit = wait.silent ? SHORTLY : wait.limit;
    const began = performance.now();
    try {
      const value = await within(limit, promise);
      wait.silent = false;
      return value;
    } catch (error) {
      wait.silent = performance.now() - began >= limit - 10;
      throw error;
    }
  }

  /**
   * The open database. A second call shares the first connection; a connection that the browser closed is opened anew.
   * @returns {Promise<IDBDatabase>} rejects when the browser keeps no storage for us, or it does not answer
   */
  function open() {
    opened ??= connect(VERSION);
    const asked = opened;
    return answered(OPENING, asked).catch((error) => {
      if (opened === asked) opened = null;
      throw error;
    });
  }

  /** @param {number} [version] without one: as it is @returns {Promise<IDBDatabase>} */
  function connect(version) {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, version);
      request.onupgradeneeded = () => {
        for (const name of STORES) {
          if (request.result.objectStoreNames.contains(name)) continue;
          request.result.createObjectStore(name, { keyPath: "id" });
        }
      };
      request.onblocked = () => reject(new Error("A page of an older version holds the phone's storage"));
      request.onsuccess = () => {
        const late = watched(request.result);
        resolve(late);
        opened ??= Promise.resolve(late); // nobody waited any more: the next one has it at once
      };
      request.onerror = () => {
        // Another tab brought a newer version of the product: its stores hold all of ours.
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
   * Run one transaction; resolves with what `act` said is done only when the disk has it.
   * @param {string|string[]} stores @param {IDBTransactionMode} mode @param {(t: IDBTransaction, done: (v: any) => void) => void} act
   * @returns {Promise<any>} rejects when the disk is full or silent, too; nothing is kept then
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

  /** @param {IDBDatabase} database @param {string|string[]} stores @param {IDBTransactionMode} mode @param {any} act */
  async function attempt(database, stores, mode, act) {
    const transaction = database.transaction(stores, mode, { durability: "strict" });
    const finished = new Promise((resolve, reject) => {
      let result;
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(transaction.error ?? new Error("The phone's storage gave up"));
      act(transaction, (value) => {
        result = value;
      });
    });
    try {
      return await answered(mode === "readonly" ? READING : WRITING, finished);
    } catch (error) {
      giveUp(transaction);
      throw error;
    }
  }

  /** What was given up must not be kept after all. @param {IDBTransaction} transaction */
  function giveUp(transaction) {
    try {
      transaction.abort();
    } catch {
      // it has ended by itself
    }
  }

  self.GuidanceStorage = Object.freeze({ open, transact, within });
})();
