// Signing out ends the alerts on this browser: the next person who uses it must not get them. The server forgets the
// subscription with the session; here the browser ends its own half. Neither waits for the other.
import { alertsOwner, setAlertsOwner } from "./push-owner.js";

const MOST_WAIT = 2000;

for (const form of document.querySelectorAll("form[data-sign-out]")) form.addEventListener("submit", onSubmit);

/** @param {Event} event */
async function onSubmit(event) {
  const form = /** @type {HTMLFormElement} */ (event.currentTarget);
  const owner = alertsOwner();
  if (!("serviceWorker" in navigator) || (owner && owner !== form.dataset.signOut)) return;
  event.preventDefault();
  const late = new Promise((resolve) => setTimeout(resolve, MOST_WAIT));
  await Promise.race([late, unsubscribe().catch((error) => console.warn(error))]); // signing out goes on all the same
  form.submit();
}

async function unsubscribe() {
  setAlertsOwner("");
  const registration = await navigator.serviceWorker.getRegistration();
  const subscription = await registration?.pushManager?.getSubscription();
  await subscription?.unsubscribe();
}
