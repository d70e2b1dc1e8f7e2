// Give the searchable lists of the admin (Select2) the names of their fields.
function nameLists(root) {
  for (const list of root.querySelectorAll(".select2-container")) {
    const select = list.previousElementSibling;
    const label = select && select.id && document.querySelector(`label[for="${select.id}"]`);
    if (!label) continue;
    const name = label.textContent.trim().replace(/:$/, "");
    for (const part of list.querySelectorAll("[role=combobox], [role=textbox], [role=searchbox]")) {
      part.removeAttribute("aria-labelledby");
      part.setAttribute("aria-label", name);
    }
  }
}

function nameSearch(event) {
  const label = document.querySelector(`label[for="${event.target.id}"]`);
  for (const field of document.querySelectorAll(".select2-search__field")) {
    if (label) field.setAttribute("aria-label", label.textContent.trim().replace(/:$/, ""));
  }
}

window.addEventListener("load", () => {
  nameLists(document);
  document.addEventListener("formset:added", (event) => nameLists(event.target));
  if (window.django && window.django.jQuery) {
    window.django.jQuery(document).on("select2:open", nameSearch);
  }
});
