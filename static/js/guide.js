// The guide of a real event: its walk is kept for the alert and the report. Loaded by guide.html, which works without it.
import { PAGE_LANGUAGE } from "./page-language.js";
import { CHANGED, keptProfile } from "./site.js";
import { ADOPTED, currentWalk, newWalk, saveWalk, unfinishedWalk, walkOf } from "./trail.js";
import { walkThrough } from "./walk.js";
import { atRest } from "./worker.js";

walkThrough({
  begin: newWalk,
  save: saveWalk,
  walkOf,
  left: async () => [await currentWalk(), await unfinishedWalk()],
  profile: keptProfile,
  onProfile: (told) => document.addEventListener(CHANGED, (event) => told(/** @type {CustomEvent} */ (event).detail)),
  onAdopted: (told) => document.addEventListener(ADOPTED, (event) => told(/** @type {CustomEvent} */ (event).detail)),
  shown: () => {},
}).catch((error) => {
  // Without storage the links work as plain links: the guidance opens always, only the trail is missing.
  console.warn(error);
});
if (PAGE_LANGUAGE !== "en") atRest().then(() => import("./speak.js"));
