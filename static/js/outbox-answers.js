// What an answer to a report means: our server's receipt, its refusal, or why it did not get through. Whatever is not
// plainly ours means: later again. A classic script for pages and the service worker alike.
(() => {
  "use strict";
  if (self.GuidanceAnswers) return;

  /** @typedef {import("./outbox-store.js").Entry} Entry */
  /** @typedef {"offline"|"portal"|"proxy"|"blocked"|"busy"} Why
   * `offline`: no answer; `portal`: the network's sign-in page; `proxy`: a proxy that wants a sign-in;
   * `blocked`: something on the way forbids it, for good; `busy`: the service cannot take it at this moment
   */

  /** Answers by which the server says that this content, not this moment, is the trouble. */
  const REFUSALS = new Set([400, 409, 413, 415, 422]);
  /** Those that pass by themselves (RFC 9110, 6585, 8470), whoever gives them. */
  const PASSING = new Set([408, 421, 423, 425, 429, 507]);
  const LONGEST_PAUSE = 300_000;

  /**
   * @param {Entry} entry @param {Response} response @param {string} text its body
   * @returns {{receipt?: any, refusal?: any, taken?: number, status: number, why?: Why, pause?: number}} `taken`: the
   *   revision under which the server has another content and kept ours beside it; `pause`: milliseconds it asks for
   */
  function judged(entry, response, text) {
    const { status } = response;
    if (response.type === "opaqueredirect") return { status, why: "portal" };
    const type = (response.headers.get("Content-Type") ?? "").split(";")[0].trim().toLowerCase();
    const said = type === "application/json" || type === "application/problem+json" ? parsed(text) : null;
    if ((status === 200 || status === 201) && isReceipt(said, entry)) return { receipt: said, status };
    const ours = Boolean(said) && type === "application/problem+json";
    if (REFUSALS.has(status) && ours) return refused(entry, status, said);
    return { status, why: whyOf(status, ours), pause: pauseOf(response) };
  }

  /** @param {Entry} entry @param {number} status @param {any} said */
  function refused(entry, status, said) {
    const taken = status === 409 && said.kept === true && (entry.lane ?? "report") === "report" ? said.receipt?.revision : undefined;
    const refusal = { kind: "refused", status, detail: words(said), errors: errorsOf(said) };
    return { refusal, status, ...(Number.isInteger(taken) ? { taken } : {}) };
  }

  /**
   * @param {number} status @param {boolean} ours whether it is a problem as our server tells them (RFC 9457)
   * @returns {Why}
   */
  function whyOf(status, ours) {
    if (status === 511 || (status >= 200 && status < 400)) return "portal";
    if (status === 407) return "proxy";
    if (PASSING.has(status) || (status >= 500 && status !== 501)) return "busy";
    return ours && status !== 403 && status !== 405 ? "busy" : "blocked";
  }

  /** @param {Response} response @returns {number} what Retry-After asks for in seconds (RFC 9110 §10.2.3), in milliseconds */
  function pauseOf(response) {
    const text = response.headers.get("Retry-After") ?? "";
    return /^\d{1,6}$/.test(text) ? Math.min(LONGEST_PAUSE, Number(text) * 1000) : 0;
  }

  /** @param {any} said @param {Entry} entry */
  function isReceipt(said, entry) {
    return Boolean(said) && said.id === entry.report && said.revision === entry.revision && said.sha256 === entry.sha256;
  }

  /** @param {string} text @returns {any} the object, or null where there is none */
  function parsed(text) {
    try {
      const value = JSON.parse(text);
      return typeof value === "object" ? value : null;
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  }

  /** @param {any} said */
  function words(said) {
    return [said.title, said.detail].filter((part) => typeof part === "string").join(". ");
  }

  /** @param {any} said */
  function errorsOf(said) {
    const errors = Array.isArray(said.errors) ? said.errors : [];
    return errors.map((each) => ({ field: String(each?.field ?? ""), detail: String(each?.detail ?? "") }));
  }

  self.GuidanceAnswers = Object.freeze({ judged });
})();
