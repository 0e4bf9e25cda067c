// What a report will say, in words, before it is sent.
import { inWords, judge, labelOf, questionsIn } from "./form-fields.js";
import { kindWords, make, say } from "./words.js";

/**
 * The whole report in words, a group per screen with a button to change it.
 * @param {HTMLElement[]} screens in the order of the form, without the last
 * @param {import("./drafts.js").Draft} draft
 * @param {Object<string, any>} facts as they will be sent
 * @returns {Element[]}
 */
export function summarize(screens, draft, facts) {
  const about = group(say("about"), [[say("about"), [kindWords(draft.kind)]]], -1, true);
  const given = screens.map((screen, place) => group(titleOf(screen), linesOf(screen), place));
  const trail = group(say("on-the-way"), trailLines(facts), -1);
  const found = [...given, trail].filter((each) => each !== null);
  return [about, ...(found.length ? found : [make("p", {}, say("only-kind"))])];
}

/** @param {HTMLElement} screen */
function titleOf(screen) {
  return screen.querySelector("h1")?.textContent ?? "";
}

/** @param {HTMLElement} screen @returns {[string, (Node|string)[]][]} what was answered there */
function linesOf(screen) {
  return questionsIn(screen)
    .filter((each) => each.dataset.field !== "kind")
    .map((each) => ({ each, value: judge(each).value }))
    .filter(({ value }) => value !== undefined)
    .map(({ each, value }) => [labelOf(each), inWords(each, value)]);
}

/** @param {Object<string, any>} facts @returns {[string, string[]][]} facts that only the walk through the guide set */
function trailLines(facts) {
  const template = /** @type {HTMLTemplateElement} */ (document.querySelector("template#trail-facts"));
  return Object.entries(facts).flatMap(([name, value]) => {
    const words = template.content.querySelector(`[data-field="${CSS.escape(name)}"]`);
    const option = words?.querySelector(`[data-value="${CSS.escape(String(value))}"]`);
    return words ? [[words.querySelector("b")?.textContent ?? name, [option?.textContent ?? String(value)]]] : [];
  });
}

/**
 * @param {string} title @param {[string, (Node|string)[]][]} lines @param {number} place the screen to go back to; -1 for none
 * @param {boolean} [bare] the title says it already
 * @returns {HTMLElement|null} null for an empty group
 */
function group(title, lines, place, bare = false) {
  if (!lines.length) return null;
  const list = make("dl", {}, ...lines.map(([label, value]) => make("div", {}, make("dt", {}, label), make("dd", {}, ...value))));
  if (bare) return make("section", {}, list);
  const change = place < 0 ? [] : [make("button", { type: "button", class: "link", "data-change": String(place) }, say("change"))];
  return make("section", {}, make("header", {}, make("h2", {}, title), ...change), list);
}
