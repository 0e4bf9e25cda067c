// Who writes a draft: one page at a time, and none while it lies in the browser's back-forward cache. A browser may end the
// locks of a page that rests there (WebKit does), so the page gives its lock back first and takes it again when it is shown.
import { giveWay, hold, letGo, loadDraft, takeOver } from "./drafts.js";
import { stateOf } from "./outbox.js";

/**
 * @typedef {{
 *   draft: () => import("./drafts.js").Draft|undefined, open: () => Promise<void>, lost: () => void, regained: () => void,
 *   flush: () => Promise<void>, failed: (error: any) => void
 * }} Page `open` shows the draft as it is kept; `lost` says that another page has it, `regained` that this one has it again
 */

/**
 * Watch over the lock of a draft for as long as the page is open.
 * @param {string} id @param {Page} page
 * @returns {{take: () => Promise<boolean>, takeOver: () => Promise<void>}} `take` is false when another page has the draft
 */
export function guardDraft(id, page) {
  /** How often the page went away: the end of a lock from before is no news. */
  let turn = 0;
  let resting = false;
  let stopAnswering = () => {};

  const loser = () => {
    const mine = turn;
    return () => {
      if (mine !== turn) return;
      stopAnswering();
      page.lost();
    };
  };
  const answer = () => {
    stopAnswering();
    stopAnswering = giveWay(id, page.flush);
  };
  const take = async () => {
    if (!(await hold(id, { lost: loser() }))) return false;
    answer();
    return true;
  };
  const wake = async () => {
    if (!resting) return; // WebKit tells it twice
    resting = false;
    const draft = page.draft();
    if (!(await take())) return page.lost();
    page.regained();
    if (!draft) return page.open();
    await page.flush();
    // Where storage fails, what stands on this page is all there is.
    if (await wentOn(draft).catch(notTold)) await page.open();
  };

  addEventListener("pagehide", () => {
    turn += 1;
    resting = true;
    stopAnswering();
    letGo(id);
  });
  addEventListener("pageshow", (event) => event.persisted && wake().catch(page.failed));
  return {
    take,
    takeOver: async () => {
      await takeOver(id, loser());
      answer();
      page.regained();
      await page.open();
    },
  };
}

/** @param {any} error */
function notTold(error) {
  console.warn(error);
  return false;
}

/**
 * Whether another page wrote or sent this report meanwhile. What is typed here and could not be kept is never given up.
 * @param {import("./drafts.js").Draft} draft
 */
async function wentOn(draft) {
  const kept = await loadDraft(draft.id);
  if (kept.edited_at > draft.edited_at || (kept.frozen ?? 0) > (draft.frozen ?? 0)) return true;
  const { receipt } = await stateOf(draft.id);
  return !kept.edited_at && (receipt?.revision ?? 0) > draft.last_revision && Boolean(draft.edited_at);
}
