// How a board stays true while it is open. One page of this browser holds a live stream (server-sent events) and tells the
// others of the same board; pages without one ask every few seconds, hidden ones seldom. Browsers open six connections to a
// server over HTTP/1.1, so a stream of its own for each page would stop the seventh.

const LOCK = "guidance-live";
const ASK = 5_000;
const ASK_HIDDEN = 30_000;
/** How long an answer may take before the connection counts as lost, in milliseconds. */
const PATIENCE = 4_000;
const ALIVE = "/healthz";

/** @typedef {"on"|"off"|"offline"|"ended"} Link how the page is connected; `ended` means: signed out */

/**
 * Watch for as long as the page is open.
 * @param {{since: string, address?: string, look: () => Promise<Link>, link: (state: Link) => void}} how
 *   `address` is that of the stream, the board's when it is left out; `look` asks for the page's news, shows them, and says
 *   how that went; `link` hears how the page is connected each time that is known
 */
export function watch({ since, address = "/board/live", look, link }) {
  const query = new URLSearchParams({ since });
  const channel = openChannel();
  /** @type {EventSource|null} */
  let stream = null;
  let streams = false;
  let ended = false;
  let letGo = () => {};
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  let asking = false;
  let again = false;

  /** @param {Link} state */
  const tell = (state) => {
    if (ended) return;
    ended = state === "ended";
    if (ended) stop();
    link(state === "on" && stream && !streams ? "off" : state);
  };

  const ask = async () => {
    again = true;
    if (asking) return;
    asking = true;
    /** @type {Link} */
    let state = "off";
    try {
      while (again) {
        again = false;
        state = await look();
      }
    } catch (error) {
      console.warn(error);
    } finally {
      asking = false;
    }
    tell(state);
  };

  /** Ask from time to time: for news where there is no stream, else only whether the server is still there. */
  const round = async () => {
    if (!streams) await ask();
    else if (!(await isAlive())) lose();
    askLater();
  };
  const askLater = () => {
    clearTimeout(timer);
    if (!ended) timer = setTimeout(round, document.visibilityState === "visible" ? ASK : ASK_HIDDEN);
  };

  const open = () => {
    stream = new EventSource(`${address}?${query}`);
    stream.addEventListener("open", () => {
      streams = true;
      ask(); // what happened before it was open
    });
    stream.addEventListener("changed", (event) => {
      query.set("since", /** @type {MessageEvent} */ (event).data);
      channel?.postMessage({ address });
      ask();
    });
    stream.addEventListener("signed-out", () => tell("ended"));
    stream.addEventListener("error", lose);
  };

  /** The stream is gone. The browser opens it again by itself, unless the server refused it: then the next round does. */
  const lose = () => {
    streams = false;
    link(navigator.onLine ? "off" : "offline");
    if (stream?.readyState === EventSource.OPEN) stream.close();
    if (stream?.readyState !== EventSource.CLOSED) return;
    const lost = stream;
    setTimeout(() => stream === lost && !ended && open(), ASK);
  };

  const start = () => {
    if (ended) return;
    if (document.visibilityState === "visible" && !stream) {
      letGo = whenMine(open);
      ask();
    } else if (document.visibilityState !== "visible") stop();
    askLater();
  };
  const stop = () => {
    clearTimeout(timer);
    letGo();
    letGo = () => {};
    stream?.close();
    stream = null;
    streams = false;
  };

  if (channel) channel.onmessage = (event) => event.data?.address === address && ask();
  document.addEventListener("visibilitychange", start);
  addEventListener("online", ask);
  addEventListener("offline", () => tell("offline"));
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => event.persisted && start());
  start();
}

/**
 * Become the one page of this browser that has a stream, as soon as no other has.
 * @param {() => void} act
 * @returns {() => void} lets another page have it
 */
function whenMine(act) {
  const impatient = new AbortController();
  let done = () => {};
  const finished = new Promise((resolve) => (done = () => resolve(undefined)));
  const mine = () => {
    act();
    return finished;
  };
  const asked = navigator.locks ? navigator.locks.request(LOCK, { signal: impatient.signal }, mine) : Promise.resolve(act());
  asked.catch((error) => error.name !== "AbortError" && act()); // the browser has no locks for us: a stream of its own
  return () => {
    impatient.abort();
    done();
  };
}

/** @returns {BroadcastChannel|null} null where the browser has none, or not for us */
function openChannel() {
  try {
    return new BroadcastChannel(LOCK);
  } catch {
    return null;
  }
}

/** @returns {Promise<boolean>} */
async function isAlive() {
  try {
    const answer = await fetch(ALIVE, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    return answer.ok;
  } catch {
    return false;
  }
}

/**
 * Ask the server for something within a few seconds.
 * @param {string} address
 * @returns {Promise<{state: Link, answer?: Response}>} an answer only with the state `on`
 */
export async function askFor(address) {
  try {
    const headers = { accept: "application/json" };
    const answer = await fetch(address, { headers, cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status === 401 || answer.type === "opaqueredirect") return { state: "ended" };
    return answer.ok ? { state: "on", answer } : { state: "off" };
  } catch (error) {
    console.info(error);
    return { state: navigator.onLine ? "off" : "offline" };
  }
}
