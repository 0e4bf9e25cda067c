// The debrief of one run, as it was computed when the run ended. Loaded by practice/debrief.html; needs no network.
import { get } from "./db.js";
import { showAnswer } from "./practice-answer.js";
import { ANY, waitingRuns, watch } from "./practice-outbox.js";
import { duration } from "./practice-runs.js";
import { address, realGuide } from "./practice-scenarios.js";
import { clock, make, say } from "./words.js";

/** @typedef {import("./practice-runs.js").KeptRun} KeptRun */

const main = /** @type {HTMLElement} */ (document.querySelector("[data-debrief]"));

/** @param {string} query @returns {HTMLElement} */
function part(query) {
  return /** @type {HTMLElement} */ (main.querySelector(query));
}

async function show() {
  /** @type {KeptRun|undefined} */
  const run = await get("practice_runs", location.hash.slice(1));
  part("[data-trouble]").hidden = Boolean(run);
  part("[data-page]").hidden = !run;
  if (!run) return;
  showVerdict(run);
  showTimes(run);
  showAlert(run);
  part("[data-decisions]").replaceChildren(...run.debrief.decisions.map(decision));
  part("[data-way]").replaceChildren(...run.debrief.rows.map(row));
  showReport(run);
  showLinks(run);
  await showKept(run);
  part("h1").focus({ preventScroll: true });
}

/** @param {KeptRun} run */
function showVerdict(run) {
  const { passed } = run.debrief;
  part("[data-state]").className = `state ${passed ? "good" : "wait"}`;
  part("[data-scenario]").textContent = run.scenario.title;
  part("[data-verdict]").textContent = say(passed ? "passed" : "failed");
  part("[data-kindly]").textContent = say(passed ? "passed-kindly" : "failed-kindly");
  part("[data-reasons]").replaceChildren(...run.reasons.map((each) => make("li", {}, reason(run, each))));
}

/** @param {KeptRun} run @param {{code: string, place: string, words: string}} each */
function reason({ debrief, expected }, { code, place, words }) {
  const decided = debrief.decisions.find(({ step }) => step === place)?.expected.text ?? "";
  return say(`reason-${code}`, { place: words, expected: code === "wrong-outcome" ? expected.outcome : decided });
}

/** @param {KeptRun} run */
function showTimes({ debrief, alerted_at }) {
  const lines = [
    ["to-outcome", duration(debrief.seconds_to_outcome, say) || say("never")],
    ["to-alert", duration(debrief.seconds_to_alert, say) || say(alerted_at ? "never" : "no-alert-sent")],
  ];
  const shown = lines.map(([name, words]) => make("div", {}, make("dt", {}, say(name)), make("dd", {}, words)));
  part("[data-times]").replaceChildren(...shown);
}

/** @param {KeptRun} run */
function showAlert(run) {
  const place = part("[data-answer]");
  if (run.alerted_at) return showAnswer(place, run.alerted_at, run.counsel);
  const note = make("blockquote", { class: "note" }, make("b", {}, say("no-answer")), make("p", {}, run.counsel));
  return place.replaceChildren(note);
}

/** @param {import("./practice-debrief.js").Judged} each */
function decision(each) {
  const tone = { right: "good", wrong: "bad", not_reached: "open" }[each.verdict];
  const verdict = make("p", { class: `result ${tone}` }, say(each.put_right ? "put-right" : each.verdict));
  const mine = each.given ? [["you", each.given.text]] : [];
  const lines = each.given?.answer === each.expected.answer ? mine : [...mine, ["expected", each.expected.text]];
  const source = make("small", {}, say("source", { titles: each.sources.join("; ") }));
  return make("li", {}, make("h3", {}, each.ask), verdict, pairs(lines), make("p", {}, each.why), source);
}

/** @param {import("./practice-debrief.js").Row} each */
function row(each) {
  const lines = each.same
    ? [["you", each.mine?.text ?? ""]]
    : [["you", each.mine?.text ?? ""], ["expected", each.expected?.text ?? ""]];
  return make("li", { class: each.same ? "same" : "other" }, make("b", {}, each.ask), pairs(lines));
}

/** @param {string[][]} lines */
function pairs(lines) {
  const none = { you: "not-by", expected: "not-expected" };
  return make("dl", { class: "pairs" }, ...lines.flatMap(([who, words]) => [
    make("dt", {}, say(who)),
    words ? make("dd", {}, words) : make("dd", { class: "none" }, say(none[/** @type {"you"|"expected"} */ (who)])),
  ]));
}

/** @param {KeptRun} run */
function showReport({ expected, reported }) {
  const lacks = reported ? "report-lacks" : "no-report";
  part("[data-report-words]").textContent = say(expected.left_out.length ? lacks : "nothing-left-out");
  part("[data-left-out]").replaceChildren(...expected.left_out.map((each) => make("li", {}, each)));
}

/** @param {KeptRun} run */
function showLinks({ scenario, protocol, calls }) {
  const again = /** @type {HTMLAnchorElement} */ (part("[data-again]"));
  again.href = address(`guide/${protocol.id}?scenario=${encodeURIComponent(scenario.id)}`);
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("[data-leave]"))) {
    link.href = realGuide(protocol.id);
  }
  const numbers = [...new Set(calls.map(({ to }) => to))].join(", ");
  part("[data-calls]").hidden = !numbers;
  part("[data-calls]").textContent = say("called", { numbers });
}

/** @param {KeptRun} run */
async function showKept(run) {
  const waits = (await waitingRuns()).get(run.id);
  const place = part("[data-kept]");
  if (run.receipt) place.textContent = say("kept-there", { time: clock(run.receipt.received_at) });
  else place.textContent = say(waits?.state === "needs_attention" ? "kept-refused" : "kept-here");
}

/** @param {any} error */
function trouble(error) {
  console.error(error);
  part("[data-trouble]").hidden = false;
}

watch(async (changed) => {
  const id = location.hash.slice(1);
  const run = changed === id || changed === ANY ? await get("practice_runs", id) : null;
  if (run) await showKept(run);
});
addEventListener("hashchange", () => show().catch(trouble));
show().catch(trouble);
