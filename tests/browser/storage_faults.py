"""Ways in which a phone's storage fails, as scripts that run before the page's own."""

from __future__ import annotations

OFTEN = """
  window.unheard = [];
  addEventListener('unhandledrejection', event => window.unheard.push(String(event.reason)));
  addEventListener('error', event => window.unheard.push(String(event.message)));
"""

ALWAYS = {
    "opening throws": "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError') }",
    "opening fails": """
      IDBFactory.prototype.open = function () {
        const request = { error: new DOMException('broken', 'UnknownError') };
        setTimeout(() => request.onerror?.({ target: request }));
        return request;
      }""",
    "opening never answers": "IDBFactory.prototype.open = () => new EventTarget()",
    "there is no storage": "Object.defineProperty(window, 'indexedDB', { value: undefined })",
    "naming storage throws": """
      const no = { get() { throw new DOMException('no', 'SecurityError') } };
      const names = ['indexedDB', 'localStorage', 'sessionStorage', 'caches'];
      for (const name of names) Object.defineProperty(window, name, no);
      """,
    "transactions never end": """
      Object.defineProperty(IDBTransaction.prototype, 'oncomplete', { set() {}, get() { return null } });
      Object.defineProperty(IDBTransaction.prototype, 'onabort', { set() {}, get() { return null } });
      """,
    "the disk is full": """
      const full = function () { throw new DOMException('full', 'QuotaExceededError') };
      IDBObjectStore.prototype.put = full;
      IDBObjectStore.prototype.add = full;
      Storage.prototype.setItem = full;
      """,
    "a full disk shows at the end": """
      for (const name of ['put', 'add']) {
        const real = IDBObjectStore.prototype[name];
        IDBObjectStore.prototype[name] = function (record) {
          const request = real.call(this, record);
          request.addEventListener('success', () => this.transaction.abort());
          return request;
        };
      }""",
    "locks never answer, channels throw": """
      LockManager.prototype.request = () => new Promise(() => {});
      window.BroadcastChannel = function () { throw new DOMException('no', 'SecurityError') };
      """,
    "locks refuse, no worker": """
      LockManager.prototype.request = () => Promise.reject(new DOMException('no', 'SecurityError'));
      ServiceWorkerContainer.prototype.getRegistration = () => Promise.reject(new DOMException('no', 'SecurityError'));
      ServiceWorkerContainer.prototype.register = () => Promise.reject(new DOMException('no', 'SecurityError'));
      """,
}

DIES = """
  const open = IDBFactory.prototype.open, transaction = IDBDatabase.prototype.transaction;
  const dead = () => new DOMException('The connection was lost', 'InvalidStateError');
  IDBFactory.prototype.open = function (...given) { if (window.dies) throw dead(); return open.apply(this, given) };
  IDBDatabase.prototype.transaction = function (...given) {
    if (window.dies) throw dead();
    return transaction.apply(this, given);
  };
"""
