// Whether this browser's keyboard works the board. Where the browser keeps nothing for us, it does.

const OFF = "board-keys-off";

/** @returns {boolean} */
export function areKeysOff() {
  try {
    return localStorage.getItem(OFF) !== null;
  } catch {
    return false;
  }
}

/** @param {boolean} on */
export function turnKeys(on) {
  try {
    if (on) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  } catch (error) {
    console.info(error); // it holds on this page
  }
}
