// The drawing of a scenario's paper, made from the words printed on it; it looks like the drawings of the guides.
// For practice-guide.js. Words about it come from the page.
import { say } from "./words.js";

/**
 * @typedef {{
 *   shown: "on_paper"|"on_phone", heading?: string[], title?: string, names?: string, address?: string, dates?: string,
 *   signer?: string, form?: string
 * }} Paper
 */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 324;
const LETTERS = { serif: 34, body: 36 };
const SIGNATURE = "c8-15 15-17 13-4s11-12 15-8 0 11 8 6 12-10 16-4 14 2 26-2";

/**
 * Draw a paper.
 * @param {Paper} paper
 * @returns {SVGElement}
 */
export function drawPaper(paper) {
  const phone = paper.shown === "on_phone";
  const { nodes, height } = content(paper, phone ? 40 : 30);
  const total = height + (phone ? 30 : 12);
  const frame = phone ? phoneFrame(total) : [shape("rect", { x: 2, y: 2, width: WIDTH - 4, height: total - 4, rx: 6, ...SHEET })];
  const words = [...(paper.heading ?? []), ...["title", "names", "address", "dates", "signer", "form"].map((name) => paper[/** @type {keyof Paper} */ (name)])];
  const label = say(phone ? "paper-on-phone" : "paper-on-paper", { words: words.filter(Boolean).join("; ") });
  return shape("svg", { viewBox: `0 0 ${WIDTH} ${total}`, role: "img", "aria-label": label }, ...frame, ...nodes);
}

const SHEET = { fill: "var(--card)", stroke: "var(--edge)", "stroke-width": 2 };

/** @param {number} height */
function phoneFrame(height) {
  return [
    shape("rect", { x: 3, y: 3, width: WIDTH - 6, height: height - 6, rx: 24, fill: "none", stroke: "var(--ink)", "stroke-width": 6 }),
    shape("rect", { x: 12, y: 22, width: WIDTH - 24, height: height - 44, rx: 4, ...SHEET }),
    shape("path", { d: `M${WIDTH / 2 - 22} 13h44`, stroke: "var(--ink)", "stroke-width": 4, "stroke-linecap": "round" }),
  ];
}

/** @param {Paper} paper @param {number} top @returns {{nodes: SVGElement[], height: number}} */
function content(paper, top) {
  /** @type {SVGElement[]} */
  const nodes = [];
  let y = top;
  const write = (/** @type {string} */ words, /** @type {Object<string, string|number>} */ style, step = 18) => {
    nodes.push(shape("text", { y, fill: "var(--ink)", ...style }, words));
    y += step;
  };
  const middle = { x: WIDTH / 2, "text-anchor": "middle", "font-family": "Georgia,serif", "font-weight": 700, "font-size": 14 };
  for (const line of (paper.heading ?? []).flatMap((each) => wrapped(each, LETTERS.serif))) write(line, middle);
  if (paper.title) {
    y += 5;
    for (const line of wrapped(paper.title, LETTERS.serif)) write(line, { ...middle, "font-size": 15 }, 20);
  }
  y += 2;
  const body = { x: 26, "font-family": "system-ui,sans-serif", "font-size": 13.5 };
  for (const [name, words] of [["names", paper.names], ["address", paper.address], ["dates", paper.dates]]) {
    if (!words) continue;
    write(say(`paper-${name}`), { ...body, "font-size": 12, fill: "var(--soft)" }, 17);
    for (const line of wrapped(words, LETTERS.body)) write(line, { ...body, "font-weight": 600 }, 18);
    y += 4;
  }
  if (!paper.names && !paper.address && !paper.dates) {
    nodes.push(shape("path", { d: `M26 ${y}h${WIDTH - 92}M26 ${y + 14}h${WIDTH - 130}`, stroke: "var(--line)", "stroke-width": 5, "stroke-linecap": "round" }));
    y += 34;
  }
  if (paper.signer) y = signature(nodes, paper.signer, y);
  if (paper.form) write(`${say("paper-form")} ${paper.form}`, { ...body, "font-size": 12.5, "font-weight": 600 });
  return { nodes, height: y };
}

/** @param {SVGElement[]} nodes @param {string} signer @param {number} y @returns {number} where it goes on */
function signature(nodes, signer, y) {
  nodes.push(
    shape("path", { d: `M176 ${y + 16}${SIGNATURE}`, fill: "none", stroke: "var(--ink)", "stroke-width": 2, "stroke-linecap": "round" }),
    shape("path", { d: `M150 ${y + 24}h150`, stroke: "var(--soft)", "stroke-width": 1.5 }),
  );
  const style = { x: 225, "text-anchor": "middle", "font-family": "Georgia,serif", "font-size": 13.5, "font-weight": 700, fill: "var(--ink)" };
  const lines = wrapped(signer, 20);
  lines.forEach((line, index) => nodes.push(shape("text", { ...style, y: y + 40 + 17 * index }, line)));
  return y + 46 + 17 * lines.length;
}

/** @param {string} words @param {number} letters @returns {string[]} lines that fit the paper */
function wrapped(words, letters) {
  const lines = [""];
  for (const word of words.split(/\s+/)) {
    const longer = `${lines[lines.length - 1]} ${word}`.trim();
    if (longer.length > letters && lines[lines.length - 1]) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/**
 * @param {string} name @param {Object<string, string|number>} attributes @param {...(Node|string)} inside
 * @returns {SVGElement}
 */
function shape(name, attributes, ...inside) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...inside);
  return element;
}
