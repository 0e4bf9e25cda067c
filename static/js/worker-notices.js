// The service worker's part that shows notifications and opens what they are about. A classic script that the server puts
// before service-worker.js in one script; it uses its functions.
"use strict";

/** @typedef {{id?: string, urgency?: string, exercise?: boolean, count?: number}} Push `count`: of how many alerts it tells together */

/** @param {PushMessageData|null} data @returns {Push} empty when unreadable */
function read(data) {
  try {
    const told = data?.json();
    return told && typeof told === "object" ? told : {};
  } catch {
    return {}; // a notification is shown all the same: somebody must look
  }
}

/**
 * Show that an incident needs someone, in the reader's language: never what or where.
 * @param {Push} push
 */
async function notify({ id, urgency, exercise, count = 0 }) {
  const together = Number.isSafeInteger(count) && count > 1;
  const known = isId(id) && !together;
  const locale = await readersLocale();
  const listed = await listOf(locale);
  const words = listed?.words ?? BUILD.words;
  const title = exercise === true ? `${words.exercise}: ${words.title}` : words.title;
  return self.registration.showNotification(title, {
    body: together ? words.together.replace("{n}", String(count)) : urgency === "normal" ? words.normal : words.urgent,
    tag: known ? id : together ? "guidance-together" : "guidance",
    renotify: true,
    requireInteraction: urgency !== "normal",
    icon: "/static/icons/icon-192.png",
    badge: "/static/icons/icon-192.png",
    lang: listed ? locale : BUILD.locales[0],
    dir: "auto",
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
