// While a walk or a form is open, the version of the product that it began with stays in place.

/** The lock that pages hold, each a share of it. */
export const LOCK = "walk";

/** Keep the version of this page in place for as long as the page is open, in this and every other tab. */
export function holdVersion() {
  const left = new Promise((resolve) => addEventListener("pagehide", resolve, { once: true }));
  // Where the browser has no locks for us, it changes versions by itself when every page of ours is closed.
  navigator.locks?.request(LOCK, { mode: "shared" }, () => left).catch((error) => console.info(error));
  addEventListener("pageshow", (event) => event.persisted && holdVersion(), { once: true });
}
