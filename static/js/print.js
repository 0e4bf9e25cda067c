// A page that is made to be printed: its button opens the browser's own print dialog, and letters that are too large in
// the fonts of this machine become smaller, so that a card keeps its size and a poster is one page. Without scripts the
// button stays hidden, and the browser's menu prints the page just as well.

/** No smaller than this share of the size that print-sheets.css gives a language, and how much at a time. */
const SMALLEST = 0.72;
const STEP = 0.02;
/** A poster may grow into the margin of its page by this much. */
const ROOM = 1.07;

/** @param {Element} card @returns {boolean} whether something reaches below its lower edge */
function spills(card) {
  const edge = card.getBoundingClientRect().bottom;
  return [...card.querySelectorAll("*")].some((each) => each.getBoundingClientRect().bottom > edge);
}

/** @param {Element} poster @returns {boolean} whether it is higher than its page */
function grows(poster) {
  const { minHeight, paddingTop, paddingBottom } = getComputedStyle(poster);
  const high = poster.getBoundingClientRect().height - parseFloat(paddingTop) - parseFloat(paddingBottom);
  return high > parseFloat(minHeight) * ROOM;
}

/** @param {HTMLElement} page with the sheets on it */
function fit(page) {
  const poster = /** @type {HTMLElement|null} */ (page.querySelector(".poster"));
  const sized = poster ?? page;
  const tooMuch = () => (poster ? grows(poster) : [...page.querySelectorAll(".sheet, .side")].some(spills));
  let size = Number(getComputedStyle(sized).getPropertyValue("--fit")) || 1;
  for (; size > SMALLEST && tooMuch(); size -= STEP) sized.style.setProperty("--fit", String(size - STEP));
}

for (const page of document.querySelectorAll(".page")) fit(/** @type {HTMLElement} */ (page));
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
  button.removeAttribute("hidden");
}
