// Improves the form of an observation, which works without it: what is typed is kept in
// the browser, and what does not reach the server waits there with its photos until it
// does. The key in the form lets the server store it once, however often it is sent.

const form = document.querySelector("form[data-draft]");
const status = document.getElementById("drafts");
const name = `observation:${form?.dataset.draft}`;
const SKIPPED = new Set(["csrfmiddlewaretoken", "photos"]);
const RETRY_MS = 60_000;

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

function fill(entries) {
  const photos = new DataTransfer();
  for (const [field, value] of entries) {
    const control = form.elements[field];
    if (field === "photos") {
      if (value.size) photos.items.add(value);
    } else if (control instanceof RadioNodeList) control.value = value;
    else if (control?.type === "checkbox") control.checked = true;
    else if (control) control.value = value;
  }
  form.elements.photos.files = photos.files;
}

function restoreDraft() {
  // A form that came back with errors holds newer words than the draft.
  if (form.querySelector(".errorlist")) return;
  fill(JSON.parse(localStorage.getItem(name) ?? "[]"));
}

const keep = (entries, key) =>
  ask("readwrite", (waiting) => waiting.put({ page: name, entries }, key));
const forget = (key) => ask("readwrite", (waiting) => waiting.delete(key));

// Return the server's answer; null where none came, or one that says nothing of the form.
async function send(entries) {
  const body = new FormData();
  for (const [field, value] of entries) body.append(field, value);
  // The token of today's page: the one of the day it was written may be over.
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  const response = await fetch(form.action, { method: "POST", body }).catch(() => null);
  return response && response.status < 500 ? response : null;
}

// What is stored leads on to the own page; a login that is over leads elsewhere.
function isStored(response) {
  return response.redirected && new URL(response.url).pathname === form.dataset.done;
}

async function submit(event) {
  event.preventDefault();
  const entries = [...new FormData(form)];
  const key = form.elements.client_key.value;
  say(status.dataset.sending);
  // Kept before it is sent: whatever breaks from here on, nothing is lost.
  await keep(entries, key);
  const response = await send(entries);
  if (response && !response.redirected) {
    // The form itself brings the page that says what is wrong.
    await forget(key);
    form.submit();
    return;
  }
  localStorage.removeItem(name);
  if (response) {
    if (isStored(response)) await forget(key);
    location.assign(response.url);
    return;
  }
  form.reset();
  form.elements.client_key.value = crypto.randomUUID();
  say(status.dataset.kept);
}

async function sendWaiting() {
  const keys = await ask("readonly", (waiting) => waiting.getAllKeys());
  for (const key of keys) {
    const kept = await ask("readonly", (waiting) => waiting.get(key));
    if (kept?.page !== name) continue;
    const response = await send(kept.entries);
    if (response && isStored(response)) {
      await forget(key);
      say(status.dataset.sent);
    } else if (response?.status === 422) {
      await forget(key);
      fill(kept.entries);
      saveDraft();
      say(status.dataset.refused);
      return;
    }
  }
}

function offerPlace() {
  const button = document.getElementById("locate");
  const { latitude, longitude } = form.elements;
  latitude.labels[0].before(button);
  button.hidden = false;
  button.addEventListener("click", () =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        // Six digits are a decimetre: no telephone knows more.
        latitude.value = coords.latitude.toFixed(6);
        longitude.value = coords.longitude.toFixed(6);
        saveDraft();
        say(button.dataset.done);
      },
      () => say(button.dataset.failed),
    ),
  );
}

if (form && navigator.geolocation) offerPlace();

if (form && globalThis.indexedDB) {
  restoreDraft();
  form.addEventListener("input", saveDraft);
  form.addEventListener("submit", submit);
  addEventListener("online", sendWaiting);
  // A connection too poor to send is still one: nothing tells when it gets better.
  setInterval(sendWaiting, RETRY_MS);
  sendWaiting();
}
