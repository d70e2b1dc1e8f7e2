// Improves a form that works without it: a choice that stands alone clears the others,
// the code of a letter is read from the part of the address no server sees.

const form = document.querySelector("[data-survey]");

function clearOthers(event) {
  const box = event.target;
  if (!box.matches('input[type="checkbox"]') || !box.checked) return;
  const boxes = form.querySelectorAll(`input[type="checkbox"][name="${box.name}"]`);
  for (const other of boxes) {
    const clashes = "alone" in box.dataset || "alone" in other.dataset;
    if (other !== box && clashes) other.checked = false;
  }
}

if (form) {
  form.addEventListener("change", clearOthers);
  document.querySelector("[data-focus]")?.focus();
  const code = form.querySelector("[data-code]");
  const given = new URLSearchParams(location.hash.slice(1)).get("t");
  if (code && given) {
    code.value = given;
    history.replaceState(null, "", location.pathname);
  }
}
