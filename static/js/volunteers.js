// Improves the form of an observation, which works without it: what is typed is kept in
// the browser, and without a connection the whole observation with its photos waits
// there. The key in the form lets the server store it once, however often it is sent.

const form = document.querySelector("form[data-draft]");
const status = document.getElementById("drafts");
const name = `observation:${form?.dataset.draft}`;
const SKIPPED = new Set(["csrfmiddlewaretoken", "photos"]);

function store() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("volunteers", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("waiting");
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function ask(mode, act) {
  const database = await store();
  return new Promise((resolve, reject) => {
    const request = act(database.transaction("waiting", mode).objectStore("waiting"));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function say(text) {
  const line = document.createElement("p");
  line.textContent = text;
  line.className = "notice";
  status.replaceChildren(line);
}

function saveDraft() {
  const kept = [...new FormData(form)].filter(([field]) => !SKIPPED.has(field));
  localStorage.setItem(name, JSON.stringify(kept));
}

function restoreDraft() {
  // A form that came back with errors holds newer words than the draft.
  if (form.querySelector(".errorlist")) return;
  for (const [field, value] of JSON.parse(localStorage.getItem(name) ?? "[]")) {
    const control = form.elements[field];
    if (control instanceof RadioNodeList) control.value = value;
    else if (control?.type === "checkbox") control.checked = true;
    else if (control) control.value = value;
  }
}

async function send(entries) {
  const body = new FormData();
  for (const [field, value] of entries) body.append(field, value);
  // The token of today's page: the one of the day it was written may be over.
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  return fetch(form.action, { method: "POST", body, redirect: "follow" });
}

async function submit(event) {
  if (navigator.onLine) {
    localStorage.removeItem(name);
    return;
  }
  event.preventDefault();
  const entries = [...new FormData(form)];
  const key = form.elements.client_key.value;
  await ask("readwrite", (waiting) => waiting.put({ page: name, entries }, key));
  localStorage.removeItem(name);
  form.reset();
  form.elements.client_key.value = crypto.randomUUID();
  say(status.dataset.kept);
}

async function sendWaiting() {
  if (!navigator.onLine) return;
  const keys = await ask("readonly", (waiting) => waiting.getAllKeys());
  for (const key of keys) {
    const kept = await ask("readonly", (waiting) => waiting.get(key));
    if (kept.page !== name) continue;
    const response = await send(kept.entries).catch(() => null);
    if (!response?.ok) continue;
    await ask("readwrite", (waiting) => waiting.delete(key));
    say(status.dataset.sent);
  }
}

if (form && globalThis.indexedDB) {
  restoreDraft();
  form.addEventListener("input", saveDraft);
  form.addEventListener("submit", submit);
  addEventListener("online", sendWaiting);
  sendWaiting();
}
