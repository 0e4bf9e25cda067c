// The home screen's one extra: a walk that was left in the middle can be taken up again.
import { LANGUAGE } from "./spoken.js";
import { lastAt, unfinishedWalk } from "./trail.js";

const line = /** @type {HTMLAnchorElement|null} */ (document.querySelector("[data-continue]"));
const walk = line && (await unfinishedWalk().catch(() => null)); // no storage: there is nothing to take up

if (line && walk) {
  const entry = document.querySelector(`[data-guide="${CSS.escape(walk.protocol.id)}"] span`);
  const title = entry?.firstChild?.textContent ?? walk.protocol.id;
  const time = new Date(lastAt(walk)).toLocaleTimeString(LANGUAGE, { hour: "numeric", minute: "2-digit" });
  const text = (line.dataset.text ?? "").replace("{title}", title).replace("{time}", time);
  line.querySelector("span")?.replaceChildren(text);
  line.href = `/${document.documentElement.lang}/guide/${walk.protocol.id}#${walk.position}`;
  line.hidden = false;
}
