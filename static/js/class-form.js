// The form of a new class: the order in which scenarios are ticked is the order in which the class walks them.
// Without a script they come in the order of the list.

const form = /** @type {HTMLFormElement} */ (document.querySelector('form[action="/trainer/classes"]'));
const order = /** @type {HTMLInputElement} */ (form.querySelector("[name=order]"));
const boxes = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("[name=scenarios]")]);
/** @type {string[]} */
let ticked = order.value.split(" ").filter((id) => boxes.some((box) => box.value === id && box.checked));

form.addEventListener("change", show);
show();

function show() {
  const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
  ticked = [...ticked.filter((id) => chosen.includes(id)), ...chosen.filter((id) => !ticked.includes(id))];
  order.value = ticked.join(" ");
  for (const box of boxes) {
    const place = /** @type {HTMLElement} */ (box.closest("label")?.querySelector("[data-place]"));
    place.textContent = String(ticked.indexOf(box.value) + 1);
    place.hidden = !box.checked;
  }
}
