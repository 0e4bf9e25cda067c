// The phone's database for modules: whole records by store and id. Every wait for it has an end (storage.js).
import "./storage.js";

/**
 * @typedef {"site"|"walks"|"drafts"|"outbox"|"receipts"|"settings"|"practice_walks"|"practice_runs"|"scenarios"} StoreName
 */

const storage = /** @type {any} */ (self).GuidanceStorage;

/**
 * A promise that does not wait for ever.
 * @type {<T>(milliseconds: number, promise: Promise<T>) => Promise<T>} rejects when the time is over
 */
export const within = storage.within;

/**
 * Run one transaction; resolves with `act`'s result only when the disk has it.
 * @template T
 * @param {StoreName|StoreName[]} stores
 * @param {IDBTransactionMode} mode
 * @param {(transaction: IDBTransaction) => IDBRequest<T>|void} act
 * @returns {Promise<T|undefined>} rejects when storage is blocked, full or silent; nothing is kept then
 */
export function transact(stores, mode, act) {
  return storage.transact(stores, mode, (/** @type {IDBTransaction} */ transaction, /** @type {(value: any) => void} */ done) => {
    const request = act(transaction);
    if (request) request.addEventListener("success", () => done(request.result));
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

/** What this tab remembers from page to page; nothing where the browser keeps nothing. @param {string} key @returns {string|null} */
export function recall(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string|null} value null to forget it */
export function remember(key, value) {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // blocked or full
  }
}
