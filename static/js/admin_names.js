// Give the searchable lists of the admin (Select2) the names of their fields.
function nameOf(select) {
  const label = select && select.labels && select.labels[0];
  return label ? label.textContent.trim().replace(/:$/, "") : "";
}

function nameLists() {
  for (const list of document.querySelectorAll(".select2-container")) {
    const name = nameOf(list.previousElementSibling);
    if (!name) continue;
    for (const part of list.querySelectorAll("[role=combobox], [role=textbox]")) {
      part.removeAttribute("aria-labelledby");
      part.setAttribute("aria-label", name);
    }
  }
}

window.addEventListener("load", () => {
  nameLists();
  document.addEventListener("formset:added", nameLists);
  window.django?.jQuery?.(document).on("select2:open", (event) => {
    for (const field of document.querySelectorAll(".select2-search__field")) {
      field.setAttribute("aria-label", nameOf(event.target));
    }
  });
});
