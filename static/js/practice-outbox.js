// Finished practice runs on their way to the training record. This module can freeze nothing but a run.
// Importing it starts the sending on this page.
import { ANY, askForSync, core, kick, watch } from "./outbox-pump.js";

export { ANY, kick, watch };

/**
 * Freeze a finished run; when this resolves the phone has it and its body for good.
 * @param {{id: string}} run as it is kept @param {string} locale @param {string} text the body in RFC 8785 form
 * @returns {Promise<void>} rejects when it is there already, or the disk is full
 */
export async function freezeRun(run, locale, text) {
  await core.enqueueRun({ run, locale, text });
  askForSync(); // the debrief, which opens now, sends it: a request of this page would be cut off
}

/** @returns {Promise<Map<string, any>>} what still waits, by run */
export async function waitingRuns() {
  const found = (await core.entries()).filter((/** @type {any} */ entry) => entry.lane === "practice");
  return new Map(found.map((/** @type {any} */ entry) => [entry.report, entry]));
}
