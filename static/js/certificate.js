// A certificate's page: the holder's name goes from the field onto the sheet and into this browser's own storage.
// It is never sent: the page has no form for it.

import { cleared } from "./typed.js";

const KEY = "certificate-name";
const field = /** @type {HTMLInputElement} */ (document.querySelector("[data-name]"));
const shown = /** @type {HTMLElement} */ (document.querySelector("[data-name-shown]"));
const print = /** @type {HTMLButtonElement} */ (document.querySelector("[data-print]"));

field.value = localStorage.getItem(KEY) ?? "";
document.querySelectorAll("[data-name-field], [data-print]").forEach((each) => each.removeAttribute("hidden"));
show();
field.addEventListener("input", () => {
  localStorage.setItem(KEY, cleared(field.value));
  show();
});
print.addEventListener("click", () => window.print());

function show() {
  shown.textContent = cleared(field.value).trim();
}
