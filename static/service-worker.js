// The service worker. The server puts `const BUILD = {version, files, locales, words}` and the outbox's core before it.
// It keeps exactly the files of its own build, whole or not at all; it never answers anything but GET; nothing that a
// signed-in person gets can reach its cache. A new one waits until a page says `skip-waiting` (update.js).
"use strict";

const PREFIX = "guidance-";
const CACHE = PREFIX + BUILD.version;
const HASHES = new Map(BUILD.files.map(({ url, sha256 }) => [url, sha256]));
const TRIES = 3;
const AT_ONCE = 6;
/** What is due so soon, in milliseconds, a sync waits for. */
const SOON = 10_000;

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

/** Keep every file of this build, each proven by its hash; any failure leaves the version before in place. */
async function install() {
  const whole = await fetchAll([...HASHES.keys()]);
  const before = await caches.has(CACHE);
  try {
    const cache = await caches.open(CACHE);
    for (const [url, response] of whole) await cache.put(url, response);
  } catch (error) {
    if (!before) await caches.delete(CACHE); // else the worker in charge keeps the same build there
    throw error;
  }
}

/** @param {string[]} urls @returns {Promise<[string, Response][]>} all of them; rejects when one is missing */
async function fetchAll(urls) {
  const found = [];
  for (let start = 0; start < urls.length; start += AT_ONCE) {
    found.push(...(await Promise.all(urls.slice(start, start + AT_ONCE).map(fetchProven))));
  }
  return found;
}

/** @param {string} url @returns {Promise<[string, Response]>} */
async function fetchProven(url) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(url, { cache: "reload", credentials: "omit" });
      await prove(url, response);
      return [url, response];
    } catch (error) {
      if (attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 300 * attempt));
    }
  }
}

/** @param {string} url @param {Response} response; an error says that it is not the file of this build */
async function prove(url, response) {
  if (response.status !== 200 || response.redirected) throw new Error(`${url}: status ${response.status}`);
  const digest = await crypto.subtle.digest("SHA-256", await response.clone().arrayBuffer());
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== HASHES.get(url)) throw new Error(`${url}: not the content of version ${BUILD.version}`);
}

async function activate() {
  const older = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(older.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** @param {FetchEvent} event */
function onFetch(event) {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const kept = keptName(url.pathname);
  if (kept) event.respondWith(fromBuild(kept, event.request));
  else if (event.request.mode === "navigate") event.respondWith(networkOrOffline(event.request));
}

/** @param {string} path @returns {string|null} the address under which this build keeps it */
function keptName(path) {
  const name = path === "/" ? `/${readersLocale()}/` : path;
  return HASHES.has(name) ? name : null;
}

/** @returns {string} the enabled language that the reader's browser likes best */
function readersLocale() {
  const liked = self.navigator.languages.flatMap((tag) => [tag, tag.split("-")[0]]);
  return liked.find((tag) => BUILD.locales.includes(tag)) ?? BUILD.locales[0];
}

/** @param {string} name @param {Request} request */
async function fromBuild(name, request) {
  try {
    const cache = await caches.open(CACHE);
    const found = await cache.match(name);
    if (found) return found;
    // The browser dropped it. The network may still have the same content, and then it is kept again.
    const [, response] = await fetchProven(name);
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
    const page = await caches.match(`/${readersLocale()}/offline`, { cacheName: CACHE });
    if (page) return page;
    throw error;
  }
}

/** @param {ExtendableMessageEvent} event */
function onMessage(event) {
  if (event.data?.type === "skip-waiting") event.waitUntil(self.skipWaiting());
  if (event.data?.type === "status") event.waitUntil(status().then((found) => event.ports[0].postMessage(found)));
  if (event.data?.type === "repair") event.waitUntil(repair().then((found) => event.ports[0].postMessage(found)));
}

/** What is kept of this build, for the Ready page. */
async function status() {
  const cache = await caches.open(CACHE);
  const kept = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  return { version: BUILD.version, files: HASHES.size, missing: [...HASHES.keys()].filter((url) => !kept.has(url)) };
}

/** Fetch again what the browser dropped. */
async function repair() {
  const cache = await caches.open(CACHE);
  const { missing } = await status();
  const found = await Promise.allSettled(missing.map(fetchProven));
  for (const result of found) if (result.status === "fulfilled") await cache.put(...result.value);
  return status();
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

/** @param {PushMessageData|null} data @returns {{id?: string, urgency?: string, exercise?: boolean}} empty when unreadable */
function read(data) {
  try {
    const told = data?.json();
    return told && typeof told === "object" ? told : {};
  } catch {
    return {}; // a notification is shown all the same: somebody must look
  }
}

/**
 * Show that an incident needs someone: never what or where.
 * @param {{id?: string, urgency?: string, exercise?: boolean}} push
 */
function notify({ id, urgency, exercise }) {
  const known = isId(id);
  const title = exercise === true ? `${BUILD.words.exercise}: ${BUILD.words.title}` : BUILD.words.title;
  return self.registration.showNotification(title, {
    body: urgency === "normal" ? BUILD.words.normal : BUILD.words.urgent,
    tag: known ? id : "guidance",
    renotify: true,
    requireInteraction: urgency !== "normal",
    icon: "/static/icons/icon-192.png",
    badge: "/static/icons/icon-192.png",
    lang: BUILD.locales[0],
    data: { path: known ? `/board/incidents/${id}` : "/board" },
  });
}

/** @param {unknown} id */
function isId(id) {
  return typeof id === "string" && /^[0-9A-Za-z_-]{8,64}$/.test(id);
}

/** @param {NotificationEvent} event */
function onNotificationClick(event) {
  event.notification.close();
  event.waitUntil(openPage(event.notification.data?.path ?? "/board"));
}

/** @param {string} path */
async function openPage(path) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = pages.find((page) => new URL(page.url).pathname === path);
  return open ? open.focus() : self.clients.openWindow(path);
}
