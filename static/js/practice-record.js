// This phone's own practice record: runs, certificates, files to keep, asking for a certificate.
import { get, put } from "./db.js";
import { kick, waitingRuns } from "./practice-outbox.js";
import { runs } from "./practice-runs.js";
import { address } from "./practice-scenarios.js";
import { keptProfile } from "./site.js";
import { isolated } from "./spoken.js";
import { moment } from "./time.js";
import { clock, make, say } from "./words.js";

/** @typedef {import("./practice-runs.js").KeptRun} KeptRun */

const CERTIFICATES = "practice-certificates";
const MOST_RUNS = 50;
const record = /** @type {HTMLElement} */ (document.querySelector("[data-record]"));
const form = /** @type {HTMLFormElement} */ (record.querySelector("[data-certificate-form]"));
/** @type {import("./practice-scenarios.js").Scenario[]} */
let known = [];

/** @param {string} query @returns {HTMLElement} */
function part(query) {
  return /** @type {HTMLElement} */ (record.querySelector(query));
}

/** @param {import("./practice-scenarios.js").Scenario[]} scenarios */
export async function showRecord(scenarios) {
  known = scenarios;
  const [found, waiting] = [await runs(), await waitingRuns()];
  part("[data-no-runs]").hidden = found.length > 0;
  part("[data-export]").hidden = !found.length;
  part("[data-runs]").replaceChildren(...found.map((each) => line(each, waiting.get(each.id))));
  part("[data-certificates]").replaceChildren(...(await certificates()).map(certificateLine));
  const type = (await keptProfile())?.site.type;
  if (type && !form.dataset.chosen) /** @type {HTMLSelectElement} */ (form.elements.namedItem("site_type")).value = type;
  form.dataset.chosen = "yes";
}

/** @param {KeptRun} run @param {any} waits its outbox entry */
function line(run, waits) {
  const state = run.receipt ? "sent" : waits?.state === "needs_attention" ? "refused" : "waiting";
  const words = [isolated(clock(run.finished_at)), say(run.debrief.passed ? "run-passed" : "run-failed"), say(state)];
  return row(address(`debrief#${run.id}`), run.scenario.title, words.join(" · "));
}

/** @returns {Promise<{code: string, role: string, site_type: string, at: string}[]>} */
async function certificates() {
  return (await get("settings", CERTIFICATES))?.list ?? [];
}

/** @param {{code: string, at: string}} each */
function certificateLine({ code, at }) {
  return row(`/certificate/${code}`, say("certificate", { code }), isolated(clock(at)));
}

/** @param {string} href @param {string} title @param {string} words */
function row(href, title, words) {
  return make("li", {}, make("a", { href }, make("b", {}, title), make("span", {}, words)));
}

/** @param {SubmitEvent} event */
async function ask(event) {
  event.preventDefault();
  part("[data-missing]").replaceChildren();
  await kick({ now: true });
  const given = Object.fromEntries(new FormData(form));
  const [role, site_type, email] = [given.role, given.site_type, given.reminder_email].map((each) => String(each).trim());
  const passed = (await runs()).filter((each) => each.receipt && each.debrief.passed).slice(0, MOST_RUNS);
  const wish = { role, site_type, runs: passed.map((each) => each.id), ...(email ? { reminder_email: email } : {}) };
  const answer = await post(wish);
  if (!answer) return tell(say("certificate-offline"));
  if (answer.code) return keep({ code: answer.code, role, site_type, at: moment() });
  return answer.missing ? showMissing(answer.missing) : tell(say(whyNot(answer)));
}

/** @param {string[]} missing scenarios that still need a passed run which the server has */
async function showMissing(missing) {
  const waiting = (await runs()).filter((each) => !each.receipt && each.debrief.passed);
  const waits = waiting.some((each) => missing.includes(each.scenario.id));
  tell(say(waits ? "certificate-waits" : "certificate-missing"));
  const titles = missing.map((id) => known.find((each) => each.id === id)?.title ?? id);
  part("[data-missing]").replaceChildren(...titles.map((title) => make("li", {}, title)));
}

/** @param {any} problem @returns {string} the name of our words for what the service found */
function whyNot({ errors = [], too_often = false }) {
  if (too_often) return "certificate-often";
  const email = errors.some((/** @type {any} */ each) => each.field === "/reminder_email");
  return email ? "certificate-email" : "certificate-wrong";
}

/** @param {any} wish @returns {Promise<any>} the server's words; null when it cannot be asked */
async function post(wish) {
  try {
    const response = await fetch("/api/practice/certificates", {
      method: "POST", body: JSON.stringify(wish), credentials: "same-origin", redirect: "error", cache: "no-store",
      headers: { "Content-Type": "application/json", "X-Guidance": "1" },
    });
    return await response.json();
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** @param {{code: string, role: string, site_type: string, at: string}} certificate */
async function keep(certificate) {
  const list = [certificate, ...(await certificates()).filter(({ code }) => code !== certificate.code)];
  await put("settings", { id: CERTIFICATES, list });
  tell(say("certificate-ready", { code: certificate.code }));
  part("[data-certificates]").replaceChildren(...list.map(certificateLine));
}

/** @param {string} words */
function tell(words) {
  part("[data-certificate-words]").textContent = words;
}

/** @param {string} sort json or csv */
async function save(sort) {
  const found = await runs();
  const json = JSON.stringify({ runs: found, certificates: await certificates() }, null, 2);
  const [text, type] = sort === "json" ? [json, "application/json"] : [csv(found), "text/csv;charset=utf-8"];
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = /** @type {HTMLAnchorElement} */ (make("a", { href: url, download: `practice-record.${sort}` }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

const COLUMNS = [
  "finished_at", "scenario", "title", "site_type", "protocol", "passed", "outcome", "seconds_to_outcome", "seconds_to_alert",
  "received_at",
];

/** @param {KeptRun[]} found @returns {string} RFC 4180 */
function csv(found) {
  const rows = found.map(({ finished_at, scenario, site_type, protocol, debrief, receipt }) => [
    finished_at, scenario.id, scenario.title, site_type, protocol.id, debrief.passed ? "yes" : "no", debrief.outcome,
    debrief.seconds_to_outcome, debrief.seconds_to_alert, receipt?.received_at,
  ]);
  return [COLUMNS, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

/** @param {string|number|null|undefined} value */
function cell(value) {
  return `"${String(value ?? "").replaceAll('"', '""')}"`;
}

form.addEventListener("submit", (event) => ask(event).catch((error) => {
  console.error(error);
  tell(say("certificate-offline"));
}));
part("[data-export]").addEventListener("click", (event) => {
  const button = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-save]"));
  if (button) save(button.dataset.save ?? "json");
});
