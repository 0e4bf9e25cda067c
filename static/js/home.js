// The home screen's one extra: a walk that was left in the middle can be taken up again.
import { inCity } from "./city-time.js";
import { PAGE_LANGUAGE } from "./page-language.js";
import { filled } from "./spoken.js";
import { lastAt, unfinishedWalk } from "./trail.js";

const line = /** @type {HTMLAnchorElement|null} */ (document.querySelector("[data-continue]"));
const walk = line && (await unfinishedWalk().catch(() => null)); // no storage: there is nothing to take up

if (line && walk) {
  const entry = document.querySelector(`[data-guide="${CSS.escape(walk.protocol.id)}"] span`);
  const title = entry?.firstChild?.textContent ?? walk.protocol.id;
  const time = inCity(new Date(lastAt(walk)), { hour: "numeric", minute: "2-digit" });
  const text = filled(line.dataset.text ?? "", { title, time });
  line.querySelector("span")?.replaceChildren(text);
  line.href = `/${PAGE_LANGUAGE}/guide/${walk.protocol.id}#${walk.position}`;
  line.hidden = false;
}
