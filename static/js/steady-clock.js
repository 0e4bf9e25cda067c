// Time for durations on the phone: a clock set forward or back while a page is open neither stops nor ends anything.
// A classic script for pages and the service worker alike; modules take it from time.js.
(() => {
  "use strict";
  if (self.GuidanceClock) return;

  /** How far the wall clock is ahead of the monotonic one, in milliseconds. */
  const drift = () => Date.now() - performance.now();
  const began = drift();
  let asleep = 0;
  /** @type {number|null} the drift when the page was hidden */
  let left = null;

  // Some engines stop performance.now() while the phone sleeps, and a phone sleeps only with the page hidden. What the
  // wall clock gained meanwhile counts as sleep; while the page is seen, only the monotonic clock counts.
  self.document?.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") left = drift();
    else if (left !== null) asleep += Math.max(0, drift() - left);
  });

  /** @returns {number} milliseconds since 1970 as the wall clock said when this page opened, and steady since then */
  const now = self.document ? () => Math.round(began + performance.now() + asleep) : () => Date.now();

  self.GuidanceClock = Object.freeze({ now });
})();
