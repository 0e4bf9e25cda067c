// The simulated committee's answer to a practice alert: made up on this phone, a few seconds after it.
// Needs practice/answer.html.
import { since } from "./time.js";
import { clock, make, say } from "./words.js";
import { write } from "./written.js";

const TAKEN_AFTER = 4_000;
const WRITES_AFTER = 7_000;

/**
 * Show what became of a practice alert, until it is whole or the page goes.
 * @param {Element} place is emptied @param {string} alerted_at RFC 3339 @param {string} counsel the made-up answer
 */
export function showAnswer(place, alerted_at, counsel) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById("practice-answer"));
  const view = /** @type {Element} */ (template.content.firstElementChild?.cloneNode(true));
  place.replaceChildren(view);
  const render = () => {
    const age = since(alerted_at);
    fill(view, age, alerted_at, counsel);
    if (age < WRITES_AFTER && place.contains(view)) setTimeout(render, 500);
  };
  render();
}

/** @param {Element} view @param {number} age milliseconds @param {string} alerted_at @param {string} counsel */
function fill(view, age, alerted_at, counsel) {
  const taken = age >= TAKEN_AFTER;
  put(view, "[data-state]", say("answer-sent", { time: clock(alerted_at) }));
  const line = make("li", { "data-step": taken ? "done" : "open" }, say(taken ? "answer-has-it" : "answer-waiting"));
  const steps = view.querySelector("[data-steps]");
  if (steps?.firstElementChild?.getAttribute("data-step") !== line.dataset.step) steps?.replaceChildren(line);
  view.querySelector("[data-note]")?.toggleAttribute("hidden", age < WRITES_AFTER);
  put(view, "[data-note] p", counsel);
}

/** @param {Element} view @param {string} query @param {string} words */
function put(view, query, words) {
  write(view.querySelector(query), words);
}
