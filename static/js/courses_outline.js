// Moves the rows of a course's outline by buttons and by dragging. It only writes the
// numbers that a person could type: without it the same form does the same.
const table = document.querySelector(".outline");
const said = document.querySelector("#outline-said");
const body = table.tBodies[0];
const DEPTH = { module: 0, lesson: 1, block: 2 };
const depth = (row) => DEPTH[row.dataset.kind];
let dragged = null;

// A row with all that stands below it.
function branch(row) {
  const found = [row];
  let next = row.nextElementSibling;
  while (next && depth(next) > depth(row)) {
    found.push(next);
    next = next.nextElementSibling;
  }
  return found;
}

function parentOf(row) {
  let before = row.previousElementSibling;
  while (before && depth(before) >= depth(row)) before = before.previousElementSibling;
  return before;
}

function neighbour(row, isUp) {
  const own = [...body.rows].filter(
    (other) => depth(other) === depth(row) && parentOf(other) === parentOf(row),
  );
  return own[own.indexOf(row) + (isUp ? -1 : 1)];
}

function renumber() {
  const counted = new Map();
  for (const row of body.rows) {
    const parent = parentOf(row);
    const place = (counted.get(parent) ?? 0) + 1;
    counted.set(parent, place);
    row.querySelector("input[type=number]").value = place;
    const home = row.querySelector("select");
    if (home && parent) home.value = parent.dataset.pk;
  }
}

function place(row, target, isBefore) {
  const rows = branch(row);
  if (isBefore) target.before(...rows);
  else branch(target).at(-1).after(...rows);
  renumber();
  const number = row.querySelector("input[type=number]").value;
  said.textContent = `${row.querySelector("th").textContent.trim()}: ${number}`;
}

function button(row, isUp) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "outline-move";
  made.textContent = isUp ? "↑" : "↓";
  const word = isUp ? table.dataset.up : table.dataset.down;
  made.setAttribute("aria-label", `${word}: ${row.querySelector("th").textContent.trim()}`);
  made.addEventListener("click", () => {
    const target = neighbour(row, isUp);
    if (target) place(row, target, isUp);
    made.focus();
  });
  return made;
}

// A block stays in its lesson; a lesson may go into another module.
function mayDropOn(row) {
  return (
    dragged && row !== dragged && row.dataset.kind === dragged.dataset.kind &&
    (row.dataset.kind !== "block" || parentOf(row) === parentOf(dragged))
  );
}

for (const row of body.rows) {
  row.cells[0].append(button(row, true), button(row, false));
  row.draggable = true;
  row.addEventListener("dragstart", () => { dragged = row; });
  row.addEventListener("dragend", () => { dragged = null; });
  row.addEventListener("dragover", (event) => {
    if (mayDropOn(row)) event.preventDefault();
  });
  row.addEventListener("drop", (event) => {
    if (!mayDropOn(row)) return;
    event.preventDefault();
    const isBefore =
      dragged.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_PRECEDING;
    place(dragged, row, Boolean(isBefore));
  });
}
