// A walk that is left to choose a language, and goes on in the other one. For walk.js and languages.js.

const LEFT = "walk-left";
const GOES_ON = "walk-goes-on";
/** How long after the choice a walk is taken up again at an outcome too, in milliseconds. */
const SOON = 60_000;

/** Note which walk stands behind the tap on the globe. @param {string} id */
export function leave(id) {
  sessionStorage.setItem(LEFT, id);
}

/** A language was chosen, or the reader goes back: the walk that was left goes on. */
export function goesOn() {
  const id = sessionStorage.getItem(LEFT);
  sessionStorage.removeItem(LEFT);
  if (id) sessionStorage.setItem(GOES_ON, JSON.stringify({ id, at: Date.now() }));
}

/** @returns {string|null} the walk that was just left for this page, if any */
export function leftWalk() {
  const { id, at } = JSON.parse(sessionStorage.getItem(GOES_ON) ?? "{}");
  return id && Date.now() - at < SOON ? id : null;
}

/** From here on a walk at an outcome is over for good. */
export function forgetLeft() {
  sessionStorage.removeItem(LEFT);
  sessionStorage.removeItem(GOES_ON);
}
