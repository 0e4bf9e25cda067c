// What the service worker in charge says of what it keeps, and when a page has come to rest.

/** A phone's first page does not wait longer for its worker, in milliseconds. */
const FIRST_VISIT = 4_000;

/**
 * Ask the service worker in charge; whatever was asked, it answers with what it then keeps.
 * @param {"status"|"repair"|"keep"} type
 * @returns {Promise<{version: string, files: number, missing: string[], locales: string[]}|null>} null when none is in charge
 */
export function askWorker(type) {
  const worker = navigator.serviceWorker?.controller;
  if (!worker) return Promise.resolve(null);
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = (event) => resolve(event.data);
    worker.postMessage({ type }, [port2]);
  });
}

/**
 * The moment for what nobody needs yet: the page stands and is idle, and on a first visit the worker has fetched
 * everything, so that no file crosses the network twice.
 * @returns {Promise<void>}
 */
export async function atRest() {
  if (document.readyState !== "complete") await new Promise((resolve) => addEventListener("load", resolve, { once: true }));
  await workerInCharge();
  await new Promise((resolve) => (window.requestIdleCallback ?? setTimeout)(resolve));
}

/** @returns {Promise<unknown>} also when none comes in time, or the browser has none */
function workerInCharge() {
  if (!navigator.serviceWorker || navigator.serviceWorker.controller) return Promise.resolve();
  return new Promise((resolve) => {
    navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true });
    setTimeout(resolve, FIRST_VISIT);
  });
}
