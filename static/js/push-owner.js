// Whose alerts this browser gets, as far as this browser knows: the id of a person, kept until that person signs out.

const KEY = "alerts-person";

/** @returns {string} empty when this browser has not written it down */
export function alertsOwner() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return ""; // storage is blocked: the server knows whose browser it is
  }
}

/** @param {string} person empty: nobody's any more */
export function setAlertsOwner(person) {
  try {
    if (person) localStorage.setItem(KEY, person);
    else localStorage.removeItem(KEY);
  } catch (error) {
    console.warn(error); // storage is blocked or full: the server knows whose browser it is
  }
}
