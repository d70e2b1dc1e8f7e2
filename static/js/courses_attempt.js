// Saves an answer when it is given and shows the time left. Without this script the
// Save button does the same, and the server alone decides what counts.
const form = document.querySelector("#attempt");
const said = document.querySelector("#saved");
const changed = new Set();
let waiting;

const nameOf = (field) => field.name.split(".")[0];

async function save() {
  const names = new Set(changed);
  changed.clear();
  const all = new FormData(form);
  const sent = new FormData();
  for (const [name, value] of all) {
    if (name === "csrfmiddlewaretoken" || names.has(name.split(".")[0])) {
      sent.append(name, value);
    }
  }
  try {
    const answer = await fetch(form.dataset.save, { method: "POST", body: sent });
    if (!answer.ok) throw new Error(String(answer.status));
    said.textContent = form.dataset.saved;
  } catch {
    names.forEach((name) => changed.add(name));
    said.textContent = form.dataset.failed;
  }
}

form.addEventListener("input", (event) => {
  if (!event.target.name) return;
  changed.add(nameOf(event.target));
  said.textContent = "";
  clearTimeout(waiting);
  waiting = setTimeout(save, 800);
});

const timer = document.querySelector("#timer");
if (timer) {
  const shown = timer.querySelector("[data-left]");
  const spoken = document.querySelector("#timer-said");
  // The monotonic clock: setting the computer's clock changes nothing.
  const end = performance.now() + Number(timer.dataset.seconds) * 1000;
  const announced = new Set();
  shown.hidden = false;
  const tick = () => {
    const left = Math.max(0, Math.round((end - performance.now()) / 1000));
    const minutes = Math.floor(left / 60);
    shown.querySelector("strong").textContent =
      `${minutes}:${String(left % 60).padStart(2, "0")}`;
    for (const mark of [10, 5, 1]) {
      if (left === mark * 60 && !announced.has(mark)) {
        announced.add(mark);
        spoken.textContent = spoken.dataset.text.replace("{}", mark);
      }
    }
    if (left > 0) setTimeout(tick, 1000);
    else form.requestSubmit(form.querySelector("[name=submit]"));
  };
  tick();
}
