// The live stream of a board (/board/live): tells its page that something changed, and how well it is connected.
// Used by board.js, incident.js and class-board.js. Where a stream cannot be had, it says "changed" every few seconds instead.

const ASK_AGAIN = 10_000;
const TRY_STREAM_AGAIN = 60_000;

/**
 * @typedef {"on"|"off"|"offline"|"ended"} Link how the page is connected; `ended` means: signed out
 */

/**
 * Watch until the page goes away.
 * @param {{since: string, incident?: string, address?: string, changed: () => void, link: (state: Link) => void}} wish
 *   `address` is that of the stream, the board's when it is left out
 */
export function watch({ since, incident, address = "/board/live", changed, link }) {
  const query = new URLSearchParams({ since, ...(incident ? { incident } : {}) });
  let asking = 0;
  const open = () => {
    const stream = new EventSource(`${address}?${query}`);
    stream.addEventListener("open", () => {
      clearInterval(asking);
      asking = 0;
      link("on");
    });
    stream.addEventListener("changed", (event) => {
      query.set("since", /** @type {MessageEvent} */ (event).data);
      changed();
    });
    stream.addEventListener("signed-out", () => {
      stream.close();
      link("ended");
    });
    stream.addEventListener("error", () => {
      link(navigator.onLine ? "off" : "offline");
      if (stream.readyState !== EventSource.CLOSED) return;
      asking ||= setInterval(changed, ASK_AGAIN);
      setTimeout(open, TRY_STREAM_AGAIN);
    });
    addEventListener("pagehide", () => stream.close(), { once: true });
  };
  open();
  // A page that comes back from the browser's cache has missed what happened meanwhile.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}
