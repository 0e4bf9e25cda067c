// Alerts on this browser: asks for permission when a person presses the button, subscribes with the City's key, tells
// the server; and each time the board opens makes sure that all three still fit. Loaded by the board.

import { alertsOwner, setAlertsOwner } from "./push-owner.js";

const place = /** @type {HTMLElement|null} */ (document.querySelector("[data-push]"));
const API = "/api/push/subscription";
const WAIT_FOR_WORKER = 10_000;

if (place) start(place);

/** @param {HTMLElement} section */
function start(section) {
  const on = /** @type {HTMLButtonElement} */ (section.querySelector("[data-push-on]"));
  const off = /** @type {HTMLButtonElement} */ (section.querySelector("[data-push-off]"));
  on.addEventListener("click", () => during(section, on, turnOn));
  off.addEventListener("click", () => during(section, off, turnOff));
  settle(section, check);
}

/** @param {HTMLElement} section @param {HTMLButtonElement} button @param {() => Promise<string>} act */
async function during(section, button, act) {
  button.disabled = true;
  await settle(section, act);
  button.disabled = false;
}

/** @param {HTMLElement} section @param {() => Promise<string>} act gives the state that came of it */
async function settle(section, act) {
  let state = "trouble";
  try {
    state = await act();
  } catch (error) {
    console.warn(error); // shown as "trouble": the board works without alerts
  }
  section.dataset.state = state;
  const words = { on: section.dataset.keptHere, off: section.dataset.off, denied: section.dataset.denied,
    other: section.dataset.other, unsupported: section.dataset.unsupported, install: section.dataset.install, trouble: section.dataset.trouble };
  const line = /** @type {HTMLElement} */ (section.querySelector("[data-push-words]"));
  line.textContent = words[/** @type {keyof typeof words} */ (state)] ?? "";
  /** @type {HTMLElement} */ (section.querySelector("[data-push-on]")).hidden = !["off", "other", "trouble"].includes(state);
  /** @type {HTMLElement} */ (section.querySelector("[data-push-off]")).hidden = state !== "on";
}

/**
 * What holds now, without asking the person anything. A subscription of an older key is made anew. One that someone else
 * asked for is left alone.
 */
async function check() {
  const missing = cannot();
  if (missing) return missing;
  if (Notification.permission === "denied") return "denied";
  const subscription = await (await worker()).pushManager.getSubscription();
  if (!subscription || Notification.permission !== "granted") return "off";
  const owner = alertsOwner();
  return owner && owner !== person() ? "other" : subscribe();
}

function person() {
  return place?.dataset.person ?? "";
}

async function turnOn() {
  const permission = await Notification.requestPermission();
  if (permission === "denied") return "denied";
  return permission === "granted" ? subscribe(true) : "off";
}

async function turnOff() {
  const subscription = await (await worker()).pushManager.getSubscription();
  if (subscription) {
    const answer = await send("DELETE", { endpoint: subscription.endpoint });
    if (!answer.ok && answer.status !== 404) throw new Error(`the server answered ${answer.status}`);
    await subscription.unsubscribe();
  }
  setAlertsOwner("");
  return "off";
}

/** @param {boolean} [takeOver] the person has asked for it, also where this browser gets the alerts of someone else */
async function subscribe(takeOver = false) {
  const manager = (await worker()).pushManager;
  const key = await serverKey();
  let subscription = await manager.getSubscription();
  if (subscription && !sameKey(subscription, key)) {
    await send("DELETE", { endpoint: subscription.endpoint });
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  let answer = await register(subscription, takeOver);
  if (answer.ok && (await answer.json()).renew) {
    // The push service has refused this subscription: it looks fine here, but nothing arrives. Only a new one helps.
    await send("DELETE", { endpoint: subscription.endpoint });
    await subscription.unsubscribe();
    subscription = await manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    answer = await register(subscription, takeOver);
  }
  if (answer.status === 409) return "other";
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  setAlertsOwner(person());
  return "on";
}

/** @param {PushSubscription} subscription @param {boolean} takeOver */
function register(subscription, takeOver) {
  const { endpoint, keys } = subscription.toJSON();
  return send("PUT", { endpoint, keys, take_over: takeOver });
}

/** @returns {string} why this browser cannot have alerts; empty when it can */
function cannot() {
  const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  if (able) return "";
  // On iOS only an installed app has the Push API (https://webkit.org/blog/13878/).
  const apple = "standalone" in navigator && !(/** @type {any} */ (navigator).standalone);
  return apple ? "install" : "unsupported";
}

/** @returns {Promise<ServiceWorkerRegistration>} */
function worker() {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("no service worker")), WAIT_FOR_WORKER));
  return /** @type {Promise<ServiceWorkerRegistration>} */ (Promise.race([navigator.serviceWorker.ready, late]));
}

async function serverKey() {
  const answer = await fetch("/api/push/key", { headers: { accept: "application/json" }, cache: "no-store" });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return bytesOf((await answer.json()).key);
}

/** @param {PushSubscription} subscription @param {Uint8Array} key */
function sameKey(subscription, key) {
  const present = subscription.options.applicationServerKey;
  if (!present) return true; // not every browser tells; then the push service is the judge
  const bytes = new Uint8Array(present);
  return bytes.length === key.length && bytes.every((byte, place) => byte === key[place]);
}

/** @param {string} text base64url */
function bytesOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

/** @param {string} method @param {object} body */
function send(method, body) {
  const headers = { "content-type": "application/json", "x-guidance": "1" };
  return fetch(API, { method, headers, body: JSON.stringify(body), credentials: "same-origin" });
}
