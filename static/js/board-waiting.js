// The line above the board's list: the urgent incident that has waited longest with nobody having it.

/**
 * Show the incident, or with null hide the line.
 * @param {{href: string, opened_at: string, words: Object<string, string>}|null|undefined} row
 */
export function showWaiting(row) {
  const line = /** @type {HTMLElement|null} */ (document.querySelector("[data-waiting]"));
  if (!line) return;
  line.hidden = !row;
  if (!row) return;
  for (const each of line.querySelectorAll("[data-field]")) {
    const place = /** @type {HTMLElement} */ (each);
    place.textContent = row.words[place.dataset.field ?? ""] ?? "";
  }
  /** @type {HTMLTimeElement} */ (line.querySelector("time")).dateTime = row.opened_at;
  /** @type {HTMLAnchorElement} */ (line.querySelector("a")).href = row.href;
}
