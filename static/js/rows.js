// Adds and takes away rows of fields, and offers of each question its own answers alone.
// Without it the same form has some empty rows and a tick to remove each.
function onlyAnswersOf(row) {
  const question = row.querySelector("select[name$=-question]");
  const answer = row.querySelector("select[name$=-answer]");
  if (!question || !answer) return;
  const code = question.value.split(".")[0];
  for (const group of answer.querySelectorAll("optgroup")) {
    // An answer is named “question=code”, the answer to another question “@question”.
    const own = group.querySelector("option").value.split("=")[0];
    const isOther = Boolean(code) && own !== code && !own.startsWith("@");
    group.hidden = isOther;
    group.disabled = isOther;
  }
  const chosen = answer.selectedOptions[0];
  if (chosen && chosen.parentElement.disabled) answer.value = "";
}

function prepare(row, word) {
  const tick = row.querySelector("input[name$=-DELETE]");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = word;
  button.addEventListener("click", () => {
    const next = row.nextElementSibling?.querySelector("select, input, textarea, button");
    tick.checked = true;
    row.hidden = true;
    next?.focus();
  });
  tick.closest(".rows-cell").hidden = true;
  row.append(button);
  row.hidden = tick.checked;
  row.querySelector("select[name$=-question]")?.addEventListener("change", () => onlyAnswersOf(row));
  onlyAnswersOf(row);
}

function start(rows) {
  const total = rows.querySelector(`[name="${rows.dataset.prefix}-TOTAL_FORMS"]`);
  const most = Number(rows.querySelector(`[name="${rows.dataset.prefix}-MAX_NUM_FORMS"]`).value);
  const template = rows.querySelector("template");
  for (const row of rows.querySelectorAll(":scope > .rows-row")) prepare(row, rows.dataset.remove);
  const add = document.createElement("button");
  add.type = "button";
  add.textContent = rows.dataset.add;
  add.addEventListener("click", () => {
    const number = Number(total.value);
    if (number >= most) return;
    const row = template.content.firstElementChild.cloneNode(true);
    for (const part of row.querySelectorAll("[name], [id], [for]")) {
      for (const name of ["name", "id", "for"]) {
        const value = part.getAttribute(name);
        if (value) part.setAttribute(name, value.replace("__prefix__", number));
      }
    }
    template.before(row);
    total.value = number + 1;
    prepare(row, rows.dataset.remove);
    row.querySelector("select, input, textarea").focus();
  });
  rows.querySelector(".rows-help").hidden = true;
  rows.append(add);
}

document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".rows").forEach(start));
