// The service worker. The server puts `const BUILD = {version, files, locales, words}` and the scripts of
// shell.py's BEFORE_WORKER before it.
// It keeps the static files of its own build and the pages of its reader's languages, whole or not at all; the other
// languages follow when a page is idle on a connection that costs nothing. It never answers anything but GET; nothing that
// a signed-in person gets can reach its cache. A new one waits until a page says `skip-waiting` (update.js).
"use strict";

const PREFIX = "guidance-";
const CACHE = PREFIX + BUILD.version;
const STATIC = new Map(BUILD.files.map(({ url, sha256 }) => [url, sha256]));
const TRIES = 3;
const AT_ONCE = 6;
/** What is due so soon, in milliseconds, a sync waits for. */
const SOON = 10_000;
/** What the reader chose on this phone: which language, and whether to keep all. Written by languages.js; no build clears it. */
const CHOICE = "reader";

/** @typedef {{version: string, files: {url: string, sha256: string}[], words: Object<string, string>}} Listed a language's pages */

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", onFetch);
self.addEventListener("message", onMessage);
self.addEventListener("push", (event) => event.waitUntil(notify(read(event.data))));
self.addEventListener("notificationclick", onNotificationClick);
self.addEventListener("sync", (event) => {
  if (event.tag === "outbox") event.waitUntil(flushOutbox());
});
// A subscription that the push service replaced is registered again by the next page that a signed-in person opens.
self.addEventListener("pushsubscriptionchange", () => {});

/**
 * Keep everything of this build that its reader needs, each proven by its hash; any failure leaves the version before.
 * The reader's further languages come after it if they can: one that fails must not keep the phone from working.
 */
async function install() {
  const before = await caches.has(CACHE);
  try {
    await keepAll(STATIC);
    await keepLanguage(await readersLocale());
  } catch (error) {
    if (!before) await caches.delete(CACHE); // else the worker in charge keeps the same build there
    throw error;
  }
  await keepLanguages(await wantedLocales());
}

/** @param {string} locale */
const listName = (locale) => `/${locale}/kept.json`;

/** Keep every page of a language; its list comes last, so that a language with a list is whole. @param {string} locale */
async function keepLanguage(locale) {
  if (await listOf(locale)) return;
  const response = await fetch(listName(locale), { cache: "reload", credentials: "omit" });
  if (response.status !== 200 || response.redirected) throw new Error(`${listName(locale)}: status ${response.status}`);
  /** @type {Listed} */
  const listed = await response.clone().json();
  if (listed.version !== BUILD.version) throw new Error(`${listName(locale)}: of version ${listed.version}`);
  await keepAll(new Map(listed.files.map(({ url, sha256 }) => [url, sha256])));
  await (await caches.open(CACHE)).put(listName(locale), response);
}

/** One after the other, going on after a failure: the next page that comes to rest asks again. @param {string[]} locales */
async function keepLanguages(locales) {
  for (const locale of locales) await keepLanguage(locale).catch((error) => console.warn(error));
}

/** @type {Map<string, Listed>} the lists that were read since this worker woke */
const lists = new Map();

/** @param {string} locale @returns {Promise<Listed|null>} what is kept of a language; null when it is not kept, or storage fails */
async function listOf(locale) {
  const known = lists.get(locale);
  if (known) return known;
  try {
    const found = await (await caches.open(CACHE)).match(listName(locale));
    if (!found) return null;
    const list = await found.json();
    lists.set(locale, list);
    return list;
  } catch (error) {
    console.warn(error);
    return null;
  }
}

/** @param {Map<string, string>} hashes by address */
async function keepAll(hashes) {
  const whole = await fetchAll([...hashes]);
  const cache = await caches.open(CACHE);
  for (const [url, response] of whole) await cache.put(url, response);
}

/** @param {[string, string][]} wanted @returns {Promise<[string, Response][]>} all of them; rejects when one is missing */
async function fetchAll(wanted) {
  const found = [];
  for (let start = 0; start < wanted.length; start += AT_ONCE) {
    found.push(...(await Promise.all(wanted.slice(start, start + AT_ONCE).map(fetchProven))));
  }
  return found;
}

/** Keep what the reader wants, over any connection. */
async function keepReaders() {
  await keepLanguages(await wantedLocales());
}

/**
 * Keep also the languages that nobody asked for yet. Only where the browser knows that the connection is neither metered
 * nor saving data; one that does not say is left alone.
 */
async function keepRest() {
  await keepReaders();
  for (const locale of BUILD.locales) {
    if (costsNothing(navigator.connection)) await keepLanguages([locale]);
  }
}

/** @param {{saveData?: boolean, type?: string, effectiveType?: string}|undefined} connection */
function costsNothing(connection) {
  if (!connection || connection.saveData) return false;
  return !["cellular", "bluetooth", "wimax", "none"].includes(connection.type ?? "") && !(connection.effectiveType ?? "").includes("2g");
}

/** @param {[string, string]} wanted address and hash @returns {Promise<[string, Response]>} */
async function fetchProven([url, sha256]) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(url, { cache: "reload", credentials: "omit" });
      await prove(url, sha256, response);
      return [url, response];
    } catch (error) {
      if (attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 300 * attempt));
    }
  }
}

/** @param {string} url @param {string} sha256 @param {Response} response; an error says that it is not the file of this build */
async function prove(url, sha256, response) {
  if (response.status !== 200 || response.redirected) throw new Error(`${url}: status ${response.status}`);
  const digest = await crypto.subtle.digest("SHA-256", await response.clone().arrayBuffer());
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== sha256) throw new Error(`${url}: not the content of version ${BUILD.version}`);
}

async function activate() {
  const older = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(older.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** @param {FetchEvent} event */
function onFetch(event) {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const sha256 = STATIC.get(url.pathname);
  if (sha256) event.respondWith(staticFile(url.pathname, sha256, event));
  else if (url.pathname === "/" || localeOf(url.pathname)) event.respondWith(page(url.pathname, request));
  else if (request.mode === "navigate") event.respondWith(networkOrOffline(request));
}

/** A page of a language that is not kept came from the server, which may be newer: its files come from there too. */
async function staticFile(/** @type {string} */ path, /** @type {string} */ sha256, /** @type {FetchEvent} */ event) {
  const client = event.clientId ? await self.clients.get(event.clientId) : undefined;
  const locale = client ? localeOf(new URL(client.url).pathname) : undefined;
  if (!locale || (await listOf(locale))) return fromBuild(path, sha256, event.request);
  return fetch(event.request).catch(() => fromBuild(path, sha256, event.request));
}

/** @param {string} path @returns {string|undefined} the language that an address begins with */
function localeOf(path) {
  const first = path.split("/", 2)[1];
  return BUILD.locales.includes(first) && path.startsWith(`/${first}/`) ? first : undefined;
}

/** @param {string} path @param {Request} request */
async function page(path, request) {
  const locale = localeOf(path) ?? (await readersLocale());
  const name = path === "/" ? `/${locale}/` : path;
  const listed = (await listOf(locale))?.files.find((file) => file.url === name);
  if (listed) return fromBuild(name, listed.sha256, request);
  return request.mode === "navigate" ? networkOrOffline(request) : fetch(request);
}

/** @returns {Promise<string>} the language that was chosen on this phone, else the one the reader's browser likes best */
async function readersLocale() {
  return (await readersLocales())[0];
}

/** @returns {Promise<string[]>} the chosen language and those that the browser asks for; never empty */
async function readersLocales() {
  const liked = [await chosenLocale(), ...self.navigator.languages.map(ours)];
  const known = [...new Set(liked.filter((locale) => locale !== undefined))];
  return known.length ? known : [BUILD.locales[0]];
}

/** @returns {Promise<string[]>} the languages that this phone must have: the reader's, or all where they asked for all */
async function wantedLocales() {
  return (await choice("/all")) ? BUILD.locales : readersLocales();
}

/** @returns {Promise<string|undefined>} */
async function chosenLocale() {
  const code = await choice("/language");
  return BUILD.locales.find((locale) => locale === code);
}

/** @param {"/language"|"/all"} what @returns {Promise<string|undefined>} */
async function choice(what) {
  try {
    return await (await caches.match(what, { cacheName: CHOICE }))?.text();
  } catch (error) {
    console.warn(error); // no storage, no choice: the browser's languages hold
    return undefined;
  }
}

/** @param {string} tag what a browser asks for @returns {string|undefined} our language for it, as the server finds it */
function ours(tag) {
  const primary = tag.split("-")[0].toLowerCase().replace(/^ji$/, "yi");
  return BUILD.locales.find((locale) => locale.toLowerCase() === tag.toLowerCase())
    ?? BUILD.locales.find((locale) => locale.split("-")[0] === primary);
}

/** @param {string} name @param {string} sha256 @param {Request} request */
async function fromBuild(name, sha256, request) {
  try {
    const cache = await caches.open(CACHE);
    const found = await cache.match(name);
    if (found) return found;
    // The browser dropped it. The network may still have the same content, and then it is kept again.
    const [, response] = await fetchProven([name, sha256]);
    await cache.put(name, response.clone());
    return response;
  } catch (error) {
    console.warn(error);
    return request.mode === "navigate" ? networkOrOffline(request) : fetch(request);
  }
}

/** @param {Request} request */
async function networkOrOffline(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const found = (await keptElsewhere(new URL(request.url).pathname)) ?? (await keptElsewhere("/offline"));
    if (found) return found;
    throw error;
  }
}

/**
 * The same page in a language that is kept: better in another language than not at all.
 * @param {string} path
 * @returns {Promise<Response|undefined>}
 */
async function keptElsewhere(path) {
  const rest = path.slice(localeOf(path) ? path.indexOf("/", 1) : 0);
  for (const locale of [...(await readersLocales()), ...BUILD.locales]) {
    const name = `/${locale}${rest}`;
    const listed = (await listOf(locale))?.files.some((file) => file.url === name);
    const found = listed ? await caches.match(name, { cacheName: CACHE }) : undefined;
    if (found) return found;
  }
  return undefined;
}

/** @type {Object<string, (event: ExtendableMessageEvent) => Promise<unknown>>} what pages ask; some wait for the answer */
const ASKED = {
  "skip-waiting": () => self.skipWaiting(),
  keep: keepReaders,
  "keep-rest": keepRest,
  status,
  repair,
};

/** @param {ExtendableMessageEvent} event */
function onMessage(event) {
  const act = Object.hasOwn(ASKED, event.data?.type) ? ASKED[event.data.type] : undefined;
  if (!act) return;
  const done = act(event).catch((error) => console.warn(error)); // no network, or a newer version: the next page asks again
  event.waitUntil(done.then(async () => event.ports[0]?.postMessage(await status())));
}

/** What is kept of this build for this reader, for the Ready page, and which languages are whole. */
async function status() {
  const cache = await caches.open(CACHE);
  const kept = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  const wanted = [...STATIC.keys()];
  const locale = await readersLocale();
  wanted.push(listName(locale), ...((await listOf(locale))?.files ?? []).map(({ url }) => url));
  const locales = BUILD.locales.filter((locale) => kept.has(listName(locale)));
  return { version: BUILD.version, files: wanted.length, missing: wanted.filter((url) => !kept.has(url)), locales };
}

/** Fetch again what the browser dropped. */
async function repair() {
  const cache = await caches.open(CACHE);
  const locale = await readersLocale();
  await keepLanguages([locale]);
  const listed = (await listOf(locale))?.files ?? [];
  const hashes = new Map([...STATIC, ...listed.map(({ url, sha256 }) => [url, sha256])]);
  const { missing } = await status();
  const found = await Promise.allSettled(missing.filter((url) => hashes.has(url)).map((url) => fetchProven([url, hashes.get(url)])));
  for (const result of found) if (result.status === "fulfilled") await cache.put(...result.value);
}

/** A page sends the outbox if one is open, since it shows the progress; else this worker does. */
async function flushOutbox() {
  const pages = await self.clients.matchAll({ type: "window" });
  for (const page of pages) page.postMessage({ type: "flush-outbox" });
  let { waiting, next } = await self.GuidanceOutbox.flush({ now: true });
  const pause = next === null ? 0 : next - Date.now();
  if (pause > 0 && pause < SOON) {
    // An alert whose page was closed within its seconds of undo.
    await new Promise((resolve) => setTimeout(resolve, pause));
    ({ waiting, next } = await self.GuidanceOutbox.flush());
  }
  // The browser asks again later only for a sync that failed.
  if (waiting) throw new Error(`${waiting} reports still wait on this phone`);
}
