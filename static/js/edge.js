// The bottom edge's alert button: its machinery is fetched when the page has come to rest, or at once when pressed.
// Loaded by home, guides and the offline page, so that the first step on a slow network does not wait for it.

const load = () => import("./alert.js");
let ready = false;

/** @param {MouseEvent} event */
function onPress(event) {
  const link = /** @type {HTMLAnchorElement|null} */ (/** @type {Element} */ (event.target).closest("a[data-alert]"));
  if (!link || ready) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  prepare().then(
    () => link.click(),
    () => location.assign(link.href), // not to be had: the plain page behind the button does the same
  );
}

async function prepare() {
  await load();
  ready = true;
}

document.addEventListener("click", onPress, { capture: true });
const atRest = () => (window.requestIdleCallback ?? setTimeout)(() => prepare().catch((error) => console.warn(error)));
if (document.readyState === "complete") atRest();
else addEventListener("load", atRest);
