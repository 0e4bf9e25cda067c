// The drawing of a scenario's paper, made from the words printed on it; it looks like the drawings of the guides.
// Words about it come from the page.
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
  const sheet = { x: 2, y: 2, width: WIDTH - 4, height: total - 4, rx: 6, ...SHEET };
  const frame = phone ? phoneFrame(total) : [shape("rect", sheet)];
  const { title, names, address, dates, signer, form } = paper;
  const words = [...(paper.heading ?? []), title, names, address, dates, signer, form];
  const label = say(phone ? "paper-on-phone" : "paper-on-paper", { words: words.filter(Boolean).join("; ") });
  return shape("svg", { viewBox: `0 0 ${WIDTH} ${total}`, role: "img", "aria-label": label }, ...frame, ...nodes);
}

const SHEET = { fill: "var(--card)", stroke: "var(--edge)", "stroke-width": 2 };

const EDGE = { fill: "none", stroke: "var(--ink)", "stroke-width": 6 };

/** @param {number} height */
function phoneFrame(height) {
  return [
    shape("rect", { x: 3, y: 3, width: WIDTH - 6, height: height - 6, rx: 24, ...EDGE }),
    shape("rect", { x: 12, y: 22, width: WIDTH - 24, height: height - 44, rx: 4, ...SHEET }),
    shape("path", { d: `M${WIDTH / 2 - 22} 13h44`, ...EDGE, "stroke-width": 4, "stroke-linecap": "round" }),
  ];
}

const PRINT = { "font-family": "Georgia,serif", "font-weight": 700, "font-size": 14 };
const MIDDLE = { ...PRINT, x: WIDTH / 2, "text-anchor": "middle" };
const BODY = { x: 26, "font-family": "system-ui,sans-serif", "font-size": 13.5 };

/** @param {Paper} paper @param {number} top @returns {{nodes: SVGElement[], height: number}} */
function content(paper, top) {
  /** @type {SVGElement[]} */
  const nodes = [];
  let y = top;
  /** @param {string[]} lines @param {Object<string, string|number>} style @param {number} step */
  const write = (lines, style, step) => {
    for (const line of lines) {
      nodes.push(shape("text", { y, fill: "var(--ink)", ...style }, line));
      y += step;
    }
  };
  write((paper.heading ?? []).flatMap((each) => wrapped(each, LETTERS.serif)), MIDDLE, 18);
  if (paper.title) y += 5;
  write(wrapped(paper.title ?? "", LETTERS.serif), { ...MIDDLE, "font-size": 15 }, 20);
  y += 2;
  for (const [label, words] of named(paper)) {
    write([label], { ...BODY, "font-size": 12, fill: "var(--soft)" }, 17);
    write(wrapped(words, LETTERS.body), { ...BODY, "font-weight": 600 }, 18);
    y += 4;
  }
  if (!named(paper).length) y = blankLines(nodes, y);
  if (paper.signer) y = signature(nodes, paper.signer, y);
  if (paper.form) write([`${say("paper-form")} ${paper.form}`], { ...BODY, "font-size": 12.5, "font-weight": 600 }, 18);
  return { nodes, height: y };
}

/** @param {Paper} paper @returns {[string, string][]} what the paper says of whom or where, each with its label */
function named({ names, address, dates }) {
  const all = /** @type {[string, string|undefined][]} */ ([["names", names], ["address", address], ["dates", dates]]);
  return all.flatMap(([name, words]) => (words ? [/** @type {[string, string]} */ ([say(`paper-${name}`), words])] : []));
}

/** @param {SVGElement[]} nodes @param {number} y @returns {number} where it goes on */
function blankLines(nodes, y) {
  const d = `M26 ${y}h${WIDTH - 92}M26 ${y + 14}h${WIDTH - 130}`;
  nodes.push(shape("path", { d, stroke: "var(--line)", "stroke-width": 5, "stroke-linecap": "round" }));
  return y + 34;
}

/** @param {SVGElement[]} nodes @param {string} signer @param {number} y @returns {number} where it goes on */
function signature(nodes, signer, y) {
  const ink = { fill: "none", stroke: "var(--ink)", "stroke-width": 2, "stroke-linecap": "round" };
  nodes.push(
    shape("path", { d: `M176 ${y + 16}${SIGNATURE}`, ...ink }),
    shape("path", { d: `M150 ${y + 24}h150`, stroke: "var(--soft)", "stroke-width": 1.5 }),
  );
  const style = { ...MIDDLE, x: 225, "font-size": 13.5, fill: "var(--ink)" };
  const lines = wrapped(signer, 20);
  lines.forEach((line, index) => nodes.push(shape("text", { ...style, y: y + 40 + 17 * index }, line)));
  return y + 46 + 17 * lines.length;
}

/** @param {string} words @param {number} letters @returns {string[]} lines that fit the paper */
function wrapped(words, letters) {
  if (!words) return [];
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
