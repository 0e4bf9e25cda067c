// Words that a script writes again and again. What stands in the page may be a browser's translation of them.

/**
 * Write words into an element, unless they were the last ones written there.
 * @param {Element|null} place
 * @param {string} words
 */
export function write(place, words) {
  if (!(place instanceof HTMLElement) || (place.dataset.said ?? place.textContent) === words) return;
  place.textContent = place.dataset.said = words;
}
