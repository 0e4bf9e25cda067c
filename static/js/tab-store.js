// What one tab remembers from page to page (sessionStorage). Where the browser keeps nothing for us, nothing is remembered.

/** @param {string} key @returns {string|null} */
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
