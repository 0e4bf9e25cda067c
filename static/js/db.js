// The one opener of the phone's database `guidance`. Every module and the outbox read and write through it.
// Stores: site, walks, drafts, outbox, receipts, settings; of practice: practice_walks, practice_runs, scenarios.
// Each is keyed by `id`. A newer version only ever adds stores.

const NAME = "guidance";
const VERSION = 2;
const STORES = [
  "site", "walks", "drafts", "outbox", "receipts", "settings", "practice_walks", "practice_runs", "scenarios",
];

/**
 * @typedef {"site"|"walks"|"drafts"|"outbox"|"receipts"|"settings"|"practice_walks"|"practice_runs"|"scenarios"} StoreName
 */

/** How long storage may take to answer, in milliseconds. */
const PATIENCE = 1_500;
/** What a connection says that the system took away while the page slept. */
const DEAD = new Set(["InvalidStateError", "UnknownError"]);

/** @type {Promise<IDBDatabase>|null} */
let opened = null;

/**
 * The open database. A second call shares the first connection; a connection that the browser closed is opened anew.
 * @returns {Promise<IDBDatabase>} rejects when the browser keeps no storage for us
 */
export function open() {
  opened ??= connect(VERSION).catch((error) => {
    opened = null;
    throw error;
  });
  return opened;
}

/**
 * @param {number} [version] without one: as it is
 * @returns {Promise<IDBDatabase>} rejects too when storage is blocked or silent: guidance and alert then go on without it
 */
function connect(version) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, version);
    const silent = setTimeout(() => reject(new Error("The phone's storage does not answer")), PATIENCE);
    request.onupgradeneeded = () => {
      for (const name of STORES) {
        if (!request.result.objectStoreNames.contains(name)) {
          request.result.createObjectStore(name, { keyPath: "id" });
        }
      }
    };
    request.onblocked = () => reject(new Error("A page of an older version holds the phone's storage"));
    request.onsuccess = () => {
      clearTimeout(silent);
      const late = watched(request.result);
      resolve(late);
      opened ??= Promise.resolve(late); // the answer came when nobody waited any more: the next one has it at once
    };
    request.onerror = () => {
      clearTimeout(silent);
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
 * Run one transaction; resolves with `act`'s result only when the disk has it.
 * @template T
 * @param {StoreName|StoreName[]} stores
 * @param {IDBTransactionMode} mode
 * @param {(transaction: IDBTransaction) => IDBRequest<T>|void} act
 * @returns {Promise<T|undefined>} rejects with the transaction's error (a full disk among them); nothing is kept then
 */
export async function transact(stores, mode, act) {
  const database = await open();
  try {
    return await attempt(database, stores, mode, act);
  } catch (error) {
    if (!DEAD.has(error?.name)) throw error;
    opened = null;
    return attempt(await open(), stores, mode, act);
  }
}

/**
 * @template T
 * @param {IDBDatabase} database @param {StoreName|StoreName[]} stores @param {IDBTransactionMode} mode
 * @param {(transaction: IDBTransaction) => IDBRequest<T>|void} act
 * @returns {Promise<T|undefined>}
 */
function attempt(database, stores, mode, act) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(stores, mode, { durability: "strict" });
    const request = act(transaction);
    transaction.oncomplete = () => resolve(request ? request.result : undefined);
    transaction.onabort = () => reject(transaction.error);
  });
}

/**
 * A promise that does not wait for ever.
 * @template T
 * @param {number} milliseconds
 * @param {Promise<T>} promise
 * @returns {Promise<T>} rejects when the time is over
 */
export function within(milliseconds, promise) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No answer within ${milliseconds} ms`)), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * One record, or undefined.
 * @param {StoreName} store
 * @param {string} id
 * @returns {Promise<any>}
 */
export function get(store, id) {
  return transact(store, "readonly", (t) => t.objectStore(store).get(id));
}

/**
 * Every record of a store, by id.
 * @param {StoreName} store
 * @returns {Promise<any[]>}
 */
export async function all(store) {
  return (await transact(store, "readonly", (t) => t.objectStore(store).getAll())) ?? [];
}

/**
 * Write one record over the one with its id.
 * @param {StoreName} store
 * @param {{id: string}} record
 * @returns {Promise<any>} the id
 */
export function put(store, record) {
  return transact(store, "readwrite", (t) => t.objectStore(store).put(record));
}

/**
 * Remove one record; none there is no error.
 * @param {StoreName} store
 * @param {string} id
 * @returns {Promise<any>}
 */
export function del(store, id) {
  return transact(store, "readwrite", (t) => t.objectStore(store).delete(id));
}
