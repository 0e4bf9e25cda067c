// What the reader chose on this phone: a language, and whether to keep all of them. It stands in Cache Storage, where the
// service worker finds it, and in a cookie for the pages that the server makes.

const CHOICE = "reader"; // the service worker's name for it too
const YEAR = 365 * 24 * 3600;

/** @returns {Promise<string|undefined>} the language that was chosen here, if any */
async function chosen() {
  return (await caches.match("/language", { cacheName: CHOICE }))?.text();
}

/** @param {string} code */
function tellServer(code) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `guidance-language=${code}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
}

/**
 * Keep the choice of a language.
 * @param {string} code
 * @returns {Promise<void>} rejects where the browser keeps no storage for us; the server knows it all the same
 */
export async function choose(code) {
  tellServer(code);
  await (await caches.open(CHOICE)).put("/language", new Response(code));
}

/** Keep every language from now on, of later versions too. @returns {Promise<void>} */
export async function wantAll() {
  await (await caches.open(CHOICE)).put("/all", new Response("yes"));
}

/** Browsers forget cookies that a script wrote after some days; the choice itself stays. @returns {Promise<void>} */
export async function remindServer() {
  const code = await chosen();
  if (code) tellServer(code);
}
